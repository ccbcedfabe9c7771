"""Means of items that are not independent: items of one group, and samples of one item.

The unit that was drawn at random is the group (an instance and all its surfaces, variants and twins). Summing within
groups first makes the error right whatever the dependence inside a group is (Liang and Zeger 1986; Miller 2024, "Adding
Error Bars to Evals", arXiv:2411.00640).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from logicbench.evals.statistics.intervals import Interval, quantile, wilson

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def encode(labels: Sequence[Any] | NDArray[Any]) -> Codes:
    """Return labels as numbers 0, 1, ... in order of first appearance, shape (n,)."""
    seen: dict[Any, int] = {}
    return np.fromiter((seen.setdefault(label, len(seen)) for label in labels), dtype=np.int64, count=len(labels))


def sum_by(values: ArrayLike, codes: Codes) -> Floats:
    """Return the sum of the values of each code; rows are summed if `values` is of shape (n, m)."""
    array = np.asarray(values, dtype=np.float64)
    size = int(codes.max()) + 1 if len(codes) else 0
    if array.ndim == 1:
        sums: Floats = np.bincount(codes, weights=array, minlength=size).astype(np.float64)
        return sums
    columns = [np.bincount(codes, weights=column, minlength=size) for column in array.T]
    return np.stack(columns, axis=1) if columns else np.empty((size, 0))


@dataclass(frozen=True, slots=True)
class ClusteredMean:
    """A mean and its cluster-robust standard error."""

    mean: float
    standard_error: float
    """NaN where fewer than two clusters leave nothing to estimate it from."""
    items: int
    clusters: int

    @property
    def df(self) -> int:
        """Degrees of freedom of the t quantiles: clusters less one."""
        return self.clusters - 1

    def interval(self, confidence: float = 0.95) -> Interval:
        """Return the t interval; infinitely wide where there are fewer than two clusters."""
        if self.clusters < 2:
            return Interval(self.mean, -math.inf, math.inf)
        half = quantile(confidence, self.df) * self.standard_error
        return Interval(self.mean, self.mean - half, self.mean + half)


def clustered_mean(values: ArrayLike, clusters: ArrayLike | None = None) -> ClusteredMean:
    """Return the mean of all values with its CR1 standard error.

    The variance is G/(G-1) times the sum over the G clusters of the squared sum of residuals, over the squared number
    of values; with one value a cluster this is the textbook standard error.

    Args:
        values: Shape (n,).
        clusters: Labels of shape (n,); None makes every value its own cluster.
    """
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return ClusteredMean(math.nan, math.nan, 0, 0)
    mean = float(array.mean())
    codes = np.arange(len(array)) if clusters is None else encode(np.asarray(clusters))
    sums = sum_by(array - mean, codes)
    groups = len(sums)
    if groups < 2:
        return ClusteredMean(mean, math.nan, len(array), groups)
    variance = groups / (groups - 1) * float(sums @ sums) / len(array) ** 2
    return ClusteredMean(mean, math.sqrt(variance), len(array), groups)


def effective_trials(found: ClusteredMean) -> float:
    """Return how many independent trials would give a proportion the same standard error.

    Never more than the items, and the number of clusters where the proportion is 0 or 1 and shows no variance.
    """
    if found.clusters < 2 or not 0 < found.mean < 1:
        return float(found.clusters)
    if found.standard_error == 0:
        return float(found.items)
    return min(float(found.items), found.mean * (1 - found.mean) / found.standard_error**2)


def clustered_proportion(values: ArrayLike, clusters: ArrayLike | None = None, confidence: float = 0.95) -> Interval:
    """Return the Wilson interval of a mean of values in [0, 1] at the effective number of independent trials.

    The effective number follows Korn and Graubard (1998, Survey Methodology 24:193); the critical value is Student's
    with one degree of freedom less than there are clusters.
    """
    found = clustered_mean(values, clusters)
    trials = effective_trials(found)
    return wilson(found.mean * trials, trials, confidence, found.df if found.clusters > 1 else math.inf)


@dataclass(frozen=True, slots=True)
class NestedMean:
    """A mean over items of the mean over their samples, and where its error comes from."""

    mean: ClusteredMean
    sampling_variance: float
    """The part of the squared standard error that more samples of each item would remove; NaN with single samples."""

    @property
    def sampling_share(self) -> float:
        """Share of the squared standard error due to sampling, in [0, 1]; NaN with single samples."""
        total = self.mean.standard_error**2
        if math.isnan(self.sampling_variance) or not total > 0:
            return math.nan
        return min(1.0, self.sampling_variance / total)

    def error_with(self, factor: float) -> float:
        """Return the standard error that `factor` times as many samples of the same items would give."""
        share = self.sampling_share
        if math.isnan(share):
            return math.nan
        return self.mean.standard_error * math.sqrt(1 - share + share / factor)


def item_means(values: ArrayLike, items: Codes) -> Floats:
    """Return the mean of each item's samples; `items` are codes 0..n-1 that all occur."""
    return sum_by(values, items) / np.bincount(items)


def nested_mean(values: ArrayLike, items: ArrayLike, clusters: ArrayLike | None = None) -> NestedMean:
    """Return the mean over items of the mean over samples, for samples within items within clusters.

    The standard error is cluster-robust at the top level, which covers both levels below it. The sampling part is the
    unbiased sum of s_i^2 / (k_i n^2) over the n items with k_i samples of variance s_i^2.

    Args:
        values: Shape (samples,).
        items: Label of each sample's item, shape (samples,).
        clusters: Label of each sample's cluster, shape (samples,); None makes every item its own cluster.
    """
    array = np.asarray(values, dtype=np.float64)
    codes = encode(np.asarray(items))
    if not len(array):
        return NestedMean(ClusteredMean(math.nan, math.nan, 0, 0), math.nan)
    counts = np.bincount(codes)
    means = sum_by(array, codes) / counts
    if clusters is None:
        mean = clustered_mean(means)
    else:
        _, first = np.unique(codes, return_index=True)
        mean = clustered_mean(means, np.asarray(clusters)[first])
    if (counts < 2).any():
        return NestedMean(mean, math.nan)
    within = sum_by((array - means[codes]) ** 2, codes) / (counts - 1)
    return NestedMean(mean, float((within / counts).sum()) / len(counts) ** 2)
