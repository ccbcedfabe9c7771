"""The paired difference of two runs with its interval, and the test that it lies within a margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from logicbench.evals.statistics.clustered import ClusteredMean, Floats, clustered_mean
from logicbench.evals.statistics.intervals import Interval, quantile
from logicbench.evals.statistics.paired import tango_score

Outcome = Literal["equivalent", "worse", "better", "not shown equivalent"]


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Mean of second less first over the same items, and what its interval is made of.

    The interval inverts Tango's score test at the effective number of items, with Student's critical value, and does
    not collapse where little or nothing changed. With several samples an item, what is lost and gained are sums of
    fractions, and the effective number is that of whole flips that would give the same standard error.
    """

    found: ClusteredMean
    lost: float
    """Sum of all drops, at the effective number of items; the score test's counts."""
    gained: float
    items: float
    """Effective number of independent items."""

    @property
    def estimate(self) -> float:
        """Second less first."""
        return self.found.mean

    def tail(self, difference: float) -> float:
        """Return the one-sided p-value of the hypothesis that the true difference is at most `difference`."""
        df = self.found.df
        if df < 1:
            return 1.0
        return float(stats.t.sf(tango_score(self.lost, self.gained, self.items, difference), df))

    def interval(self, confidence: float = 0.95) -> Interval:
        """Return the two-sided interval."""
        if self.found.df < 1:
            return Interval(self.estimate, -1.0, 1.0)
        critical = quantile(confidence, self.found.df)
        return Interval(self.estimate, self._solve(critical), self._solve(-critical))

    def _solve(self, critical: float) -> float:
        """Return the difference at which the score statistic, which falls in it, takes a value."""
        edge = 1 - 1e-9

        def excess(difference: float) -> float:
            return tango_score(self.lost, self.gained, self.items, difference) - critical

        if excess(-edge) <= 0:
            return -1.0
        if excess(edge) >= 0:
            return 1.0
        return float(optimize.brentq(excess, -edge, edge, xtol=1e-10))


def paired_difference(first: ArrayLike, second: ArrayLike, clusters: ArrayLike | None = None) -> PairedDifference:
    """Return the paired difference of two runs over the same items.

    Args:
        first: Score of each item in the first run, in [0, 1], shape (n,).
        second: Score of each item in the second run, shape (n,).
        clusters: Labels of shape (n,); None makes every item its own cluster.
    """
    changes: Floats = np.asarray(second, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    found = clustered_mean(changes, clusters)
    lost, gained = -float(changes[changes < 0].sum()), float(changes[changes > 0].sum())
    effective = _effective_items(changes, found)
    scale = effective / len(changes) if len(changes) else 0.0
    return PairedDifference(found, lost * scale, gained * scale, effective)


def _effective_items(changes: Floats, found: ClusteredMean) -> float:
    """Return how many independent whole flips would give the same standard error; the clusters where nothing varies."""
    variance = float(changes.var()) if len(changes) else 0.0
    if variance == 0 or found.clusters < 2:
        return float(found.clusters)
    items = float(found.items)
    if found.standard_error > 0:
        items = min(items, variance / found.standard_error**2)
    whole = float(np.abs(changes).mean()) - found.mean**2
    return items * whole / variance


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Outcome of two one-sided tests."""

    margin: float
    p_value: float
    """The larger of the two one-sided p-values; equivalence is shown where it is at most alpha."""
    interval: Interval
    """At confidence 1 - 2 alpha: equivalence is shown where it lies within the margin."""
    outcome: Outcome

    @property
    def sentence(self) -> str:
        """The outcome in the words that may be quoted."""
        points = f"{100 * self.margin:g} points"
        if self.outcome == "equivalent":
            shown = ""
            if self.interval.high < 0:
                shown = " (and a smaller drop is shown)"
            elif self.interval.low > 0:
                shown = " (and a smaller gain is shown)"
            return f"equivalent within {points}{shown}"
        return f"not shown equivalent within {points}" if self.outcome == "not shown equivalent" else self.outcome


def tost(difference: PairedDifference, margin: float, alpha: float = 0.05) -> Equivalence:
    """Test whether a difference lies within a margin, by two one-sided tests (Schuirmann 1987).

    Args:
        difference: Second less first.
        margin: Largest difference that does not matter, in the units of the score.
        alpha: Level of each one-sided test, and half the level of ``worse`` and ``better``, which are two-sided.

    Returns:
        ``equivalent`` if both tests reject; otherwise ``worse`` or ``better`` if the interval at confidence 1 - alpha
        excludes 0; otherwise ``not shown equivalent``, which never means that there is no loss.

    Raises:
        ValueError: If the margin is not in (0, 1).
    """
    if not 0 < margin < 1:
        raise ValueError(f"the margin must be in (0, 1), not {margin}")
    p_value = max(difference.tail(-margin), 1 - difference.tail(margin))
    wide = difference.interval(1 - alpha)
    outcome: Outcome = "not shown equivalent"
    if p_value <= alpha:
        outcome = "equivalent"
    elif wide.high < 0:
        outcome = "worse"
    elif wide.low > 0:
        outcome = "better"
    return Equivalence(margin, p_value, difference.interval(1 - 2 * alpha), outcome)
