"""Mean and mean squared gradients of the next-token loss, one window at a time, accumulated on the host.

Each parameter's gradient is added to its sums and freed as soon as backward has produced it, so the device holds the
model, one gradient and the activations, however many windows there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.calibration import Calibration
from logicbench.compression.linears import LinearView
from logicbench.compression.progress import Notify, Step, silent

Sums = dict[tuple[int, str], tuple[Tensor, Tensor]]
"""Sum of g and of g**2, by the module's identity and the parameter's name."""


@dataclass(frozen=True, slots=True)
class GradientStatistics:
    """Gradients of a matrix over windows, each window's loss being its mean over tokens.

    Attributes:
        mean: Mean of g, [out, in], float32.
        squares: Mean of g**2, [out, in], float32: the diagonal of the empirical Fisher.
    """

    mean: Tensor
    squares: Tensor

    def to(self, device: torch.device) -> GradientStatistics:
        """Return the statistics on a device."""
        return GradientStatistics(self.mean.to(device), self.squares.to(device))


def gradient_statistics(
    model: nn.Module,
    views: Sequence[LinearView],
    calibration: Calibration,
    device: torch.device,
    notify: Notify = silent,
    stage: str = "gradients",
) -> dict[str, GradientStatistics]:
    """Return gradient statistics of the matrices by name.

    The whole model must fit on the device with the activations of one window; it is left there.
    """
    model.to(device).eval()
    sums: Sums = {}
    handles = _watch(model, views, sums)
    try:
        for number, window in enumerate(calibration.windows):
            ids = window.to(device)[None]
            logits = model(input_ids=ids, use_cache=False).logits
            loss = nn.functional.cross_entropy(logits[0, :-1].float(), ids[0, 1:])
            torch.autograd.backward(loss)
            notify(Step(stage, number + 1, len(calibration.windows)))
    finally:
        for handle in handles:
            handle.remove()
        model.requires_grad_(True)
        model.zero_grad(set_to_none=True)
    return {view.name: _of_view(view, sums, len(calibration.windows)) for view in views}


def _watch(model: nn.Module, views: Sequence[LinearView], sums: Sums) -> list[Any]:
    model.requires_grad_(False)
    handles = []
    for view in views:
        key = (id(view.module), view.parameter)
        if key in sums:
            continue
        parameter = getattr(view.module, view.parameter)
        parameter.requires_grad_(True)
        total = torch.zeros(parameter.shape, dtype=torch.float32)
        squares = torch.zeros_like(total)
        sums[key] = (total, squares)

        def add(tensor: Tensor, total: Tensor = total, squares: Tensor = squares) -> None:
            assert tensor.grad is not None
            gradient = tensor.grad.to("cpu", torch.float32)
            total += gradient
            squares.addcmul_(gradient, gradient)
            tensor.grad = None

        handles.append(parameter.register_post_accumulate_grad_hook(add))
    return handles


def _of_view(view: LinearView, sums: Sums, windows: int) -> GradientStatistics:
    total, squares = sums[id(view.module), view.parameter]
    if view.kind == "expert":
        total, squares = total[view.expert], squares[view.expert]
    elif view.kind == "conv1d":
        total, squares = total.t(), squares.t()
    return GradientStatistics(total / windows, squares / windows)
