"""D-Pruner: keep what matters in general while pruning for a domain (Zhang et al., NAACL Findings 2024)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need


@dataclass(frozen=True, slots=True)
class DPrunerScore:
    """Taylor importance under the domain's loss plus a penalty on moving generally important weights.

    With m the mean gradient and F the mean squared gradient (diagonal Fisher) on each data set::

        G_ij = |W m_general| + W**2 F_general / 2            general importance
        d_ij = m_domain * (1 + c * G_ij / mean(G) * F_domain / mean(F_domain))
        S_ij = |W d| + (W d)**2 / 2

    d is the gradient of L_domain + penalty * sum G (dW)**2 for dW one step of gradient descent, the Hessian being
    replaced by the diagonal Fisher. The authors have published no code: this follows the paper's formulas, and the
    two means, which make `strength` (c) free of units, are ours. Compared inside each row.
    """

    strength: float = 1.0
    needs: frozenset[Need] = frozenset()
    gradients: frozenset[str] = frozenset({"domain", "general"})
    comparison: Comparison = "row"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        matrix = weight.float()
        general = evidence.gradients["general"].to(weight.device)
        domain = evidence.gradients["domain"].to(weight.device)
        importance = (matrix * general.mean).abs() + matrix.square() * general.squares / 2
        penalty = _relative(importance) * _relative(domain.squares)
        first = matrix * domain.mean * (1 + self.strength * penalty)
        return first.abs() + first.square() / 2


def _relative(values: Tensor) -> Tensor:
    mean = values.mean()
    return values / mean if mean > 0 else values
