"""Draws an argument by a rule or a fallacy, and its twin with the other answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.errors import GenerationError
from logicbench.family import Draft
from logicbench.generators.fol.argument import Argument
from logicbench.generators.fol.words import Words, draw_words
from logicbench.generators.skills.composition import (
    CONSTANTS,
    PREDICATES,
    PROPOSITIONS,
    Composed,
    compose,
    fresh,
    letters_of,
    rename,
)
from logicbench.generators.skills.knobs import SkillsKnobs
from logicbench.generators.skills.rules import Rule
from logicbench.generators.skills.twins import changes, repetitions
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import And, Exists, Forall, Formula, Implies, Or, Predicate, Variable
from logicbench.logic.fol.transform import signature
from logicbench.seeding import Stream

MAX_DRAWS = 60
"""Arguments drawn for one group before its knobs are called impossible."""

MAX_EXTRA = 3
"""Premises added at most to an argument that has no twin without them."""

LOOSE = 14
"""Attempts after which the lines of twins may differ in their looks."""

MAX_CHANGES = 80
"""Changed arguments tried for a twin."""

_ONE_OF_A_KIND = {letter: letters[0] for letters in (PROPOSITIONS, PREDICATES, CONSTANTS) for letter in letters}

_X = Variable("x")


def twins(knobs: SkillsKnobs, stream: Stream) -> list[Draft]:
    """Draw a valid and an invalid argument made of the same symbols.

    Raises:
        GenerationError: If no rule fits the knobs, or no argument has a twin.
    """
    pool = knobs.pool()
    if not pool:
        raise GenerationError(f"no rule {knobs.rule!r} is of kind {knobs.kind!r} and level {knobs.level!r}")
    first = stream.choice(pool)
    for attempt in range(MAX_DRAWS):
        found = _attempt(first, knobs, attempt, stream.child(attempt))
        if found is not None:
            return found
        if attempt % 10 == 9:
            first = stream.choice(pool)
    raise GenerationError(
        f"{MAX_DRAWS} arguments of {knobs.length} rules had no valid and invalid twins; choose another rule or length"
    )


def _attempt(first: Rule, knobs: SkillsKnobs, attempt: int, stream: Stream) -> list[Draft] | None:
    composed = compose(first, knobs.length, stream)
    if composed is None:
        return None
    # Some rules have a twin only beside further premises; they get them after a few tries.
    extra = max(knobs.distractors, min(attempt // 3, MAX_EXTRA))
    premises = list(composed.premises)
    for _ in range(extra):
        further = _distractor((*premises, composed.conclusion), stream)
        if further is None:
            return None
        premises.append(further)
    if len(set(premises)) < len(premises) or composed.conclusion in premises:
        return None
    statements = (*stream.shuffled(premises), composed.conclusion)
    wanted = first.kind != "fallacy"
    if _judge(statements) is not wanted:
        return None
    looks = _looks(statements)
    for number, changed in enumerate(changes(statements, stream)):
        if number == MAX_CHANGES:
            return None
        # Forms would tell where negations and quantifiers stand, and with them many a fallacy, and that a statement was
        # changed: rules have the forms that people use. Exchanges also join a thing with itself, as rules seldom do.
        alike = attempt >= LOOSE or _looks(changed) == looks
        if alike and len(set(changed)) == len(changed) and _judge(changed) is (not wanted):
            pair = (statements, changed) if wanted else (changed, statements)
            return _drafts(pair, composed, first, knobs, stream)
    return None


def _looks(statements: Sequence[Formula]) -> tuple[list[str], str, int]:
    """Return the forms of the premises, sorted, and of the conclusion, and how often a thing is joined with itself."""
    *premises, conclusion = (render(formula) for formula in rename(statements, _ONE_OF_A_KIND))
    return sorted(premises), conclusion, repetitions(statements)


def _judge(statements: Sequence[Formula]) -> bool | None:
    """Whether the argument is valid; None if its premises contradict each other or the budget does not suffice."""
    argument = Argument(tuple(statements[:-1]), statements[-1], Words({}))
    return None if argument.label is None else argument.valid


def _distractor(statements: Sequence[Formula], stream: Stream) -> Formula | None:
    """Return a premise that links a letter of the argument with a fresh one; None if there are no more letters."""
    symbols = signature(statements)
    old = stream.choice(symbols.predicates)
    new = fresh(old[0], letters_of(statements))
    if new is None:
        return None
    arguments = (_X,) if old[1] else ()
    pair = stream.shuffled([Predicate(old[0], arguments), Predicate(new, arguments)])
    kind = stream.choice(("or", "implies", "and") if old[1] else ("or", "implies"))
    body: Formula
    if kind == "and":
        return Exists(_X, And(tuple(pair)))
    body = Or(tuple(pair)) if kind == "or" else Implies(pair[0], pair[1])
    return Forall(_X, body) if old[1] else body


def _drafts(
    pair: tuple[tuple[Formula, ...], tuple[Formula, ...]],
    composed: Composed,
    first: Rule,
    knobs: SkillsKnobs,
    stream: Stream,
) -> list[Draft]:
    used = sorted(letters_of([formula for statements in pair for formula in statements]))
    names: dict[str, str] = {}
    for alphabet in (PROPOSITIONS, PREDICATES, CONSTANTS):
        mine = [letter for letter in used if letter[0] in alphabet]
        names |= dict(zip(mine, stream.sample(alphabet, len(mine)), strict=True))
    kinds = {name: _kind(name) for name in sorted(names.values())}
    words = draw_words(stream, kinds, knobs.words)
    drafts = []
    for label, statements in zip(("valid", "invalid"), pair, strict=True):
        renamed = rename(statements, names)
        argument = Argument(tuple(renamed[:-1]), renamed[-1], words)
        made: Mapping[str, Any] = {
            **argument.to_instance(),
            "rule": first.id,
            "steps": list(composed.rules),
            "original": (label == "valid") == (first.kind != "fallacy"),
        }
        drafts.append(Draft(made, label))
    return drafts


def _kind(letter: str) -> str:
    return "claim" if letter in PROPOSITIONS else "unary" if letter in PREDICATES else "name"
