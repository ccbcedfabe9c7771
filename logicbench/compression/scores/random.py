"""Random scores: the control that every table needs."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need
from logicbench.seeding import digest


@dataclass(frozen=True, slots=True)
class RandomScore:
    """S_ij ~ U[0, 1), from a stream of the seed and the matrix's name, drawn on the CPU so that devices agree."""

    needs: frozenset[Need] = frozenset()
    gradients: frozenset[str] = frozenset()
    comparison: Comparison = "matrix"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        seed = int.from_bytes(digest("random-score", evidence.seed, evidence.name)[:8], "little") >> 1
        generator = torch.Generator().manual_seed(seed)
        return torch.rand(weight.shape, generator=generator).to(weight.device)
