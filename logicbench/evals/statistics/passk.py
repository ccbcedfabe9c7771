"""What k of the n stored samples of an item would have given: pass@k, pass^k and maj@k, exactly, without resampling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from logicbench.evals.statistics.clustered import Floats


def pass_at_k(samples: ArrayLike, correct: ArrayLike, k: int) -> Floats:
    """Return the chance that at least one of k samples is right: 1 - C(n-c, k) / C(n, k) (Chen et al. 2021).

    Unbiased for k independent samples. Broadcasts over items.

    Args:
        samples: Number n of stored samples of each item.
        correct: How many of them are right.
        k: Number of samples drawn without replacement.

    Raises:
        ValueError: If k is less than 1 or more than some item's samples.
    """
    n, c = _checked(samples, correct, k)
    return 1 - _none_of(n, c, k)


def pass_all_k(samples: ArrayLike, correct: ArrayLike, k: int) -> Floats:
    """Return the chance that all of k samples are right, pass^k: C(c, k) / C(n, k). Arguments as in `pass_at_k`."""
    n, c = _checked(samples, correct, k)
    return _none_of(n, n - c, k)


def _checked(samples: ArrayLike, correct: ArrayLike, k: int) -> tuple[Floats, Floats]:
    n = np.asarray(samples, dtype=np.float64)
    c = np.asarray(correct, dtype=np.float64)
    if k < 1 or (n < k).any():
        raise ValueError(f"k must be at least 1 and at most the number of samples, not {k}")
    if ((c < 0) | (c > n)).any():
        raise ValueError("correct samples must be between 0 and the number of samples")
    return n, c


def _none_of(n: Floats, c: Floats, k: int) -> Floats:
    """Return C(n-c, k) / C(n, k) as a product, which neither overflows nor cancels."""
    product = np.ones(np.broadcast_shapes(n.shape, c.shape))
    for drawn in range(k):
        product = product * np.maximum(0.0, n - c - drawn) / (n - drawn)
    return product


def maj_at_k(votes: Sequence[tuple[int, bool]], k: int, abstentions: int = 0) -> float:
    """Return the expected correctness of a plurality vote among k of the stored samples, ties split evenly.

    The samples are an urn. For every right answer and every count j with which it may win, the chance that all others
    stay at or below j is summed over their numbers of ties t with weight 1/(t+1), by a dynamic program over the answers
    whose state is (samples drawn, ties).

    Args:
        votes: For each distinct answer, how many samples gave it and whether it is right.
        k: Number of samples drawn without replacement.
        abstentions: Samples without an answer; they are drawn and cast no vote.

    Raises:
        ValueError: If k is less than 1 or more than the number of samples.
    """
    total = sum(count for count, _ in votes) + abstentions
    if not 1 <= k <= total:
        raise ValueError(f"k must be in [1, {total}], not {k}")
    right = tuple(sorted(count for count, correct in votes if correct and count))
    wrong = tuple(sorted(count for count, correct in votes if not correct and count))
    return _urn(right, wrong, abstentions, k)


@lru_cache(maxsize=1 << 16)
def _urn(right: tuple[int, ...], wrong: tuple[int, ...], abstentions: int, k: int) -> float:
    total = sum(right) + sum(wrong) + abstentions
    expected = 0.0
    for place, count in enumerate(right):
        others = right[:place] + right[place + 1 :] + wrong
        wins = np.arange(1, min(count, k) + 1)
        chances = _hypergeometric(wins, total, count, np.asarray(k))
        for won, chance in zip(wins.tolist(), chances.tolist(), strict=True):
            if chance > 0:
                expected += chance * _not_beaten(others, abstentions, won, k - won)
    return min(1.0, expected)


def _not_beaten(others: Sequence[int], abstentions: int, wins: int, draws: int) -> float:
    """Return E[1/(ties+1); nobody has more than `wins`] when `draws` samples come from the other answers."""
    rivals = [count for count in others if count >= wins]
    # Answers that cannot reach the count need not be told apart: nothing they do matters.
    left = abstentions + sum(others)
    state = np.zeros((draws + 1, len(rivals) + 1))
    state[0, 0] = 1.0
    drawn = np.arange(draws + 1)[:, None]
    for rival in rivals:
        taken = np.arange(min(wins, rival, draws) + 1)
        chances = _hypergeometric(taken, left, rival, draws - drawn)
        after = np.zeros_like(state)
        for count in taken.tolist():
            moved = chances[: draws + 1 - count, count, None] * state[: draws + 1 - count]
            if count == wins:
                after[count:, 1:] += moved[:, :-1]
            else:
                after[count:] += moved
        state, left = after, left - rival
    return float((state / np.arange(1, len(rivals) + 2)).sum())


def _hypergeometric(taken: NDArray[Any], total: int, marked: int, draws: NDArray[Any]) -> Floats:
    """Return the chance of `taken` marked ones among `draws` of `total`; 0 where that cannot be. Broadcasts."""
    logs = _log_factorials(1 << (max(total, int(draws.max(initial=0))) + 1).bit_length())

    def log_choose(n: NDArray[Any] | int, k: NDArray[Any]) -> Floats:
        inside = (k >= 0) & (k <= n)
        kept = np.where(inside, k, 0)
        return np.where(inside, logs[n] - logs[kept] - logs[np.maximum(n - kept, 0)], -np.inf)

    possible = log_choose(total, draws)
    ways = log_choose(marked, taken) + log_choose(total - marked, draws - taken)
    return np.where(np.isfinite(possible), np.exp(ways - np.where(np.isfinite(possible), possible, 0.0)), 0.0)


@lru_cache(maxsize=8)
def _log_factorials(size: int) -> Floats:
    logs: Floats = special.gammaln(np.arange(1, size + 1, dtype=np.float64))
    return logs


def chance_corrected(accuracy: ArrayLike, chance: ArrayLike) -> Floats:
    """Return (accuracy - chance) / (1 - chance): 0 at guessing, 1 at perfection, negative below; NaN at chance 1."""
    p, c = np.asarray(accuracy, dtype=np.float64), np.asarray(chance, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(c < 1, (p - c) / (1 - c), np.nan)
