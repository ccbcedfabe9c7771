"""Iterative prompting: answer, have it judged, hear what is wrong, answer again.

Chains advance in waves: each wave holds the next call of every chain that goes on, so that the engine always has a full
batch. Every call is a line of ``rounds.jsonl``; a chain's state is nothing but its lines, so that a run resumes by
reading them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace

from logicbench.errors import InputError
from logicbench.evals.checking import Checked, Checker, CheckFailed
from logicbench.evals.feedback import (
    DETAILS,
    VERIFIERS,
    Detail,
    Verifier,
    judge_messages,
    misleading_violations,
    read_judgement,
    render_critique,
    render_feedback,
)
from logicbench.evals.pipeline import make_sample
from logicbench.evals.plan import Key, derive_seed, request_key
from logicbench.evals.prompting import Prompter
from logicbench.evals.record import MAX_VIOLATIONS, Sample
from logicbench.models.protocol import Backend, Completion, Message, Request, Sampling
from logicbench.models.thinking import Tags, split
from logicbench.problem import Json, Problem
from logicbench.seeding import Stream


@dataclass(frozen=True, slots=True)
class IterateOptions:
    """How to iterate."""

    rounds: int = 5
    """Most answers of a chain."""
    verifier: Verifier = "sound"
    feedback: Detail = "first"
    history: int | None = None
    """Earlier answers, with what was said of them, that the model sees; None is all, 0 simply asks again."""

    def __post_init__(self) -> None:
        if self.rounds < 1:
            raise InputError(f"--rounds must be at least 1, not {self.rounds}")
        if self.verifier not in VERIFIERS:
            raise InputError(f"--verifier must be one of {', '.join(VERIFIERS)}, not {self.verifier!r}")
        if self.feedback not in DETAILS:
            raise InputError(f"--feedback must be one of {', '.join(DETAILS)}, not {self.feedback!r}")
        if self.history is not None and self.history < 0:
            raise InputError(f"--history must not be negative, but is {self.history}")

    def to_json(self) -> dict[str, Json]:
        """Return the strategy as ``run.json`` holds it."""
        return {"name": "iterate", **asdict(self)}

    @classmethod
    def from_json(cls, strategy: Mapping[str, Json]) -> IterateOptions:
        """Return the options that ``run.json`` holds."""
        return cls(**{name: value for name, value in strategy.items() if name != "name"})


@dataclass(slots=True)
class Chain:
    """One attempt at one problem, round after round."""

    rank: int
    """The problem's place among all problems."""
    index: int
    """Which of the problem's chains, from 0."""
    turns: list[tuple[str, str]] = field(default_factory=list)
    """(answer, feedback) of each refused round."""
    round: int = 0
    calls: int = 0
    answer: Sample | None = None
    """The last answer."""
    awaits_judge: bool = False
    ended: bool = False
    failed: bool = False
    """Whether its next call failed in this session."""

    @property
    def role(self) -> str:
        """Who speaks next."""
        return "judge" if self.awaits_judge else "answer"

    def said(self) -> str:
        """Return the last answer without its thinking."""
        return self.answer.text[self.answer.answer_start :].strip() if self.answer else ""

    def outcome(self) -> Sample:
        """Return the chain as a sample: its last answer."""
        if self.answer is None:
            raise ValueError("a chain without an answer has no outcome")
        return replace(self.answer, calls=self.calls, extra={})


class Iteration:
    """The chains of a run and the rule by which they advance.

    Args:
        problems: All problems of the run.
        samples: Chains for each problem.
        seed: The run's seed.
        prompter: Builds the first messages.
        options: How to iterate.
        tags: The thinking tags to recognise.
        done: Keys of the chains that have ended.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        samples: int,
        seed: int,
        prompter: Prompter,
        options: IterateOptions,
        tags: Sequence[Tags],
        done: set[Key],
    ) -> None:
        self._problems, self._seed, self._prompter = problems, seed, prompter
        self._options, self._tags = options, tags
        self.chains = {
            request_key(problem.id, index): Chain(rank, index)
            for rank, problem in enumerate(problems)
            for index in range(samples)
            if (problem.id, index) not in done
        }

    def wave(self) -> list[Request]:
        """Return the next call of every chain that goes on, in plan order."""
        return [self._request(key, chain) for key, chain in self.chains.items() if not (chain.ended or chain.failed)]

    def _request(self, key: str, chain: Chain) -> Request:
        problem = self._problems[chain.rank]
        if chain.awaits_judge:
            messages = judge_messages(problem, chain.said(), self._options.feedback)
        else:
            messages = (*self._prompter.messages(problem), *self._history(chain))
        return Request(key, messages, self._seed_of(problem, chain), problem.id, chain.index)

    def _history(self, chain: Chain) -> list[Message]:
        history = self._options.history
        shown = chain.turns if history is None else chain.turns[max(0, len(chain.turns) - history) :]
        return [
            message
            for answer, feedback in shown
            for message in (Message("assistant", answer), Message("user", feedback))
        ]

    def _seed_of(self, problem: Problem, chain: Chain) -> int:
        """Return the next call's seed; the first answer's is that of the same sample without a strategy."""
        if chain.round == 0 and not chain.awaits_judge:
            return derive_seed(self._seed, problem.id, chain.index)
        return derive_seed(self._seed, problem.id, chain.index, "round", chain.round, chain.role)

    def judge(self, key: str, completion: Completion, checked: Checked | None, error: str) -> Sample:
        """Return the line of a call: what was said, and what the strategy's verifier makes of it."""
        chain = self.chains[key]
        problem = self._problems[chain.rank]
        accepted: bool | None = None
        feedback = ""
        if checked is not None and not chain.awaits_judge:
            accepted, feedback = self._judge_answer(problem, chain, checked)
            kept = replace(checked.verdict, violations=checked.verdict.violations[:MAX_VIOLATIONS])
            checked = replace(checked, verdict=kept)
        elif chain.awaits_judge and not error:
            segments = split(completion.text, opened=completion.prompt_opens_thinking, tags=self._tags)
            accepted, critique = read_judgement(completion.text[segments.answer_start :])
            feedback = render_critique(critique, self._options.feedback)
        call = {
            "round": chain.round,
            "role": chain.role,
            "accepted": accepted,
            "feedback": "" if accepted else feedback,
        }
        seed = self._seed_of(problem, chain)
        return replace(make_sample(problem, chain.index, seed, completion, checked, error=error), extra=call)

    def _judge_answer(self, problem: Problem, chain: Chain, checked: Checked) -> tuple[bool | None, str]:
        verdict, detail = checked.verdict, self._options.feedback
        if self._options.verifier == "self":
            return None, ""
        if self._options.verifier == "sound":
            return verdict.correct, render_feedback(verdict.violations, verdict.violations_total, detail)
        stream = Stream("adversary", self._seed, problem.id, chain.index, chain.round)
        lies = misleading_violations(problem, stream)
        return not verdict.correct, render_feedback(lies, len(lies), detail)

    def advance(self, call: Sample) -> Chain | None:
        """Move a chain on by the line of a call, of this session or an earlier one; None if the chain is not open."""
        chain = self.chains.get(request_key(call.problem, call.sample))
        if chain is None:
            return None
        if call.error:
            chain.failed = True
            return chain
        chain.calls += 1
        accepted = call.extra["accepted"]
        chain.awaits_judge = accepted is None
        if call.extra["role"] == "answer":
            chain.answer = call
        if accepted is not None:
            chain.round += 1
            chain.ended = accepted or chain.round == self._options.rounds
            chain.turns.append((chain.said(), call.extra["feedback"]))
        return chain


StoreCall = Callable[[Sample, Sequence[int], Sequence[float] | None], Sample]


def resume(iteration: Iteration, calls: Iterable[Sample]) -> list[Chain]:
    """Bring the chains to where an earlier session left them, and return those that had ended but were not stored.

    Args:
        iteration: The chains, fresh.
        calls: The last line of each call, in the order in which they were first written.
    """
    for call in calls:
        chain = iteration.chains.get(request_key(call.problem, call.sample))
        # A call that failed, or lost its tokens, is made again, and what followed it in the log with it.
        if chain and not call.error and (chain.round, chain.role) == (call.extra["round"], call.extra["role"]):
            iteration.advance(call)
    return [chain for chain in iteration.chains.values() if chain.ended]


def run_waves(
    iteration: Iteration,
    backend: Backend,
    sampling: Sampling,
    checker: Checker,
    store_call: StoreCall,
    store_chain: Callable[[Sample], None],
) -> None:
    """Carry every open chain to its end, or to a failed call.

    Args:
        iteration: The chains.
        backend: Answers and judges.
        sampling: How to sample, answers and judgements alike.
        checker: Checks answers beside generation.
        store_call: Stores a call's line and tokens and returns the line as stored.
        store_chain: Stores a chain's outcome, or its failed call.
    """
    pending: deque[tuple[Completion, Future[Checked] | None]] = deque()

    def settle() -> None:
        completion, future = pending.popleft()
        checked, error = None, completion.error
        if future is not None:
            try:
                checked = future.result()
            except CheckFailed as failed:
                error = str(failed)
        call = iteration.judge(completion.key, completion, checked, error)
        call = store_call(call, completion.token_ids, completion.logprobs)
        chain = iteration.advance(call)
        if chain is not None and chain.failed:
            store_chain(replace(call, extra={}))
        elif chain is not None and chain.ended:
            store_chain(chain.outcome())

    while wave := iteration.wave():
        try:
            for completion in backend.complete(wave, sampling):
                chain = iteration.chains[completion.key]
                future = None
                if completion.finish_reason != "error" and not chain.awaits_judge:
                    future = checker.submit(chain.rank, completion.text, completion.prompt_opens_thinking)
                pending.append((completion, future))
                while pending and (pending[0][1] is None or pending[0][1].done()):
                    settle()
        finally:
            while pending:
                settle()
