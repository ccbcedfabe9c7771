"""Rate-distortion allocation by dynamic programming (after Xu et al., ICCV 2023, "Efficient Joint Optimization").

Given each layer's distortion at some candidate ratios, and assuming that distortions add, the allocation of least
total distortion is f_l(b) = min over r of distortion_l(r) + f_{l-1}(b - weights pruned). The published program counts
single weights, which no language model fits; here the budget is counted in `bins`, which costs
O(layers * ratios * bins).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logicbench.errors import InputError


def allocate(
    distortions: Sequence[Sequence[float]],
    ratios: Sequence[float],
    sizes: Sequence[int],
    target: float,
    bins: int = 20_000,
) -> list[float]:
    """Return each layer's ratio so that total distortion is least and the target is pruned.

    What a layer prunes is rounded down to whole bins, and the target is lowered by one bin a layer to make up for it:
    no allocation that meets the target is missed, the distortion found is never above the least one, and the target
    is missed by at most len(sizes) / bins.

    Args:
        distortions: For each layer, its distortion at each of `ratios`.
        ratios: Candidate ratios.
        sizes: Weights in each layer.
        target: Share to prune of all weights.
        bins: Resolution of the budget.

    Raises:
        InputError: If even the greatest ratio everywhere prunes too little.
    """
    total = sum(sizes)
    need = max(0, int(target * bins - len(sizes)))
    cost = np.asarray(distortions, dtype=np.float64)
    if sum(sizes) * max(ratios) < total * target:
        raise InputError(f"a sparsity of {target:g} cannot be reached with ratios of at most {max(ratios):g} a layer")
    gain = [[int(ratio * size / total * bins + 1e-9) for ratio in ratios] for size in sizes]
    best = np.full(need + 1, np.inf)  # best[b]: least distortion that prunes at least b bins so far
    best[0] = 0.0
    choices: list[np.ndarray] = []
    for layer in range(len(sizes)):
        options = np.stack([_shifted(best, amount) + cost[layer, i] for i, amount in enumerate(gain[layer])])
        choice = options.argmin(0)
        choices.append(choice)
        best = options[choice, np.arange(need + 1)]
    left, picked = need, []
    for layer in reversed(range(len(sizes))):
        index = int(choices[layer][left])
        picked.append(ratios[index])
        left = max(0, left - gain[layer][index])
    return picked[::-1]


def _shifted(best: np.ndarray, amount: int) -> np.ndarray:
    """Return the array whose entry b is best[max(0, b - amount)]."""
    return best[np.maximum(np.arange(len(best)) - amount, 0)]
