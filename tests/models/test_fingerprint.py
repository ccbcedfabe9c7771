import json
import shutil
import struct

import pytest
from tiny_models import make_model

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from logicbench.errors import InputError  # noqa: E402
from logicbench.models.fingerprint import count_parameters, describe_source, weight_files, weights_hash  # noqa: E402
from logicbench.models.loading import find_source  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model"))


def digest(path):
    return weights_hash(weight_files(find_source(path)))


def test_the_hash_follows_content_and_not_place(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert digest(copy) == digest(folder)
    other = make_model(tmp_path / "other", seed=1)
    assert digest(other) != digest(folder)


def test_the_hash_sees_a_changed_header_and_a_changed_end(folder, tmp_path):
    weights = (folder / "model.safetensors").read_bytes()
    for change in (weights.replace(b'"F32"', b'"I32"', 1), weights[:-1] + bytes([weights[-1] ^ 1])):
        copy = tmp_path / "model.safetensors"
        copy.write_bytes(change)
        assert weights_hash([copy]) != weights_hash([folder / "model.safetensors"])


def test_zeros_are_counted_exactly_in_every_type(tmp_path):
    from safetensors.torch import save_file

    tensors = {
        "a": torch.tensor([[0.0, 1.0], [0.0, -0.0]]),
        "b": torch.tensor([0, 3, 0], dtype=torch.int8),
        "c": torch.tensor([0.0, 2.0, -1.0, -0.0]).to(torch.float8_e4m3fn),
        "d": torch.tensor(5.0),
        "e": torch.ones(3, 2, 2, dtype=torch.bfloat16),
    }
    path = tmp_path / "x.safetensors"
    save_file(tensors, path)
    found = count_parameters([path], path.stat().st_size)
    assert found["parameters"] == 4 + 3 + 4 + 1 + 12
    assert found["nonzero_share"] == pytest.approx((1 + 1 + 2 + 1 + 12) / 24)
    assert found["stored_types"] == ["BF16", "F32", "F8_E4M3", "I8"]


def test_the_record_of_compression_and_origin_go_in(folder, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / "compression.json").write_text(json.dumps({"method": "magnitude", "sparsity": 0.5}))
    assert describe_source(find_source(copy))["compression"] == {"method": "magnitude", "sparsity": 0.5}
    assert describe_source(find_source(folder))["compression"] is None
    (copy / "compression.json").write_text("{")
    with pytest.raises(InputError, match=r"compression\.json"):
        describe_source(find_source(copy))


@pytest.mark.parametrize("content", [b"", b"abc", struct.pack("<Q", 10**12), struct.pack("<Q", 4) + b"nope"])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"bad\.safetensors"):
        count_parameters([path], len(content))


def test_sources(folder, tmp_path):
    assert find_source(folder).gguf is None
    (tmp_path / "a.gguf").write_bytes(b"")
    assert find_source(tmp_path).gguf == "a.gguf"
    assert find_source(tmp_path / "a.gguf").path == tmp_path / "a.gguf"
    (tmp_path / "b.gguf").write_bytes(b"")
    with pytest.raises(InputError, match=r"a\.gguf, b\.gguf"):
        find_source(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="save_pretrained"):
        find_source(tmp_path)
