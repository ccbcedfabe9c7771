"""Intervals for a proportion of independent trials, and the record that every interval of the package is."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with a confidence interval; NaN where there is nothing to estimate from."""

    estimate: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """`high` less `low`."""
        return self.high - self.low

    def to_json(self) -> dict[str, float | None]:
        """Return the three numbers as a JSON object; None stands for those that are not finite."""
        return {name: finite_or_none(getattr(self, name)) for name in ("estimate", "low", "high")}

    def scaled(self, factor: float) -> Interval:
        """Return the interval in other units; `factor` must be positive."""
        return Interval(self.estimate * factor, self.low * factor, self.high * factor)


def finite_or_none(value: float) -> float | None:
    """Return the number, or None if it is NaN or infinite, which JSON cannot say."""
    return float(value) if math.isfinite(value) else None


def quantile(confidence: float, df: float = math.inf) -> float:
    """Return the two-sided critical value of Student's t; the normal distribution's with infinite `df`.

    Raises:
        ValueError: If the confidence is not in (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), not {confidence}")
    if df <= 0:
        return math.inf
    tail = 0.5 + confidence / 2
    return float(stats.norm.ppf(tail) if math.isinf(df) else stats.t.ppf(tail, df))


def wilson(successes: float, trials: float, confidence: float = 0.95, df: float = math.inf) -> Interval:
    """Return the score interval of a proportion (Wilson 1927, JASA 22:209), which never collapses at 0 or 1.

    Args:
        successes: In [0, `trials`]; need not be whole, so that an effective number of trials can be used.
        trials: Number of independent trials.
        confidence: Of the two-sided interval.
        df: Degrees of freedom of the critical value where the variance was estimated from few clusters.
    """
    if trials <= 0:
        return Interval(math.nan, 0.0, 1.0)
    share = successes / trials
    z = quantile(confidence, df)
    if math.isinf(z):
        return Interval(share, 0.0, 1.0)
    weight = z * z / trials
    centre = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / trials + weight / (4 * trials)) / (1 + weight)
    low = 0.0 if successes <= 0 else max(0.0, centre - half)
    high = 1.0 if successes >= trials else min(1.0, centre + half)
    return Interval(share, low, high)


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Return the exact interval of a proportion (Clopper and Pearson 1934, Biometrika 26:404): coverage is never less.

    Raises:
        ValueError: If not 0 <= successes <= trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"successes must be in [0, {trials}], not {successes}")
    if trials == 0:
        return Interval(math.nan, 0.0, 1.0)
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, trials - successes + 1))
    high = 1.0 if successes == trials else float(stats.beta.ppf(1 - tail, successes + 1, trials - successes))
    return Interval(successes / trials, low, high)
