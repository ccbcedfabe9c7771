"""A run as columns: what statistics need of every completion, as arrays of shape (problems, samples).

Texts are read once, from disk, one at a time; what stays in memory is some forty bytes a completion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logicbench.evals.record import Sample
from logicbench.evals.results import OUTCOMES, band_of, outcome
from logicbench.evals.statistics.clustered import Codes, Floats, encode
from logicbench.evals.store import RunReader
from logicbench.evals.texts import ends_in_loop, hash_text
from logicbench.family import get_family

CORRECT = OUTCOMES.index("correct")
UNPARSABLE = OUTCOMES.index("unparsable")
CUT_OFF = OUTCOMES.index("truncated")
ERROR = OUTCOMES.index("errors")
ABSENT = -1
"""Where a planned completion has not been made."""


@dataclass(frozen=True, slots=True)
class Items:
    """The problems, each field of shape (problems,)."""

    ids: NDArray[Any]
    family: NDArray[Any]
    task: NDArray[Any]
    """``family:task``."""
    surface: NDArray[Any]
    """``family:task@surface``."""
    band: NDArray[Any]
    """Hardness band; empty where the hardness is not measured."""
    label: NDArray[Any]
    """Empty where no class is asked for."""
    hardness: Floats
    """NaN where it is not measured."""
    chance: Floats
    """NaN where it is not known."""
    group: Codes
    """The cluster of each problem."""

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[Any]) -> Items:
        """Return the problems at these places (numbers, or a mask), with their clusters numbered anew."""
        part = Items(*(getattr(self, each.name)[rows] for each in fields(self)))
        return replace(part, group=encode(part.group))


@dataclass(frozen=True, slots=True)
class Columns:
    """The completions, each field of shape (problems, samples)."""

    outcome: NDArray[np.int8]
    """Index into `OUTCOMES`, or `ABSENT`."""
    key: NDArray[np.int64]
    """Hash of the answer key; 0 where there is none."""
    said: NDArray[np.int64]
    """Hash of the text after thinking; 0 where it is empty."""
    text: NDArray[np.int64]
    """Hash of the whole completion."""
    tokens: NDArray[np.int32]
    """Generated tokens."""
    thinking: NDArray[np.int32]
    prompt: NDArray[np.int32]
    logprob: NDArray[np.float64]
    """Mean log-probability of a generated token, in nats; NaN where it was not stored."""
    looped: NDArray[np.bool_]
    """Whether the completion ends in a loop."""

    @property
    def made(self) -> NDArray[np.bool_]:
        """Whether there is a completion."""
        made: NDArray[np.bool_] = (self.outcome != ABSENT) & (self.outcome != ERROR)
        return made

    @property
    def whole(self) -> NDArray[np.bool_]:
        """Whether all planned completions of a problem were made, shape (problems,)."""
        return np.asarray(self.made.all(axis=1))

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether it is right."""
        made: NDArray[np.bool_] = self.outcome == CORRECT
        return made

    def take(self, rows: NDArray[Any]) -> Columns:
        """Return the completions of the problems at these places (numbers, or a mask)."""
        return Columns(*(getattr(self, each.name)[rows] for each in fields(self)))

    def item_mean(self, values: NDArray[Any]) -> Floats:
        """Return the mean of each problem's completions, shape (problems,); NaN where it has none."""
        counts = self.made.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            means: Floats = np.where(self.made, values, 0).sum(axis=1) / counts
        return means


def read_items(run: RunReader) -> Items:
    """Return the problems of a run, in plan order."""
    rows = []
    for problem in run.problems():
        kind = f"{problem.family}:{problem.task}"
        score = problem.hardness.get("score")
        guess = get_family(problem.family).chance(problem)
        rows.append(
            (
                problem.id,
                problem.family,
                kind,
                f"{kind}@{problem.surface}",
                "" if score is None else band_of(float(score)),
                problem.label or "",
                math.nan if score is None else float(score),
                math.nan if guess is None else guess,
                problem.group_id,
            )
        )
    columns: list[Any] = [np.array(column) for column in zip(*rows, strict=True)] if rows else [np.array([])] * 9
    *names, hardness, chance, group = columns
    ids, family, task, surface, band, label = names
    return Items(
        ids, family, task, surface, band, label, hardness.astype(float), chance.astype(float), encode(group)
    )  # fmt: skip


def read_columns(run: RunReader, ids: Sequence[str], samples: int | None = None) -> Columns:
    """Return the completions of the given problems, in the order given.

    Args:
        run: The run.
        ids: Problem ids; completions of other problems are left out.
        samples: Completions of each to read; None reads all that were planned.
    """
    width = run.info["config"]["samples"] if samples is None else samples
    found = _empty(len(ids), width)
    places = {name: row for row, name in enumerate(ids)}
    for sample in run.samples():
        row = places.get(sample.problem)
        if row is not None and sample.sample < width:
            _fill(found, (row, sample.sample), sample)
    return found


def _empty(rows: int, width: int) -> Columns:
    shape = (rows, width)
    return Columns(
        outcome=np.full(shape, ABSENT, np.int8),
        key=np.zeros(shape, np.int64),
        said=np.zeros(shape, np.int64),
        text=np.zeros(shape, np.int64),
        tokens=np.zeros(shape, np.int32),
        thinking=np.zeros(shape, np.int32),
        prompt=np.zeros(shape, np.int32),
        logprob=np.full(shape, np.nan),
        looped=np.zeros(shape, np.bool_),
    )


def _fill(found: Columns, place: tuple[int, int], sample: Sample) -> None:
    found.outcome[place] = OUTCOMES.index(outcome(sample))
    if sample.verdict is None:
        return
    said = sample.text[sample.answer_start :].strip()
    found.key[place] = 0 if sample.verdict.answer_key is None else hash_text(sample.verdict.answer_key)
    found.said[place] = hash_text(said) if said else 0
    found.text[place] = hash_text(sample.text)
    found.tokens[place] = sample.tokens.generated
    found.thinking[place] = sample.tokens.thinking
    found.prompt[place] = sample.tokens.prompt
    if sample.logprob_sum is not None and sample.tokens.generated:
        found.logprob[place] = sample.logprob_sum / sample.tokens.generated
    found.looped[place] = sample.finish == "repetition" or ends_in_loop(sample.text)
