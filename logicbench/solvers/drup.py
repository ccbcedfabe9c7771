"""Producing short refutations: Glucose's proof, trimmed and strengthened by our own checker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pysat.solvers import Glucose4

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.cnf import CNF, Clause
from logicbench.solvers.oracle import check_budget
from logicbench.solvers.rup import DEFAULT_PROPAGATIONS, ClauseBase, Conflict, literal

_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Refutation:
    """A RUP proof of unsatisfiability.

    Attributes:
        lemmas: The lines, the last one empty; `logicbench.solvers.rup.check_rup` accepts them.
        core: Indices, ascending, of the formula's clauses that the proof uses; they are unsatisfiable together.
    """

    lemmas: tuple[Clause, ...]
    core: tuple[int, ...]


def refute(
    cnf: CNF, *, conflict_budget: int | None = None, propagation_budget: int = DEFAULT_PROPAGATIONS
) -> Refutation | None:
    """Return a trimmed RUP proof that the formula is unsatisfiable, or None if it is satisfiable.

    Args:
        cnf: The formula.
        conflict_budget: Conflicts after which Glucose stops at its next restart; None for no bound.
        propagation_budget: Most literals that trimming may assign.

    Raises:
        InputError: If the conflict budget is below 1.
        BudgetExceeded: If a budget is used up.
    """
    check_budget(conflict_budget)
    with Glucose4(with_proof=True) as engine:
        engine.append_formula(cnf.clauses)
        if conflict_budget is None:
            outcome = engine.solve()
        else:
            engine.conf_budget(conflict_budget)
            outcome = engine.solve_limited()
        if outcome is None:
            raise BudgetExceeded(f"Glucose used up its budget of {conflict_budget} conflicts")
        if outcome:
            return None
        lines = engine.get_proof()
    lemmas = [tuple(map(int, line.split()[:-1])) for line in lines if not line.startswith("d")]
    return trim(cnf, [lemma for lemma in lemmas if lemma], propagation_budget=propagation_budget)


def trim(cnf: CNF, lemmas: Sequence[Sequence[int]], *, propagation_budget: int = DEFAULT_PROPAGATIONS) -> Refutation:
    """Return a refutation made of those lemmas, and of their literals, that are needed.

    The proof is checked forwards, noting what each line's conflict rests on, and then walked backwards from the empty
    clause; this is repeated as long as it gets shorter, a few times at most.

    Args:
        cnf: The formula.
        lemmas: A RUP refutation; the final empty clause may be left out.
        propagation_budget: Most literals to assign in each round.

    Raises:
        InputError: If the lemmas are no RUP refutation.
        BudgetExceeded: If the budget is used up.
    """
    best = _trimmed_once(cnf, lemmas, propagation_budget)
    for _ in range(_ROUNDS - 1):
        shorter = _trimmed_once(cnf, best.lemmas, propagation_budget)
        if _size(shorter) >= _size(best):
            break
        best = shorter
    return best


def _size(refutation: Refutation) -> tuple[int, int, int]:
    return len(refutation.lemmas), sum(map(len, refutation.lemmas)), len(refutation.core)


def _trimmed_once(cnf: CNF, lemmas: Sequence[Sequence[int]], budget: int) -> Refutation:
    base = ClauseBase(cnf, max(map(len, lemmas), default=0), len(lemmas), budget)
    kept: list[Clause] = []
    uses: list[set[int]] = []
    for number, lemma in enumerate([*lemmas, ()], 1):
        conflict = base.refute(lemma)
        if conflict is None:
            raise InputError(f"line {number} of the proof does not follow by unit propagation")
        used, assumed = _support(base, conflict)
        strengthened = tuple(lit for lit in dict.fromkeys(lemma) if -lit in assumed)
        kept.append(strengthened)
        uses.append(used)
        if not strengthened:
            break
        base.add(strengthened)
    return _backwards(cnf, kept, uses)


def _support(base: ClauseBase, conflict: Conflict) -> tuple[set[int], set[int]]:
    """Return the indices of the clauses, and the assumed literals, that a conflict rests on."""
    used = set() if conflict.clause is None else {conflict.clause}
    assumed = {literal(conflict.literals.bit_length() - 1)} if conflict.clause is None else set()
    false = conflict.literals
    for code, reason in reversed(conflict.trail):
        if not false >> (code ^ 1) & 1:
            continue
        if reason < 0:
            assumed.add(literal(code))
        else:
            used.add(reason)
            false |= base.masks[reason]
    return used, assumed


def _backwards(cnf: CNF, lemmas: list[Clause], uses: list[set[int]]) -> Refutation:
    first = cnf.num_clauses
    needed = {first + len(lemmas) - 1}
    for index in range(len(lemmas) - 1, -1, -1):
        if first + index in needed:
            needed |= uses[index]
    kept = tuple(lemma for index, lemma in enumerate(lemmas) if first + index in needed)
    return Refutation(kept, tuple(sorted(index for index in needed if index < first)))
