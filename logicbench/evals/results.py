"""The figures of a run, computed from its folder alone; they hold no times, so that equal runs give equal bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from logicbench.evals.analysis.voting import consistency
from logicbench.evals.invariance import Invariance
from logicbench.evals.record import SCHEMA, Sample
from logicbench.evals.statistics import chance_corrected, clustered_proportion, finite_or_none
from logicbench.evals.store import RunReader
from logicbench.evals.texts import hash_text
from logicbench.family import facets_of, get_family, verify
from logicbench.problem import Json, Problem

BANDS = 5
"""Hardness bands of equal width in [0, 1]."""

BASELINE_PROBLEMS = 1000
"""Problems of one family, task and surface on which the shallow solvers are run, evenly spread."""

OUTCOMES = ("correct", "wrong", "unparsable", "undecided", "truncated", "errors")
"""Disjoint; their shares sum to 1."""


class Ballot(NamedTuple):
    """One sample as perplexity consistency sees it."""

    key: int
    """Stands for the answer; 0 where there is none."""
    logprob: float
    """Mean log-probability of a token."""
    correct: bool
    text: int
    """Stands for the completion: equal ones count once."""


@dataclass(slots=True)
class _Item:
    """One problem and what was made of it."""

    family: str
    task: str
    surface: str
    band: str | None
    group_id: str
    chance: float | None
    baselines: Mapping[str, bool] | None
    """Which shallow solvers were right; None where they were not run."""
    facets: Mapping[str, str]
    """What else the problem is grouped by: name -> value."""
    samples: int = 0
    correct: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    tokens: int = 0
    thinking_tokens: int = 0
    score: float = 0.0
    votes: dict[str, tuple[int, bool]] = field(default_factory=dict)
    """For each answer key, how many samples gave it and whether it is right."""
    keyless: bool = False
    """Whether a right answer has no key: then many answers are right and votes mean nothing."""
    likeliest: tuple[float, bool] | None = None
    """The greatest mean log-probability of a sample, and whether that sample is right."""
    ballots: list[Ballot] = field(default_factory=list)
    """What perplexity consistency needs of each sample whose log-probability is known."""

    def add(self, sample: Sample) -> None:
        self.outcomes[outcome(sample)] += 1
        if sample.verdict is None:
            return
        self.samples += 1
        self.correct += sample.correct
        self.tokens += sample.tokens.generated
        self.thinking_tokens += sample.tokens.thinking
        self.score += sample.score
        key = sample.verdict.answer_key
        if key is not None:
            count, _ = self.votes.get(key, (0, False))
            self.votes[key] = (count + 1, sample.correct)
        elif sample.correct:
            self.keyless = True
        if sample.logprob_sum is not None and sample.tokens.generated:
            likelihood = (sample.logprob_sum / sample.tokens.generated, sample.correct)
            self.ballots.append(Ballot(hash_text(key) if key is not None else 0, *likelihood, hash_text(sample.text)))
            if self.likeliest is None or likelihood[0] > self.likeliest[0]:
                self.likeliest = likelihood

    @property
    def accuracy(self) -> float:
        return self.correct / self.samples


def outcome(sample: Sample) -> str:
    """Return which of the disjoint `OUTCOMES` a sample is."""
    if sample.verdict is None:
        return "errors"
    if sample.verdict.correct:
        return "correct"
    return "truncated" if sample.truncated else sample.verdict.status


def compute_results(run: RunReader) -> dict[str, Json]:
    """Return the content of ``results.json``, as documented in ``docs/run-format.md``."""
    problems = run.problems()
    items, invariance = _items(problems), Invariance(problems)
    for sample in run.samples():
        items[sample.problem].add(sample)
        invariance.add(sample)
    everything = list(items.values())
    best = best_baselines(everything)
    return {
        "schema": SCHEMA,
        "problems": len(everything),
        "samples": run.info["config"]["samples"],
        "planned": run.info["config"]["samples"] * len(everything),
        "overall": _row(everything, best),
        "by_task": _rows(everything, best, lambda item: {"family": item.family, "task": item.task}),
        "by_surface": _rows(
            everything, best, lambda item: {"family": item.family, "task": item.task, "surface": item.surface}
        ),
        "by_hardness": _rows(
            sorted((item for item in everything if item.band), key=lambda item: item.band or ""),
            best,
            lambda item: {"band": item.band},
        ),
        "by_facet": [row for name in _facet_names(everything) for row in _facet_rows(everything, best, name)],
        "invariance": invariance.rows(),
        "strategies": _strategies(everything) if run.info["config"]["samples"] > 1 else [],
    }


def _items(problems: Sequence[Problem]) -> dict[str, _Item]:
    totals: dict[tuple[str, str, str], int] = {}
    for problem in problems:
        kind = (problem.family, problem.task, problem.surface)
        totals[kind] = totals.get(kind, 0) + 1
    seen = dict.fromkeys(totals, 0)
    items = {}
    for problem in problems:
        kind = (problem.family, problem.task, problem.surface)
        place, total = seen[kind], totals[kind]
        seen[kind] += 1
        chosen = place * BASELINE_PROBLEMS // total != (place - 1) * BASELINE_PROBLEMS // total
        score = problem.hardness.get("score")
        items[problem.id] = _Item(
            problem.family,
            problem.task,
            problem.surface,
            None if score is None else band_of(float(score)),
            problem.group_id,
            get_family(problem.family).chance(problem),
            _run_baselines(problem) if chosen else None,
            facets_of(problem),
        )
    return items


def band_of(score: float) -> str:
    """Return the name of the hardness band of a score, such as ``0.4-0.6``."""
    low = min(BANDS - 1, int(score * BANDS))
    return f"{low / BANDS:.1f}-{(low + 1) / BANDS:.1f}"


def _run_baselines(problem: Problem) -> dict[str, bool]:
    solvers = get_family(problem.family).baselines(problem.task)
    return {name: verify(problem, solver(problem)).correct for name, solver in solvers.items()}


def best_baselines(items: Iterable[_Item]) -> dict[tuple[str, str], str]:
    """Return the name of the shallow solver that does best on each family and task, the first of equals."""
    right: dict[tuple[str, str], dict[str, int]] = {}
    for item in items:
        tally = right.setdefault((item.family, item.task), {})
        for name, correct in (item.baselines or {}).items():
            tally[name] = tally.get(name, 0) + correct
    return {kind: max(tally, key=lambda name: tally[name]) for kind, tally in right.items() if tally}


def _rows(
    items: Iterable[_Item], best: Mapping[tuple[str, str], str], group: Callable[[_Item], dict[str, Json]]
) -> list[dict[str, Json]]:
    groups: dict[tuple[Json, ...], tuple[dict[str, Json], list[_Item]]] = {}
    for item in items:
        names = group(item)
        groups.setdefault(tuple(names.values()), (names, []))[1].append(item)
    return [_row(members, best, **names) for names, members in groups.values()]


def _facet_names(items: Iterable[_Item]) -> list[str]:
    """Return the names of the groupings in order of first appearance."""
    return list(dict.fromkeys(name for item in items for name in item.facets))


def _facet_rows(items: Sequence[_Item], best: Mapping[tuple[str, str], str], facet: str) -> list[dict[str, Json]]:
    members = sorted((item for item in items if facet in item.facets), key=lambda item: item.facets[facet])
    return _rows(
        members,
        best,
        lambda item: {"family": item.family, "task": item.task, "facet": facet, "value": item.facets[facet]},
    )


def facet_order(value: str, accuracy: float) -> tuple[float, float, str]:
    """Return the key by which the values of a grouping are sorted: numbers by size, names from the least accurate."""
    return (float(value), 0.0, "") if value.isdecimal() else (math.inf, accuracy, value)


def _row(items: Sequence[_Item], best: Mapping[tuple[str, str], str], **names: Json) -> dict[str, Json]:
    answered = [item for item in items if item.samples]
    completions = sum(item.samples for item in answered)
    row: dict[str, Json] = dict.fromkeys(("family", "task", "surface", "band")) | names
    row |= {"problems": len(items), "samples": completions, "accuracy": None, "low": None, "high": None}
    if answered:
        values = [item.accuracy for item in answered]
        found = clustered_proportion(values, [item.group_id for item in answered])
        row |= {"accuracy": found.estimate, "low": found.low, "high": found.high}
    chance = _mean([item.chance for item in items])
    row |= {"chance": chance, "above_chance": _above(row["accuracy"], chance), **_baseline(items, best)}
    outcomes = {name: sum(item.outcomes[name] for item in items) for name in OUTCOMES}
    total = sum(outcomes.values())
    row |= {name: outcomes[name] / total if total else None for name in OUTCOMES}
    row["mean_tokens"] = sum(item.tokens for item in answered) / completions if completions else None
    row["mean_thinking_tokens"] = sum(item.thinking_tokens for item in answered) / completions if completions else None
    row["mean_score"] = math.fsum(item.score for item in answered) / completions if completions else None
    return row


def _above(accuracy: float | None, chance: float | None) -> float | None:
    """Return the accuracy above chance: 0 at guessing, 1 at perfection."""
    if accuracy is None or chance is None:
        return None
    return finite_or_none(float(chance_corrected(accuracy, chance)))


def _strategies(items: Sequence[_Item]) -> list[dict[str, Json]]:
    """Return what choosing one of a problem's completions gives, over the problems where that has a meaning."""
    answered = [item for item in items if item.samples]
    kinds = [(item.family, item.task) for item in answered]
    keyless = {kind for kind, item in zip(kinds, answered, strict=True) if item.keyless}
    keyed = {kind for kind, item in zip(kinds, answered, strict=True) if item.votes} - keyless
    voting = [item for kind, item in zip(kinds, answered, strict=True) if kind in keyed]
    likely = [item for item in answered if item.likeliest is not None]
    return [
        _strategy("single", answered, [item.accuracy for item in answered]),
        _strategy("vote", voting, [_vote(item) for item in voting]),
        *_rpc(voting),
        _strategy("best-of-n", likely, [float(item.likeliest is not None and item.likeliest[1]) for item in likely]),
        _strategy("oracle", answered, [float(item.correct > 0) for item in answered]),
    ]


def _rpc(items: Sequence[_Item]) -> list[dict[str, Json]]:
    """Return the choice by perplexity consistency after reasoning pruning, where all log-probabilities are known."""
    width = max((len(item.ballots) for item in items), default=0)
    if not width or any(len(item.ballots) < item.samples for item in items):
        return []
    absent = Ballot(0, math.nan, False, 0)
    rows = [(*item.ballots, *[absent] * (width - len(item.ballots))) for item in items]
    keys, texts = (np.array([[ballot[place] for ballot in row] for row in rows], dtype=np.int64) for place in (0, 3))
    logprobs = np.array([[ballot.logprob for ballot in row] for row in rows])
    correct = np.array([[ballot.correct for ballot in row] for row in rows])
    return [_strategy("rpc", items, consistency(keys, correct, logprobs, texts, pruned=True).correct.tolist())]


def _vote(item: _Item) -> float:
    """Return the chance that a plurality vote is right, ties split evenly."""
    if not item.votes:
        return 0.0
    most = max(count for count, _ in item.votes.values())
    winners = [correct for count, correct in item.votes.values() if count == most]
    return sum(winners) / len(winners)


def _strategy(name: str, items: Sequence[_Item], values: Sequence[float]) -> dict[str, Json]:
    row: dict[str, Json] = {"name": name, "problems": len(items), "accuracy": None, "low": None, "high": None}
    if items:
        found = clustered_proportion(values, [item.group_id for item in items])
        row |= {"accuracy": found.estimate, "low": found.low, "high": found.high}
    return row


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known and len(known) == len(values) else None


def _baseline(items: Sequence[_Item], best: Mapping[tuple[str, str], str]) -> dict[str, Json]:
    """Return the accuracy of each task's best shallow solver on these items; a task without one counts with chance."""
    run = [item for item in items if item.baselines is not None]
    values = [_baseline_value(item, best.get((item.family, item.task))) for item in run]
    kinds = {(item.family, item.task) for item in items}
    name = best.get(next(iter(kinds))) if len(kinds) == 1 else None
    return {"baseline": _mean(values), "baseline_name": name}


def _baseline_value(item: _Item, name: str | None) -> float | None:
    return item.chance if name is None else float((item.baselines or {})[name])
