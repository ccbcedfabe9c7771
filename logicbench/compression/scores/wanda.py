"""Wanda: weights and activations (Sun et al., ICLR 2024, arXiv 2306.11695)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need


@dataclass(frozen=True, slots=True)
class WandaScore:
    """S_ij = |W_ij| * rms(x_j), compared inside each output row.

    The published score has the l2 norm of input j over the calibration tokens in place of the root mean square; the
    two differ by one factor for the whole matrix, so the masks are the same. A matrix that saw no token (an expert
    never routed to) is scored by magnitude: all its Wanda scores are zero, and order by index would be arbitrary.
    """

    needs: frozenset[Need] = frozenset({"squares"})
    gradients: frozenset[str] = frozenset()
    comparison: Comparison = "row"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        scores = weight.float().abs()
        inputs = evidence.inputs
        return scores * inputs.norms.to(weight.device) if inputs is not None and inputs.tokens else scores
