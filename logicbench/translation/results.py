"""The figures of a run of a pipeline, and its closing table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import IO, Any

Record = Mapping[str, Any]
_MOST_REASONS = 3


def summarise(records: Sequence[Record], seconds: float) -> dict[str, Any]:
    """Count what the records say; shares are of all items, None where there is nothing to share."""
    labelled = [record for record in records if record["label"] is not None]
    right = sum(record["score"]["correct"] for record in labelled)
    executed = [record for record in labelled if record["executed"]]
    guessed = sum(1 / len(record["labels"]) for record in labelled if not record["executed"])
    compared = sum(record["score"]["compared"] for record in records)
    errors: Counter[str] = Counter()
    for record in records:
        errors.update(record["score"]["errors"])
    readable = [one for record in records for one in record["readable"]]
    failures = Counter(_reason(record["error"]) for record in records if not record["executed"])
    return {
        "items": len(records),
        "parsed": _share(sum(record["parsed"] for record in records), len(records)),
        "formulas": len(readable),
        "formulas_read": _share(sum(readable), len(readable)),
        "executable": _share(sum(record["executed"] for record in records), len(records)),
        "not_executed": dict(sorted(failures.items(), key=lambda each: (-each[1], each[0]))),
        "inconsistent": sum(record["verdict"] == "Inconsistent" for record in records),
        "labelled": len(labelled),
        "accuracy": _share(right, len(labelled)),
        "accuracy_on_executable": _share(sum(record["score"]["correct"] for record in executed), len(executed)),
        "accuracy_with_guess": _share(right + guessed, len(labelled)),
        "compared": compared,
        "equivalent": _share(sum(record["score"]["equivalent"] for record in records), compared),
        "closeness": _share(sum(record["score"]["closeness"] for record in records), compared),
        "errors": dict(sorted(errors.items(), key=lambda each: (-each[1], each[0]))),
        "calls": sum(record["calls"] for record in records),
        "prompt_tokens": sum(record["tokens"]["prompt"] for record in records),
        "completion_tokens": sum(record["tokens"]["completion"] for record in records),
        "seconds": round(seconds, 3),
    }


def _reason(error: str) -> str:
    """Why an item was not executed, without what is of this item alone: its names, its numbers, its place."""
    line = re.sub(r"'[^']*'|\"[^\"]*\"", "…", error.split("\n")[0])
    line = re.sub(r"^(?:premise \d+|the conclusion)(?:, …)?: (?:column \d+: )?", "", line)
    return re.sub(r", found .*$", "", re.sub(r"\d+", "n", line)) or "no reason given"


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def print_results(results: Mapping[str, Any], title: str, out: IO[str]) -> None:
    """Print the closing table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in _lines(results):
        table.add_row(name, value)
    Console(file=out, width=None if out.isatty() else 100).print(table)


def _lines(results: Mapping[str, Any]) -> list[tuple[str, str]]:
    lines = [
        ("items", f"{results['items']:,}"),
        ("parsed: every formula read", _percent(results["parsed"])),
    ]
    if results["formulas"]:
        lines.append((f"formulas read, of {results['formulas']:,}", _percent(results["formulas_read"])))
    lines.append(("executable: the solver answered", _percent(results["executable"])))
    for reason, count in list(results["not_executed"].items())[:_MOST_REASONS]:
        lines.append((f"  not executed: {reason}", f"{count:,}"))
    if results["inconsistent"]:
        lines.append(("  among them, inconsistent premises", f"{results['inconsistent']:,}"))
    if results["labelled"]:
        lines += [
            ("label accuracy, all items", _percent(results["accuracy"])),
            ("label accuracy, executable items", _percent(results["accuracy_on_executable"])),
            ("  with a random guess for the rest (expected)", _percent(results["accuracy_with_guess"])),
        ]
    if results["compared"]:
        lines += [
            (f"equivalent to gold, of {results['compared']:,} formulas", _percent(results["equivalent"])),
            ("mean closeness to gold", f"{results['closeness']:.3f}"),
        ]
    lines += [(f"error: {kind.replace('_', ' ')}", f"{count:,}") for kind, count in results["errors"].items()]
    return [
        *lines,
        ("model calls", f"{results['calls']:,}"),
        ("tokens read / written", f"{results['prompt_tokens']:,} / {results['completion_tokens']:,}"),
        ("wall time", f"{results['seconds']:.1f} s"),
    ]


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}%"
