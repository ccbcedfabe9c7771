"""``logicbench import``: published questions and records as problems that ``eval`` runs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from logicbench.interop.imports.recast import Imported

app = typer.Typer(add_completion=False)


@app.command()
def import_command(
    data_format: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT",
            help="folio, proofwriter (also RuleTaker), prontoqa, ar-lsat, logical-deduction, satquest, reasoning-gym.",
        ),
    ],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The published file, JSON or JSONL.")],
    output: Annotated[str, typer.Option(help="Where the problems go, as JSONL; - is standard output.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most that many questions.")] = None,
    surface: Annotated[
        str | None, typer.Option(help="satquest, reasoning-gym: how problems are shown; see logicbench families NAME.")
    ] = None,
    drop_refuted: Annotated[
        bool,
        typer.Option("--drop-refuted", help="Leave out questions whose label is refuted or premises are inconsistent."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON, to standard error.")] = False,
) -> None:
    """Make problems of a published file, and check its answers where there is something to check them with.

    Questions keep their words and are graded by the published answer; where formulas refute it, the problem carries the
    certificate. Records of satquest and reasoning-gym become problems of logicbench's own families, judged by its
    verifiers; published answers that these refuse are counted as refuted.
    """
    from itertools import islice

    from logicbench.cli.output import atomic_output
    from logicbench.errors import InputError
    from logicbench.interop.imports.formats import read_imported
    from logicbench.problem import dump_line

    found = read_imported(data_format, file, surface)
    counts: Counter[str] = Counter()
    refuted: list[Imported] = []
    written = 0
    with atomic_output(output) as out:
        for one in islice(found, limit):
            counts[one.check.status] += 1
            if one.check.status in ("refuted", "inconsistent"):
                refuted.append(one)
                if drop_refuted:
                    continue
            out.write(dump_line(one.problem.to_json()))
            written += 1
        if not counts:
            raise InputError(f"{file}: no questions in it")
    if as_json:
        record = {"questions": counts.total(), "written": written, "checks": dict(sorted(counts.items()))}
        sys.stderr.write(json.dumps(record) + "\n")
    else:
        _say(counts, refuted, written, output)


def _say(counts: Counter[str], refuted: list[Imported], written: int, output: str) -> None:
    shares = ", ".join(f"{count:,} {status}" for status, count in counts.most_common())
    sys.stderr.write(f"{counts.total():,} questions; published answers: {shares}\n")
    for one in refuted[:5]:
        said = f"found is {one.check.verdict}" if one.check.verdict else "refused"
        sys.stderr.write(f"  {one.name}: published {one.answer}, {said}: {one.check.reason}\n")
    if len(refuted) > 5:
        sys.stderr.write(f"  and {len(refuted) - 5:,} more\n")
    if output != "-":
        sys.stderr.write(f"{written:,} problems in {output}; logicbench eval --tasks {output} runs them\n")
