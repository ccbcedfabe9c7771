"""What a score is: a function of a matrix and of what calibration saw of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from torch import Tensor

from logicbench.compression.gradients import GradientStatistics
from logicbench.compression.statistics import InputStatistics, Need

Comparison = Literal["row", "matrix"]
"""Which weights compete: those of one output row, or those of the whole matrix."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a matrix besides its weights.

    Attributes:
        name: The matrix's name, which names its random stream.
        seed: Seed of the random score.
        inputs: Statistics of its inputs, where the score needs them.
        gradients: Statistics of its gradients by data set (``domain``, ``general``), where the score needs them.
    """

    name: str
    seed: int = 0
    inputs: InputStatistics | None = None
    gradients: dict[str, GradientStatistics] = field(default_factory=dict)


class Score(Protocol):
    """Scores every weight of a matrix; the lowest are pruned."""

    @property
    def needs(self) -> frozenset[Need]:
        """Input statistics that the score reads."""

    @property
    def gradients(self) -> frozenset[str]:
        """Data sets whose gradients the score reads."""

    @property
    def comparison(self) -> Comparison:
        """Which weights compete."""

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores [out, in], float32, not negative, of a matrix [out, in]."""
