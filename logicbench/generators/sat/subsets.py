"""Tasks whose answer is a set of clauses: `mcs` and `mus`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from logicbench.answers import Reader, read_index_set
from logicbench.family import Draft, Task
from logicbench.generators.sat import questions
from logicbench.generators.sat.assignments import unsatisfiable_formula
from logicbench.generators.sat.formula import CONFLICT_BUDGET, Formula
from logicbench.generators.sat.knobs import SatKnobs
from logicbench.generators.sat.task import Shallow, climb, instance, require, verdict
from logicbench.generators.sat.views import View
from logicbench.logic.cnf import CNF
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.mcs import check_mcs, mcs
from logicbench.solvers.mus import check_mus, mus, unsat_core


def numbers(indices: Sequence[int]) -> str:
    """Write clause indices, counted from 0, as the numbers of the prompt."""
    return ", ".join(str(index + 1) for index in indices)


def check_minimal(formula: Formula, indices: Sequence[int]) -> Violation | None:
    """Return what keeps a set of clause indices from being minimally unsatisfiable, or None."""
    found = check_mus(formula.cnf, indices, conflict_budget=CONFLICT_BUDGET)
    if found.outcome == "satisfiable":
        return Violation("satisfiable-subset", "The chosen ones can all be fulfilled together.", {"model": found.model})
    if found.redundant is not None:
        number = found.redundant + 1
        return Violation("redundant-clause", f"Number {number} can be left out.", {"clause": number})
    return None


@lru_cache(maxsize=16)
def _mus(cnf: CNF) -> tuple[int, ...] | None:
    """Return a minimal unsatisfiable subset; kept, because sampling asks for its size and rendering for its members."""
    return mus(cnf)


class MinimalUnsatisfiable:
    """Find a minimal unsatisfiable subset."""

    info = Task("mus", "Which clauses contradict each other, none needlessly?", "any minimal unsatisfiable subset")
    searches = True

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw an unsatisfiable formula that is not minimal itself, so that naming all clauses is wrong."""
        for attempt in range(50):
            cnf = unsatisfiable_formula(knobs, stream.child(attempt))
            smallest = _mus(cnf)
            if smallest is not None and len(smallest) < cnf.num_clauses:
                break
        return [Draft(instance(cnf))]

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Take an unsatisfiable formula."""
        require(cnf, "unsat", "mus")
        return [Draft(instance(cnf))]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.mus(view)

    def reference(self, formula: Formula, view: View) -> str:
        """Return one such set."""
        return numbers(_mus(formula.cnf) or ())

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read clause numbers."""
        return read_index_set(formula.cnf.num_clauses)

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Check with one incremental solver."""
        wrong = check_minimal(formula, [number - 1 for number in value])
        return verdict(wrong is None, None, () if wrong is None else (wrong,))

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Draw a random set."""
        return _random_numbers(formula, stream)

    def chance(self, formula: Formula) -> float | None:
        """Not known."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Name all clauses, or those that a solver run happens to use."""
        return {
            "all-clauses": lambda formula: numbers(range(formula.cnf.num_clauses)),
            "solver-core": lambda formula: numbers(unsat_core(formula.cnf) or ()),
        }


class MinimalCorrection:
    """Find a minimal correction subset."""

    info = Task(
        "mcs",
        "Which clauses can be left out to make the rest satisfiable, none needlessly?",
        "any minimal correction subset",
    )
    searches = True

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw an over-constrained formula."""
        return [Draft(instance(unsatisfiable_formula(knobs, stream, 1.4)))]

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Take an unsatisfiable formula."""
        require(cnf, "unsat", "mcs")
        return [Draft(instance(cnf))]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.mcs(view)

    def reference(self, formula: Formula, view: View) -> str:
        """Return one such set."""
        return numbers(mcs(formula.cnf))

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read clause numbers."""
        return read_index_set(formula.cnf.num_clauses)

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Check with one incremental solver."""
        found = check_mcs(formula.cnf, [number - 1 for number in value], conflict_budget=CONFLICT_BUDGET)
        if found.outcome == "unsatisfiable":
            wrong = Violation("unsatisfiable-rest", "The others still cannot all be fulfilled together.")
            return verdict(False, None, (wrong,))
        if found.unneeded is not None:
            number = found.unneeded + 1
            return verdict(False, None, (Violation("needless", f"Number {number} can stay.", {"clause": number}),))
        return verdict(True, None)

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Draw a random set."""
        return _random_numbers(formula, stream)

    def chance(self, formula: Formula) -> float | None:
        """Not known."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Leave out what the polarity vote, improved by five flips or not, falsifies."""
        return {
            "vote-falsified": lambda formula: numbers(formula.compiled.falsified(formula.vote)),
            "flips-falsified": lambda formula: numbers(formula.compiled.falsified(climb(formula, formula.vote, 5))),
        }


def _random_numbers(formula: Formula, stream: Stream) -> str:
    count = stream.between(1, formula.cnf.num_clauses)
    return numbers(sorted(stream.sample(range(formula.cnf.num_clauses), count)))
