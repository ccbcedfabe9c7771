"""Tasks whose answer is a class: `decide` and `entail`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader, read_label
from logicbench.family import Draft, Task
from logicbench.generators.nlsat import shallow
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.queries import triple
from logicbench.generators.nlsat.sampling import twins
from logicbench.generators.nlsat.task import Case, Shallow, verdict
from logicbench.generators.nlsat.wording import FINISH
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream

WORDS = {"sat": "YES", "unsat": "NO"}
SAT_WORDS = {
    "yes": "sat", "sat": "sat", "satisfiable": "sat", "consistent": "sat", "true": "sat", "possible": "sat",
    "they can": "sat", "no": "unsat", "unsat": "unsat", "unsatisfiable": "unsat", "not satisfiable": "unsat",
    "inconsistent": "unsat", "not consistent": "unsat", "contradictory": "unsat", "false": "unsat",
    "impossible": "unsat", "not possible": "unsat", "they cannot": "unsat", "they can not": "unsat",
}  # fmt: skip
ENTAIL_WORDS = {
    "true": "true", "yes": "true", "entailed": "true", "false": "false", "no": "false", "contradicted": "false",
    "refuted": "false", "unknown": "unknown", "uncertain": "unknown", "undetermined": "unknown",
    "not determined": "unknown", "cannot be determined": "unknown", "not true": "not true", "not false": "not false",
    "not entailed": "not entailed",
}  # fmt: skip
_READ_SAT, _READ_ENTAILED = read_label(SAT_WORDS), read_label(ENTAIL_WORDS)


class Decide:
    """Can all the statements be true together?"""

    info = Task("decide", "Can all the statements be true together?", "YES or NO", ("sat", "unsat"))

    def drafts(self, knobs: NlsatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins."""
        consistent, contradictory = twins(knobs, stream)
        return [Draft(consistent.to_instance(), "sat"), Draft(contradictory.to_instance(), "unsat")]

    def ask(self, case: Case, surface: str, stream: Stream) -> str:
        """Word the question."""
        return (
            "Can all of these statements be true together?\n\n"
            f"{FINISH} YES if they can all be true together, or NO if they cannot."
        )

    def reference(self, case: Case) -> str:
        """Return the label's word."""
        return WORDS[case.status]

    def reader(self, case: Case) -> Reader:
        """Read one of two classes."""
        return _READ_SAT

    def check(self, case: Case, value: Any) -> Verdict:
        """Compare with the solver's word."""
        right = value == case.status
        return verdict(right, value, (Violation("wrong-label", "The answer is the other one."),))

    def guess(self, case: Case, stream: Stream) -> str:
        """Toss a coin."""
        return ("YES", "NO")[stream.bit()]

    def chance(self, case: Case) -> float:
        """One half."""
        return 0.5

    def baselines(self) -> Mapping[str, Shallow]:
        """Guess from votes, local search, unit propagation and the number of denials."""
        return shallow.DECIDE


class Entail:
    """Does one more statement follow?"""

    info = Task(
        "entail",
        "Is one more statement true, false or open, given the others?",
        "TRUE, FALSE or UNKNOWN",
        ("true", "false", "unknown"),
    )

    def drafts(self, knobs: NlsatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one theory with three queries."""
        return [Draft(theory.to_instance(), label) for label, theory in triple(knobs, stream).items()]

    def ask(self, case: Case, surface: str, stream: Stream) -> str:
        """Word the question."""
        theory = case.theory
        assert theory.query is not None
        query = theory.language.write(theory.query, stream if surface == "english" else None)
        return (
            "Suppose that all of these statements are true. Consider one more statement:\n\n"
            f"{query}\n\n"
            f"{FINISH} TRUE if this statement must then be true as well, FALSE if it must be false, or UNKNOWN if it "
            "may be either."
        )

    def reference(self, case: Case) -> str:
        """Return the label's word."""
        return case.entailment.upper()

    def reader(self, case: Case) -> Reader:
        """Read one of three classes."""
        return _READ_ENTAILED

    def check(self, case: Case, value: Any) -> Verdict:
        """Compare with the solver's word."""
        right = value == case.entailment
        return verdict(right, value, (Violation("wrong-label", "The answer is another one."),))

    def guess(self, case: Case, stream: Stream) -> str:
        """Choose one of three."""
        return stream.choice(("TRUE", "FALSE", "UNKNOWN"))

    def chance(self, case: Case) -> float:
        """One third."""
        return 1 / 3

    def baselines(self) -> Mapping[str, Shallow]:
        """Guess from votes and unit propagation."""
        return shallow.ENTAIL
