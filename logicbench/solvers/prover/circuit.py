"""Clauses for tables of propositional formulas, made a table at a time (Tseitin 1968)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.structures import MOST_AXES

Literals: TypeAlias = "npt.NDArray[np.int64]"
Table: TypeAlias = "tuple[tuple[str, ...], npt.NDArray[Any]]"
"""Names of the axes, and literals (or individuals) with one axis for each name."""


class Circuit:
    """A growing CNF in which every subformula has a literal equivalent to it.

    Args:
        limit: Cells and clauses after which `BudgetExceeded` is raised.
    """

    def __init__(self, limit: int) -> None:
        self.clauses: list[list[int]] = [[1]]
        self.true = 1
        self._variables = 1
        self._limit = limit

    @property
    def variables(self) -> int:
        """Number of variables so far."""
        return self._variables

    def fresh(self, shape: tuple[int, ...] = ()) -> Literals:
        """A table of new variables."""
        _check_axes(len(shape))
        count = 1
        for length in shape:
            count *= length
        self.charge(count)
        first = self._variables + 1
        self._variables += count
        return np.arange(first, first + count, dtype=np.int64).reshape(shape)

    def variable(self) -> int:
        """One new variable."""
        self._variables += 1
        return self._variables

    def charge(self, cells: int) -> None:
        """Raise an error if a table of so many cells would break the budget."""
        if len(self.clauses) + cells > self._limit:
            raise BudgetExceeded(f"grounding takes more than {self._limit} clauses")

    def add(self, columns: Sequence[Literals]) -> None:
        """Add a clause for every cell: the literals that stand there in each of the columns."""
        if columns[0].size:
            self.charge(columns[0].size)
            self.clauses.extend(np.stack([column.ravel() for column in columns], axis=-1).tolist())

    def every(self, tables: Sequence[Literals]) -> Literals:
        """The conjunction of tables of one shape, cell by cell."""
        if len(tables) == 1:
            return tables[0]
        gate = self.fresh(tables[0].shape)
        for table in tables:
            self.add([-gate, table])
        self.add([gate, *(-table for table in tables)])
        return gate

    def some(self, tables: Sequence[Literals]) -> Literals:
        """The disjunction of tables of one shape, cell by cell."""
        return -self.every([-table for table in tables])

    def same(self, left: Literals, right: Literals) -> Literals:
        """The equivalence of two tables, cell by cell."""
        gate = self.fresh(left.shape)
        self.add([-gate, -left, right])
        self.add([-gate, left, -right])
        self.add([gate, left, right])
        self.add([gate, -left, -right])
        return gate

    def along(self, table: Literals, axis: int, conjoin: bool) -> Literals:
        """The conjunction (or disjunction) of a table along one axis."""
        slices = [np.take(table, place, axis=axis) for place in range(table.shape[axis])]
        return self.every(slices) if conjoin else self.some(slices)


def _check_axes(count: int) -> None:
    if count > MOST_AXES:
        raise BudgetExceeded(f"grounding takes a table of more than {MOST_AXES} arguments or variables")


def spread(tables: Sequence[Table]) -> tuple[tuple[str, ...], list[npt.NDArray[Any]]]:
    """Bring tables to the union of their axes and one shape; returns the names and the tables.

    Raises:
        BudgetExceeded: They have more than `structures.MOST_AXES` axes together.
    """
    names = tuple(dict.fromkeys(name for own, _ in tables for name in own))
    _check_axes(len(names))
    views = []
    for own, values in tables:
        order = [own.index(name) for name in names if name in own]
        index = tuple(slice(None) if name in own else None for name in names)
        views.append(values.transpose(order)[index])
    shape = np.broadcast_shapes(*(view.shape for view in views))
    return names, [np.broadcast_to(view, shape) for view in views]
