"""The task `answer`: is a statement true, false or, in the open world, unknown?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader, read_label
from logicbench.family import Draft, Task
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.nlsat.wording import FINISH
from logicbench.generators.rules import chains, hard, shallow
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.task import Case, Shallow, case_of, to_instance
from logicbench.generators.rules.wording import View
from logicbench.logic.english import negate
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream

LABELS = ("true", "false", "unknown")
_OPEN_WORDS = {
    "true": "true", "yes": "true", "entailed": "true", "proved": "true", "false": "false", "no": "false",
    "contradicted": "false", "refuted": "false", "disproved": "false", "unknown": "unknown", "uncertain": "unknown",
    "undetermined": "unknown", "not determined": "unknown", "cannot be determined": "unknown", "open": "unknown",
    "neither": "unknown", "not true": "not true", "not false": "not false",
}  # fmt: skip
_CLOSED_WORDS = {
    "true": "true", "yes": "true", "not false": "true", "false": "false", "no": "false", "not true": "false",
    "unknown": "unknown",
}  # fmt: skip
_READ_OPEN, _READ_CLOSED = read_label(_OPEN_WORDS), read_label(_CLOSED_WORDS)

_ASK = (
    "Consider this {claim}:\n\n{query}",
    "Now take one more {claim}:\n\n{query}\n\nIs it true?",
    "The question is about the following {claim}:\n\n{query}",
)


class Answer:
    """Is a statement true, false or unknown?"""

    info = Task(
        "answer",
        "Is one more statement true, false or, in the open world, unknown?",
        "TRUE, FALSE or, in the open world, UNKNOWN",
        LABELS,
    )

    def drafts(self, knobs: RulesKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw theories that differ in one fact (chains), or in the statement asked about (hard-sat).

        In the open world there is one for each label. In the closed world each of two theories is asked about a
        statement and about its denial, so that neither the theory nor the statement alone tells the label.
        """
        if knobs.source == "hard-sat":
            return [Draft(to_instance(theory, knobs), label) for label, theory in hard.triple(knobs, stream).items()]
        frame = chains.draw(knobs, stream.child("frame"))
        query = negate(frame.goal) if stream.bit() else frame.goal
        if knobs.world == "open":
            named = query == frame.goal
            starts = {"true": 0 if named else 1, "false": 1 if named else 0, "unknown": 2}
            return [Draft(to_instance(frame.theory(start, query), knobs), label) for label, start in starts.items()]
        drafts = []
        for start in (0, 1):
            for asked in (query, negate(query)):
                instance = to_instance(frame.theory(start, asked), knobs)
                drafts.append(Draft(instance, case_of(instance).label))
        return drafts

    def ask(self, case: Case, view: View, stream: Stream) -> str:
        """Word the question."""
        asked = stream.choice(_ASK).format(claim=view.claim, query=view.query)
        if case.closed:
            return f"{asked}\n\n{FINISH} TRUE if it is true, or FALSE if it is false."
        return (
            f"{asked}\n\n{FINISH} TRUE if it must be true, given the {view.nouns}, FALSE if it must be false, or "
            "UNKNOWN if it may be either."
        )

    def reference(self, case: Case, view: View) -> str:
        """Return the label's word."""
        return case.label.upper()

    def reader(self, case: Case) -> Reader:
        """Read one of two or three classes."""
        return _READ_CLOSED if case.closed else _READ_OPEN

    def check(self, case: Case, value: Any) -> Verdict:
        """Compare with the label."""
        return verdict(value == case.label, value, (Violation("wrong-label", "The answer is another one."),))

    def guess(self, case: Case, stream: Stream) -> str:
        """Choose one of the classes."""
        return stream.choice(LABELS[:2] if case.closed else LABELS).upper()

    def chance(self, case: Case) -> float:
        """One half, or one third in the open world."""
        return 1 / 2 if case.closed else 1 / 3

    def baselines(self) -> Mapping[str, Shallow]:
        """Guess from one round of rules, from rules whose conditions are taken lightly, from votes and from denials."""
        return shallow.ANSWER
