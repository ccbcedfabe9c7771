"""What the inputs of each matrix look like over the calibration data.

Modules that read the same tensor (query, key and value; gate and up) share one accumulator, which saves almost half
of the work. Sums are kept in float64 and rounded once, so they do not depend on the order of the batches. An expert
sees the tokens that the router sends it, no others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from logicbench.compression.linears import LinearView

Need = Literal["squares", "moments", "gram"]


@dataclass(slots=True)
class InputStatistics:
    """Sums over the input vectors x of a matrix.

    Attributes:
        width: Length of an input vector.
        device: Where the sums are.
        needs: Which of the sums are kept.
        tokens: Number of vectors seen.
        squares: Sum of x**2, [width], float64.
        mean: Mean of x, [width], float64.
        deviations: Sum of (x - mean)**2, [width], float64 (Chan, Golub and LeVeque's parallel update).
        gram: Sum of x x', [width, width], float32.
    """

    width: int
    device: torch.device
    needs: frozenset[Need]
    tokens: int = 0
    squares: Tensor | None = None
    mean: Tensor | None = None
    deviations: Tensor | None = None
    gram: Tensor | None = None

    def __post_init__(self) -> None:
        def zeros(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
            return torch.zeros(*shape, dtype=dtype, device=self.device)

        if "squares" in self.needs:
            self.squares = zeros(self.width)
        if "moments" in self.needs:
            self.mean, self.deviations = zeros(self.width), zeros(self.width)
        if "gram" in self.needs:
            self.gram = zeros(self.width, self.width, dtype=torch.float32)

    def add(self, vectors: Tensor) -> None:
        """Count input vectors of shape [tokens, width]."""
        count = vectors.shape[0]
        if count == 0:
            return
        if self.gram is not None:
            single = vectors.float()
            self.gram.addmm_(single.t(), single)
        if self.squares is not None:
            self.squares += vectors.double().square_().sum(0)
        if self.mean is not None and self.deviations is not None:
            exact = vectors.double()
            mean = exact.mean(0)
            shift = mean - self.mean
            total = self.tokens + count
            self.deviations += (exact - mean).square_().sum(0) + shift.square() * (self.tokens * count / total)
            self.mean += shift * (count / total)
        self.tokens += count

    @property
    def norms(self) -> Tensor:
        """Root mean square of each input, [width], float32.

        The mean over tokens makes the figure independent of how the data is cut into windows. It differs from the
        l2 norm of the published codes by one factor for the whole matrix, which changes no comparison inside it.
        """
        assert self.squares is not None
        return (self.squares / max(self.tokens, 1)).sqrt().float()

    @property
    def variance(self) -> Tensor:
        """Population variance of each input, [width], float64."""
        assert self.deviations is not None
        return self.deviations / max(self.tokens, 1)


@contextmanager
def collect(views: Sequence[LinearView], needs: frozenset[Need]) -> Iterator[dict[str, InputStatistics]]:
    """Collect statistics of the inputs of some matrices while the model runs inside the block.

    Yields:
        A dict from the views' names that fills with the first batch; names that share an input share the value.
    """
    found: dict[str, InputStatistics] = {}
    collector = _Collector(needs, found)
    handles: list[Any] = []
    experts: dict[int, tuple[nn.Module, list[LinearView]]] = {}
    for view in views:
        if view.kind == "expert":
            experts.setdefault(id(view.module), (view.module, []))[1].append(view)
        else:
            handles.append(view.module.register_forward_pre_hook(collector.linear_hook(view)))
    for module, members in experts.values():
        handles.append(module.register_forward_pre_hook(collector.expert_hook(members)))
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


class _Collector:
    """Makes the hooks, and remembers which modules share an input."""

    def __init__(self, needs: frozenset[Need], found: dict[str, InputStatistics]) -> None:
        self._needs, self._found = needs, found
        self._leaders: set[str] = set()
        self._last: tuple[Tensor, InputStatistics] | None = None

    def linear_hook(self, view: LinearView) -> Any:
        def hook(module: nn.Module, args: tuple[Any, ...]) -> None:
            inputs: Tensor = args[0]
            if view.name not in self._found:
                # Holding the last input keeps its address from being reused by another tensor.
                if self._last is not None and _same(self._last[0], inputs):
                    self._found[view.name] = self._last[1]
                else:
                    self._found[view.name] = self._new(inputs)
                    self._leaders.add(view.name)
                self._last = (inputs, self._found[view.name])
            if view.name in self._leaders:
                self._found[view.name].add(inputs.reshape(-1, inputs.shape[-1]))

        return hook

    def expert_hook(self, members: list[LinearView]) -> Any:
        def hook(module: Any, args: tuple[Any, ...]) -> None:
            hidden, chosen = args[0].reshape(-1, args[0].shape[-1]), args[1]
            for view in members:
                tokens = hidden[(chosen == view.expert).any(-1)]
                if view.parameter == "down_proj":
                    tokens = expert_activations(module, view.expert, tokens)
                statistics = self._found.get(view.name)
                if statistics is None:
                    statistics = self._found[view.name] = self._new(tokens)
                statistics.add(tokens)

        return hook

    def _new(self, inputs: Tensor) -> InputStatistics:
        return InputStatistics(inputs.shape[-1], inputs.device, self._needs)


def expert_activations(module: Any, expert: int, tokens: Tensor) -> Tensor:
    """Return the inputs [tokens, intermediate] of an expert's down projection for its inputs [tokens, hidden]."""
    gate, up = nn.functional.linear(tokens, module.gate_up_proj[expert]).chunk(2, dim=-1)
    result: Tensor = module.act_fn(gate) * up
    return result


def _same(left: Tensor, right: Tensor) -> bool:
    return left is right or (
        left.data_ptr() == right.data_ptr() and left.shape == right.shape and left.stride() == right.stride()
    )
