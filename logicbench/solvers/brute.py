"""Exhaustive answers about small formulas from truth tables, independent of any SAT solver.

A truth table is one Python integer of ``2**num_vars`` bits: bit ``a`` tells whether the assignment numbered ``a`` is a
model, where variable ``v`` is true in assignment ``a`` iff bit ``v - 1`` of ``a`` is set. Whole tables are combined by
single big-integer operations, so a formula of 16 variables and 70 clauses takes about a millisecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from logicbench.errors import InputError
from logicbench.logic.cnf import CNF, Clause

MAX_TABLE_VARS = 24
"""Largest number of variables for which a truth table is built (2 MiB a table)."""


def truth_table(cnf: CNF) -> int:
    """Return the bit set of the formula's models.

    Raises:
        InputError: If the formula has more than `MAX_TABLE_VARS` variables.
    """
    table = _full(cnf.num_vars)
    for clause in cnf.clauses:
        table &= clause_table(cnf.num_vars, clause)
    return table


def clause_table(num_vars: int, clause: Iterable[int]) -> int:
    """Return the bit set of the assignments to ``1..num_vars`` that satisfy the clause."""
    columns = _columns(num_vars)
    table = 0
    for lit in clause:
        table |= columns[lit]
    return table


def assignment(num_vars: int, number: int) -> tuple[bool, ...]:
    """Return the assignment with this number."""
    return tuple(bool(number >> index & 1) for index in range(num_vars))


def models(cnf: CNF) -> list[tuple[bool, ...]]:
    """Return all models, ordered by their numbers."""
    table = truth_table(cnf)
    return [assignment(cnf.num_vars, number) for number in range(1 << cnf.num_vars) if table >> number & 1]


def is_satisfiable(cnf: CNF) -> bool:
    """Return whether the formula has a model."""
    return truth_table(cnf) != 0


def count(cnf: CNF) -> int:
    """Return the number of models."""
    return truth_table(cnf).bit_count()


def entails(cnf: CNF, clause: Clause) -> bool:
    """Return whether every model of the formula satisfies the clause."""
    return not truth_table(cnf) & ~clause_table(cnf.num_vars, clause)


def backbone(cnf: CNF) -> tuple[int, ...] | None:
    """Return the literals true in every model, or None if there is no model."""
    table = truth_table(cnf)
    if not table:
        return None
    columns = _columns(cnf.num_vars)
    return tuple(lit for v in range(1, cnf.num_vars + 1) for lit in (v, -v) if not table & columns[-lit])


def falsified_weights(cnf: CNF, weights: Sequence[int] | None = None) -> npt.NDArray[np.int64]:
    """Return, for each of the ``2**num_vars`` assignments, the total weight of the clauses it falsifies.

    Args:
        cnf: The formula.
        weights: A weight for each clause; None for weight 1.
    """
    size = 1 << cnf.num_vars
    costs = np.zeros(size, dtype=np.int64)
    for clause, weight in zip(cnf.clauses, weights or [1] * len(cnf.clauses), strict=True):
        falsified = _full(cnf.num_vars) ^ clause_table(cnf.num_vars, clause)
        packed = np.frombuffer(falsified.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
        costs += weight * np.unpackbits(packed, bitorder="little")[:size].astype(np.int64)
    return costs


def optimum(cnf: CNF, weights: Sequence[int] | None = None) -> int:
    """Return the least total weight of falsified clauses."""
    return int(falsified_weights(cnf, weights).min())


def is_mus(cnf: CNF, indices: Sequence[int]) -> bool:
    """Return whether these clauses are unsatisfiable together, and satisfiable without any one of them."""
    chosen = list(indices)
    without = [[other for other in chosen if other != index] for index in chosen]
    return not is_satisfiable(cnf.subset(chosen)) and all(is_satisfiable(cnf.subset(rest)) for rest in without)


def is_mcs(cnf: CNF, indices: Sequence[int]) -> bool:
    """Return whether the other clauses are satisfiable, and no longer so with any one of these added back."""
    kept = [index for index in range(cnf.num_clauses) if index not in set(indices)]
    return is_satisfiable(cnf.subset(kept)) and not any(is_satisfiable(cnf.subset([*kept, i])) for i in indices)


def hitting_weight(sets: Sequence[Iterable[int]], weights: dict[int, int]) -> int:
    """Return the least weight of a set that meets all the sets, trying all of them; for a dozen elements."""
    wanted = [frozenset(members) for members in sets]
    universe = sorted(weights)
    return min(
        sum(weights[element] for element in chosen)
        for size in range(len(universe) + 1)
        for chosen in combinations(universe, size)
        if all(members.intersection(chosen) for members in wanted)
    )


def _full(num_vars: int) -> int:
    if num_vars > MAX_TABLE_VARS:
        raise InputError(f"a truth table is built for at most {MAX_TABLE_VARS} variables, not {num_vars}")
    return (1 << (1 << num_vars)) - 1


@lru_cache(maxsize=8)
def _columns(num_vars: int) -> list[int]:
    """Return the truth table of each literal, indexed by the literal (negative ones from the end)."""
    full = _full(num_vars)
    positive = []
    for index in range(num_vars):
        half = 1 << index
        column, width = ((1 << half) - 1) << half, 2 * half
        while width < 1 << num_vars:
            column |= column << width
            width *= 2
        positive.append(column)
    return [0, *positive, *(full ^ column for column in reversed(positive))]
