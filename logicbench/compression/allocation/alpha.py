"""AlphaPruning: prune more where the spectrum's tail is light (Lu et al., NeurIPS 2024, arXiv 2410.10912)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def hill_exponent(weight: Tensor, tail: float = 0.5) -> float:
    """Return Hill's estimate of the power-law exponent of the eigenvalues of W'W.

    1 + k / sum over the k largest eigenvalues of ln(eigenvalue / the next smaller one's), k being `tail` of them. A
    small exponent is a heavy tail, the mark of a well-trained matrix.

    Args:
        weight: [out, in].
        tail: Share of the eigenvalues that counts as the tail.
    """
    eigenvalues = torch.linalg.svdvals(weight.float()).square().double()  # descending
    eigenvalues = eigenvalues[eigenvalues > eigenvalues[0] * 1e-12]
    count = max(1, min(int(len(eigenvalues) * tail), len(eigenvalues) - 1))
    if len(eigenvalues) < 2:
        return math.inf
    logs = (eigenvalues[:count] / eigenvalues[count]).log().sum().item()
    return 1 + count / logs if logs > 0 else math.inf


def layer_ratios(exponents: Sequence[float], target: float, spread: float = 0.3) -> list[float]:
    """Map exponents linearly to ratios in target * [1 - spread, 1 + spread], the greatest exponent pruned most."""
    finite = [value for value in exponents if math.isfinite(value)]
    if not finite or min(finite) == max(finite):
        return [target] * len(exponents)
    low, high = min(finite), max(finite)
    places = [(min(value, high) - low) / (high - low) for value in exponents]
    return [target * (1 - spread + 2 * spread * place) for place in places]
