"""The cluster bootstrap: whole clusters are drawn with replacement, and any figure of their sums is computed anew.

A figure that is a function of sums over clusters (a mean, a ratio, a difference, a fit to binned counts) needs only the
sums: B draws of G clusters are B multinomial vectors times the matrix of cluster sums. Equal clusters are merged first,
which leaves the distribution as it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from logicbench.evals.statistics.clustered import Floats, encode, sum_by
from logicbench.evals.statistics.intervals import Interval, quantile

Statistic = Callable[[Floats], Floats]
"""Maps sums of shape (..., m) to figures of shape (..., q)."""

_CHUNK = 1 << 22
"""Multinomial counts held at once."""


def cluster_sums(parts: ArrayLike, clusters: ArrayLike | None = None) -> Floats:
    """Return the sum of the rows of each cluster, shape (clusters, m).

    Args:
        parts: Shape (n, m): what each item adds to each sum.
        clusters: Labels of shape (n,); None makes every item its own cluster.
    """
    rows = np.asarray(parts, dtype=np.float64)
    return rows if clusters is None else sum_by(rows, encode(np.asarray(clusters)))


def resample_sums(sums: Floats, draws: int, seed: int) -> Floats:
    """Return bootstrap totals of cluster sums, shape (draws, m).

    Args:
        sums: Shape (clusters, m).
        draws: Number of bootstrap samples.
        seed: Of the generator.
    """
    distinct, counts = np.unique(sums, axis=0, return_counts=True)
    clusters = len(sums)
    rng = np.random.default_rng(seed)
    chunk = max(1, _CHUNK // max(1, len(distinct)))
    totals = np.empty((draws, sums.shape[1]))
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        totals[start : start + size] = rng.multinomial(clusters, counts / clusters, size=size) @ distinct
    return totals


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Figures with bootstrap intervals, each array of shape (q,)."""

    estimate: Floats
    low: Floats
    high: Floats
    replicates: Floats
    """Shape (draws, q)."""

    def __getitem__(self, index: int) -> Interval:
        return Interval(float(self.estimate[index]), float(self.low[index]), float(self.high[index]))


def cluster_bootstrap(
    parts: ArrayLike,
    statistic: Statistic,
    clusters: ArrayLike | None = None,
    *,
    draws: int = 2000,
    seed: int = 0,
    confidence: float = 0.95,
    method: Literal["percentile", "bca"] = "bca",
) -> Bootstrap:
    """Return figures of sums over items with intervals from the cluster bootstrap.

    Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 14.

    Args:
        parts: Shape (n, m): what each item adds to each sum.
        statistic: Maps sums (..., m) to figures (..., q); must be vectorised over the leading axes.
        clusters: Labels of shape (n,); None makes every item its own cluster.
        draws: Number of bootstrap samples.
        seed: Of the generator; the same seed gives the same interval.
        confidence: Of the two-sided intervals.
        method: ``percentile``, or ``bca`` (bias-corrected and accelerated, second-order correct).

    Returns:
        Intervals; NaN where the figure is undefined in more than a tenth of the draws.
    """
    sums = cluster_sums(parts, clusters)
    if not len(sums):
        raise ValueError("there is nothing to resample")
    total = sums.sum(axis=0)
    estimate = statistic(total)
    replicates = statistic(resample_sums(sums, draws, seed))
    tails = np.array(expanded_tails(confidence, len(sums)))
    levels = np.broadcast_to(tails[:, None], (2, len(estimate)))
    if method == "bca" and len(sums) > 1:
        levels = _bca_levels(estimate, replicates, statistic(total - np.unique(sums, axis=0)), _weights(sums), tails)
    low, high = _quantiles(replicates, levels)
    return Bootstrap(estimate, low, high, replicates)


def expanded_tails(confidence: float, clusters: int) -> tuple[float, float]:
    """Return the percentiles to read, widened for few clusters (Hesterberg 2015, Am. Stat. 69:371, section 5.2).

    The bootstrap's variance is short by (G-1)/G and its shape normal rather than Student's; the wider tails make up for
    both.
    """
    if clusters < 2:
        return (1 - confidence) / 2, (1 + confidence) / 2
    reach = quantile(confidence, clusters - 1) * math.sqrt(clusters / (clusters - 1))
    tail = float(stats.norm.sf(reach))
    return tail, 1 - tail


def _weights(sums: Floats) -> Floats:
    """Return how many clusters share each distinct row, in the order of `np.unique`."""
    counts: Floats = np.unique(sums, axis=0, return_counts=True)[1].astype(np.float64)
    return counts


def _bca_levels(estimate: Floats, replicates: Floats, left_out: Floats, weights: Floats, tails: Floats) -> Floats:
    """Return the percentiles to read, shape (2, q): moved for bias and for how the error changes with the figure."""
    with np.errstate(all="ignore"):
        below = (replicates < estimate).mean(axis=0) + (replicates == estimate).mean(axis=0) / 2
        bias = stats.norm.ppf(np.clip(below, 1 / (len(replicates) + 1), 1 - 1 / (len(replicates) + 1)))
        spread = (weights[:, None] * left_out).sum(axis=0) / weights.sum() - left_out
        cubes, squares = (weights[:, None] * spread**3).sum(axis=0), (weights[:, None] * spread**2).sum(axis=0)
        pull = np.nan_to_num(cubes / (6 * squares**1.5), posinf=0.0, neginf=0.0)
        moved = bias + stats.norm.ppf(tails)[:, None]
        return stats.norm.cdf(bias + moved / (1 - pull * moved))  # type: ignore[no-any-return]


def _quantiles(replicates: Floats, levels: Floats) -> tuple[Floats, Floats]:
    """Return the quantiles of each column at its own levels; infinite replicates are ordered, never averaged."""
    bounds = np.full(levels.shape, np.nan)
    for column in range(replicates.shape[1]):
        known = np.sort(replicates[~np.isnan(replicates[:, column]), column])
        if len(known) < 0.9 * len(replicates):
            continue
        for row in range(2):
            bounds[row, column] = sorted_quantile(known, float(levels[row, column]))
    return bounds[0], bounds[1]


def sorted_quantile(ordered: Floats, level: float) -> float:
    """Return the ``level * (n + 1)``-th of n sorted values, interpolated, or the nearer where one is infinite.

    That rank leaves the right share of draws outside on average; the common ``level * (n - 1) + 1`` leaves too many.
    """
    if math.isnan(level) or not len(ordered):
        return math.nan
    place = min(max(level * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    left = math.floor(place)
    right = min(left + 1, len(ordered) - 1)
    low, high = float(ordered[left]), float(ordered[right])
    if low == high:
        return low
    if math.isinf(low) or math.isinf(high):
        return low if place - left < 0.5 else high
    return low + (place - left) * (high - low)
