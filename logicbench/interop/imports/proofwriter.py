"""ProofWriter (Tafjord et al. 2021) and RuleTaker (Clark et al. 2020): facts and rules in English.

Three layouts are read: ProofWriter's *meta* files (``theory``, ``triples``, ``rules``, ``questions``), whose
representations are formulas; RuleTaker's (``context``, ``questions`` with ``text`` and ``label``); rows with options,
whose controlled English is read into formulas.
In an open world labels are checked classically: a rule also says that where its conclusion fails a condition fails,
which ProofWriter's own labels leave out. In a closed world labels are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from logicbench.errors import InputError
from logicbench.interop.imports.files import question_row, rows, text
from logicbench.interop.imports.question import Question
from logicbench.interop.imports.rule_english import rule_program
from logicbench.logic.fol.syntax import Constant, Formula, Implies, Not, Predicate, Term, Variable, conjunction
from logicbench.logic.fol.transform import closure
from logicbench.translation.programs import Program

_ATOM = re.compile(r'\(\s*"([^"]*)"\s+"([^"]*)"\s+"([^"]*)"\s+"([-+~])"\s*\)')
_GENERIC = frozenset({"something", "someone", "it", "they", "thing", "things", "people"})
_CLOSED = "in a closed world labels are not checked"
_ANSWERS = {True: "True", False: "False", "True": "True", "False": "False", "Unknown": "Uncertain"}


def read_proofwriter(path: str | Path) -> Iterator[Question]:
    """Yield the questions of a ProofWriter or RuleTaker file.

    Raises:
        InputError: With file and line, if a field is missing or wrong.
    """
    for place, row in rows(path):
        if "options" in row:
            item = question_row(row, str(path), place)
            context = " ".join(item.premises)
            program = rule_program(context, item.conclusion)
            yield Question(
                "proofwriter",
                item.name,
                context,
                context,
                item.conclusion,
                item.label or "",
                item.labels,
                closed=item.closed,
                program=_CLOSED if item.closed else program,
            )
        elif isinstance(row.get("questions"), dict):
            yield from _meta(row, str(path), place)
        elif isinstance(row.get("questions"), list):
            yield from _ruletaker(row, str(path), place)
        else:
            raise InputError.at(str(path), place, "expected 'questions', or a question with 'options'")


def _ruletaker(row: Mapping[str, Any], source: str, place: int) -> Iterator[Question]:
    name, context = str(row.get("id", place)), text(row, "context", source, place)
    for number, asked in enumerate(row["questions"], 1):
        if not isinstance(asked, dict):
            raise InputError.at(source, place, "field 'questions' must hold objects")
        yield Question(
            "ruletaker",
            str(asked.get("id", f"{name}-{number}")),
            name,
            context,
            text(asked, "text", source, place),
            _answer(asked.get("label"), "label", source, place),
            ("True", "False"),
            closed=True,
            depth=_depth(asked.get("meta")),
            program=_CLOSED,
        )


def _meta(row: Mapping[str, Any], source: str, place: int) -> Iterator[Question]:
    name, theory = str(row.get("id", place)), text(row, "theory", source, place)
    answers = [asked.get("answer") for asked in row["questions"].values() if isinstance(asked, dict)]
    closed = "CWA" in name or ("OWA" not in name and "Unknown" not in answers)
    for key, asked in row["questions"].items():
        if not isinstance(asked, dict):
            raise InputError.at(source, place, "field 'questions' must hold objects")
        yield Question(
            "proofwriter",
            f"{name}_{key}",
            name,
            theory,
            text(asked, "question", source, place),
            _answer(asked.get("answer"), "answer", source, place),
            ("True", "False") if closed else ("True", "False", "Uncertain"),
            closed=closed,
            depth=_depth(asked),
            program=_CLOSED if closed else _program(row, asked),
        )


def _answer(value: Any, field: str, source: str, place: int) -> str:
    if not isinstance(value, bool | str) or value not in _ANSWERS:
        raise InputError.at(source, place, f"field {field!r} must be true, false or Unknown, not {value!r}")
    return _ANSWERS[value]


def _depth(record: Any) -> int | None:
    value = record.get("QDep") if isinstance(record, dict) else None
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None


def _program(row: Mapping[str, Any], asked: Mapping[str, Any]) -> Program | str:
    """Facts, rules and the statement as formulas; why not, if one has no representation that can be read."""
    premises: list[Formula] = []
    for field in ("triples", "rules"):
        records = row.get(field)
        for key, record in records.items() if isinstance(records, dict) else ():
            formula = read_representation(record.get("representation") if isinstance(record, dict) else None)
            if formula is None:
                return f"the representation of {key} cannot be read"
            premises.append(formula)
    statement = read_representation(asked.get("representation"))
    if statement is None or not premises:
        return rule_program(str(row["theory"]), str(asked.get("question")))
    return Program(tuple(premises), statement)


def read_representation(value: Any) -> Formula | None:
    """A fact or a rule in ProofWriter's nested lists; None if it is none."""
    if not isinstance(value, str) or len(value) > 10_000:
        return None
    sides = [[_atom(*match.groups()) for match in _ATOM.finditer(side)] for side in value.split("->")]
    if len(sides) == 1 and len(sides[0]) == 1:
        return sides[0][0]
    if len(sides) == 2 and sides[0] and len(sides[1]) == 1:
        return closure(Implies(conjunction(sides[0]), sides[1][0]))
    return None


def _atom(subject: str, verb: str, complement: str, sign: str) -> Formula:
    if verb == "is":
        atom: Formula = Predicate(complement, (_term(subject),))
    else:
        atom = Predicate(verb, (_term(subject), _term(complement)))
    return atom if sign == "+" else Not(atom)


def _term(name: str) -> Term:
    return Variable("x") if name.lower() in _GENERIC else Constant(name)
