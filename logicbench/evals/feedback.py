"""The words of iterative prompting: what a verifier tells a model that tries again, and what a model is asked as judge.

The roles follow "GPT-4 Doesn't Know It's Wrong" (Stechly, Marquez and Kambhampati 2023, arXiv:2310.12397): a sound
verifier whose criticism is true, the model's own judgement, and an adversary that accepts what is wrong and refuses
what is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from logicbench.family import get_family, verify
from logicbench.models.protocol import Message
from logicbench.problem import Problem, Violation
from logicbench.seeding import Stream

Verifier = Literal["sound", "self", "adversarial"]
Detail = Literal["none", "first", "all"]
VERIFIERS: tuple[Verifier, ...] = get_args(Verifier)
DETAILS: tuple[Detail, ...] = get_args(Detail)

MAX_LISTED = 64
"""Violations that a feedback lists."""

MAX_CRITIQUE = 4000
"""Characters of a model's own criticism that are handed on."""

_JUDGEMENT = re.compile(r"(?:judgement|judgment|verdict)\W{0,12}(incorrect|correct)\b", re.IGNORECASE)

_CRITIQUE: dict[Detail, str] = {
    "none": "",
    "first": " If it is incorrect, name the first error before that line.",
    "all": " If it is incorrect, name every error before that line.",
}


def render_feedback(violations: Sequence[Violation], total: int, detail: Detail) -> str:
    """Return what the model is told after a refused answer.

    Args:
        violations: What the answer breaks, as the verifier says.
        total: How many there are, those that were not kept included.
        detail: How much is told.
    """
    lines = ["That answer is not correct."]
    if violations and detail == "first":
        lines.append(violations[0].message)
    elif violations and detail == "all":
        lines += [f"- {violation.message}" for violation in violations[:MAX_LISTED]]
        if total > len(violations[:MAX_LISTED]):
            lines.append(f"- and {total - len(violations[:MAX_LISTED])} more errors")
    return "\n".join([*lines, "Answer the question again, in the form it asks for."])


def render_critique(critique: str, detail: Detail) -> str:
    """Return what the model is told after it refused its own answer."""
    if detail == "none" or not critique:
        return render_feedback((), 0, "none")
    return (
        f"A review of that answer says:\n{critique[:MAX_CRITIQUE]}\nAnswer the question again, in the form it asks for."
    )


def judge_messages(problem: Problem, answer: str, detail: Detail) -> tuple[Message, ...]:
    """Return the request to a model to judge an answer, in a conversation of its own."""
    question = (
        f"Here is a question and a proposed answer.\n\nQuestion:\n{problem.prompt}\n\nProposed answer:\n{answer}\n\n"
        f"Is the proposed answer correct?{_CRITIQUE[detail]} "
        "End with a line that says either 'Judgement: correct' or 'Judgement: incorrect'."
    )
    return (Message("user", question),)


def read_judgement(text: str) -> tuple[bool, str]:
    """Return (whether a judge accepts, its criticism): the last judgement counts, and none at all is a refusal."""
    found = list(_JUDGEMENT.finditer(text))
    if not found:
        return False, text.strip()
    return found[-1].group(1).lower() == "correct", text[: found[-1].start()].rstrip(" *#_\n")


def misleading_violations(problem: Problem, stream: Stream) -> tuple[Violation, ...]:
    """Return the true errors of another, random answer: plausible, specific, and not about the answer given."""
    return verify(problem, get_family(problem.family).guess(problem, stream)).violations
