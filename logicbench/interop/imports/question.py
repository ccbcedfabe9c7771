"""A published question, what its formulas say of its label, and the problem made of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from logicbench.errors import LogicbenchError
from logicbench.generators.imported.family import FAMILY
from logicbench.problem import Problem, content_id
from logicbench.seeding import Stream
from logicbench.solvers.prover.entailment import Result
from logicbench.translation.programs import Program
from logicbench.translation.typed_programs import TypedProgram

Status: TypeAlias = Literal["confirmed", "refuted", "not entailed", "inconsistent", "undecided", "not checked"]
"""Whether the formulas bear the label out.

``refuted`` has a proof of another answer; ``not entailed`` two models of the premises, one with the statement and one
without, where the label is True or False; ``inconsistent`` a refutation of the premises; ``not checked`` a reason.
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One published question.

    Attributes:
        dataset: Name of the data set.
        name: Its id there.
        story: What questions on the same text share; the cluster of the statistics.
        context: The text.
        question: The statement to judge, or the question with options.
        answer: ``True``, ``False``, ``Uncertain``, or the letter of an option.
        answers: What the answer may be.
        options: Texts of the options; empty for a statement.
        closed: Whether what does not follow is false.
        depth: Steps of the shortest proof, where the file says so.
        program: The formulas; a text says why there are none.
    """

    dataset: str
    name: str
    story: str
    context: str
    question: str
    answer: str
    answers: tuple[str, ...] = ("True", "False", "Uncertain")
    options: tuple[str, ...] = ()
    closed: bool = False
    depth: int | None = None
    program: Program | TypedProgram | str = "the file has no formulas"


@dataclass(frozen=True, slots=True)
class Check:
    """What the formulas say of a label."""

    status: Status
    verdict: str | None = None
    reason: str = ""
    certificate: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The check as JSON values."""
        return {
            "status": self.status,
            "verdict": self.verdict,
            "reason": self.reason,
            "certificate": None if self.certificate is None else dict(self.certificate),
        }


def check_label(question: Question) -> Check:
    """Derive the answer from the formulas and compare it with the published one."""
    program = question.program
    if isinstance(program, str):
        return Check("not checked", reason=program)
    if isinstance(program, TypedProgram):
        return _check_options(question, program)
    result = program.run()
    if result.verdict == "Undecided":
        return Check("undecided", result.verdict, result.reason or "")
    if result.verdict == "Inconsistent":
        places = ", ".join(str(place + 1) for place in result.core)
        return Check("inconsistent", result.verdict, f"the premises {places} contradict each other", result.to_json())
    verdict = "False" if question.closed and result.verdict == "Uncertain" else result.verdict
    if verdict == question.answer:
        return Check("confirmed", verdict)
    status: Status = "refuted" if result.refutation is not None or question.closed else "not entailed"
    return Check(status, verdict, _why(result), result.to_json())


def _why(result: Result) -> str:
    if result.refutation is None:
        return "the premises have a model with the statement and one without"
    places = ", ".join(str(place + 1) for place in result.core) or "none"
    said = "the statement" if result.verdict == "True" else "its opposite"
    return f"{said} follows from premises {places}"


def _check_options(question: Question, program: TypedProgram) -> Check:
    try:
        right = program.run()
    except LogicbenchError as error:
        return Check("not checked", reason=str(error))
    if not right:
        return Check("inconsistent", "Inconsistent", "the constraints contradict each other")
    if None in right:
        return Check("undecided", reason="Z3's resource limit did not suffice")
    letters = [letter for letter, one in zip(question.answers, right, strict=False) if one]
    verdict = "".join(letters) or "none"
    if verdict == question.answer:
        return Check("confirmed", verdict)
    reason = f"under the constraints the right options are: {', '.join(letters) or 'none'}"
    return Check("refuted", verdict, reason, {"options": list(right)})


def to_problem(question: Question, index: int) -> tuple[Problem, Check]:
    """The question as a problem of the family `imported`, with what its formulas say of its label."""
    found = check_label(question)
    task = "choice" if question.options else "label"
    instance: dict[str, Any] = {
        "dataset": question.dataset,
        "source_id": question.name,
        "context": question.context,
        "question": question.question,
        "options": list(question.options),
        "answers": list(question.answers),
        "answer": question.answer,
        "closed": question.closed,
        "check": found.to_json(),
    }
    if question.depth is not None:
        instance["depth"] = question.depth
    stream = Stream("import", question.dataset, question.name)
    shown = FAMILY.render(task, instance, "english", stream)
    problem = Problem(
        FAMILY.name,
        task,
        "english",
        FAMILY.version,
        shown.prompt,
        instance,
        reference=shown.reference,
        label=question.answer,
        knobs={"dataset": question.dataset, "check": found.status},
        hardness=FAMILY.measure(task, instance, stream),
        split="imported",
        index=index,
        group_id=content_id("imported", question.dataset, question.story),
    )
    return problem, found
