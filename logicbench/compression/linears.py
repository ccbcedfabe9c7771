"""One view on everything that multiplies by a matrix: nn.Linear, GPT-2's Conv1D, and fused mixture-of-experts tensors.

Transformers 5 keeps the experts of a layer as three-dimensional parameters, which a search for ``nn.Linear`` silently
skips; GPT-2's Conv1D stores its matrix transposed. A `LinearView` hides both: its weight is always [out, in] and
shares storage with the model, so writing to it changes the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from torch import Tensor, nn

from logicbench.errors import InputError

ROUTER_NAMES = frozenset({"gate", "router", "shared_expert_gate"})
"""Last components of the names of linear routers, which are never compressed: they decide which expert runs."""

EXPERT_PARAMETERS = ("gate_up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class LinearView:
    """A matrix of the model.

    Attributes:
        name: Full name; an expert's ends with its number, as in ``model.layers.0.mlp.experts.down_proj.3``.
        layer: Number of the decoder layer that holds it; -1 for the output head.
        module: The module that owns the parameter.
        parameter: The parameter's name in the module.
        kind: How it is stored.
        expert: The expert's number, or -1.
    """

    name: str
    layer: int
    module: nn.Module
    parameter: str = "weight"
    kind: Literal["linear", "conv1d", "expert"] = "linear"
    expert: int = -1

    @property
    def weight(self) -> Tensor:
        """The matrix [out, in], detached, sharing the model's storage."""
        tensor: Tensor = getattr(self.module, self.parameter).detach()
        if self.kind == "expert":
            return tensor[self.expert]
        return tensor.t() if self.kind == "conv1d" else tensor

    @property
    def gradient(self) -> Tensor | None:
        """The gradient [out, in] of the matrix, if one has been computed."""
        tensor: Tensor | None = getattr(self.module, self.parameter).grad
        if tensor is None:
            return None
        if self.kind == "expert":
            return tensor[self.expert]
        return tensor.t() if self.kind == "conv1d" else tensor

    @property
    def size(self) -> int:
        """Number of weights."""
        return self.weight.numel()


def is_expert_block(module: nn.Module) -> bool:
    """Tell whether a module keeps the weights of several experts in three-dimensional parameters."""
    return all(isinstance(getattr(module, name, None), nn.Parameter) for name in EXPERT_PARAMETERS) and (
        getattr(module, EXPERT_PARAMETERS[0]).dim() == 3
    )


def check_expert_block(module: nn.Module, name: str) -> None:
    """Refuse fused experts in a layout other than gate above up, [experts, out, in], without biases.

    Raises:
        InputError: If the layout is another one.
    """
    odd = {"is_transposed": False, "has_bias": False, "has_gate": True, "is_concatenated": True}
    for attribute, expected in odd.items():
        if getattr(module, attribute, expected) is not expected:
            raise InputError(f"{name}: experts with {attribute} = {not expected} are not supported")


def views_of(module: nn.Module, prefix: str, layer: int) -> Iterator[LinearView]:
    """Yield a view on every matrix inside a module, in the module's order, routers left out."""
    for path, child in module.named_modules():
        name = f"{prefix}.{path}" if path else prefix
        if path.rpartition(".")[2] in ROUTER_NAMES:
            continue
        if isinstance(child, nn.Linear):
            yield LinearView(name, layer, child)
        elif (
            type(child).__name__ == "Conv1D" and getattr(child, "weight", None) is not None and child.weight.dim() == 2
        ):
            yield LinearView(name, layer, child, kind="conv1d")
        elif is_expert_block(child):
            check_expert_block(child, name)
            for parameter in EXPERT_PARAMETERS:
                for expert in range(getattr(child, parameter).shape[0]):
                    yield LinearView(f"{name}.{parameter}.{expert}", layer, child, parameter, "expert", expert)


def unprotected(views: list[LinearView], protect: tuple[str, ...]) -> list[LinearView]:
    """Return the views whose names match none of the shell-style patterns.

    Raises:
        InputError: If a pattern matches nothing, which is nearly always a typing error, or everything.
    """
    for pattern in protect:
        if not any(fnmatchcase(view.name, pattern) for view in views):
            raise InputError(f"the protect pattern {pattern!r} matches no tensor; one is called {views[0].name!r}")
    left = [view for view in views if not any(fnmatchcase(view.name, pattern) for pattern in protect)]
    if not left:
        raise InputError("the protect patterns leave nothing to compress")
    return left
