"""The closing table of a run: rows of words for people, from the figures of ``results.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import IO, Any

COLUMNS = ("", "n", "accuracy [95%]", "chance", "base", "unread", "cut", "tokens")
_ABSENT = "-"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table."""

    cells: tuple[str, ...]
    section: bool = False
    """Whether a rule is drawn above it."""
    strong: bool = False


def table_rows(results: Mapping[str, Any]) -> list[TableRow]:
    """Return the lines: a task and its surfaces, the hardness bands, and all together."""
    rows: list[TableRow] = []
    for task in results["by_task"]:
        name = f"{task['family']}:{task['task']}"
        rows.append(TableRow(_cells(name, task), strong=True))
        surfaces = [
            row for row in results["by_surface"] if (row["family"], row["task"]) == (task["family"], task["task"])
        ]
        if len(surfaces) > 1:
            rows += [TableRow(_cells(f"  {row['surface']}", row)) for row in surfaces]
        elif surfaces:
            rows[-1] = TableRow(_cells(f"{name} @{surfaces[0]['surface']}", task), strong=True)
    for number, band in enumerate(results["by_hardness"]):
        rows.append(TableRow(_cells(f"hardness {band['band']}", band), section=number == 0))
    if len(results["by_task"]) > 1:
        rows.append(TableRow(_cells("all", results["overall"]), section=True, strong=True))
    return rows


def _cells(name: str, row: Mapping[str, Any]) -> tuple[str, ...]:
    accuracy = _percent(row["accuracy"])
    if row["low"] is not None:
        accuracy += f" [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"
    shares = [_percent(row[column]) for column in ("chance", "baseline", "unparsable", "truncated")]
    tokens = _ABSENT if not row["mean_tokens"] else f"{row['mean_tokens']:,.0f}"
    return (name, f"{row['problems']:,}", accuracy, *shares, tokens)


def _percent(share: float | None) -> str:
    return _ABSENT if share is None else f"{100 * share:.1f}"


def footnotes(results: Mapping[str, Any]) -> list[str]:
    """Return what a reader of the table needs to know, one sentence each."""
    overall = results["overall"]
    each = "1 completion" if results["samples"] == 1 else f"{results['samples']} completions"
    notes = [
        f"n problems, {each} of each; percentages. chance: a random well-formed answer; base: the best shallow solver "
        "on these problems; unread: no answer could be read; cut: cut off without a right answer; tokens: mean."
    ]
    chosen = [
        f"{label.format(n=results['samples'])} {_percent(row['accuracy'])}"
        f" [{100 * row['low']:.1f}, {100 * row['high']:.1f}]" + _of(row, overall)
        for row in results["strategies"]
        if (label := _STRATEGIES.get(row["name"])) and row["accuracy"] is not None
    ]
    if "iterate" in results:
        notes += _iterate_notes(results["iterate"])
    elif chosen:
        notes.append(f"Choosing one of a problem's {results['samples']} completions: {'; '.join(chosen)}.")
    notes += [
        f"Same verdict on all {row['across']} of an instance ({', '.join(row['members'])}): "
        f"{row['family']}:{row['task']} {_percent(row['same_verdict'])} "
        f"[{100 * row['low']:.1f}, {100 * row['high']:.1f}] of {row['instances']:,}, where independent answers of the "
        f"same accuracy would give {_percent(row['independent'])}."
        for row in results.get("invariance", [])
        if row["same_verdict"] is not None
    ]
    behind = _behind(results)
    if behind:
        notes.append(f"Not shown to beat chance and the shallow solvers: {', '.join(behind)}.")
    if overall["undecided"]:
        notes.append(f"{_percent(overall['undecided'])}% of answers hit the checker's work limit and count as wrong.")
    if overall["errors"]:
        notes.append(f"{_percent(overall['errors'])}% of requests failed and are left out; resume to retry them.")
    if overall["truncated"] and overall["truncated"] >= 0.05:
        notes.append(
            f"{_percent(overall['truncated'])}% of completions were cut off before a right answer: "
            "a larger --max-tokens may raise the accuracy."
        )
    return notes


def _iterate_notes(found: Mapping[str, Any]) -> list[str]:
    """Say what the rounds were worth, beside what they would be worth if feedback changed nothing."""
    if not found["chains"]:
        return []
    success, null, verifier = found["success_at"], found["null_success_at"], found["verifier"]
    rounds = "1 round" if found["rounds"] == 1 else f"{found['rounds']} rounds"
    notes = [
        f"First answers {_percent(success[0])}; after {rounds} {_percent(success[-1])}, where retries without feedback "
        f"would give {_percent(null[-1])}, were all problems equally hard.",
        f"The verifier accepted {_percent(verifier['accepts_right'])}% of right and "
        f"{_percent(verifier['accepts_wrong'])}% of wrong answers; a chain took {found['mean_calls']:.1f} calls and "
        f"{found['mean_tokens']:,.0f} tokens.",
    ]
    if len(found["pass_at"]) > 1:
        notes.append(
            f"pass@{len(found['pass_at'])} of the independent first answers is {_percent(found['pass_at'][-1])}."
        )
    return notes


_STRATEGIES = {
    "vote": "by vote",
    "rpc": "by rpc",
    "best-of-n": "by log-probability",
    "oracle": "by an oracle (pass@{n})",
}


def _of(row: Mapping[str, Any], overall: Mapping[str, Any]) -> str:
    """Say on how many problems a strategy has a meaning, if not on all."""
    return "" if row["problems"] == overall["problems"] else f" on {row['problems']:,} problems"


def _behind(results: Mapping[str, Any]) -> list[str]:
    """Return the tasks whose interval does not lie above chance and baseline."""
    found = []
    for row in results["by_task"]:
        bar = max((value for value in (row["chance"], row["baseline"]) if value is not None), default=None)
        if bar is not None and row["low"] is not None and row["low"] <= bar:
            found.append(f"{row['family']}:{row['task']}")
    return found


def print_table(results: Mapping[str, Any], title: str, out: IO[str]) -> None:
    """Write the table: with rules and weight on a terminal, in plain aligned text elsewhere."""
    rows = table_rows(results)
    if out.isatty():
        _print_rich(rows, title, footnotes(results), out)
    else:
        notes = [line for note in footnotes(results) for line in wrap(note, 100, break_on_hyphens=False)]
        print("\n".join([title, "", *plain_lines(rows), "", *notes]), file=out)


def plain_lines(rows: Sequence[TableRow]) -> list[str]:
    """Return the table as aligned lines of text."""
    cells = [COLUMNS, *(row.cells for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(COLUMNS))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    lines = [_align(COLUMNS, widths), rule]
    for row in rows:
        if row.section:
            lines.append(rule)
        lines.append(_align(row.cells, widths))
    return lines


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    return "  ".join([first, *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))]).rstrip()


def _print_rich(rows: Sequence[TableRow], title: str, notes: Sequence[str], out: IO[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(title),
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left", no_wrap=number > 0, overflow="fold")
    for row in rows:
        if row.section:
            table.add_section()
        table.add_row(*(Text(cell) for cell in row.cells), style="bold" if row.strong else "")
    console = Console(file=out, highlight=False)
    console.print(table)
    for note in notes:
        console.print(note, style="dim", markup=False)
