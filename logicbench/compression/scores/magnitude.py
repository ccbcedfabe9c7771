"""Magnitude: the weight's own size (Han et al., 2015, arXiv 1506.02626)."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need


@dataclass(frozen=True, slots=True)
class MagnitudeScore:
    """S_ij = |W_ij|, or |W_ij| / rms(W) if normalised, which makes matrices of different scale comparable.

    At 50% on a modern 8B model plain magnitude is a known collapse (WikiText-2 perplexity 2499 against 6.14).
    """

    normalise: bool = False
    needs: frozenset[Need] = frozenset()
    gradients: frozenset[str] = frozenset()
    comparison: Comparison = "matrix"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        scores = weight.float().abs()
        if not self.normalise:
            return scores
        rms = scores.square().mean().sqrt()
        return scores / rms if rms > 0 else scores
