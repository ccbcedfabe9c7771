import json
import subprocess
import sys

import pytest
from random_models import make_model

torch = pytest.importorskip("torch")

from logicbench.compression.decoder import Decoder  # noqa: E402
from logicbench.compression.loading import check_folder, load_model, resolve_device  # noqa: E402
from logicbench.compression.patterns import Pattern  # noqa: E402
from logicbench.compression.pipeline import compress_folder, masked  # noqa: E402
from logicbench.compression.saving import ReloadError, default_probes, logits_of, reload_difference, save  # noqa: E402
from logicbench.compression.settings import MaskSettings  # noqa: E402
from logicbench.compression.sidecar import read  # noqa: E402
from logicbench.errors import InputError  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "source"
    make_model(tie_word_embeddings=True).to(torch.bfloat16).save_pretrained(source)
    (source / "tokenizer.json").write_bytes(b'{"odd":   "spacing"}')
    (source / "chat_template.jinja").write_bytes(b"{{ messages }}\n")
    (source / "notes.txt").write_bytes(b"not a tokenizer")
    return source


def compress(source, output, method, calibration, **changes):
    settings = MaskSettings(method, **{"sparsity": 0.5, **changes})
    transformation = masked(settings, calibration)
    data = {"domain": calibration} if calibration else {}
    return compress_folder(source, output, method, settings.to_json(), transformation, calibrations=data)


@pytest.mark.parametrize("kind", ["llama", "qwen2", "qwen3_moe", "olmoe", "gpt2"])
@pytest.mark.parametrize("method", ["magnitude", "wanda", "sparsegpt"])
def test_every_save_reloads_to_identical_logits(kind, method, tmp_path, calibration):
    source, output = tmp_path / "source", tmp_path / "output"
    make_model(kind).to(torch.bfloat16).save_pretrained(source)
    record = compress(source, output, method, calibration)
    assert record.reload_identical
    assert record.achieved == pytest.approx(0.5, abs=0.005)
    loaded = load_model(output)
    assert next(loaded.parameters()).dtype == torch.bfloat16
    zeros = [(view.weight == 0).float().mean().item() for view in Decoder.of(loaded).all_views()]
    assert zeros == pytest.approx([tensor.achieved for tensor in record.tensors])


def test_a_fresh_process_sees_the_same_logits(folder, tmp_path, calibration):
    output = tmp_path / "output"
    compress(folder, output, "wanda", calibration, pattern=Pattern(2, 4))
    probes = default_probes(96)
    expected = torch.cat(logits_of(load_model(output), probes)).double().sum().item()
    code = (
        "import sys, torch, pathlib; torch.set_num_threads(1)\n"
        "from logicbench.compression.loading import load_model\n"
        "from logicbench.compression.saving import default_probes, logits_of\n"
        "found = logits_of(load_model(pathlib.Path(sys.argv[1])), default_probes(96))\n"
        "print(torch.cat(found).double().sum().item().hex())"
    )
    done = subprocess.run([sys.executable, "-c", code, str(output)], capture_output=True, text=True, check=True)
    assert float.fromhex(done.stdout.strip()) == expected


def test_the_record_says_what_was_done(folder, tmp_path, calibration):
    output = tmp_path / "output"
    compress(folder, output, "sparsegpt", calibration)
    record = read(output)
    assert record["method"] == "sparsegpt"
    assert record["settings"]["pattern"] == "unstructured"
    assert record["calibration"]["domain"]["sha256"] == calibration.sha256
    assert record["cost"]["calibration_tokens"] == 144
    assert record["cost"]["seconds"] > 0
    assert set(record["layers"]) == {"0", "1", "2"}
    assert record["effect"]["kind"] == "masked"
    assert record["effect"]["faster"] == []
    assert "vllm" in record["effect"]["not_faster"]
    assert 0 < record["achieved_of_model"] < record["achieved"]
    assert len(record["details"]["output_error_per_token"]) == 21
    second = compress(output, tmp_path / "again", "magnitude", None, sparsity=0.7)
    assert second.parent["method"] == "sparsegpt"


def test_zeros_of_an_earlier_compression_stay(folder, tmp_path, calibration):
    compress(folder, tmp_path / "first", "wanda", calibration)
    compress(tmp_path / "first", tmp_path / "second", "ria", calibration, sparsity=0.7)
    first, second = (Decoder.of(load_model(tmp_path / name)).all_views() for name in ("first", "second"))
    for before, after in zip(first, second, strict=True):
        assert not ((before.weight == 0) & (after.weight != 0)).any()


def test_companions_are_copied_byte_for_byte_and_no_sparsity_is_configured(folder, tmp_path):
    output = tmp_path / "output"
    compress(folder, output, "magnitude", None, pattern=Pattern(2, 4))
    assert (output / "tokenizer.json").read_bytes() == b'{"odd":   "spacing"}'
    assert (output / "chat_template.jinja").read_bytes() == b"{{ messages }}\n"
    assert not (output / "notes.txt").exists()
    text = (output / "config.json").read_text()
    assert "sparsity_config" not in text
    assert "quantization_config" not in text


def test_a_model_that_does_not_survive_saving_is_refused(folder, tmp_path, calibration):
    model = load_model(folder)
    probes = default_probes(96)
    expected = logits_of(model, probes)
    with torch.no_grad():
        model.model.norm.weight.mul_(2)
    model.save_pretrained(tmp_path / "other")
    assert reload_difference(tmp_path / "other", expected, probes, torch.device("cpu")) > 0
    record = compress(folder, tmp_path / "fine", "magnitude", None)
    model.model.norm.forward = lambda hidden: hidden  # a function that no weights file can hold
    with pytest.raises(ReloadError, match="gives other logits"):
        save(model, folder, tmp_path / "bad", record, probes)
    assert read(tmp_path / "bad") is None


def test_nothing_is_overwritten(folder, tmp_path):
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "precious").write_text("x")
    with pytest.raises(InputError, match="already exists"):
        compress(folder, tmp_path / "output", "magnitude", None)


def test_folders_that_cannot_be_pruned_are_named(tmp_path):
    with pytest.raises(InputError, match="no model folder"):
        load_model(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"quantization_config": {"quant_method": "gptq"}}))
    with pytest.raises(InputError, match="already quantised"):
        check_folder(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="cannot load a causal language model"):
        load_model(tmp_path)
    with pytest.raises(InputError, match="unknown device"):
        resolve_device("abacus")


def test_importing_the_package_loads_no_torch():
    code = (
        "import sys, logicbench.compression as c\n"
        "c.find_method('wanda'); c.MaskSettings('wanda', 0.5); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    import logicbench.compression as package

    assert all(getattr(package, name) is not None for name in package.__all__)
