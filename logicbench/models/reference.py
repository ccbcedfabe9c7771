"""Backends without a model: what the perfect, the blind and the rehearsed reasoner would say.

They anchor a table (chance, majority), test the harness end to end without a device, and replay stored completions.
All of them are pure functions of the request, so any run over them is reproducible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from logicbench.errors import InputError
from logicbench.family import get_family, verify
from logicbench.models.protocol import Capabilities, Completion, Request, Sampling, check_call
from logicbench.problem import Problem, read_jsonl
from logicbench.seeding import Stream

Responder: TypeAlias = Callable[[Problem, Request], str | None]
"""Returns the completion's text, or None where there is none to give."""

_WRONG_TRIES = 64
"""Guesses that a noisy oracle draws in search of a wrong answer."""


@dataclass(frozen=True, slots=True)
class ReferenceBackend:
    """Answers from the problems themselves."""

    name: str
    problems: Mapping[str, Problem]
    respond: Responder
    settings: Mapping[str, Any]
    missing: str
    """Why a completion can be missing, in words; ``{id}`` stands for the problem."""

    @property
    def capabilities(self) -> Capabilities:
        """No tokens, so no log-probabilities; seeds fix everything."""
        return Capabilities()

    def describe(self) -> Mapping[str, Any]:
        """Return the kind and its settings."""
        return {"kind": self.name, **self.settings}

    def statistics(self) -> Mapping[str, Any]:
        """Return nothing: there is no device to measure."""
        return {}

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield the completions in the order of the requests."""
        check_call(self.name, self.capabilities, requests, sampling)
        for request in requests:
            problem = self.problems.get(request.problem_id)
            if problem is None:
                reason = f"no problem has the id {request.problem_id!r}"
                yield Completion(request.key, "", "error", error=reason)
                continue
            text = self.respond(problem, request)
            if text is None:
                yield Completion(request.key, "", "error", error=self.missing.format(id=problem.id))
            else:
                yield Completion(request.key, text, "stop")

    def close(self) -> None:
        """Nothing to free."""


def oracle(problems: Sequence[Problem]) -> ReferenceBackend:
    """Return a backend that always gives the reference answer."""
    return ReferenceBackend(
        "oracle", _by_id(problems), lambda problem, _: problem.reference, {}, "problem {id} has no reference answer"
    )


def noisy_oracle(problems: Sequence[Problem], accuracy: float) -> ReferenceBackend:
    """Return a backend that is right with the given probability, independently for each request.

    Otherwise it gives a random well-formed wrong answer, or an empty text where guessing finds none.

    Raises:
        InputError: If the accuracy is not in [0, 1].
    """
    if not 0 <= accuracy <= 1:
        raise InputError(f"noisy-oracle needs an accuracy in [0, 1], not {accuracy}")

    def respond(problem: Problem, request: Request) -> str | None:
        stream = Stream("models.noisy-oracle", problem.id, request.seed)
        if stream.chance(accuracy):
            return problem.reference
        return _wrong_answer(problem, stream)

    settings = {"accuracy": accuracy}
    return ReferenceBackend("noisy-oracle", _by_id(problems), respond, settings, "problem {id} has no reference answer")


def random_guesser(problems: Sequence[Problem]) -> ReferenceBackend:
    """Return a backend that draws uniformly from the well-formed answers."""

    def respond(problem: Problem, request: Request) -> str:
        return get_family(problem.family).guess(problem, Stream("models.random", problem.id, request.seed))

    return ReferenceBackend("random", _by_id(problems), respond, {}, "")


def constant(problems: Sequence[Problem], text: str | None = None) -> ReferenceBackend:
    """Return a backend that always says the same.

    Args:
        problems: The problems that will be asked.
        text: What it says; None means the commonest reference answer among the problems of the same family, task and
            surface (the least in order among equals), which for a yes/no-like question is the majority label's. Where
            no answer is common to two problems it is that of the same family and task, and then "unknown": a
            reference of one problem alone would be that problem's solution, and no constant.
    """
    if text is not None:
        return ReferenceBackend("constant", _by_id(problems), lambda *_: text, {"text": text}, "")
    tallies: dict[tuple[str, ...], Counter[str]] = {}
    for problem in problems:
        if problem.reference is not None:
            for kind in (_kind(problem), _kind(problem)[:2]):
                tallies.setdefault(kind, Counter())[problem.reference] += 1
    commonest = {kind: _commonest(tally, *kind[:2]) for kind, tally in tallies.items()}

    def respond(problem: Problem, _: Request) -> str:
        kind = _kind(problem)
        return commonest.get(kind) or commonest.get(kind[:2]) or "unknown"

    settings = {"text": "the commonest reference answer of the same family, task and surface"}
    return ReferenceBackend("constant", _by_id(problems), respond, settings, "")


def _commonest(tally: Counter[str], family: str, task: str) -> str | None:
    """Return the commonest answer if it is one of the task's labels or answers more problems than one."""
    answer = min(tally, key=lambda one: (-tally[one], one))
    labels = get_family(family).tasks[task].labels
    return answer if tally[answer] > 1 or len(tally) <= len(labels) else None


def scripted(problems: Sequence[Problem], path: str | Path) -> ReferenceBackend:
    """Return a backend that replays completions from a JSONL file.

    A line is ``{"id": PROBLEM, "completion": TEXT}`` or ``{"id": PROBLEM, "completion": [TEXT, ...]}``. One text serves
    every sample of its problem; of a list, or of several lines with one id, the i-th serves sample i.

    Raises:
        InputError: With file and line, if a line is not of this form.
    """
    script: dict[str, list[str]] = {}
    for number, record in read_jsonl(path):
        name, texts = _script_line(record, str(path), number)
        script.setdefault(name, []).extend(texts)
    if not script:
        raise InputError(f"{path}: no completions in it")

    def respond(problem: Problem, request: Request) -> str | None:
        texts = script.get(problem.id, [])
        if len(texts) == 1:
            return texts[0]
        return texts[request.sample] if request.sample < len(texts) else None

    return ReferenceBackend(
        "scripted",
        _by_id(problems),
        respond,
        {"script": str(path)},
        f"{path} has no completion left for problem {{id}}",
    )


def _by_id(problems: Sequence[Problem]) -> dict[str, Problem]:
    return {problem.id: problem for problem in problems}


def _kind(problem: Problem) -> tuple[str, str, str]:
    return problem.family, problem.task, problem.surface


def _wrong_answer(problem: Problem, stream: Stream) -> str:
    family = get_family(problem.family)
    for _ in range(_WRONG_TRIES):
        guess = family.guess(problem, stream)
        if not verify(problem, guess).correct:
            return guess
    return ""


def _script_line(record: Any, source: str, number: int) -> tuple[str, list[str]]:
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise InputError.at(source, number, "expected an object with a string field 'id'")
    completion = record.get("completion")
    if isinstance(completion, str):
        return record["id"], [completion]
    if isinstance(completion, list) and all(isinstance(text, str) for text in completion):
        return record["id"], completion
    raise InputError.at(source, number, "field 'completion' must be a string or a list of strings")
