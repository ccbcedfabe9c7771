"""How small a difference a number of items can show, and how many items a difference needs."""

from __future__ import annotations

import math

import numpy as np
from scipy import optimize, stats

from logicbench.evals.statistics.intervals import quantile


def _power_quantile(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError(f"power must be in (0, 1), not {power}")
    return float(stats.norm.ppf(power))


def required_items(delta: float, flip_rate: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return how many paired items McNemar's test needs to show a difference (Connor 1987, Biometrics 43:207).

    Args:
        delta: Difference of accuracy to be shown, in (0, 1).
        flip_rate: Share of items whose verdict differs between the two runs; at least `delta`.
        power: Chance to show it.
        alpha: Two-sided level.

    Raises:
        ValueError: If an argument is out of range.
    """
    _check_rates(delta, flip_rate)
    root = quantile(1 - alpha) * math.sqrt(flip_rate) + _power_quantile(power) * math.sqrt(flip_rate - delta**2)
    return max(1, math.ceil((root / delta) ** 2))


def detectable_difference(items: float, flip_rate: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the smallest difference that a number of paired items shows.

    The inverse of `required_items`, with the same arguments; `items` need not be whole. NaN if even a difference as
    large as the flip rate would be missed.
    """
    if items <= 0 or not 0 < flip_rate <= 1:
        return math.nan
    z_alpha, z_power = quantile(1 - alpha), _power_quantile(power)

    def missing(delta: float) -> float:
        return z_alpha * math.sqrt(flip_rate) + z_power * math.sqrt(flip_rate - delta**2) - delta * math.sqrt(items)

    if missing(flip_rate) > 0:
        return math.nan
    return float(optimize.brentq(missing, 0.0, flip_rate, xtol=1e-9))


def mcnemar_power(items: int, delta: float, flip_rate: float, alpha: float = 0.05, midp: bool = False) -> float:
    """Return the exact power of McNemar's exact (or mid-p) test: the sum over all numbers of flips.

    Args:
        items: Number of paired items.
        delta: True difference of accuracy.
        flip_rate: Share of items whose verdict differs.
        alpha: Two-sided level.
        midp: Whether the mid-p test is used.
    """
    _check_rates(delta, flip_rate)
    share = (flip_rate - delta) / (2 * flip_rate)
    flips = np.arange(items + 1)
    chances = stats.binom.pmf(flips, items, flip_rate)
    total = 0.0
    for flip in flips[chances > 1e-12].tolist():
        limit = _critical(flip, alpha, midp)
        reject = stats.binom.cdf(limit, flip, share) + stats.binom.cdf(limit, flip, 1 - share) if limit >= 0 else 0.0
        total += float(chances[flip] * reject)
    return min(1.0, total)


def _critical(flips: int, alpha: float, midp: bool) -> int:
    """Return the largest smaller count at which the test rejects, or -1."""
    counts = np.arange(flips // 2 + 1)
    p_values = 2 * stats.binom.cdf(counts, flips, 0.5)
    if midp:
        p_values = p_values - stats.binom.pmf(counts, flips, 0.5)
    return int(np.searchsorted(p_values, alpha, side="right")) - 1


def required_items_unpaired(delta: float, accuracy: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return how many items each of two unpaired runs needs, for comparison with the paired design.

    Args:
        delta: Drop to be shown.
        accuracy: Of the better run.
        power: Chance to show it.
        alpha: Two-sided level.
    """
    other = accuracy - delta
    if not 0 < delta < 1 or not 0 <= other <= 1:
        raise ValueError(f"accuracy {accuracy} and accuracy less delta must be in [0, 1]")
    spread = accuracy * (1 - accuracy) + other * (1 - other)
    return max(1, math.ceil(((quantile(1 - alpha) + _power_quantile(power)) / delta) ** 2 * spread))


def required_items_equivalence(margin: float, flip_rate: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Return how many paired items the two one-sided tests need where the true difference is 0.

    Args:
        margin: Largest difference that does not matter.
        flip_rate: Share of items whose verdict differs.
        power: Chance to show equivalence.
        alpha: Level of each one-sided test.
    """
    if not 0 < margin < 1 or not 0 < flip_rate <= 1:
        raise ValueError("margin and flip rate must be in (0, 1)")
    z = float(stats.norm.ppf(1 - alpha)) + _power_quantile((1 + power) / 2)
    return max(1, math.ceil(flip_rate * (z / margin) ** 2))


def design_effect(cluster_size: float, correlation: float) -> float:
    """Return by how much clusters inflate the variance: 1 + (size - 1) x intra-cluster correlation (Kish 1965)."""
    return max(0.0, 1 + (cluster_size - 1) * correlation)


def _check_rates(delta: float, flip_rate: float) -> None:
    if not 0 < delta < 1:
        raise ValueError(f"delta must be in (0, 1), not {delta}")
    if not delta <= flip_rate <= 1:
        raise ValueError(f"the flip rate must be at least the difference {delta} and at most 1, not {flip_rate}")
