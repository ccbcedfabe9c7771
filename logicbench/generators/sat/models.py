"""Tasks about all models at once: `backbone` and `count`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader, read_integer, read_literals
from logicbench.errors import GenerationError, InputError
from logicbench.family import Draft, Task
from logicbench.generators.sat import questions
from logicbench.generators.sat.assignments import satisfiable_formula
from logicbench.generators.sat.formula import Formula
from logicbench.generators.sat.knobs import SatKnobs
from logicbench.generators.sat.task import Shallow, implied_by_units, instance, require, verdict
from logicbench.generators.sat.views import View
from logicbench.logic.cnf import CNF
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.models import backbone, count_models

MAX_COUNT = 10_000
"""Formulas with more models are not asked about."""

_ATTEMPTS = 200


def literals(found: Sequence[int]) -> str:
    """Write a set of literals."""
    return ", ".join(map(str, found)) if found else "none"


class Backbone:
    """Which literals hold in all models?"""

    info = Task("backbone", "Which variables have the same value in all models?", "exactly the backbone literals")
    searches = False

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a satisfiable formula in which some variables are fixed and some are free."""
        for attempt in range(_ATTEMPTS):
            cnf = satisfiable_formula(knobs, stream.child(attempt), 0.9)
            fixed = backbone(cnf) or ()
            if 0 < len(fixed) < cnf.num_vars:
                return [Draft(instance(cnf, backbone=list(fixed)))]
        raise GenerationError(f"{_ATTEMPTS} satisfiable formulas held none with both fixed and free variables")

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Take a satisfiable formula."""
        require(cnf, "sat", "backbone")
        return [Draft(instance(cnf, backbone=list(backbone(cnf) or ())))]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.backbone(view)

    def reference(self, formula: Formula, view: View) -> str:
        """Return the backbone."""
        return literals(formula.data["backbone"])

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read literals."""
        return read_literals(names, values)

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Compare with the stored backbone."""
        fixed = set(formula.data["backbone"])
        given = set(value)
        wrong = [
            Violation("not-backbone", f"Number {abs(literal)} does not have that value always.", {"literal": literal})
            for literal in value
            if literal not in fixed
        ]
        if fixed - given:
            missing = len(fixed - given)
            have = "has" if missing == 1 else "have"
            wrong.append(Violation("missing-backbone", f"{missing} more {have} the same value always."))
        return verdict(not wrong, literals(value), wrong)

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Draw a random set of literals."""
        signs = [stream.below(3) - 1 for _ in range(formula.cnf.num_vars)]
        return literals([sign * variable for variable, sign in enumerate(signs, 1) if sign])

    def chance(self, formula: Formula) -> float:
        """One of 3**n sets."""
        return 3.0**-formula.cnf.num_vars

    def baselines(self) -> Mapping[str, Shallow]:
        """Say none, or what unit propagation finds, or the signs of the polarity vote."""
        return {
            "none": lambda formula: "none",
            "unit-propagation": lambda formula: literals(sorted(implied_by_units(formula.cnf)[0], key=abs)),
            "polarity-vote": lambda formula: literals([v if b else -v for v, b in enumerate(formula.vote, 1)]),
        }


class Count:
    """How many models are there?"""

    info = Task("count", "How many satisfying assignments are there?", "the exact number")
    searches = False

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a satisfiable formula with few enough models."""
        for attempt in range(_ATTEMPTS):
            cnf = satisfiable_formula(knobs, stream.child(attempt), 0.8)
            found = count_models(cnf, MAX_COUNT + 1)
            if found <= MAX_COUNT:
                return [Draft(instance(cnf, count=found))]
        raise GenerationError(
            f"{_ATTEMPTS} satisfiable formulas held none with at most {MAX_COUNT} models; raise the ratio"
        )

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Take any formula with few enough models."""
        found = count_models(cnf, MAX_COUNT + 1)
        if found > MAX_COUNT:
            raise InputError(f"the formula has more than {MAX_COUNT} models")
        return [Draft(instance(cnf, count=found))]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.count(view)

    def reference(self, formula: Formula, view: View) -> str:
        """Return the number."""
        return str(formula.data["count"])

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read an integer."""
        return read_integer

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Compare with the stored number."""
        right = value == formula.data["count"]
        wrong = Violation("wrong-count", "The number is another one.", {"given": str(value)})
        return verdict(right, str(value), () if right else (wrong,))

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Draw a number up to 2**n, or up to the largest number that is asked about."""
        return str(stream.between(1, min(MAX_COUNT, 1 << formula.cnf.num_vars)))

    def chance(self, formula: Formula) -> float:
        """One of the numbers that `guess` draws from."""
        return 1 / min(MAX_COUNT, 1 << formula.cnf.num_vars)

    def baselines(self) -> Mapping[str, Shallow]:
        """Say one, or the expected number for random clauses."""
        return {"one": lambda formula: "1", "expected": lambda formula: str(max(1, round(_expected(formula))))}


def _expected(formula: Formula) -> float:
    expected = float(1 << formula.cnf.num_vars)
    for clause in formula.cnf.clauses:
        expected *= 1 - 0.5 ** len(clause)
    return expected
