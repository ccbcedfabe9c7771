"""Finite-size 50% points of k-colourability: how many edges make half of a model's graphs colourable.

Measured by ``benchmarks/coloring.py thresholds`` as the median, over 400 random orders of edges, of the least number of
edges at which the graph is not k-colourable.
"""

from __future__ import annotations

import bisect

from logicbench.errors import GenerationError

_M50: dict[tuple[str, int], dict[int, float]] = {
    ("gnm", 2): {5: 5, 8: 7, 10: 9, 15: 12, 20: 15, 30: 21, 50: 33, 100: 62.5},
    ("gnm", 3): {5: 8, 6: 10, 8: 15, 10: 19, 12: 23, 15: 29, 20: 41, 30: 62, 40: 85, 50: 107, 75: 166, 100: 223.5,
        150: 340},
    ("gnm", 4): {6: 13, 8: 20, 10: 28, 12: 35, 15: 47, 20: 67, 30: 108, 40: 151.5, 50: 195, 75: 304},
    ("gnm", 5): {8: 24, 10: 34, 12: 45, 15: 61.5, 20: 90, 30: 153, 40: 218},
    ("planar", 2): {8: 7, 20: 13, 50: 26},
    ("planar", 3): {8: 14, 10: 18, 15: 27, 20: 35.5, 30: 52, 50: 83, 100: 149.5},
    ("small-world", 3): {8: 14, 10: 21, 15: 31, 20: 42, 30: 63, 50: 104, 100: 204.5},
    ("small-world", 4): {10: 25, 15: 42, 20: 65, 30: 102, 50: 173},
    ("geometric", 3): {8: 11, 10: 12, 15: 15, 20: 19, 30: 24, 50: 32, 100: 48},
    ("geometric", 4): {10: 20, 15: 26.5, 20: 32, 30: 44, 50: 62.5, 100: 102.5},
    ("geometric", 5): {10: 28, 15: 38, 20: 48, 30: 64, 50: 97},
}  # fmt: skip

_ASYMPTOTIC = {2: 1.0, 3: 4.687, 4: 8.901, 5: 13.669, 6: 18.880, 7: 24.455, 8: 30.335, 9: 36.490, 10: 42.93}
"""Average degrees of G(n, m) at the transition (Krzakala, Pagnani and Weigt 2004; Zdeborová and Krzakala 2007)."""

_REGULAR = {2: 2, 3: 5, 4: 9, 5: 14, 6: 19}
_LIKE_UNIFORM = ("gnp", "planted", "flat")


def threshold_edges(model: str, order: int, k: int) -> int:
    """Return the number of edges at which half of a model's graphs are k-colourable.

    Interpolated in the average degree between measured sizes; beyond them the last degree is kept, except for uniform
    graphs, where it runs to the asymptotic one. Planted and flat graphs, always colourable, are hardest near the
    uniform model's point and use that.

    Raises:
        GenerationError: If no point is known; the degree must then be given.
    """
    name = "gnm" if model in _LIKE_UNIFORM else model
    table = _M50.get((name, k))
    if table is None:
        if name == "gnm" and k in _ASYMPTOTIC:
            return round(_ASYMPTOTIC[k] * order / 2)
        raise GenerationError(f"the 50% point of model {model!r} with {k} colours is not known; give a degree")
    sizes = sorted(table)
    degrees = [2 * table[size] / size for size in sizes]
    if order <= sizes[0]:
        degree = min(degrees[0], order - 1)
    elif order < sizes[-1]:
        right = bisect.bisect_left(sizes, order)
        share = (order - sizes[right - 1]) / (sizes[right] - sizes[right - 1])
        degree = degrees[right - 1] * (1 - share) + degrees[right] * share
    elif name == "gnm" and k in _ASYMPTOTIC:
        # The gap to the asymptotic degree shrinks with the size.
        degree = _ASYMPTOTIC[k] + (degrees[-1] - _ASYMPTOTIC[k]) * sizes[-1] / order
    else:
        degree = degrees[-1]
    return round(degree * order / 2)


def regular_degree(order: int, k: int) -> int:
    """Return the largest degree at which random regular graphs are mostly k-colourable, made to fit the order.

    Raises:
        GenerationError: If no degree is known; it must then be given.
    """
    if k not in _REGULAR:
        raise GenerationError(f"the transition of regular graphs with {k} colours is not known; give a degree")
    degree = min(_REGULAR[k], order - 1)
    return degree - 1 if degree * order % 2 else degree
