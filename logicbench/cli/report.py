"""`logicbench report`: one page from a run folder, and its figures and tables as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    compare: Annotated[
        list[Path] | None,
        typer.Option(metavar="RUN", help="A run on the same problems, compared with the first; repeatable."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; by default report.html in the run's folder.")
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Also write the figures as PNG and SVG, the tables as CSV and LaTeX."),
    ] = None,
    completions: Annotated[
        int, typer.Option(min=1, help="Most completions in the page's browser; of more, a stratified part is shown.")
    ] = 10_000,
) -> None:
    """Write the report of a run: one HTML file that needs nothing else.

    With --compare, the first run is the baseline: `logicbench report DENSE --compare PRUNED`.
    """
    from logicbench.evals.report import write_report

    typer.echo(f"Report: {write_report(run, output, compare or (), figures, completions)}")
    if figures is not None:
        typer.echo(f"Figures and tables: {figures}")
