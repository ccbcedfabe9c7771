import json

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from random_models import make_calibration, make_model  # noqa: E402

from logicbench.compression.loading import load_model  # noqa: E402
from logicbench.compression.method_options import QuantizeOptions  # noqa: E402
from logicbench.compression.pipeline import Workplace, compress_folder  # noqa: E402
from logicbench.compression.quantization.checkpoint import load_dequantised, pack, unpack  # noqa: E402
from logicbench.compression.quantization.quantise import (  # noqa: E402
    QuantizeSettings,
    quantise_model,
    quantised,
)
from logicbench.compression.quantization.rounding import gptq, round_to_nearest  # noqa: E402
from logicbench.compression.quantization.schemes import SCHEMES, common_group  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.compression.saving import default_probes, logits_of  # noqa: E402
from logicbench.errors import InputError  # noqa: E402

HERE = Workplace(torch.device("cpu"), False, lambda step: None)


@settings(max_examples=50, deadline=None)
@given(data=st.data(), bits=st.sampled_from([4, 8]), rows=st.integers(1, 5), words=st.integers(1, 4))
def test_packing_is_undone_by_unpacking(data, bits, rows, words):
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    count = rows * words * (32 // bits)
    codes = data.draw(st.lists(st.integers(low, high), min_size=count, max_size=count))
    values = torch.tensor(codes, dtype=torch.int8).reshape(rows, -1)
    packed = pack(values, bits)
    assert packed.dtype == torch.int32
    assert packed.shape == (rows, words)
    assert torch.equal(unpack(packed, bits), values)


def test_the_first_code_is_in_the_lowest_bits():
    assert pack(torch.tensor([[-8, 7, 0, 0, 0, 0, 0, 0]], dtype=torch.int8), 4)[0, 0] & 0xFF == 0xF0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), name=st.sampled_from(sorted(SCHEMES)), scale=st.sampled_from([1e-3, 1.0, 50.0]))
def test_rounding_is_off_by_at_most_half_a_step(seed, name, scale):
    scheme = SCHEMES[name]
    weight = torch.randn(6, 64, generator=torch.Generator().manual_seed(seed)) * scale
    weight[0] = 0
    codes = round_to_nearest(weight, scheme, 32 if scheme.grouped else 64, torch.float32)
    error = (codes.dequantise() - weight).abs()
    steps = codes.scales.repeat_interleave(64 // codes.scales.shape[1], dim=1)
    if scheme.kind == "int":
        assert bool((error <= steps * 0.5001).all())
    else:
        assert bool((error <= weight.abs() * 2**-4 + steps * 2**-9).all())
    assert bool((codes.dequantise()[0] == 0).all())


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_gptq_beats_rounding_on_the_calibration_inputs(name):
    generator = torch.Generator().manual_seed(0)
    mix = torch.randn(64, 64, generator=generator)
    inputs = torch.randn(400, 64, generator=generator) @ mix
    weight = torch.randn(16, 64, generator=generator)
    scheme, group = SCHEMES[name], 32 if SCHEMES[name].grouped else 64
    nearest = round_to_nearest(weight, scheme, group, torch.float32)
    solved, loss = gptq(weight, inputs.T @ inputs, scheme, group, torch.float32, 0.01)

    def error(codes):
        return ((codes.dequantise() - weight) @ inputs.T).square().sum().item()

    assert error(solved) < error(nearest)
    assert loss == pytest.approx(error(solved), rel=0.15)


def test_gptq_with_uncorrelated_inputs_is_rounding():
    weight = torch.randn(8, 64, generator=torch.Generator().manual_seed(1))
    scheme = SCHEMES["W4A16"]
    solved, _ = gptq(weight, torch.eye(64), scheme, 32, torch.float32, 0.01)
    nearest = round_to_nearest(weight, scheme, 32, torch.float32)
    assert torch.equal(solved.values, nearest.values)
    torch.testing.assert_close(solved.scales, nearest.scales)


def test_gptq_keeps_a_mask():
    generator = torch.Generator().manual_seed(2)
    weight = torch.randn(8, 64, generator=generator)
    mask = torch.rand(8, 64, generator=generator) < 0.5
    inputs = torch.randn(200, 64, generator=generator) @ torch.randn(64, 64, generator=generator)
    codes, _ = gptq(weight.masked_fill(mask, 0), inputs.T @ inputs, SCHEMES["W8A8"], 64, torch.float32, 0.01)
    assert bool((codes.values[mask] == 0).all())


@pytest.mark.parametrize("method", ["rtn", "gptq"])
@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_a_saved_model_is_what_its_codes_stand_for(method, scheme, tmp_path):
    source, output = tmp_path / "dense", tmp_path / "quantised"
    make_model().to(torch.bfloat16).save_pretrained(source)
    options = QuantizeOptions(scheme=scheme)
    record = compress_folder(
        source, output, method, {}, quantised(QuantizeSettings(method, options), make_calibration())
    )
    assert record.reload_identical
    assert record.details["bits_per_weight"] == pytest.approx(SCHEMES[scheme].bits, abs=0.6)
    config = json.loads((output / "config.json").read_text())["quantization_config"]
    assert config["quant_method"] == "compressed-tensors"
    assert "sparsity_config" not in config
    assert config["ignore"] == ["lm_head"]
    dense = sum(path.stat().st_size for path in source.glob("*.safetensors"))
    assert sum(path.stat().st_size for path in output.glob("*.safetensors")) < dense


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_compressed_tensors_reads_what_is_saved(scheme, tied, tmp_path):
    """The library that transformers and vLLM read such folders with finds the same weights in ours."""
    library = pytest.importorskip("compressed_tensors.quantization")
    from transformers import AutoModelForCausalLM

    source, output = tmp_path / "dense", tmp_path / "quantised"
    make_model(hidden_size=64, intermediate_size=128, tie_word_embeddings=tied).to(torch.bfloat16).save_pretrained(
        source
    )
    compress_folder(source, output, "rtn", {}, quantised(QuantizeSettings("rtn", QuantizeOptions(scheme=scheme)), None))
    written = json.loads((output / "config.json").read_text())["quantization_config"]
    config = library.QuantizationConfig.model_validate(written)
    (group,) = config.config_groups.values()
    assert config.format == group.format == SCHEMES[scheme].layout
    assert config.quantization_status == "compressed"
    assert group.weights.num_bits == SCHEMES[scheme].bits and group.weights.symmetric and not group.weights.dynamic
    activations = group.input_activations
    if SCHEMES[scheme].activations:
        assert (activations.num_bits, activations.strategy, activations.dynamic) == (8, "token", True)
    else:
        assert activations is None
    loaded = AutoModelForCausalLM.from_pretrained(output, dtype=torch.float32, local_files_only=True).eval()
    ours = load_dequantised(output, torch.device("cpu"), SCHEMES[scheme]).float()
    found, expected = logits_of(loaded, default_probes(96)), logits_of(ours, default_probes(96))
    for name, module in ours.named_modules():
        if isinstance(module, torch.nn.Linear):
            torch.testing.assert_close(loaded.get_submodule(name).weight.float(), module.weight, rtol=2**-7, atol=1e-6)
    # In 8 bits, activations are rounded too.
    tolerance = 0.2 if SCHEMES[scheme].activations else 0.03
    for left, right in zip(found, expected, strict=True):
        assert ((left.float() - right).square().mean().sqrt() / right.std()).item() < tolerance


def test_shards_and_their_index_are_rewritten(tmp_path):
    make_model().to(torch.bfloat16).save_pretrained(tmp_path / "dense")
    model = load_model(tmp_path / "dense")
    outcome = quantise_model(model, QuantizeSettings("rtn"), None, HERE)
    model.save_pretrained(tmp_path / "out", max_shard_size="30KB")
    assert len(list((tmp_path / "out").glob("*.safetensors"))) > 1
    outcome.finish(tmp_path / "out")
    index = json.loads((tmp_path / "out" / "model.safetensors.index.json").read_text())["weight_map"]
    assert any(name.endswith("weight_packed") for name in index)
    loaded = load_dequantised(tmp_path / "out", torch.device("cpu"), SCHEMES["W4A16"])
    for left, right in zip(logits_of(model, default_probes(96)), logits_of(loaded, default_probes(96)), strict=True):
        assert torch.equal(left, right)


def test_pruned_then_quantised_keeps_the_mask_and_says_so(model_folder, tmp_path):
    run_request(CompressionRequest(model_folder, tmp_path / "pruned", "magnitude", 0.5))
    for method in ("rtn", "gptq"):
        record = run_request(
            CompressionRequest(
                tmp_path / "pruned", tmp_path / method, method, calibration="random", calibration_samples=2,
                sequence_length=64, options={"scheme": "W8A8"},
            )
        )  # fmt: skip
        assert record.details["mask_survival"] == 1.0
        assert record.parent["method"] == "magnitude"


@pytest.mark.parametrize(("widths", "group"), [([1536, 8960], 128), ([576, 1536], 64), ([96], 32), ([40], None)])
def test_group_sizes(widths, group):
    assert common_group(widths) == group


def test_what_does_not_fit_is_refused(tmp_path):
    with pytest.raises(InputError, match="multiples of 32"):
        quantise_model(make_model(intermediate_size=40), QuantizeSettings("rtn"), None, HERE)
    with pytest.raises(InputError, match="outside of linear modules"):
        quantise_model(make_model("qwen3_moe"), QuantizeSettings("rtn"), None, HERE)
    with pytest.raises(InputError, match="needs calibration"):
        quantise_model(make_model(), QuantizeSettings("gptq"), None, HERE)
    with pytest.raises(InputError, match="--sparsity does not apply"):
        CompressionRequest(tmp_path, tmp_path, "rtn", 0.5).check()
    with pytest.raises(InputError, match="group must be one of"):
        CompressionRequest(tmp_path, tmp_path, "rtn", options={"group": "100"}).check()
