"""Tests of two runs on the same items."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from logicbench.evals.statistics.clustered import Codes, Floats, encode, sum_by

_MAX_STEPS = 1 << 21
"""Largest support of an exact permutation distribution that is computed; beyond it, it is sampled."""

_MAX_UNIT = 5040
"""Largest denominator that is tried to write cluster sums as whole numbers."""


def mcnemar_exact(lost: int, gained: int) -> float:
    """Return the exact two-sided p-value of McNemar's test: a fair coin for each item whose verdict changed.

    Args:
        lost: Items right in the first run only.
        gained: Items right in the second run only.
    """
    changed = lost + gained
    if changed == 0:
        return 1.0
    return min(1.0, 2 * float(stats.binom.cdf(min(lost, gained), changed, 0.5)))


def mcnemar_midp(lost: int, gained: int) -> float:
    """Return the mid-p value of McNemar's test (Fagerland et al. 2013, BMC Med. Res. Methodol. 13:91).

    Less conservative than the exact test; its size stays close to, and hardly ever above, the nominal level.
    """
    changed = lost + gained
    if changed == 0:
        return 1.0
    return min(1.0, mcnemar_exact(lost, gained) - float(stats.binom.pmf(min(lost, gained), changed, 0.5)))


def sign_flip(
    differences: ArrayLike, clusters: ArrayLike | None = None, *, draws: int = 20_000, seed: int = 0
) -> float:
    """Return the two-sided p-value of the paired permutation test: under the null, a cluster's sign is a fair coin.

    Exact where the cluster sums are multiples of a common unit, as those of verdicts are: their distribution is a
    product of polynomials. Otherwise sampled, with the observed sum counted among the draws (Phipson and Smyth 2010).
    With one verdict an item and no clusters this is McNemar's exact test.

    Args:
        differences: Second run less first, one an item, shape (n,).
        clusters: Labels of shape (n,); None makes every item its own cluster.
        draws: Signs sampled where the exact distribution is out of reach.
        seed: Of the generator for these.
    """
    values = np.asarray(differences, dtype=np.float64)
    sums = values if clusters is None else sum_by(values, encode(np.asarray(clusters)))
    # Thirds that cancel leave some 1e-17: nothing.
    sizes = np.abs(sums[np.abs(sums) > 1e-9])
    if not len(sizes):
        return 1.0
    observed = abs(float(sums.sum()))
    unit = _common_unit(sizes)
    if unit is not None and float(sizes.sum()) * unit <= _MAX_STEPS:
        steps = np.rint(sizes * unit).astype(np.int64)
        return _exact_flip(steps, round(observed * unit))
    return _sampled_flip(sizes, observed, draws, seed)


def _common_unit(sizes: Floats) -> int | None:
    """Return a small u such that all sizes are multiples of 1/u, or None."""
    distinct = np.unique(sizes)
    if len(distinct) > 4096:
        return None
    unit = 1
    for size in distinct.tolist():
        scaled = size * unit
        if abs(scaled - round(scaled)) <= 1e-7:
            continue
        for factor in range(2, _MAX_UNIT // unit + 1):
            if abs(scaled * factor - round(scaled * factor)) <= 1e-7 * factor:
                unit *= factor
                break
        else:
            return None
    return unit


def _exact_flip(steps: Codes, observed: int) -> float:
    """Return P(|sum of randomly signed steps| >= observed).

    The sum is 2 X - S with X the sum of the steps that kept their sign, so only X's distribution is built.
    """
    total = int(steps.sum())
    chances = np.ones(1)
    for step, times in sorted(Counter(steps.tolist()).items()):
        spread = np.zeros(step * times + 1)
        spread[::step] = stats.binom.pmf(np.arange(times + 1), times, 0.5)
        chances = _convolve(chances, spread)
    support = np.abs(2 * np.arange(total + 1) - total)
    return min(1.0, float(chances[support >= observed].sum()))


def _convolve(first: Floats, second: Floats) -> Floats:
    """Convolve directly while that is cheap: the transform's error is absolute and would swamp small tails."""
    if len(first) * np.count_nonzero(second) <= 1 << 26:
        result = np.zeros(len(first) + len(second) - 1)
        for place in np.flatnonzero(second).tolist():
            result[place : place + len(first)] += second[place] * first
        return result
    size = len(first) + len(second) - 1
    padded = 1 << (size - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(first, padded) * np.fft.rfft(second, padded), padded)[:size]
    return np.maximum(product, 0.0)


def _sampled_flip(sizes: Floats, observed: float, draws: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    extreme = 0
    chunk = max(1, (1 << 23) // len(sizes))
    for start in range(0, draws, chunk):
        count = min(chunk, draws - start)
        signs = rng.integers(0, 2, size=(count, len(sizes)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ sizes) >= observed * (1 - 1e-12)).sum())
    return (extreme + 1) / (draws + 1)


def tango_score(lost: float, gained: float, items: float, difference: float) -> float:
    """Return Tango's score statistic of paired proportions (1998, Stat. Med. 17:891), standard normal under the null.

    Args:
        lost: Items right in the first run only; need not be whole.
        gained: Items right in the second run only.
        items: Number of independent items.
        difference: Hypothesised second less first, in (-1, 1).
    """
    linear = -gained - lost + (2 * items - gained + lost) * difference
    constant = -lost * difference * (1 - difference)
    root = math.sqrt(max(0.0, linear * linear - 8 * items * constant))
    share = (root - linear) / (4 * items)
    variance = items * (2 * share + difference * (1 - difference))
    centred = gained - lost - items * difference
    if variance <= 0:
        return 0.0 if centred == 0 else math.copysign(math.inf, centred)
    return centred / math.sqrt(variance)
