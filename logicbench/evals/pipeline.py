"""What happens to a completion after the model is done with it: checked, stored, reported, all beside generation.

The engine's thread only hands completions over. A checker works in the background and one writer thread appends the
samples in the order in which their checks finish. The number of completions under way is bounded, so that memory stays
bounded if checking is slower than generation.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

from logicbench.errors import LogicbenchError
from logicbench.evals.checking import Checked, Checker, CheckFailed
from logicbench.evals.plan import Key, derive_seed
from logicbench.evals.record import CUT_OFF, Sample, TokenCounts, problem_fields
from logicbench.models.protocol import Completion
from logicbench.problem import Problem

UNDER_WAY = 4096
"""Completions checked or written at one time."""

Append = Callable[[Sample, Sequence[int], Sequence[float] | None], None]


class Pipeline:
    """Checks and stores completions in the background.

    Args:
        problems: All problems of the run.
        seed: The run's seed.
        checker: Checks completions.
        append: Stores a sample with its tokens; called from one thread.
        observe: Told of each sample after it is stored; called from the same thread.
        attempts: Tries so far of keys that failed before.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        seed: int,
        checker: Checker,
        append: Append,
        observe: Callable[[Sample], None],
        attempts: Mapping[Key, int],
    ) -> None:
        self._problems, self._seed, self._checker = problems, seed, checker
        self._append, self._observe, self._attempts = append, observe, attempts
        self._room = threading.BoundedSemaphore(UNDER_WAY)
        self._finished: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._failure: BaseException | None = None
        self._writer = threading.Thread(target=self._write_all, name="logicbench-write", daemon=True)
        self._writer.start()

    def put(self, rank: int, sample: int, completion: Completion) -> None:
        """Hand over a completion of the problem at that place.

        Raises:
            LogicbenchError: If an earlier one could not be checked or stored.
        """
        self._room.acquire()
        self._raise_failure()
        if completion.finish_reason == "error":
            future: Future[Checked] = Future()
            future.set_exception(_NoCompletion(completion.error or "the backend gave no reason"))
        else:
            try:
                future = self._checker.submit(rank, completion.text, completion.prompt_opens_thinking)
            except BrokenProcessPool as error:
                raise LogicbenchError(_CHECKER_DIED) from error
        future.add_done_callback(lambda done: self._finished.put((rank, sample, completion, done)))

    def close(self) -> None:
        """Wait until all that was handed over is stored.

        Raises:
            LogicbenchError: If something could not be checked or stored.
        """
        self._checker.close()
        self._finished.put(None)
        self._writer.join()
        self._raise_failure()

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write_all(self) -> None:
        while (item := self._finished.get()) is not None:
            try:
                if self._failure is None:
                    self._write(*item)
            except BaseException as error:  # the main thread raises it
                self._failure = error
            finally:
                self._room.release()

    def _write(self, rank: int, index: int, completion: Completion, future: Future[Checked]) -> None:
        problem = self._problems[rank]
        try:
            checked, error = future.result(), ""
        except (_NoCompletion, CheckFailed) as failed:
            checked, error = None, str(failed)
        except BrokenProcessPool as failed:
            raise LogicbenchError(_CHECKER_DIED) from failed
        sample = make_sample(
            problem,
            index,
            derive_seed(self._seed, problem.id, index),
            completion,
            checked,
            error=error,
            attempt=self._attempts.get((problem.id, index), 0) + 1,
        )
        self._append(sample, completion.token_ids, completion.logprobs)
        self._observe(sample)


_Item = tuple[int, int, Completion, Future[Checked]]
_CHECKER_DIED = (
    "a checking process died, perhaps for want of memory; nothing is lost: "
    "run the same command again, with --check-workers 0 to check in the main process"
)


class _NoCompletion(LogicbenchError):
    """There is nothing to check."""


def make_sample(
    problem: Problem,
    index: int,
    seed: int,
    completion: Completion,
    checked: Checked | None,
    *,
    error: str = "",
    attempt: int = 1,
) -> Sample:
    """Return the record of a completion; `checked` is None where there was nothing to check."""
    segments = checked.segments if checked else None
    return Sample(
        **problem_fields(problem),
        sample=index,
        seed=seed,
        text=completion.text,
        finish=completion.finish_reason,
        tokens=count_tokens(completion, segments.answer_start if segments else 0),
        verdict=checked.verdict if checked else None,
        thinking=segments.span if segments else None,
        thinking_closed=segments.closed if segments else True,
        answer_start=segments.answer_start if segments else 0,
        truncated=completion.finish_reason in CUT_OFF,
        logprob_sum=math.fsum(completion.logprobs) if completion.logprobs is not None else None,
        latency_s=round(completion.latency_s, 4),
        error=error,
        attempt=attempt,
    )


def count_tokens(completion: Completion, answer_start: int) -> TokenCounts:
    """Return a completion's token counts.

    Where the backend does not know how many tokens are thinking, they are estimated by the share of characters.
    """
    generated = completion.generated_tokens
    thinking = completion.thinking_tokens
    if thinking is None:
        share = answer_start / len(completion.text) if completion.text else 0.0
        thinking = round(generated * share)
    thinking = min(thinking, generated)
    return TokenCounts(completion.prompt_tokens, thinking, generated - thinking)
