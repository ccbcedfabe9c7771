import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_models import make_calibration, make_model

torch = pytest.importorskip("torch")

from logicbench.compression.calibration import Calibration  # noqa: E402
from logicbench.compression.decoder import Decoder, LayerRunner  # noqa: E402
from logicbench.compression.masking import mask_model  # noqa: E402
from logicbench.compression.masks import fits_pattern  # noqa: E402
from logicbench.compression.patterns import Pattern  # noqa: E402
from logicbench.compression.settings import MaskSettings, cubic_schedule  # noqa: E402
from logicbench.errors import InputError, UnknownNameError  # noqa: E402

KINDS = ["llama", "qwen2", "gpt2", "qwen3_moe", "olmoe"]
METHODS = ["random", "magnitude", "wanda", "ria", "gblm", "dpruner", "gaprune", "sparsegpt"]


def masks_of(model):
    return {view.name: view.weight == 0 for view in Decoder.of(model).all_views()}


def wanda_reference(model, calibration, sparsity):
    """Wanda as the paper words it: one full forward pass a layer, nn.Linear only, norms from plain hooks."""
    from torch import nn

    for layer in model.model.layers:
        linears = [module for module in layer.modules() if isinstance(module, nn.Linear)]
        seen = {module: [] for module in linears}

        def note(module, args, output, seen=seen):
            seen[module].append(args[0].reshape(-1, args[0].shape[-1]))

        hooks = [module.register_forward_hook(note) for module in linears]
        with torch.no_grad():
            for window in calibration.windows:
                model(input_ids=window[None])
        for hook in hooks:
            hook.remove()
        for module in linears:
            score = module.weight.data.abs() * torch.cat(seen[module]).norm(dim=0)
            order = torch.sort(score, dim=-1, stable=True).indices[:, : int(score.shape[1] * sparsity)]
            module.weight.data.scatter_(1, order, 0)


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
@pytest.mark.parametrize("batch_size", [1, 4])
def test_wanda_equals_a_plain_reimplementation(kind, batch_size, calibration):
    ours, theirs = make_model(kind), make_model(kind)
    mask_model(ours, MaskSettings("wanda", 0.6, batch_size=batch_size), calibration)
    wanda_reference(theirs, calibration, 0.6)
    left, right = masks_of(ours), masks_of(theirs)
    assert all(torch.equal(left[name], right[name]) for name in right)


@pytest.mark.parametrize("kind", KINDS)
def test_layer_by_layer_equals_the_whole_model(kind, calibration):
    model = make_model(kind)
    decoder = Decoder.of(model)
    runner = LayerRunner(decoder, torch.device("cpu"))
    runner.start(calibration.batches(2))
    for layer in range(len(decoder.layers)):
        runner.advance(layer)
    with torch.no_grad():
        found = decoder.final_norm(torch.cat(runner.hidden))
        expected = model.base_model(input_ids=torch.stack(calibration.windows)).last_hidden_state
    torch.testing.assert_close(found, expected, atol=2e-6, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_hits_the_target_in_every_matrix(kind, method, calibration):
    model = make_model(kind)
    embeddings = model.get_input_embeddings().weight.clone()
    head = model.get_output_embeddings().weight.clone()
    report = mask_model(model, MaskSettings(method, 0.5), calibration, general=make_calibration(seed=5))
    assert report.achieved == pytest.approx(0.5, abs=1e-9)
    for tensor in report.tensors:
        assert tensor.achieved == pytest.approx(0.5, abs=0.01), tensor.name
    assert torch.equal(embeddings, model.get_input_embeddings().weight)
    assert torch.equal(head, model.get_output_embeddings().weight)


@pytest.mark.parametrize("method", ["magnitude", "random", "wanda", "ria", "sparsegpt"])
@pytest.mark.parametrize("pattern", ["2:4", "4:8"])
def test_patterns_hold_in_every_matrix(method, pattern, calibration):
    model = make_model()
    mask_model(model, MaskSettings(method, 0.5, pattern=Pattern.parse(pattern)), calibration)
    for view in Decoder.of(model).all_views():
        assert fits_pattern(view.weight, Pattern.parse(pattern)), view.name
        assert int((view.weight == 0).sum()) == view.size // 2


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(6)), st.sampled_from(["wanda", "ria"]))
def test_masks_do_not_depend_on_the_order_of_the_batches(order, method):
    data = make_calibration()
    shuffled = Calibration(tuple(data.windows[index] for index in order), "test")
    left, right = make_model(), make_model()
    mask_model(left, MaskSettings(method, 0.5), data)
    mask_model(right, MaskSettings(method, 0.5), shuffled)
    expected = masks_of(right)
    assert all(torch.equal(mask, expected[name]) for name, mask in masks_of(left).items())


@settings(max_examples=6, deadline=None)
@given(
    st.floats(0.05, 0.9),
    st.floats(0.05, 0.9),
    st.sampled_from(["magnitude", "random"]),
    st.sampled_from(["layer", "global"]),
)
def test_masks_nest_as_sparsity_grows(one, other, method, scope):
    low, high = make_model(), make_model()
    mask_model(low, MaskSettings(method, min(one, other), scope=scope))
    mask_model(high, MaskSettings(method, max(one, other), scope=scope))
    bigger = masks_of(high)
    assert all(not (mask & ~bigger[name]).any() for name, mask in masks_of(low).items())


def test_the_global_threshold_is_exact_and_keeps_a_minimum():
    model = make_model()
    with torch.no_grad():
        model.model.layers[0].self_attn.v_proj.weight.mul_(1e-3)
    report = mask_model(model, MaskSettings("magnitude", 0.7, scope="global"))
    total = sum(tensor.size for tensor in report.tensors)
    assert round(report.achieved * total) == round(0.7 * total)
    assert report.tensors[2].achieved == 1.0
    assert "disconnected" in report.warnings[0]
    model = make_model()
    with torch.no_grad():
        model.model.layers[0].self_attn.v_proj.weight.mul_(1e-3)
    report = mask_model(model, MaskSettings("magnitude", 0.7, scope="global", min_keep=0.05))
    assert round(report.achieved * total) == round(0.7 * total)
    assert report.tensors[2].achieved == pytest.approx(0.95, abs=0.001)
    assert not report.warnings


def test_a_global_wanda_uses_dense_statistics(calibration):
    report = mask_model(make_model(), MaskSettings("wanda", 0.5, scope="global"), calibration)
    assert report.achieved == pytest.approx(0.5, abs=1e-4)
    assert len({round(tensor.achieved, 3) for tensor in report.tensors}) > 3


@pytest.mark.parametrize("allocation", ["owl", "lamp", "rd", "alpha", "pq"])
def test_allocations_meet_the_target_and_differ_by_layer(allocation, calibration):
    report = mask_model(make_model(), MaskSettings("wanda", 0.5, allocation=allocation), calibration)
    total = sum(tensor.size for tensor in report.tensors)
    assert sum(t.requested * t.size for t in report.tensors) / total == pytest.approx(0.5, abs=1e-6)
    assert len({tensor.requested for tensor in report.tensors}) > 1
    assert report.achieved == pytest.approx(0.5, abs=0.02)  # rows of 32 weights are rounded down


def test_rounds_end_at_the_target_with_masks_that_grow(calibration):
    assert cubic_schedule(0.8, 1) == [0.8]
    schedule = cubic_schedule(0.8, 4)
    assert schedule == sorted(schedule)
    assert schedule[-1] == pytest.approx(0.8)
    first, model = make_model(), make_model()
    mask_model(first, MaskSettings("wanda", schedule[0]), calibration)
    report = mask_model(model, MaskSettings("wanda", 0.8, rounds=4), calibration)
    assert report.achieved == pytest.approx(0.8, abs=0.02)
    last = masks_of(model)
    assert all(not (mask & ~last[name]).any() for name, mask in masks_of(first).items())


def test_experts_that_saw_no_token_are_reported(calibration):
    model = make_model("qwen3_moe")
    with torch.no_grad():  # the router of layer 0 never chooses experts 4 and 5
        gate = model.model.layers[0].mlp.gate.weight
        gate[4:] = 0
        model.model.layers[0].post_attention_layernorm.weight.fill_(0.0)
        gate[:4] = 0
    for method in ("wanda", "sparsegpt"):
        pruned = make_model("qwen3_moe")
        pruned.load_state_dict(model.state_dict())
        report = mask_model(pruned, MaskSettings(method, 0.5), calibration)
        assert any("experts" in warning and "no calibration token" in warning for warning in report.warnings)
        assert report.achieved == pytest.approx(0.5, abs=0.01)


def test_protected_matrices_stay(calibration):
    model = make_model()
    before = model.model.layers[2].mlp.up_proj.weight.clone()
    report = mask_model(model, MaskSettings("wanda", 0.5, protect=("model.layers.2.mlp.*",)), calibration)
    assert torch.equal(before, model.model.layers[2].mlp.up_proj.weight)
    assert not any(tensor.name.startswith("model.layers.2.mlp") for tensor in report.tensors)
    with pytest.raises(InputError, match="matches no tensor"):
        mask_model(make_model(), MaskSettings("magnitude", 0.5, protect=("layers.9.*",)))


def test_the_head_is_pruned_only_if_asked_and_untied(calibration):
    model = make_model()
    report = mask_model(model, MaskSettings("wanda", 0.5, head=True), calibration)
    assert report.tensors[-1].name == "lm_head"
    assert report.tensors[-1].achieved == pytest.approx(0.5)
    with pytest.raises(InputError, match="shares its weights with the embeddings"):
        mask_model(make_model(tie_word_embeddings=True), MaskSettings("wanda", 0.5, head=True), calibration)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sparsity": 1.0}, "below 1"),
        ({"pattern": Pattern(2, 4), "sparsity": 0.6}, "means a sparsity of 0.5"),
        ({"pattern": Pattern(2, 4), "allocation": "owl"}, "fixes the sparsity"),
        ({"method": "sparsegpt", "scope": "global"}, "no scores to compare"),
        ({"scope": "global", "allocation": "lamp"}, "allocates by itself"),
        ({"min_keep": 0.1}, "goes with --scope global"),
        ({"rounds": 0}, "at least 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        MaskSettings(**{"method": "magnitude", "sparsity": 0.5, **changes})


def test_unknown_names_suggest_near_ones():
    with pytest.raises(UnknownNameError, match="Did you mean 'wanda'"):
        MaskSettings("wandda", 0.5)
    with pytest.raises(UnknownNameError, match="allocation"):
        MaskSettings("wanda", 0.5, allocation="owls")


def test_missing_calibration_is_said_in_one_sentence():
    with pytest.raises(InputError, match="wanda needs calibration data"):
        mask_model(make_model(), MaskSettings("wanda", 0.5))
    with pytest.raises(InputError, match="--general-calibration"):
        mask_model(make_model(), MaskSettings("dpruner", 0.5), make_calibration())


def test_offloading_changes_nothing(calibration):
    plain, offloaded = make_model(), make_model()
    mask_model(plain, MaskSettings("sparsegpt", 0.5), calibration)
    mask_model(offloaded, MaskSettings("sparsegpt", 0.5), calibration, offload=True)
    expected = plain.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in offloaded.state_dict().items())
