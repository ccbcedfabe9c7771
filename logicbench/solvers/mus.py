"""Unsatisfiable cores and minimal unsatisfiable subsets (MUS) of clauses.

All solver calls about a formula go to one incremental solver in which each clause is switched on by a selector. Every
claim that a set of clauses is satisfiable rests on a model that our own code evaluates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from logicbench.errors import InputError, LogicbenchError
from logicbench.logic.cnf import CNF, Clause
from logicbench.solvers.oracle import Oracle, checked_model, guarded


@dataclass(frozen=True, slots=True)
class MusCheck:
    """Whether a set of clauses is minimally unsatisfiable, and a witness if not.

    Attributes:
        outcome: ``"minimal"``; ``"satisfiable"``; or ``"redundant"`` if it stays unsatisfiable without some clause.
        model: For ``"satisfiable"``, a model of the set.
        redundant: For ``"redundant"``, the index of a clause that can be left out.
    """

    outcome: Literal["minimal", "satisfiable", "redundant"]
    model: tuple[bool, ...] | None = None
    redundant: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the set is minimally unsatisfiable."""
        return self.outcome == "minimal"


def unsat_core(cnf: CNF, *, conflict_budget: int | None = None) -> tuple[int, ...] | None:
    """Return indices, ascending, of clauses that are unsatisfiable together, or None if the formula is satisfiable.

    Raises:
        BudgetExceeded: If the conflict budget is used up.
    """
    with Oracle(guarded(cnf.clauses, cnf.num_vars + 1), conflict_budget) as oracle:
        first = cnf.num_vars + 1
        if oracle.solve(range(first, first + cnf.num_clauses)):
            checked_model(cnf, oracle.model())
            return None
        return tuple(sorted(selector - first for selector in oracle.core()))


def mus(cnf: CNF, *, order: Sequence[int] | None = None, conflict_budget: int | None = None) -> tuple[int, ...] | None:
    """Return indices, ascending, of a minimal unsatisfiable subset, or None if the formula is satisfiable.

    Deletion-based search with refinement by cores and recursive model rotation (Belov and Marques-Silva 2011). The
    result is a function of the arguments alone.

    Args:
        cnf: The formula.
        order: Clause indices in the order in which to try to leave them out, which sways which of several subsets is
            found; all others are tried last. None for descending order.
        conflict_budget: Conflicts that the search may take; None for no bound.

    Raises:
        InputError: If `order` names a clause that does not exist.
        BudgetExceeded: If the conflict budget is used up.
    """
    tried = _complete_order(cnf, order)
    first = cnf.num_vars + 1
    with Oracle(guarded(cnf.clauses, first), conflict_budget) as oracle:
        if oracle.solve([first + index for index in reversed(tried)]):  # early assumptions are likelier in the core
            checked_model(cnf, oracle.model())
            return None
        working = {selector - first for selector in oracle.core()}
        rotation = _Rotation(cnf.num_vars, cnf.clauses)
        critical: set[int] = set()
        for index in tried:
            if index not in working or index in critical:
                continue
            rest = [first + other for other in sorted(working) if other != index and other not in critical]
            if oracle.solve(rest):
                found = rotation.critical(oracle.model(), index, working, critical)
                for other in found:
                    oracle.add([first + other])
                critical.update(found)
            else:
                core = {selector - first for selector in oracle.core()}
                working = core | critical
    return tuple(sorted(working))


def check_mus(cnf: CNF, indices: Iterable[int], *, conflict_budget: int | None = None) -> MusCheck:
    """Check whether the clauses with these indices are a minimal unsatisfiable subset.

    Raises:
        InputError: If an index is repeated or there is no such clause.
        BudgetExceeded: If the conflict budget is used up.
    """
    chosen = checked_indices(cnf, indices)
    part = cnf.subset(chosen)
    first = cnf.num_vars + 1
    with Oracle(guarded(part.clauses, first), conflict_budget) as oracle:
        if oracle.solve(range(first, first + len(chosen))):
            return MusCheck("satisfiable", model=checked_model(part, oracle.model()))
        core = {selector - first for selector in oracle.core()}
        if len(core) < len(chosen):
            return MusCheck("redundant", redundant=min(chosen[i] for i in range(len(chosen)) if i not in core))
        rotation = _Rotation(cnf.num_vars, part.clauses)
        working = set(range(len(chosen)))
        critical: set[int] = set()
        for index in range(len(chosen)):
            if index in critical:
                continue
            if not oracle.solve([first + other for other in working if other != index and other not in critical]):
                return MusCheck("redundant", redundant=chosen[index])
            found = rotation.critical(oracle.model(), index, working, critical)
            critical.update(found)
            if len(critical) == len(chosen):
                break
            for other in found:
                oracle.add([first + other])
    return MusCheck("minimal")


def is_mus(cnf: CNF, indices: Iterable[int], *, conflict_budget: int | None = None) -> bool:
    """Return whether the clauses with these indices are a minimal unsatisfiable subset; see `check_mus`."""
    return check_mus(cnf, indices, conflict_budget=conflict_budget).ok


def checked_indices(cnf: CNF, indices: Iterable[int]) -> list[int]:
    """Return the clause indices as a list.

    Raises:
        InputError: If an index is repeated or there is no such clause.
    """
    chosen, count = list(indices), cnf.num_clauses
    for index in chosen:
        if type(index) is not int or not 0 <= index < count:
            raise InputError(f"{index!r} is not the index of a clause; the formula has clauses 0..{count - 1}")
    if len(set(chosen)) < len(chosen):
        raise InputError("a clause is named twice")
    return chosen


def _complete_order(cnf: CNF, order: Sequence[int] | None) -> list[int]:
    if order is None:
        return list(range(cnf.num_clauses - 1, -1, -1))
    named = checked_indices(cnf, order)
    return [*named, *sorted(set(range(cnf.num_clauses)).difference(named))]


class _Rotation:
    """Finds more critical clauses from one model, without the solver.

    A model of all working clauses but one shows that one to be critical: without it the rest is satisfiable. Flipping a
    variable of that clause satisfies it; if this falsifies exactly one other working clause, that one is critical too.
    Literals are bits, so that an assignment is one integer and so is a clause.
    """

    __slots__ = ("_bits", "_clauses", "_holding", "_masks", "_num_vars")

    def __init__(self, num_vars: int, clauses: Sequence[Clause]) -> None:
        self._num_vars = num_vars
        self._clauses = clauses
        self._bits = [1 << place for place in range(2 * num_vars + 1)]  # negative literals from the end
        self._masks = []
        self._holding: list[list[int]] = [[] for _ in self._bits]
        for index, clause in enumerate(clauses):
            literals = set(clause)
            self._masks.append(sum([self._bits[lit] for lit in literals]))
            for lit in literals:
                self._holding[lit].append(index)

    def critical(self, model: list[int], index: int, working: set[int], known: set[int]) -> list[int]:
        """Return the clause and all that rotation finds critical beyond those known, given a model of the others."""
        bits, masks, holding = self._bits, self._masks, self._holding
        # The selectors come after the variables, so none of these is missing.
        true = sum([bits[lit] for lit in model[: self._num_vars]])
        if [other for other in working if not true & masks[other]] != [index]:
            raise LogicbenchError(
                "the SAT solver returned an assignment that is not a model; please report this formula"
            )
        found = [index]
        seen = known | {index}
        pending = [(index, true)]
        while pending and len(seen) < len(working):  # all that are seen are working
            current, true = pending.pop()
            for lit in self._clauses[current]:
                flipped = true ^ (bits[lit] | bits[-lit])  # the clause is false, so its literals are
                broken = [other for other in holding[-lit] if not flipped & masks[other] and other in working]
                if len(broken) == 1 and broken[0] not in seen:
                    seen.add(broken[0])
                    found.append(broken[0])
                    pending.append((broken[0], flipped))
        return found
