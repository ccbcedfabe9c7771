"""The compressed-tensors file layout: writing codes into a saved model's folder, and reading them back.

``pack-quantized`` keeps 32 / bits codes in each int32, the first in the lowest bits, offset by half of their range;
``int-quantized`` and ``float-quantized`` keep the codes as they are under the weight's own name. Scales are beside them
as ``weight_scale``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import torch
from torch import Tensor

from logicbench.compression.quantization.rounding import Codes
from logicbench.compression.quantization.schemes import Scheme

INDEX = "model.safetensors.index.json"


def write_codes(folder: Path, codes: Mapping[str, Codes], scheme: Scheme, config: Mapping[str, Any]) -> None:
    """Replace weights by their codes in a folder that `save_pretrained` wrote.

    Args:
        folder: The folder.
        codes: By the names of the linear modules.
        scheme: How they are stored.
        config: The ``quantization_config``.
    """
    from safetensors.torch import load_file, save_file

    places: dict[str, str] = {}
    size = 0
    for path in sorted(folder.glob("*.safetensors")):
        tensors: dict[str, Tensor] = {}
        for name, tensor in load_file(path).items():
            module = name.removesuffix(".weight")
            if name.endswith(".weight") and module in codes:
                tensors.update(_stored(module, codes[module], scheme))
            else:
                tensors[name] = tensor
        save_file(tensors, path, metadata={"format": "pt"})
        places.update(dict.fromkeys(tensors, path.name))
        size += sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if (folder / INDEX).is_file():
        index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(places.items()))}
        (folder / INDEX).write_bytes(orjson.dumps(index, option=orjson.OPT_INDENT_2))
    settings = orjson.loads((folder / "config.json").read_bytes())
    settings["quantization_config"] = dict(config)
    (folder / "config.json").write_bytes(orjson.dumps(settings, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def load_dequantised(folder: Path, device: torch.device, scheme: Scheme) -> Any:
    """Load a folder written by `write_codes` as the dense model that its codes stand for."""
    from safetensors.torch import load_file
    from transformers import AutoConfig, AutoModelForCausalLM

    models: Any = AutoModelForCausalLM
    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
    del config.quantization_config
    state: dict[str, Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        state.update(load_file(path))
    dense: dict[str, Tensor] = {}
    for name, tensor in state.items():
        module, _, kind = name.rpartition(".")
        if kind in ("weight_scale", "weight_shape"):
            continue
        if kind in ("weight", "weight_packed") and f"{module}.weight_scale" in state:  # a bias is stored as it was
            scales = state[f"{module}.weight_scale"]
            values = unpack(tensor, scheme.bits) if kind == "weight_packed" else tensor
            dense[f"{module}.weight"] = Codes(values, scales).dequantise().to(scales.dtype)
        else:
            dense[name] = tensor
    model: Any = models.from_config(config, dtype=config.dtype)
    model.load_state_dict(dense, strict=False)
    model.tie_weights()
    return model.to(device).eval()


def pack(values: Tensor, bits: int) -> Tensor:
    """Pack signed codes [out, in] into int32 words [out, in * bits / 32]; the inputs must fill whole words."""
    count = 32 // bits
    shifted = (values.to(torch.int64) + 2 ** (bits - 1)).reshape(values.shape[0], -1, count)
    words = (shifted << (torch.arange(count, device=values.device) * bits)).sum(-1)
    return torch.where(words >= 2**31, words - 2**32, words).to(torch.int32)


def unpack(words: Tensor, bits: int) -> Tensor:
    """Return the signed codes of packed words: the inverse of `pack`."""
    shifts = torch.arange(32 // bits, device=words.device) * bits
    values = (words.to(torch.int64)[..., None] >> shifts) & (2**bits - 1)
    signed: Tensor = (values - 2 ** (bits - 1)).to(torch.int8)
    return signed.reshape(words.shape[0], -1)


def _stored(module: str, codes: Codes, scheme: Scheme) -> dict[str, Tensor]:
    scales = {f"{module}.weight_scale": codes.scales.cpu().contiguous()}
    if scheme.layout != "pack-quantized":
        return {f"{module}.weight": codes.values.cpu().contiguous(), **scales}
    shape = torch.tensor(codes.values.shape, dtype=torch.int64)
    return {
        f"{module}.weight_packed": pack(codes.values, scheme.bits).cpu(),
        **scales,
        f"{module}.weight_shape": shape,
    }
