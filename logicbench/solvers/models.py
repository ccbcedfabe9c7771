"""Properties of the set of all models: how many there are, and what they have in common."""

from __future__ import annotations

from collections.abc import Iterator

from logicbench.errors import InputError
from logicbench.logic.cnf import CNF, Clause
from logicbench.solvers import brute
from logicbench.solvers.oracle import Oracle, checked_model

_TABLE_VARS = 14


def count_models(cnf: CNF, cap: int, *, conflict_budget: int | None = None) -> int:
    """Return the number of models over all `num_vars` variables, or `cap` if there are at least that many.

    Small formulas are counted by truth table; larger ones by disjoint cubes of models, see `model_cubes`.

    Args:
        cnf: The formula.
        cap: Where to stop counting.
        conflict_budget: Conflicts that the search may take; None for no bound.

    Raises:
        InputError: If `cap` is negative.
        BudgetExceeded: If the conflict budget is used up.
    """
    if cap < 0:
        raise InputError(f"the cap on the number of models must be non-negative, not {cap}")
    if cnf.num_vars <= _TABLE_VARS:
        return min(cap, brute.count(cnf))
    total = 0
    for cube in model_cubes(cnf, conflict_budget=conflict_budget):
        if total >= cap:
            break
        total += 1 << (cnf.num_vars - len(cube))
    return min(total, cap)


def model_cubes(cnf: CNF, *, conflict_budget: int | None = None) -> Iterator[Clause]:
    """Yield cubes, which are sets of literals, that cover every model exactly once.

    All assignments that agree with a cube are models. Each model that the solver finds is widened by dropping literals
    that no clause needs, among them the clauses that exclude earlier cubes.

    Raises:
        BudgetExceeded: If the conflict budget is used up.
    """
    clauses = list(cnf.clauses)
    with Oracle(clauses, conflict_budget) as oracle:
        while oracle.solve():
            model = checked_model(cnf, oracle.model())
            cube = _widened(cnf.num_vars, clauses, model)
            yield cube
            if not cube:
                return
            exclusion = tuple(-lit for lit in cube)
            clauses.append(exclusion)
            oracle.add(exclusion)


def backbone(cnf: CNF, *, conflict_budget: int | None = None) -> tuple[int, ...] | None:
    """Return the literals true in every model, ordered by variable, or None if there is no model.

    Each solver call asks for a model that differs from the first one in some candidate, so the last call, which fails,
    proves all remaining candidates at once; candidates that can be flipped in a model just found are dropped unasked.

    Raises:
        BudgetExceeded: If the conflict budget is used up.
    """
    question = cnf.num_vars
    with Oracle(cnf.clauses, conflict_budget) as oracle:
        if not oracle.solve():
            return None
        model = checked_model(cnf, oracle.model())
        candidates = _unflippable(cnf, model, [v if value else -v for v, value in enumerate(model, 1)])
        while candidates:
            question += 1
            oracle.add([*(-lit for lit in candidates), -question])
            if not oracle.solve([question]):
                break
            model = checked_model(cnf, oracle.model())
            agreeing = [lit for lit in candidates if model[abs(lit) - 1] == (lit > 0)]
            candidates = _unflippable(cnf, model, agreeing)
    return tuple(candidates)


def _unflippable(cnf: CNF, model: tuple[bool, ...], literals: list[int]) -> list[int]:
    """Return those of the literals, true in the model, that are alone in satisfying some clause."""
    true = {v if value else -v for v, value in enumerate(model, 1)}
    alone: set[int] = set()
    for clause in cnf.clauses:
        satisfying = true.intersection(clause)
        if len(satisfying) == 1:
            alone |= satisfying
    return [lit for lit in literals if lit in alone]


def _widened(num_vars: int, clauses: list[Clause], model: tuple[bool, ...]) -> Clause:
    """Return a subset of the model's literals that still satisfies every clause, minimal under inclusion."""
    true = {v if value else -v for v, value in enumerate(model, 1)}
    satisfying = [true.intersection(clause) for clause in clauses]
    holding: dict[int, list[int]] = {lit: [] for lit in true}
    for index, literals in enumerate(satisfying):
        for lit in literals:
            holding[lit].append(index)
    support = [len(literals) for literals in satisfying]
    kept = []
    for v in range(1, num_vars + 1):
        lit = v if model[v - 1] else -v
        if any(support[index] == 1 for index in holding[lit]):
            kept.append(lit)
        else:
            for index in holding[lit]:
                support[index] -= 1
    return tuple(kept)
