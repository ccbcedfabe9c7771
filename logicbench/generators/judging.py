"""What families share whose answers are judged from the instance alone, prepared once for all calls on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

from logicbench.answers import Reader, read_answer
from logicbench.errors import BudgetExceeded
from logicbench.family import Baseline
from logicbench.generators.cache import InstanceCache
from logicbench.problem import Answer, Problem, Unparsable, Verdict, Violation
from logicbench.seeding import Stream

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)


class CaseTask(Protocol[C_contra]):
    """One question about a prepared instance."""

    def reader(self, case: C_contra, /) -> Reader:
        """Return the reader of answers."""

    def check(self, case: C_contra, value: Any, /) -> Verdict:
        """Check a value that the reader returned."""

    def guess(self, case: C_contra, stream: Stream, /) -> str:
        """Return a random well-formed answer."""

    def chance(self, case: C_contra, /) -> float | None:
        """Return the probability that a guess is right."""

    def baselines(self) -> Mapping[str, Callable[[C_contra], str]]:
        """Return the shallow solvers by name."""


class CaseFamily(Generic[C]):
    """The half of a family that reads and judges answers.

    Args:
        tasks: The family's tasks by name.
        prepare: Returns the prepared form of an instance.
    """

    def __init__(self, tasks: Mapping[str, CaseTask[C]], prepare: InstanceCache[C]) -> None:
        self._asked, self._prepare = tasks, prepare
        self._readers: InstanceCache[dict[str, Reader]] = InstanceCache(lambda instance: {})

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the final answer."""
        readers = self._readers(problem.instance)
        reader = readers.get(problem.task)
        if reader is None:
            reader = readers[problem.task] = self._asked[problem.task].reader(self._prepare(problem.instance))
        return read_answer(text, reader)

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Check an answer; where the checker's budget runs out it is undecided."""
        return within_budget(self._asked[problem.task].check, self._prepare(problem.instance), answer.value)

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a random well-formed answer."""
        return self._asked[problem.task].guess(self._prepare(problem.instance), stream)

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that a guess is right, or None where it is not known."""
        return self._asked[problem.task].chance(self._prepare(problem.instance))

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return the shallow solvers of a task."""

        def on_problem(solver: Callable[[C], str]) -> Baseline:
            return lambda problem: solver(self._prepare(problem.instance))

        return {name: on_problem(solver) for name, solver in self._asked[task].baselines().items()}


def within_budget(check: Callable[..., Verdict], *arguments: Any) -> Verdict:
    """Return what a checker says of its arguments, or that the answer is undecided where its budget runs out."""
    try:
        return check(*arguments)
    except BudgetExceeded as error:
        return Verdict("undecided", 0.0, violations=(Violation("budget", str(error)),))
