"""People, places and things: the sorts of many-sorted arguments, their words, and what each symbol is said of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.logic.fol.structures import Structure, satisfies
from logicbench.logic.fol.syntax import Exists, Forall, Formula, Predicate, Variable, fold, rebuild, walk

PERSON, PLACE, THING = "Person", "Place", "Thing"


@dataclass(frozen=True, slots=True)
class Sort:
    """What a sort and its members are called."""

    one: str
    many: str
    every: str
    no: str
    some: str
    who: str


SORTS: Mapping[str, Sort] = {
    PERSON: Sort("person", "people", "everyone", "no one", "someone", "who"),
    PLACE: Sort("place", "places", "every place", "no place", "some place", "that"),
    THING: Sort("thing", "things", "every thing", "no thing", "some thing", "that"),
}

WORDS: Mapping[str, tuple[str, ...]] = {
    "place": (
        "village", "harbour", "market", "garden", "museum", "library", "castle", "chapel", "orchard", "theatre",
        "bridge", "lighthouse", "quarry", "meadow", "island", "valley", "tavern", "vineyard", "cemetery", "monastery",
        "workshop", "warehouse", "courtyard", "canyon", "glacier", "reservoir",
    ),
    "thing": (
        "lantern", "barrel", "violin", "carpet", "kettle", "compass", "ladder", "statue", "telescope", "wardrobe",
        "tapestry", "hammer", "mirror", "necklace", "typewriter", "canoe", "umbrella", "saddle", "trumpet", "cupboard",
        "candlestick", "wheelbarrow", "hourglass", "tricycle", "loom", "sledge",
    ),
    "place-quality": (
        "windy", "walled", "crowded", "flooded", "sunlit", "haunted", "coastal", "hilly", "cobbled", "derelict",
        "overgrown", "misty",
    ),
    "thing-quality": (
        "rusty", "wooden", "heavy", "fragile", "hollow", "portable", "striped", "gilded", "lacquered", "waterproof",
        "triangular", "magnetic",
    ),
    "place-verb": (
        "inhabit", "enter", "photograph", "describe", "guard", "map", "restore", "cross", "rent", "survey", "clean",
        "inspect",
    ),
    "thing-verb": (
        "own", "borrow", "repair", "polish", "carry", "sell", "dismantle", "weigh", "design", "hide", "wrap", "pawn",
    ),
}  # fmt: skip
"""Category -> its words; no two of a list are of like or opposite meaning."""

PROFILES: Mapping[str, tuple[str, ...]] = {
    "role": (PERSON,), "adjective": (PERSON,), "unary": (PERSON,), "verb": (PERSON, PERSON),
    "place": (PLACE,), "place-quality": (PLACE,), "place-verb": (PERSON, PLACE),
    "thing": (THING,), "thing-quality": (THING,), "thing-verb": (PERSON, THING),
}  # fmt: skip
"""Category of a predicate's word -> the sorts of what it is said of."""


def with_sorts(formula: Formula, profiles: Mapping[str, Sequence[str]]) -> Formula:
    """Give every quantifier the sort of what the predicates about its variable are said of."""

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Forall | Exists):
            return type(node)(node.variable, below[0], _sort_of(node.variable, below[0], profiles))
        return rebuild(node, below)

    result: Formula = fold(formula, combine)
    return result


def _sort_of(variable: Variable, body: Formula, profiles: Mapping[str, Sequence[str]]) -> str:
    for node in walk(body):
        if isinstance(node, Predicate) and variable in node.arguments:
            return profiles[node.name][node.arguments.index(variable)]
    raise AssertionError(f"nothing is said of {variable.name}")


def is_well_sorted(formula: Formula, sorts: Mapping[str, str], profiles: Mapping[str, Sequence[str]]) -> bool:
    """Whether every quantifier has a sort and every predicate is said of its own sorts.

    Args:
        formula: A formula without functions and equality.
        sorts: Constant -> its sort.
        profiles: Predicate -> the sorts of what it is said of.
    """
    todo: list[tuple[Any, Mapping[str, str | None]]] = [(formula, sorts)]
    while todo:
        node, scope = todo.pop()
        if isinstance(node, Predicate):
            if tuple(scope.get(str(term.label[0])) for term in node.arguments) != tuple(profiles[node.name]):
                return False
        elif isinstance(node, Forall | Exists):
            todo.append((node.body, {**scope, node.variable.name: node.sort}))
        else:
            todo.extend((child, scope) for child in node.children)
    return True


def without_sorts(formula: Formula) -> Formula:
    """Return a formula with the sorts of its quantifiers left out.

    Where every predicate is always said of the same sorts and there is neither equality nor a function, formulas with
    sorts have a model if and only if they have one without: sorts can then be filled up with doubles until all are of
    one size, and be laid on each other (Claessen, Lillieström and Smallbone, CADE 2011).
    """

    def combine(node: Any, below: list[Any]) -> Any:
        return type(node)(node.variable, below[0]) if isinstance(node, Forall | Exists) else rebuild(node, below)

    result: Formula = fold(formula, combine)
    return result


def split(
    structure: Structure,
    formulas: Sequence[Formula],
    sorts: Mapping[str, str],
    profiles: Mapping[str, Sequence[str]],
    used: Sequence[str],
) -> Structure:
    """Return a model of formulas with sorts, made of one of the same formulas without.

    Every sort gets all individuals as members of its own; then those are left out that are not needed.

    Args:
        structure: The model without sorts; no functions.
        formulas: What must be true in the result; it is checked by evaluation.
        sorts: Constant -> its sort.
        profiles: Predicate -> the sorts of what it is said of.
        used: The sorts that there are.
    """
    first = {sort: number * structure.size for number, sort in enumerate(used)}
    rows = {
        (name, arity): {
            tuple(first[sort] + one for one, sort in zip(row, profiles[name], strict=True)) for row in found
        }
        for (name, arity), found in structure.predicates.items()
        if name in profiles
    }
    members = {sort: list(range(start, start + structure.size)) for sort, start in first.items()}
    constants = {name: first[sort] + structure.constants[name] for name, sort in sorts.items()}
    for one in reversed(range(len(used) * structure.size)):
        home = next(found for found in members.values() if one in found)
        if one in constants.values() or len(home) == 1:
            continue
        home.remove(one)
        if not satisfies(_structure(members, constants, rows), formulas):
            home.append(one)
    result = _structure({sort: sorted(found) for sort, found in members.items()}, constants, rows)
    assert satisfies(result, formulas)
    return result


def _structure(
    members: Mapping[str, Sequence[int]],
    constants: Mapping[str, int],
    rows: Mapping[tuple[str, int], set[tuple[int, ...]]],
) -> Structure:
    """Return the structure of some individuals, numbered anew."""
    places = {one: place for place, one in enumerate(one for found in members.values() for one in found)}
    predicates = {
        symbol: frozenset(tuple(places[one] for one in row) for row in found if all(one in places for one in row))
        for symbol, found in rows.items()
    }
    predicates |= {(sort, 1): frozenset((places[one],) for one in found) for sort, found in members.items()}
    return Structure(len(places), {name: places[one] for name, one in constants.items()}, predicates)
