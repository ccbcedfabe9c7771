"""A sweep's curves over sparsity, as figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from logicbench.evals.report.figures import Chart, Curve, Points, Rule, Tick
from logicbench.sweeps.outcome import Row, SweepOutcome
from logicbench.sweeps.words import percent

Value = Callable[[Row], float | None]
Triple = tuple[Value, Value, Value]
"""A figure of a row with the ends of its interval."""

_COLOURS = ("run-1", "run-2", "run-3", "run-4", "run-5", "wrong", "undecided", "truncated", "unparsable", "correct")


def charts(outcome: SweepOutcome) -> list[Chart]:
    """Return accuracy, tokens, flips and threshold shift over sparsity; those without data are left out."""
    found = [_accuracy(outcome), _tokens(outcome), _lost(outcome), _shift(outcome)]
    return [chart for chart in found if chart is not None and chart.curves]


def _accuracy(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (lambda row: row.accuracy, lambda row: row.low, lambda row: row.high)
    rules = [Rule("dense", outcome.rows[0].accuracy)]
    if outcome.chance is not None:
        rules.append(Rule("chance", outcome.chance))
    rules += [Rule(row.arm, row.accuracy) for row in outcome.rows if row.kind in ("reference", "model")]
    named = ", ".join(f"{rule.name} {percent(rule.at)} %" for rule in rules)
    caption = f"Points are arms with 95 % intervals over independent draws of problems. Dashed: {named}."
    return _chart(outcome, "accuracy", "Accuracy", values, tuple(rules), caption, in_percent=True, ends=(0.0, 1.0))


def _tokens(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (
        lambda row: row.token_ratio,
        lambda row: row.token_ratio_low,
        lambda row: row.token_ratio_high,
    )
    caption = "Geometric mean over problems of the ratio to the dense model's tokens, with 95 % intervals."
    rules = (Rule("no change", 1.0),)
    return _chart(outcome, "tokens", "Tokens against the dense model's", values, rules, caption, ends=(0.0, None))


def _lost(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (lambda row: row.lost, lambda row: row.lost, lambda row: row.lost)
    caption = "Share of all problems that the dense model solves and the arm does not."
    return _chart(
        outcome,
        "lost",
        "Problems that only the dense model solves",
        values,
        (),
        caption,
        in_percent=True,
        ends=(0.0, 1.0),
    )


def _shift(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (lambda row: row.shift, lambda row: row.shift_low, lambda row: row.shift_high)
    rules = (Rule("no change", 0.0),)
    caption = "In units of measured hardness, with 95 % intervals; below 0, easier problems already defeat the arm."
    return _chart(outcome, "threshold", "Shift of the hardness threshold", values, rules, caption)


def scale(
    values: Sequence[float], ends: tuple[float | None, float | None], in_percent: bool
) -> tuple[tuple[float, float], tuple[Tick, ...]]:
    """Return the range of an axis that holds all values, between round numbers, and its ticks.

    Args:
        values: What is drawn.
        ends: The ends that the quantity itself has, if any; the lower one is always shown.
        in_percent: Whether the ticks are shares.
    """
    least, most = ends
    low, high = min([*values, *([] if least is None else [least])]), max(values)
    if high - low < 1e-6:  # all the same: some axis must be drawn
        high = low + 1.0
    raw = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    if most is not None:
        last = min(last, math.floor(most / step + 1e-9))
    factor = 100 if in_percent else 1
    ticks = tuple((number * step, f"{factor * number * step:.4g}") for number in range(first, last + 1))
    if in_percent:
        ticks = (*ticks[:-1], (ticks[-1][0], f"{ticks[-1][1]} %"))
    return (first * step, last * step), ticks


def _swept(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.sparsity is not None]


def _chart(
    outcome: SweepOutcome,
    key: str,
    title: str,
    values: Triple,
    rules: tuple[Rule, ...],
    caption: str,
    *,
    in_percent: bool = False,
    ends: tuple[float | None, float | None] = (None, None),
) -> Chart | None:
    found = [value for row in _swept(outcome.rows) for each in values if (value := each(row)) is not None]
    if not found:
        return None
    y_range, y_ticks = scale([*found, *(rule.at for rule in rules)], ends, in_percent)
    names = list(dict.fromkeys(row.curve for row in _swept(outcome.rows)))
    curves, points = [], []
    for number, name in enumerate(names):
        colour = _COLOURS[number % len(_COLOURS)]
        rows = sorted((row for row in _swept(outcome.rows) if row.curve == name), key=lambda row: row.sparsity or 0.0)
        measured = [(row, value) for row in rows if (value := values[0](row)) is not None]
        if not measured:
            continue
        x = tuple(row.sparsity or 0.0 for row, _ in measured)
        y = tuple(value for _, value in measured)
        curves.append(Curve(name, colour, x, y))
        low = tuple(_bound(values[1](row), value, y_range) for row, value in measured)
        high = tuple(_bound(values[2](row), value, y_range) for row, value in measured)
        notes = tuple(f"{row.arm}: {value:.3f}" + "".join(f"; {flag}" for flag in row.flags) for row, value in measured)
        points.append(Points(name, colour, x, y, low, high, notes))
    x_ticks = tuple((tenth / 10, f"{10 * tenth}") for tenth in range(0, 11, 2))
    return Chart(
        key, title, "% of the weights removed", "", (0.0, 1.0), y_range, x_ticks, y_ticks, tuple(curves),
        tuple(points), rules=rules, caption=caption,
    )  # fmt: skip


def _bound(value: float | None, otherwise: float, y_range: tuple[float, float]) -> float:
    return min(max(otherwise if value is None else value, y_range[0]), y_range[1])
