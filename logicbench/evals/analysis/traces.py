"""What completions do on their way: where the answer first stands, whether it changes, and how often they turn back.

The trace of a completion is its thinking; where there is none, all of it. It is cut into thoughts at blank lines, or at
line ends where it has no blank line. What a thought states is read by the family's own parser, as an answer would be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from logicbench.evals.record import Sample
from logicbench.evals.statistics import Interval, clustered_mean, clustered_proportion
from logicbench.family import verify
from logicbench.problem import Problem

REFLECTION_VERSION = 1
"""Version of `REFLECTION`; a change of the words bumps it."""

REFLECTION: dict[str, tuple[str, ...]] = {
    "hesitate": ("wait", "hmm", "hold on", "not sure", "confused", "actually"),
    "alternative": ("alternatively", "another way", "another approach", "on the other hand", "instead", "what if"),
    "verify": ("check", "double-check", "verify", "let me confirm", "make sure", "recheck"),
    "correct": ("mistake", "i was wrong", "that's wrong", "incorrect", "error", "my bad", "correction"),
    "conclude": ("therefore", "thus", "hence", "in conclusion", "final answer", "so the answer"),
}
"""Words that mark a turn of a trace, in English, by group."""

_PATTERNS = {
    group: re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b", re.IGNORECASE)
    for group, words in REFLECTION.items()
}

AGREEING = 3
"""Statements of one answer in a row after which a trace counts as converged (Lin et al. 2025, TrimR, with M = 2)."""

MAX_THOUGHTS = 64
"""Thoughts of a trace that are read; longer traces are read at that many evenly spread places."""


@dataclass(frozen=True, slots=True)
class Thought:
    """One thought that states an answer."""

    end: int
    """Where it ends in the trace, in characters."""
    key: str
    correct: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """What one completion's trace shows."""

    group: str
    correct: bool
    final: str | None
    """Key of the final answer."""
    characters: int
    tokens: int
    """Of the trace."""
    thoughts: int
    stated: tuple[Thought, ...]
    words: int
    reflection: tuple[int, ...]
    """Marks of each group of `REFLECTION`."""


def trace_span(sample: Sample) -> tuple[int, int, int]:
    """Return where the trace of a completion starts and ends in its text, and how many tokens it took."""
    if sample.thinking is not None:
        return (*sample.thinking, sample.tokens.thinking)
    return 0, len(sample.text), sample.tokens.generated


def thought_ends(trace: str) -> list[int]:
    """Return where the thoughts of a trace end."""
    mark = r"\n\s*\n" if re.search(r"\n\s*\n", trace) else r"\n"
    ends = [match.end() for match in re.finditer(mark, trace)]
    return [*(end for end in ends if end < len(trace)), len(trace)] if trace else []


def read_trace(problem: Problem, sample: Sample) -> Trace:
    """Return what a completion's trace shows."""
    start, end, tokens = trace_span(sample)
    text = sample.text[start:end]
    ends = thought_ends(text)
    stated, last = [], 0
    for stop in _evenly(ends):
        verdict = verify(problem, text[last:stop])
        if verdict.status in ("correct", "wrong"):
            stated.append(Thought(stop, verdict.answer_key or verdict.status, verdict.correct))
        last = stop
    final = None
    if sample.verdict is not None and sample.verdict.status in ("correct", "wrong"):
        final = sample.verdict.answer_key or sample.verdict.status
    marks = tuple(len(pattern.findall(text)) for pattern in _PATTERNS.values())
    return Trace(
        sample.group_id, sample.correct, final, len(text), tokens, len(ends), tuple(stated), len(text.split()), marks
    )


def _evenly(ends: list[int]) -> list[int]:
    if len(ends) <= MAX_THOUGHTS:
        return ends
    return [ends[(place + 1) * len(ends) // MAX_THOUGHTS - 1] for place in range(MAX_THOUGHTS)]


@dataclass(frozen=True, slots=True)
class Overthinking:
    """What comes after the answer stands for the first time."""

    traces: int
    """Traces that state the final answer somewhere."""
    ratio: Interval | None
    """Share of the trace after the final answer was first stated."""
    ratio_correct: Interval | None
    """Share of the trace after a right answer was first stated, over traces that state one."""
    abandoned: Interval | None
    """Share of completions with a wrong or no final answer whose trace states a right one."""
    rescued: Interval | None
    """Share of completions with a right answer whose first stated answer is wrong."""


@dataclass(frozen=True, slots=True)
class Convergence:
    """What would happen if thinking ended once an answer was stated three times in a row."""

    traces: int
    converged: int
    saved_tokens: float
    """Share of all tokens of traces that would not be generated."""
    accuracy: Interval
    """Of completions as they are, over all traces."""
    accuracy_cut: Interval
    """Where converged traces give the answer that they converged on."""
    regret: float
    """Share of completions that are right and would not be."""
    rescue: float
    """Share that are not right and would be."""


@dataclass(frozen=True, slots=True)
class Reflection:
    """How often traces turn back, and whether that goes with being right."""

    version: int
    per_thousand_words: dict[str, float]
    """Marks of each group."""
    thoughts: float
    """Mean number of thoughts."""
    tokens_per_thought_right: float | None
    tokens_per_thought_wrong: float | None
    """Much smaller than that of right ones: the trace gives up its thoughts too soon (underthinking)."""
    accuracy_by_rate: tuple[Interval, ...]
    """Accuracy of the third with the fewest marks of hesitation, alternatives and correction, the middle, the most."""
    accuracy_after_correction: Interval | None
    """Accuracy of completions whose trace holds a mark of correction."""
    productive: float | None
    """Among changes of the stated answer, the share from wrong to right."""
    destructive: float | None
    """Among changes of the stated answer, the share from right to wrong."""


def overthinking(traces: Sequence[Trace]) -> Overthinking:
    """Return what comes after the answer stands."""
    after, after_right, groups, groups_right = [], [], [], []
    for trace in traces:
        first = next((thought.end for thought in trace.stated if thought.key == trace.final), None)
        if first is not None:
            after.append(1 - first / trace.characters)
            groups.append(trace.group)
        right = next((thought.end for thought in trace.stated if thought.correct), None)
        if right is not None:
            after_right.append(1 - right / trace.characters)
            groups_right.append(trace.group)
    failed = [trace for trace in traces if not trace.correct]
    solved = [trace for trace in traces if trace.correct and trace.stated]
    return Overthinking(
        len(after),
        _mean(after, groups),
        _mean(after_right, groups_right),
        _share([any(thought.correct for thought in trace.stated) for trace in failed], failed),
        _share([not trace.stated[0].correct for trace in solved], solved),
    )


def convergence(traces: Sequence[Trace], agreeing: int = AGREEING) -> Convergence | None:
    """Replay stopping once the same answer was stated several times in a row; None without traces."""
    if not traces:
        return None
    saved = total = 0.0
    converged, cut = 0, []
    for trace in traces:
        total += trace.tokens
        stop = _converged(trace, agreeing)
        cut.append(trace.correct if stop is None else stop.correct)
        if stop is not None:
            converged += 1
            saved += trace.tokens * (1 - stop.end / trace.characters)
    now = [trace.correct for trace in traces]
    pairs = list(zip(now, cut, strict=True))
    groups = np.array([trace.group for trace in traces])
    return Convergence(
        len(traces),
        converged,
        saved / total if total else 0.0,
        clustered_proportion(np.array(now, dtype=float), groups),
        clustered_proportion(np.array(cut, dtype=float), groups),
        sum(before and not after for before, after in pairs) / len(pairs),
        sum(after and not before for before, after in pairs) / len(pairs),
    )


def _converged(trace: Trace, agreeing: int) -> Thought | None:
    run, last = 0, None
    for thought in trace.stated:
        run = run + 1 if thought.key == last else 1
        last = thought.key
        if run == agreeing:
            return thought
    return None


def reflection(traces: Sequence[Trace]) -> Reflection | None:
    """Return how often traces turn back; None without traces."""
    if not traces:
        return None
    words = sum(trace.words for trace in traces)
    marks = np.array([trace.reflection for trace in traces])
    names = list(REFLECTION)
    turning = marks[:, [names.index(name) for name in ("hesitate", "alternative", "correct")]].sum(axis=1)
    rates = turning / np.maximum([trace.words for trace in traces], 1)
    order = np.argsort(rates, kind="stable")
    thirds = np.array_split(order, 3) if len(traces) >= 30 and turning.any() else []
    corrected = [trace for trace, count in zip(traces, marks[:, names.index("correct")], strict=True) if count]
    changes = [
        (before.correct, after.correct)
        for trace in traces
        for before, after in zip(trace.stated, trace.stated[1:], strict=False)
        if before.key != after.key
    ]
    return Reflection(
        REFLECTION_VERSION,
        {name: 1000 * float(marks[:, place].sum()) / words if words else 0.0 for place, name in enumerate(names)},
        float(np.mean([trace.thoughts for trace in traces])),
        _tokens_per_thought(traces, True),
        _tokens_per_thought(traces, False),
        tuple(
            found
            for rows in thirds
            if (found := _share([traces[row].correct for row in rows], [traces[row] for row in rows])) is not None
        ),
        _share([trace.correct for trace in corrected], corrected),
        sum(after and not before for before, after in changes) / len(changes) if changes else None,
        sum(before and not after for before, after in changes) / len(changes) if changes else None,
    )


def _tokens_per_thought(traces: Sequence[Trace], right: bool) -> float | None:
    usable = [trace for trace in traces if trace.correct is right and trace.thoughts and trace.tokens]
    some = [trace.tokens / trace.thoughts for trace in usable]
    return float(np.mean(some)) if some else None


def _share(values: Sequence[bool], traces: Sequence[Trace]) -> Interval | None:
    if not values:
        return None
    return clustered_proportion(np.array(values, dtype=float), np.array([trace.group for trace in traces]))


def _mean(values: Sequence[float], groups: Sequence[str]) -> Interval | None:
    return clustered_mean(np.array(values), np.array(groups)).interval() if values else None
