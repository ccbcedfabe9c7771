"""Entailment from premises, with five verdicts and a certificate for each that claims something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import Formula, Not
from logicbench.solvers.prover.certificates import show_instance
from logicbench.solvers.prover.herbrand import Instance
from logicbench.solvers.prover.portfolio import Budget, Decision, Session

Verdict = Literal["True", "False", "Uncertain", "Inconsistent", "Undecided"]
VERDICTS: tuple[Verdict, ...] = ("True", "False", "Uncertain", "Inconsistent", "Undecided")


@dataclass(frozen=True, slots=True)
class Refutation:
    """Why some formulas contradict each other.

    Attributes:
        premises: Places of the premises used, counted from 0.
        engine: Who found it.
        instances: Contradictory ground instances; the formula after the premises is the conclusion, the one after
            that its negation. Empty if the engine gave no proof.
        confirmed_by: Engines that refuted the same premises again.
    """

    premises: tuple[int, ...]
    engine: str
    instances: tuple[Instance, ...] = ()
    confirmed_by: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The refutation as JSON values; premises are counted from 0."""
        return {
            "premises": list(self.premises),
            "engine": self.engine,
            "instances": [show_instance(one) for one in self.instances],
            "confirmed_by": list(self.confirmed_by),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What the premises say of the conclusion.

    Attributes:
        verdict: ``True`` if they entail it, ``False`` if they entail its negation, ``Uncertain`` if neither,
            ``Inconsistent`` if they contradict each other, ``Undecided`` if the budgets did not suffice.
        refutation: For ``True`` (of the premises with the negated conclusion), ``False`` (with the conclusion) and
            ``Inconsistent`` (of the premises alone).
        holds: A model of the premises in which the conclusion is true, checked, if one was found.
        fails: A model of the premises in which it is false, checked, if one was found.
        consistent: Whether the premises have a model; None if that is not known.
        reason: For ``Undecided``, what is missing.
    """

    verdict: Verdict
    refutation: Refutation | None = None
    holds: Structure | None = None
    fails: Structure | None = None
    consistent: bool | None = None
    reason: str | None = None

    @property
    def core(self) -> tuple[int, ...]:
        """Places of the premises that the refutation uses."""
        return self.refutation.premises if self.refutation else ()

    def to_json(self) -> dict[str, Any]:
        """The result as JSON values."""
        return {
            "verdict": self.verdict,
            "consistent": self.consistent,
            "refutation": self.refutation.to_json() if self.refutation else None,
            "holds": self.holds.to_json() if self.holds else None,
            "fails": self.fails.to_json() if self.fails else None,
            "reason": self.reason,
        }


def prove(
    premises: Sequence[Formula], conclusion: Formula, budget: Budget | None = None, external: bool = True
) -> Result:
    """Decide what the premises say of the conclusion.

    Free variables stand for fixed individuals, the same in all formulas. Domains are not empty, nor are sorts.
    Numerals differ from each other, and comparisons are a linear order of the individuals in which the numerals stand
    in their places; with arithmetic on variables, individuals are the real numbers.

    Args:
        premises: The premises.
        conclusion: The conclusion.
        budget: Limits in steps of the engines; the verdict depends on nothing else.
        external: Whether provers on the search path may be asked. Only ``Undecided`` can depend on them.
    """
    count = len(premises)
    try:
        session = Session([*premises, conclusion, Not(conclusion)], budget, external)
    except BudgetExceeded as error:
        return Result("Undecided", reason=str(error))
    every = list(range(count))
    holds = session.decide([*every, count])
    fails = session.decide([*every, count + 1])
    if holds.status == "unsat" and fails.status == "unsat":
        return _inconsistent(session, every, holds, fails)
    consistent = True if "sat" in (holds.status, fails.status) else None
    models = {"holds": holds.structure, "fails": fails.structure, "consistent": consistent}
    if fails.status == "unsat":
        return Result("True", _refutation(fails, count), **models)  # type: ignore[arg-type]
    if holds.status == "unsat":
        return Result("False", _refutation(holds, count), **models)  # type: ignore[arg-type]
    if holds.status == fails.status == "sat":
        return Result("Uncertain", **models)  # type: ignore[arg-type]
    return Result("Undecided", reason=_missing(holds, fails), **models)  # type: ignore[arg-type]


def _refutation(decision: Decision, count: int) -> Refutation:
    premises = tuple(place for place in decision.core if place < count)
    return Refutation(premises, decision.engine, decision.instances, decision.confirmed_by)


def _inconsistent(session: Session, every: list[int], holds: Decision, fails: Decision) -> Result:
    """Both the conclusion and its negation are refuted, so the premises contradict each other."""
    alone = session.decide(every)
    if alone.status == "unsat":
        return Result("Inconsistent", _refutation(alone, len(every)), consistent=False)
    # Two refutations, one with the conclusion and one with its negation, are a refutation of their premises.
    premises = tuple(sorted({place for place in (*holds.core, *fails.core) if place < len(every)}))
    return Result("Inconsistent", Refutation(premises, f"{holds.engine}, {fails.engine}"), consistent=False)


def _missing(holds: Decision, fails: Decision) -> str:
    if holds.status == fails.status == "unknown":
        return "within the budget, neither a refutation nor a finite model was found in either direction"
    direction = "the conclusion" if holds.status == "unknown" else "the negated conclusion"
    return f"within the budget, the premises with {direction} were neither refuted nor given a finite model"
