"""What a task of the SAT family provides, and what several of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from logicbench.answers import Reader
from logicbench.errors import InputError
from logicbench.family import Draft, Task
from logicbench.generators.sat.formula import Formula
from logicbench.generators.sat.knobs import SatKnobs
from logicbench.generators.sat.views import View
from logicbench.logic.cnf import CNF
from logicbench.problem import CORRECT, Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.sat import solve

ADOPT_BUDGET = 5_000_000
"""Conflicts that deciding a user's own formula may take."""

MAX_VIOLATIONS = 20
"""Most violations listed in one verdict; the rest are counted."""


class SatTask(Protocol):
    """One question about formulas."""

    info: Task
    searches: bool
    """Whether checking an answer calls a solver, so that its verdict is worth remembering."""

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group of instances."""

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Make instances of a given formula.

        Raises:
            InputError: If the task does not fit the formula.
        """

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""

    def reference(self, formula: Formula, view: View) -> str:
        """Return a right answer."""

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Return the reader of answers."""

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Check a value that the reader returned."""

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Return a random well-formed answer."""

    def chance(self, formula: Formula) -> float | None:
        """Return the probability that a guess is right."""

    def baselines(self) -> Mapping[str, Shallow]:
        """Return the shallow solvers by name."""


class Shallow(Protocol):
    """A shallow solver."""

    def __call__(self, formula: Formula) -> str:
        """Answer without search."""


def instance(cnf: CNF, **facts: Any) -> dict[str, Any]:
    """Return the JSON instance of a formula and what the task adds."""
    return {**cnf.to_json(), **facts}


def decided(cnf: CNF) -> str:
    """Return ``sat`` or ``unsat`` for a user's own formula.

    Raises:
        InputError: If the solver's budget does not tell.
    """
    found = solve(cnf, conflict_budget=ADOPT_BUDGET, solver="cadical153").status
    if found == "unknown":
        raise InputError(f"the formula was not decided within {ADOPT_BUDGET} conflicts")
    return found


def require(cnf: CNF, wanted: str, task: str) -> None:
    """Refuse a formula whose satisfiability is not the wanted one.

    Raises:
        InputError: If it is not, or if the solver's budget does not tell.
    """
    found = decided(cnf)
    if found != wanted:
        raise InputError(f"the formula is {found}isfiable, and task {task!r} needs one that is {wanted}isfiable")


def digits(assignment: Sequence[bool]) -> str:
    """Write an assignment as a string of digits."""
    return "".join("1" if value else "0" for value in assignment)


def verdict(
    right: bool, key: str | None, violations: Sequence[Violation] = (), progress: float | None = None
) -> Verdict:
    """Return a verdict; the violations are cut to `MAX_VIOLATIONS`, the last one then saying how many were left out."""
    if right and key is None and progress is None:
        return CORRECT
    shown = tuple(violations[:MAX_VIOLATIONS])
    if len(violations) > MAX_VIOLATIONS:
        shown += (Violation("more", f"{len(violations) - MAX_VIOLATIONS} more.", {"count": len(violations)}),)
    if right:
        return Verdict("correct", 1.0, key, progress=None if progress is None else 1.0)
    return Verdict("wrong", 0.0, key, shown, progress)


def one_of_two(stream: Stream, words: tuple[str, str]) -> str:
    """Return one of two words, fairly."""
    return words[stream.bit()]


def random_assignment(formula: Formula, stream: Stream) -> tuple[bool, ...]:
    """Return a uniformly random assignment."""
    return tuple(stream.bit() for _ in range(formula.cnf.num_vars))


def climb(formula: Formula, start: tuple[bool, ...], flips: int) -> tuple[bool, ...]:
    """Improve an assignment greedily: at most `flips` times, flip the variable that lowers the cost most."""
    best, cost = start, formula.cost(start)
    for _ in range(flips):
        if cost == 0:
            break
        options = [(*best[:i], not best[i], *best[i + 1 :]) for i in range(len(best))]
        costs = [formula.cost(option) for option in options]
        lowest = min(costs)
        if lowest >= cost:
            break
        best, cost = options[costs.index(lowest)], lowest
    return best


def falsified(formula: Formula, assignment: tuple[bool, ...]) -> list[Violation]:
    """Return one violation for each clause that an assignment falsifies."""
    return [
        Violation("falsified-clause", f"Number {index + 1} does not hold.", {"clause": index + 1})
        for index in formula.compiled.falsified(assignment)
    ]


def progress(formula: Formula, cost: int, optimum: int = 0) -> float:
    """Return how far an assignment gets from the polarity vote (0) towards the optimum (1)."""
    span = formula.vote_cost - optimum
    if cost <= optimum:
        return 1.0
    return max(0.0, round(1 - (cost - optimum) / span, 4)) if span > 0 else 0.0


def implied_by_units(cnf: CNF) -> tuple[set[int], bool]:
    """Return the literals found by unit propagation, and whether it ends in a conflict."""
    true: set[int] = set()
    changed = True
    while changed:
        changed = False
        for clause in cnf.clauses:
            if not true.isdisjoint(clause):
                continue
            open_literals = [literal for literal in clause if -literal not in true]
            if not open_literals:
                return true, True
            if len(open_literals) == 1:
                true.add(open_literals[0])
                changed = True
    return true, False
