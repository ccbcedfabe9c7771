"""Accuracy as the number of samples grows: pass@k, pass^k, maj@k, and ways to choose among them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from logicbench.evals.analysis.voting import (
    LEAST_SAMPLES,
    Choice,
    best_of_k,
    consistency,
    most_probable,
    self_consistency,
    survivors,
)
from logicbench.evals.columns import Columns, Items
from logicbench.evals.statistics import (
    Calibration,
    Interval,
    calibration,
    clustered_proportion,
    maj_at_k,
    pass_all_k,
    pass_at_k,
)
from logicbench.evals.statistics.clustered import Codes, Floats

ALL_SUBSETS = 70
"""Subsets of a size up to which perplexity consistency is evaluated on all of them."""

REPEATS = 10
"""Random subsets of a size on which it is evaluated otherwise; the other curves are exact."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A figure for each number of samples."""

    name: str
    items: int
    """Problems on which it has a meaning."""
    k: tuple[int, ...]
    values: tuple[Interval, ...]
    oracle: bool = False
    """Whether it uses the exact verifier, and so is a bound and no result."""
    calibration: Calibration | None = None
    """Of the confidence in the choice among all samples, where the method has one."""
    note: str = ""


def sizes(samples: int) -> tuple[int, ...]:
    """Return 1, 2, 4, ... and the number of samples itself."""
    return tuple(sorted({*(1 << power for power in range(samples.bit_length()) if 1 << power <= samples), samples}))


def votable(items: Items, columns: Columns) -> NDArray[np.bool_]:
    """Return the problems of tasks where votes mean something: some answers have keys, and every right one has."""
    found = np.zeros(len(items), dtype=bool)
    for task in dict.fromkeys(items.task.tolist()):
        rows = items.task == task
        keyed = (columns.key[rows] != 0) & columns.made[rows]
        keyless = columns.correct[rows] & (columns.key[rows] == 0)
        found[rows] = keyed.any() and not keyless.any()
    return found


def curves(items: Items, columns: Columns, *, voting: bool, seed: int = 0) -> list[Curve]:
    """Return the curves over problems of which every planned completion was made.

    Args:
        items: The problems.
        columns: Their completions.
        voting: Whether votes mean something on all of them.
        seed: Of the random subsets.
    """
    samples = columns.outcome.shape[1]
    ks = sizes(samples)
    right = columns.correct.sum(axis=1)
    counts = np.full(len(items), samples)
    groups = items.group
    found = [
        _curve("pass@k", ks, lambda k: pass_at_k(counts, right, k), groups, oracle=True),
        _curve("pass^k", ks, lambda k: pass_all_k(counts, right, k), groups),
    ]
    if not np.isnan(columns.logprob).any():
        scores = _scores(most_probable(columns.key, columns.correct, columns.logprob))
        found.append(
            _curve(
                "most probable of k",
                ks,
                lambda k: best_of_k(columns.correct, columns.logprob, k),
                groups,
                scores=scores,
            )
        )
    return found + (_voting(columns, ks, groups, seed) if voting else [])


def _curve(
    name: str,
    ks: tuple[int, ...],
    figure: Callable[[int], Floats],
    groups: Codes,
    *,
    oracle: bool = False,
    scores: Calibration | None = None,
    note: str = "",
) -> Curve:
    values = tuple(clustered_proportion(np.clip(figure(k), 0, 1), groups) for k in ks)
    return Curve(name, len(groups), ks, values, oracle, scores, note)


def _voting(columns: Columns, ks: tuple[int, ...], groups: Codes, seed: int) -> list[Curve]:
    keys, correct, made = columns.key, columns.correct, columns.made
    ballots = [_ballot(keys[row], correct[row]) for row in range(len(keys))]
    everything = self_consistency(keys, correct, made)

    def majority(k: int) -> Floats:
        return np.array([maj_at_k(votes, k, abstentions) for votes, abstentions in ballots])

    found = [_curve("maj@k", ks, majority, groups, scores=_scores(everything))]
    if np.isnan(columns.logprob).any():
        return found
    everyone = np.tile(np.arange(keys.shape[1]), (len(keys), 1))
    for name, pruned in (("perplexity consistency", False), ("rpc", True)):

        def on_subsets(k: int, pruned: bool = pruned) -> Floats:
            return _on_subsets(columns, k, pruned, seed)

        scores = _scores(_consistency(columns, everyone, pruned))
        note = _pruning(columns.logprob) if pruned else ""
        found.append(_curve(name, ks, on_subsets, groups, scores=scores, note=note))
    return found


def _pruning(logprobs: Floats) -> str:
    keep, fitted = survivors(logprobs)
    if not fitted.any():
        return f"nothing was pruned: that takes {LEAST_SAMPLES} samples of a problem"
    return f"pruned {1 - keep[fitted].mean():.0%} of the completions of {fitted.mean():.0%} of the problems"


def _ballot(keys: NDArray[np.int64], correct: NDArray[np.bool_]) -> tuple[list[tuple[int, bool]], int]:
    votes = [(int((keys == key).sum()), bool(correct[keys == key].any())) for key in np.unique(keys[keys != 0])]
    return votes, int((keys == 0).sum())


def _on_subsets(columns: Columns, k: int, pruned: bool, seed: int) -> Floats:
    """Return the mean correctness over all subsets of a size where they are few, otherwise over random ones."""
    rows, samples = columns.key.shape
    if math.comb(samples, k) <= ALL_SUBSETS:
        subsets = [np.tile(each, (rows, 1)) for each in combinations(range(samples), k)]
    else:
        rng = np.random.default_rng(seed)
        subsets = [np.argsort(rng.random((rows, samples)), axis=1)[:, :k] for _ in range(REPEATS)]
    return np.asarray(np.mean([_consistency(columns, chosen, pruned).correct for chosen in subsets], axis=0))


def _consistency(columns: Columns, chosen: NDArray[np.int64], pruned: bool) -> Choice:
    """Return the choice among the chosen completions."""
    keys, texts = (np.take_along_axis(each, chosen, axis=1) for each in (columns.key, columns.text))
    correct, logprobs = np.take_along_axis(columns.correct, chosen, 1), np.take_along_axis(columns.logprob, chosen, 1)
    return consistency(keys, correct, logprobs, texts, pruned=pruned)


def _scores(choice: Choice) -> Calibration:
    return calibration(np.clip(choice.confidence, 0, 1), choice.correct)


def sample_calibration(columns: Columns) -> Calibration | None:
    """Return how well a completion's own probability a token tells whether it is right; None where it is not stored."""
    known = columns.made & ~np.isnan(columns.logprob)
    if not known.any():
        return None
    return calibration(np.exp(np.minimum(columns.logprob[known], 0.0)), columns.correct[known])


def vote_shares(items: Items, columns: Columns) -> list[dict[str, float | int]]:
    """Return how many problems give their commonest answer at least so many votes, and the accuracy on these."""
    some = votable(items, columns) & columns.whole
    if not some.any() or columns.outcome.shape[1] < 2:
        return []
    part = columns.take(some)
    keys, correct = part.key, part.correct
    choice = self_consistency(keys, correct, part.made)
    ballots = [_ballot(row, right)[0] for row, right in zip(keys, correct, strict=True)]
    counts = np.array([max((count for count, _ in votes), default=0) for votes in ballots])
    rows = []
    for least in sorted(set(counts.tolist()), reverse=True):
        reached = counts >= least
        rows.append(
            {
                "votes": int(least),
                "of": int(keys.shape[1]),
                "items": int(reached.sum()),
                "coverage": float(reached.mean()),
                "accuracy": float(choice.correct[reached].mean()),
            }
        )
    return rows
