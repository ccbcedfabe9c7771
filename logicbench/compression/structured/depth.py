"""Fewer layers: which of them to remove, and removing them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.progress import Step
from logicbench.compression.sidecar import TensorReport
from logicbench.errors import InputError
from logicbench.seeding import Stream

PER_LAYER = ("layer_types", "no_rope_layers", "mlp_layer_types")
"""Configuration entries with one value a layer."""


@dataclass(frozen=True, slots=True)
class DepthSettings:
    """How to remove layers.

    Attributes:
        method: ``block-influence``, ``angular``, ``greedy-depth`` or ``random-depth``.
        sparsity: Share of the layers to remove, rounded to whole layers.
        seed: Of the random choice.
        batch_size: Windows run together.
    """

    method: str
    sparsity: float
    seed: int = 0
    batch_size: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.sparsity < 1.0:
            raise InputError(f"the sparsity must be above 0 and below 1, not {self.sparsity:g}")


def shallower(settings: DepthSettings, calibration: Calibration | None) -> Transformation:
    """Return the transformation that removes layers."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        return remove_layers(model, settings, calibration, workplace)

    return transform


@torch.no_grad()
def remove_layers(
    model: Any, settings: DepthSettings, calibration: Calibration | None, workplace: Workplace
) -> Outcome:
    """Remove whole decoder layers, in place.

    Raises:
        InputError: If no layer, or every layer, would go, or data is missing.
    """
    decoder = Decoder.of(model)
    total = len(decoder.layers)
    count = round(settings.sparsity * total)
    if not 0 < count < total:
        raise InputError(f"a sparsity of {settings.sparsity:g} means {count} of {total} layers; at least one must stay")
    details: dict[str, Any] = {}
    if settings.method == "random-depth":
        removed = sorted(Stream("random-depth", settings.seed).shuffled(range(total))[:count])
    else:
        if calibration is None:
            raise InputError(f"{settings.method} needs calibration data; give --calibration")
        if settings.method == "greedy-depth":
            removed, details["losses"] = _greedy(decoder, calibration, settings, count, workplace)
        else:
            removed, details["figures"] = _similar(decoder, calibration, settings, count, workplace)
    sizes = [sum(parameter.numel() for parameter in layer.parameters()) for layer in decoder.layers]
    tensors = tuple(
        TensorReport(f"{decoder.prefix}.{number}", number, size, settings.sparsity, float(number in removed))
        for number, size in enumerate(sizes)
    )
    drop(model, decoder, removed)
    achieved = sum(sizes[number] for number in removed) / sum(sizes)
    return Outcome("shallower", settings.sparsity, achieved, tensors, (), {"removed_layers": removed, **details})


def drop(model: Any, decoder: Decoder, removed: Sequence[int]) -> None:
    """Take layers out of a model, renumber the others, and write what is left into the configuration."""
    kept = [number for number in range(len(decoder.layers)) if number not in removed]
    layers = nn.ModuleList([decoder.layers[number] for number in kept])
    parent_name, _, name = decoder.prefix.rpartition(".")
    setattr(model.get_submodule(parent_name), name, layers)
    for number, layer in enumerate(layers):
        parts: list[Any] = list(layer.modules())
        for part in parts:
            if hasattr(part, "layer_idx"):
                part.layer_idx = number  # the key-value cache is addressed by it
    config = model.config
    config.num_hidden_layers = len(kept)
    for entry in PER_LAYER:
        values = getattr(config, entry, None)
        if isinstance(values, list) and len(values) == len(decoder.layers):
            setattr(config, entry, [values[number] for number in kept])
    windowed = getattr(config, "max_window_layers", None)
    if isinstance(windowed, int):
        config.max_window_layers = sum(number < windowed for number in kept)


def block_influences(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """Return 1 - the mean cosine between a layer's inputs and outputs (ShortGPT, Men et al. 2024, arXiv 2403.03853)."""
    cosines = [
        nn.functional.cosine_similarity(one.float(), two.float(), dim=-1).flatten()
        for one, two in zip(before, after, strict=True)
    ]
    return 1 - torch.cat(cosines).mean().item()


def angle(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    """Return the mean angle, in units of pi, between the last tokens' states (Gromov et al. 2024, arXiv 2403.17887)."""
    cosines = [
        nn.functional.cosine_similarity(one[:, -1].float(), two[:, -1].float(), dim=-1)
        for one, two in zip(before, after, strict=True)
    ]
    return (torch.arccos(torch.cat(cosines).clamp(-1, 1)) / math.pi).mean().item()


def _similar(
    decoder: Decoder, calibration: Calibration, settings: DepthSettings, count: int, workplace: Workplace
) -> tuple[list[int], list[float]]:
    """Return the layers that change their input least: singly, or as one block of consecutive layers."""
    span = count if settings.method == "angular" else 1
    measure = angle if settings.method == "angular" else block_influences
    runner = LayerRunner(decoder, workplace.device, workplace.offload)
    runner.start(calibration.batches(settings.batch_size))
    total = len(decoder.layers)
    states = [[hidden.to("cpu") for hidden in runner.hidden]]
    figures = []
    for layer in range(total):
        with runner.on_device(decoder.layers[layer]):
            runner.advance(layer)
        states.append([hidden.to("cpu") for hidden in runner.hidden])
        if len(states) > span:
            figures.append(measure(states.pop(0), states[-1]))
        workplace.notify(Step("measure", layer + 1, total, f"layer {layer}"))
    order = sorted(range(len(figures)), key=lambda layer: (figures[layer], layer))
    if span > 1 or settings.method == "angular":
        return list(range(order[0], order[0] + span)), figures
    return sorted(order[:count]), figures


def _greedy(
    decoder: Decoder, calibration: Calibration, settings: DepthSettings, count: int, workplace: Workplace
) -> tuple[list[int], list[float]]:
    """Remove one layer after another, each time the one without which the loss is least (SLEB, arXiv 2402.09025)."""
    model: Any = decoder.model
    model.to(workplace.device)
    removed: list[int] = []
    losses: list[float] = []
    for step in range(count):
        tried = {
            layer: _loss(model, decoder, {*removed, layer}, calibration, settings.batch_size, workplace.device)
            for layer in range(len(decoder.layers))
            if layer not in removed
        }
        best = min(tried, key=lambda layer: (tried[layer], layer))
        removed.append(best)
        losses.append(tried[best])
        workplace.notify(Step("search", step + 1, count, f"layer {best}: loss {tried[best]:.4f}"))
    return sorted(removed), losses


def _loss(
    model: Any, decoder: Decoder, without: set[int], calibration: Calibration, batch_size: int, device: torch.device
) -> float:
    """Return the next-token loss of a model some of whose layers hand their input on."""
    total, tokens = 0.0, 0
    for number in without:
        decoder.layers[number].forward = _hand_on
    try:
        for batch in calibration.batches(batch_size):
            ids = batch.to(device)
            logits = model(input_ids=ids, use_cache=False).logits[:, :-1].float()
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="sum")
            total += loss.item()
            tokens += ids[:, 1:].numel()
    finally:
        for number in without:
            del decoder.layers[number].forward
    return total / tokens


def _hand_on(hidden_states: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    return hidden_states
