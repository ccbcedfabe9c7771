"""Rewards of large batches over processes, with a worker's death survived."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from logicbench.errors import LogicbenchError
from logicbench.problem import Problem, dump_line
from logicbench.rewards.core import Completion, Row, matched, score, text_of
from logicbench.rewards.shapes import Shape, get_shape

CHUNK = 64
"""Completions sent to a worker at a time; those of one problem stay together where they stand together."""

_Job = tuple[str, bytes | str, int | None]
_log = logging.getLogger(__name__)


class RewardPool:
    """Scores batches in processes of its own.

    Workers are spawned, not forked: a trainer's process holds threads and device handles. They live until `close`, or
    the end of the ``with`` block. If one dies (killed for memory, say), the pool is made anew and the batch is scored
    again, once; the values do not depend on how often.

    Args:
        workers: Processes; None for one fewer than there are cores, at least one.
        shape: What a verdict is worth.
        thinking_opened: Whether prompts end inside a thinking block; see `logicbench.rewards.score`.
    """

    def __init__(
        self, workers: int | None = None, *, shape: str | Shape = "binary", thinking_opened: bool = False
    ) -> None:
        self._workers = workers if workers is not None else max(1, (os.cpu_count() or 2) - 1)
        self._shape = get_shape(shape)
        self._opened = thinking_opened
        self._pool = self._start()

    def __enter__(self) -> RewardPool:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def reward(
        self, completions: Sequence[Completion], problems: Sequence[Row], tokens: Sequence[int] | None = None
    ) -> list[float]:
        """Return the reward of each completion, in order.

        Raises:
            InputError: If the numbers of completions, problems and lengths differ, or a row is not a problem.
            LogicbenchError: If workers die twice on the same batch.
        """
        rows, lengths = matched(completions, problems, tokens)
        jobs = [
            (text_of(completion), _packed(row), length)
            for completion, row, length in zip(completions, rows, lengths, strict=True)
        ]
        for attempt in (1, 2):
            try:
                return self._run(jobs)
            except BrokenProcessPool:
                _log.warning("a reward worker died; starting new ones (attempt %d)", attempt)
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = self._start()
        raise LogicbenchError("reward workers died twice on one batch; is there enough memory for them?")

    def _run(self, jobs: Sequence[_Job]) -> list[float]:
        parts: list[Future[list[float]]] = [
            self._pool.submit(_score_all, jobs[start : start + CHUNK], self._shape, self._opened)
            for start in range(0, len(jobs), CHUNK)
        ]
        return [value for part in parts for value in part.result()]

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), _ignore_interrupts)


def _packed(row: Row) -> bytes | str:
    """A row as bytes: cheap to send, and equal bytes share what a worker derives from them."""
    if isinstance(row, bytes | str):
        return row
    return dump_line(row.to_json() if isinstance(row, Problem) else row)


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _score_all(jobs: Sequence[_Job], shape: Shape, opened: bool) -> list[float]:
    return [score(text, row, shape=shape, tokens=tokens, thinking_opened=opened).reward for text, row, tokens in jobs]
