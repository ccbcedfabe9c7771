"""How well a stated confidence agrees with being right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from logicbench.evals.statistics.clustered import Floats

NLL_CLIP = 1e-6
"""Confidences are kept this far from 0 and 1 in the log score, so that one of them cannot make it infinite."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores of confidences against verdicts, and the reliability diagram behind them."""

    items: int
    ece: float
    """Expected calibration error over equal bins (Naeini et al. 2015)."""
    brier: float
    """Mean squared error (Brier 1950)."""
    nll: float
    """Mean negative logarithm of the probability given to what happened, in nats."""
    auroc: float
    """Chance that a right item has more confidence than a wrong one, ties half; NaN if all are alike."""
    counts: Floats
    """Items of each bin, shape (bins,)."""
    confidence: Floats
    """Mean confidence of each bin; NaN where it is empty."""
    accuracy: Floats
    """Share of right items of each bin; NaN where it is empty."""


def calibration(confidence: ArrayLike, correct: ArrayLike, bins: int = 10) -> Calibration:
    """Return how well confidences agree with verdicts.

    Args:
        confidence: In [0, 1], shape (n,).
        correct: Whether each item is right, or the chance that it is where ties were split, shape (n,).
        bins: Number of equal bins of [0, 1]; each holds its upper edge, the first also 0.

    Raises:
        ValueError: If a confidence is outside [0, 1].
    """
    p, y = np.asarray(confidence, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    if len(p) != len(y):
        raise ValueError(f"{len(p)} confidences for {len(y)} verdicts")
    if ((p < 0) | (p > 1) | np.isnan(p)).any():
        raise ValueError("confidences must be in [0, 1]")
    if not len(p):
        empty = np.full(bins, np.nan)
        return Calibration(0, np.nan, np.nan, np.nan, np.nan, np.zeros(bins), empty, empty)
    place = np.clip(np.ceil(p * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins).astype(np.float64)
    with np.errstate(invalid="ignore"):
        mean_p = np.bincount(place, weights=p, minlength=bins) / counts
        mean_y = np.bincount(place, weights=y, minlength=bins) / counts
    gaps = np.abs(np.bincount(place, weights=p - y, minlength=bins))
    clipped = np.clip(p, NLL_CLIP, 1 - NLL_CLIP)
    nll = -(y * np.log(clipped) + (1 - y) * np.log1p(-clipped)).mean()
    return Calibration(
        len(p),
        float(gaps.sum() / len(p)),
        float(((p - y) ** 2).mean()),
        float(nll),
        auroc(p, y),
        counts,
        mean_p,
        mean_y,
    )


def auroc(scores: ArrayLike, positive: ArrayLike) -> float:
    """Return the area under the ROC curve by the rank-sum identity, ties half; NaN if one class is empty.

    Args:
        scores: Shape (n,).
        positive: Whether each item is positive, or with what chance, shape (n,).
    """
    y = np.asarray(positive, dtype=np.float64)
    hits, misses = float(y.sum()), float((1 - y).sum())
    if hits <= 0 or misses <= 0:
        return float("nan")
    _, place = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    right, wrong = np.bincount(place, weights=y), np.bincount(place, weights=1 - y)
    below = np.cumsum(wrong) - wrong
    return float((right * (below + wrong / 2)).sum() / (hits * misses))
