"""What pipelines exchange with whoever runs them, and what they have in common."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias, TypeVar

import jinja2

from logicbench.errors import LogicbenchError
from logicbench.logic.fol.normalise import Normalisation, bind_free, normalise
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Formula
from logicbench.solvers.prover.portfolio import Budget
from logicbench.translation.items import Item
from logicbench.translation.labels import LABELS
from logicbench.translation.programs import Program

SEPARATOR = "------"
"""Stands between the parts of a prompt's template, and ends an answer."""
ANSWER = "======"
"""Stands between question and answer of an example."""
Verification: TypeAlias = Literal["consistency", "counter-model"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to the model.

    Attributes:
        turns: What the user and the model say in turn, worked examples first; the last turn, the user's, is open.
        greedy: Whether it is to be answered at temperature 0, whatever the run's temperature.
        grammar: EBNF that the answer must follow, where the backend can see to that.
    """

    turns: tuple[str, ...]
    greedy: bool = False
    grammar: str | None = None

    @property
    def prompt(self) -> str:
        """All turns as one text."""
        return f"\n{SEPARATOR}\n".join(self.turns)


@dataclass(frozen=True, slots=True)
class Settings:
    """How pipelines work.

    Attributes:
        samples: Samples of a problem that vote (linc, semantic-majority), or most structures of a sentence (clover).
        rounds: Most refinements (logic-lm) or corrections of a formula (incremental).
        verification: How clover chooses among formulas that differ.
        lint: Whether linc leaves out samples in which a name is used in two ways.
        grammar: Whether questions may carry a grammar.
        budget: The prover's limits.
        normalise: How far the formulas of an item are normalised before the prover sees them; what was changed is in
            the translation's details.
    """

    samples: int = 10
    rounds: int = 3
    verification: Verification = "consistency"
    lint: bool = False
    grammar: bool = False
    budget: Budget | None = None
    normalise: Normalisation = "none"


@dataclass(frozen=True, slots=True)
class Translation:
    """What came of an item.

    Attributes:
        formulas: Texts of the premises' formulas and, last, of the conclusion's; empty where the text is a program of
            another form or has no such formulas.
        readable: For each of these, whether it could be read.
        parsed: Whether everything was read.
        executed: Whether a solver could answer.
        verdict: What the solver said.
        prediction: The label that the verdict stands for; None if there is none.
        error: Why it was not executed.
        details: What the pipeline wants known: rounds, votes, classes.
    """

    formulas: tuple[str, ...] = ()
    readable: tuple[bool, ...] = ()
    parsed: bool = False
    executed: bool = False
    verdict: str | None = None
    prediction: str | None = None
    error: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


Dialogue: TypeAlias = Generator[Sequence[Ask], Sequence[str], T]
"""Yields batches of questions, is sent their answers in the same order."""


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )  # texts go to a model, not to a browser


def prompt_text(name: str) -> str:
    """The template of a prompt, as it stands in the folder of prompts."""
    return resources.files("logicbench.translation").joinpath("prompts", f"{name}.txt").read_text(encoding="utf-8")


def render(name: str, **values: Any) -> tuple[str, ...]:
    """The turns of a prompt, its template filled in.

    A template is the task, worked examples and the question, between them lines of ``------``; in an example, a line of
    ``======`` stands between question and answer. Templates without examples are one turn.
    """
    task, *blocks = prompt_text(name).split(f"{SEPARATOR}\n")
    if not blocks:
        return (_fill(task, values),)
    turns = [part for example in blocks[:-1] for part in example.split(f"{ANSWER}\n")]
    turns.append(_fill(blocks[-1], values))
    turns[0] = f"{_fill(task, values)}\n\n{turns[0]}"
    return tuple(turn.strip("\n") for turn in turns)


def _fill(template: str, values: Mapping[str, Any]) -> str:
    return _environment().from_string(template).render(**values).strip("\n")


def read_formula(text: str) -> tuple[Formula | None, str]:
    """A formula and "", or None and why the text cannot be read."""
    if not text.strip():
        return None, "no formula in the model's answer"
    try:
        return parse(text).formula, ""
    except LogicbenchError as error:
        return None, str(error)


def decide(
    item: Item, formulas: Sequence[str], settings: Settings, details: Mapping[str, Any] | None = None
) -> Translation:
    """Read the formulas of an item, premises first and the conclusion last, and let the prover answer.

    Variables that nothing binds are bound, as Prover9 binds them for the published pipelines: as constants they would
    only break what the formulas say. What was bound stands in the details.
    """
    texts = tuple(formulas)
    read = [read_formula(text) for text in texts]
    readable = tuple(formula is not None for formula, _ in read)
    notes = dict(details or {})
    if not texts:
        return Translation(error="no formulas in the model's answer", details=notes)
    found = [formula for formula, _ in read if formula is not None]
    if len(found) < len(texts):
        place, message = next((place, message) for place, (_, message) in enumerate(read) if message)
        which = "the conclusion" if place == len(texts) - 1 else f"premise {place + 1}"
        shown = f", {texts[place]!r}" if texts[place] else ""
        return Translation(texts, readable, error=f"{which}{shown}: {message}", details=notes)
    found, bound = bind_free(found)
    if bound:
        notes["bound"] = [[*key, how] for key, how in sorted(bound.items())]
    if settings.normalise != "none":
        normalised = normalise(found, settings.normalise)
        found, notes = list(normalised.formulas), {**notes, "normalised": normalised.to_json()}
    program = Program(tuple(found[:-1]), found[-1])
    return answered(item, program, settings, Translation(texts, readable, parsed=True, details=notes))


def answered(item: Item, program: Program, settings: Settings, read: Translation) -> Translation:
    """The translation with what the prover says of a program that was read."""
    result = program.run_rules(settings.budget) if item.kind == "rules" else program.run(settings.budget)
    if result.verdict == "Undecided":
        return replace(read, verdict="Undecided", error=result.reason or "undecided")
    prediction = result.verdict if result.verdict in LABELS else None
    if item.closed and prediction == "Uncertain":
        prediction = "False"
    return replace(read, executed=True, verdict=result.verdict, prediction=prediction)


def gather(dialogues: Sequence[Dialogue[T]]) -> Dialogue[list[T]]:
    """Hold several dialogues side by side, one batch of questions for all of them at a time."""
    results: dict[int, T] = {}
    waiting: dict[int, Sequence[Ask]] = {}

    def advance(place: int, answers: Sequence[str] | None) -> None:
        try:
            dialogue = dialogues[place]
            waiting[place] = next(dialogue) if answers is None else dialogue.send(answers)
        except StopIteration as stop:
            results[place] = stop.value

    for place in range(len(dialogues)):
        advance(place, None)
    while waiting:
        asked = dict(waiting)
        waiting.clear()
        answers = yield [ask for batch in asked.values() for ask in batch]
        start = 0
        for place, batch in asked.items():
            advance(place, answers[start : start + len(batch)])
            start += len(batch)
    return [results[place] for place in range(len(dialogues))]
