"""``logicbench compare``: runs against the first of them, on identical problems."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN...", help="Run folders; the first is the baseline.")],
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write compare.json, compare.csv and compare.tex there.")
    ] = None,
    margin: Annotated[
        float, typer.Option(help="Largest difference of accuracy that does not matter, for the test of equivalence.")
    ] = 0.03,
    noise: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="RUN RUN", help="Two runs of one model: how many verdicts flip by themselves."),
    ] = None,
    alpha: Annotated[float, typer.Option(help="Two-sided level of intervals and tests.")] = 0.05,
    draws: Annotated[int, typer.Option(min=200, help="Bootstrap samples.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 0,
    allow_differences: Annotated[
        bool, typer.Option("--allow-differences", help="Compare runs with different prompting or sampling.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare runs with the first of them, on the problems that all of them completed.

    Paired tests and intervals, flips against a noise floor, equivalence within a margin, the shift of the hardness
    threshold, tokens, and signs of collapse; by family, task, surface and hardness.
    """
    from logicbench.evals.compare import compare as run_comparison
    from logicbench.evals.compare_files import write_comparison
    from logicbench.evals.compare_words import print_comparison

    found = run_comparison(
        runs, margin=margin, alpha=alpha, draws=draws, seed=seed, noise=noise, allow_differences=allow_differences
    )
    if as_json:
        print(json.dumps(found.to_json()))
    else:
        print_comparison(found, sys.stdout)
    if output is not None:
        files = write_comparison(found, output)
        print(f"\nWritten: {', '.join(str(path) for path in files)}", file=sys.stderr if as_json else sys.stdout)
