"""From a problem to the messages of a request."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from logicbench.errors import GenerationError, InputError
from logicbench.evals.config import Prompting
from logicbench.generation import generate
from logicbench.models.protocol import Message
from logicbench.problem import Problem, content_id

SHOT_SPLIT = "shots"
"""The split that solved examples come from; splits share nothing."""

_SPARE = 8
"""Examples drawn beyond those wanted, to replace any that is also evaluated."""

Kind = tuple[str, str, str]


class Prompter:
    """Builds messages: system prompt, solved examples, question.

    Args:
        prompting: What to put before a question.
        problems: All problems that will be asked; read once if there are examples to draw.

    Raises:
        InputError: If examples are wanted of a task whose problems have no reference answer.
    """

    def __init__(self, prompting: Prompting, problems: Iterable[Problem]) -> None:
        self._head = (Message("system", prompting.system),) if prompting.system else ()
        self._shots: dict[Kind, tuple[Message, ...]] = {}
        if prompting.shots:
            first: dict[Kind, Problem] = {}
            evaluated: set[str] = set()
            for problem in problems:
                first.setdefault(_kind(problem), problem)
                evaluated.add(problem.instance_id)
            for kind, problem in first.items():
                self._shots[kind] = _shots(problem, prompting, evaluated)

    def messages(self, problem: Problem) -> tuple[Message, ...]:
        """Return the messages that ask a problem."""
        return (*self._head, *self._shots.get(_kind(problem), ()), Message("user", problem.prompt))

    def digest(self) -> str:
        """Return a hash of all that is put before the questions."""
        shots = [[kind, [message.content for message in shown]] for kind, shown in sorted(self._shots.items())]
        return content_id([message.content for message in self._head], shots)


def _kind(problem: Problem) -> Kind:
    return problem.family, problem.task, problem.surface


def _shots(problem: Problem, prompting: Prompting, evaluated: set[str]) -> tuple[Message, ...]:
    """Return solved examples like a problem: the same knobs, another split, none of them evaluated."""
    drawn = generate(
        problem.family,
        problem.task,
        surface=problem.surface,
        count=prompting.shots + _SPARE,
        seed=prompting.shot_seed,
        split=SHOT_SPLIT,
        knobs=problem.knobs,
        measure=False,
    )
    solved = (each for each in drawn if each.instance_id not in evaluated and each.reference is not None)
    try:
        chosen = list(islice(solved, prompting.shots))
    except GenerationError as error:
        raise InputError(f"--shots {prompting.shots}: {error}") from None
    if len(chosen) < prompting.shots:
        raise InputError(
            f"--shots {prompting.shots}: only {len(chosen)} solved examples of {problem.family}:{problem.task} "
            "could be drawn; ask for fewer"
        )
    turns: list[Message] = []
    for each in chosen:
        turns += [Message("user", each.prompt), Message("assistant", each.reference or "")]
    return tuple(turns)
