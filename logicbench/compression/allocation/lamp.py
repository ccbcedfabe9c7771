"""LAMP: layer-adaptive magnitude (Lee et al., ICLR 2021, arXiv 2010.07611)."""

from __future__ import annotations

import torch
from torch import Tensor


def lamp_scores(weight: Tensor) -> Tensor:
    """Return w**2 / (sum of the squares of all weights at least as large), in the order of increasing |w|.

    Pruning by a global threshold on these scores minimises a bound on the output distortion; the largest weight of
    every matrix scores 1 and survives. Only how many fall under the threshold matters, so the order is not undone.

    Args:
        weight: Of any shape; the result is flat, float32, and not decreasing.
    """
    squares = weight.float().flatten().square().sort().values
    above = squares.double().flip(0).cumsum(0).flip(0)
    return torch.where(above > 0, squares / above, 0).float()
