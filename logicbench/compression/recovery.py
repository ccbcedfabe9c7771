"""Recovery: low-rank updates trained on the calibration data, with what was pruned kept at zero.

LoRA (Hu et al., ICLR 2022, arXiv 2106.09685) with the mask inside: the weight that the model computes with is
(W + scale * B A) * mask, so merging changes nothing and the merged weights have the same zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder
from logicbench.compression.linears import LinearView
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.progress import Notify, Step, silent
from logicbench.errors import InputError
from logicbench.seeding import Stream


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """How to train.

    Attributes:
        rank: Of the updates.
        alpha: The update is scaled by alpha / rank.
        learning_rate: Of AdamW, falling linearly to zero.
        epochs: Passes over the calibration data.
        batch_size: Windows in a step.
        seed: Of the first factors and of the order of the windows.
    """

    rank: int = 8
    alpha: float = 16.0
    learning_rate: float = 2e-4
    epochs: int = 2
    batch_size: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.rank, self.epochs, self.batch_size) < 1 or not self.learning_rate > 0:
            raise InputError("the rank, the epochs, the batch size and the learning rate of LoRA must be positive")


@dataclass(frozen=True, slots=True)
class Recovery:
    """What training did: mean next-token loss on the calibration data before and after, and optimiser steps."""

    loss_before: float
    loss_after: float
    steps: int


def recovered(transformation: Transformation, settings: LoraSettings, calibration: Calibration) -> Transformation:
    """Return a transformation followed by recovery."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        outcome = transformation(model, workplace)
        model.to(workplace.device)
        found = recover(model, settings, calibration, workplace.notify)
        details = {"loss_before": found.loss_before, "loss_after": found.loss_after, "steps": found.steps}
        return replace(outcome, details={**outcome.details, "recovery": details})

    return transform


def recover(model: Any, settings: LoraSettings, calibration: Calibration, notify: Notify = silent) -> Recovery:
    """Train low-rank updates of all linear modules of the decoder layers and merge them, in place; zeros stay zero.

    Raises:
        InputError: If the model keeps weights outside of linear modules.
    """
    views = Decoder.of(model).all_views()
    if any(view.kind != "linear" for view in views):
        raise InputError(f"--recover lora trains linear modules only; {type(model).__name__} has others")
    device = next(model.parameters()).device
    before = mean_loss(model, calibration, settings.batch_size)
    wanted = [parameter.requires_grad for parameter in model.parameters()]
    model.requires_grad_(False)
    factors = _attach(views, settings)
    optimiser = torch.optim.AdamW([parameter for pair in factors for parameter in pair], lr=settings.learning_rate)
    order = [
        part
        for epoch in range(settings.epochs)
        for part in _batches(calibration, settings.batch_size, settings.seed, epoch)
    ]
    falling = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, total_iters=len(order))
    model.eval()  # no dropout: the aim is the function that will be saved
    with torch.enable_grad():
        for step, batch in enumerate(order):
            loss = _loss(model, batch.to(device))
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_([parameter for pair in factors for parameter in pair], 1.0)
            optimiser.step()
            falling.step()
            notify(Step("recover", step + 1, len(order), f"loss {loss.item():.4f}"))
    for view in views:
        parametrize.remove_parametrizations(view.module, "weight", leave_parametrized=True)
    for parameter, state in zip(model.parameters(), wanted, strict=True):
        parameter.requires_grad_(state)
    return Recovery(before, mean_loss(model, calibration, settings.batch_size), len(order))


@torch.no_grad()
def mean_loss(model: Any, calibration: Calibration, batch_size: int = 1) -> float:
    """Return a model's mean next-token loss over windows."""
    device = next(model.parameters()).device
    total, count = 0.0, 0
    for batch in calibration.batches(batch_size):
        total += _loss(model, batch.to(device)).item() * len(batch)
        count += len(batch)
    return total / count


class _LowRank(nn.Module):
    """Turns a weight into the weight with its update, masked as the weight was."""

    def __init__(self, weight: Tensor, rank: int, scale: float, seed: int) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        first = torch.randn(rank, weight.shape[1], generator=generator) / weight.shape[1] ** 0.5
        self.first = nn.Parameter(first.to(weight.device))
        self.second = nn.Parameter(torch.zeros(weight.shape[0], rank, device=weight.device))
        self.register_buffer("mask", weight != 0)
        self.mask: Tensor
        self.scale = scale

    def forward(self, weight: Tensor) -> Tensor:
        updated = weight.float() + self.scale * self.second @ self.first
        return (updated * self.mask).to(weight.dtype)


def _attach(views: Sequence[LinearView], settings: LoraSettings) -> list[tuple[nn.Parameter, nn.Parameter]]:
    factors = []
    for view in views:
        seed = Stream("lora", settings.seed, view.name).below(2**31)
        update = _LowRank(view.weight, settings.rank, settings.alpha / settings.rank, seed)
        parametrize.register_parametrization(view.module, "weight", update)
        factors.append((update.first, update.second))
    return factors


def _batches(calibration: Calibration, size: int, seed: int, epoch: int) -> list[Tensor]:
    windows = Stream("lora-order", seed, epoch).shuffled(calibration.windows)
    return list(replace(calibration, windows=tuple(windows)).batches(size))


def _loss(model: Any, ids: Tensor) -> Tensor:
    logits = model(input_ids=ids, use_cache=False).logits[:, :-1].float()
    return nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
