"""A comparison as files: ``compare.json``, and its table as CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from logicbench.errors import LogicbenchError
from logicbench.evals.compare_record import Comparison, Contrast, Slice
from logicbench.evals.compare_words import p_value, percent
from logicbench.evals.journal import dump_document, write_atomically
from logicbench.evals.statistics import finite_or_none


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write ``compare.json``, ``compare.csv`` and ``compare.tex`` and return their paths.

    Raises:
        LogicbenchError: If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LogicbenchError(f"cannot make the folder {folder}: {error.strerror or error}") from error
    contents = {
        "compare.json": dump_document(comparison.to_json()),
        "compare.csv": to_csv(comparison).encode(),
        "compare.tex": to_latex(comparison).encode(),
    }
    for name, data in contents.items():
        write_atomically(folder / name, data)
    return [folder / name for name in contents]


def to_csv(comparison: Comparison) -> str:
    """Return one line for each run and slice; shares in [0, 1], empty where a figure is undefined."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    rows = [
        {"baseline": comparison.baseline.name, "run": contrast.run, **_csv_row(part)}
        for contrast in comparison.contrasts
        for part in contrast.slices
    ]
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow("" if value is None else value for value in row.values())
    return out.getvalue()


def _csv_row(part: Slice) -> dict[str, str | int | float | None]:
    row: dict[str, str | int | float | None] = {
        "dimension": part.dimension, "name": part.name, "items": part.items, "clusters": part.clusters,
        "chance": part.chance,
    }  # fmt: skip
    for name, figure in part.figures.items():
        row |= {
            f"{name}_baseline": figure.baseline,
            f"{name}_run": figure.run,
            f"{name}_difference": finite_or_none(figure.difference.estimate),
            f"{name}_low": finite_or_none(figure.difference.low),
            f"{name}_high": finite_or_none(figure.difference.high),
        }
    shift = part.threshold.shift if part.threshold else None
    return row | {
        "p_value": part.test.p_value,
        "p_holm": part.test.p_holm,
        "mcnemar": part.test.mcnemar,
        "lost": part.flips.lost,
        "gained": part.flips.gained,
        "noise_floor": part.flips.floor,
        "token_ratio": finite_or_none(part.token_ratio.estimate),
        "token_ratio_low": finite_or_none(part.token_ratio.low),
        "token_ratio_high": finite_or_none(part.token_ratio.high),
        "equivalence": part.equivalence.outcome,
        "equivalence_p": part.equivalence.p_value,
        "detectable": part.detectable,
        "threshold_shift": finite_or_none(shift.estimate) if shift else None,
        "threshold_shift_low": finite_or_none(shift.low) if shift else None,
        "threshold_shift_high": finite_or_none(shift.high) if shift else None,
    }


def to_latex(comparison: Comparison) -> str:
    """Return a table for a paper (package booktabs): the tasks and all together, for each run."""
    head = r"Run & Task & $n$ & Baseline & Run & $\Delta$ [95\%] & $p$ & $p_\mathrm{Holm}$ & Flips & Tokens \\"
    lines = [r"\begin{tabular}{llrrrlrrrr}", r"\toprule", head]
    for contrast in comparison.contrasts:
        lines += [r"\midrule", *_latex_rows(contrast)]
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _latex_rows(contrast: Contrast) -> list[str]:
    rows = []
    for part in [*contrast.of("task"), contrast.overall]:
        difference = part.accuracy.difference
        ratio = finite_or_none(part.token_ratio.estimate)
        cells = (
            _escape(contrast.run),
            _escape(part.name),
            str(part.items),
            percent(part.accuracy_baseline.estimate),
            percent(part.accuracy_run.estimate),
            f"${100 * difference.estimate:+.1f}$ $[{100 * difference.low:+.1f}, {100 * difference.high:+.1f}]$",
            p_value(part.test.p_value),
            p_value(part.test.p_holm),
            f"{percent(part.flips.lost)}/{percent(part.flips.gained)}",
            "--" if ratio is None else rf"$\times {ratio:.2f}$",
        )
        rows.append(" & ".join(cells) + r" \\")
    return rows


_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    }
)  # fmt: skip


def _escape(text: str) -> str:
    return text.translate(_LATEX)
