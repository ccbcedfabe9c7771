"""What a comparison of runs says, as records that are written to ``compare.json``."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from logicbench.evals.pairing import Dropped
from logicbench.evals.statistics.equivalence import Equivalence
from logicbench.evals.statistics.intervals import Interval
from logicbench.problem import Json

SCHEMA = 1
"""Version of the form of ``compare.json``."""

DIMENSIONS = ("overall", "family", "task", "surface", "band")
"""How the problems are sliced."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One of the runs compared."""

    name: str
    path: str
    model: str
    backend: str
    status: str
    samples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in both runs."""

    baseline: float
    run: float
    difference: Interval
    """Second less first; for shares by the score test, otherwise by the bootstrap."""
    bootstrap: Interval
    """The same difference by the clustered paired bootstrap."""
    ratio: Interval | None = None
    """Second over first by the bootstrap, for counts of tokens."""


@dataclass(frozen=True, slots=True)
class Test:
    """Whether the accuracies differ."""

    p_value: float
    """Paired permutation test over clusters; McNemar's exact test where every problem is a cluster with one sample."""
    p_holm: float
    """Adjusted over all runs and slices of the same dimension."""
    mcnemar: float | None
    """McNemar's exact test, which takes problems for independent; None with several samples."""
    mcnemar_midp: float | None


@dataclass(frozen=True, slots=True)
class Flips:
    """How verdicts changed, as shares of problems: the chance that one sample of each run differs."""

    lost: float
    """Right in the baseline, not in the run."""
    gained: float
    both_right: float
    both_wrong: float
    churn: float | None
    """Among pairs that are both wrong with a readable answer, the share whose answers differ."""
    floor: float | None
    """The same for two runs with nothing changed; None where it was not measured."""
    excess: Interval | None
    """Flips less the floor, by the bootstrap."""
    transitions: Mapping[str, Mapping[str, float]]
    """For each outcome in the baseline, the share of pairs with each outcome in the run; sums to 1 over all."""

    @property
    def total(self) -> float:
        """Share of problems whose verdict changed."""
        return self.lost + self.gained


@dataclass(frozen=True, slots=True)
class Threshold:
    """Hardness of half performance above chance."""

    baseline: Interval
    run: Interval
    baseline_words: str
    """What may be said of the threshold, for people."""
    run_words: str
    shift: Interval | None
    """Second less first; None where both lie beyond the same end of the measured range."""
    bounded: bool
    """Whether the true shift is at least as large as stated."""
    p_value: float | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The comparison of one run with the baseline on some of the problems."""

    dimension: str
    name: str
    items: int
    clusters: int
    chance: float | None
    accuracy_baseline: Interval
    accuracy_run: Interval
    corrected_baseline: float | None
    """Accuracy above chance: 0 at guessing, 1 at perfection."""
    corrected_run: float | None
    figures: Mapping[str, Figure]
    """``accuracy``, ``unparsable``, ``cut_off``, ``undecided``, ``tokens``, ``thinking_tokens``."""
    token_ratio: Interval
    """Geometric mean over problems of the ratio of their mean tokens."""
    token_ratio_solved: Interval
    """The same over the problems that both runs solve (half of their samples or more)."""
    tokens_per_correct: Figure
    """Generated tokens for one right answer; infinite (null) without any."""
    test: Test
    flips: Flips
    equivalence: Equivalence
    detectable: float | None
    """Smallest true difference that this many problems would have shown with a power of 0.8."""
    threshold: Threshold | None

    @property
    def accuracy(self) -> Figure:
        """The headline figure."""
        return self.figures["accuracy"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A sign that a run broke down rather than got a little worse."""

    kind: str
    """``constant-answer``, ``label-entropy``, ``repetition``, ``format-loss``, ``truncation`` or ``empty``."""
    where: str
    """The task, or ``all``."""
    baseline: float
    run: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """One run against the baseline."""

    run: str
    headline: str
    slices: tuple[Slice, ...]
    flags: tuple[Flag, ...]

    @property
    def overall(self) -> Slice:
        """The slice of all problems."""
        return self.slices[0]

    def of(self, dimension: str) -> list[Slice]:
        """Return the slices of a dimension."""
        return [each for each in self.slices if each.dimension == dimension]


@dataclass(frozen=True, slots=True)
class Noise:
    """Where the floor of the flips comes from."""

    source: str
    """``runs`` or ``samples``."""
    runs: tuple[str, ...]
    items: int
    """Problems of the comparison that it was measured on."""
    flips: Interval
    """Share of problems whose verdict differs between two runs with nothing changed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs compared with the first of them on identical problems."""

    runs: tuple[RunSummary, ...]
    items: int
    clusters: int
    samples: int
    dropped: tuple[Dropped, ...]
    differences: Mapping[str, tuple[str, ...]]
    """By run, the settings in which it differs from the baseline although it was asked to be compared all the same."""
    margin: float
    alpha: float
    draws: int
    seed: int
    noise: Noise | None
    contrasts: tuple[Contrast, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def baseline(self) -> RunSummary:
        """The first run."""
        return self.runs[0]

    def to_json(self) -> dict[str, Json]:
        """Return the comparison as a JSON object; numbers that are not finite are null."""
        document = {"schema": SCHEMA, "baseline": self.baseline.name}
        for each in dataclasses.fields(self):
            document[each.name] = jsonable(getattr(self, each.name))
        return document


def jsonable(value: Any) -> Json:
    """Return records, arrays and numbers as JSON values; properties named ``total`` and ``sentence`` are included."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        record = {each.name: jsonable(getattr(value, each.name)) for each in dataclasses.fields(value)}
        for name in ("total", "sentence"):
            if name not in record and isinstance(getattr(type(value), name, None), property):
                record[name] = jsonable(getattr(value, name))
        return record
    if isinstance(value, Mapping):
        return {str(name): jsonable(each) for name, each in value.items()}
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [jsonable(each) for each in value]
    return value
