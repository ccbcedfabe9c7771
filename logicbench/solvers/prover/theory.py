"""Bringing formulas to the language that the engines share.

Counting is written out, sorts become unary predicates that hold of something, ground arithmetic is computed. What the
numbers of a problem mean is added as axioms: different numerals differ, and ``<`` is a linear order of all individuals
in which the numerals stand in their places. Arithmetic terms that are not ground stay, and only Z3 takes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Count,
    Equal,
    Exists,
    Forall,
    Formula,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Truth,
    Variable,
    fold,
    rebuild,
    walk,
)
from logicbench.logic.fol.transform import expand_counting, relativise

_RESERVED = "\x00"
"""Begins the name of the constant that stands for a number without a numeral, a negative one or a third."""


@dataclass(frozen=True, slots=True)
class Theory:
    """Formulas for the engines, one for each formula given, and what holds beside them.

    Attributes:
        formulas: The formulas, without counting and sorts.
        background: Axioms on sorts and numbers.
        equality: Whether equality occurs, in the background too.
        arithmetic: Whether arithmetic terms with variables, constants or functions are left.
    """

    formulas: tuple[Formula, ...]
    background: tuple[Formula, ...]
    equality: bool
    arithmetic: bool


def number(term: Any) -> Fraction | None:
    """The value of a numeral, or of a constant that `prepare` made for a number; None for other terms."""
    if isinstance(term, Numeral):
        return term.value
    if isinstance(term, Constant) and term.name.startswith(_RESERVED):
        return Fraction(term.name[1:])
    return None


def compute_numbers(formula: Formula) -> Formula:
    """Replace ground arithmetic by its value, and comparisons of numbers by their truth; division by 0 is left."""
    result: Formula = fold(formula, _compute)
    return result


def _compute(node: Any, below: list[Any]) -> Any:
    if isinstance(node, Arithmetic):
        values = [number(term) for term in below]
        known = [value for value in values if value is not None]
        value = _calculate(node.operator, known) if len(known) == len(values) else None
        return rebuild(node, below) if value is None else numeral(value)
    if isinstance(node, Comparison | Equal):
        left, right = number(below[0]), number(below[1])
        if left is not None and right is not None:
            operator = node.operator if isinstance(node, Comparison) else "="
            return Truth(
                {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}.get(
                    operator, left == right
                )
            )
    return rebuild(node, below)


def _calculate(operator: str, values: list[Fraction]) -> Fraction | None:
    total = values[0]
    if len(values) == 1:
        return -total
    for value in values[1:]:
        if operator == "/" and value == 0:
            return None
        total = {"+": total + value, "-": total - value, "*": total * value, "/": total / (value or 1)}[operator]
    return total


def numeral(value: Fraction) -> Numeral | Constant:
    """The term for a number: a numeral, or the constant that stands for it if it has none."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if value < 0 or rest != 1:
        return Constant(f"{_RESERVED}{value}")
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(int(value * 10**places)).rjust(places + 1, "0")
    return Numeral.of(f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def prepare(formulas: Sequence[Formula]) -> Theory:
    """Bring formulas to the shared language.

    Raises:
        BudgetExceeded: Counting quantifiers are too large to write out.
    """
    ready = []
    sorts: set[str] = set()
    numbers: dict[Fraction, Any] = {}
    equality = comparison = arithmetic = False
    for formula in formulas:
        kinds = {type(node) for node in walk(formula)}
        if kinds & {Arithmetic, Comparison, Numeral}:
            formula = compute_numbers(formula)
        if kinds & {Count}:
            formula = expand_counting(formula)
        own: set[str] = set()
        for node in walk(formula):
            if isinstance(node, Forall | Exists) and node.sort is not None:
                own.add(node.sort)
            elif (value := number(node)) is not None:
                numbers.setdefault(value, node)
            equality |= isinstance(node, Equal)
            comparison |= isinstance(node, Comparison)
            arithmetic |= isinstance(node, Arithmetic)
        ready.append(relativise(formula) if own else formula)
        sorts |= own
    background: list[Formula] = [_inhabited(sort) for sort in sorted(sorts)]
    ordered = [numbers[value] for value in sorted(numbers)]
    if comparison:
        background += _order_axioms()
        background += [Comparison("<", a, b) for a, b in pairwise(ordered)]
        equality = True
    elif equality:
        background += [Not(Equal(a, b)) for place, a in enumerate(ordered) for b in ordered[place + 1 :]]
    return Theory(tuple(ready), tuple(background), equality, arithmetic)


def _inhabited(sort: str) -> Formula:
    x = Variable("x")
    return Exists(x, Predicate(sort, (x,)))


def _order_axioms() -> list[Formula]:
    x, y, z = Variable("x"), Variable("y"), Variable("z")

    def less(a: Any, b: Any) -> Formula:
        return Comparison("<", a, b)

    return [
        Forall(x, Not(less(x, x))),
        Forall(x, Forall(y, Forall(z, Implies(And((less(x, y), less(y, z))), less(x, z))))),
        Forall(x, Forall(y, Or((less(x, y), less(y, x), Equal(x, y))))),
    ]
