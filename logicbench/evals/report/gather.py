"""What a report needs of a run, gathered in one pass that holds numbers and no texts."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logicbench.evals.results import OUTCOMES, outcome
from logicbench.evals.store import RunReader, open_run
from logicbench.family import get_family

Kind = tuple[str, str, str]
"""(family, task, surface)."""


@dataclass(frozen=True)
class RunData:
    """A run in numbers: one entry for each problem, one for each completion, both in plan order."""

    path: Path
    name: str
    """What the run is called on the page: the model's name."""
    info: Mapping[str, Any]
    results: Mapping[str, Any]
    ids: tuple[str, ...]
    """Of each problem."""
    kinds: tuple[Kind, ...]
    """The kinds of problems, in order of first appearance."""
    kind: NDArray[np.int32]
    """Of each problem: an index into `kinds`."""
    hardness: NDArray[np.float64]
    """Of each problem; NaN where unknown."""
    chance: NDArray[np.float64]
    """Of each problem; NaN where unknown."""
    cluster: NDArray[np.int64]
    """Of each problem: a number shared by the problems of one draw."""
    problem: NDArray[np.int64]
    """Of each completion: its problem."""
    sample: NDArray[np.int32]
    """Of each completion: its number among the problem's completions."""
    outcome: NDArray[np.int8]
    """Of each completion: an index into `OUTCOMES`."""
    tokens: NDArray[np.int64]
    """Of each completion: all that was generated."""
    thinking: NDArray[np.int64]
    latency: NDArray[np.float64]
    """Of each completion: seconds."""

    @cached_property
    def trials(self) -> NDArray[np.float64]:
        """Completions of each problem that did not fail."""
        answered = self.problem[self.outcome != OUTCOMES.index("errors")]
        return np.bincount(answered, minlength=len(self.kind)).astype(np.float64)

    @cached_property
    def hits(self) -> NDArray[np.float64]:
        """Right completions of each problem."""
        right = self.problem[self.outcome == OUTCOMES.index("correct")]
        return np.bincount(right, minlength=len(self.kind)).astype(np.float64)

    def outcomes_by_name(self) -> dict[tuple[str, int], int]:
        """Return each completion's outcome by problem id and sample."""
        names = zip(self.problem.tolist(), self.sample.tolist(), self.outcome.tolist(), strict=True)
        return {(self.ids[problem], sample): outcome for problem, sample, outcome in names}

    def members(self, family: str, task: str | None = None) -> NDArray[np.bool_]:
        """Return which problems are of that family and task."""
        wanted = [f == family and task in (None, t) for f, t, _ in self.kinds]
        return np.asarray(wanted, dtype=np.bool_)[self.kind]


def gather(path: str | Path) -> RunData:
    """Read a run.

    Raises:
        InputError: If the folder holds no run, or the run has no results yet.
    """
    reader = open_run(path)
    results = reader.results()
    kinds: dict[Kind, int] = {}
    groups: dict[str, int] = {}
    ranks: dict[str, int] = {}
    kind, hardness, chance, cluster = array("i"), array("d"), array("d"), array("q")
    for rank, problem in enumerate(reader.problems()):
        ranks[problem.id] = rank
        name = (problem.family, problem.task, problem.surface)
        kind.append(kinds.setdefault(name, len(kinds)))
        hardness.append(_number(problem.hardness.get("score")))
        chance.append(_number(get_family(problem.family).chance(problem)))
        cluster.append(groups.setdefault(problem.group_id, len(groups)))
    problems, samples, outcomes = array("q"), array("i"), array("b")
    tokens, thinking, latency = array("q"), array("q"), array("d")
    for sample in reader.samples():
        problems.append(ranks[sample.problem])
        samples.append(sample.sample)
        outcomes.append(OUTCOMES.index(outcome(sample)))
        tokens.append(sample.tokens.generated)
        thinking.append(sample.tokens.thinking)
        latency.append(sample.latency_s)
    return RunData(
        Path(path),
        model_name(reader),
        reader.info,
        results,
        tuple(ranks),
        tuple(kinds),
        np.asarray(kind, dtype=np.int32),
        np.asarray(hardness, dtype=np.float64),
        np.asarray(chance, dtype=np.float64),
        np.asarray(cluster, dtype=np.int64),
        np.asarray(problems, dtype=np.int64),
        np.asarray(samples, dtype=np.int32),
        np.asarray(outcomes, dtype=np.int8),
        np.asarray(tokens, dtype=np.int64),
        np.asarray(thinking, dtype=np.int64),
        np.asarray(latency, dtype=np.float64),
    )


def model_name(run: RunReader) -> str:
    """Return what to call a run's model: the last part of its path."""
    named = str(run.info["config"]["model"])
    return Path(named.rstrip("/")).name or named


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
