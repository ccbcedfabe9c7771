"""How many problems a comparison needs, before it is made."""

from __future__ import annotations

import math
from dataclasses import dataclass

from logicbench.errors import InputError
from logicbench.evals.statistics import (
    design_effect,
    detectable_difference,
    mcnemar_power,
    required_items,
    required_items_equivalence,
    required_items_unpaired,
)

FLIP_RATES = (0.05, 0.1, 0.2, 0.3)
"""Shares of flips that are shown where none is given: about what light to heavy compression was seen to do."""

NOISE_SHARE = 0.5
"""Share of the flips taken for noise where several samples are planned and no floor is given."""

_EXACT_ITEMS = 20_000
"""Problems up to which the exact power is computed."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is to be shown, and how the problems are asked."""

    delta: float = 0.03
    """Difference of accuracy to be shown, and margin of equivalence."""
    power: float = 0.8
    alpha: float = 0.05
    samples: int = 1
    """Completions of each problem."""
    accuracy: float = 0.6
    """Of the better run; matters for the unpaired design only."""
    noise_floor: float | None = None
    """Share of verdicts that flip between two runs with nothing changed; None takes half of the flips."""
    cluster_size: float = 2.0
    """Problems drawn together, such as twins or surfaces of one instance."""
    icc: float = 0.0
    """Correlation of the differences of such problems."""

    def __post_init__(self) -> None:
        checks = (
            ("--delta", self.delta, 0 < self.delta < 1, "between 0 and 1; 0.03 is three points"),
            ("--power", self.power, 0.5 <= self.power < 1, "at least 0.5 and below 1"),
            ("--alpha", self.alpha, 0 < self.alpha < 0.5, "between 0 and 0.5"),
            ("--samples", self.samples, self.samples >= 1, "at least 1"),
            ("--accuracy", self.accuracy, self.delta <= self.accuracy <= 1, "at least --delta and at most 1"),
            ("--cluster-size", self.cluster_size, self.cluster_size >= 1, "at least 1"),
            ("--icc", self.icc, -1 <= self.icc <= 1, "between -1 and 1"),
        )
        for name, value, fine, words in checks:
            if not fine:
                raise InputError(f"{name} must be {words}, not {value:g}")


@dataclass(frozen=True, slots=True)
class Size:
    """What one share of flips asks for; numbers of problems."""

    discordance: float
    """Share of problems whose verdict differs between the two runs, one sample each."""
    noise_floor: float
    paired: int
    """To show the difference with both runs on the same problems."""
    unpaired: int
    """To show it with each run on problems of its own."""
    equivalence: int
    """To show that the difference is below the margin, if it is 0."""
    exact_power: float | None
    """Of McNemar's exact test at the paired size; None with several samples, clusters or very many problems."""


def plan_sizes(design: Design, discordance: float | None = None) -> list[Size]:
    """Return the sizes for a share of flips, or for `FLIP_RATES` where none is given.

    With k samples of each problem, the part of the flips that is noise is divided by k: an item's difference has the
    variance (flips - floor) + floor / k about zero. Problems drawn together inflate it by the design effect.

    Raises:
        InputError: If the share of flips is smaller than the difference, or smaller than the noise floor.
    """
    rates = [discordance] if discordance is not None else [rate for rate in FLIP_RATES if rate > design.delta]
    if not rates:
        rates = [min(1.0, 2 * design.delta)]
    return [_size(design, rate) for rate in rates]


def _size(design: Design, rate: float) -> Size:
    floor = _floor(design, rate)
    effective = rate - floor + floor / design.samples
    if not design.delta <= rate <= 1:
        raise InputError(f"--discordance must be at least --delta ({design.delta:g}) and at most 1, not {rate:g}")
    inflation = design_effect(design.cluster_size, design.icc)
    alpha, power, delta = design.alpha, design.power, design.delta
    paired = _inflated(required_items(delta, max(effective, delta), power, alpha), inflation)
    spread = design.accuracy * (1 - design.accuracy) + (design.accuracy - delta) * (1 - design.accuracy + delta)
    less_noise = max(0.0, spread - floor + floor / design.samples) / spread if spread else 1.0
    exact = design.samples == 1 and inflation == 1 and paired <= _EXACT_ITEMS
    return Size(
        rate,
        floor,
        paired,
        _inflated(required_items_unpaired(delta, design.accuracy, power, alpha), inflation * less_noise),
        _inflated(required_items_equivalence(delta, effective, power, alpha), inflation),
        mcnemar_power(paired, delta, rate, alpha) if exact else None,
    )


def _floor(design: Design, rate: float) -> float:
    floor = NOISE_SHARE * rate if design.noise_floor is None else design.noise_floor
    if not 0 <= floor <= rate:
        raise InputError(f"--noise-floor must be between 0 and the share of flips ({rate:g}), not {floor:g}")
    return floor


def _inflated(items: int, factor: float) -> int:
    return max(1, math.ceil(items * factor - 1e-9))


def detectable(design: Design, items: int, discordance: float) -> float:
    """Return the smallest difference that a number of problems would show; NaN if none would."""
    floor = _floor(design, discordance)
    effective = discordance - floor + floor / design.samples
    inflation = design_effect(design.cluster_size, design.icc)
    return detectable_difference(items / max(inflation, 1e-9), effective, design.power, design.alpha)
