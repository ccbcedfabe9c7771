"""Writing a compressed model as an ordinary Hugging Face folder, and proving that it loads to the same function."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from logicbench.compression.loading import load_model
from logicbench.compression.sidecar import Sidecar
from logicbench.errors import InputError, LogicbenchError

COPIED = (
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.*",
    "merges.txt",
    "spiece.model",
    "sentencepiece*.model",
    "*.tiktoken",
    "chat_template*",
    "generation_config.json",
    "LICENSE*",
)
"""Files that are copied byte for byte from the original: saving them through the library may alter them."""


Loader = Callable[[Path, torch.device], Any]
"""Loads a model's folder onto a device."""


class ReloadError(LogicbenchError):
    """A saved checkpoint does not give the logits of the model that was saved."""


def check_output(output: Path) -> None:
    """Refuse to write over something.

    Raises:
        InputError: If the output exists and is not an empty folder.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise InputError(f"the output {output} already exists; remove it or choose another")


def save(
    model: Any,
    source: Path,
    output: Path,
    sidecar: Sidecar,
    probes: Sequence[Tensor],
    finish: Callable[[Path], None] | None = None,
    loader: Loader = load_model,
) -> Sidecar:
    """Save a model, load it again, compare logits, and write the record last.

    The presence of ``compression.json`` therefore says that the folder is complete.

    Args:
        model: The compressed model.
        source: Folder of the original, whose tokenizer files are copied.
        output: Folder to make.
        sidecar: The record so far.
        probes: Token ids [batch, length] on which logits must be bit-identical after reloading.
        finish: Rewrites the folder after the weights are saved, before they are loaded again.
        loader: Loads the folder.

    Returns:
        The record as written, with ``reload_identical`` set.

    Raises:
        InputError: If the output exists.
        ReloadError: If the logits differ.
    """
    check_output(output)
    expected = logits_of(model, probes)
    output.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(output)
    copy_companions(source, output)
    if finish is not None:
        finish(output)
    difference = reload_difference(output, expected, probes, next(model.parameters()).device, loader)
    if difference != 0.0:
        raise ReloadError(
            f"the checkpoint in {output} gives other logits when loaded again (by up to {difference:g}); "
            "this architecture is not saved faithfully, do not use the folder"
        )
    record = replace(sidecar, reload_identical=True)
    record.write(output)
    return record


def copy_companions(source: Path, output: Path) -> None:
    """Copy the tokenizer and generation files of a model."""
    for path in sorted(source.iterdir()):
        if path.is_file() and any(fnmatchcase(path.name, pattern) for pattern in COPIED):
            shutil.copyfile(path, output / path.name)


@torch.no_grad()
def logits_of(model: Any, probes: Sequence[Tensor]) -> list[Tensor]:
    """Return the logits [batch, length, vocabulary] of each probe, on the CPU."""
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    result = [model(input_ids=probe.to(device), use_cache=False).logits.cpu() for probe in probes]
    model.train(training)
    return result


def reload_difference(
    output: Path,
    expected: Sequence[Tensor],
    probes: Sequence[Tensor],
    device: torch.device,
    loader: Loader = load_model,
) -> float:
    """Return the greatest difference between a saved model's logits and the expected ones; 0 means bit-identical."""
    found = logits_of(loader(output, device), probes)
    worst = 0.0
    for left, right in zip(expected, found, strict=True):
        if left.shape != right.shape:
            return float("inf")
        if not torch.equal(left, right):
            worst = max(worst, (left.double() - right.double()).abs().max().item(), 5e-324)
    return worst


def default_probes(vocabulary: int, count: int = 4, length: int = 32) -> list[Tensor]:
    """Return token ids that run through the vocabulary, for comparing logits."""
    step = max(1, vocabulary // (count * length))
    ids = torch.arange(count * length) * step % vocabulary
    return [row[None] for row in ids.reshape(count, length)]
