"""``logicbench audit``: attack a data set with shallow baselines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def audit(
    data: Annotated[
        list[str], typer.Argument(metavar="PROBLEMS.jsonl...", help="Data sets to attack, taken together.")
    ],
    solver_bound: Annotated[
        float, typer.Option(min=0, max=1, help="Accuracy that no shallow solver may exceed on a question with labels.")
    ] = 0.75,
    confidence: Annotated[
        float, typer.Option(min=0.5, max=0.9999, help="Central interval of chance that no classifier may exceed.")
    ] = 0.99,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Attack a data set with shallow baselines.

    Classifiers see only the surface of the prompts, in folds that keep twins together; shallow solvers are those of the
    family. Exits with 1 if a label can be told beyond chance, or a shallow solver beats its bound.
    """
    from logicbench.audit import audit as run
    from logicbench.problem import load

    findings = run([problem for path in data for problem in load(path)], solver_bound, confidence)
    failed = [finding for finding in findings if not finding.passed]
    if as_json:
        rows = [{**asdict(finding), "passed": finding.passed} for finding in findings]
        typer.echo(json.dumps({"passed": not failed, "findings": rows}, indent=2))
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("task", "surface", "attack"):
            table.add_column(heading)
        for heading in ("n", "accuracy", "chance", "bound"):
            table.add_column(heading, justify="right")
        table.add_column("")
        for found in findings:
            chance = "-" if found.chance is None else f"{found.chance:.3f}"
            bound = "-" if found.bound is None else f"{found.bound:.3f}"
            mark = "" if found.bound is None else "ok" if found.passed else "[bold red]FAIL[/]"
            figures = (str(found.count), f"{found.accuracy:.3f}", chance, bound, mark)
            table.add_row(f"{found.family}:{found.task}", found.surface, found.attack, *figures)
        Console().print(table)
        typer.echo(
            f"{len(failed)} of {len(findings)} attacks beat their bound." if failed else "No attack beat its bound."
        )
    raise typer.Exit(1 if failed else 0)
