"""Loading a causal language model and its tokenizer from a folder, and choosing the device."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import nn

from logicbench.errors import InputError, MissingExtraError


def load_model(path: Path, device: torch.device | None = None) -> Any:
    """Load a Hugging Face causal language model in its own precision.

    Args:
        path: A local folder.
        device: Where to put it; the CPU unless given.

    Raises:
        InputError: If the folder holds no such model, or one that is already quantised.
        MissingExtraError: If transformers is not installed.
    """
    check_folder(path)
    try:
        from transformers import AutoModelForCausalLM
    except ImportError as error:
        raise MissingExtraError("transformers", "compress") from error
    try:
        model: Any = AutoModelForCausalLM.from_pretrained(path, dtype="auto", local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"cannot load a causal language model from {path}: {_first_line(error)}") from error
    return model.to(device or torch.device("cpu")).eval()


def load_tokenizer(path: Path) -> Any:
    """Load a model's tokenizer.

    Raises:
        InputError: If the folder holds none.
    """
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"cannot load a tokenizer from {path}: {_first_line(error)}") from error


def check_folder(path: Path) -> None:
    """Refuse anything but a folder with an unquantised model.

    Raises:
        InputError: If there is no ``config.json``, or it asks for quantised or sparse loading.
    """
    config_path = path / "config.json"
    if not config_path.is_file():
        raise InputError(f"{path} is no model folder: it has no config.json")
    try:
        config = json.loads(config_path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{config_path} is not JSON: {error}") from error
    if config.get("quantization_config"):
        raise InputError(f"{path} is already quantised; prune the unquantised model first, then quantise the result")


def model_limits(path: Path) -> tuple[int, int | None]:
    """Return the size of a model's vocabulary, and the most positions that it takes where it says so."""
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(path, local_files_only=True)
    return config.vocab_size, getattr(config, "max_position_embeddings", None)


def resolve_device(name: str) -> torch.device:
    """Return the device of a name: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        InputError: If the name is unknown or there is no such device.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise InputError(f"unknown device {name!r}; use auto, cpu, cuda or cuda:N") from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise InputError("no CUDA device is available; use --device cpu")
    return device


def should_offload(model: nn.Module, device: torch.device, reserve: float = 0.5) -> bool:
    """Tell whether a model takes more than `reserve` of an accelerator's free memory; then its layers visit in turn."""
    if device.type != "cuda":
        return False
    size = sum(tensor.numel() * tensor.element_size() for tensor in model.parameters())
    free, _ = torch.cuda.mem_get_info(device)
    return size > reserve * free


def count_parameters(model: nn.Module) -> int:
    """Return the number of parameters, tied ones once."""
    return sum(tensor.numel() for tensor in model.parameters())


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
