"""The family object of `imported`: words a stored question, reads labels, letters and roles, compares or checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logicbench.answers import Reader, read_answer, read_label
from logicbench.errors import GenerationError, InputError
from logicbench.family import Baseline, Draft, Knobs, Rendering, Task
from logicbench.generators.imported.roles import puzzle_of, question, read_roles
from logicbench.problem import Answer, Json, Problem, Unparsable, Verdict, Violation
from logicbench.seeding import Stream

_LABEL = Task(
    "label",
    "Is a statement true, false or uncertain, given what is said?",
    "The published label.",
    ("True", "False", "Uncertain"),
)
_CHOICE = Task("choice", "Which option is right?", "The letter of the published option.")
_ROLES = Task(
    "roles", "Who always tells the truth, and who always lies?", "roles that fit everybody's statement, checked by it"
)
_SAME = {
    "true": "True",
    "false": "False",
    "not true": "False",
    "uncertain": "Uncertain",
    "unknown": "Uncertain",
    "undetermined": "Uncertain",
    "neither": "Uncertain",
}


class ImportedKnobs(Knobs):
    """There is nothing to set."""


class ImportedFamily:
    """Questions that were published with their answers."""

    name = "imported"
    version = "1"
    summary = "questions of published data sets, made by logicbench import"
    control = "There is no control parameter: hardness is what the published file holds."
    tasks: Mapping[str, Task] = {"label": _LABEL, "choice": _CHOICE, "roles": _ROLES}
    surfaces = ("english",)
    variants: tuple[str, ...] = ()
    knobs = ImportedKnobs

    def sample(self, task: str, knobs: ImportedKnobs, stream: Stream) -> Sequence[Draft]:
        """Refuse: there is no generator.

        Raises:
            GenerationError: Always; it says how to get problems.
        """
        raise GenerationError(
            "imported questions come from files: logicbench import FORMAT FILE --output problems.jsonl"
        )

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return what the published file says of the question's depth, or how many people a puzzle has."""
        if task == "roles":
            return {"people": len(instance["names"])}
        depth = instance.get("depth")
        return {} if depth is None else {"depth": depth}

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Word the question."""
        if task == "roles":
            puzzle = puzzle_of(instance)
            reference = puzzle.write(puzzle.solutions[0]) if puzzle.solutions else None
            return Rendering(f"{instance['context']}\n\n{question(puzzle)}", reference)
        answers = _answers(instance)
        lines = [instance["context"], ""]
        if task == "label":
            words = ", ".join(each.lower() for each in answers[:-1])
            asked = f"Is the following statement {words} or {answers[-1].lower()}, given what is said above?"
            if instance.get("closed"):
                asked += " What is not said and does not follow is false."
            lines += [asked, instance["question"], ""]
        else:
            lines += [instance["question"], ""]
            lines += [f"{letter}) {text}" for letter, text in zip(answers, instance["options"], strict=True)]
            lines.append("")
        shown = ", ".join(f'"Answer: {each}"' for each in answers[:-1])
        lines.append(f'End with a line {shown} or "Answer: {answers[-1]}".')
        return Rendering("\n".join(lines), f"Answer: {instance['answer']}")

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Refuse: published sentences are left as they are.

        Raises:
            InputError: Always.
        """
        raise InputError("imported questions have no variants")

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the final answer."""
        return read_answer(text, _reader(problem))

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Compare with the published answer, or hold roles against the statements."""
        if problem.task == "roles":
            return puzzle_of(problem.instance).check(answer.value)
        right = problem.instance["answer"]
        if answer.value == right:
            return Verdict("correct", 1.0, answer_key=str(answer.value))
        message = f"The published answer is {right}, not {answer.value}."
        return Verdict("wrong", 0.0, answer_key=str(answer.value), violations=(Violation("wrong-label", message),))

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a random answer."""
        if problem.task == "roles":
            puzzle = puzzle_of(problem.instance)
            return f"Answer: {puzzle.write(tuple(bool(stream.bit()) for _ in puzzle.names))}"
        return f"Answer: {stream.choice(_answers(problem.instance))}"

    def chance(self, problem: Problem) -> float | None:
        """Return one over the number of answers there are, or the share of roles that fit."""
        if problem.task == "roles":
            puzzle = puzzle_of(problem.instance)
            return len(puzzle.solutions) / (1 << len(puzzle.names))
        return 1 / len(_answers(problem.instance))

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return none: published data is taken as it is."""
        return {}


def _answers(instance: Mapping[str, Json]) -> list[str]:
    found: list[str] = list(instance["answers"])
    return found


def _reader(problem: Problem) -> Reader:
    if problem.task == "roles":
        return read_roles(puzzle_of(problem.instance))
    answers = _answers(problem.instance)
    if problem.task == "label":
        return read_label({phrase: label for phrase, label in _SAME.items() if label in answers})
    letters = {answer.lower(): answer for answer in answers}
    named = {f"{word} {low}": answer for low, answer in letters.items() for word in ("option", "choice")}
    return read_label({**letters, **named})


FAMILY = ImportedFamily()
