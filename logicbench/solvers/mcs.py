"""Minimal correction sets (MCS): clauses whose removal makes a formula satisfiable, and none of which can stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from logicbench.logic.cnf import CNF
from logicbench.solvers.mus import checked_indices
from logicbench.solvers.oracle import Oracle, checked_model, guarded


@dataclass(frozen=True, slots=True)
class McsCheck:
    """Whether a set of clauses is a minimal correction set, and a witness if not.

    Attributes:
        outcome: ``"minimal"``; ``"unsatisfiable"`` if the clauses left are not satisfiable; or ``"unneeded"`` if the
            clauses left are satisfiable together with a removed one.
        model: For ``"minimal"``, a model of the clauses left; for ``"unneeded"``, one that also satisfies the clause.
        unneeded: For ``"unneeded"``, the index of a clause that need not be removed.
    """

    outcome: Literal["minimal", "unsatisfiable", "unneeded"]
    model: tuple[bool, ...] | None = None
    unneeded: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the set is a minimal correction set."""
        return self.outcome == "minimal"


def mcs(cnf: CNF, *, conflict_budget: int | None = None) -> tuple[int, ...]:
    """Return indices, ascending, of a minimal correction set; empty if the formula is satisfiable.

    Each solver call asks for a model that satisfies one more of the clauses falsified so far, as a disjunction of all
    their literals (the CLD algorithm of Marques-Silva et al. 2013).

    Args:
        cnf: The formula.
        conflict_budget: Conflicts that the search may take; None for no bound.

    Raises:
        BudgetExceeded: If the conflict budget is used up.
    """
    first = cnf.num_vars + 1
    question = first + cnf.num_clauses
    with Oracle(guarded(cnf.clauses, first), conflict_budget) as oracle:
        rest = list(range(cnf.num_clauses))
        while oracle.solve([question] if question > first + cnf.num_clauses else []):
            true = set(oracle.model())
            for index in rest:
                if not true.isdisjoint(cnf.clauses[index]):
                    oracle.add([first + index])
            rest = [index for index in rest if true.isdisjoint(cnf.clauses[index])]
            if not rest:
                break
            question += 1
            oracle.add([*(lit for index in rest for lit in cnf.clauses[index]), -question])
    return tuple(rest)


def check_mcs(cnf: CNF, removed: Iterable[int], *, conflict_budget: int | None = None) -> McsCheck:
    """Check whether the clauses with these indices are a minimal correction set, with two solver calls.

    None of the removed clauses can stay exactly if the clauses left contradict the disjunction of all their literals.

    Raises:
        InputError: If an index is repeated or there is no such clause.
        BudgetExceeded: If the conflict budget is used up.
    """
    chosen = checked_indices(cnf, removed)
    outside = set(chosen)
    left = cnf.subset(index for index in range(cnf.num_clauses) if index not in outside)
    with Oracle(left.clauses, conflict_budget) as oracle:
        if not oracle.solve():
            return McsCheck("unsatisfiable")
        model = checked_model(left, oracle.model())
        unneeded = _first_satisfied(cnf, chosen, model)
        if unneeded is None and chosen:
            oracle.add([lit for index in chosen for lit in cnf.clauses[index]])
            if oracle.solve():
                model = checked_model(left, oracle.model())
                unneeded = _first_satisfied(cnf, chosen, model)
    if unneeded is not None:
        return McsCheck("unneeded", model, unneeded)
    return McsCheck("minimal", model)


def is_mcs(cnf: CNF, removed: Iterable[int], *, conflict_budget: int | None = None) -> bool:
    """Return whether the clauses with these indices are a minimal correction set; see `check_mcs`."""
    return check_mcs(cnf, removed, conflict_budget=conflict_budget).ok


def _first_satisfied(cnf: CNF, indices: list[int], model: tuple[bool, ...]) -> int | None:
    return next((i for i in indices if any(model[abs(lit) - 1] == (lit > 0) for lit in cnf.clauses[i])), None)
