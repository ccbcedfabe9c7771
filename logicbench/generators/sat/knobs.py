"""Settings of the SAT family, and the finite-size thresholds of random k-SAT."""

from __future__ import annotations

import bisect
from typing import Literal

from pydantic import Field, model_validator

from logicbench.family import Knobs

Source = Literal["uniform", "quiet", "mixed", "pigeonhole", "tseitin", "parity", "ordering", "pebbling"]
STRUCTURED: tuple[str, ...] = ("pigeonhole", "tseitin", "parity", "ordering", "pebbling")

MAX_UNIFORM_VARIABLES = 150
"""Rejection near the threshold is cheap up to here; larger satisfiable formulas need ``source=quiet``."""

_M50: dict[int, dict[int, float]] = {
    2: {4: 8.5, 5: 10.5, 6: 12.5, 8: 16.5, 10: 19.5, 15: 26.5, 20: 33.5, 30: 47.5, 50: 74.5, 100: 137},
    3: {4: 16.5, 5: 23.5, 6: 29.5, 7: 34.5, 8: 39.5, 10: 48.5, 12: 56.5, 15: 71.5, 20: 91.5, 25: 113, 30: 133, 40: 175,
        50: 218, 75: 324, 100: 427},
    4: {5: 41.5, 6: 60.5, 8: 85.5, 10: 106.5, 12: 126.5, 15: 156, 20: 205, 30: 301, 40: 404, 50: 500},
}  # fmt: skip
_ASYMPTOTIC = {2: 1.0, 3: 4.267, 4: 9.931, 5: 21.117, 6: 43.37, 7: 87.79}


class SatKnobs(Knobs):
    """Settings of the SAT family."""

    variables: int = Field(10, ge=1, le=2000, description="number of variables (size parameter of structured sources)")
    clause_length: int = Field(3, ge=2, le=7, description="literals in each clause of random sources")
    ratio: float | None = Field(
        None, gt=0, le=200, description="clauses per variable; default: the 50% point of the task"
    )
    clauses: int | None = Field(None, ge=1, le=100_000, description="number of clauses; overrides ratio")
    source: Source = Field("uniform", description="where formulas come from")
    refutation: Literal["core", "mus", "rup"] = Field("mus", description="certify: what an UNSAT answer must show")
    weighted: bool = Field(False, description="maxsat: clauses carry weights from 1 to 9")

    @model_validator(mode="after")
    def _fits(self) -> SatKnobs:
        if self.source in STRUCTURED:
            if self.variables > 60:
                raise ValueError(f"source {self.source!r} takes variables up to 60: its formulas grow faster than that")
            return self
        if self.variables < self.clause_length:
            raise ValueError(f"variables must be at least clause_length, which is {self.clause_length}")
        return self


def threshold_clauses(variables: int, clause_length: int) -> int:
    """Return the number of clauses at which half of the uniform random formulas are satisfiable.

    Clauses have distinct variables and no clause occurs twice. Measured for 2 to 4 literals (see
    ``tools/measure_thresholds.py``), interpolated in the ratio; beyond the measured sizes, and for longer clauses, the
    asymptotic ratio corrected by the finite-size term of Crawford and Auton (1996).
    """
    table = _M50.get(clause_length)
    if table is not None and variables <= max(table):
        sizes = sorted(table)
        if variables <= sizes[0]:
            return max(1, round(table[sizes[0]] / sizes[0] * variables))
        right = bisect.bisect_left(sizes, variables)
        low, high = sizes[right - 1], sizes[right]
        share = (variables - low) / (high - low)
        ratio = table[low] / low * (1 - share) + table[high] / high * share
        return round(ratio * variables)
    finite_size: float = 14.0 * variables ** (-2 / 3)
    return round(_ASYMPTOTIC[clause_length] * (variables + finite_size))
