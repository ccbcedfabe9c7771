"""What feedback was worth: chains of answers against independent samples at equal calls, and against no feedback."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from logicbench.errors import InputError
from logicbench.evals.columns import Columns, read_columns, read_items
from logicbench.evals.iterate import IterateOptions
from logicbench.evals.iterate_results import null_success
from logicbench.evals.pairing import setting_differences
from logicbench.evals.statistics import Interval, clustered_proportion, paired_difference, pass_at_k
from logicbench.evals.statistics.clustered import Codes, Floats
from logicbench.evals.store import RunReader


@dataclass(frozen=True, slots=True)
class Round:
    """Chains after so many answers."""

    answers: int
    calls: int
    """Model calls of a chain that goes on to the end: one an answer, and one a judgement of the model itself."""
    success: Interval
    null: float | None
    """What success would be if feedback changed nothing, problem by problem; None where there are too few samples."""
    null_equal: float
    """The same were all problems equally hard, which they are not: too much where the verifier is good."""
    passed: Interval | None
    """pass@calls of independent samples, over the same problems; None where there are too few samples."""
    gain: Interval | None
    """Success less pass@calls, paired over the problems."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """The iterate strategy, round by round."""

    verifier: str
    feedback: str
    problems: int
    chains: int
    accepts_right: float | None
    accepts_wrong: float | None
    samples_from: str
    """The run that the independent samples are from; the chains' own first answers where it is this one."""
    samples: int
    rounds: tuple[Round, ...]


def iteration(run: RunReader, other: RunReader | None = None) -> Iteration | None:
    """Return what the rounds were worth; None where the run has no chain that ended.

    Args:
        run: A run with the iterate strategy.
        other: A run of the same model and settings without a strategy, for independent samples; None takes the first
            answers of the chains.

    Raises:
        InputError: If the other run was asked in another way.
    """
    options = IterateOptions.from_json(run.info["config"]["strategy"])
    chains = _chains(run)
    if not chains:
        return None
    names = list(chains)
    items = read_items(run)
    groups = dict(zip(items.ids.tolist(), items.group.tolist(), strict=True))
    judged = [pair for each in chains.values() for chain in each for pair in zip(*chain, strict=True)]
    rates = [_share([said for right, said in judged if right is wanted]) for wanted in (True, False)]
    right, counts = _independent(run, other, names, chains)
    first = np.array([np.mean([chain[0][0] for chain in chains[name]]) for name in names])
    calls = 2 if options.verifier == "self" else 1
    labels = np.array([groups[name] for name in names])
    rounds = []
    for answers in range(1, options.rounds + 1):
        success = np.array([np.mean([chain[0][:answers][-1] for chain in chains[name]]) for name in names])
        passed = gain = None
        if counts.min() >= answers * calls:
            drawn = pass_at_k(counts, right, answers * calls)
            passed = clustered_proportion(drawn, labels)
            gain = paired_difference(drawn, success, labels).interval()
        accept = [0.0 if rate is None else rate for rate in rates]
        null = None
        if counts.min() >= answers:
            null = float(null_by_problem(counts, right, accept[0], accept[1], answers).mean())
        rounds.append(
            Round(
                answers, answers * calls, clustered_proportion(success, labels), null,
                null_success(float(first.mean()), accept[0], accept[1], answers)[-1], passed, gain,
            )
        )  # fmt: skip
    source = run if other is None else other
    return Iteration(
        options.verifier, options.feedback, len(names), sum(map(len, chains.values())), rates[0], rates[1],
        source.path.name, int(counts.min()), tuple(rounds),
    )  # fmt: skip


def null_by_problem(samples: Codes, right: Codes, accepts_right: float, accepts_wrong: float, rounds: int) -> Floats:
    """Return the success after so many rounds if feedback changed nothing, for each problem, without bias.

    `null_success` is a polynomial in a problem's own probability p to be right. Its terms p^i (1-p)^j are estimated by
    the chance that i right and then j wrong ones are drawn from the stored samples without replacement; with a perfect
    verifier this is pass@k.

    Args:
        samples: Independent samples of each problem; at least `rounds`.
        right: How many of them are right.
        accepts_right: The verifier's true positive rate.
        accepts_wrong: Its false positive rate.
        rounds: Most answers of a chain.
    """
    total = np.zeros(len(samples))
    for before in range(rounds):
        # The chain got past `before` refusals, of which `refused` were of right answers.
        last = before == rounds - 1
        counts = 1.0 if last else accepts_right
        for refused in range(before + 1):
            ways = (
                math.comb(before, refused) * (1 - accepts_right) ** refused * (1 - accepts_wrong) ** (before - refused)
            )
            total += counts * ways * _drawn(samples, right, refused + 1, before - refused)
    return total


def _drawn(samples: Codes, right: Codes, good: int, bad: int) -> Floats:
    """Return the chance to draw so many right ones and then so many wrong ones, without replacement."""
    chance = np.ones(len(samples))
    for place in range(good):
        chance *= np.maximum(0, right - place) / (samples - place)
    for place in range(bad):
        chance *= np.maximum(0, samples - right - place) / (samples - good - place)
    return chance


def _chains(run: RunReader) -> dict[str, list[tuple[list[bool], list[bool]]]]:
    """Return, for each problem, its ended chains: whether each answer was right, and whether it was accepted."""
    ended = {sample.key for sample in run.samples() if sample.verdict is not None}
    found: dict[tuple[str, int], tuple[list[bool], list[bool]]] = {key: ([], []) for key in ended}
    for call in run.rounds():
        chain = found.get(call.key)
        if chain is None or call.error:
            continue
        if call.extra["role"] == "answer":
            chain[0].append(call.correct)
        if call.extra["accepted"] is not None:
            chain[1].append(call.extra["accepted"])
    problems: dict[str, list[tuple[list[bool], list[bool]]]] = {}
    for (name, _), chain in sorted(found.items()):
        problems.setdefault(name, []).append(chain)
    return problems


def _independent(
    run: RunReader,
    other: RunReader | None,
    names: Sequence[str],
    chains: Mapping[str, list[tuple[list[bool], list[bool]]]],
) -> tuple[Codes, Codes]:
    """Return (right, made) independent samples of each problem."""
    if other is None:
        right = np.array([sum(chain[0][0] for chain in chains[name]) for name in names])
        return right, np.array([len(chains[name]) for name in names])
    different = [text for text in setting_differences(run, other) if not text.startswith("strategy")]
    if different or other.info["config"]["strategy"]["name"] == "iterate":
        reason = "; ".join(different) or "it iterates itself"
        raise InputError(f"{other.path} cannot stand for independent samples of {run.path}: {reason}")
    columns: Columns = read_columns(other, names)
    return columns.correct.sum(axis=1), columns.made.sum(axis=1)


def _share(values: Sequence[bool]) -> float | None:
    return math.fsum(values) / len(values) if values else None
