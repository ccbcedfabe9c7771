"""What smaller token limits would have given: every completion is cut and checked again.

The run folder holds no tokenizer, so a cut after t of a completion's n tokens is made after the t/n-th part of its
characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from logicbench.evals.record import Sample
from logicbench.evals.statistics import Interval, clustered_proportion
from logicbench.family import verify
from logicbench.problem import Problem

FRACTIONS = (1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1.0)
"""Limits that are replayed, as parts of the run's own."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One token limit."""

    max_tokens: int
    accuracy: Interval
    mean_tokens: float
    """Generated under the limit."""
    cut: float
    """Share of completions that the limit cuts off."""
    flips: float
    """Share of completions whose verdict differs from the stored one; 0 at the run's own limit."""


class Replay:
    """Replays token limits on completions as they stream by.

    Args:
        max_tokens: The run's own limit.
    """

    def __init__(self, max_tokens: int) -> None:
        self.budgets = sorted({max(1, round(max_tokens * part)) for part in FRACTIONS})
        self._right: list[list[bool]] = []
        self._now: list[bool] = []
        self._tokens: list[int] = []
        self._groups: list[str] = []

    def add(self, problem: Problem, sample: Sample) -> None:
        """Replay one completion under every limit."""
        self._right.append([right_within(problem, sample, budget) for budget in self.budgets])
        self._now.append(sample.correct)
        self._tokens.append(sample.tokens.generated)
        self._groups.append(sample.group_id)

    def results(self) -> list[Budget]:
        """Return the limits from small to large; none where the run holds no token counts."""
        tokens = np.array(self._tokens)
        if not tokens.any():
            return []
        right, groups = np.array(self._right, dtype=float), np.array(self._groups)
        now = np.array(self._now, dtype=float)
        return [
            Budget(
                budget,
                clustered_proportion(right[:, place], groups),
                float(np.minimum(tokens, budget).mean()),
                float((tokens > budget).mean()),
                float((right[:, place] != now).mean()),
            )
            for place, budget in enumerate(self.budgets)
        ]


def right_within(problem: Problem, sample: Sample, budget: int) -> bool:
    """Return whether a completion would have been right under a token limit."""
    generated = sample.tokens.generated
    end = len(sample.text) if generated <= budget else len(sample.text) * budget // generated
    if end <= sample.answer_start < len(sample.text) or (sample.answer_start and end < sample.answer_start):
        return False
    return verify(problem, sample.text[sample.answer_start : end]).correct


def spread(planned: int, most: int) -> Sequence[int]:
    """Return the places of at most `most` of `planned` completions, evenly spread."""
    if planned <= most:
        return range(planned)
    return [place * planned // most for place in range(most)]
