"""GBLM-Pruner: gradients beside activations (Das et al., 2023, arXiv 2311.04902)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need


@dataclass(frozen=True, slots=True)
class GblmScore:
    """S_ij = |W_ij| * (rms(x_j) + a * G_ij), compared inside each row; G_ij = sqrt(mean over windows of g_ij**2).

    The published code adds a norm over sequences to a norm over samples, so that its balance of the two terms depends
    on how the data is cut. Here both are means; the default a = 25 is the published 100 at the published 128 windows
    of 2048 tokens: 100 * sqrt(128 / 2048).
    """

    alpha: float = 25.0
    needs: frozenset[Need] = frozenset({"squares"})
    gradients: frozenset[str] = frozenset({"domain"})
    comparison: Comparison = "row"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        factor = self.alpha * evidence.gradients["domain"].squares.to(weight.device).float().sqrt()
        inputs = evidence.inputs
        if inputs is not None and inputs.tokens:
            factor = factor + inputs.norms.to(weight.device)
        return weight.float().abs() * factor
