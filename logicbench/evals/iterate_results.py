"""What iterative prompting was worth, beside what would have happened without any feedback."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from logicbench.evals.iterate import IterateOptions
from logicbench.evals.plan import Key
from logicbench.evals.statistics.passk import pass_at_k
from logicbench.evals.store import RunReader
from logicbench.problem import Json


@dataclass(slots=True)
class _Trail:
    """One chain: for each round whether the answer was right and whether it was accepted."""

    right: list[bool] = field(default_factory=list)
    accepted: list[bool] = field(default_factory=list)
    calls: int = 0
    tokens: int = 0


def null_success(accuracy: float, accepts_right: float, accepts_wrong: float, rounds: int) -> list[float]:
    """Return the success after 1..rounds rounds if feedback changed nothing.

    Every answer is right with the same probability, independently; a chain ends when its verifier accepts, and its last
    answer counts. With a perfect verifier this is pass@t; with a poor one it can lie below a single answer.

    Args:
        accuracy: Probability that an answer is right.
        accepts_right: The verifier's true positive rate.
        accepts_wrong: Its false positive rate.
        rounds: Most answers of a chain.
    """
    accept = accuracy * accepts_right + (1 - accuracy) * accepts_wrong
    refused_right = accuracy * (1 - accepts_right)
    found = []
    for count in range(1, rounds + 1):
        going_on = (1 - accept) ** (count - 1)
        stopped_right = accuracy * accepts_right * (count if accept == 0 else (1 - (1 - accept) ** count) / accept)
        found.append(stopped_right + going_on * refused_right)
    return found


def iterate_results(run: RunReader) -> dict[str, Json]:
    """Return the ``iterate`` part of ``results.json``, as documented in ``docs/run-format.md``."""
    options = IterateOptions.from_json(run.info["config"]["strategy"])
    ended = {sample.key for sample in run.samples() if sample.verdict is not None}
    trails = _trails(run, ended)
    chains = list(trails.values())
    if not chains:
        return {"rounds": options.rounds, "chains": 0}
    rounds = range(1, options.rounds + 1)
    judged = [(right, said) for trail in chains for right, said in zip(trail.right, trail.accepted, strict=True)]
    accepts_right = _share([said for right, said in judged if right])
    accepts_wrong = _share([said for right, said in judged if not right])
    first = _share([trail.right[0] for trail in chains]) or 0.0
    return {
        "rounds": options.rounds,
        "chains": len(chains),
        "success_at": [_share([trail.right[:count][-1] for trail in chains]) for count in rounds],
        "ever_correct_at": [_share([any(trail.right[:count]) for trail in chains]) for count in rounds],
        "accepted_at": [_share([any(trail.accepted[:count]) for trail in chains]) for count in rounds],
        "null_success_at": null_success(first, accepts_right or 0.0, accepts_wrong or 0.0, options.rounds),
        "pass_at": _first_answers_pass_at(trails),
        "verifier": {
            "accepts_right": accepts_right,
            "accepts_wrong": accepts_wrong,
            "right": sum(right for right, _ in judged),
            "wrong": sum(not right for right, _ in judged),
        },
        "mean_calls": math.fsum(trail.calls for trail in chains) / len(chains),
        "mean_tokens": math.fsum(trail.tokens for trail in chains) / len(chains),
    }


def _trails(run: RunReader, ended: set[Key]) -> dict[Key, _Trail]:
    trails = {key: _Trail() for key in sorted(ended)}
    for call in run.rounds():
        trail = trails.get(call.key)
        if trail is None or call.error:
            continue
        trail.calls += 1
        trail.tokens += call.tokens.generated
        if call.extra["role"] == "answer":
            trail.right.append(call.correct)
        if call.extra["accepted"] is not None:
            trail.accepted.append(call.extra["accepted"])
    return trails


def _first_answers_pass_at(trails: dict[Key, _Trail]) -> list[float]:
    """Return pass@k of the first answers, which are independent samples, for k up to the fewest chains of a problem."""
    right: dict[str, list[bool]] = {}
    for (problem, _), trail in trails.items():
        right.setdefault(problem, []).append(trail.right[0])
    counts = np.asarray([len(each) for each in right.values()])
    correct = np.asarray([sum(each) for each in right.values()])
    return [float(pass_at_k(counts, correct, k).mean()) for k in range(1, int(counts.min()) + 1)]


def _share(values: Sequence[bool] | Iterable[bool]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
