"""Refutation rank: how deep unit propagation must look ahead to refute a formula, whatever the solver.

Rank 0: unit propagation finds a conflict. Rank ``r + 1``: it does once every literal whose assumption is refuted at
rank ``r`` is set false, until nothing changes. So 1 stands for failed-literal probing and 2 for double look-ahead. This
is the hierarchy of generalised unit-clause propagation (Kullmann 1999), counted from 0; the rank is one less than the
least Horton-Strahler number of a tree-like resolution refutation. It does not depend on names, polarities or the order
of clauses.
"""

from __future__ import annotations

from typing import Any

from pysat.solvers import Minisat22

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.cnf import CNF
from logicbench.solvers.sat import solve

DEFAULT_PROPAGATE_CALLS = 1_000_000
"""Default bound on runs of unit propagation: seconds of work."""


def refutation_rank(
    cnf: CNF, max_rank: int = 3, *, call_budget: int = DEFAULT_PROPAGATE_CALLS, conflict_budget: int | None = None
) -> int | None:
    """Return the refutation rank of an unsatisfiable formula, or None if the formula is satisfiable.

    Args:
        cnf: The formula.
        max_rank: Largest rank to tell apart; ``max_rank + 1`` is returned for any larger rank.
        call_budget: Most runs of unit propagation. Each rank costs a factor of about twice the number of variables.
        conflict_budget: Conflicts that deciding satisfiability may take; None for no bound.

    Raises:
        InputError: If `max_rank` is negative.
        BudgetExceeded: If a budget is used up.

    Example:
        >>> refutation_rank(CNF(2, ((1, 2), (1, -2), (-1, 2), (-1, -2))))
        1
    """
    if max_rank < 0:
        raise InputError(f"the largest rank must be non-negative, not {max_rank}")
    status = solve(cnf, conflict_budget=conflict_budget).status
    if status == "unknown":
        raise BudgetExceeded(f"the SAT solver used up its budget of {conflict_budget} conflicts")
    if status == "sat":
        return None
    with Minisat22() as engine:
        engine.append_formula(cnf.clauses)
        probe = _Probe(engine, cnf, call_budget)
        closure: list[int] = []
        for rank in range(max_rank + 1):
            refuted, closure = probe.close(rank, closure)
            if refuted:
                return rank
    return max_rank + 1


class _Probe:
    """Closes sets of assumptions under propagation of a given rank, counting the runs of unit propagation."""

    __slots__ = ("_budget", "_calls", "_engine", "_literals")

    def __init__(self, engine: Any, cnf: CNF, budget: int) -> None:
        self._engine = engine
        self._budget = budget
        self._calls = 0
        occurrences = [0] * (cnf.num_vars + 1)
        for clause in cnf.clauses:
            for lit in clause:
                occurrences[abs(lit)] += 1
        busiest_first = sorted((v for v in range(1, cnf.num_vars + 1) if occurrences[v]), key=lambda v: -occurrences[v])
        self._literals = [lit for v in busiest_first for lit in (v, -v)]

    def close(self, rank: int, assumed: list[int]) -> tuple[bool, list[int]]:
        """Return whether the assumptions are refuted at this rank, and all literals that follow at it if not."""
        if rank == 0:
            return self._propagate(assumed)
        refuted, closure = self.close(rank - 1, assumed)
        if refuted:
            return True, closure
        literals = self._literals
        settled = _both(closure)
        position = unchanged = 0
        while unchanged < len(literals):
            lit = literals[position]
            position = (position + 1) % len(literals)
            unchanged += 1
            if lit in settled:
                continue
            failed, implied = self.close(rank - 1, [*closure, lit])
            if not failed:
                settled.update(implied)  # what follows from a literal that does not fail does not fail either
                continue
            refuted, closure = self.close(rank - 1, [*closure, -lit])
            if refuted:
                return True, closure
            settled = _both(closure)
            unchanged = 0
        return False, closure

    def _propagate(self, assumed: list[int]) -> tuple[bool, list[int]]:
        self._calls += 1
        if self._calls > self._budget:
            raise BudgetExceeded(f"the refutation rank needs more than {self._budget} runs of unit propagation")
        consistent, implied = self._engine.propagate(assumed)
        return not consistent, implied


def _both(literals: list[int]) -> set[int]:
    return {signed for lit in literals for signed in (lit, -lit)}
