"""``logicbench rescore``: check a run's completions anew with the installed verifier."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def rescore(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder; it is only read.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the rescored copy.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Replace a run that is in the folder.")] = False,
) -> None:
    """Check a run's completions anew, with the verifier that is installed and without the model.

    For runs that an older version of logicbench checked. The copy can be compared, analysed and reported like any run.
    """
    from logicbench.evals.rescore import rescore as check_anew
    from logicbench.evals.table import print_table

    found = check_anew(run, output, fresh=fresh, argv=sys.argv)
    print_table(found.results, f"{run} · {found.samples:,} completions checked anew", sys.stdout)
    print()
    for (task, before, now), number in sorted(found.changes.items()):
        print(f"{task}: {number:,} {before} -> {now}")
    print(f"{sum(found.changes.values()):,} of {found.samples:,} verdicts changed.")
    print(f"Run folder: {found.path}")
