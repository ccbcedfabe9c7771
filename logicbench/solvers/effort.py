"""Measured hardness: what a fixed reference solver needs, whatever the labelling of the formula."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import median_low
from typing import Final

from logicbench.errors import InputError
from logicbench.logic.cnf import CNF
from logicbench.seeding import Stream
from logicbench.solvers.sat import Status, solve

REFERENCE_SOLVER: Final = "minisat22"
"""The solver whose work is counted: MiniSat 2.2, unchanged since 2010."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Work of the reference solver on randomly renamed copies of a formula.

    Attributes:
        status: What the solver found; ``"unknown"`` if it gave up on every copy.
        conflicts: Lower median of the conflicts over the copies.
        decisions: Lower median of the decisions.
        propagations: Lower median of the propagated literals.
        runs: Number of copies.
        gave_up: Copies on which the conflict budget was used up; if more than none, the medians are lower bounds.
    """

    status: Status
    conflicts: int
    decisions: int
    propagations: int
    runs: int
    gave_up: int


def measure_effort(cnf: CNF, *, renamings: int = 5, seed: int = 0, conflict_budget: int | None = None) -> Effort:
    """Solve several renamed copies of the formula and return the median effort.

    Each copy permutes the variables, flips the polarity of each by a fair coin, and sorts the literals and clauses
    anew, so that the figures do not depend on the order of clauses and literals, and depend on names and polarities
    only by chance.

    Args:
        cnf: The formula.
        renamings: Number of copies, at least 1; odd numbers give a true median.
        seed: Seed of the renamings.
        conflict_budget: Conflicts to spend on each copy; None for no bound.

    Raises:
        InputError: If `renamings` is below 1.
    """
    if renamings < 1:
        raise InputError(f"the number of renamings must be at least 1, not {renamings}")
    results = [
        solve(_copy(cnf, seed, index), conflict_budget=conflict_budget, solver=REFERENCE_SOLVER)
        for index in range(renamings)
    ]
    answered = [result.status for result in results if result.status != "unknown"]
    return Effort(
        answered[0] if answered else "unknown",
        median_low(result.conflicts for result in results),
        median_low(result.decisions for result in results),
        median_low(result.propagations for result in results),
        renamings,
        renamings - len(answered),
    )


def _copy(cnf: CNF, seed: int, index: int) -> CNF:
    look = _renaming(cnf.num_vars, seed, index).__getitem__
    return CNF.unchecked(cnf.num_vars, tuple(sorted([tuple(sorted(map(look, clause))) for clause in cnf.clauses])))


@lru_cache(maxsize=256)
def _renaming(num_vars: int, seed: int, index: int) -> tuple[int, ...]:
    """Return a random signed permutation as a table over literals, negative ones indexing from the end."""
    stream = Stream("effort", num_vars, seed, index)
    images = [1 + v if stream.bit() else -1 - v for v in stream.permutation(num_vars)]
    return (0, *images, *(-image for image in reversed(images)))
