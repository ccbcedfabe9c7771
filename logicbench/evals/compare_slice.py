"""The comparison of two runs on one set of problems that both answered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from logicbench.evals.columns import CORRECT, CUT_OFF, UNPARSABLE, Columns, Items
from logicbench.evals.compare_record import Figure, Flips, Slice, Test, Threshold
from logicbench.evals.results import OUTCOMES
from logicbench.evals.statistics import (
    Bootstrap,
    Interval,
    PairedDifference,
    chance_corrected,
    cluster_bootstrap,
    clustered_proportion,
    detectable_difference,
    finite_or_none,
    fit_psychometric,
    mcnemar_exact,
    mcnemar_midp,
    paired_difference,
    required_items,
    sign_flip,
    threshold_shift,
    tost,
    wilson,
)
from logicbench.evals.statistics.clustered import Codes, Floats

UNDECIDED = OUTCOMES.index("undecided")
SHARES: Mapping[str, int] = {
    "accuracy": CORRECT, "unparsable": UNPARSABLE, "cut_off": CUT_OFF, "undecided": UNDECIDED,
}  # fmt: skip
"""Figures that are shares of completions, and the outcome that each counts."""

COUNTS = ("tokens", "thinking_tokens")
POWER = 0.8
_KINDS = [name for name in OUTCOMES if name != "errors"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How certain, how near, and how much resampling."""

    margin: float = 0.03
    alpha: float = 0.05
    draws: int = 2000
    seed: int = 0

    @property
    def confidence(self) -> float:
        """Of two-sided intervals."""
        return 1 - self.alpha


def item_figures(columns: Columns) -> dict[str, Floats]:
    """Return each figure's mean over the completions of each problem, each of shape (problems,)."""
    found = {name: columns.item_mean(columns.outcome == code) for name, code in SHARES.items()}
    return found | {
        "tokens": columns.item_mean(columns.tokens),
        "thinking_tokens": columns.item_mean(columns.thinking),
    }


def own_disagreement(columns: Columns) -> Floats | None:
    """Return, for each problem, the chance that two of its completions differ in being right; None with one of each."""
    made = columns.made.sum(axis=1)
    if not len(made) or made.min() < 2:
        return None
    right = columns.correct.sum(axis=1)
    share: Floats = 2 * right * (made - right) / (made * (made - 1))
    return share


def cross_disagreement(first: Columns, second: Columns) -> Floats:
    """Return, for each problem, the chance that a completion of each run differ in being right."""
    a, b = first.item_mean(first.correct), second.item_mean(second.correct)
    share: Floats = a * (1 - b) + b * (1 - a)
    return share


def compare_slice(
    dimension: str,
    name: str,
    items: Items,
    first: Columns,
    second: Columns,
    floor: Floats | None,
    settings: Settings,
) -> Slice:
    """Compare two runs on the same problems.

    Args:
        dimension: How the problems were chosen.
        name: What they have in common.
        items: The problems.
        first: The baseline's completions.
        second: The run's.
        floor: For each problem, how often verdicts differ with nothing changed; NaN where that was not measured.
        settings: Levels and resampling.
    """
    a, b = item_figures(first), item_figures(second)
    difference = paired_difference(a["accuracy"], b["accuracy"], items.group)
    strap = _bootstrap(a, b, items.group, floor, settings)
    chance = finite_or_none(float(items.chance.mean()))
    accuracies = [clustered_proportion(each["accuracy"], items.group, settings.confidence) for each in (a, b)]
    return Slice(
        dimension,
        name,
        len(items),
        difference.found.clusters,
        chance,
        accuracies[0],
        accuracies[1],
        _corrected(accuracies[0].estimate, chance),
        _corrected(accuracies[1].estimate, chance),
        _figures(a, b, items.group, strap, settings),
        _exponential(strap[_GEOMETRIC]),
        _exponential(strap[_GEOMETRIC_SOLVED]),
        Figure(
            float(_per_right(a["tokens"].sum(), a["accuracy"].sum())),
            float(_per_right(b["tokens"].sum(), b["accuracy"].sum())),
            strap[_PER_RIGHT],
            strap[_PER_RIGHT],
            strap[_PER_RIGHT_RATIO],
        ),
        _test(a["accuracy"], b["accuracy"], items, first.outcome.shape[1] == 1),
        _flips(first, second, floor, strap[_EXCESS]),
        tost(difference, settings.margin, settings.alpha),
        finite_or_none(smallest_difference(difference, settings.alpha)),
        _threshold(items, a["accuracy"], b["accuracy"], settings) if dimension != "band" else None,
    )


# The sums that the bootstrap draws, and the figures that it makes of them, by position.
_NAMES = (*SHARES, *COUNTS)
_SIZE = len(_NAMES)
_GEOMETRIC, _GEOMETRIC_SOLVED, _PER_RIGHT, _PER_RIGHT_RATIO, _EXCESS = range(_SIZE + 2, _SIZE + 7)


def _bootstrap(
    a: Mapping[str, Floats],
    b: Mapping[str, Floats],
    groups: Codes,
    floor: Floats | None,
    settings: Settings,
) -> Bootstrap:
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(b["tokens"] / a["tokens"])
    logs = np.where(np.isfinite(logs), logs, np.nan)
    solved = np.where((a["accuracy"] >= 0.5) & (b["accuracy"] >= 0.5), logs, np.nan)
    flips = a["accuracy"] * (1 - b["accuracy"]) + b["accuracy"] * (1 - a["accuracy"])
    excess = np.full(len(flips), np.nan) if floor is None else flips - floor
    parts = [np.ones(len(flips)), *(a[name] for name in _NAMES), *(b[name] for name in _NAMES)]
    for values in (logs, solved, excess):
        parts += [np.nan_to_num(values), (~np.isnan(values)).astype(float)]
    return cluster_bootstrap(
        np.stack(parts, axis=1),
        _statistic,
        groups,
        draws=settings.draws,
        seed=settings.seed,
        confidence=settings.confidence,
    )


def _statistic(sums: Floats) -> Floats:
    items = sums[..., :1]
    first, second = sums[..., 1 : 1 + _SIZE], sums[..., 1 + _SIZE : 1 + 2 * _SIZE]
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = (second - first) / items
        ratios = second[..., -2:] / first[..., -2:]
        means = sums[..., 1 + 2 * _SIZE :: 2] / sums[..., 2 + 2 * _SIZE :: 2]
        per_right = [_per_right(each[..., -2], each[..., 0]) for each in (first, second)]
        costs = np.stack([per_right[1] - per_right[0], per_right[1] / per_right[0]], axis=-1)
    return np.concatenate([differences, ratios, means[..., :2], costs, means[..., 2:]], axis=-1)


def _per_right(tokens: Floats, right: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.asarray(right) > 0, np.asarray(tokens) / np.asarray(right), np.inf))


def _figures(
    a: Mapping[str, Floats], b: Mapping[str, Floats], groups: Codes, strap: Bootstrap, settings: Settings
) -> dict[str, Figure]:
    found = {}
    for place, name in enumerate(_NAMES):
        interval, ratio = strap[place], None
        if name in SHARES:
            interval = paired_difference(a[name], b[name], groups).interval(settings.confidence)
        else:
            ratio = strap[_SIZE + COUNTS.index(name)]
        found[name] = Figure(float(a[name].mean()), float(b[name].mean()), interval, strap[place], ratio)
    return found


def _exponential(logs: Interval) -> Interval:
    return Interval(math.exp(logs.estimate), math.exp(logs.low), math.exp(logs.high))


def _corrected(accuracy: float, chance: float | None) -> float | None:
    return None if chance is None else finite_or_none(float(chance_corrected(accuracy, chance)))


def _test(first: Floats, second: Floats, items: Items, single: bool) -> Test:
    changes = second - first
    p_value = sign_flip(changes, items.group)
    lost, gained = int((changes < 0).sum()), int((changes > 0).sum())
    exact, midp = (mcnemar_exact(lost, gained), mcnemar_midp(lost, gained)) if single else (None, None)
    return Test(p_value, p_value, exact, midp)


def _flips(first: Columns, second: Columns, floor: Floats | None, excess: Interval) -> Flips:
    a, b = first.item_mean(first.correct), second.item_mean(second.correct)
    measured = None if floor is None or np.isnan(floor).all() else float(np.nanmean(floor))
    table = {}
    for name in _KINDS:
        before = first.item_mean(first.outcome == OUTCOMES.index(name))
        table[name] = {
            after: float((before * second.item_mean(second.outcome == OUTCOMES.index(after))).mean())
            for after in _KINDS
        }
    return Flips(
        float((a * (1 - b)).mean()),
        float((b * (1 - a)).mean()),
        float((a * b).mean()),
        float(((1 - a) * (1 - b)).mean()),
        _churn(first, second),
        measured,
        None if measured is None else excess,
        table,
    )


def _churn(first: Columns, second: Columns) -> float | None:
    """Return how often two wrong answers differ, over all pairs of a completion of each run; None without any."""
    wrong = OUTCOMES.index("wrong")
    pairs = differ = 0
    for place in range(first.key.shape[1]):
        one = ((first.outcome == wrong) & (first.key != 0))[:, place, None]
        other = (second.outcome == wrong) & (second.key != 0)
        both = one & other
        pairs += int(both.sum())
        differ += int((both & (first.key[:, place, None] != second.key)).sum())
    return differ / pairs if pairs else None


def smallest_difference(difference: PairedDifference, alpha: float) -> float:
    """Return the smallest true difference that the problems compared would have shown with a power of 0.8.

    From the share of flips at the effective number of problems (Connor 1987), or its upper limit where nothing flipped.
    """
    found = difference.found
    if found.df < 1:
        return math.nan
    rate = (difference.lost + difference.gained) / difference.items
    smallest = detectable_difference(difference.items, rate or wilson(0, difference.items).high, POWER, alpha)
    if not math.isnan(smallest):
        return smallest
    # Too few for so few flips: only a larger share of them, all one way, would have been seen.
    points = (percent / 100 for percent in range(1, 100))
    return next((each for each in points if required_items(each, each, POWER, alpha) <= difference.items), math.nan)


def _threshold(items: Items, first: Floats, second: Floats, settings: Settings) -> Threshold | None:
    """Return both thresholds and their distance, over the problems whose hardness and chance are known."""
    known = ~np.isnan(items.hardness) & (items.chance < 1)
    hardness, chance, groups = items.hardness[known], items.chance[known], items.group[known]
    fits = [
        fit_psychometric(
            hardness, scores[known], chance, groups, draws=settings.draws // 2, seed=settings.seed, points=2,
            confidence=settings.confidence,
        )
        for scores in (first, second)
    ]  # fmt: skip
    if fits[0] is None or fits[1] is None:
        return None
    shift = threshold_shift(
        hardness, first[known], second[known], chance, groups, draws=settings.draws // 2, seed=settings.seed,
        confidence=settings.confidence,
    )  # fmt: skip
    return Threshold(
        fits[0].threshold,
        fits[1].threshold,
        fits[0].sentence,
        fits[1].sentence,
        shift.shift if shift else None,
        shift.bounded if shift else True,
        shift.p_value if shift else None,
    )
