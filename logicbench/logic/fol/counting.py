"""Quantifiers, counts and distinctness as the readers meet them, written out in the syntax tree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Constant,
    Count,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Not,
    Numeral,
    Truth,
    Variable,
    conjunction,
    disjunction,
)
from logicbench.logic.fol.transform import substitute, variable_names

TUPLES_LIMIT = 12
"""Most tuples that are counted together; the ways to share them out grow fast."""

Names = Sequence[tuple[str, str | None]]
"""The variables of a quantifier with their sorts."""


def quantify(kind: str, names: Names, body: Any) -> Any:
    """A quantifier over several variables: ``forall``, ``exists``, ``none``, or a bound and a number.

    ``exactly 2`` stands for each variable by itself; with ``together`` at the end, tuples are counted.
    """
    shape, _, rest = kind.partition(" ")
    number, _, together = rest.partition(" ")
    if together:
        return count_tuples(shape, int(number), names, body)
    for name, sort in reversed(names):
        variable = Variable(name)
        if kind in ("exists", "none"):
            body = Exists(variable, body, sort)
        elif kind == "forall":
            body = Forall(variable, body, sort)
        else:
            body = Count(shape, int(number), variable, body, sort)  # type: ignore[arg-type]
    return Not(body) if kind == "none" else body


def count_tuples(shape: str, number: int, names: Names, body: Any) -> Any:
    """``Count([x:S, y:T], F) == n``: the pairs are counted, and not the x that have so many y."""
    if shape == "at_least":
        return Not(count_tuples("at_most", number - 1, names, body)) if number else Truth(True)
    return disjunction([_exactly(case, names, body) for case in range(number if shape == "exactly" else 0, number + 1)])


def _exactly(number: int, names: Names, body: Any) -> Any:
    """Exactly so many tuples: so many first members for each way to share the tuples out among them."""
    (name, sort), rest = names[0], names[1:]
    if not rest:
        return Count("exactly", number, Variable(name), body, sort)
    if not number:
        return Not(quantify("exists", names, body))
    ways = []
    for way in _partitions(number, number):
        used = Count("exactly", len(way), Variable(name), quantify("exists", rest, body), sort)
        shares = [(way.count(share), _exactly(share, rest, body)) for share in sorted(set(way))]
        ways.append(And((used, *(Count("exactly", many, Variable(name), inner, sort) for many, inner in shares))))
    return disjunction(ways)


def _partitions(number: int, most: int) -> list[tuple[int, ...]]:
    if not number:
        return [()]
    return [(part, *others) for part in range(min(number, most), 0, -1) for others in _partitions(number - part, part)]


def all_different(names: Names, value: Any) -> Any:
    """Different individuals have different values, as ``Distinct([x:S], f(x))`` says; a value may be a truth value."""
    taken = variable_names(value) | {name for name, _ in names}
    others: dict[str, str] = {}
    for name, _ in names:
        other = name
        while other in taken:
            other += "'"
        taken.add(other)
        others[name] = other
    again = substitute(value, {Variable(name): Variable(other) for name, other in others.items()})
    different = disjunction([Not(Equal(Variable(name), Variable(other))) for name, other in others.items()])
    is_term = isinstance(value, Variable | Constant | Numeral | Function | Arithmetic)
    same = Equal(value, again) if is_term else Iff(value, again)
    twice = [*names, *((others[name], sort) for name, sort in names)]
    return quantify("forall", twice, Implies(different, Not(same)))


def pairwise_distinct(terms: Sequence[Any]) -> Formula:
    """No two of some terms are equal."""
    return conjunction([Not(Equal(a, b)) for place, a in enumerate(terms) for b in terms[place + 1 :]])
