"""``logicbench hardness``: the phase transition of a family, as a table, a picture and figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from logicbench.transition import Point, Sweep

app = typer.Typer(add_completion=False)


@app.command()
def hardness(
    selection: Annotated[str, typer.Argument(metavar="FAMILY[:TASK]", help="What to draw; see `logicbench families`.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KNOB=VALUE", help="Set a knob; `50,100,200` gives a curve for each value."),
    ] = None,
    vary: Annotated[
        str | None,
        typer.Option(
            metavar="KNOB=LO..HI/STEP",
            help="The horizontal axis; default: the control parameter, across the transition.",
        ),
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="Instances at each point.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes; the output does not depend on it.")] = 1,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for hardness.csv, hardness.png and hardness.svg.")
    ] = Path("hardness"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
) -> None:
    """Show how label balance and a reference solver's effort change along a knob: easy, hard, easy.

    Families that can are drawn as they come: random, unbalanced, unfiltered. Others are drawn as `generate` does.
    """
    from logicbench.cli.generate import parse_settings
    from logicbench.cli.output import progress
    from logicbench.errors import InputError
    from logicbench.transition import plan, run, write_csv
    from logicbench.transition_plot import draw

    sweep = plan(selection, parse_settings(settings or []), vary, count, seed)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write to {output}: {error.strerror}") from None
    with progress("drawing", count * len(sweep.values) * len(sweep.series_values)) as advance:

        def step(new: int) -> None:
            for _ in range(new):
                advance()

        points = run(sweep, workers, step)
    write_csv(output / "hardness.csv", sweep, points)
    paths = [output / "hardness.csv", *draw(output, sweep, points)]
    if as_json:
        typer.echo(json.dumps(_document(sweep, points), indent=2))
    else:
        _print(sweep, points)
        typer.echo(f"\nWritten: {' '.join(map(str, paths))}")


def _document(sweep: Sweep, points: Sequence[Point]) -> dict[str, Any]:
    from logicbench.transition import QUANTILES, half_points

    rows = [
        {
            **sweep.settings_at(point.curve, point.value),
            "count": point.count,
            "shares": dict(point.shares),
            "effort": {str(quantile): value for quantile, value in zip(QUANTILES, point.effort, strict=True)},
        }
        for point in points
    ]
    document = {"family": sweep.family, "task": sweep.task, "unfiltered": sweep.unfiltered, "points": rows}
    if sweep.unfiltered and len(sweep.labels) == 2:
        found = half_points(points, sweep.labels[0])
        document["half"] = [{"curve": curve, sweep.knob: value} for curve, value in found.items()]
    return document


def _print(sweep: Sweep, points: Sequence[Point]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    label = sweep.labels[0] if sweep.unfiltered else ""
    heads = [sweep.series] if sweep.series else []
    heads += [sweep.knob, *(["share " + label, "95% interval"] if label else [])]
    for heading in (*heads, "effort", "25%", "75%", "90%"):
        table.add_column(str(heading), justify="right")
    for point in points:
        cells = [str(point.curve)] if sweep.series else []
        cells.append(str(point.value))
        if label:
            low, high = point.interval(label)
            cells += [f"{point.shares[label]:.2f}", f"{low:.2f}-{high:.2f}"]
        _, quarter, middle, three, most = point.effort
        table.add_row(*cells, *(f"{effort:,.0f}" for effort in (middle, quarter, three, most)))
    Console().print(table)
    if label:
        _print_half(sweep, points, label)
    else:
        typer.echo("\nDrawn as `generate` draws: labels are balanced by construction.")


def _print_half(sweep: Sweep, points: Sequence[Point], label: str) -> None:
    from logicbench.transition import half_points

    if len(sweep.labels) != 2:
        return
    typer.echo()
    for curve, value in half_points(points, label).items():
        where = "" if sweep.series is None else f"{sweep.series} = {curve}: "
        if value is None:
            typer.echo(f"{where}the share of {label} does not fall through one half here")
        else:
            typer.echo(f"{where}half of the draws are {label} at {sweep.knob} = {value:.2f}")
