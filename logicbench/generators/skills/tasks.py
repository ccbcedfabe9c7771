"""The tasks of skills: judge an argument, and judge it with evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from logicbench.answers import Reader, read_label
from logicbench.family import Task
from logicbench.generators.fol import evidence, frames, situations
from logicbench.generators.fol.argument import Argument
from logicbench.generators.judging import CaseTask
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.nlsat.wording import FINISH
from logicbench.generators.skills import shallow
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream

LABELS = ("valid", "invalid")
_WORDS = {
    "valid": "valid", "yes": "valid", "follows": "valid", "it follows": "valid", "not invalid": "valid",
    "entailed": "valid", "invalid": "invalid", "no": "invalid", "not valid": "invalid", "fallacy": "invalid",
    "does not follow": "invalid", "it does not follow": "invalid", "not entailed": "invalid",
}  # fmt: skip


class SkillsTask(CaseTask[Argument], Protocol):
    """One question about an argument."""

    info: Task

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""

    def reference(self, argument: Argument) -> str:
        """Return a right answer."""


def _label(argument: Argument) -> str:
    return "valid" if argument.valid else "invalid"


_WRONG = (Violation("wrong-label", "The answer is the other one."),)


class Judge:
    """Does the conclusion follow?"""

    info = Task("judge", "Does a conclusion follow from premises?", "VALID or INVALID", LABELS)
    _read = staticmethod(read_label(_WORDS))

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""
        return (
            f"{_conclusion(view)}\n\n{FINISH} VALID if it must be true whenever all of the {view.nouns} are true, or "
            "INVALID if it can be false although they are all true."
        )

    def reference(self, argument: Argument) -> str:
        """Return the label's word."""
        return _label(argument).upper()

    def reader(self, argument: Argument) -> Reader:
        """Read one of two classes."""
        return self._read

    def check(self, argument: Argument, value: Any) -> Verdict:
        """Compare with the label."""
        return verdict(value == _label(argument), value, _WRONG)

    def guess(self, argument: Argument, stream: Stream) -> str:
        """Choose one of the classes."""
        return stream.choice(LABELS).upper()

    def chance(self, argument: Argument) -> float:
        """One half."""
        return 0.5

    def baselines(self) -> Mapping[str, Callable[[Argument], str]]:
        """Guess from what conclusion and premises share."""
        return shallow.JUDGE


class Certify:
    """Does the conclusion follow, and what shows it?"""

    info = Task(
        "certify",
        "Does a conclusion follow from premises, and what shows it?",
        "VALID with the premises that are needed, or INVALID with a situation in which the conclusion is false",
        LABELS,
    )

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""
        symbols = evidence.symbols_of(argument)
        parts = [
            _conclusion(view),
            f"If the {view.claim} must be true whenever all of the {view.nouns} are true, answer VALID, a semicolon, "
            f"and the numbers of {view.nouns} from which it follows and none of which could be left out (the word none "
            "if it is true whatever they say). If not, "
            f"answer INVALID, a semicolon, and a situation in which all of the {view.nouns} are true and the "
            f"{view.claim} is false.",
            situations.explain(symbols) + ".",
            frames.glossary(argument, surface),
            f"{FINISH} VALID, a semicolon and the numbers with commas, or INVALID, a semicolon and the situation.",
        ]
        return "\n\n".join(part for part in parts if part)

    def reference(self, argument: Argument) -> str:
        """Return the needed premises, or a checked situation."""
        if argument.valid:
            return f"VALID; {_numbers(argument.core)}"
        return f"INVALID; {evidence.write_situation(argument, False)}"

    def reader(self, argument: Argument) -> Reader:
        """Read a class and its evidence."""
        return evidence.read_evidence(argument, _WORDS, {"invalid": 1})

    def check(self, argument: Argument, value: Any) -> Verdict:
        """Check the evidence; the class follows from it."""
        label, found = value
        if label != _label(argument):
            return verdict(False, label, _WRONG)
        if label == "valid":
            return evidence.check_core(argument, found, label)
        wrong = evidence.check_situation(argument, found[0], False)
        return verdict(not wrong, label, wrong)

    def guess(self, argument: Argument, stream: Stream) -> str:
        """Choose a class and random evidence."""
        if stream.bit():
            return f"VALID; {evidence.guess_numbers(argument, stream)}"
        return f"INVALID; {evidence.guess_situation(argument, stream)}"

    def chance(self, argument: Argument) -> None:
        """Not known: it depends on how many situations refute the conclusion."""
        return

    def baselines(self) -> Mapping[str, Callable[[Argument], str]]:
        """Cite everything, and let everything or nothing be true."""
        return shallow.CERTIFY


def _conclusion(view: frames.View) -> str:
    return f"Now consider this {view.claim}:\n\n{view.conclusion}"


def _numbers(places: tuple[int, ...]) -> str:
    return ", ".join(str(place + 1) for place in places) or "none"


ALL: tuple[SkillsTask, ...] = (Judge(), Certify())
