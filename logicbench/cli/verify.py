"""``logicbench verify``: check answers against problems."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logicbench.problem import Problem, Verdict

app = typer.Typer(add_completion=False)


@app.command()
def verify(
    problems: Annotated[
        str, typer.Argument(metavar="PROBLEMS.jsonl", help="Problems, as `logicbench generate` writes them.")
    ],
    answers: Annotated[
        str, typer.Argument(metavar="ANSWERS.jsonl", help='Lines of {"id": problem id, "completion": text}.')
    ],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write a verdict for every answer as JSONL.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Check answers against problems.

    Exits with 0 if every answer is correct, 1 if one is not or a problem has no answer, and 2 on bad input.
    """
    from logicbench.cli.output import atomic_output
    from logicbench.problem import STATUSES, dump_line, load

    by_id = {problem.id: problem for problem in load(problems)}
    counts: dict[str, int] = dict.fromkeys(STATUSES, 0)
    answered: set[str] = set()
    rows: list[dict[str, Any]] = []
    for problem, verdict in _verdicts(by_id, answers):
        counts[verdict.status] += 1
        answered.add(problem.id)
        if output is not None:
            rows.append({"id": problem.id, **verdict.to_json()})
    if output is not None:
        with atomic_output(output) as out:
            out.writelines(map(dump_line, rows))
    total = sum(counts.values())
    missing = len(by_id) - len(answered)
    summary: dict[str, float | None] = {"problems": len(by_id), "answers": total, **counts, "unanswered": missing}
    summary["accuracy"] = counts["correct"] / total if total else None
    if as_json:
        typer.echo(json.dumps(summary))
    else:
        typer.echo(f"{total} answers to {len(by_id)} problems")
        for status, number in counts.items():
            typer.echo(f"  {status:<11}{number:>8}{f'{number / total:>8.1%}' if total else ''}")
        if missing:
            typer.echo(f"  {'unanswered':<11}{missing:>8}")
        if output is not None:
            typer.echo(f"verdicts written to {output}")
    raise typer.Exit(0 if counts["correct"] == total and not missing else 1)


def _verdicts(by_id: dict[str, Problem], answers: str) -> Iterator[tuple[Problem, Verdict]]:
    from logicbench.errors import InputError
    from logicbench.family import verify as check
    from logicbench.problem import read_jsonl

    for number, record in read_jsonl(answers):
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            raise InputError.at(answers, number, 'an answer is {"id": problem id, "completion": text}')
        if not isinstance(record.get("completion"), str):
            raise InputError.at(answers, number, "field 'completion' must be a string")
        if record["id"] not in by_id:
            raise InputError.at(answers, number, f"no problem has the id {record['id']!r}")
        problem = by_id[record["id"]]
        yield problem, check(problem, record["completion"])
