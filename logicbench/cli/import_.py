"""``logicbench import``: published question files as problems that ``eval`` runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from logicbench.interop.imports.question import Check
    from logicbench.problem import Problem

app = typer.Typer(add_completion=False)


@app.command()
def import_command(
    data_format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help="folio, proofwriter (also RuleTaker), prontoqa, ar-lsat or logical-deduction."
        ),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The published file, JSON or JSONL.")],
    output: Annotated[str, typer.Option(help="Where the problems go, as JSONL; - is standard output.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most that many questions.")] = None,
    drop_refuted: Annotated[
        bool,
        typer.Option("--drop-refuted", help="Leave out questions whose label is refuted or premises are inconsistent."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON, to standard error.")] = False,
) -> None:
    """Make problems of a published question file, and check the labels where there are formulas.

    Answers are graded by the published label. Where the formulas refute it, the problem carries the certificate.
    """
    from itertools import islice

    from logicbench.cli.output import atomic_output
    from logicbench.errors import InputError, UnknownNameError
    from logicbench.interop.imports.formats import FORMATS
    from logicbench.interop.imports.question import to_problem
    from logicbench.problem import dump_line

    if data_format not in FORMATS:
        raise UnknownNameError("format", data_format, FORMATS)
    counts: Counter[str] = Counter()
    refuted: list[tuple[Problem, Check]] = []
    written = 0
    with atomic_output(output) as out:
        for index, question in enumerate(islice(FORMATS[data_format](file), limit)):
            problem, found = to_problem(question, index)
            counts[found.status] += 1
            if found.status in ("refuted", "inconsistent"):
                refuted.append((problem, found))
                if drop_refuted:
                    continue
            out.write(dump_line(problem.to_json()))
            written += 1
        if not counts:
            raise InputError(f"{file}: no questions in it")
    if as_json:
        record = {"questions": counts.total(), "written": written, "checks": dict(sorted(counts.items()))}
        sys.stderr.write(json.dumps(record) + "\n")
    else:
        _say(counts, refuted, written, output)


def _say(counts: Counter[str], refuted: list[tuple[Problem, Check]], written: int, output: str) -> None:
    shares = ", ".join(f"{count:,} {status}" for status, count in counts.most_common())
    sys.stderr.write(f"{counts.total():,} questions; labels by their formulas: {shares}\n")
    for problem, found in refuted[:5]:
        name, answer = problem.instance["source_id"], problem.instance["answer"]
        sys.stderr.write(f"  {name}: published {answer}, formulas say {found.verdict}: {found.reason}\n")
    if len(refuted) > 5:
        sys.stderr.write(f"  and {len(refuted) - 5:,} more\n")
    if output != "-":
        sys.stderr.write(f"{written:,} problems in {output}; logicbench eval --tasks {output} runs them\n")
