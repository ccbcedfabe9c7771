"""Rewards of large batches over processes, with a worker's death survived."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from logicbench.errors import InputError, LogicbenchError
from logicbench.problem import Problem, Status, dump_line
from logicbench.rewards.core import Completion, Row, matched, read_row, score, text_of
from logicbench.rewards.shapes import Shape, get_shape

CHUNK = 64
"""Completions sent to a worker at a time; those of one problem stay together where they stand together."""

_Job = tuple[str, bytes | str, int | None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a worker sends back of a completion."""

    reward: float
    status: Status
    family: str
    task: str
    message: str = ""
    """What is wrong with the answer, in one sentence; empty for a correct one."""


class RewardPool:
    """Scores batches in processes of its own; may be shared by threads.

    Workers are spawned, not forked: a trainer's process holds threads and device handles. They live until `close`, or
    the end of the ``with`` block. If one dies (killed for memory, say), the pool is made anew and the batch is scored
    again, once; the values do not depend on how often.

    Args:
        workers: Processes; None for one fewer than there are cores, at least one; 0 to work in the calling thread.
        shape: What a verdict is worth.
        thinking_opened: Whether prompts end inside a thinking block; see `logicbench.rewards.score`.
    """

    def __init__(
        self, workers: int | None = None, *, shape: str | Shape = "binary", thinking_opened: bool = False
    ) -> None:
        self._workers = workers if workers is not None else max(1, (os.cpu_count() or 2) - 1)
        self._shape = get_shape(shape)
        self._opened = thinking_opened
        self._lock = threading.Lock()
        self._pool = self._start() if self._workers else None

    def __enter__(self) -> RewardPool:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def reward(
        self, completions: Sequence[Completion], problems: Sequence[Row], tokens: Sequence[int | None] | None = None
    ) -> list[float]:
        """Return the reward of each completion, in order; raises as `judge`."""
        return [judged.reward for judged in self.judge(completions, problems, tokens)]

    def judge(
        self,
        completions: Sequence[Completion],
        problems: Sequence[Row],
        tokens: Sequence[int | None] | None = None,
        shape: str | Shape | None = None,
    ) -> list[Judged]:
        """Return the judgement on each completion, in order.

        Args:
            completions: What the model wrote.
            problems: As many problems, or rows of them.
            tokens: Lengths in tokens, or None.
            shape: What a verdict is worth here; None for the pool's shape.

        Raises:
            InputError: If the numbers of completions, problems and lengths differ, or a row is not a problem; the
                message names the row's place.
            LogicbenchError: If workers die twice on the same batch.
        """
        rows, lengths = matched(completions, problems, tokens)
        chosen = self._shape if shape is None else get_shape(shape)
        jobs = [
            (text_of(completion), _packed(row), length)
            for completion, row, length in zip(completions, rows, lengths, strict=True)
        ]
        for attempt in (1, 2):
            pool = self._pool
            try:
                return self._run(pool, jobs, chosen)
            except BrokenProcessPool:
                _log.warning("a reward worker died; starting new ones (attempt %d)", attempt)
                with self._lock:
                    if self._pool is pool and pool is not None:  # another thread may have done it
                        pool.shutdown(wait=False, cancel_futures=True)
                        self._pool = self._start()
        raise LogicbenchError("reward workers died twice on one batch; is there enough memory for them?")

    def _run(self, pool: ProcessPoolExecutor | None, jobs: Sequence[_Job], shape: Shape) -> list[Judged]:
        if pool is None:
            return _judge_all(jobs, 0, shape, self._opened)
        parts: list[Future[list[Judged]]] = [
            pool.submit(_judge_all, jobs[start : start + CHUNK], start, shape, self._opened)
            for start in range(0, len(jobs), CHUNK)
        ]
        return [value for part in parts for value in part.result()]

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), _ignore_interrupts)


def _packed(row: Row) -> bytes | str:
    """A row as bytes: cheap to send, and equal bytes share what a worker derives from them."""
    if isinstance(row, bytes | str):
        return row
    try:
        return dump_line(row.to_json() if isinstance(row, Problem) else row)
    except TypeError as error:  # a number beyond 64 bits, say
        raise InputError(f"a problem row is not JSON: {error}") from None


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _judge_all(jobs: Sequence[_Job], start: int, shape: Shape, opened: bool) -> list[Judged]:
    found = []
    for place, (text, row, tokens) in enumerate(jobs, start):
        try:
            problem = read_row(row)
            scored = score(text, problem, shape=shape, tokens=tokens, thinking_opened=opened)
        except InputError as error:
            raise InputError(f"row {place}: {error}") from None
        verdict = scored.verdict
        message = verdict.violations[0].message if verdict.violations else ""
        found.append(Judged(scored.reward, verdict.status, problem.family, problem.task, message))
    return found
