"""Finite structures and the truth of formulas in them.

A subformula is evaluated once for all values of its free variables, as a table with one axis for each of them, and for
a whole batch of structures at a time. Nothing recurses. A sort is a unary predicate of the same name; ``<`` on
individuals is the binary predicate ``<``, and the other comparisons are read off it as in a linear order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from logicbench.errors import BudgetExceeded, InputError
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
    Function,
    Iff,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Truth,
    Variable,
    Xor,
    fold,
)
from logicbench.logic.fol.transform import Symbol

Table: TypeAlias = "tuple[tuple[str, ...], npt.NDArray[Any]]"
LESS: Symbol = ("<", 2)
MOST_AXES = 24
"""Axes of a table: free variables of a subformula, arguments of a symbol. Numpy has 32 at most where tables meet."""
CELL_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True)
class Structure:
    """A finite structure with the domain ``0 .. size - 1``.

    Attributes:
        size: Number of individuals, at least 1.
        constants: Constant -> individual.
        predicates: Symbol -> the tuples that satisfy it; propositions hold the empty tuple or nothing.
        functions: Symbol -> argument tuple -> individual.
        numerals: Text of a numeral -> individual.
        assignment: Free variable -> individual.
    """

    size: int
    constants: Mapping[str, int] = field(default_factory=dict)
    predicates: Mapping[Symbol, frozenset[tuple[int, ...]]] = field(default_factory=dict)
    functions: Mapping[Symbol, Mapping[tuple[int, ...], int]] = field(default_factory=dict)
    numerals: Mapping[str, int] = field(default_factory=dict)
    assignment: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The structure as JSON values, everything sorted."""
        return {
            "size": self.size,
            "constants": dict(sorted(self.constants.items())),
            "predicates": [
                {"name": name, "arity": arity, "holds": [list(row) for row in sorted(self.predicates[name, arity])]}
                for name, arity in sorted(self.predicates)
            ],
            "functions": [
                {"name": name, "arity": arity, "table": [[*row, value] for row, value in sorted(table.items())]}
                for (name, arity), table in sorted(self.functions.items())
            ],
            "numerals": dict(sorted(self.numerals.items())),
            "assignment": dict(sorted(self.assignment.items())),
        }


@dataclass(frozen=True, slots=True)
class Batch:
    """Several structures over one domain size, as arrays whose first axis counts the structures.

    ``predicates`` are boolean, ``(count, size, ..., size)`` with one axis for each argument; ``functions`` the same in
    integers; ``constants``, ``numerals`` and ``assignment`` are integers, ``(count,)``.
    """

    size: int
    count: int
    constants: Mapping[str, npt.NDArray[Any]]
    predicates: Mapping[Symbol, npt.NDArray[Any]]
    functions: Mapping[Symbol, npt.NDArray[Any]] = field(default_factory=dict)
    numerals: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)
    assignment: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def evaluate(formula: Formula, structure: Structure) -> bool:
    """The truth value of a formula in one structure.

    Raises:
        InputError: A symbol has no interpretation, or an arithmetic term occurs.
        BudgetExceeded: A subformula has so many free variables that its table has more than `CELL_LIMIT` cells.
    """
    return bool(evaluate_batch(formula, as_batch(structure))[0])


def satisfies(structure: Structure, formulas: Iterable[Formula]) -> bool:
    """Whether every formula is true in the structure."""
    batch = as_batch(structure)
    return all(bool(evaluate_batch(formula, batch)[0]) for formula in formulas)


def evaluate_batch(formula: Formula, batch: Batch) -> npt.NDArray[np.bool_]:
    """The truth values of a formula in each structure of a batch, ``(count,)``; raises as `evaluate` does."""
    names, values = fold(formula, lambda node, below: _table(node, below, batch))
    for name in names:
        if name not in batch.assignment:
            raise InputError(f"the structure gives no individual for the free variable {name!r}")
    if names:
        values = np.broadcast_to(values, (batch.count, *values.shape[1:]))
        values = values[(np.arange(batch.count), *(batch.assignment[name] for name in names))]
    result: npt.NDArray[np.bool_] = np.broadcast_to(values, (batch.count,))
    return result


def as_batch(structure: Structure) -> Batch:
    """One structure as a batch of one.

    Raises:
        InputError: A function is not total.
        BudgetExceeded: A symbol's table has more than `CELL_LIMIT` cells.
    """
    n = structure.size
    most = max((arity for _, arity in (*structure.predicates, *structure.functions)), default=0)
    if most > MOST_AXES or n**most > CELL_LIMIT:
        raise BudgetExceeded(f"a symbol of {most} arguments is too large to tabulate")
    predicates = {}
    for (name, arity), rows in structure.predicates.items():
        table = np.zeros((1, *(n,) * arity), dtype=bool)
        for row in rows:
            table[(0, *row)] = True
        predicates[name, arity] = table
    functions = {}
    for (name, arity), rows_to in structure.functions.items():
        values = np.full((1, *(n,) * arity), -1)
        for row, value in rows_to.items():
            values[(0, *row)] = value
        if (values < 0).any():
            raise InputError(f"the structure's function {name!r} is not total")
        functions[name, arity] = values
    points = [
        {name: np.array([value]) for name, value in mapping.items()}
        for mapping in (structure.constants, structure.numerals, structure.assignment)
    ]
    return Batch(n, 1, points[0], predicates, functions, points[1], points[2])


def align(tables: Sequence[Table]) -> tuple[tuple[str, ...], list[npt.NDArray[Any]]]:
    """Bring tables to the union of their variables: views that broadcast against each other."""
    first = tables[0][0] if tables else ()
    if all(own == first for own, _ in tables):
        return first, [values for _, values in tables]
    names = tuple(dict.fromkeys(name for own, _ in tables for name in own))
    views = []
    for own, values in tables:
        if own != names:
            order = [0, *(1 + own.index(name) for name in names if name in own)]
            shape = [slice(None), *(slice(None) if name in own else None for name in names)]
            values = values.transpose(order)[tuple(shape)]
        views.append(values)
    return names, views


def _table(node: Any, below: list[Table], batch: Batch) -> Table:
    if isinstance(node, Variable):
        return ((node.name,), np.arange(batch.size)[None, :])
    if isinstance(node, Constant | Numeral):
        return (), _point(node, batch)
    if isinstance(node, Forall | Exists | Count):
        return _quantify(node, below[0], batch)
    names, views = align(below)
    if len(names) > MOST_AXES or batch.count * batch.size ** len(names) > CELL_LIMIT:
        raise BudgetExceeded(f"a subformula with {len(names)} free variables is too large to tabulate")
    if isinstance(node, Function | Predicate):
        return names, _look_up(node, views, batch)
    return names, _connect(node, views, batch)


def _point(node: Constant | Numeral, batch: Batch) -> npt.NDArray[Any]:
    known, name = (batch.constants, node.name) if isinstance(node, Constant) else (batch.numerals, node.text)
    if name not in known:
        raise InputError(f"the structure gives no individual for {name!r}")
    return known[name]


def _look_up(node: Function | Predicate, views: list[npt.NDArray[Any]], batch: Batch) -> npt.NDArray[Any]:
    known: Mapping[Symbol, npt.NDArray[Any]] = batch.predicates if isinstance(node, Predicate) else batch.functions
    symbol = (node.name, len(node.arguments))
    if symbol not in known:
        raise InputError(f"the structure does not interpret {node.name!r} with {symbol[1]} arguments")
    if not views:
        return known[symbol]
    dimensions = max(view.ndim for view in views)
    rows = np.arange(batch.count).reshape(-1, *(1,) * (dimensions - 1))
    result: npt.NDArray[Any] = known[symbol][(rows, *views)]
    return result


def _connect(node: Any, views: list[Any], batch: Batch) -> Any:
    if isinstance(node, Truth):
        return np.full((batch.count,), node.value)
    if isinstance(node, Not):
        return ~views[0]
    if isinstance(node, And | Or):
        result = views[0]
        for view in views[1:]:
            result = result & view if isinstance(node, And) else result | view
        return result
    left, right = views if len(views) == 2 else (views[0], views[0])
    if isinstance(node, Implies):
        return ~left | right
    if isinstance(node, Xor):
        return left ^ right
    if isinstance(node, Iff | Equal):
        return left == right
    if isinstance(node, Comparison):
        if node.operator in (">", "<="):
            left, right = right, left
        less = _look_up(Predicate("<", (Constant("l"), Constant("r"))), [left, right], batch)
        return ~less if node.operator in ("<=", ">=") else less
    if isinstance(node, Arithmetic):
        raise InputError("arithmetic terms cannot be evaluated in a finite structure")
    raise AssertionError(type(node).__name__)


def _quantify(node: Forall | Exists | Count, body: Table, batch: Batch) -> Table:
    name = node.variable.name
    names, inner = body
    if name in names and node.sort is None and not isinstance(node, Count):
        axis = 1 + names.index(name)
        found: Any = inner.all(axis=axis) if isinstance(node, Forall) else inner.any(axis=axis)
        return (*names[: axis - 1], *names[axis:]), found
    tables: list[Table] = [body]
    if name not in names:
        tables.append(((name,), np.ones((1, batch.size), dtype=bool)))
    if node.sort is not None:
        if (node.sort, 1) not in batch.predicates:
            raise InputError(f"the structure does not interpret the sort {node.sort!r}")
        tables.append(((name,), batch.predicates[node.sort, 1]))
    names, views = align(tables)
    guard: Any = views[-1] if node.sort is not None else np.True_
    axis = 1 + names.index(name)
    rest = tuple(other for other in names if other != name)
    values: Any = np.broadcast_to(views[0], np.broadcast_shapes(*(view.shape for view in views)))
    if isinstance(node, Forall):
        return rest, (values | ~guard).all(axis=axis)
    if isinstance(node, Exists):
        return rest, (values & guard).any(axis=axis)
    number = (values & guard).sum(axis=axis)
    if node.bound == "exactly":
        return rest, number == node.count
    return rest, number >= node.count if node.bound == "at_least" else number <= node.count
