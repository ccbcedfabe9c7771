"""The picture of a phase transition: label balance and a reference solver's effort along a knob.

Instances are drawn as they come where the family can (`HardnessFamily`): random, unbalanced, unfiltered. Otherwise they
are those that `generate` makes, balanced by construction, and only their effort says anything.
"""

from __future__ import annotations

import csv
import itertools
import multiprocessing
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from logicbench.errors import InputError
from logicbench.family import Draft, Family, HardnessFamily, Knobs, get_family, get_task, make_knobs
from logicbench.problem import Json, content_id
from logicbench.seeding import Stream

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Quantiles of the effort that are reported."""

DEFAULT_STEPS = 13
"""Values of the control parameter where the user names none."""

MAX_VALUES = 1000

_CHUNK = 10


@dataclass(frozen=True, slots=True)
class Sweep:
    """What to draw: for every curve and every value of the varied knob, `count` instances."""

    family: str
    task: str
    knob: str
    values: tuple[Json, ...]
    settings: Mapping[str, Json] = field(default_factory=dict)
    """Knobs that stay fixed."""
    series: str | None = None
    """A knob with a curve for each of its values."""
    series_values: tuple[Json, ...] = (None,)
    count: int = 100
    seed: int = 0

    @property
    def unfiltered(self) -> bool:
        """Whether instances are drawn as they come."""
        return draws_unfiltered(get_family(self.family), self.task)

    @property
    def labels(self) -> tuple[str, ...]:
        """The task's labels; the picture shows the share of the first."""
        return get_family(self.family).tasks[self.task].labels

    def settings_at(self, curve: Json, value: Json) -> dict[str, Json]:
        """Return the knobs of one point."""
        settings = {**self.settings, self.knob: value}
        return settings if self.series is None else {**settings, self.series: curve}


@dataclass(frozen=True, slots=True)
class Point:
    """What was found at one value of the knob."""

    curve: Json
    value: Json
    count: int
    shares: Mapping[str, float]
    """Label -> share of the draws."""
    effort: tuple[float, ...]
    """The `QUANTILES` of the effort."""

    def interval(self, label: str) -> tuple[float, float]:
        """Return the 95% interval (Wilson) of a label's share."""
        from scipy.stats import binomtest

        found = binomtest(round(self.shares[label] * self.count), self.count).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


def draws_unfiltered(family: Family, task: str) -> bool:
    """Whether a family draws instances of the task as they come."""
    return isinstance(family, HardnessFamily) and task in family.draw_tasks


def plan(selection: str, settings: Mapping[str, Json], vary: str | None, count: int, seed: int = 0) -> Sweep:
    """Return the sweep that a user asks for.

    Args:
        selection: ``FAMILY`` or ``FAMILY:TASK``.
        settings: Knobs; a list or a range makes a curve for each value, and only one may be.
        vary: ``KNOB=LO..HI/STEP``, ``KNOB=A,B,C`` or ``KNOB``; None is the family's control parameter.
        count: Instances at each point.
        seed: Any integer.

    Raises:
        InputError, UnknownNameError: If something is unknown or out of range.
    """
    name, _, task_name = selection.partition(":")
    family = get_family(name)
    hard = family if isinstance(family, HardnessFamily) else None
    task = get_task(family, task_name or (hard.draw_tasks[0] if hard else None)).name
    fixed = {knob: value for knob, value in settings.items() if not isinstance(value, list | range)}
    listed = {knob: tuple(value) for knob, value in settings.items() if isinstance(value, list | range)}
    if len(listed) > 1:
        raise InputError(f"curves are drawn for the values of one knob, not of {' and '.join(listed)}")
    series, curves = next(iter(listed.items())) if listed else (None, (None,))
    if not curves:
        raise InputError(f"{name} knob {series!r}: the range is empty")
    knob, _, text = (vary or "").partition("=")
    knob = knob or (hard.control_parameter if hard else "")
    if not knob:
        raise InputError(f"family {name!r} has no control parameter; name a knob, as in --vary depth=0..10")
    if knob in settings:
        raise InputError(f"knob {knob!r} is both set and varied")
    if text:
        values = parse_values(knob, text)
    elif hard is not None and knob == hard.control_parameter and task in hard.draw_tasks:
        curve_settings = [fixed if series is None else {**fixed, series: curve} for curve in curves]
        values = _default_values(hard, task, [make_knobs(family, each) for each in curve_settings])
    else:
        raise InputError(f"say how far {knob!r} goes, as in --vary {knob}=1..10")
    sweep = Sweep(name, task, knob, values, fixed, series, curves, count, seed)
    for curve in curves:
        for value in (values[0], values[-1]):
            make_knobs(family, sweep.settings_at(curve, value))
    return sweep


def _default_values(family: HardnessFamily, task: str, knobs: Sequence[Knobs]) -> tuple[Json, ...]:
    ranges = [family.control_range(task, each) for each in knobs]
    low, high = min(low for low, _ in ranges), max(high for _, high in ranges)
    return tuple(round(low + (high - low) * step / (DEFAULT_STEPS - 1), 2) for step in range(DEFAULT_STEPS))


def parse_values(knob: str, text: str) -> tuple[Json, ...]:
    """Read ``LO..HI``, ``LO..HI/STEP`` or ``A,B,C``; whole numbers stay whole.

    Raises:
        InputError: If the text is none of these, or means too many values.
    """
    span, _, step_text = text.partition("/")
    low_text, dots, high_text = span.partition("..")
    try:
        if not dots:
            return tuple(_number(Decimal(part)) for part in text.split(","))
        low, high, step = Decimal(low_text), Decimal(high_text), Decimal(step_text or 1)
        if step <= 0 or high < low or (high - low) / step > MAX_VALUES:
            raise InvalidOperation
    except InvalidOperation:
        raise InputError(f"--vary {knob}={text}: write LO..HI/STEP or A,B,C, for example {knob}=3..6/0.25") from None
    return tuple(_number(low + step * place) for place in range(int((high - low) / step) + 1))


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def run(sweep: Sweep, workers: int = 1, advance: Callable[[int], None] = lambda count: None) -> list[Point]:
    """Draw and measure all points, curve by curve.

    Args:
        sweep: What to draw.
        workers: Processes; the result does not depend on it.
        advance: Called with the number of instances that are new.

    Raises:
        GenerationError: If the knobs admit no instance.
    """
    places = [(curve, value) for curve in sweep.series_values for value in sweep.values]
    jobs = [
        (curve, value, range(start, min(start + _CHUNK, sweep.count)))
        for curve, value in places
        for start in range(0, sweep.count, _CHUNK)
    ]
    found: dict[tuple[Json, Json], list[tuple[str, float]]] = {place: [] for place in places}
    for (curve, value, _), results in zip(jobs, _results(sweep, jobs, workers), strict=True):
        found[curve, value] += results
        advance(len(results))
    return [_point(sweep, curve, value, results) for (curve, value), results in found.items()]


def _results(sweep: Sweep, jobs: Sequence[Any], workers: int) -> Iterator[list[tuple[str, float]]]:
    if workers <= 1:
        yield from (draw_some(sweep, job) for job in jobs)
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(partial(draw_some, sweep), jobs)


def draw_some(sweep: Sweep, job: tuple[Json, Json, range]) -> list[tuple[str, float]]:
    """Return the labels and efforts of some draws at one point.

    Raises:
        InputError: If the family does not measure effort.
    """
    curve, value, indices = job
    family = get_family(sweep.family)
    knobs = make_knobs(family, sweep.settings_at(curve, value))
    point = content_id(knobs.model_dump(mode="json"))
    results = []
    for index in indices:
        key = (family.name, family.version, sweep.task, point, sweep.seed, index)
        stream = Stream("transition", *key)
        draft = _draft(family, sweep, knobs, stream.child("draw"), index)
        figures = family.measure(sweep.task, draft.instance, stream.child("measure"))
        if "effort" not in figures:
            raise InputError(f"family {family.name!r} does not measure the effort of task {sweep.task!r}")
        results.append((draft.label or "", float(figures["effort"])))
    return results


def _draft(family: Family, sweep: Sweep, knobs: Any, stream: Stream, index: int) -> Draft:
    if isinstance(family, HardnessFamily) and sweep.task in family.draw_tasks:
        return family.draw(sweep.task, knobs, stream)
    drafts = family.sample(sweep.task, knobs, stream)
    return drafts[index % len(drafts)]


def _point(sweep: Sweep, curve: Json, value: Json, results: Sequence[tuple[str, float]]) -> Point:
    counts = Counter(label for label, _ in results)
    efforts = np.quantile([effort for _, effort in results], QUANTILES)
    shares = {label: counts[label] / len(results) for label in sweep.labels}
    return Point(curve, value, len(results), shares, tuple(float(effort) for effort in efforts))


def half_points(points: Sequence[Point], label: str) -> dict[Json, float | None]:
    """Return, for each curve, where a label's share falls through one half, interpolated; None where it does not."""
    found: dict[Json, float | None] = {}
    for curve in dict.fromkeys(point.curve for point in points):
        row = [(float(p.value), p.shares[label]) for p in points if p.curve == curve]
        found[curve] = None
        for (left, above), (right, below) in itertools.pairwise(row):
            if above >= 0.5 > below:
                found[curve] = left + (above - 0.5) / (above - below) * (right - left)
    return found


def write_csv(path: Path, sweep: Sweep, points: Sequence[Point]) -> None:
    """Write one row a point."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        head = [sweep.series] if sweep.series else []
        bounds = [f"{label}_{end}" for label in sweep.labels for end in ("share", "low", "high")]
        out.writerow([*head, sweep.knob, "count", *bounds, *(f"effort_q{round(100 * q)}" for q in QUANTILES)])
        for point in points:
            shares = [
                round(figure, 4) for label in sweep.labels for figure in (point.shares[label], *point.interval(label))
            ]
            out.writerow([*([point.curve] if head else []), point.value, point.count, *shares, *point.effort])
