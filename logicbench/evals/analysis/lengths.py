"""How length goes with being right within a problem, and how much samples of a problem repeat each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logicbench.evals.analysis.curves import votable
from logicbench.evals.columns import Columns, Items
from logicbench.evals.statistics import Interval, clustered_mean, clustered_proportion
from logicbench.evals.statistics.clustered import Floats
from logicbench.evals.store import RunReader

NGRAM = 4
"""Tokens of a run of tokens whose reappearance in other samples is counted."""

OVERLAP_PROBLEMS = 200
"""Problems, evenly spread, on which that is done."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Length against accuracy within problems, so that hard problems, which take longer, do not stand in for it."""

    mixed_items: int
    """Problems with right and wrong completions."""
    wrong_to_right: Interval | None
    """Geometric mean over them of the mean tokens of wrong completions over those of right ones."""
    shortest: Interval | None
    """Accuracy of the shortest completion of each problem, ties split evenly."""
    longest: Interval | None
    single: Interval | None
    """Accuracy of all completions, for comparison."""
    by_rank: tuple[Interval, ...]
    """Accuracy by quarter of the within-problem order of lengths, from short to long; empty below four samples."""


def lengths(items: Items, columns: Columns) -> Lengths | None:
    """Return how length goes with being right; None with single samples or without token counts."""
    whole = columns.whole
    items, columns = items.take(whole), columns.take(whole)
    if not len(items) or columns.outcome.shape[1] < 2 or not columns.tokens.any():
        return None
    groups = items.group
    tokens, correct = columns.tokens.astype(float), columns.correct
    mixed = correct.any(axis=1) & ~correct.all(axis=1)
    ratio = None
    if mixed.sum() > 1:
        some, right = tokens[mixed], correct[mixed]
        wrong = (some * ~right).sum(axis=1) / (~right).sum(axis=1)
        good = (some * right).sum(axis=1) / right.sum(axis=1)
        usable = (wrong > 0) & (good > 0)
        found = clustered_mean(np.log(wrong[usable] / good[usable]), groups[mixed][usable]).interval()
        ratio = Interval(*(float(np.exp(value)) for value in (found.estimate, found.low, found.high)))
    quarters: tuple[Interval, ...] = ()
    if columns.outcome.shape[1] >= 4:
        quarters = tuple(
            clustered_proportion(_share_by_rank(tokens, correct, part / 4, (part + 1) / 4), groups) for part in range(4)
        )
    return Lengths(
        int(mixed.sum()),
        ratio,
        clustered_proportion(_extreme(-tokens, correct), groups),
        clustered_proportion(_extreme(tokens, correct), groups),
        clustered_proportion(correct.mean(axis=1), groups),
        quarters,
    )


def _extreme(scores: Floats, correct: NDArray[np.bool_]) -> Floats:
    best = scores == scores.max(axis=1, keepdims=True)
    found: Floats = (best & correct).sum(axis=1) / best.sum(axis=1)
    return found


def _share_by_rank(tokens: Floats, correct: NDArray[np.bool_], low: float, high: float) -> Floats:
    """Return each problem's accuracy among the completions whose place in the order of lengths is in [low, high)."""
    samples = tokens.shape[1]
    # A completion at place i covers the piece [i, i + 1) / n of the order, and counts with its overlap.
    edges = np.arange(samples + 1) / samples
    weights = np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, None)
    order = np.argsort(tokens, axis=1, kind="stable")
    found: Floats = (np.take_along_axis(correct, order, axis=1) * weights).sum(axis=1) / weights.sum()
    return found


@dataclass(frozen=True, slots=True)
class Redundancy:
    """How much the samples of a problem say the same."""

    same_answer: float | None
    """Chance that two samples of a problem give the same answer, over problems with votes; unreadable ones differ."""
    distinct_answers: float | None
    """Mean number of different answers of a problem, over its samples."""
    same_text: float
    """Chance that two samples of a problem are the same text."""
    ngram_overlap: float | None
    """Share of a sample's runs of four tokens that stand in another sample of the problem; None without tokens."""


def redundancy(run: RunReader, items: Items, columns: Columns) -> Redundancy | None:
    """Return how much samples repeat each other; None with single samples."""
    whole = columns.whole
    samples = columns.outcome.shape[1]
    if samples < 2 or not whole.any():
        return None
    some = whole & votable(items, columns)
    keys, texts = columns.key[some], columns.text[whole]
    pairs = samples * (samples - 1)

    def agreement(values: NDArray[np.int64], valid: NDArray[np.bool_]) -> float:
        same = (values[:, :, None] == values[:, None, :]) & valid[:, :, None]
        return float(((same.sum(axis=(1, 2)) - valid.sum(axis=1)) / pairs).mean())

    distinct = [len(set(row[row != 0].tolist())) for row in keys]
    return Redundancy(
        agreement(keys, keys != 0) if some.any() else None,
        float(np.mean(distinct)) if distinct else None,
        agreement(texts, np.ones_like(texts, dtype=bool)),
        _overlap(run, items, whole),
    )


def _overlap(run: RunReader, items: Items, whole: NDArray[np.bool_]) -> float | None:
    places = np.flatnonzero(whole)
    chosen = set(items.ids[places[:: max(1, len(places) // OVERLAP_PROBLEMS)]].tolist())
    grams: dict[str, list[set[bytes]]] = {}
    for sample in run.samples():
        if sample.problem in chosen and sample.tokens_at is not None and sample.verdict is not None:
            ids = np.ascontiguousarray(run.tokens(sample)[0])
            windows = np.lib.stride_tricks.sliding_window_view(ids, NGRAM) if len(ids) >= NGRAM else ids[:0, None]
            grams.setdefault(sample.problem, []).append({window.tobytes() for window in windows})
    shares = []
    for each in grams.values():
        for place, own in enumerate(each):
            others = set().union(*(other for number, other in enumerate(each) if number != place))
            if own:
                shares.append(len(own & others) / len(own))
    return float(np.mean(shares)) if shares else None
