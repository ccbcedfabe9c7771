"""An incremental SAT solver with one conflict budget for all its calls.

MiniSat 2.2 is used because it stops within a few conflicts of its budget, counts them over all calls, and is the
fastest of the solvers tried on formulas of up to a few hundred clauses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType

from pysat.solvers import Minisat22

from logicbench.errors import BudgetExceeded, InputError, LogicbenchError
from logicbench.logic.cnf import CNF, Clause


class Oracle:
    """MiniSat behind a narrow door; a context manager.

    Args:
        clauses: Clauses to start with.
        conflict_budget: Conflicts that all calls together may take, at least 1; None for no bound.

    Raises:
        InputError: If the budget is below 1.
    """

    __slots__ = ("_budget", "_engine")

    def __init__(self, clauses: Iterable[Sequence[int]], conflict_budget: int | None = None) -> None:
        check_budget(conflict_budget)
        self._budget = conflict_budget
        self._engine = Minisat22()
        self._engine.append_formula(clauses)
        if conflict_budget is not None:
            self._engine.conf_budget(conflict_budget)

    def __enter__(self) -> Oracle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.delete()

    def add(self, clause: Sequence[int]) -> None:
        """Add a clause for good."""
        self._engine.add_clause(clause)

    def solve(self, assumptions: Sequence[int] = ()) -> bool:
        """Return whether the clauses are satisfiable under the assumptions.

        Raises:
            BudgetExceeded: If the conflict budget is used up.
        """
        if self._budget is None:
            return bool(self._engine.solve(assumptions=assumptions))
        outcome = self._engine.solve_limited(assumptions=assumptions)
        if outcome is None:
            raise BudgetExceeded(f"the SAT solver used up its budget of {self._budget} conflicts")
        return bool(outcome)

    def model(self) -> list[int]:
        """Return the literals of the last model, in the order of their variables."""
        return self._engine.get_model() or []

    def core(self) -> set[int]:
        """Return assumptions of the last call that are contradictory together with the clauses."""
        return set(self._engine.get_core() or ())

    @property
    def conflicts(self) -> int:
        """Conflicts of all calls so far."""
        return int(self._engine.accum_stats()["conflicts"])


def checked_model(cnf: CNF, literals: Iterable[int], assumptions: Iterable[int] = ()) -> tuple[bool, ...]:
    """Return a solver's model as truth values, after checking it against the formula.

    Raises:
        LogicbenchError: If it is no model, which would be a defect of the solver.
    """
    given = set(literals)
    model = tuple(v in given for v in range(1, cnf.num_vars + 1))
    true = {v if value else -v for v, value in enumerate(model, 1)}
    if any(map(true.isdisjoint, cnf.clauses)) or not true.issuperset(assumptions):
        raise LogicbenchError("the SAT solver returned an assignment that is not a model; please report this formula")
    return model


def check_budget(conflict_budget: int | None) -> None:
    """Raise an InputError unless the budget is None or at least 1; PySAT takes 0 for "no bound"."""
    if conflict_budget is not None and conflict_budget < 1:
        raise InputError(f"a conflict budget must be at least 1, not {conflict_budget}")


def guarded(clauses: Iterable[Clause], first_selector: int) -> list[Clause]:
    """Return the clauses, each switched on by its own selector variable, counted up from `first_selector`."""
    return [(*clause, -selector) for selector, clause in enumerate(clauses, first_selector)]
