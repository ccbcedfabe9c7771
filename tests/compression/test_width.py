import json

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from random_models import make_calibration, make_model  # noqa: E402

from logicbench.compression.decoder import Decoder  # noqa: E402
from logicbench.compression.loading import load_model  # noqa: E402
from logicbench.compression.method_options import WidthOptions  # noqa: E402
from logicbench.compression.pipeline import Workplace  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.compression.saving import default_probes, logits_of  # noqa: E402
from logicbench.compression.statistics import InputStatistics  # noqa: E402
from logicbench.compression.structured.blocks import Kept, blocks_of, erase  # noqa: E402
from logicbench.compression.structured.importance import MEASURES, LayerEvidence, cfsp, flap  # noqa: E402
from logicbench.compression.structured.width import WidthSettings, narrow_model  # noqa: E402
from logicbench.errors import InputError, LogicbenchError  # noqa: E402

HERE = Workplace(torch.device("cpu"), False, lambda step: None)


@pytest.mark.parametrize("method", sorted(MEASURES))
@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_every_measure_makes_a_uniform_smaller_model(method, kind):
    model = make_model(kind)
    before = sum(parameter.numel() for parameter in model.parameters())
    outcome = narrow_model(model, WidthSettings(method, 0.5), make_calibration(), HERE)
    heads = 4 if kind == "qwen2" or method == "cfsp" else 2
    assert model.config.num_attention_heads == heads
    assert model.config.intermediate_size == outcome.details["kept_channels"]
    assert outcome.achieved == pytest.approx(0.5, abs=0.02)
    assert sum(parameter.numel() for parameter in model.parameters()) < before
    assert outcome.details["masked_difference"] < 1e-4
    assert bool(outcome.warnings) == (kind == "qwen2" and method != "cfsp")


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_models_in_16_bits_are_compared_in_float32(kind):
    """Rounding in bfloat16 is not what the comparison is after; the weights come back in their own type."""
    model = make_model(kind, num_hidden_layers=6).to(torch.bfloat16)
    outcome = narrow_model(model, WidthSettings("flap", 0.6), make_calibration(), HERE)
    assert outcome.details["masked_difference"] < 1e-4
    assert {parameter.dtype for parameter in model.parameters()} == {torch.bfloat16}
    assert logits_of(model, default_probes(96))[0].dtype == torch.bfloat16


@pytest.mark.parametrize("part", ["channels", "groups"])
def test_a_wrong_cut_is_noticed(part, monkeypatch):
    from logicbench.compression.structured import width

    def wrong(decoder, blocks, kept):
        last = kept[-1]
        other = {"channels": last.channels, "groups": last.groups}
        size = {"channels": blocks[-1].channels, "groups": blocks[-1].groups}[part]
        other[part] = ((other[part] + 1) % size).sort().values
        blocks_narrow(decoder, blocks, [*kept[:-1], Kept(**other)])

    blocks_narrow = width.narrow
    monkeypatch.setattr(width, "narrow", wrong)
    with pytest.raises(LogicbenchError, match="logits differ from the masked model's"):
        narrow_model(make_model().to(torch.bfloat16), WidthSettings("flap", 0.5), make_calibration(), HERE)


def test_what_is_saved_is_a_stock_smaller_checkpoint(model_folder, tmp_path):
    output = tmp_path / "narrow"
    record = run_request(
        CompressionRequest(
            model_folder, output, "flap", 0.5, calibration="random", calibration_samples=4, sequence_length=32
        )
    )
    assert record.reload_identical
    assert record.parameters_after < record.parameters_before
    config = json.loads((output / "config.json").read_text())
    assert (config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]) == (2, 1, 8)
    assert config["mlp_bias"] and config["attention_bias"]
    assert load_model(output).model.layers[0].mlp.down_proj.bias.abs().max() > 0


def test_masked_model_and_cut_model_agree(calibration):
    """The cut model equals the full model whose removed columns are zero, found here without the driver's help."""
    cut, full = make_model(), make_model()
    narrow_model(cut, WidthSettings("wanda-structured", 0.4), calibration, HERE)
    decoder = Decoder.of(full)
    for block, layer in zip(blocks_of(decoder), cut.model.layers, strict=True):
        gates = block.mlp.gate_proj.weight
        channels = torch.tensor(
            [int((gates == row).all(1).nonzero()) for row in layer.mlp.gate_proj.weight], dtype=torch.long
        )
        assert channels.tolist() == sorted(channels.tolist())
        erase(block, Kept(channels, torch.arange(block.groups)))
    probes = default_probes(96)
    for left, right in zip(logits_of(cut, probes), logits_of(full, probes), strict=True):
        torch.testing.assert_close(left, right, atol=1e-4, rtol=1e-4)


def test_compensation_is_exact_for_constant_inputs():
    """Where removed channels are constant, FLAP's bias makes up for them exactly."""
    model = make_model()
    for layer in model.model.layers:  # a zero gate and up row gives a channel that is always zero: nothing to lose
        layer.mlp.gate_proj.weight.data[:32] = 0
    dense = logits_of(model, default_probes(96))
    outcome = narrow_model(model, WidthSettings("flap", 0.3, WidthOptions(attention=False)), make_calibration(), HERE)
    assert outcome.details["kept_channels"] >= 32
    for left, right in zip(dense, logits_of(model, default_probes(96)), strict=True):
        torch.testing.assert_close(left, right, atol=1e-4, rtol=1e-4)


def test_flap_is_numpys_variance_times_squared_norms():
    model = make_model()
    block = blocks_of(Decoder.of(model))[0]
    vectors = torch.randn(50, 64)
    inputs = InputStatistics(64, torch.device("cpu"), frozenset({"moments"}))
    for part in vectors.split(7):
        inputs.add(part)
    outputs = InputStatistics(32, torch.device("cpu"), frozenset({"moments"}))
    outputs.add(torch.randn(50, 32))
    found = flap(block, LayerEvidence(outputs, inputs), WidthOptions()).channels
    expected = vectors.double().numpy().var(0) * (block.mlp.down_proj.weight.double() ** 2).sum(0).numpy(force=True)
    torch.testing.assert_close(found, torch.from_numpy(expected))


def test_cfsp_as_released_is_the_activation_norm_and_as_published_is_not():
    block = blocks_of(Decoder.of(make_model()))[0]
    inputs = InputStatistics(64, torch.device("cpu"), frozenset({"squares"}))
    inputs.add(torch.randn(50, 64))
    released = cfsp(block, LayerEvidence(None, inputs), WidthOptions(cfsp="released")).channels
    torch.testing.assert_close(released, inputs.norms.double())
    paper = cfsp(block, LayerEvidence(None, inputs), WidthOptions()).channels
    assert (paper / released).std() > 0


@settings(max_examples=25, deadline=None)
@given(sparsity=st.floats(0.02, 0.9), multiple=st.sampled_from([0, 1, 4, 16]), attention=st.booleans())
def test_any_target_is_met_or_refused(sparsity, multiple, attention):
    model = make_model()
    options = WidthOptions(attention=attention, multiple=multiple)
    try:
        outcome = narrow_model(model, WidthSettings("random-width", sparsity, options), None, HERE)
    except InputError as error:
        if "leave no MLP channel" not in str(error):
            raise
        return
    grain = (multiple or 2) / 64
    assert outcome.achieved == pytest.approx(sparsity, abs=grain)
    assert outcome.details["masked_difference"] < 1e-4


def test_other_architectures_are_refused(calibration):
    with pytest.raises(InputError, match="no plain q, k, v, o"):
        narrow_model(make_model("gpt2"), WidthSettings("flap", 0.3), calibration, HERE)
    with pytest.raises(InputError, match="no plain q, k, v, o"):
        narrow_model(make_model("qwen3_moe"), WidthSettings("flap", 0.3), calibration, HERE)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"ratio": "1"}, "unknown setting of flap"), ({"attention": "maybe"}, "true or false"), ({"multiple": "x"}, "int"),
     ({"cfsp": "odd"}, "one of paper, released")],
)  # fmt: skip
def test_settings_are_checked(options, message, model_folder, tmp_path):
    request = CompressionRequest(model_folder, tmp_path / "out", "flap", calibration="random", options=options)
    with pytest.raises(InputError, match=message):
        request.check()
