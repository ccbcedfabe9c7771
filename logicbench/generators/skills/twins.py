"""Valid and invalid twins of equal surface: arguments made of the same symbols in another order.

A change exchanges two things of an argument: two predicate letters, two statements, the sides of an implication, the
place of a negation, ∀ with ∃, ∧ with ∨. Whether the changed argument is valid is up to the prover.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from logicbench.logic.fol.syntax import And, Exists, Forall, Formula, Iff, Implies, Not, Or, Predicate, rebuild, walk
from logicbench.seeding import Stream

Statements = tuple[Formula, ...]
"""The premises, then the conclusion."""

Place = tuple[int, tuple[int, ...]]
"""Which statement, and the path to a part of it."""


def repetitions(statements: Sequence[Formula]) -> int:
    """Return the number of connectives that join something with itself, as "whoever is tanned is tanned" does."""
    nodes = (node for formula in statements for node in walk(formula) if isinstance(node, And | Or | Implies | Iff))
    return sum(len(set(node.children)) < len(node.children) for node in nodes)


def changes(statements: Statements, stream: Stream) -> Iterator[Statements]:
    """Yield changed arguments in random order, none of them twice, the argument itself not among them."""
    seen = {statements}
    found: list[Statements] = []
    for changed in _all(statements):
        if changed not in seen:
            seen.add(changed)
            found.append(changed)
    stream.shuffle(found)
    yield from found


def _all(statements: Statements) -> Iterator[Statements]:
    nodes = [(place, node) for place, node in _parts(statements)]
    for number, (place, node) in enumerate(nodes):
        if isinstance(node, Implies):
            yield _put(statements, {place: Implies(node.right, node.left)})
        for other, partner in nodes[number + 1 :]:
            yield from _exchanged(statements, place, node, other, partner)
        if isinstance(node, Not) and not isinstance(node.body, Not):
            for other, partner in nodes:
                if isinstance(partner, Predicate) and not _is_within(other, place):
                    yield _put(statements, {place: node.body, other: Not(partner)})
    last = len(statements) - 1
    for number in range(last):
        yield (*statements[:number], statements[last], *statements[number + 1 : last], statements[number])


def _exchanged(statements: Statements, place: Place, node: Any, other: Place, partner: Any) -> Iterator[Statements]:
    letters = isinstance(node, Predicate) and isinstance(partner, Predicate)
    if letters and node.name != partner.name and len(node.arguments) == len(partner.arguments):
        yield _put(
            statements,
            {place: Predicate(partner.name, node.arguments), other: Predicate(node.name, partner.arguments)},
        )
    for one, two in ((Forall, Exists), (And, Or)):
        if (isinstance(node, one) and isinstance(partner, two)) or (isinstance(node, two) and isinstance(partner, one)):
            # The outer one first: its children hold the inner one.
            changed = _recast(statements, place, type(partner))
            yield _recast(changed, other, type(node))


def _recast(statements: Statements, place: Place, kind: Any) -> Statements:
    node = _get(statements, place)
    return _put(statements, {place: kind.make(node.label, node.children)})


def _parts(statements: Statements) -> Iterator[tuple[Place, Any]]:
    todo: list[tuple[Place, Any]] = [((number, ()), formula) for number, formula in enumerate(statements)]
    while todo:
        (number, path), node = todo.pop()
        yield (number, path), node
        if not isinstance(node, Predicate):
            todo.extend(((number, (*path, step)), child) for step, child in enumerate(node.children))


def _is_within(place: Place, outer: Place) -> bool:
    return place[0] == outer[0] and place[1][: len(outer[1])] == outer[1]


def _get(statements: Statements, place: Place) -> Any:
    node: Any = statements[place[0]]
    for step in place[1]:
        node = node.children[step]
    return node


def _put(statements: Statements, new: dict[Place, Any]) -> Statements:
    """Replace parts, the deepest first, so that the paths to the others stay right."""
    result = list(statements)
    for (number, path), node in sorted(new.items(), key=lambda item: -len(item[0][1])):
        result[number] = _replaced(result[number], path, node)
    return tuple(result)


def _replaced(root: Any, path: Sequence[int], new: Any) -> Any:
    if not path:
        return new
    children = list(root.children)
    children[path[0]] = _replaced(children[path[0]], path[1:], new)
    return rebuild(root, children)
