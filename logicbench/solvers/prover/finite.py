"""Finite models by SAT: formulas are written out over a domain of given size (the idea of MACE, McCune 1994).

Quantifiers become conjunctions and disjunctions over the domain. Constants stand for themselves where that loses
nothing (without equality every model can be blown up until they are distinct); otherwise, and for functions, a value
for each argument tuple is chosen by the solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, product
from typing import Any, Literal

import numpy as np

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Truth,
    Variable,
    Xor,
    fold,
    walk,
)
from logicbench.logic.fol.transform import free_variables, signature
from logicbench.solvers.prover.circuit import Circuit, Literals, spread
from logicbench.solvers.prover.herbrand import Key, assemble, leaf_key

_INDIVIDUAL, _CHOICE = "individual", "choice"


def leaves(formulas: Iterable[Formula]) -> tuple[Key, ...]:
    """The constants, numbers and free variables of formulas, in order of first occurrence."""
    found: dict[Key, None] = {}
    for formula in formulas:
        free = set(free_variables(formula))
        for node in walk(formula):
            if isinstance(node, Constant | Numeral) or (isinstance(node, Variable) and node in free):
                found.setdefault(leaf_key(node))
    return tuple(found)


class Domain:
    """Formulas over the domain ``0 .. size - 1``; raises `BudgetExceeded` if that takes too many clauses.

    Args:
        formulas: The formulas, and after them the axioms that always hold.
        axioms: Number of the latter.
        size: Number of individuals.
        named: Names of individuals, at least as many as ``size`` if ``fixed``.
        fixed: Whether the names stand for the first individuals in their order; else the solver chooses.
        clause_limit: Clauses after which to give up.
    """

    def __init__(
        self, formulas: Sequence[Formula], axioms: int, size: int, named: Sequence[Key], fixed: bool, clause_limit: int
    ) -> None:
        self.size = size
        self._circuit = Circuit(clause_limit)
        self._predicates: dict[tuple[str, int], Literals] = {}
        self._functions: dict[tuple[str, int], Literals] = {}
        self._named = tuple(named)
        self._points: dict[Key, tuple[str, Any]] = {}
        for place, key in enumerate(named):
            if fixed:
                self._points[key] = _INDIVIDUAL, np.array(place)
            else:
                row = self._circuit.fresh((size,))
                self._exactly_one(row)
                # Individuals are interchangeable: the k-th name may take one of the first k + 1.
                self._circuit.clauses += [[-literal] for literal in row[place + 1 :].tolist()]
                self._points[key] = _CHOICE, row
        for name, arity in signature(formulas).functions:
            table = self._circuit.fresh((size,) * (arity + 1))
            self._functions[name, arity] = table
            for row in table.reshape(-1, size):
                self._exactly_one(row)
        self._hidden = 0
        self._roots: list[int] = []
        for formula in formulas:
            names, table = fold(formula, self._table)
            for name in reversed(names):
                table = self._at(table, *self._points["free", name])
            self._roots.append(int(table))
        cut = len(self._roots) - axioms
        self._circuit.clauses += [[literal] for literal in self._roots[cut:]]

    def _at(self, table: Literals, kind: str, place: Any) -> Literals:
        """The table at one value of its last axis."""
        if kind == _INDIVIDUAL:
            result: Literals = table[..., int(place)]
            return result
        choice = np.broadcast_to(place, table.shape)
        return self._circuit.along(self._circuit.every([choice, table]), table.ndim - 1, conjoin=False)

    def _exactly_one(self, row: Literals) -> None:
        literals = row.tolist()
        self._circuit.clauses.append(literals)
        self._circuit.clauses += [[-a, -b] for a, b in combinations(literals, 2)]

    def _term(self, node: Any, below: list[Any]) -> Any:
        """A term is ``(kind, axes, table)``: individuals, or literals with a last axis for the value."""
        if isinstance(node, Function):
            axes, values = self._apply(self._functions[node.name, len(below)], below, extra=True)
            return _CHOICE, axes, values
        if isinstance(node, Arithmetic):
            raise BudgetExceeded("arithmetic terms cannot be grounded")
        if isinstance(node, Variable):
            return _INDIVIDUAL, (node.name,), np.arange(self.size)
        kind, table = self._points[leaf_key(node)]
        return kind, (), table

    def _apply(self, table: Literals, terms: list[Any], extra: bool = False) -> Any:
        """The cells of a symbol's table at the terms; with ``extra``, the last axis of the table is kept."""
        hidden: list[tuple[str, Any]] = []
        places: list[Any] = []
        for kind, axes, values in terms:
            if kind == _INDIVIDUAL:
                places.append((axes, values))
                continue
            self._hidden += 1
            name = f"\x02{self._hidden}"
            hidden.append((name, ((*axes, name), values)))
            places.append(((name,), np.arange(self.size)))
        axes, views = spread(places)
        cells = 1
        for view in views[:1]:
            cells = view.size
        self._circuit.charge(cells)
        result = table[tuple(views)]
        if extra:
            axes = (*axes, "\x02value")
        for name, choice in hidden:
            axes, (left, right) = spread([choice, (axes, result)])
            result = self._circuit.along(self._circuit.every([left, right]), axes.index(name), conjoin=False)
            axes = tuple(other for other in axes if other != name)
        if extra:
            result = np.moveaxis(result, axes.index("\x02value"), -1)
            axes = tuple(other for other in axes if other != "\x02value")
        return axes, result

    def _table(self, node: Any, below: list[Any]) -> Any:
        if isinstance(node, Variable | Constant | Numeral | Function | Arithmetic):
            return self._term(node, below)
        if isinstance(node, Truth):
            return (), np.array(1 if node.value else -1, dtype=np.int64)
        if isinstance(node, Predicate):
            return self._apply(self._predicate(node.name, len(below)), below)
        if isinstance(node, Equal):
            identity = np.where(np.eye(self.size, dtype=bool), 1, -1).astype(np.int64)
            return self._apply(identity, below)
        if isinstance(node, Comparison):
            order = below[::-1] if node.operator in (">", "<=") else below
            axes, table = self._apply(self._predicate("<", 2), order)
            return axes, -table if node.operator in ("<=", ">=") else table
        if isinstance(node, Not):
            return below[0][0], -below[0][1]
        if isinstance(node, Forall | Exists):
            axes, table = below[0]
            if node.variable.name not in axes:
                return below[0]
            axis = axes.index(node.variable.name)
            rest = tuple(name for name in axes if name != node.variable.name)
            return rest, self._circuit.along(table, axis, conjoin=isinstance(node, Forall))
        axes, views = spread(below)
        self._circuit.charge(views[0].size)
        if isinstance(node, And | Or):
            return axes, self._circuit.every(views) if isinstance(node, And) else self._circuit.some(views)
        if isinstance(node, Implies):
            return axes, self._circuit.some([-views[0], views[1]])
        same = self._circuit.same(views[0], views[1])
        return axes, -same if isinstance(node, Xor) else same

    def _predicate(self, name: str, arity: int) -> Literals:
        if (name, arity) not in self._predicates:
            self._predicates[name, arity] = self._circuit.fresh((self.size,) * arity)
        return self._predicates[name, arity]

    def decide(self, chosen: Iterable[int], conflict_budget: int) -> tuple[Literal["sat", "unsat", "unknown"], Any]:
        """Look for a model of the chosen formulas and the axioms; returns the status and a `Structure` or None."""
        from pysat.solvers import Minisat22

        with Minisat22(bootstrap_with=self._circuit.clauses) as engine:
            engine.conf_budget(conflict_budget)
            outcome = engine.solve_limited(assumptions=[self._roots[place] for place in chosen])
            if not outcome:
                return ("unknown" if outcome is None else "unsat"), None
            true = {literal for literal in engine.get_model() if literal > 0}
        return "sat", self._structure(true)

    def _structure(self, true: set[int]) -> Structure:
        predicates = {
            symbol: {row for row in product(range(self.size), repeat=symbol[1]) if int(table[row]) in true}
            for symbol, table in self._predicates.items()
        }
        functions = {
            symbol: {
                row: next(place for place, literal in enumerate(table[row].tolist()) if literal in true)
                for row in product(range(self.size), repeat=symbol[1])
            }
            for symbol, table in self._functions.items()
        }
        named = {}
        for key, (kind, value) in self._points.items():
            if kind == _INDIVIDUAL:
                named[key] = int(value)
            else:
                named[key] = next(place for place, literal in enumerate(value.tolist()) if literal in true)
        return assemble(self.size, named, predicates, functions)
