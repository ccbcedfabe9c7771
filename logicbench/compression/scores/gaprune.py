"""GAPrune: domain importance weighed by how the domain's gradient agrees with the general one (arXiv 2509.10844)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need


@dataclass(frozen=True, slots=True)
class GaPruneScore:
    """S = softplus((F_domain - b F_general) |W| * clip(1 + 0.2 cos, 0.8, 1.2) + 0.3 sqrt|W|), inside each matrix.

    F are diagonal Fishers and cos the cosine between the two mean gradients of the matrix. The method was made for
    embedding models; for it to work on matrices whose gradients differ by orders of magnitude, each of F|W| and
    sqrt|W| is divided by its mean over the matrix, which is ours.
    """

    balance: float = 0.5
    needs: frozenset[Need] = frozenset()
    gradients: frozenset[str] = frozenset({"domain", "general"})
    comparison: Comparison = "matrix"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        size = weight.float().abs()
        domain = evidence.gradients["domain"].to(weight.device)
        general = evidence.gradients["general"].to(weight.device)
        cosine = torch.cosine_similarity(domain.mean.flatten(), general.mean.flatten(), dim=0)
        gain = _relative(domain.squares * size) - self.balance * _relative(general.squares * size)
        alignment = (1 + 0.2 * cosine).clamp(0.8, 1.2)
        return torch.nn.functional.softplus(gain * alignment + 0.3 * _relative(size.sqrt()))


def _relative(values: Tensor) -> Tensor:
    mean = values.mean()
    return values / mean if mean > 0 else values
