"""``logicbench fol``: read, print and check first-order formulas."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from logicbench.cli.fol_prove import register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from logicbench.logic.fol.notes import ParseError
    from logicbench.logic.fol.parse import Parsed

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Read, print, check and prove first-order formulas.")

NotationOption = Annotated[
    str,
    typer.Option("--notation", "-n", help="auto, unicode, prover9, nltk, tptp, smtlib, python or latex."),
]
_SOURCE = "A formula, or a JSONL file with one formula a line (a string, or an object with the field); - reads lines."


@app.command("parse")
def parse_command(
    source: Annotated[str, typer.Argument(metavar="FORMULA|FILE.jsonl|-", help=_SOURCE)],
    notation: NotationOption = "auto",
    strict: Annotated[bool, typer.Option("--strict", help="Refuse what would have to be repaired.")] = False,
    readings: Annotated[int, typer.Option("--readings", min=1, help="Show so many readings of a doubtful text.")] = 1,
    field: Annotated[str, typer.Option("--field", help="The field of an object in a JSONL file.")] = "fol",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a formula.")] = False,
) -> None:
    """Read formulas, and say what had to be repaired.

    Exits with 0 if every formula could be read, and 1 if not.
    """
    from logicbench.logic.fol.notes import ParseError
    from logicbench.logic.fol.parse import parse
    from logicbench.logic.fol.parse import readings as all_readings

    failed = total = repaired = 0
    kinds: dict[str, int] = {}
    single = not _is_file(source)
    for text in _texts(source, field):
        total += 1
        try:
            if readings > 1 and not strict:
                found = all_readings(text, readings, notation)
            else:
                found = [parse(text, notation, "strict" if strict else "tolerant")]
        except ParseError as error:
            failed += 1
            _say_error(text, error, as_json)
            continue
        repaired += bool(found[0].repairs)
        for note in found[0].notes:
            kinds[note.kind] = kinds.get(note.kind, 0) + 1
        if as_json:
            typer.echo(json.dumps(_record(text, found), ensure_ascii=False))
        elif single:
            _show(text, found)
    if not single and not as_json:
        typer.echo(f"{total} formulas, {total - failed} read, {repaired} with repairs, {failed} refused")
        for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
            typer.echo(f"  {kind:<24}{number:>7}")
    raise typer.Exit(1 if failed else 0)


@app.command("print")
def print_command(
    source: Annotated[str, typer.Argument(metavar="FORMULA|FILE.jsonl|-", help=_SOURCE)],
    to: Annotated[str, typer.Option("--to", "-t", help="The notation to write.")] = "unicode",
    notation: NotationOption = "auto",
    field: Annotated[str, typer.Option("--field", help="The field of an object in a JSONL file.")] = "fol",
) -> None:
    """Read formulas and write them in another notation, one a line."""
    from logicbench.errors import UnknownNameError
    from logicbench.logic.fol.notation import NOTATIONS
    from logicbench.logic.fol.notes import ParseError
    from logicbench.logic.fol.parse import parse
    from logicbench.logic.fol.printing import render

    target = next((name for name in NOTATIONS if name == to), None)
    if target is None:
        raise UnknownNameError("notation", to, NOTATIONS)
    failed = 0
    for text in _texts(source, field):
        try:
            parsed = parse(text, notation)
        except ParseError as error:
            failed += 1
            _say_error(text, error, False)
            continue
        typer.echo(render(parsed.formula, target))
        for note in parsed.repairs:
            typer.echo(f"repaired: {note.message} (column {note.position + 1})", err=True)
    raise typer.Exit(1 if failed else 0)


def _is_file(source: str) -> bool:
    import os

    return source == "-" or source.endswith(".jsonl") or (len(source) < 256 and os.path.isfile(source))


def _texts(source: str, field: str) -> Iterator[str]:
    """The formulas of the argument: itself, the lines of standard input, or those of a file."""
    from logicbench.errors import InputError
    from logicbench.problem import read_jsonl

    if not _is_file(source):
        yield source
        return
    if source == "-":
        yield from (line.rstrip("\n") for line in sys.stdin if line.strip())
        return
    for number, record in read_jsonl(source):
        value: Any = record.get(field) if isinstance(record, dict) else record
        if value is None and isinstance(record, dict) and field in record:
            continue
        if not isinstance(value, str):
            raise InputError.at(source, number, f"expected a formula as a string, or an object with a string {field!r}")
        yield value


def _record(text: str, found: list[Parsed]) -> dict[str, Any]:
    from logicbench.logic.fol.printing import render

    first = found[0]
    record: dict[str, Any] = {
        "text": text,
        "formula": render(first.formula),
        "notation": first.notation,
        "notes": [_note(note) for note in first.notes],
    }
    if len(found) > 1:
        record["readings"] = [
            {"formula": render(parsed.formula), "notes": [_note(note) for note in parsed.notes]} for parsed in found
        ]
    return record


def _note(note: Any) -> dict[str, Any]:
    return {"kind": note.kind, "severity": note.severity, "position": note.position, "message": note.message}


def _show(text: str, found: list[Parsed]) -> None:
    from logicbench.logic.fol.notes import caret
    from logicbench.logic.fol.printing import render

    for number, parsed in enumerate(found, 1):
        typer.echo(f"{f'{number}. ' if len(found) > 1 else ''}{render(parsed.formula)}")
        for note in parsed.notes:
            typer.echo(f"  {note.severity} {note.kind}: {note.message}")
            if number == 1:
                typer.echo("    " + caret(text, note.position).replace("\n", "\n    "))
    typer.echo(f"notation: {found[0].notation}")


def _say_error(text: str, error: ParseError, as_json: bool) -> None:
    if as_json:
        record = {"text": text, "error": str(error), "position": error.position, "expected": error.expected}
        typer.echo(json.dumps({**record, "kind": error.kind}, ensure_ascii=False))
    else:
        typer.echo(f"refused: {error}", err=True)


register(app)


@app.command("check")
def check_command(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE.jsonl|-",
            help='One problem a line: {"premises": [...], "conclusion": "..."}; also premises_fol, conclusion_fol.',
        ),
    ],
    notation: NotationOption = "auto",
    normalise: Annotated[
        str, typer.Option("--normalise", help="Also say what a normalisation would change, as in `fol label`.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a problem.")] = False,
) -> None:
    """Report what is doubtful about the symbols of each problem: arities, near-duplicates, unbound variables.

    Exits with 1 if a formula could not be read, otherwise with 0.
    """
    from logicbench.errors import UnknownNameError
    from logicbench.logic.fol.normalise import NORMALISATIONS
    from logicbench.logic.fol.normalise import normalise as normalise_formulas

    level = next((name for name in NORMALISATIONS if name == normalise), None)
    if normalise and level is None:
        raise UnknownNameError("normalisation", normalise, NORMALISATIONS)
    problems = unread = doubtful = 0
    kinds: dict[str, int] = {}
    for label, formulas, conclusion in _problems(source):
        problems += 1
        report = _check(label, formulas, conclusion, notation)
        if level is not None:
            report["changes"] = normalise_formulas(report["_formulas"], level).to_json()
        report.pop("_formulas", None)
        unread += bool(report["errors"])
        doubtful += bool(report["findings"])
        for finding in report["findings"]:
            kinds[finding["kind"]] = kinds.get(finding["kind"], 0) + 1
        if as_json:
            typer.echo(json.dumps(report, ensure_ascii=False))
        else:
            _show_check(report)
    if not as_json:
        noun = "problem" if problems == 1 else "problems"
        typer.echo(f"{problems} {noun}: {doubtful} with doubtful symbols, {unread} with unreadable formulas")
        for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0])):
            typer.echo(f"  {kind:<24}{number:>7}")
    raise typer.Exit(1 if unread else 0)


def _problems(source: str) -> Iterator[tuple[str, list[str], str | None]]:
    """Label, premises and conclusion of each problem of a file."""
    from logicbench.errors import InputError
    from logicbench.problem import read_jsonl

    for number, record in read_jsonl("/dev/stdin" if source == "-" else source):
        if not isinstance(record, dict):
            raise InputError.at(source, number, 'a problem is {"premises": [...], "conclusion": "..."}')
        folio = "premises_fol" in record
        premises = record.get("premises_fol" if folio else "premises")
        conclusion = record.get("conclusion_fol" if folio else "conclusion")
        if not isinstance(premises, list) or not all(isinstance(premise, str) for premise in premises):
            raise InputError.at(source, number, "field 'premises' must be a list of formulas")
        if conclusion is not None and not isinstance(conclusion, str):
            raise InputError.at(source, number, "field 'conclusion' must be a formula")
        yield str(record.get("id", number)), premises, conclusion


def _check(label: str, premises: list[str], conclusion: str | None, notation: str) -> dict[str, Any]:
    from logicbench.logic.fol.notes import ParseError
    from logicbench.logic.fol.parse import parse
    from logicbench.logic.fol.symbols import inventory

    texts = premises if conclusion is None else [*premises, conclusion]
    formulas, numbers, errors = [], [], []
    for number, text in enumerate(texts):
        try:
            formulas.append(parse(text, notation).formula)
            numbers.append(number)
        except ParseError as error:
            errors.append({"formula": number, "error": str(error)})
    concluding = [place for place, number in enumerate(numbers) if number == len(premises)]
    findings = [
        {
            "kind": finding.kind,
            "names": list(finding.names),
            "formulas": [numbers[place] for place in finding.places],
            "message": finding.message,
        }
        for finding in inventory(formulas, concluding).findings
    ]
    return {"id": label, "findings": findings, "errors": errors, "_formulas": formulas}


def _show_check(report: dict[str, Any]) -> None:
    changes = report.get("changes", {})
    if not (report["findings"] or report["errors"] or any(changes.values())):
        return
    typer.echo(report["id"])
    for error in report["errors"]:
        typer.echo(f"  formula {error['formula'] + 1}: {error['error'].splitlines()[0]}")
    for finding in report["findings"]:
        places = ", ".join(str(place + 1) for place in finding["formulas"])
        typer.echo(f"  {finding['kind']}: {finding['message']} (formulas {places})")
    for kind, name, _, new in changes.get("names", []):
        typer.echo(f"  {kind} {name} is read as {new}")
    for name, arity, new, constant in changes.get("objects", []):
        places = ", ".join("xyz"[:arity]) if arity <= 3 else "…"
        typer.echo(f"  {name}({places}) is read as {new}({places}, {constant})")
    for number, name, meaning in changes.get("variables", []):
        how = f"is read as {meaning[1:]}" if meaning[0] == "=" else f"is bound by {meaning}"
        typer.echo(f"  variable {name} of formula {number + 1} {how}")
