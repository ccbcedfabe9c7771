"""Optimal answers to MaxSAT: the least total weight of clauses that an assignment falsifies.

Clauses weigh 1 or a positive integer each. A hard clause is one whose weight exceeds the sum of all others. An answer
is checked against a known optimum by `falsified_weight`, in time linear in the formula; that the optimum cannot be
beaten is certified in `logicbench.solvers.lower_bound`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pysat.card import ITotalizer

from logicbench.errors import InputError, LogicbenchError
from logicbench.logic.cnf import CNF
from logicbench.solvers.oracle import Oracle, guarded


@dataclass(frozen=True, slots=True)
class MaxSatResult:
    """An optimal assignment.

    Attributes:
        cost: The least total weight of falsified clauses.
        model: An assignment of that cost.
        falsified: Indices of the clauses that it falsifies.
    """

    cost: int
    model: tuple[bool, ...]
    falsified: tuple[int, ...]


def falsified_weight(cnf: CNF, assignment: Sequence[bool], weights: Sequence[int] | None = None) -> int:
    """Return the total weight of the clauses that the assignment falsifies.

    Raises:
        InputError: If the assignment or the weights do not fit the formula.
    """
    falsified = cnf.falsified(assignment)
    if weights is None:
        return len(falsified)
    check_weights(cnf, weights)
    return sum(weights[index] for index in falsified)


def maxsat(cnf: CNF, weights: Sequence[int] | None = None, *, conflict_budget: int | None = None) -> MaxSatResult:
    """Return an assignment that falsifies clauses of the least total weight.

    Core-guided search with soft cardinality constraints (OLL; Morgado, Dodaro and Marques-Silva 2014): a core of weight
    ``w`` raises the lower bound by ``w`` and is relaxed by a totalizer, whose outputs say "at most k of these fail".

    Args:
        cnf: The formula.
        weights: A positive weight for each clause; None for weight 1.
        conflict_budget: Conflicts that the search may take; None for no bound.

    Raises:
        InputError: If the weights do not fit the formula.
        BudgetExceeded: If the conflict budget is used up.
    """
    check_weights(cnf, weights)
    first = cnf.num_vars + 1
    with Oracle(guarded(cnf.clauses, first), conflict_budget) as oracle:
        search = _CoreGuided(oracle, first, list(weights or [1] * cnf.num_clauses))
        while not oracle.solve(list(search.soft)):
            search.relax(sorted(oracle.core()))
        true = set(oracle.model())
    model = tuple(v in true for v in range(1, cnf.num_vars + 1))
    if falsified_weight(cnf, model, weights) != search.cost:
        raise LogicbenchError("the MaxSAT search ended with a cost that its model does not have; please report this")
    return MaxSatResult(search.cost, model, tuple(cnf.falsified(model)))


def check_weights(cnf: CNF, weights: Sequence[int] | None) -> None:
    """Raise an InputError unless there is one positive integer weight for each clause, or None."""
    if weights is None:
        return
    if len(weights) != cnf.num_clauses:
        raise InputError(f"there are {len(weights)} weights for {cnf.num_clauses} clauses")
    for index, weight in enumerate(weights):
        if type(weight) is not int or weight < 1:
            raise InputError(f"the weight of clause {index} must be a positive integer, not {weight!r}")


class _CoreGuided:
    """The soft literals of the search, with what each still weighs, and the lower bound reached."""

    __slots__ = ("_next", "_oracle", "_outputs", "cost", "soft")

    def __init__(self, oracle: Oracle, first: int, weights: list[int]) -> None:
        self._oracle = oracle
        self._next = first + len(weights)
        self._outputs: dict[int, tuple[ITotalizer, int]] = {}
        self.soft = dict(enumerate(weights, first))
        self.cost = 0

    def relax(self, core: list[int]) -> None:
        """Pay for a core of soft literals and let one of them fail."""
        weight = min(self.soft[lit] for lit in core)
        self.cost += weight
        for lit in core:
            self.soft[lit] -= weight
            if not self.soft[lit]:
                del self.soft[lit]
            if lit in self._outputs:
                self._loosen(lit, weight)
        if len(core) > 1:
            totalizer = ITotalizer([-lit for lit in core], ubound=1, top_id=self._next - 1)
            self._take(totalizer, totalizer.cnf.clauses)
            self._soften(totalizer, 1, weight)

    def _loosen(self, lit: int, weight: int) -> None:
        """After "at most k fail" has been paid for, ask for "at most k + 1 fail"."""
        totalizer, bound = self._outputs[lit]
        if bound + 1 < len(totalizer.lits):
            totalizer.increase(ubound=bound + 1, top_id=self._next - 1)
            self._take(totalizer, totalizer.cnf.clauses[-totalizer.nof_new :] if totalizer.nof_new else [])
            self._soften(totalizer, bound + 1, weight)

    def _soften(self, totalizer: ITotalizer, bound: int, weight: int) -> None:
        lit = -totalizer.rhs[bound]
        self._outputs[lit] = (totalizer, bound)
        self.soft[lit] = self.soft.get(lit, 0) + weight

    def _take(self, totalizer: ITotalizer, clauses: list[list[int]]) -> None:
        for clause in clauses:
            self._oracle.add(clause)
        self._next = max(self._next, totalizer.top_id + 1)
