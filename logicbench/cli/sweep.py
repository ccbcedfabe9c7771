"""``logicbench sweep``: a dense model and a grid of its compressed forms, evaluated and compared."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def sweep(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="What to compress, how, and what to evaluate.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The sweep's folder; by default sweeps/FILE.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The dense model instead of the file's.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Arms worked on at the same time, instead of the file's.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="List the arms and stop.")] = False,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Write the table and the report of what is done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Run a sweep, and write its table and report.

    Each step runs in a process of its own. A sweep that was stopped goes on where it was when the same command is
    given again; arms that failed are tried again.
    """
    from dataclasses import replace

    from logicbench.sweeps.files import write_outcome
    from logicbench.sweeps.outcome import gather
    from logicbench.sweeps.spec import read_sweep
    from logicbench.sweeps.steps import Layout, Progress, carry_out
    from logicbench.sweeps.words import print_outcome

    chosen = read_sweep(file)
    if jobs is not None:
        chosen = replace(chosen, jobs=jobs)
    if model is not None:
        chosen = replace(chosen, model=model)
    if plan:
        for arm in chosen.arms:
            typer.echo(f"{arm.name}  {arm.curve if arm.method else arm.kind}".rstrip())
        return
    layout = Layout(output if output is not None else Path("sweeps") / file.stem)
    layout.root.mkdir(parents=True, exist_ok=True)
    progress = Progress() if report_only else carry_out(chosen, layout, lambda line: print(line, file=sys.stderr))
    outcome = gather(chosen, layout, progress)
    files = write_outcome(outcome, layout.root)
    if as_json:
        print(json.dumps(outcome.to_json()))
    else:
        print_outcome(outcome, sys.stdout)
        print(f"\nWritten: {', '.join(str(path) for path in files)}")
    raise typer.Exit(1 if progress.failed else 0)
