"""A sweep's curves over sparsity, as figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from logicbench.evals.report.figures import SHARES, Chart, Curve, Points, Rule
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
    return _chart(
        outcome, "accuracy", "Accuracy", values, (0.0, 1.0), SHARES, tuple(rules),
        "Points are arms with 95 % intervals over independent draws of problems. Dashed: " +
        ", ".join(f"{rule.name} {percent(rule.at)} %" for rule in rules) + ".",
    )  # fmt: skip


def _tokens(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (
        lambda row: row.token_ratio,
        lambda row: row.token_ratio_low,
        lambda row: row.token_ratio_high,
    )
    return _scaled(outcome, "tokens", "Tokens against the dense model's", values, 1.0, "times")


def _lost(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (lambda row: row.lost, lambda row: row.lost, lambda row: row.lost)
    return _scaled(outcome, "lost", "Problems that only the dense model solves", values, 0.0, "share of problems")


def _shift(outcome: SweepOutcome) -> Chart | None:
    values: Triple = (lambda row: row.shift, lambda row: row.shift_low, lambda row: row.shift_high)
    return _scaled(outcome, "threshold", "Shift of the hardness threshold", values, 0.0, "hardness")


def _scaled(outcome: SweepOutcome, key: str, title: str, values: Triple, rule: float, unit: str) -> Chart | None:
    found = [value for row in _swept(outcome.rows) for each in values if (value := each(row)) is not None]
    if not found:
        return None
    low, high = min([rule, *found]), max([rule, *found])
    pad = 0.06 * (high - low) or 0.1
    bounds = (low - pad if low < rule else low, high + pad)
    steps = [bounds[0] + (bounds[1] - bounds[0]) * number / 4 for number in range(5)]
    ticks = tuple((at, f"{at:.2f}") for at in steps)
    return _chart(outcome, key, title, values, bounds, ticks, (Rule("no change", rule),), f"In {unit}; 95 % intervals.")


def _swept(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.sparsity is not None]


def _chart(
    outcome: SweepOutcome,
    key: str,
    title: str,
    values: Triple,
    y_range: tuple[float, float],
    y_ticks: tuple[tuple[float, str], ...],
    rules: tuple[Rule, ...],
    caption: str,
) -> Chart:
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
