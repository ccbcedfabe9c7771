import json

import pytest

torch = pytest.importorskip("torch")

from random_models import make_calibration, make_model, make_tokenizer  # noqa: E402

from logicbench.compression.decoder import Decoder  # noqa: E402
from logicbench.compression.method_options import NeuronOptions  # noqa: E402
from logicbench.compression.pipeline import Workplace  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.compression.saving import default_probes, logits_of  # noqa: E402
from logicbench.compression.structured.experts import expert_layers  # noqa: E402
from logicbench.compression.structured.neurons import NeuronSettings, narrow_experts, observe  # noqa: E402
from logicbench.errors import InputError  # noqa: E402

HERE = Workplace(torch.device("cpu"), False, lambda step: None)


def make_moe(kind, **changes):
    width = {"moe_intermediate_size": 32} if kind == "qwen3_moe" else {"intermediate_size": 32}
    return make_model(kind, **width, **changes)


GLOBAL = NeuronOptions(ranking="global")


@pytest.mark.parametrize("kind", ["qwen3_moe", "olmoe"])
@pytest.mark.parametrize("method", ["heapr", "random-neurons"])
def test_saved_models_have_narrower_experts_and_load_again(kind, method, tmp_path):
    make_moe(kind, max_position_embeddings=2048).to(torch.bfloat16).save_pretrained(tmp_path / "dense")
    make_tokenizer().save_pretrained(tmp_path / "dense")
    request = CompressionRequest(
        tmp_path / "dense", tmp_path / "out", method, 0.5, calibration="random", calibration_samples=4,
        sequence_length=32, device="cpu",
    )  # fmt: skip
    record = run_request(request)
    assert record.reload_identical
    assert record.achieved == 0.5
    assert record.parameters_after < record.parameters_before
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config.get("moe_intermediate_size", config["intermediate_size"]) == 16
    assert record.details["masked_difference"] < 1e-4


@pytest.mark.parametrize("kind", ["qwen3_moe", "olmoe"])
def test_heapr_against_a_loop_over_tokens_and_experts(kind):
    """The importance with the matrix G written out, and derivatives by autograd through a naive mixture."""
    model, data = make_moe(kind), make_calibration(windows=3)
    layers = expert_layers(Decoder.of(model))
    found = observe(Decoder.of(model), layers, data, HERE)
    last = layers[-1]
    experts, seen = last.experts, []

    def naive(module, args, output):
        hidden, chosen, weights = args
        outputs = []
        total = torch.zeros_like(output)
        for token in range(len(hidden)):
            for place in range(chosen.shape[1]):
                expert = int(chosen[token, place])
                gate, up = (experts.gate_up_proj[expert] @ hidden[token]).chunk(2)
                inner = torch.nn.functional.silu(gate) * up
                out = experts.down_proj[expert] @ inner
                out.retain_grad()
                outputs.append((expert, inner.detach(), out))
                total[token] = total[token] + weights[token, place] * out
        seen.append(outputs)
        torch.testing.assert_close(total, output, atol=1e-5, rtol=1e-4)
        return total

    handle = experts.register_forward_hook(naive)
    for window in data.windows:
        logits = model(input_ids=window[None], use_cache=False).logits[0]
        torch.nn.functional.cross_entropy(logits[:-1], window[1:]).backward()
    handle.remove()
    calls = [call for outputs in seen for call in outputs]
    scores = found[-1].scores()
    for expert in range(6):
        mine = [(inner, out.grad) for which, inner, out in calls if which == expert]
        assert found[-1].tokens[expert] == len(mine)
        if not mine:
            assert bool((scores[expert] == -1).all())
            continue
        curvature = sum(torch.outer(gradient, gradient) for _, gradient in mine) / len(mine)
        squares = sum(inner.square() for inner, _ in mine) / len(mine)
        columns = experts.down_proj[expert].detach()
        expected = 0.5 * squares * ((curvature @ columns) * columns).sum(0)
        torch.testing.assert_close(scores[expert].float(), expected, rtol=2e-3, atol=1e-12)


@pytest.mark.parametrize("kind", ["qwen3_moe", "olmoe"])
def test_neurons_that_add_nothing_go_first_and_nothing_changes(kind):
    model = make_moe(kind)
    for number, layer in enumerate(expert_layers(Decoder.of(model))):
        for expert in range(6):
            dead = (torch.arange(16) * 2 + (expert + number) % 2).tolist()
            layer.experts.down_proj.data[expert][:, dead] = 0
    before = logits_of(model, default_probes(96))
    outcome = narrow_experts(model, NeuronSettings("heapr", 0.5), make_calibration(), HERE)
    assert outcome.details["kept_neurons"] == 16
    reached = all(all(counts) for counts in outcome.details["tokens"].values())
    assert bool(outcome.warnings) != reached
    for left, right in zip(before, logits_of(model, default_probes(96)), strict=True):
        torch.testing.assert_close(left, right, atol=1e-4, rtol=1e-4)


def test_least_important_neurons_go_and_the_loss_knows():
    """Removing what HEAPr calls least important costs less than removing what it calls most important."""
    data = make_calibration(windows=6)

    def loss(model):
        with torch.no_grad():
            logits = [model(input_ids=window[None], use_cache=False).logits[0] for window in data.windows]
        pairs = zip(logits, data.windows, strict=True)
        return sum(torch.nn.functional.cross_entropy(each[:-1], ids[1:]).item() for each, ids in pairs)

    model = make_moe("qwen3_moe")
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(10):
        for window in data.windows:
            optimiser.zero_grad()
            logits = model(input_ids=window[None], use_cache=False).logits[0]
            torch.nn.functional.cross_entropy(logits[:-1], window[1:]).backward()
            optimiser.step()
    dense, state = loss(model), {name: tensor.clone() for name, tensor in model.state_dict().items()}
    rises = {}
    for method in ("heapr", "random-neurons"):
        again = make_moe("qwen3_moe")
        again.load_state_dict(state)
        narrow_experts(again, NeuronSettings(method, 0.5), data, HERE)
        rises[method] = loss(again) - dense
    assert rises["heapr"] < 0.7 * rises["random-neurons"]


def test_ranking_over_the_whole_model_zeroes_the_least_important_neurons_of_all():
    model, data = make_moe("olmoe"), make_calibration()
    layers = expert_layers(Decoder.of(model))
    scores = torch.stack([each.scores() for each in observe(Decoder.of(model), layers, data, HERE)])
    outcome = narrow_experts(model, NeuronSettings("heapr", 0.25, GLOBAL), data, HERE)
    assert outcome.kind == "masked"
    assert outcome.achieved == pytest.approx(0.25, abs=0.01)
    gone = torch.stack([(layer.experts.down_proj == 0).all(1) for layer in layers])
    assert int(gone.sum()) == round(0.25 * scores.numel())
    assert scores[gone].max() <= scores[~gone].min()
    counts = [count for row in outcome.details["kept_neurons"].values() for count in row]
    assert len(set(counts)) > 1


def test_what_cannot_be_done_is_refused(tmp_path):
    with pytest.raises(InputError, match="no mixture-of-experts"):
        narrow_experts(make_model(), NeuronSettings("heapr", 0.5), make_calibration(), HERE)
    with pytest.raises(InputError, match="needs calibration"):
        narrow_experts(make_moe("olmoe"), NeuronSettings("heapr", 0.5), None, HERE)
    with pytest.raises(InputError, match="would leave 0 of an expert's 32"):
        narrow_experts(make_moe("olmoe"), NeuronSettings("random-neurons", 0.99), None, HERE)
    with pytest.raises(InputError, match="ranking must be one of expert, global"):
        CompressionRequest(tmp_path, tmp_path, "heapr", calibration="random", options={"ranking": "all"}).check()
