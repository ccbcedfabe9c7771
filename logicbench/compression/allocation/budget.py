"""Moving ratios so that they meet the total exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence

from logicbench.errors import InputError

CEILING = 0.99
"""No part is pruned more than this: an emptied layer disconnects the model."""


def meet_target(
    ratios: Sequence[float], sizes: Sequence[int], target: float, *, ceiling: float = CEILING
) -> list[float]:
    """Shift all ratios by one amount, clipped to [0, ceiling], so that their weighted mean is the target.

    Args:
        ratios: Wanted share to prune of each part.
        sizes: Weights in each part.
        target: Share to prune of the whole.
        ceiling: Most that is pruned of any part.

    Raises:
        InputError: If the target is over the ceiling.
    """
    if not 0 <= target <= ceiling:
        raise InputError(f"a sparsity of {target:g} cannot be shared out with at most {ceiling:g} in each part")
    total = sum(sizes)

    def mean(shift: float) -> float:
        return math.fsum(min(max(r + shift, 0.0), ceiling) * n for r, n in zip(ratios, sizes, strict=True)) / total

    low, high = -max(ratios), ceiling - min(ratios)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    return [min(max(ratio + high, 0.0), ceiling) for ratio in ratios]
