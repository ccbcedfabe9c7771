"""``logicbench analyze``: what a run's folder tells without a model call."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def analyze(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run's folder.")],
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write; by default analyze.json in the run's folder.")
    ] = None,
    reread: Annotated[
        int, typer.Option(min=0, help="Completions whose texts are read and checked again; 0 leaves that out.")
    ] = 1000,
    samples_from: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="For a run of --strategy iterate: the same model's independent samples."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of random subsets and bootstraps.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the analysis as JSON.")] = False,
) -> None:
    """Analyse a run from its folder alone: no model, no device.

    Curves over the number of samples, votes and rpc with their calibration, cost and its Pareto front, length against
    accuracy, replayed token limits, overthinking and reflection, and what feedback was worth.
    """
    from logicbench.cli.output import progress
    from logicbench.evals.analysis.analyze import analyze as run_analysis
    from logicbench.evals.analysis.words import print_analysis
    from logicbench.evals.journal import dump_document, write_atomically

    found = run_analysis(
        run,
        reread=reread,
        seed=seed,
        samples_from=samples_from,
        progress=lambda total: progress("reading completions", total),
    )
    document = found.to_json()
    target = output if output is not None else run / "analyze.json"
    write_atomically(target, dump_document(document))
    if as_json:
        print(json.dumps(document))
    else:
        print_analysis(found, sys.stdout)
        print(f"\nWritten: {target}")
