"""Records of other packages as problems of our own families: asked in our words, judged by our verifiers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from logicbench.errors import InputError, UnknownNameError
from logicbench.family import Draft, get_family, get_task, verify
from logicbench.interop.imports.question import Check
from logicbench.problem import Problem, content_id
from logicbench.seeding import Stream


@dataclass(frozen=True, slots=True)
class Imported:
    """A problem, and what became of the published answer."""

    problem: Problem
    check: Check
    name: str
    """The record's id."""
    answer: str
    """The published answer."""


@dataclass(frozen=True, slots=True)
class Record:
    """Where a draft comes from.

    Attributes:
        dataset: Name of the data set.
        name: The record's id there.
        place: The record's place in the file.
        answer: The published answer, and a function that words it as the problem asks for it; None where the file has
            none.
        facts: Further settings of the record, to group results by.
    """

    dataset: str
    name: str
    place: int
    answer: tuple[str, Callable[[Problem], str]] | None = None
    facts: tuple[tuple[str, Any], ...] = ()


def recast(family: str, task: str, draft: Draft, surface: str | None, record: Record) -> Imported:
    """Return a draft as a problem, with our verifier's word on the published answer.

    Raises:
        UnknownNameError: If the family has no such surface.
    """
    made = get_family(family)
    get_task(made, task)
    shown_in = surface or made.surfaces[0]
    if shown_in not in made.surfaces:
        raise UnknownNameError(f"{family} surface", shown_in, made.surfaces)
    stream = Stream("import", record.dataset, record.name, task)
    shown = made.render(task, draft.instance, shown_in, stream.child("render", shown_in))
    facts: dict[str, Any] = {"dataset": record.dataset, **dict(record.facts)}

    def problem(knobs: Mapping[str, Any]) -> Problem:
        return Problem(
            family,
            task,
            shown_in,
            made.version,
            shown.prompt,
            draft.instance,
            shown.details,
            shown.reference,
            draft.label,
            knobs,
            made.measure(task, draft.instance, stream.child("measure")),
            split="imported",
            index=record.place,
            group_id=content_id("imported", record.dataset, record.name),
        )

    check = _check(problem(facts), record)
    published = "" if record.answer is None else record.answer[0]
    return Imported(problem({**facts, "check": check.status}), check, record.name, published)


def _check(problem: Problem, record: Record) -> Check:
    if record.answer is None:
        return Check("not checked", reason="the file has no answer")
    verdict = verify(problem, f"Answer: {record.answer[1](problem)}")
    if verdict.status == "correct":
        return Check("confirmed", problem.label)
    if verdict.status == "undecided":
        return Check("undecided", reason=verdict.violations[0].message)
    reason = verdict.violations[0].message if verdict.violations else "our verifier refuses it"
    return Check("refuted", problem.label, reason)


def field(row: Mapping[str, Any], name: str, kind: type, source: str, place: int) -> Any:
    """Return a field of a row that must be of a type.

    Raises:
        InputError: If it is missing or of another.
    """
    value = row.get(name)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {str: "a text", dict: "an object", list: "a list", int: "a whole number"}
        raise InputError.at(source, place, f"field {name!r} must be {words[kind]}")
    return value
