"""``logicbench analyze``: what a run's folder tells without a model call, and what measures of closeness notice."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from logicbench.translation.sensitivity import Sensitivity

_DEFAULT = "run"


class _RunByDefault(TyperGroup):
    """A group that takes ``analyze FOLDER`` for ``analyze run FOLDER``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command in front where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunByDefault,
    add_completion=False,
    no_args_is_help=True,
    help="Analyse a run (`logicbench analyze RUN`), or what measures of closeness notice.",
)


@app.command(_DEFAULT)
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


@app.command("metric-sensitivity")
def metric_sensitivity(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.jsonl|RUN",
            help="Gold formulas, one a line (a string, an object with the field, or a problem with premises_fol); "
            "or the folder of a translate run.",
        ),
    ],
    field: Annotated[str, typer.Option(help="The field of an object that holds the formula.")] = "fol",
    notation: Annotated[str, typer.Option(help="Notation of the formulas; `auto` tells by the spelling.")] = "auto",
    limit: Annotated[
        int | None, typer.Option(min=1, help="So many different formulas, drawn at random; by default all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of that draw.")] = 0,
    workers: Annotated[int, typer.Option("--workers", "-j", min=1, help="Processes.")] = 1,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="FILE.csv", help="Write a CSV table.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Say how much each measure of closeness notices of seven perturbations.

    Each formula is changed in the ways of the metrics study (its quantifiers, negations, connectives and names), and
    each changed formula is scored against its original. A measure that stays near 1 is blind to the change.
    """
    from logicbench.cli.output import atomic_output, progress
    from logicbench.errors import InputError, UnknownNameError
    from logicbench.logic.fol.notation import NOTATIONS
    from logicbench.translation.sensitivity import draw, load_formulas, score_texts, summarise

    if notation not in ("auto", *NOTATIONS):
        raise UnknownNameError("notation", notation, ("auto", *NOTATIONS))
    texts = draw(load_formulas(data, field), limit, seed)
    scored = []
    with progress("metric-sensitivity", len(texts)) as advance:
        for scores in score_texts(texts, notation, workers):
            scored.append(scores)
            advance()
    read = [scores for scores in scored if scores is not None]
    if not read:
        raise InputError(f"{data}: no formula in it can be read")
    found = summarise(read)
    if output is not None:
        with atomic_output(output) as out:
            out.write(_csv(found).encode())
        if output == "-":
            return
    if as_json:
        rows = [one.to_json() for one in found]
        print(json.dumps({"formulas": len(read), "unread": len(scored) - len(read), "perturbations": rows}))
        return
    _print_sensitivity(found, len(scored) - len(read))
    if output is not None:
        print(f"Written: {output}")


def _csv(found: Sequence[Sensitivity]) -> str:
    import csv
    import io

    text = io.StringIO()
    rows = [one.to_json() for one in found]
    table = [{**{key: value for key, value in row.items() if key != "means"}, **row["means"]} for row in rows]
    writer = csv.DictWriter(text, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


def _print_sensitivity(found: Sequence[Sensitivity], unread: int) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"mean score of {found[0].formulas:,} formulas against what each perturbation makes of them")
    table.title_justify = "left"
    for column in ("perturbation", "of", "changed", "equivalent", *found[0].means):
        table.add_column(column, justify="left" if column in ("perturbation", "of") else "right")
    for one in found:
        means = ("-" if mean is None else f"{mean:.3f}" for mean in one.means.values())
        changed = f"{one.changed:,} ({one.changed / one.formulas:.1%})"
        table.add_row(one.perturbation, one.level, changed, f"{one.equivalent:,}", *means)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 130).print(table)
    if unread:
        print(f"{unread:,} formulas could not be read")
