"""Skolem normal form: from formulas to quantifier-free matrices under universal variables.

Negations go inwards, existential variables become Skolem functions of the universal variables that are free in their
scope (which keeps them small), conjunctions are split, and universal quantifiers move to the front. ⊕ and ↔ stay as
they are where no quantifier is below them. The result is satisfiable exactly when the formula is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.syntax import (
    FALSE,
    TRUE,
    And,
    Constant,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Not,
    Or,
    Term,
    Truth,
    Variable,
    Xor,
    fold,
    rebuild,
)
from logicbench.logic.fol.transform import free_variables

SKOLEM = "\x01"
"""Begins the names of Skolem symbols and of the universal variables of matrices."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A quantifier-free formula whose variables are universally bound."""

    variables: tuple[Variable, ...]
    formula: Formula


class Skolemiser:
    """Turns formulas into matrices; Skolem symbols of one object never clash. The order of calls fixes the names.

    Args:
        limit: Nodes after which `BudgetExceeded` is raised.
    """

    def __init__(self, limit: int = 50_000) -> None:
        self._limit = limit
        self._work = 0
        self._symbols = 0
        self._variables = 0

    def matrices(self, formula: Formula) -> tuple[Matrix, ...]:
        """The matrices of a formula; its free variables are kept as they are.

        Raises:
            BudgetExceeded: ⊕ or ↔ above quantifiers double too often.
        """
        flat = {id(node): flat for node, flat in _quantifier_free(formula)}
        done: list[Matrix] = []
        for part, variables in self._conjuncts(formula, flat):
            used = {variable.name for variable in free_variables(part)}
            done.append(Matrix(tuple(variable for variable in variables if variable.name in used), part))
        return tuple(done)

    def _conjuncts(self, formula: Formula, flat: dict[int, bool]) -> list[tuple[Formula, tuple[Variable, ...]]]:
        prefix: list[Variable] = []
        body = self._normal(formula, flat, prefix)
        result: list[tuple[Formula, tuple[Variable, ...]]] = []
        todo: list[Formula] = [body]
        while todo:
            part = todo.pop()
            if isinstance(part, And):
                todo.extend(reversed(part.operands))
            elif part != TRUE:
                result.append((part, tuple(prefix)))
        return result

    def _normal(self, formula: Formula, flat: dict[int, bool], prefix: list[Variable]) -> Formula:
        # Items are (formula, sign, universal variables in scope, what bound variables become) or (build, operands).
        todo: list[Any] = [(formula, True, (), {})]
        values: list[Formula] = []
        while todo:
            item = todo.pop()
            if len(item) == 2:
                build, count = item
                cut = len(values) - count
                values[cut:] = [build(values[cut:])]
                continue
            node, positive, scope, names = item
            self._work += 1
            if self._work > self._limit:
                raise BudgetExceeded(f"the Skolem normal form takes more than {self._limit} steps")
            if isinstance(node, Not):
                todo.append((node.body, not positive, scope, names))
            elif isinstance(node, Truth):
                values.append(TRUE if node.value is positive else FALSE)
            elif isinstance(node, And | Or | Implies):
                parts = [(operand, positive) for operand in node.children]
                if isinstance(node, Implies):
                    parts[0] = (node.left, not positive)
                kind = And if isinstance(node, And) is positive else Or
                todo.append((lambda below, kind=kind: _gather(kind, below), len(parts)))
                todo.extend((part, sign, scope, names) for part, sign in reversed(parts))
            elif isinstance(node, Xor | Iff) and not flat[id(node)]:
                same = positive is isinstance(node, Iff)
                parts = [(node.left, False), (node.right, same), (node.left, True), (node.right, not same)]
                todo.append((_two_clauses, 4))
                todo.extend((part, sign, scope, names) for part, sign in reversed(parts))
            elif isinstance(node, Forall | Exists):
                todo.append(self._bind(node, positive, scope, names, prefix))
            else:
                atom = _replace(node, names) if names else node
                values.append(atom if positive else Not(atom))
        return values[0]

    def _bind(
        self, node: Any, positive: bool, scope: tuple[Variable, ...], names: dict[str, Term], prefix: list[Variable]
    ) -> Any:
        if isinstance(node, Forall) is positive:
            self._variables += 1
            variable = Variable(f"{SKOLEM}x{self._variables}")
            prefix.append(variable)
            return node.body, positive, (*scope, variable), {**names, node.variable.name: variable}
        self._symbols += 1
        free = {variable.name for variable in free_variables(node)}
        needed = {v.name for old, term in names.items() if old in free for v in free_variables(term)}
        arguments = tuple(variable for variable in scope if variable.name in needed)
        name = f"{SKOLEM}s{self._symbols}"
        witness = Function(name, arguments) if arguments else Constant(name)
        return node.body, positive, scope, {**names, node.variable.name: witness}


def _replace(root: Formula, names: dict[str, Term]) -> Formula:
    """Replace the variables of a quantifier-free formula."""

    def combine(node: Any, below: list[Any]) -> Any:
        return names.get(node.name, node) if isinstance(node, Variable) else rebuild(node, below)

    result: Formula = fold(root, combine)
    return result


def _gather(kind: type[And] | type[Or], below: list[Formula]) -> Formula:
    unit, zero = (TRUE, FALSE) if kind is And else (FALSE, TRUE)
    if zero in below:
        return zero
    kept: list[Formula] = []
    for part in below:
        if isinstance(part, kind):
            kept.extend(part.operands)
        elif part != unit:
            kept.append(part)
    return kind(tuple(kept)) if len(kept) > 1 else kept[0] if kept else unit


def _two_clauses(below: list[Formula]) -> Formula:
    return _gather(And, [_gather(Or, below[:2]), _gather(Or, below[2:])])


def _quantifier_free(formula: Formula) -> list[tuple[Any, bool]]:
    found: list[tuple[Any, bool]] = []

    def combine(node: Any, below: list[bool]) -> bool:
        free = not isinstance(node, Forall | Exists) and all(below)
        found.append((node, free))
        return free

    fold(formula, combine)
    return found
