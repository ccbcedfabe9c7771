"""``logicbench fol prove``, ``compare`` and ``label``: entailment and equivalence with certificates."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from logicbench.logic.fol.structures import Structure
    from logicbench.solvers.prover.entailment import Result
    from logicbench.translation.compare.equivalence import Comparison
    from logicbench.translation.labels import Judgement

_NOTATION = typer.Option("--notation", help="Notation of the formulas; `auto` tells by the spelling.")
_NORMALISE = typer.Option(
    "--normalise",
    "--merge-names",
    help="Declared changes: none, case, number, words, typo, initials, objects or variables; each with those before.",
)
_EXTERNAL = typer.Option("--external/--no-external", help="Ask E, Vampire, cvc5 and Prover9, where installed, at last.")


def register(app: typer.Typer) -> None:
    """Add the commands to a group."""
    app.command("prove")(prove_command)
    app.command("compare")(compare_command)
    app.command("label")(label_command)


def prove_command(
    conclusion: Annotated[str, typer.Argument(help="The conclusion.")],
    premise: Annotated[list[str] | None, typer.Option("--premise", "-p", help="A premise; may be repeated.")] = None,
    notation: Annotated[str, _NOTATION] = "auto",
    external: Annotated[bool, _EXTERNAL] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result with its certificate as JSON.")] = False,
) -> None:
    """Decide what premises say of a conclusion: True, False, Uncertain, Inconsistent or Undecided.

    A True or False comes with the premises used, an Uncertain with two models of the premises: one in which the
    conclusion is true and one in which it is false.
    """
    from logicbench.logic.fol.parse import parse
    from logicbench.solvers.prover.entailment import prove

    texts = [*(premise or []), conclusion]
    parsed = [parse(text, notation) for text in texts]
    result = prove([one.formula for one in parsed[:-1]], parsed[-1].formula, external=external)
    if as_json:
        notes = [[note.kind, note.position, note.message] for one in parsed for note in one.notes]
        typer.echo(json.dumps({**result.to_json(), "notes": notes}, ensure_ascii=False))
        return
    for text, one in zip(texts, parsed, strict=True):
        for note in one.notes:
            typer.echo(f"note: {note.message} (in {text!r})", err=True)
    _print_result(result, texts)


def _print_result(result: Result, texts: list[str]) -> None:
    typer.echo(result.verdict)
    if result.reason:
        typer.echo(f"  {result.reason}")
    if result.refutation is not None:
        what = {"True": "it follows from", "False": "its negation follows from"}.get(
            result.verdict, "these premises contradict each other:"
        )
        typer.echo(f"  {what}" if result.core else f"  {what} no premise at all")
        for place in result.core:
            typer.echo(f"    {place + 1}. {texts[place]}")
        if result.refutation.instances:
            typer.echo(f"  by {len(result.refutation.instances)} ground instances (--json shows them)")
        else:
            others = ", ".join(result.refutation.confirmed_by) or "no other engine"
            typer.echo(f"  found by {result.refutation.engine}, confirmed by {others}")
        if result.consistent is None:
            typer.echo("  whether the premises are consistent was not decided")
    if result.verdict == "Uncertain":
        for which, structure in (("true", result.holds), ("false", result.fails)):
            if structure is None:
                typer.echo(f"  it can be {which} over the reals")
                continue
            typer.echo(f"  the premises hold and it is {which} here:")
            for line in structure_lines(structure):
                typer.echo(f"    {line}")


def structure_lines(structure: Structure) -> list[str]:
    """A finite structure in lines for people."""
    places = {**structure.constants, **structure.numerals, **structure.assignment}
    lines = [f"individuals 0 to {structure.size - 1}" if structure.size > 1 else "one individual, 0"]
    if places:
        lines.append(", ".join(f"{name.lstrip(chr(0))} = {place}" for name, place in sorted(places.items())))
    for (name, arity), rows in sorted(structure.predicates.items()):
        if arity == 0:
            lines.append(f"{name}: {'true' if rows else 'false'}")
        else:
            shown = [str(row[0]) if arity == 1 else f"({', '.join(map(str, row))})" for row in sorted(rows)]
            lines.append(f"{name}: {' '.join(shown) if shown else 'nothing'}")
    for (name, _), table in sorted(structure.functions.items()):
        cells = [f"({', '.join(map(str, row))}) -> {value}" for row, value in sorted(table.items())]
        lines.append(f"{name}: {'; '.join(cells)}")
    return lines


def compare_command(
    gold: Annotated[str, typer.Argument(help="The formula to compare with.")],
    predicted: Annotated[str, typer.Argument(help="The formula to judge.")],
    notation: Annotated[str, _NOTATION] = "auto",
    align: Annotated[
        bool, typer.Option("--align/--no-align", help="Match symbols whose names mean the same, and report it.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare two formulas: the proved relation, the renaming it needs, and graded closeness.

    Exits with 0 if they are equivalent and 1 if not.
    """
    from logicbench.logic.fol.parse import parse
    from logicbench.translation.compare.closeness import closeness

    relation, scores = closeness(parse(gold, notation).formula, parse(predicted, notation).formula, align=align)
    if as_json:
        typer.echo(json.dumps({**relation.to_json(), "closeness": scores.to_json()}, ensure_ascii=False))
        raise typer.Exit(0 if relation.equivalent else 1)
    typer.echo(_relation_line(relation))
    for (kind, name, _), target in sorted(relation.alignment.renamed.items()):
        doubt = "" if relation.alignment.sure else " (doubtful)"
        typer.echo(f"  {kind} {name} taken as {target}{doubt}")
    for (name, _), order in sorted(relation.alignment.reordered.items()):
        typer.echo(f"  arguments of {name} in the order {', '.join(str(place + 1) for place in order)}")
    for which, structure in (("first", relation.only_gold), ("second", relation.only_predicted)):
        if structure is not None:
            typer.echo(f"  only the {which} is true here:")
            for line in structure_lines(structure):
                typer.echo(f"    {line}")
    for measure, score in scores.to_json().items():
        if score is not None:
            typer.echo(f"  {measure:<12}{score:>7.3f}")
    raise typer.Exit(0 if relation.equivalent else 1)


def _relation_line(relation: Comparison) -> str:
    if relation.level is not None:
        return {
            "identical": "equivalent: the same up to the names of bound variables",
            "equivalent": "equivalent",
            "renaming": "equivalent modulo a renaming of symbols",
            "order": "not equivalent, unless arguments are taken in another order",
        }[relation.level]
    return {
        "stronger": "not equivalent: the second entails the first only",
        "weaker": "not equivalent: the first entails the second only",
        "different": "not equivalent: neither entails the other",
    }.get(relation.relation, "undecided")


def label_command(
    data: Annotated[
        str,
        typer.Argument(
            metavar="FILE.jsonl", help='Lines of {"premises": [...], "conclusion": "...", "label": "True"}.'
        ),
    ],
    notation: Annotated[str, _NOTATION] = "auto",
    level: Annotated[str, _NORMALISE] = "none",
    workers: Annotated[int, typer.Option("--workers", "-j", min=1, help="Processes.")] = 1,
    external: Annotated[bool, _EXTERNAL] = True,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="Write a line for every problem, with its certificate.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Decide every problem of a file and compare with its label.

    Reports the parsed share, the agreement, and each disagreement with its reason. FOLIO's own fields
    (`premises_fol`, `conclusion_fol`) are read where they stand.
    """
    from logicbench.cli.output import atomic_output, progress
    from logicbench.errors import UnknownNameError
    from logicbench.logic.fol.normalise import NORMALISATIONS
    from logicbench.problem import dump_line, read_jsonl
    from logicbench.translation.labels import judge_all, read_problem

    if level not in NORMALISATIONS:
        raise UnknownNameError("normalisation", level, NORMALISATIONS)
    problems = [read_problem(record, data, line) for line, record in read_jsonl(data)]
    judgements = []
    with progress("label", len(problems)) as advance:
        for one in judge_all(problems, workers, notation=notation, level=level, external=external):
            judgements.append(one)
            advance()
    if output is not None:
        with atomic_output(output) as out:
            out.writelines(dump_line(one.to_json()) for one in judgements)
    summary = label_summary(judgements)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        _print_summary(summary)
        if output is not None:
            typer.echo(f"results written to {output}")


def label_summary(judgements: list[Judgement]) -> dict[str, Any]:
    """Parsed share, agreement, the table of labels and verdicts, and the disagreements."""
    labelled = [one for one in judgements if one.problem.label is not None]
    parsed = sum(one.result is not None for one in judgements)
    agree = sum(one.agrees for one in labelled)
    table = Counter((one.problem.label or "none", one.verdict or "unparsed") for one in judgements)
    return {
        "problems": len(judgements),
        "parsed": parsed,
        "parsed_share": parsed / len(judgements) if judgements else None,
        "labelled": len(labelled),
        "agree": agree,
        "agreement": agree / len(labelled) if labelled else None,
        "verdicts": [[label, verdict, number] for (label, verdict), number in sorted(table.items())],
        "normalised": _changes(judgements),
        "reasons": dict(Counter(one.reason for one in labelled if one.reason).most_common()),
        "disagreements": [
            {
                "id": one.problem.name,
                "label": one.problem.label,
                "verdict": one.verdict,
                "reason": one.reason,
                "detail": one.detail,
            }
            for one in labelled
            if not one.agrees
        ],
    }


def _changes(judgements: list[Judgement]) -> dict[str, int]:
    """How many problems a normalisation changed, and how much."""
    changed = [one.changes for one in judgements if one.changes and any(one.changes.to_json().values())]
    return {
        "problems": len(changed),
        "names": sum(len(one.names) for one in changed),
        "objects": sum(len(one.objects) for one in changed),
        "variables": sum(len(one.variables) for one in changed),
    }


def _print_summary(summary: dict[str, Any]) -> None:
    total, labelled = summary["problems"], summary["labelled"]
    typer.echo(f"{total} problems, {summary['parsed']} parsed{_percent(summary['parsed_share'])}")
    if (changed := summary["normalised"])["problems"]:
        names, objects, variables = (changed[one] for one in ("names", "objects", "variables"))
        typer.echo(
            f"{changed['problems']} problems normalised: {names} names merged, {objects} predicates with their object "
            f"spelled out, {variables} unbound variables (--output says which)"
        )
    if labelled:
        typer.echo(f"{summary['agree']} of {labelled} labels agree{_percent(summary['agreement'])}")
    typer.echo(f"  {'label':<12}{'verdict':<14}{'problems':>8}")
    for label, verdict, number in summary["verdicts"]:
        typer.echo(f"  {label:<12}{verdict:<14}{number:>8}")
    for one in summary["disagreements"]:
        detail = one["detail"].splitlines()[0] if one["detail"] else ""
        verdict = one["verdict"] or "unparsed"
        reason = f"{one['reason']}{': ' if detail else ''}{detail}"
        typer.echo(f"{one['id']}: labelled {one['label']}, found {verdict}; {reason}")


def _percent(share: float | None) -> str:
    return "" if share is None else f" ({share:.1%})"
