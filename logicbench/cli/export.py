"""``logicbench export``: problems for trainers and other evaluation tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def export(
    data: Annotated[
        list[str],
        typer.Argument(metavar="DATA...", help="Problem files (JSONL or Parquet), or folders in which they lie."),
    ],
    to: Annotated[
        str,
        typer.Option(
            help="jsonl, parquet, hf (datasets), trl, verl, verifiers, openai-evals, lm-eval or inspect.",
            show_default=False,
        ),
    ],
    output: Annotated[str, typer.Option("--output", "-o", help="File (jsonl, parquet) or new folder (the others).")],
    name: Annotated[str, typer.Option(help="Name of the data set or task.")] = "logicbench",
    system: Annotated[str | None, typer.Option(help="System message put before each prompt.")] = None,
) -> None:
    """Write problems in the form that a trainer or another evaluation tool reads.

    Each row carries its whole problem, so that scoring needs nothing but the row.
    """
    from logicbench.interop.export import Export
    from logicbench.interop.export import export as write
    from logicbench.interop.tables import read_problems

    problems = list(read_problems(data))
    chosen = write(Export(problems, name, system), to, Path(output))
    what = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    typer.echo(f"{what} written to {output}: {chosen.summary}", err=True)
    typer.echo("Next: " + chosen.next.format(path=output, name=name), err=True)
