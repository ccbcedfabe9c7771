import math

import pytest

torch = pytest.importorskip("torch")

from random_models import make_calibration, make_model  # noqa: E402

from logicbench.compression.decoder import Decoder  # noqa: E402
from logicbench.compression.loading import load_model  # noqa: E402
from logicbench.compression.pipeline import Workplace  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.compression.saving import default_probes, logits_of  # noqa: E402
from logicbench.compression.structured.depth import (  # noqa: E402
    DepthSettings,
    angle,
    block_influences,
    drop,
    remove_layers,
)
from logicbench.errors import InputError  # noqa: E402

HERE = Workplace(torch.device("cpu"), False, lambda step: None)
METHODS = ["block-influence", "angular", "greedy-depth", "random-depth"]


def idle(model, *layers):
    """Make layers hand their input on: their outputs add nothing to the residual stream."""
    for number in layers:
        model.model.layers[number].self_attn.o_proj.weight.data.zero_()
        model.model.layers[number].mlp.down_proj.weight.data.zero_()
    return model


@pytest.mark.parametrize("method", METHODS[:3])
def test_idle_layers_go_first_and_nothing_changes(method):
    model = idle(make_model(num_hidden_layers=5), 2, 3)
    dense = logits_of(model, default_probes(96))
    outcome = remove_layers(model, DepthSettings(method, 0.4), make_calibration(), HERE)
    assert outcome.details["removed_layers"] == [2, 3]
    assert model.config.num_hidden_layers == len(model.model.layers) == 3
    assert outcome.achieved == pytest.approx(0.4)
    for left, right in zip(dense, logits_of(model, default_probes(96)), strict=True):
        assert torch.equal(left, right)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_saved_loads_and_generates(method, model_folder, tmp_path):
    record = run_request(
        CompressionRequest(
            model_folder, tmp_path / "out", method, 0.34, calibration="random", calibration_samples=2,
            sequence_length=16,
        )
    )  # fmt: skip
    assert record.reload_identical
    model = load_model(tmp_path / "out")
    assert model.config.num_hidden_layers == 2
    assert model.generate(torch.tensor([[1, 2, 3]]), max_new_tokens=4, do_sample=False).shape[1] == 7


def test_per_layer_entries_of_the_configuration_follow():
    model = make_model("qwen2", num_hidden_layers=4)
    model.config.layer_types = ["full_attention", "sliding_attention", "full_attention", "sliding_attention"]
    model.config.max_window_layers = 3
    drop(model, Decoder.of(model), [0, 3])
    assert model.config.layer_types == ["sliding_attention", "full_attention"]
    assert model.config.max_window_layers == 2
    assert [layer.self_attn.layer_idx for layer in model.model.layers] == [0, 1]


def test_measures():
    one = [torch.tensor([[[1.0, 0.0], [1.0, 0.0]]])]
    two = [torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])]
    assert block_influences(one, two) == pytest.approx(0.5)
    assert angle(one, two) == pytest.approx(0.5, abs=1e-6)
    assert angle(one, one) == pytest.approx(0.0, abs=1e-3)
    assert math.isfinite(block_influences(one, one))


def test_greedy_search_finds_the_least_loss():
    """Against trying every single layer by really removing it."""
    data = make_calibration()
    losses = []
    for layer in range(3):
        model = make_model()
        drop(model, Decoder.of(model), [layer])
        ids = torch.stack(list(data.windows))
        with torch.no_grad():
            logits = model(input_ids=ids).logits[:, :-1].flatten(0, 1)
        losses.append(torch.nn.functional.cross_entropy(logits, ids[:, 1:].flatten()).item())
    outcome = remove_layers(make_model(), DepthSettings("greedy-depth", 0.34), data, HERE)
    assert outcome.details["removed_layers"] == [losses.index(min(losses))]
    assert outcome.details["losses"][0] == pytest.approx(min(losses), rel=1e-4)


@pytest.mark.parametrize(("sparsity", "message"), [(0.1, "0 of 3 layers"), (0.9, "3 of 3 layers")])
def test_no_layer_and_every_layer_are_refused(sparsity, message):
    with pytest.raises(InputError, match=message):
        remove_layers(make_model(), DepthSettings("random-depth", sparsity), None, HERE)
