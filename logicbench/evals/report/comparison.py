"""Runs on the same problems, side by side with the first of them, the baseline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logicbench.evals.compare import compare
from logicbench.evals.compare_record import Comparison, Contrast
from logicbench.evals.compare_words import COLUMNS, contrast_notes, contrast_rows, flag_lines, general_notes
from logicbench.evals.report import charts
from logicbench.evals.report.figures import Figure, Forest, ForestRow, Mark, Tick
from logicbench.evals.report.gather import RunData
from logicbench.evals.report.style import RUNS
from logicbench.evals.report.tables import Table

_STRONG = ("overall", "family")
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page says of several runs."""

    flags: tuple[str, ...]
    """Signs that a run broke down."""
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...]


def comparison_panel(runs: Sequence[RunData]) -> Panel:
    """Compare runs with the first of them.

    Raises:
        InputError: If the runs were not asked the same problems in the same way.
    """
    found = compare([run.path for run in runs])
    figures = (
        charts.psychometric(runs, "compare-hardness", "Accuracy over hardness"),
        differences(found),
        charts.accuracies(runs, "compare-accuracy"),
        charts.outcomes(runs, "compare-outcomes"),
        charts.accuracy_by_length(runs, "compare-length"),
    )
    notes = [note for contrast in found.contrasts for note in contrast_notes(contrast, found)]
    return Panel(
        tuple(_flags(found)),
        tuple(figure for figure in figures if figure is not None),
        tuple(_table(contrast, found, number) for number, contrast in enumerate(found.contrasts, 1)),
        (*notes, *general_notes(found)),
    )


def _flags(found: Comparison) -> Iterator[str]:
    """Yield the signs of collapse, with the run's name where several runs are compared."""
    for contrast in found.contrasts:
        who = f"{contrast.run}: " if len(found.contrasts) > 1 else ""
        yield from (who + line.removeprefix("! ") for line in flag_lines(contrast.flags))


def differences(found: Comparison) -> Forest:
    """Return the paired differences of accuracy by task, surface and hardness."""
    rows, low, high = [], -0.01, 0.01
    for part in (slice_ for name in ("overall", "task", "surface", "band") for slice_ in found.contrasts[0].of(name)):
        marks: list[Mark | None] = []
        for contrast in found.contrasts:
            same = [each for each in contrast.of(part.dimension) if each.name == part.name]
            difference = same[0].accuracy.difference if same else None
            if difference is None or not math.isfinite(difference.low + difference.high):
                marks.append(None)
                continue
            marks.append(Mark(difference.estimate, difference.low, difference.high))
            low, high = min(low, difference.low), max(high, difference.high)
        label = {"overall": "all", "band": f"hardness {part.name}"}.get(part.dimension, part.name)
        rows.append(ForestRow(label, tuple(marks), strong=part.dimension in _STRONG))
    step = next((step for step in _STEPS if (high - low) / step <= 8), 0.5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks: tuple[Tick, ...] = tuple((k * step, f"{100 * k * step:+.0f}" if k else "0") for k in range(first, last + 1))
    return Forest(
        "compare-difference",
        f"Paired difference of accuracy from {found.baseline.name}",
        "points, with 95 % intervals",
        (first * step, last * step),
        ticks,
        tuple((contrast.run, colour) for contrast, colour in zip(found.contrasts, RUNS[1:], strict=False)),
        tuple(rows),
        zero=0.0,
    )


def _table(contrast: Contrast, found: Comparison, number: int) -> Table:
    rows = contrast_rows(contrast, found.alpha)
    strong = frozenset(place for place, (dimension, _) in enumerate(rows) if dimension in _STRONG)
    title = f"{found.baseline.name} → {contrast.run}"
    # Pages drop the blanks that indent surfaces in the terminal.
    lines = (("@" + cells[0].strip(), *cells[1:]) if dimension == "surface" else cells for dimension, cells in rows)
    return Table(f"compare-{number}", title, COLUMNS, tuple(lines), strong)
