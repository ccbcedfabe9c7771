"""The tasks of fol that ask about premises and a conclusion: entail, certify and countermodel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from logicbench.answers import Reader, read_label
from logicbench.family import Draft, Task
from logicbench.generators.fol import evidence, frames, shallow, situations
from logicbench.generators.fol.argument import Argument
from logicbench.generators.fol.chains import triple
from logicbench.generators.fol.knobs import FolKnobs
from logicbench.generators.judging import CaseTask
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.nlsat.wording import FINISH
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream

LABELS = ("true", "false", "unknown")
_WORDS = {
    "true": "true", "yes": "true", "entailed": "true", "proved": "true", "false": "false", "no": "false",
    "contradicted": "false", "refuted": "false", "disproved": "false", "unknown": "unknown", "uncertain": "unknown",
    "undetermined": "unknown", "not determined": "unknown", "cannot be determined": "unknown", "open": "unknown",
    "neither": "unknown", "not true": "not true", "not false": "not false",
}  # fmt: skip


class ArgumentTask(CaseTask[Argument], Protocol):
    """One question about premises and a conclusion."""

    info: Task

    def drafts(self, knobs: FolKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group of instances."""

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""

    def reference(self, argument: Argument) -> str:
        """Return a right answer."""


def _triple(knobs: FolKnobs, stream: Stream) -> list[Draft]:
    return [Draft(argument.to_instance(), label) for label, argument in triple(knobs, stream).items()]


def _conclusion(view: frames.View) -> str:
    return f"Now consider this {view.claim}:\n\n{view.conclusion}"


_WRONG = (Violation("wrong-label", "The answer is another one."),)


class Entail:
    """Is the conclusion true, false or unknown?"""

    info = Task("entail", "What do premises say of a conclusion?", "TRUE, FALSE or UNKNOWN", LABELS)
    _read = staticmethod(read_label(_WORDS))

    def drafts(self, knobs: FolKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw three arguments that differ in two facts."""
        return _triple(knobs, stream)

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""
        return (
            f"{_conclusion(view)}\n\n{FINISH} TRUE if it must be true, given the {view.nouns}, FALSE if it must be "
            "false, or UNKNOWN if it may be either."
        )

    def reference(self, argument: Argument) -> str:
        """Return the label's word."""
        return str(argument.label).upper()

    def reader(self, argument: Argument) -> Reader:
        """Read one of three classes."""
        return self._read

    def check(self, argument: Argument, value: Any) -> Verdict:
        """Compare with the label."""
        return verdict(value == argument.label, value, _WRONG)

    def guess(self, argument: Argument, stream: Stream) -> str:
        """Choose one of the classes."""
        return stream.choice(LABELS).upper()

    def chance(self, argument: Argument) -> float:
        """One third."""
        return 1 / 3

    def baselines(self) -> Mapping[str, Callable[[Argument], str]]:
        """Follow links between predicates, whichever way they go, and from facts only one step."""
        return shallow.ENTAIL


class Certify:
    """Is the conclusion true, false or unknown, and what shows it?"""

    info = Task(
        "certify",
        "What do premises say of a conclusion, and what shows it?",
        "TRUE or FALSE with the premises that are needed, or UNKNOWN with two situations, one for each possibility",
        LABELS,
    )

    def drafts(self, knobs: FolKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw three arguments that differ in two facts."""
        return _triple(knobs, stream)

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""
        parts = [
            _conclusion(view),
            f"If it must be true, given the {view.nouns}, answer TRUE, and if it must be false, answer FALSE; then a "
            f"semicolon and the numbers of {view.nouns} from which that follows and none of which could be left out. "
            "If it may be either, answer UNKNOWN, a semicolon, and two situations, separated by a semicolon, in which "
            f"all of the {view.nouns} are true: in one of the two the {view.claim} is true as well, in the other it is "
            "false.",
            f"{situations.explain(evidence.symbols_of(argument))}.",
            frames.glossary(argument, surface),
            f"{FINISH} TRUE or FALSE, a semicolon and the numbers with commas, or UNKNOWN, a semicolon and the two "
            "situations.",
        ]
        return "\n\n".join(part for part in parts if part)

    def reference(self, argument: Argument) -> str:
        """Return the needed premises, or two checked situations."""
        if argument.label == "unknown":
            return "; ".join(["UNKNOWN", *(evidence.write_situation(argument, side) for side in (True, False))])
        return f"{str(argument.label).upper()}; {', '.join(str(place + 1) for place in argument.core)}"

    def reader(self, argument: Argument) -> Reader:
        """Read a class and its evidence."""
        return evidence.read_evidence(argument, _WORDS, {"unknown": 2})

    def check(self, argument: Argument, value: Any) -> Verdict:
        """Check the evidence; the class follows from it."""
        label, found = value
        if label != argument.label:
            return verdict(False, label, _WRONG)
        if label != "unknown":
            return evidence.check_core(argument, found, label)
        tries = [
            [one for value, side in zip(found, sides, strict=True) for one in self._wrong(argument, value, side)]
            for sides in ((True, False), (False, True))
        ]
        wrong = min(tries, key=len)
        return verdict(not wrong, label, wrong)

    def _wrong(self, argument: Argument, value: situations.Value, side: bool) -> list[Violation]:
        return evidence.check_situation(argument, value, side)

    def guess(self, argument: Argument, stream: Stream) -> str:
        """Choose a class and random evidence."""
        label = stream.choice(LABELS)
        if label != "unknown":
            return f"{label.upper()}; {evidence.guess_numbers(argument, stream)}"
        return "; ".join(["UNKNOWN", *(evidence.guess_situation(argument, stream) for _ in range(2))])

    def chance(self, argument: Argument) -> None:
        """Not known: it depends on how many situations there are."""
        return

    def baselines(self) -> Mapping[str, Callable[[Argument], str]]:
        """Cite everything, and let nothing be true."""
        return shallow.CERTIFY


def _progress(argument: Argument, wrong: Sequence[Violation]) -> float:
    """Return how far a situation gets from the best of the shallow ones (0) towards a right one (1)."""
    floor = argument.notes.get("countermodel-floor")
    if floor is None:
        read = situations.reader(evidence.symbols_of(argument))
        guesses = [read(solver(argument))[0][0] for solver in shallow.COUNTERMODEL.values()]
        floor = min(_missed(argument, evidence.check_situation(argument, guess, False)) for guess in guesses)
        argument.notes["countermodel-floor"] = floor
    return max(0.0, round(1 - _missed(argument, wrong) / floor, 4)) if floor else 0.0


def _missed(argument: Argument, wrong: Sequence[Violation]) -> int:
    """Return how many formulas have the wrong truth value in a situation; all, if it is none."""
    false = sum(one.kind in ("false-premise", "conclusion") for one in wrong)
    return false if false == len(wrong) else len(argument.formulas)


class Countermodel:
    """In which situation are the premises true and the conclusion false?"""

    info = Task(
        "countermodel",
        "In which situation are all premises true and the conclusion false?",
        "people and facts: any finite structure of that kind",
    )

    def drafts(self, knobs: FolKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw an argument whose conclusion may be true or false."""
        return [Draft(triple(knobs, stream)["unknown"].to_instance())]

    def ask(self, argument: Argument, surface: str, view: frames.View) -> str:
        """Word the question."""
        parts = [
            _conclusion(view),
            f"It does not follow from the {view.nouns}. Describe a situation in which all of the {view.nouns} are true "
            f"and the {view.claim} is false.",
            f"{situations.explain(evidence.symbols_of(argument))}.",
            frames.glossary(argument, surface),
            f"{FINISH} the situation.",
        ]
        return "\n\n".join(part for part in parts if part)

    def reference(self, argument: Argument) -> str:
        """Return a checked countermodel."""
        return evidence.write_situation(argument, False)

    def reader(self, argument: Argument) -> Reader:
        """Read one situation."""
        return situations.reader(evidence.symbols_of(argument))

    def check(self, argument: Argument, value: Any) -> Verdict:
        """Evaluate every premise and the conclusion."""
        wrong = evidence.check_situation(argument, value[0], False)
        return verdict(not wrong, None, wrong, _progress(argument, wrong))

    def guess(self, argument: Argument, stream: Stream) -> str:
        """Let everything be true of everybody or not, at random."""
        return evidence.guess_situation(argument, stream)

    def chance(self, argument: Argument) -> None:
        """Not known: it depends on how many countermodels there are."""
        return

    def baselines(self) -> Mapping[str, Callable[[Argument], str]]:
        """Let nothing be true, or only what is stated as a fact."""
        return shallow.COUNTERMODEL
