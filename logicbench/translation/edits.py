"""Single edits of formulas, one kind for each class of translation error.

Each kind lists every formula that is one such error away. The same lists serve to make errors and to recognise them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from logicbench.logic.fol.syntax import (
    And,
    Constant,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Node,
    Not,
    Or,
    Predicate,
    Variable,
    Xor,
    conjunction,
    disjunction,
    rebuild,
)
from logicbench.logic.fol.transform import signature
from logicbench.logic.fol.words import words

Path: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an edit may put into a formula: constants, and predicates with their arity."""

    constants: tuple[str, ...] = ()
    predicates: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, formulas: Sequence[Formula]) -> Vocabulary:
        """The constants and predicates of some formulas."""
        symbols = signature(formulas)
        return cls(symbols.constants, symbols.predicates)


@dataclass(frozen=True, slots=True)
class Place:
    """A node of a formula: the node, the way to it, and the variables bound around it, the innermost last."""

    node: Any
    path: Path
    bound: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """One error: its kind, where it was made, and the formula with it."""

    kind: str
    path: Path
    formula: Formula


Rule: TypeAlias = Callable[[Place, Vocabulary], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of errors: what it is in words, and what it makes of a node."""

    description: str
    rule: Rule = field(repr=False)


def places(formula: Formula) -> Iterator[Place]:
    """All nodes of a formula, parents before children, left to right."""
    todo = [Place(formula, (), ())]
    while todo:
        place = todo.pop()
        yield place
        bound = place.bound
        if isinstance(place.node, Forall | Exists):
            bound = (*bound, place.node.variable)
        children = list(enumerate(place.node.children))
        todo.extend(Place(child, (*place.path, number), bound) for number, child in reversed(children))


def replace_at(formula: Formula, path: Path, new: Node) -> Formula:
    """The formula with another node at a place."""
    chain: list[Any] = [formula]
    for number in path:
        chain.append(chain[-1].children[number])
    result: Any = new
    for parent, number in zip(reversed(chain[:-1]), reversed(path), strict=True):
        children = list(parent.children)
        children[number] = result
        result = rebuild(parent, children)
    return result  # type: ignore[no-any-return]


def edits(formula: Formula, kind: str, vocabulary: Vocabulary | None = None) -> Iterator[Edit]:
    """All formulas that are one error of a kind away, each once.

    Args:
        formula: The formula.
        kind: One of `KINDS`.
        vocabulary: What may be put in; by default what the formula has.
    """
    known = vocabulary or Vocabulary.of([formula])
    seen = {formula}
    for place in places(formula):
        for new in KINDS[kind].rule(place, known):
            edited = replace_at(formula, place.path, new)
            if edited not in seen:
                seen.add(edited)
                yield Edit(kind, place.path, edited)


def _quantifier_type(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Forall | Exists):
        yield (Exists if isinstance(node, Forall) else Forall)(node.variable, node.body, node.sort)


def _quantifier_order(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Forall | Exists) and isinstance(node.body, Forall | Exists):
        inner = node.body
        if type(inner) is not type(node) and inner.variable != node.variable:
            yield type(inner)(inner.variable, type(node)(node.variable, inner.body, node.sort), inner.sort)


def _quantifier_scope(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Forall | Exists) and isinstance(node.body, And | Or | Implies | Iff | Xor):
        first, *rest = node.body.children
        yield type(node.body).make((), [type(node)(node.variable, first, node.sort), *rest])


def _missing_quantifier(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Forall | Exists):
        yield place.node.body


def _guard_connective(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Forall) and isinstance(node.body, Implies):
        yield Forall(node.variable, And((node.body.left, node.body.right)), node.sort)
    if isinstance(node, Exists) and isinstance(node.body, And):
        *guards, last = node.body.operands
        yield Exists(node.variable, Implies(conjunction(guards), last), node.sort)


def _negation_lost(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Not):
        yield place.node.body


def _negation_added(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Predicate):
        yield Not(place.node)


def _negation_scope(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Not):
        body = node.body
        if isinstance(body, And | Or | Implies | Iff | Xor):
            first, *rest = body.children
            yield type(body).make((), [Not(first), *rest])
        elif isinstance(body, Forall | Exists):
            yield type(body)(body.variable, Not(body.body), body.sort)
    elif isinstance(node, Forall | Exists) and isinstance(node.body, Not):
        yield Not(type(node)(node.variable, node.body.body, node.sort))
    elif isinstance(node, And | Or | Implies) and isinstance(node.children[0], Not):
        yield Not(type(node).make((), [node.children[0].body, *node.children[1:]]))


def _and_or(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, And | Or):
        yield (Or if isinstance(place.node, And) else And)(place.node.operands)


def _or_xor(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Xor):
        yield Or((node.left, node.right))
    elif isinstance(node, Or):
        result = node.operands[0]
        for operand in node.operands[1:]:
            result = Xor(result, operand)
        yield result


def _iff_implies(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Iff):
        yield Implies(node.left, node.right)
        yield Implies(node.right, node.left)
    elif isinstance(node, Implies):
        yield Iff(node.left, node.right)


def _implies_and(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Implies):
        yield And((node.left, node.right))
    elif isinstance(node, And):
        yield Implies(conjunction(node.operands[:-1]), node.operands[-1])


def _converse(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Implies):
        yield Implies(place.node.right, place.node.left)


def _inverse(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Implies):
        yield Implies(_negated(place.node.left), _negated(place.node.right))


def _negated(formula: Formula) -> Formula:
    return formula.body if isinstance(formula, Not) else Not(formula)


def _grouping(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Implies):
        if isinstance(node.right, And | Or | Xor | Implies):
            first, *rest = node.right.children
            yield type(node.right).make((), [Implies(node.left, first), *rest])
        if isinstance(node.left, And | Or | Xor | Implies):
            *rest, last = node.left.children
            yield type(node.left).make((), [*rest, Implies(last, node.right)])
    elif isinstance(node, And | Or | Xor):
        children = list(node.children)
        for number, child in enumerate(children):
            if isinstance(child, And | Or | Xor | Implies) and type(child) is not type(node):
                yield from _regrouped(type(node), children, number, child)


def _regrouped(outer: Any, children: list[Any], number: int, child: Any) -> Iterator[Any]:
    """Move the bracket of an operand over its neighbour: a ∧ (b ∨ c) to (a ∧ b) ∨ c, and likewise to the right."""
    inner = list(child.children)
    if number > 0:
        joined = outer.make((), [*children[:number], inner[0]])
        rest = children[number + 1 :]
        moved = type(child).make((), [joined, *inner[1:]])
        yield outer.make((), [moved, *rest]) if rest else moved
    if number + 1 < len(children):
        joined = outer.make((), [inner[-1], *children[number + 1 :]])
        moved = type(child).make((), [*inner[:-1], joined])
        yield outer.make((), [*children[:number], moved]) if number else moved


def _swapped_arguments(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Predicate):
        terms = place.node.arguments
        for i in range(len(terms)):
            for j in range(i + 1, len(terms)):
                swapped = list(terms)
                swapped[i], swapped[j] = terms[j], terms[i]
                yield Predicate(place.node.name, tuple(swapped))


def _wrong_constant(place: Place, vocabulary: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Constant):
        yield from (Constant(name) for name in vocabulary.constants if name != place.node.name)


def _wrong_variable(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Variable):
        yield from (variable for variable in dict.fromkeys(place.bound) if variable != place.node)


def _constant_for_variable(place: Place, vocabulary: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Variable):
        yield from map(Constant, vocabulary.constants)
    elif isinstance(place.node, Constant):
        yield from dict.fromkeys(place.bound)


def _wrong_predicate(place: Place, vocabulary: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Predicate):
        for name, arity in vocabulary.predicates:
            if arity == len(node.arguments) and name != node.name:
                yield Predicate(name, node.arguments)


def _missing_part(kind: type[And] | type[Or]) -> Rule:
    def rule(place: Place, _: Vocabulary) -> Iterator[Any]:
        if isinstance(place.node, kind):
            operands = place.node.operands
            for number in range(len(operands)):
                rest = (*operands[:number], *operands[number + 1 :])
                yield conjunction(rest) if kind is And else disjunction(rest)

    return rule


def _missing_condition(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Implies):
        yield place.node.right


def _extra_conjunct(place: Place, vocabulary: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Predicate) and node.arguments:
        for name, arity in vocabulary.predicates:
            if arity == 1 and name != node.name:
                yield And((node, Predicate(name, node.arguments[:1])))


def _merged_predicate(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, And):
        for number in range(len(node.operands) - 1):
            first, second = node.operands[number : number + 2]
            if isinstance(first, Predicate) and isinstance(second, Predicate) and first.arguments == second.arguments:
                merged = Predicate(first.name + second.name, first.arguments)
                yield conjunction((*node.operands[:number], merged, *node.operands[number + 2 :]))


def _split_predicate(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Predicate) and len(node.arguments) == 1:
        parts = words(node.name)
        if len(parts) > 1 and parts[-1].isalnum() and "".join(parts) == node.name.lower():
            cut = len(node.name) - len(parts[-1])
            yield And((Predicate(node.name[:cut], node.arguments), Predicate(node.name[cut:], node.arguments)))


def _negated_name(place: Place, _: Vocabulary) -> Iterator[Any]:
    node = place.node
    if isinstance(node, Not) and isinstance(node.body, Predicate):
        yield Predicate(f"Not{node.body.name}", node.body.arguments)


def _wrong_arity(place: Place, _: Vocabulary) -> Iterator[Any]:
    if isinstance(place.node, Predicate) and len(place.node.arguments) > 1:
        yield Predicate(place.node.name, place.node.arguments[:-1])


KINDS: Mapping[str, Kind] = {
    "quantifier_type": Kind("∀ for ∃ or ∃ for ∀", _quantifier_type),
    "quantifier_order": Kind("∀ and ∃ in the wrong order", _quantifier_order),
    "quantifier_scope": Kind("a quantifier that ends too early, so that a variable is free", _quantifier_scope),
    "missing_quantifier": Kind("a quantifier left out, so that a variable is free", _missing_quantifier),
    "guard_connective": Kind("∧ under ∀ for →, or → under ∃ for ∧", _guard_connective),
    "negation_lost": Kind("a negation left out", _negation_lost),
    "negation_added": Kind("a negation too many", _negation_added),
    "negation_scope": Kind("a negation over too little or too much", _negation_scope),
    "and_or": Kind("∧ for ∨ or ∨ for ∧", _and_or),
    "or_xor": Kind("∨ for ⊕ or ⊕ for ∨", _or_xor),
    "iff_implies": Kind("→ for ↔ or ↔ for →", _iff_implies),
    "implies_and": Kind("∧ for → or → for ∧", _implies_and),
    "converse": Kind("an implication the wrong way round", _converse),
    "inverse": Kind("an implication with both sides negated", _inverse),
    "grouping": Kind("brackets around the wrong parts", _grouping),
    "swapped_arguments": Kind("two arguments exchanged", _swapped_arguments),
    "wrong_constant": Kind("another constant", _wrong_constant),
    "wrong_variable": Kind("another variable", _wrong_variable),
    "constant_for_variable": Kind("a constant for a variable or a variable for a constant", _constant_for_variable),
    "wrong_predicate": Kind("another predicate", _wrong_predicate),
    "missing_conjunct": Kind("a conjunct left out", _missing_part(And)),
    "missing_disjunct": Kind("a disjunct left out", _missing_part(Or)),
    "missing_condition": Kind("the condition of an implication left out", _missing_condition),
    "extra_conjunct": Kind("a conjunct too many", _extra_conjunct),
    "merged_predicate": Kind("two predicates run together in one", _merged_predicate),
    "split_predicate": Kind("one predicate split in two", _split_predicate),
    "negated_name": Kind("a negation moved into a predicate's name", _negated_name),
    "wrong_arity": Kind("a predicate with too few arguments", _wrong_arity),
}
"""The classes of semantic errors, by name."""
