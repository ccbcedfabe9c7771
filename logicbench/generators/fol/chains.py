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

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from logicbench.errors import GenerationError
from logicbench.generators.fol.argument import Argument, Label
from logicbench.generators.fol.knobs import FolKnobs
from logicbench.generators.fol.situations import MAX_PEOPLE
from logicbench.generators.fol.sorts import PERSON, PLACE, PROFILES, THING, with_sorts
from logicbench.generators.fol.variants import new_symbol, respell
from logicbench.generators.fol.words import VERBS, Words, draw_words
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

SORTED_STEPS = (f"related@{PLACE}", f"related@{THING}", f"named@{PLACE}")
"""Steps over places and things; with sorts, at least one is taken."""

MOST_SORTED = 2
"""Most of these in a chain: there are only so many words for places and things."""

PLACES = 2
"""Places with a name, where there are sorts."""

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
    places: tuple[Constant, ...] = ()
    over: str = PERSON
    """The sort of what the step at hand leads over."""

    def fresh(self, kind: str) -> str:
        name = f"{'R' if kind in VERBS else 'P'}{len(self.kinds)}"
        self.kinds[name] = kind
        return name

    def kind_and_verb(self) -> tuple[str, str]:
        """Return a kind of what the step leads over, and something that people do to it."""
        noun = {PERSON: "role", PLACE: "place", THING: "thing"}[self.over]
        return self.fresh(noun), self.fresh("verb" if noun == "role" else f"{noun}-verb")

    def step(self, kind: str, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
        """Return the premises of a step: a kind of step, and after ``@`` the sort of what it leads over."""
        name, _, over = kind.partition("@")
        self.over = over or PERSON
        return _STEPS[name](self, start, end, flawed)


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
    kind, verb = maker.kind_and_verb()
    deed, one = Predicate(verb, (_X, _Y)), Predicate(kind, (_Y,))
    some, every = Exists(_Y, And((one, deed))), Forall(_Y, Implies(one, deed))
    first: Formula = some if maker.stream.bit() else every
    second = first if not flawed else every if first is some else some
    return [Forall(_X, Implies(start.of(_X), first)), Forall(_X, Implies(second, end.of(_X)))]


def _named(maker: _Maker, start: _Literal, end: _Literal, flawed: bool) -> list[Formula]:
    """Over a relation to everybody of a kind and to somebody by name; the flaw is that another one is of the kind."""
    kind, verb = maker.kind_and_verb()
    one, other = maker.stream.sample(maker.places if maker.over == PLACE else maker.people[1:], 2)
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
    places = tuple(Constant(f"d{number}") for number in range(PLACES if knobs.sorts else 0))
    maker = _Maker(stream, people, {one.name: "name" for one in (*people, *places)}, places)
    if knobs.functions:
        maker.kinds[_RELATIVE] = "relative"
    goal = _Literal(maker.fresh("unary"), True)
    path = [stream.choice(_kinds(knobs)) for _ in range(knobs.depth)]
    if knobs.sorts:
        for place in stream.sample(range(len(path)), min(len(path), stream.between(1, MOST_SORTED))):
            path[place] = stream.choice(SORTED_STEPS)
    positive = stream.bit()
    starts = [_Literal(maker.fresh("unary"), positive) for _ in range(4)]
    ends = (goal, goal, goal.denied(), goal.denied())
    premises: list[Formula] = []
    for start, end, flawed in zip(starts, ends, (False, True, False, True), strict=True):
        premises += _chain(maker, path, start, end, flawed)
    premises += _distractors(maker, premises, knobs.distractors)
    if knobs.sorts:
        premises += _of_places_and_things(maker, premises)
    profiles = {name: PROFILES[kind] for name, kind in maker.kinds.items() if kind in PROFILES}
    if stream.bit():
        goal = goal.denied()
        starts = [starts[2], starts[3], starts[0], starts[1]]
    sound, flawed_, against, flawed_against = (start.of(people[0]) for start in starts)
    given: dict[Label, tuple[Formula, Formula]] = {
        "true": (sound, flawed_against),
        "false": (flawed_, against),
        "unknown": (flawed_, flawed_against),
    }
    sorts = {one.name: PERSON for one in people} | {one.name: PLACE for one in places} if knobs.sorts else {}
    order = stream.permutation(len(premises) + 2)
    swap = stream.bit()
    arguments = {}
    for label, facts in given.items():
        every = [*premises, *(reversed(facts) if swap else facts)]
        if len(set(every)) < len(every):
            return None
        shown = [with_sorts(premise, profiles) if knobs.sorts else premise for premise in every]
        argument = _argument([shown[place] for place in order], goal.of(people[0]), sorts)
        if argument.label != label:
            return None
        arguments[label] = argument
    worded = _worded(arguments, maker, knobs)
    return worded if not knobs.sorts or _is_small(worded["unknown"]) else None


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
    used = [name for name, _ in signature(premises).predicates if maker.kinds[name] in ("unary", "role")]
    found: list[Formula] = []
    for _ in range(count):
        old, new = _Literal(stream.choice(used), stream.bit()), _Literal(maker.fresh("unary"), stream.bit())
        if stream.bit():
            found += _STEPS[stream.choice(("rule", "alternative"))](maker, old, new, False)
        else:
            found.append(new.of(stream.choice(maker.people)))
    return found


def _of_places_and_things(maker: _Maker, premises: Sequence[Formula]) -> list[Formula]:
    """Return a rule about a kind of places and one about a kind of things, and a fact about a place with a name."""
    stream = maker.stream
    found: list[Formula] = []
    for sort, noun in ((PLACE, "place"), (THING, "thing")):
        kinds = [name for name, kind in maker.kinds.items() if kind == noun] or [maker.fresh(noun)]
        old = _Literal(stream.choice(kinds), True)
        new = _Literal(maker.fresh(f"{noun}-quality"), stream.bit())
        found += _STEPS[stream.choice(("rule", "alternative"))](maker, old, new, False)
        if sort == PLACE:
            found.append(_Literal(new.name, stream.bit()).of(stream.choice(maker.places)))
    return found


def _argument(premises: Sequence[Formula], conclusion: Formula, sorts: Mapping[str, str]) -> Argument:
    """Return an argument with the sorts of the constants that occur in it."""
    argument = Argument(tuple(premises), conclusion, Words({}))
    used = {name: sorts[name] for name in argument.signature.constants if name in sorts}
    return replace(argument, sorts=used) if used else argument


def _is_small(argument: Argument) -> bool:
    """Whether the situations that were found are within what an answer may say."""
    return all(argument.model(side).size <= MAX_PEOPLE for side in (True, False))


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
            tuple(respell(premise, names) for premise in argument.premises),
            respell(argument.conclusion, names),
            words,
            {names[name]: sort for name, sort in argument.sorts.items()},
        )
        for label, argument in arguments.items()
    }
