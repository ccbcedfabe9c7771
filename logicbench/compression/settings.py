"""Settings of mask pruning, checked when made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from logicbench.compression.methods import ALLOCATIONS, find_method
from logicbench.compression.patterns import UNSTRUCTURED, Pattern
from logicbench.errors import InputError, UnknownNameError

GLOBAL_METHODS = frozenset({"magnitude", "random", "wanda", "ria", "gblm", "dpruner", "gaprune"})


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """How to mask a model.

    Attributes:
        method: Name of a method of the family ``mask``.
        sparsity: Share of the matrices' weights to zero.
        pattern: Which weights may go together.
        scope: Whether scores compete inside a layer (a row or matrix, as the score says) or over the whole model.
        allocation: How the sparsity is shared over layers.
        seed: Of random scores.
        protect: Shell-style patterns of matrices to leave alone.
        min_keep: Share of every matrix that a global threshold leaves.
        normalise: Divide magnitudes by their matrix's rms, for a global threshold over matrices of unequal scale.
        refine: Refine masks by DSnoT.
        head: Also prune the output head.
        rounds: Prune in so many rounds of growing sparsity (Zhu & Gupta's cubic schedule), recalibrating in each.
        batch_size: Windows run together.
        damping: Of SparseGPT's Hessian.
    """

    method: str
    sparsity: float
    pattern: Pattern = UNSTRUCTURED
    scope: Literal["layer", "global"] = "layer"
    allocation: str = "uniform"
    seed: int = 0
    protect: tuple[str, ...] = ()
    min_keep: float = 0.0
    normalise: bool = False
    refine: bool = False
    head: bool = False
    rounds: int = 1
    batch_size: int = 1
    damping: float = 0.01

    def __post_init__(self) -> None:
        if find_method(self.method).family != "mask":
            raise InputError(f"{self.method} is no masking method")
        if self.allocation not in ALLOCATIONS:
            raise UnknownNameError("allocation", self.allocation, ALLOCATIONS)
        if not 0.0 <= self.sparsity < 1.0:
            raise InputError(f"the sparsity must be at least 0 and below 1, not {self.sparsity:g}")
        if self.rounds < 1 or self.batch_size < 1:
            raise InputError("rounds and batch size must be at least 1")
        if not 0.0 <= self.min_keep < 1.0:
            raise InputError(f"the minimum kept must be at least 0 and below 1, not {self.min_keep:g}")
        self._check_combination()

    def _check_combination(self) -> None:
        if self.pattern.structured:
            if abs(self.sparsity - self.pattern.sparsity) > 1e-9:
                raise InputError(f"pattern {self.pattern} means a sparsity of {self.pattern.sparsity:g}; leave it out")
            if self.allocation != "uniform" or self.scope == "global" or self.rounds > 1:
                raise InputError(f"pattern {self.pattern} fixes the sparsity of every group: no allocation, no rounds")
        if self.scope == "global":
            if self.method not in GLOBAL_METHODS:
                raise InputError(f"{self.method} has no scores to compare over the model; use --scope layer")
            if self.allocation != "uniform" or self.refine:
                raise InputError("a global threshold allocates by itself: leave out --allocate and --refine")
        elif self.min_keep:
            raise InputError("a minimum kept goes with --scope global")

    def to_json(self) -> dict[str, Any]:
        """Return the settings for the record."""
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}


def _plain(value: Any) -> Any:
    if isinstance(value, Pattern):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def cubic_schedule(final: float, rounds: int, initial: float = 0.0) -> list[float]:
    """Return the sparsity after each round: final + (initial - final) * (1 - t)**3 (Zhu & Gupta 2017, 1710.01878)."""
    return [final + (initial - final) * (1 - (step + 1) / rounds) ** 3 for step in range(rounds)]
