"""Measured hardness on one scale, and hardness bands.

A family measures an instance as figures (conflicts of a reference solver, proof size, number of models, ...). One of
them, ``effort``, is mapped to a ``score`` in [0, 1] by the family's calibration table: the score is the share of a
reference population of the family whose effort is smaller, interpolated in the logarithm of the effort. Tables are
rebuilt by ``tools/calibrate_hardness.py`` and shipped as ``logicbench/calibration/FAMILY.json``.
"""

from __future__ import annotations

import bisect
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from logicbench.errors import InputError


@dataclass(frozen=True, slots=True)
class Band:
    """A closed interval of hardness scores."""

    low: float
    high: float

    def __contains__(self, score: object) -> bool:
        return isinstance(score, int | float) and self.low <= score <= self.high

    def __str__(self) -> str:
        return f"{self.low:g}..{self.high:g}"


def parse_band(text: str) -> Band:
    """Read ``LO..HI``.

    Raises:
        InputError: If the text is not two numbers with 0 <= LO <= HI <= 1.
    """
    low, dots, high = text.partition("..")
    try:
        band = Band(float(low), float(high))
    except ValueError:
        dots = ""
        band = Band(0, 0)
    if not dots or not 0 <= band.low <= band.high <= 1:
        raise InputError(f"hardness {text!r} is not a band; write LO..HI with 0 <= LO <= HI <= 1, for example 0.4..0.6")
    return band


@dataclass(frozen=True, slots=True)
class Scale:
    """A calibration table: efforts, ascending, and the scores that they map to."""

    efforts: tuple[float, ...]
    scores: tuple[float, ...]

    def score(self, effort: float) -> float:
        """Return the score of an effort, clipped to [0, 1] and rounded to four digits."""
        if effort <= self.efforts[0]:
            return self.scores[0]
        if effort >= self.efforts[-1]:
            return self.scores[-1]
        right = bisect.bisect_right(self.efforts, effort)
        low, high = math.log1p(self.efforts[right - 1]), math.log1p(self.efforts[right])
        share = (math.log1p(effort) - low) / (high - low)
        return round(self.scores[right - 1] + share * (self.scores[right] - self.scores[right - 1]), 4)


def fit_scale(efforts: Sequence[float], knots: int = 41) -> Scale:
    """Return the scale whose score is the share of the population with a smaller effort.

    Args:
        efforts: Efforts of a reference population.
        knots: Number of quantiles kept.
    """
    ordered = sorted(efforts)
    found: dict[float, list[float]] = {}
    for knot in range(knots):
        share = knot / (knots - 1)
        found.setdefault(ordered[round(share * (len(ordered) - 1))], []).append(share)
    levels = sorted(found)
    scores = [sum(found[level]) / len(found[level]) for level in levels]
    scores[0], scores[-1] = 0.0, 1.0
    return Scale(tuple(levels), tuple(round(score, 4) for score in scores))


@cache
def load_scale(family: str) -> Scale | None:
    """Return a family's shipped scale, or None if it is not calibrated."""
    entry = files("logicbench").joinpath("calibration", f"{family}.json")
    if not entry.is_file():
        return None
    table = json.loads(entry.read_text(encoding="utf-8"))
    return Scale(tuple(table["efforts"]), tuple(table["scores"]))
