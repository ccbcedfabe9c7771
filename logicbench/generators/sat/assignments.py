"""Tasks whose answer is an assignment: `assign` and `maxsat`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from logicbench.answers import Reader, read_assignment
from logicbench.errors import BudgetExceeded, GenerationError
from logicbench.family import Draft, Task
from logicbench.generators.sat import questions
from logicbench.generators.sat.formula import Formula
from logicbench.generators.sat.knobs import MAX_UNIFORM_VARIABLES, STRUCTURED, SatKnobs
from logicbench.generators.sat.sampling import draw_where, satisfiable, twins
from logicbench.generators.sat.task import (
    Shallow,
    climb,
    digits,
    falsified,
    instance,
    progress,
    random_assignment,
    require,
    verdict,
)
from logicbench.generators.sat.views import View
from logicbench.logic.cnf import CNF
from logicbench.problem import Verdict
from logicbench.seeding import Stream
from logicbench.solvers.maxsat import MaxSatResult, maxsat
from logicbench.solvers.models import count_models


def satisfiable_formula(knobs: SatKnobs, stream: Stream, factor: float = 1.0) -> CNF:
    """Draw a satisfiable formula: uniform ones by rejection, structured ones as the satisfiable twin."""
    if knobs.source in STRUCTURED:
        return twins(knobs, stream)[0]
    if knobs.source != "quiet" and knobs.variables > MAX_UNIFORM_VARIABLES:
        raise GenerationError(
            f"satisfiable uniform formulas of more than {MAX_UNIFORM_VARIABLES} variables are too rare to wait for; "
            "set source=quiet"
        )
    return draw_where(knobs, stream, satisfiable, "satisfiable", factor)


def unsatisfiable_formula(knobs: SatKnobs, stream: Stream, factor: float = 1.0) -> CNF:
    """Draw an unsatisfiable formula: uniform ones by rejection, structured ones with clauses that do not matter."""
    if knobs.source in STRUCTURED:
        return twins(knobs, stream)[1]
    if knobs.source == "quiet":
        raise GenerationError("source=quiet makes satisfiable formulas only; use it with task assign")
    return draw_where(knobs, stream, lambda cnf: not satisfiable(cnf), "unsatisfiable", factor)


class Assign:
    """Find a model."""

    info = Task("assign", "Which assignment satisfies the formula?", "any satisfying assignment")
    searches = False

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a satisfiable formula."""
        return [Draft(instance(satisfiable_formula(knobs, stream)))]

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Take a satisfiable formula."""
        require(cnf, "sat", "assign")
        return [Draft(instance(cnf))]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.assign(view)

    def reference(self, formula: Formula, view: View) -> str:
        """Return a model."""
        return digits(formula.model)

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read an assignment."""
        return read_assignment(names, values)

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Evaluate the formula."""
        if formula.compiled.evaluate(value):
            return verdict(True, None)
        broken = falsified(formula, value)
        return verdict(False, None, broken, progress(formula, len(broken)))

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Draw an assignment."""
        return digits(random_assignment(formula, stream))

    def chance(self, formula: Formula) -> float | None:
        """Share of assignments that are models, where they are few enough to count."""
        size = formula.cnf.num_vars
        return count_models(formula.cnf, 1 << size) / (1 << size) if size <= 14 else None

    def baselines(self) -> Mapping[str, Shallow]:
        """Vote by polarity, and improve the vote by five flips."""
        return {
            "polarity-vote": lambda formula: digits(formula.vote),
            "vote-and-flips": lambda formula: digits(climb(formula, formula.vote, 5)),
        }


_OPTIMUM_BUDGET = 300_000


def _surplus(variables: int) -> float:
    """Factor on the clauses of the 50% point; the exact optimum grows steeply harder with surplus and size."""
    return 1 + 0.4 * min(1.0, 20 / variables)


@lru_cache(maxsize=16)
def _optimum(cnf: CNF, weights: tuple[int, ...] | None) -> MaxSatResult:
    """Return the optimum; kept, because sampling asks for its cost and rendering for its assignment."""
    try:
        return maxsat(cnf, weights, conflict_budget=_OPTIMUM_BUDGET)
    except BudgetExceeded:
        raise GenerationError(
            f"the optimum of {cnf.num_clauses} clauses over {cnf.num_vars} variables took more than "
            f"{_OPTIMUM_BUDGET:,} conflicts; lower the ratio or the number of variables"
        ) from None


class MaxSat:
    """Find an assignment that falsifies as little as possible."""

    info = Task("maxsat", "Which assignment falsifies as few clauses as possible?", "any optimal assignment")
    searches = False

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw an over-constrained formula and find its optimum."""
        return self._optimised(
            unsatisfiable_formula(knobs, stream.child("formula"), _surplus(knobs.variables)), knobs, stream
        )

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Take an unsatisfiable formula."""
        require(cnf, "unsat", "maxsat")
        return self._optimised(cnf, knobs, stream)

    def _optimised(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        weights = [stream.between(1, 9) for _ in cnf.clauses] if knobs.weighted else None
        best = _optimum(cnf, None if weights is None else tuple(weights))
        facts: dict[str, Any] = {"optimum": best.cost}
        if weights is not None:
            facts["weights"] = weights
        return [Draft(instance(cnf, **facts))]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.maxsat(view, formula.weights is not None)

    def reference(self, formula: Formula, view: View) -> str:
        """Return an optimal assignment."""
        return digits(_optimum(formula.cnf, None if formula.weights is None else tuple(formula.weights)).model)

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read an assignment."""
        return read_assignment(names, values)

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Compare the cost with the stored optimum: linear in the formula."""
        cost, optimum = formula.cost(value), formula.data["optimum"]
        return verdict(cost == optimum, None, falsified(formula, value), progress(formula, cost, optimum))

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Draw an assignment."""
        return digits(random_assignment(formula, stream))

    def chance(self, formula: Formula) -> float | None:
        """Share of assignments that are optimal, for few variables."""
        if formula.cnf.num_vars > 12:
            return None
        from logicbench.solvers.brute import falsified_weights

        costs = falsified_weights(formula.cnf, formula.weights)
        return float((costs == formula.data["optimum"]).mean())

    def baselines(self) -> Mapping[str, Shallow]:
        """Vote by polarity, and improve the vote by five flips."""
        return {
            "polarity-vote": lambda formula: digits(formula.vote),
            "vote-and-flips": lambda formula: digits(climb(formula, formula.vote, 5)),
        }
