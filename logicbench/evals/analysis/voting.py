"""Choosing one answer among a problem's completions: by count, by probability, and by both.

Perplexity consistency and reasoning pruning follow Zhou et al. (2025), "A Theoretical Study on Bridging Internal
Probability and Self-Consistency for LLM Reasoning" (arXiv:2510.15444): an answer's confidence is the sum of the
probabilities of the distinct completions that give it, after those have been left out that a two-component Weibull
mixture calls improbable and that lie below the mean. The probability of a completion is the inverse of its perplexity.

All functions take every problem at once, as arrays of shape (problems, samples).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from logicbench.evals.statistics.clustered import Floats

LEAST_SAMPLES = 8
"""Samples of a problem below which nothing is pruned: five parameters cannot be fitted to fewer."""

LEAST_SPREAD = 1e-6
"""Standard deviation of the log-probabilities below which nothing is pruned."""

_SHARES = (0.2, 0.8)
"""Bounds of a component's share, as in the published code."""

_CELLS = 1 << 24
"""Cells of a (problems, samples, samples) array that are held at once."""

_ROUNDS = 100
_SHARPEST = 20.0
"""Largest shape of a component, in units of one over the spread: narrower ones sit on a single completion."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen for each problem; each field of shape (problems,)."""

    correct: Floats
    """Chance that the chosen answer is right, ties split evenly; 0 where no completion has an answer."""
    confidence: Floats
    """The chosen answer's share of all weight; 0 where no completion has an answer."""


def weighted_vote(keys: NDArray[np.int64], correct: NDArray[np.bool_], weights: Floats) -> Choice:
    """Return the answer with the greatest sum of weights.

    Args:
        keys: Answer of each completion, 0 where it has none.
        correct: Whether each completion is right.
        weights: What each completion counts; 0 for those left out.
    """
    votes = np.where(keys != 0, weights, 0.0)
    same = keys[:, :, None] == keys[:, None, :]
    scores = (same * votes[:, None, :]).sum(axis=2)
    # One completion stands for each answer, the first that gives it.
    first = ~np.tril(same, -1).any(axis=2) & (keys != 0) & (scores > 0)
    best = np.where(first, scores, -np.inf).max(axis=1, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        winners = first & (scores >= best[:, None] - 1e-12 * np.abs(best[:, None]))
    total = np.where(first, scores, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = (winners & correct).sum(axis=1) / winners.sum(axis=1)
        share = best / total
    voted = first.any(axis=1)
    return Choice(np.where(voted, chance, 0.0), np.where(voted, share, 0.0))


def self_consistency(keys: NDArray[np.int64], correct: NDArray[np.bool_], made: NDArray[np.bool_]) -> Choice:
    """Return the commonest answer (Wang et al. 2023, arXiv:2203.11171)."""
    return weighted_vote(keys, correct, made.astype(float))


def most_probable(keys: NDArray[np.int64], correct: NDArray[np.bool_], logprobs: Floats) -> Choice:
    """Return the answer of the completion with the least perplexity, and its probability as confidence."""
    known = np.where(np.isnan(logprobs), -np.inf, logprobs)
    best = known.argmax(axis=1)[:, None]
    chosen = np.take_along_axis(correct, best, axis=1)[:, 0].astype(float)
    return Choice(chosen, np.exp(np.take_along_axis(known, best, axis=1)[:, 0]))


def perplexity_consistency(
    keys: NDArray[np.int64],
    correct: NDArray[np.bool_],
    logprobs: Floats,
    texts: NDArray[np.int64],
    keep: NDArray[np.bool_] | None = None,
) -> Choice:
    """Return the answer with the most probability over distinct completions.

    Args:
        keys: Answer of each completion, 0 where it has none.
        correct: Whether each completion is right.
        logprobs: Mean log-probability of each completion's tokens; NaN leaves it out.
        texts: What tells completions apart; equal ones count once.
        keep: Completions that survive a pruning; None keeps all.
    """
    alive = ~np.isnan(logprobs) if keep is None else keep & ~np.isnan(logprobs)
    repeated = np.tril((texts[:, :, None] == texts[:, None, :]) & alive[:, None, :], -1).any(axis=2)
    weights = np.where(alive & ~repeated, np.exp(np.nan_to_num(logprobs)), 0.0)
    return weighted_vote(keys, correct, weights)


def consistency(
    keys: NDArray[np.int64],
    correct: NDArray[np.bool_],
    logprobs: Floats,
    texts: NDArray[np.int64],
    *,
    pruned: bool,
) -> Choice:
    """Return the choice by perplexity consistency, after a pruning or without; memory stays bounded.

    Args:
        keys: Answer of each completion, 0 where it has none.
        correct: Whether each completion is right.
        logprobs: Mean log-probability of each completion's tokens; NaN leaves it out.
        texts: What tells completions apart.
        pruned: Whether improbable completions are left out first (rpc).
    """
    step = max(1, _CELLS // max(1, keys.shape[1]) ** 2)
    parts = []
    for start in range(0, len(keys), step):
        rows = slice(start, start + step)
        keep = survivors(logprobs[rows])[0] if pruned else None
        parts.append(perplexity_consistency(keys[rows], correct[rows], logprobs[rows], texts[rows], keep))
    if not parts:
        return Choice(np.empty(0), np.empty(0))
    return Choice(np.concatenate([part.correct for part in parts]), np.concatenate([part.confidence for part in parts]))


def survivors(logprobs: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (which completions survive the pruning, for which problems a mixture was fitted).

    A completion is left out where the improbable component claims it and it lies below the mean probability. Problems
    with fewer than `LEAST_SAMPLES` completions, or with hardly any spread, keep everything.
    """
    known = ~np.isnan(logprobs)
    fitted = (known.sum(axis=1) >= LEAST_SAMPLES) & (_spread(logprobs) > LEAST_SPREAD)
    keep = known.copy()
    if fitted.any():
        some = logprobs[fitted]
        probable = high_component(some)
        chance = np.exp(some)
        below = chance < np.nanmean(chance, axis=1, keepdims=True)
        keep[fitted] &= ~((probable < 0.5) & below)
    return keep, fitted


def _spread(logprobs: Floats) -> Floats:
    known = ~np.isnan(logprobs)
    counts = np.maximum(known.sum(axis=1), 1)
    values = np.where(known, logprobs, 0.0)
    means = values.sum(axis=1) / counts
    squares = np.where(known, (values - means[:, None]) ** 2, 0.0)
    return np.asarray(np.sqrt(squares.sum(axis=1) / counts))


def high_component(logprobs: Floats) -> Floats:
    """Return the chance of each completion to belong to the more probable of two Weibull components.

    The logarithm of a Weibull variable has a smallest-extreme-value distribution, whose weighted fit is one equation
    in its shape; expectation-maximisation over it cannot diverge. The start is taken from the quartiles.

    Args:
        logprobs: Shape (problems, samples), NaN where missing; each row needs some spread.
    """
    known = ~np.isnan(logprobs)
    scale = _spread(logprobs)[:, None]
    centre = np.nanmean(logprobs, axis=1, keepdims=True)
    y = np.where(known, (logprobs - centre) / scale, 0.0)
    places = np.nanquantile(np.where(known, y, np.nan), [0.25, 0.75], axis=1)
    shapes = np.full((2, len(y)), 2.0)
    share = np.full(len(y), 0.5)
    claims = np.zeros_like(y)
    for _ in range(_ROUNDS):
        densities = [_log_density(y, shapes[part], places[part]) for part in (0, 1)]
        claims = special.expit(densities[1] - densities[0] + special.logit(share)[:, None])
        claims = np.where(known, claims, 0.0)
        share = np.clip(claims.sum(axis=1) / known.sum(axis=1), *_SHARES)
        for part, weights in ((0, np.where(known, 1 - claims, 0.0)), (1, claims)):
            shapes[part], places[part] = _fit_component(y, weights, shapes[part])
    means = places * 1.0
    # Mean of the Weibull variable itself, in logarithms: the shape there is that of the unscaled log-probability.
    means = means * scale[:, 0] + special.gammaln(1 + scale[:, 0] / shapes)
    second_is_higher = (means[1] >= means[0])[:, None]
    return np.where(second_is_higher, claims, np.where(known, 1 - claims, 0.0))


def _log_density(y: Floats, shape: Floats, place: Floats) -> Floats:
    z = np.minimum(shape[:, None] * (y - place[:, None]), 50.0)
    return np.asarray(np.log(shape)[:, None] + z - np.exp(z))


def _fit_component(y: Floats, weights: Floats, shape: Floats) -> tuple[Floats, Floats]:
    """Return shape and place of the weighted maximum likelihood, the shape by safeguarded Newton steps."""
    total = np.maximum(weights.sum(axis=1), 1e-9)
    mean = (weights * y).sum(axis=1) / total
    for _ in range(5):
        tilted = weights * np.exp(np.clip(shape[:, None] * y, -200, 200))
        mass = np.maximum(tilted.sum(axis=1), 1e-300)
        first = (tilted * y).sum(axis=1) / mass
        second = (tilted * y * y).sum(axis=1) / mass - first**2
        step = (1 / shape + mean - first) / (1 / shape**2 + np.maximum(second, 0.0))
        shape = np.clip(shape + np.clip(step, -shape / 2, shape), 0.05, _SHARPEST)
    tilted = weights * np.exp(np.clip(shape[:, None] * y, -200, 200))
    place = np.log(np.maximum(tilted.sum(axis=1), 1e-300) / total) / shape
    return shape, place


def best_of_k(correct: NDArray[np.bool_], scores: Floats, k: int) -> Floats:
    """Return the chance that the best-scored of k completions drawn without replacement is right, ties split evenly.

    Exact: the i-th best of n is the best of k with the chance C(n-i, k-1) / C(n, k).

    Args:
        correct: Shape (problems, samples).
        scores: Higher is better; no NaN.
        k: Number drawn.
    """
    samples = correct.shape[1]
    ranks = np.arange(1, samples + 1)
    chances = np.exp(_log_choose(samples - ranks, k - 1) - _log_choose(np.array([samples]), k))
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked, values = np.take_along_axis(scores, order, axis=1), np.take_along_axis(correct, order, axis=1).astype(float)
    # Equal scores share their places.
    tied = ranked[:, :, None] == ranked[:, None, :]
    shared = (tied * values[:, None, :]).sum(axis=2) / tied.sum(axis=2)
    found: Floats = (shared * chances).sum(axis=1)
    return found


def _log_choose(n: NDArray[np.int64], k: int) -> Floats:
    inside = n >= k
    safe = np.where(inside, n, k)
    logs = special.gammaln(safe + 1) - special.gammaln(k + 1) - special.gammaln(safe - k + 1)
    return np.where(inside, logs, -np.inf)
