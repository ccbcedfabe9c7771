"""Checks completions beside generation: in a thread, or in processes of their own.

A process is sent a problem's place in the run's problem file and the completion's text, never a problem, and reads the
problem itself; it ignores the interrupt key, which is the main process's business.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from logicbench.errors import InputError, LogicbenchError
from logicbench.evals.problem_file import ProblemFile
from logicbench.evals.record import MAX_VIOLATIONS, SampleVerdict
from logicbench.family import get_family, get_task, verify
from logicbench.models.thinking import Segments, Tags, split
from logicbench.problem import Problem


class CheckFailed(LogicbenchError):
    """A checker broke down on a completion: a defect of its family, not of the completion."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A completion, taken apart and judged."""

    segments: Segments
    verdict: SampleVerdict


def check(problem: Problem, text: str, opened: bool, tags: Sequence[Tags], violations: int = MAX_VIOLATIONS) -> Checked:
    """Split a completion into thinking and answer and check the answer.

    Args:
        problem: What was asked.
        text: The completion.
        opened: Whether the prompt ended inside a thinking block.
        tags: The thinking tags to recognise.
        violations: Most violations kept.

    Raises:
        CheckFailed: If the family's parser or checker breaks down.
    """
    segments = split(text, opened=opened, tags=tags)
    return Checked(segments, check_answer(problem, text[segments.answer_start :], violations))


def check_answer(problem: Problem, answer: str, violations: int = MAX_VIOLATIONS) -> SampleVerdict:
    """Check a completion's answer, its thinking taken off.

    Args:
        problem: What was asked.
        answer: The completion from the end of its thinking on.
        violations: Most violations kept.

    Raises:
        CheckFailed: If the family's parser or checker breaks down.
    """
    try:
        verdict = verify(problem, answer)
    except LogicbenchError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise CheckFailed(f"the checker of {problem.family}:{problem.task} broke down: {kind}: {error}") from error
    return SampleVerdict.of(verdict, violations)


class Checker(Protocol):
    """Checks completions in the background."""

    def submit(self, rank: int, text: str, opened: bool) -> Future[Checked]:
        """Begin to check a completion of the problem at that place."""

    def close(self) -> None:
        """Wait for what was begun and end."""


class _Worker:
    """Checks against a problem file; one for each process."""

    def __init__(self, path: Path, tags: Sequence[Tags], violations: int) -> None:
        self._problems, self._tags, self._violations = ProblemFile(path), tags, violations

    def check(self, rank: int, text: str, opened: bool) -> Checked:
        return check(self._problems[rank], text, opened, self._tags, self._violations)


class _ThreadChecker:
    """Checks in one thread of this process."""

    def __init__(self, worker: _Worker) -> None:
        self._worker = worker
        self._pool = ThreadPoolExecutor(1, "logicbench-check")

    def submit(self, rank: int, text: str, opened: bool) -> Future[Checked]:
        return self._pool.submit(self._worker.check, rank, text, opened)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


class _ProcessChecker:
    """Checks in processes, which are spawned: a fork would copy the engine's threads and device handles."""

    def __init__(self, path: Path, tags: Sequence[Tags], violations: int, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(workers, context, _start_worker, (path, tuple(tags), violations))

    def submit(self, rank: int, text: str, opened: bool) -> Future[Checked]:
        return self._pool.submit(_check_here, rank, text, opened)

    def close(self) -> None:
        self._pool.shutdown(wait=True)


_worker: list[_Worker] = []
"""The worker of this process; empty in the main process."""


def _start_worker(path: Path, tags: Sequence[Tags], violations: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker[:] = [_Worker(path, tags, violations)]


def _check_here(rank: int, text: str, opened: bool) -> Checked:
    return _worker[0].check(rank, text, opened)


def make_checker(path: Path, tags: Sequence[Tags], workers: int = 0, violations: int = MAX_VIOLATIONS) -> Checker:
    """Return a checker for the problems of a file.

    Args:
        path: The problem file.
        tags: The thinking tags to recognise.
        workers: Processes to use; 0 checks in a thread of this process.
        violations: Most violations kept in a verdict.
    """
    if workers:
        return _ProcessChecker(path, tags, violations, workers)
    return _ThreadChecker(_Worker(path, tags, violations))


def admit_problems(problems: Sequence[Problem]) -> None:
    """Make sure, before any work is done, that every problem can be checked by what is installed.

    Raises:
        InputError: If a problem was made by another version of its family.
        UnknownNameError: If a family or task is not registered.
    """
    seen: set[tuple[str, str, str]] = set()
    for problem in problems:
        kind = (problem.family, problem.task, problem.version)
        if kind in seen:
            continue
        seen.add(kind)
        family = get_family(problem.family)
        get_task(family, problem.task)
        if family.version != problem.version:
            raise InputError(
                f"problem {problem.id} was made by {problem.family} version {problem.version}, but version "
                f"{family.version} is installed; generate it anew or install the version that made it"
            )
