"""``logicbench plan``: how many problems a comparison needs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from logicbench.evals.planning import Design, Size

app = typer.Typer(add_completion=False)


@app.command()
def plan(
    delta: Annotated[
        float, typer.Option(help="Difference of accuracy to be shown, and margin of equivalence; 0.03 is three points.")
    ] = 0.03,
    power: Annotated[float, typer.Option(help="Chance to show it.")] = 0.8,
    discordance: Annotated[
        float | None,
        typer.Option(
            help="Share of problems whose verdict differs between the runs, as compare prints; a few by default."
        ),
    ] = None,
    samples: Annotated[int, typer.Option(help="Completions of each problem.")] = 1,
    noise_floor: Annotated[
        float | None,
        typer.Option(help="Flips between two runs with nothing changed, as compare prints; half of them by default."),
    ] = None,
    icc: Annotated[float, typer.Option(help="Correlation between problems that were drawn together.")] = 0.0,
    cluster_size: Annotated[float, typer.Option(help="Problems drawn together, such as twins.")] = 2.0,
    accuracy: Annotated[float, typer.Option(help="Of the better run, for the unpaired design.")] = 0.6,
    alpha: Annotated[float, typer.Option(help="Two-sided level.")] = 0.05,
    items: Annotated[int | None, typer.Option(min=1, help="Say instead what this many problems would show.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say how many problems a comparison of two runs needs.

    Paired: both runs on the same problems, as compare does. Unpaired: each run on problems of its own.
    """
    from logicbench.evals.planning import Design, detectable, plan_sizes

    design = Design(delta, power, alpha, samples, accuracy, noise_floor, cluster_size, icc)
    sizes = plan_sizes(design, discordance)
    shown = None if items is None else [detectable(design, items, size.discordance) for size in sizes]
    if as_json:
        rows = [asdict(size) for size in sizes]
        for row, found in zip(rows, shown or [], strict=False):
            row["detectable"] = None if math.isnan(found) else found
        typer.echo(json.dumps({"design": asdict(design), "items": items, "sizes": rows}))
    elif shown is not None:
        typer.echo("\n".join(_shown_lines(sizes, shown, items or 0, design)))
    else:
        typer.echo("\n".join(_lines(sizes, design)))


def _conditions(design: Design) -> str:
    parts = [f"power {design.power:g}", f"two-sided level {design.alpha:g}"]
    parts.append("1 sample a problem" if design.samples == 1 else f"{design.samples} samples a problem")
    if design.icc:
        parts.append(f"groups of {design.cluster_size:g} with correlation {design.icc:g}")
    return ", ".join(parts)


def _lines(sizes: Sequence[Size], design: Design) -> list[str]:
    points = f"{100 * design.delta:g} points"
    lines = [
        f"Problems needed to show a difference of {points} ({_conditions(design)})",
        "",
        " flips  of them noise    paired  unpaired  equivalence  exact power",
    ]
    for size in sizes:
        noise = "-" if design.samples == 1 else f"{100 * size.noise_floor:.1f}%"
        exact = "-" if size.exact_power is None else f"{size.exact_power:.3f}"
        lines.append(
            f"{100 * size.discordance:>5.1f}%  {noise:>13}  {size.paired:>8,}  {size.unpaired:>8,}  "
            f"{size.equivalence:>11,}  {exact:>11}"
        )
    return [
        *lines,
        "",
        "flips: problems whose verdict differs between the runs, as compare prints. paired: both runs on the",
        f"same problems. unpaired: each run on its own, at accuracy {design.accuracy:g}. equivalence: to show that the",
        f"difference is below {points} if there is none. exact power: of McNemar's exact test at the paired size.",
    ]


def _shown_lines(sizes: Sequence[Size], shown: Sequence[float], items: int, design: Design) -> list[str]:
    lines = [f"Smallest difference that {items:,} problems would show ({_conditions(design)})", ""]
    for size, found in zip(sizes, shown, strict=True):
        words = "none below the flips themselves" if math.isnan(found) else f"{100 * found:.1f} points"
        lines.append(f"with {100 * size.discordance:.1f}% flips: {words}")
    return lines
