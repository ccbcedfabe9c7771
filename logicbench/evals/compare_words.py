"""A comparison in words and rows, for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import IO

from logicbench.evals.compare_record import Comparison, Contrast, Flag, Slice, Threshold
from logicbench.evals.statistics import Interval

COLUMNS = ("", "n", "baseline", "run", "difference [95%]", "p", "p Holm", "flips", "tokens", "verdict")
_SPARED = tuple(COLUMNS.index(name) for name in ("tokens", "p", "flips"))
"""Columns that a narrow terminal goes without, in this order."""

_ABSENT = "-"
_SECTION = {"task": 0, "surface": 0, "band": 1, "family": 2, "overall": 3}
"""Rows of one number stand together in the table."""


def headline(overall: Slice, baseline: str, run: str, margin: float) -> str:
    """Return the whole comparison of two runs as one line that can be quoted."""
    accuracy, flips, cut = overall.accuracy, overall.flips, overall.figures["cut_off"]
    parts = [
        f"{baseline} {_with(overall.accuracy_baseline)} -> {run} {_with(overall.accuracy_run)}",
        f"paired {_signed(accuracy.difference)}, p {p_value(overall.test.p_value)}",
        f"flips {percent(flips.total)}% ({percent(flips.lost)} down, {percent(flips.gained)} up; "
        + ("noise floor not measured)" if flips.floor is None else f"noise floor {percent(flips.floor)}%)"),
    ]
    if overall.figures["tokens"].baseline > 0:
        parts.append(f"tokens x{_ratio(overall.token_ratio)}")
    if cut.baseline or cut.run:
        parts.append(f"cut off {percent(cut.baseline)}% -> {percent(cut.run)}%")
    parts.append(verdict(overall, margin))
    return "; ".join(parts)


def verdict(part: Slice, margin: float) -> str:
    """Return what may be claimed of the accuracy; never that there is no loss where merely none was shown."""
    outcome = part.equivalence.outcome
    if outcome == "equivalent":
        return part.equivalence.sentence
    words = {"worse": "worse", "better": "better"}.get(outcome, "no difference shown")
    return f"{words}; not shown equivalent within {100 * margin:g} points"


def percent(share: float | None) -> str:
    """Return a share in percent with one decimal."""
    return _ABSENT if share is None or not math.isfinite(share) else f"{100 * share:.1f}"


def p_value(value: float | None) -> str:
    """Return a p-value with two significant digits."""
    if value is None or math.isnan(value):
        return _ABSENT
    return f"{value:.2f}" if value >= 0.095 else f"{value:.3f}" if value >= 0.001 else f"{value:.0e}"


def _with(interval: Interval) -> str:
    return f"{percent(interval.estimate)} [{percent(interval.low)}, {percent(interval.high)}]"


def _signed(interval: Interval) -> str:
    return f"{100 * interval.estimate:+.1f} [{_points(interval.low)}, {_points(interval.high)}]"


def _points(value: float) -> str:
    return _ABSENT if not math.isfinite(value) else f"{100 * value:+.1f}"


def _ratio(interval: Interval) -> str:
    if not math.isfinite(interval.estimate):
        return _ABSENT
    if not (math.isfinite(interval.low) and math.isfinite(interval.high)):
        return f"{interval.estimate:.2f}"
    return f"{interval.estimate:.2f} [{interval.low:.2f}, {interval.high:.2f}]"


def row_cells(name: str, part: Slice, alpha: float) -> tuple[str, ...]:
    """Return the cells of one slice's row."""
    outcome = part.equivalence.outcome
    short = {"equivalent": "equivalent", "worse": "worse", "better": "better"}.get(outcome, "not shown")
    if outcome in ("worse", "better") and part.test.p_holm > alpha:
        short += "?"
    ratio = part.token_ratio.estimate
    return (
        name,
        f"{part.items:,}",
        percent(part.accuracy_baseline.estimate),
        percent(part.accuracy_run.estimate),
        _signed(part.accuracy.difference),
        p_value(part.test.p_value),
        p_value(part.test.p_holm),
        f"{percent(part.flips.lost)}/{percent(part.flips.gained)}",
        f"x{ratio:.2f}" if math.isfinite(ratio) else _ABSENT,
        short,
    )


def contrast_rows(contrast: Contrast, alpha: float) -> list[tuple[str, tuple[str, ...]]]:
    """Return (dimension, cells) of each row: tasks with their surfaces, hardness bands, families, and all together.

    A family of one task, and a surface that is its task's only one, say nothing new and are left out.
    """
    rows = []
    surfaces = contrast.of("surface")
    for task in contrast.of("task"):
        own = [part for part in surfaces if part.name.partition("@")[0] == task.name]
        only = f"{task.name} @{own[0].name.partition('@')[2]}" if len(own) == 1 else task.name
        rows.append(("task", row_cells(only, task, alpha)))
        if len(own) > 1:
            rows += [("surface", row_cells(f"  {part.name.partition('@')[2]}", part, alpha)) for part in own]
    rows += [("band", row_cells(f"hardness {part.name}", part, alpha)) for part in contrast.of("band")]
    families = contrast.of("family")
    if 1 < len(families) < len(contrast.of("task")):
        rows += [("family", row_cells(part.name, part, alpha)) for part in families]
    return [*rows, ("overall", row_cells("all", contrast.overall, alpha))]


def contrast_notes(contrast: Contrast, comparison: Comparison) -> list[str]:
    """Return what a reader of the table needs beside it, one sentence each."""
    overall = contrast.overall
    notes = [contrast.headline + "."]
    if overall.detectable is not None:
        notes.append(
            f"{overall.items:,} problems in {overall.clusters:,} groups would have shown a true difference of "
            f"{100 * overall.detectable:.1f} points four times out of five."
        )
    excess = overall.flips.excess
    if excess is not None and math.isfinite(excess.low):
        over = "more than by themselves" if excess.low > 0 else "not shown to be more than by themselves"
        notes.append(f"Flips beyond the noise floor: {_signed(excess)} points, {over}.")
    for name, label in (("unparsable", "Unreadable"), ("cut_off", "Cut off")):
        figure = overall.figures[name]
        if figure.baseline or figure.run:
            notes.append(
                f"{label}: {percent(figure.baseline)}% -> {percent(figure.run)}%, {_signed(figure.difference)} points."
            )
    notes += _token_notes(overall)
    if overall.threshold is not None:
        notes.append(_threshold_note(overall.threshold))
    return notes


def _threshold_note(threshold: Threshold) -> str:
    words = f"Hardness threshold: {threshold.baseline_words} -> {threshold.run_words}"
    if threshold.shift is None:
        return f"{words}; no shift can be stated."
    if threshold.bounded:
        side = "at least" if threshold.shift.estimate >= 0 else "at most"
        return f"{words}; shift {side} {threshold.shift.estimate:+.2f}."
    return f"{words}; shift {_hardness(threshold.shift)}, p {p_value(threshold.p_value)}."


def _token_notes(overall: Slice) -> list[str]:
    tokens, thinking = overall.figures["tokens"], overall.figures["thinking_tokens"]
    if not tokens.baseline:
        return []
    parts = [f"Tokens a completion: {tokens.baseline:,.0f} -> {tokens.run:,.0f}, x{_ratio(overall.token_ratio)} paired"]
    if math.isfinite(overall.token_ratio_solved.estimate):
        parts.append(f"x{_ratio(overall.token_ratio_solved)} where both solve")
    if thinking.baseline or thinking.run:
        parts.append(f"of them thinking {thinking.baseline:,.0f} -> {thinking.run:,.0f}")
    cost = overall.tokens_per_correct
    parts.append(f"for one right answer {_count(cost.baseline)} -> {_count(cost.run)}")
    return ["; ".join(parts) + "."]


def _count(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "none right"


def _hardness(shift: Interval) -> str:
    low, high = (f"{value:+.2f}" if math.isfinite(value) else _ABSENT for value in (shift.low, shift.high))
    return f"{shift.estimate:+.2f} [{low}, {high}]"


def flag_lines(flags: Sequence[Flag]) -> list[str]:
    """Return the flags as lines."""
    return [f"! {flag.kind}: {flag.sentence}" for flag in flags]


def general_notes(comparison: Comparison) -> Iterator[str]:
    """Yield what holds for all runs of a comparison."""
    each = "1 completion" if comparison.samples == 1 else f"{comparison.samples} completions"
    yield (
        f"{comparison.items:,} identical problems in {comparison.clusters:,} independent groups, {each} of each; "
        f"percentages. p: paired permutation over groups (McNemar's exact test where groups are single problems); "
        f"Holm: over all runs and rows of one kind; flips: right to wrong / wrong to right; "
        f"verdict: equivalent within {100 * comparison.margin:g} points, worse, better, or not shown; "
        "a question mark: not after Holm's correction."
    )
    for dropped in comparison.dropped:
        examples = ", ".join(dropped.examples)
        yield f"Left out: {dropped.count:,} problems, {dropped.reason} ({dropped.run}; for example {examples})."
    for run, different in comparison.differences.items():
        yield f"{run} was not asked in the same way: {'; '.join(different)}."
    yield from comparison.notes


def print_comparison(comparison: Comparison, out: IO[str]) -> None:
    """Write the comparison: with rules and weight on a terminal, in plain aligned text elsewhere."""
    rich = out.isatty()
    for contrast in comparison.contrasts:
        title = f"{comparison.baseline.name} -> {contrast.run}"
        rows = contrast_rows(contrast, comparison.alpha)
        notes = contrast_notes(contrast, comparison)
        if rich:
            _print_rich(title, rows, flag_lines(contrast.flags), notes, out)
        else:
            text = [line for note in notes for line in wrap(note, 120, break_on_hyphens=False)]
            print("\n".join([title, "", *_plain(rows), "", *flag_lines(contrast.flags), *text, ""]), file=out)
    general = list(general_notes(comparison))
    if rich:
        from rich.console import Console

        console = Console(file=out, highlight=False)
        for note in general:
            console.print(note, style="dim", markup=False)
    else:
        print("\n".join(line for note in general for line in wrap(note, 120, break_on_hyphens=False)), file=out)


def _plain(rows: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    cells = [COLUMNS, *(row for _, row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(COLUMNS))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    lines, last = [_align(COLUMNS, widths)], -1
    for dimension, row in rows:
        if _SECTION[dimension] != last:
            lines.append(rule)
        lines.append(_align(row, widths))
        last = _SECTION[dimension]
    return lines


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    middle = [cell.rjust(width) for cell, width in zip(cells[1:-1], widths[1:-1], strict=True)]
    return "  ".join([cells[0].ljust(widths[0]), *middle, cells[-1]]).rstrip()


def _fitting(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns that a terminal has room for; those that can be spared go first, and the name may fold."""
    shown = list(range(len(COLUMNS)))
    lengths = [max(len(row[column]) for row in [COLUMNS, *rows]) for column in shown]
    for spared in _SPARED:
        if sum(lengths[column] + 2 for column in shown) > width:
            shown.remove(spared)
    return shown


def _print_rich(
    title: str,
    rows: Sequence[tuple[str, tuple[str, ...]]],
    flags: Sequence[str],
    notes: Sequence[str],
    out: IO[str],
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False,
        padding=(0, 1, 0, 0),
    )  # fmt: skip
    console = Console(file=out, highlight=False)
    shown = _fitting([row for _, row in rows], console.width)
    for number in shown:
        left = number in (0, len(COLUMNS) - 1)
        table.add_column(COLUMNS[number], justify="left" if left else "right", no_wrap=number > 0, overflow="fold")
    last = 0
    for dimension, cells in rows:
        if _SECTION[dimension] != last:
            table.add_section()
        style = {"worse": "red", "better": "green", "equivalent": "cyan"}.get(cells[-1], "")
        table.add_row(
            *(Text(cells[number]) for number in shown[:-1]),
            Text(cells[-1], style=style),
            style="" if dimension in ("surface", "band") else "bold",
        )
        last = _SECTION[dimension]
    console.print(table)
    for flag in flags:
        console.print(flag, style="bold red", markup=False)
    for note in notes:
        console.print(note, style="dim", markup=False)
    console.print()
