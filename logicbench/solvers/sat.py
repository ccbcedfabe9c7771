"""Deciding satisfiability with the solvers of PySAT.

Every model that a solver returns is checked by our own evaluator before it is handed on. Budgets are counts of conflicts,
so the outcome is the same on every machine. Glucose looks at its budget only when it restarts (a budget of 50 was seen to
run for 2,908 conflicts), so it is not offered where a budget is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pysat import solvers as pysat_solvers

from logicbench.errors import InputError, LogicbenchError
from logicbench.logic.cnf import CNF

Status = Literal["sat", "unsat", "unknown"]
SolverName = Literal["minisat22", "glucose4", "cadical153"]

_ENGINES = {
    "minisat22": pysat_solvers.Minisat22,
    "glucose4": pysat_solvers.Glucose4,
    "cadical153": pysat_solvers.Cadical153,
}
_KEEPS_BUDGET = ("minisat22", "cadical153")


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
        conflict_budget: Conflicts after which to give up with status ``"unknown"``; None for no bound.
        solver: ``"minisat22"`` (fastest on small formulas), ``"cadical153"`` (strongest on large ones) or
            ``"glucose4"`` (which keeps no budget).

    Raises:
        InputError: If an assumption is no literal of the formula, the solver is unknown, or it keeps no budget.
    """
    assumed = list(assumptions)
    check_literals(cnf, assumed)
    if conflict_budget is not None and (solver not in _KEEPS_BUDGET or conflict_budget < 0):
        raise InputError(f"a conflict budget must be non-negative and needs one of {', '.join(_KEEPS_BUDGET)}")
    with open_solver(solver) as engine:
        if load(engine, cnf):
            outcome = limited(engine, assumed, conflict_budget)
        else:
            outcome = False
        stats = engine.accum_stats()
        model = checked_model(cnf, engine, assumed) if outcome else None
        core = _core(engine, assumed) if outcome is False else None
    status: Status = "unknown" if outcome is None else "sat" if outcome else "unsat"
    return SatResult(status, model, core, stats["conflicts"], stats["decisions"], stats["propagations"])


def open_solver(name: str, **options: Any) -> Any:
    """Return an empty PySAT solver, to be used as a context manager.

    Raises:
        InputError: If there is no such solver.
    """
    if name not in _ENGINES:
        raise InputError(f"unknown solver {name!r}; known: {', '.join(_ENGINES)}")
    return _ENGINES[name](**options)


def load(engine: Any, cnf: CNF) -> bool:
    """Add the formula's clauses; return False if one of them is empty, which PySAT does not take."""
    if () in cnf.clauses:
        return False
    engine.append_formula(cnf.clauses)
    return True


def limited(engine: Any, assumptions: list[int], conflict_budget: int | None) -> bool | None:
    """Solve under assumptions within a conflict budget; None means that the budget was used up."""
    if conflict_budget is None:
        return bool(engine.solve(assumptions=assumptions))
    engine.conf_budget(conflict_budget)
    outcome: bool | None = engine.solve_limited(assumptions=assumptions)
    return outcome


def checked_model(cnf: CNF, engine: Any, assumptions: Iterable[int] = ()) -> tuple[bool, ...]:
    """Return the engine's model of the formula, after checking it.

    Raises:
        LogicbenchError: If the solver's model is wrong, which would be a defect of the solver.
    """
    given = set(engine.get_model() or ())
    model = tuple(v in given for v in range(1, cnf.num_vars + 1))
    true = {v if value else -v for v, value in enumerate(model, 1)}
    if any(map(true.isdisjoint, cnf.clauses)) or not true.issuperset(assumptions):
        raise LogicbenchError("the SAT solver returned an assignment that is not a model; please report this formula")
    return model


def check_literals(cnf: CNF, literals: Iterable[int]) -> None:
    """Raise an InputError unless each is a literal of the formula."""
    for lit in literals:
        if type(lit) is not int or not 0 < abs(lit) <= cnf.num_vars:
            raise InputError(f"{lit!r} is not a literal of a formula with {cnf.num_vars} variables")


def _core(engine: Any, assumptions: list[int]) -> tuple[int, ...]:
    failed = set(engine.get_core() or ()) if assumptions else set()
    return tuple(lit for lit in assumptions if lit in failed)
