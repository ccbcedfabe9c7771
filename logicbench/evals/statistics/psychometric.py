"""Accuracy as a psychometric curve over hardness, and its threshold.

The model is that of psychophysics (Wichmann and Hill 2001, Percept. Psychophys. 63:1293) with difficulty for stimulus::

    p(h) = g + (1 - g - l) F(a - b h)

with the guess rate g fixed at each item's chance, an optional lapse rate l, and F logistic or normal. The *threshold*
is the hardness at which performance above chance, (p - g) / (1 - g), is one half. It is stated only where the curve
crosses one half inside the hardness that was measured; outside, only the side is known, and nothing is extrapolated.

Items are gathered into bins of nearly equal hardness, so a fit costs the same for a hundred items as for a million, and
all bootstrap replicates are fitted at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from logicbench.evals.statistics.bootstrap import cluster_sums, expanded_tails, resample_sums, sorted_quantile
from logicbench.evals.statistics.clustered import Floats, encode
from logicbench.evals.statistics.intervals import Interval

Link = Literal["logistic", "probit"]
Side = Literal["crossing", "above", "below"]

BINS = 32
"""Bins of hardness that a fit uses at most, for each chance level."""

LAPSES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.13, 0.16, 0.2)
"""Lapse rates tried where the lapse is fitted."""

_PRIOR_SD = 10.0
"""Standard deviation of the weak normal prior on intercept and slope per unit of scaled hardness (logits); it keeps
perfectly separated data finite."""

_ITERATIONS = 60

_TOLERANCE = 1e-6
"""Gain in log-likelihood below which the climb ends; a threshold moves by far less than its error for it."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Where items lie on the hardness axis: `place` maps each item to a bin."""

    place: NDArray[np.int64]
    hardness: Floats
    """Mean hardness of each bin, shape (bins,)."""
    guess: Floats
    """Chance of each bin, shape (bins,)."""


def bin_items(hardness: ArrayLike, guess: ArrayLike) -> Bins:
    """Gather items into bins of equal chance and nearly equal hardness.

    Args:
        hardness: Shape (n,).
        guess: Chance of each item, shape (n,) or a single number.
    """
    h = np.asarray(hardness, dtype=np.float64)
    g = np.round(np.broadcast_to(np.asarray(guess, dtype=np.float64), h.shape), 4)
    place = np.zeros(len(h), dtype=np.int64)
    used = 0
    for level in np.unique(g):
        members = np.flatnonzero(g == level)
        distinct, inverse = np.unique(h[members], return_inverse=True)
        if len(distinct) > BINS:
            edges = np.unique(np.quantile(h[members], np.linspace(0, 1, BINS + 1)[1:-1]))
            inverse = encode(np.searchsorted(edges, h[members], side="right"))
        place[members] = used + inverse
        used += int(inverse.max()) + 1
    counts = np.bincount(place, minlength=used)
    means = np.bincount(place, weights=h, minlength=used) / counts
    return Bins(place, means, np.bincount(place, weights=g, minlength=used) / counts)


@dataclass(frozen=True, slots=True)
class Psychometric:
    """A fitted curve."""

    side: Side
    """Where the threshold lies: in the measured range, or performance stays above or below one half all along it."""
    threshold: Interval
    """Hardness of half performance above chance; infinite bounds mean beyond the measured range on that side."""
    span: tuple[float, float]
    """Least and greatest hardness measured."""
    slope: Interval
    """Performance above chance that is lost per unit of hardness at the steepest point; negative if it rises."""
    lapse: float
    guess: float
    """Mean chance of the items."""
    link: Link
    grid: Floats
    """Hardness at which the curve is given, shape (points,)."""
    curve: Floats
    """Fitted accuracy, shape (points,)."""
    low: Floats
    """Lower edge of the pointwise band, shape (points,)."""
    high: Floats
    items: int
    clusters: int
    confidence: float

    @property
    def falls(self) -> bool:
        """Whether performance is shown to fall as hardness grows."""
        return self.slope.low > 0

    @property
    def sentence(self) -> str:
        """The threshold in words."""
        low, high = self.span
        if self.side == "above":
            text = f"above {high:.2f}: performance stays over one half up to the hardest items"
        elif self.side == "below":
            text = f"below {low:.2f}: performance is under one half already on the easiest items"
        else:
            text = (
                f"{self.threshold.estimate:.2f} [{self._edge(self.threshold.low)}, {self._edge(self.threshold.high)}]"
            )
        return text if self.falls else f"{text}; no fall with hardness is shown"

    def _edge(self, value: float) -> str:
        if math.isinf(value):
            return f"> {self.span[1]:.2f}" if value > 0 else f"< {self.span[0]:.2f}"
        return f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the threshold moves from one run to another on the same items."""

    shift: Interval
    """Second less first, each clipped to the measured range."""
    bounded: bool
    """Whether a threshold lies outside the measured range, so that the true shift is at least as large."""
    p_value: float
    """Two-sided bootstrap p-value of no shift."""


@dataclass(frozen=True, slots=True)
class _Fits:
    """Fits of many replicates: arrays of shape (replicates,)."""

    intercept: Floats
    slope: Floats
    lapse: Floats
    centre: float
    scale: float
    link: Link

    def rate(self, hardness: Floats) -> Floats:
        """Return F, shape (replicates, points)."""
        z = (hardness - self.centre) / self.scale
        return _cdf(self.intercept[:, None] - self.slope[:, None] * z, self.link)

    def curve(self, hardness: Floats, guess: float) -> Floats:
        return guess + (1 - guess - self.lapse[:, None]) * self.rate(hardness)

    def threshold(self, low: float, high: float, guess: float) -> Floats:
        """Return where performance above chance is one half; -inf or inf where it is not inside the range."""
        ceiling = 1 - self.lapse / (1 - guess)
        ends = ceiling[:, None] * self.rate(np.array([low, high]))
        level = 0.5 / np.maximum(ceiling, 0.5 + 1e-9)
        wanted = special.logit(level) if self.link == "logistic" else special.ndtri(level)
        with np.errstate(divide="ignore", invalid="ignore"):
            at = self.centre + self.scale * (self.intercept - wanted) / self.slope
        middle = ends.mean(axis=1)
        outside = np.where(middle >= 0.5, np.inf, -np.inf)
        return np.where((ends[:, 0] >= 0.5) & (ends[:, 1] < 0.5), np.clip(at, low, high), outside)

    def steepest(self) -> Floats:
        """Return the loss of performance above chance per unit of hardness at the steepest point."""
        density = 0.25 if self.link == "logistic" else 1 / math.sqrt(2 * math.pi)
        return density * self.slope / self.scale


def _cdf(x: Floats, link: Link) -> Floats:
    return np.asarray(special.expit(x) if link == "logistic" else special.ndtr(x))


def _density(x: Floats, rate: Floats, link: Link) -> Floats:
    if link == "logistic":
        return rate * (1 - rate)
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _fit(trials: Floats, hits: Floats, bins: Bins, link: Link, lapse: float | None) -> _Fits:
    """Fit replicates of shape (replicates, bins) by penalised maximum likelihood."""
    centre = float((bins.hardness.min() + bins.hardness.max()) / 2)
    scale = max(float(bins.hardness.max() - bins.hardness.min()) / 2, 1e-6)
    z = (bins.hardness - centre) / scale
    best: tuple[Floats, Floats, Floats, Floats] | None = None
    for tried in (lapse,) if lapse is not None else LAPSES:
        a, b, value = _ascend(trials, hits, z, bins.guess, tried, link)
        if best is None:
            best = (a, b, np.full(len(a), tried), value)
            continue
        better = value > best[3] + 1e-9
        best = (
            np.where(better, a, best[0]),
            np.where(better, b, best[1]),
            np.where(better, tried, best[2]),
            np.where(better, value, best[3]),
        )
    assert best is not None
    return _Fits(best[0], best[1], best[2], centre, scale, link)


def _ascend(
    trials: Floats, hits: Floats, z: Floats, guess: Floats, lapse: float, link: Link
) -> tuple[Floats, Floats, Floats]:
    """Climb by Fisher scoring with step halving; return intercept, slope and penalised log-likelihood.

    The first replicate is the data itself; the others start from its optimum.
    """
    spread = 1 if link == "logistic" else 1.7
    precision = (spread / _PRIOR_SD) ** 2
    a, b = np.zeros(len(trials)), np.zeros(len(trials))
    if len(trials) > 1:
        first = _ascend(trials[:1], hits[:1], z, guess, lapse, link)
        a, b = np.full(len(trials), first[0][0]), np.full(len(trials), first[1][0])
    value = _likelihood(a, b, trials, hits, z, guess, lapse, link, precision)
    for _ in range(_ITERATIONS):
        x = a[:, None] - b[:, None] * z
        rate = _cdf(x, link)
        p = np.clip(guess + (1 - guess - lapse) * rate, 1e-9, 1 - 1e-9)
        slope = (1 - guess - lapse) * _density(x, rate, link)
        pull = (hits - trials * p) / (p * (1 - p)) * slope
        weight = trials * slope**2 / (p * (1 - p))
        ga, gb = pull.sum(1) - precision * a, -(pull * z).sum(1) - precision * b
        haa, hab, hbb = weight.sum(1) + precision, -(weight * z).sum(1), (weight * z * z).sum(1) + precision
        determinant = haa * hbb - hab * hab
        da, db = (hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant
        step = np.minimum(1.0, 4 / np.maximum(np.hypot(da, db), 1e-12))
        for _ in range(12):
            tried = _likelihood(a + step * da, b + step * db, trials, hits, z, guess, lapse, link, precision)
            worse = tried < value - 1e-10
            if not worse.any():
                break
            step = np.where(worse, step / 2, step)
        moved = tried >= value - 1e-10
        a, b = np.where(moved, a + step * da, a), np.where(moved, b + step * db, b)
        gained = np.where(moved, tried - value, 0.0)
        value = np.where(moved, tried, value)
        if float(gained.max(initial=0.0)) < _TOLERANCE:
            break
    return a, b, value


def _likelihood(
    a: Floats,
    b: Floats,
    trials: Floats,
    hits: Floats,
    z: Floats,
    guess: Floats,
    lapse: float,
    link: Link,
    precision: float,
) -> Floats:
    rate = _cdf(a[:, None] - b[:, None] * z, link)
    p = np.clip(guess + (1 - guess - lapse) * rate, 1e-9, 1 - 1e-9)
    value: Floats = (hits * np.log(p) + (trials - hits) * np.log1p(-p)).sum(1) - precision * (a * a + b * b) / 2
    return value


def _columns(bins: Bins, *values: Floats) -> Floats:
    """Return each item's contribution to the sums of each bin, shape (n, bins * len(values))."""
    size = len(bins.hardness)
    rows = np.zeros((len(bins.place), size * len(values)))
    for position, value in enumerate(values):
        rows[np.arange(len(rows)), position * size + bins.place] = value
    return rows


def _binned_sums(bins: Bins, clusters: ArrayLike | None, *values: Floats) -> Floats:
    """Return the cluster sums of each bin, shape (clusters, bins * len(values)), without a dense matrix over items."""
    if clusters is None:
        return _columns(bins, *values)
    codes = encode(np.asarray(clusters))
    size, groups = len(bins.hardness), int(codes.max()) + 1
    flat = codes * size + bins.place
    parts = [np.bincount(flat, weights=value, minlength=groups * size).reshape(groups, size) for value in values]
    return cluster_sums(np.concatenate(parts, axis=1))


def fit_psychometric(
    hardness: ArrayLike,
    correct: ArrayLike,
    guess: ArrayLike = 0.0,
    clusters: ArrayLike | None = None,
    *,
    trials: ArrayLike = 1.0,
    link: Link = "logistic",
    lapse: float | None = 0.0,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
    points: int = 61,
) -> Psychometric | None:
    """Fit accuracy over hardness, with a cluster bootstrap of curve, slope and threshold.

    Args:
        hardness: Of each item, shape (n,).
        correct: Number of right samples of each item, or their share where `trials` is 1, shape (n,).
        guess: Chance of each item, shape (n,) or one number.
        clusters: Labels of shape (n,); None makes every item its own cluster.
        trials: Samples of each item, shape (n,) or one number.
        link: ``logistic`` or ``probit``.
        lapse: Fixed lapse rate; None fits one in [0, 0.2].
        draws: Bootstrap samples.
        seed: Of the bootstrap.
        confidence: Of the two-sided intervals.
        points: Points of the curve.

    Returns:
        The fit, or None where fewer than 8 items or only one hardness leave nothing to fit.
    """
    h, y = np.asarray(hardness, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if len(h) < 8 or float(np.ptp(h)) < 1e-9:
        return None
    n = np.broadcast_to(np.asarray(trials, dtype=np.float64), h.shape)
    bins = bin_items(h, guess)
    sums = _binned_sums(bins, clusters, n, y)
    totals = np.concatenate([sums.sum(axis=0, keepdims=True), resample_sums(sums, draws, seed)])
    size = len(bins.hardness)
    fits = _fit(totals[:, :size], totals[:, size:], bins, link, lapse)
    low, high = float(h.min()), float(h.max())
    mean_guess = float(np.mean(np.broadcast_to(np.asarray(guess, dtype=np.float64), h.shape)))
    thresholds = fits.threshold(low, high, mean_guess)
    grid = np.linspace(low, high, points)
    curves = fits.curve(grid, mean_guess)
    tails = expanded_tails(confidence, len(sums))
    band = np.quantile(curves[1:], tails, axis=0)
    first = float(thresholds[0])
    return Psychometric(
        side="crossing" if math.isfinite(first) else "above" if first > 0 else "below",
        threshold=_interval(thresholds, tails),
        span=(low, high),
        slope=_interval(fits.steepest(), tails),
        lapse=float(fits.lapse[0]),
        guess=mean_guess,
        link=link,
        grid=grid,
        curve=curves[0],
        low=band[0],
        high=band[1],
        items=len(h),
        clusters=len(sums),
        confidence=confidence,
    )


def _interval(values: Floats, tails: tuple[float, float]) -> Interval:
    """Return the first value with percentiles of the others."""
    ordered = np.sort(values[1:])
    return Interval(float(values[0]), sorted_quantile(ordered, tails[0]), sorted_quantile(ordered, tails[1]))


def threshold_shift(
    hardness: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    guess: ArrayLike = 0.0,
    clusters: ArrayLike | None = None,
    *,
    link: Link = "logistic",
    lapse: float | None = 0.0,
    draws: int = 1000,
    seed: int = 0,
    confidence: float = 0.95,
) -> Shift | None:
    """Return how far the threshold moves between two runs on the same items, which are resampled together.

    Args:
        hardness: Of each item, shape (n,).
        first: Score of each item in the first run, in [0, 1], shape (n,).
        second: Score of each item in the second run.
        guess: Chance of each item, shape (n,) or one number.
        clusters: Labels of shape (n,); None makes every item its own cluster.
        link: ``logistic`` or ``probit``.
        lapse: Fixed lapse rate; None fits one in each run.
        draws: Bootstrap samples.
        seed: Of the bootstrap.
        confidence: Of the two-sided interval.

    Returns:
        The shift; None where there is nothing to fit, or where both thresholds lie beyond the same end of the range.
    """
    h = np.asarray(hardness, dtype=np.float64)
    if len(h) < 8 or float(np.ptp(h)) < 1e-9:
        return None
    bins = bin_items(h, guess)
    scores = [np.asarray(run, dtype=np.float64) for run in (first, second)]
    sums = _binned_sums(bins, clusters, np.ones(len(h)), *scores)
    totals = np.concatenate([sums.sum(axis=0, keepdims=True), resample_sums(sums, draws, seed)])
    size = len(bins.hardness)
    low, high = float(h.min()), float(h.max())
    mean_guess = float(np.mean(np.broadcast_to(np.asarray(guess, dtype=np.float64), h.shape)))
    thresholds = [
        _fit(totals[:, :size], totals[:, size * part : size * (part + 1)], bins, link, lapse).threshold(
            low, high, mean_guess
        )
        for part in (1, 2)
    ]
    if math.isinf(thresholds[0][0]) and thresholds[0][0] == thresholds[1][0]:
        return None
    moved = np.clip(thresholds[1], low, high) - np.clip(thresholds[0], low, high)
    shift = _interval(moved, expanded_tails(confidence, len(sums)))
    beyond = bool(np.isinf(thresholds[0][0]) or np.isinf(thresholds[1][0]))
    side = min(float((moved[1:] <= 0).mean()), float((moved[1:] >= 0).mean()))
    return Shift(shift, beyond, min(1.0, 2 * (side * draws + 1) / (draws + 1)))
