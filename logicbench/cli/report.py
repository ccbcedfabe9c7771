"""`logicbench report`: one page from a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; by default report.html in the run's folder.")
    ] = None,
) -> None:
    """Write the report of a run: one HTML file that needs nothing else."""
    from logicbench.evals.page import write_report

    typer.echo(f"Report: {write_report(run, output)}")
