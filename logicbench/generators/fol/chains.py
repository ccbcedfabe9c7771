"""Arguments around four chains of steps: which two facts are given decides what follows.

Two chains lead to the goal and two to its denial; of each two one is sound and one has a flaw, a step that is
converted, or has its quantifiers exchanged, or speaks of somebody else. All four take the same kinds of steps. A theory
gives the first fact of one chain towards the goal and of one towards its denial:

    true      the sound one to the goal, the flawed one to the denial
    false     the flawed one to the goal, the sound one to the denial
    unknown   both flawed ones

so that the three theories differ in two facts, and in each of them what is linked to a given fact is linked to the
goal and to its denial alike. What really follows is up to the prover.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from logicbench.errors import GenerationError
from logicbench.generators.fol.argument import Argument, Label
from logicbench.generators.fol.knobs import FolKnobs
from logicbench.generators.fol.variants import new_symbol, respell
from logicbench.generators.fol.words import Words, draw_words
from logicbench.logic.fol.syntax import (
    And,
    Constant,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Implies,
    Not,
    Or,
    Predicate,
    Term,
    Variable,
)
from logicbench.logic.fol.transform import signature
from logicbench.seeding import Stream

MAX_DRAWS = 40
"""Frames drawn for one group before its knobs are called impossible."""

_X, _Y = Variable("x"), Variable("y")
_RELATIVE = "f"


@dataclass(frozen=True, slots=True)
class _Literal:
    """A predicate of one person, affirmed or denied."""

    name: str
    positive: bool

    def of(self, subject: Term) -> Formula:
        atom = Predicate(self.name, (subject,))
        return atom if self.positive else Not(atom)

    def denied(self) -> _Literal:
        return _Literal(self.name, not self.positive)


@dataclass(slots=True)
class _Maker:
    """Makes the premises of steps, with fresh predicates, and remembers what kind of word each symbol needs."""

    stream: Stream
    people: tuple[Constant, ...]
    kinds: dict[str, str] = field(default_factory=dict)

    def fresh(self, kind: str) -> str:
        name = f"{'R' if kind == 'verb' else 'P'}{len(self.kinds)}"
        self.kinds[name] = kind
        return name

    def step(self, kind: str, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
        return _STEPS[kind](self, start, end, flawed)


def _rule(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    first, second = (end, start) if flawed else (start, end)
    return [Forall(_X, Implies(first.of(_X), second.of(_X)))]


def _contrapositive(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    return _rule(maker, end.denied(), start.denied(), flawed)


def _alternative(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    parts = (start, end.denied()) if flawed else (start.denied(), end)
    return [Forall(_X, Or((parts[0].of(_X), parts[1].of(_X))))]


def _related(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    """Over a relation to somebody of a kind, or to everybody of it; the flaw is to confuse the two."""
    kind, verb = maker.fresh("role"), maker.fresh("verb")
    deed, one = Predicate(verb, (_X, _Y)), Predicate(kind, (_Y,))
    some, every = Exists(_Y, And((one, deed))), Forall(_Y, Implies(one, deed))
    first: Formula = some if maker.stream.bit() else every
    second = first if not flawed else every if first is some else some
    return [Forall(_X, Implies(start.of(_X), first)), Forall(_X, Implies(second, end.of(_X)))]


def _named(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    """Over a relation to everybody of a kind and to somebody by name; the flaw is that another one is of the kind."""
    kind, verb = maker.fresh("role"), maker.fresh("verb")
    one, other = maker.stream.sample(maker.people[1:], 2)
    every = Forall(_Y, Implies(Predicate(kind, (_Y,)), Predicate(verb, (_X, _Y))))
    return [
        Predicate(kind, (other if flawed else one,)),
        Forall(_X, Implies(start.of(_X), every)),
        Forall(_X, Implies(Predicate(verb, (_X, one)), end.of(_X))),
    ]


def _over_function(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    """Over somebody's mentor; the flaw is to come back from the wrong side."""
    middle = _Literal(maker.fresh("unary"), True)
    relative = Function(_RELATIVE, (_X,))
    there, back = (_X, relative) if flawed else (relative, _X)
    return [
        Forall(_X, Implies(start.of(_X), middle.of(relative))),
        Forall(_X, Implies(middle.of(there), end.of(back))),
    ]


def _over_equality(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    """Over being somebody; the flaw is that the fact is about another one."""
    one, other = maker.stream.sample(maker.people[1:], 2)
    return [Forall(_X, Implies(start.of(_X), Equal(_X, one))), end.of(other if flawed else one)]


_STEPS: dict[str, Callable[[_Maker, _Literal, _Literal, bool], list[Formula]]] = {
    "rule": _rule,
    "contrapositive": _contrapositive,
    "alternative": _alternative,
    "related": _related,
    "named": _named,
    "function": _over_function,
    "equality": _over_equality,
}


def triple(knobs: FolKnobs, stream: Stream) -> dict[Label, Argument]:
    """Draw three arguments, one for each label, that differ in two facts.

    Raises:
        GenerationError: If no frame has the labels that it is made for.
    """
    for attempt in range(MAX_DRAWS):
        found = _attempt(knobs, stream.child(attempt))
        if found is not None:
            return found
    raise GenerationError(
        f"{MAX_DRAWS} frames of depth {knobs.depth} had no true, false and unknown conclusion; choose another depth"
    )


def _kinds(knobs: FolKnobs) -> list[str]:
    found = ["rule", "contrapositive", "alternative"]
    if knobs.quantifiers > 1:
        found += ["related", *(["named"] if knobs.people > 2 else [])]
    if knobs.functions:
        found += ["function", "function"]
    if knobs.equality and knobs.people > 2:
        found += ["equality", "equality"]
    return found


def _attempt(knobs: FolKnobs, stream: Stream) -> dict[Label, Argument] | None:
    people = tuple(Constant(f"c{number}") for number in range(knobs.people))
    maker = _Maker(stream, people, {one.name: "name" for one in people})
    if knobs.functions:
        maker.kinds[_RELATIVE] = "relative"
    goal = _Literal(maker.fresh("unary"), True)
    path = [stream.choice(_kinds(knobs)) for _ in range(knobs.depth)]
    positive = stream.bit()
    starts = [_Literal(maker.fresh("unary"), positive) for _ in range(4)]
    ends = (goal, goal, goal.denied(), goal.denied())
    premises: list[Formula] = []
    for start, end, flawed in zip(starts, ends, (False, True, False, True), strict=True):
        premises += _chain(maker, path, start, end, flawed)
    premises += _distractors(maker, premises, knobs.distractors)
    if stream.bit():
        goal = goal.denied()
        starts = [starts[2], starts[3], starts[0], starts[1]]
    sound, flawed_, against, flawed_against = (start.of(people[0]) for start in starts)
    given: dict[Label, tuple[Formula, Formula]] = {
        "true": (sound, flawed_against),
        "false": (flawed_, against),
        "unknown": (flawed_, flawed_against),
    }
    order = stream.permutation(len(premises) + 2)
    swap = stream.bit()
    arguments = {}
    for label, facts in given.items():
        every = [*premises, *(reversed(facts) if swap else facts)]
        argument = Argument(tuple(every[place] for place in order), goal.of(people[0]), Words({}))
        if argument.label != label:
            return None
        arguments[label] = argument
    return _worded(arguments, maker, knobs)


def _chain(maker: _Maker, path: Sequence[str], start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    middles = [_Literal(maker.fresh("unary"), maker.stream.chance(0.75)) for _ in path[1:]]
    stations = [start, *middles, end]
    flaw = maker.stream.below(len(path)) if flawed else -1
    return [
        premise
        for place, kind in enumerate(path)
        for premise in maker.step(kind, stations[place], stations[place + 1], place == flaw)
    ]


def _distractors(maker: _Maker, premises: Sequence[Formula], count: int) -> list[Formula]:
    """Return rules that lead off a chain to something new, and facts about people."""
    stream = maker.stream
    used = [name for name, arity in signature(premises).predicates if arity == 1]
    found: list[Formula] = []
    for _ in range(count):
        old, new = _Literal(stream.choice(used), stream.bit()), _Literal(maker.fresh("unary"), stream.bit())
        if stream.bit():
            found += _STEPS[stream.choice(("rule", "alternative"))](maker, old, new, False)
        else:
            found.append(new.of(stream.choice(maker.people)))
    return found


def _worded(arguments: dict[Label, Argument], maker: _Maker, knobs: FolKnobs) -> dict[Label, Argument]:
    """Give every symbol a word, and spell it like the word."""
    symbols = signature([formula for argument in arguments.values() for formula in argument.formulas])
    used = {name for name, _ in (*symbols.predicates, *symbols.functions)} | set(symbols.constants)
    kinds = {name: kind for name, kind in maker.kinds.items() if name in used}
    drawn = draw_words(maker.stream, kinds, knobs.words)
    names = {symbol: new_symbol(drawn, symbol) for symbol in drawn.entries}
    words = Words({names[symbol]: entry for symbol, entry in drawn.entries.items()})
    return {
        label: Argument(
            tuple(respell(premise, names) for premise in argument.premises), respell(argument.conclusion, names), words
        )
        for label, argument in arguments.items()
    }
