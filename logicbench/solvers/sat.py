"""Deciding satisfiability with the solvers of PySAT.

Every model that a solver returns is checked by our own evaluator before it is handed on. Budgets are counts of
conflicts, so the outcome is the same on every machine. PySAT's Glucose is left out on purpose: it looks at its budget
only when it restarts (a budget of 50 was seen to run for 2,908 conflicts), and it writes beyond its arrays when
assumptions are repeated or already implied.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pysat.solvers import Cadical153, Minisat22

from logicbench.errors import InputError
from logicbench.logic.cnf import CNF
from logicbench.solvers.oracle import check_budget, checked_model

Status = Literal["sat", "unsat", "unknown"]
SolverName = Literal["minisat22", "cadical153"]

_ENGINES = {"minisat22": Minisat22, "cadical153": Cadical153}


@dataclass(frozen=True, slots=True)
class SatResult:
    """What a solver found, and what it took.

    Attributes:
        status: ``"sat"``, ``"unsat"``, or ``"unknown"`` when the conflict budget was used up.
        model: For ``"sat"``, the value of each variable; it satisfies the formula and the assumptions.
        core: For ``"unsat"``, assumptions (in the order given) that the formula contradicts together; not always
            minimal, and empty if the formula is unsatisfiable by itself.
        conflicts: Conflicts of the search.
        decisions: Decisions of the search.
        propagations: Literals propagated.
    """

    status: Status
    model: tuple[bool, ...] | None
    core: tuple[int, ...] | None
    conflicts: int
    decisions: int
    propagations: int


def solve(
    cnf: CNF,
    *,
    assumptions: Iterable[int] = (),
    conflict_budget: int | None = None,
    solver: SolverName = "minisat22",
) -> SatResult:
    """Decide whether the formula has a model in which the assumptions hold.

    Args:
        cnf: The formula.
        assumptions: Literals to hold.
        conflict_budget: Conflicts after which to give up with status ``"unknown"``, at least 1; None for no bound.
            Conflicts that follow each other at once may overrun it by a few.
        solver: ``"minisat22"``, fastest on small formulas, or ``"cadical153"``, strongest on large ones.

    Raises:
        InputError: If an assumption is no literal of the formula, the solver is unknown, or the budget is below 1.

    Example:
        >>> solve(CNF(2, ((1, 2), (-1,)))).model
        (False, True)
    """
    assumed = list(assumptions)
    check_literals(cnf, assumed)
    if solver not in _ENGINES:
        raise InputError(f"unknown solver {solver!r}; known: {', '.join(_ENGINES)}")
    check_budget(conflict_budget)
    with _ENGINES[solver]() as engine:
        engine.append_formula(cnf.clauses)
        if conflict_budget is None:
            outcome = engine.solve(assumptions=assumed)
        else:
            engine.conf_budget(conflict_budget)
            outcome = engine.solve_limited(assumptions=assumed)
        stats = engine.accum_stats()
        model = checked_model(cnf, engine.get_model(), assumed) if outcome else None
        failed = set(engine.get_core() or ()) if outcome is False else set()
    core = tuple(lit for lit in assumed if lit in failed) if outcome is False else None
    status: Status = "unknown" if outcome is None else "sat" if outcome else "unsat"
    return SatResult(status, model, core, stats["conflicts"], stats["decisions"], stats["propagations"])


def check_literals(cnf: CNF, literals: Iterable[int]) -> None:
    """Raise an InputError unless each is a literal of the formula."""
    for lit in literals:
        if type(lit) is not int or not 0 < abs(lit) <= cnf.num_vars:
            raise InputError(f"{lit!r} is not a literal of a formula with {cnf.num_vars} variables")
