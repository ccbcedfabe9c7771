"""The tables of a report, for the page and as CSV and LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.evals.report.gather import RunData
from logicbench.evals.results import facet_order

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "–": "--",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under headings; the first column holds names, the others numbers."""

    key: str
    """Names the table's files."""
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()
    """Rows that stand out."""


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as a percentage without its sign."""
    return "–" if share is None else f"{100 * share:.{digits}f}"


def interval(row: Mapping[str, Any]) -> str:
    """Return a row's accuracy with its interval."""
    if row["accuracy"] is None:
        return "–"
    return f"{percent(row['accuracy'])} [{percent(row['low'])}, {percent(row['high'])}]"


_COLUMNS = ("n", "accuracy [95 %]", "chance", "shallow", "wrong", "unread", "cut off", "tokens")


def _cells(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    tokens = "–" if not row["mean_tokens"] else f"{row['mean_tokens']:,.0f}"
    shares = (percent(row[column]) for column in ("chance", "baseline", "wrong", "unparsable", "truncated"))
    return (name, f"{row['problems']:,}", interval(row), *shares, tokens)


def headline(run: RunData) -> Table:
    """Return each task with its surfaces, and all together."""
    rows: list[tuple[str, ...]] = []
    strong: set[int] = set()
    for task in run.results["by_task"]:
        strong.add(len(rows))
        rows.append(_cells(f"{task['family']}:{task['task']}", task))
        rows += [
            _cells(f"@{part['surface']}", part)
            for part in run.results["by_surface"]
            if (part["family"], part["task"]) == (task["family"], task["task"])
        ]
    if len(run.results["by_task"]) > 1:
        strong.add(len(rows))
        rows.append(_cells("all", run.results["overall"]))
    return Table("results", "By task and surface", ("task", *_COLUMNS), tuple(rows), frozenset(strong))


def bands(run: RunData) -> Table | None:
    """Return the hardness bands; None where no hardness is known."""
    rows = tuple(_cells(row["band"], row) for row in run.results["by_hardness"])
    return Table("hardness", "By measured hardness", ("hardness", *_COLUMNS), rows) if rows else None


def facets(run: RunData) -> list[Table]:
    """Return each task by each of its family's own groupings with more than one value, the least accurate first."""
    parts: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in run.results.get("by_facet", ()):
        parts.setdefault((row["family"], row["task"], row["facet"]), []).append(row)
    return [
        Table(
            f"facet-{family}-{task}-{facet}",
            f"{family}:{task} by {facet}",
            (facet, *_COLUMNS),
            tuple(_cells(row["value"], row) for row in sorted(rows, key=_facet_order)),
        )
        for (family, task, facet), rows in parts.items()
        if len(rows) > 1
    ]


def _facet_order(row: Mapping[str, Any]) -> tuple[float, float, str]:
    return facet_order(row["value"], 2.0 if row["accuracy"] is None else row["accuracy"])


def strategies(run: RunData) -> Table | None:
    """Return what choosing among a problem's completions gives; None where there is one of each."""
    rows = tuple(
        (_STRATEGIES.get(row["name"], row["name"]), f"{row['problems']:,}", interval(row))
        for row in run.results["strategies"]
        if row["accuracy"] is not None
    )
    return (
        Table("strategies", "Choosing among a problem's completions", ("strategy", "n", _COLUMNS[1]), rows)
        if rows
        else None
    )


_STRATEGIES = {
    "single": "one completion",
    "vote": "majority vote",
    "rpc": "vote by probability, improbable ones left out (rpc)",
    "best-of-n": "greatest log-probability",
    "oracle": "any right (oracle)",
}


def rounds(run: RunData) -> Table | None:
    """Return what the rounds of ``--strategy iterate`` were worth; None for other strategies."""
    found = run.results.get("iterate")
    if not found or not found["chains"]:
        return None
    columns = zip(found["success_at"], found["null_success_at"], found["accepted_at"], strict=True)
    rows = tuple((str(number), *(percent(share) for share in shares)) for number, shares in enumerate(columns, 1))
    return Table("rounds", "By rounds", ("rounds", "right", "right if feedback changed nothing", "accepted"), rows)


def sessions(run: RunData) -> Table:
    """Return how fast each session was."""
    rows = []
    for session in run.info["sessions"]:
        seconds = session.get("seconds") or 0.0
        rows.append(
            (
                f"{session['started'][:19].replace('T', ' ')} UTC",
                f"{session.get('completions', 0):,}",
                f"{seconds:,.1f}",
                _rate(session.get("completions", 0), seconds),
                _rate(session.get("completion_tokens", 0), seconds),
                _rate(session.get("prompt_tokens", 0), seconds),
            )
        )
    columns = ("session", "completions", "seconds", "items/s", "tokens/s", "prompt tokens/s")
    return Table("sessions", "Throughput", columns, tuple(rows))


def _rate(count: float, seconds: float) -> str:
    if not seconds or not count:
        return "–"
    rate = count / seconds
    return f"{rate:,.0f}" if rate >= 100 else f"{rate:,.1f}"


def tables(run: RunData) -> list[Table]:
    """Return a run's tables in the order of the page."""
    found = [headline(run), bands(run), *facets(run), strategies(run), rounds(run), sessions(run)]
    return [table for table in found if table is not None]


def to_csv(table: Table) -> str:
    """Return a table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return out.getvalue()


def to_latex(table: Table) -> str:
    """Return a table as a LaTeX ``tabular`` with the rules of the booktabs package."""
    lines = [rf"\begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}", r"\toprule"]
    lines += [_latex_row(table.columns), r"\midrule"]
    for number, row in enumerate(table.rows):
        indented = (r"\quad " if row[0].startswith("@") else "") + _latex_row(row)
        if number in table.strong and number and row[0] == "all":
            lines.append(r"\midrule")
        lines.append(indented)
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join("".join(_LATEX.get(letter, letter) for letter in cell) for cell in cells) + r" \\"
