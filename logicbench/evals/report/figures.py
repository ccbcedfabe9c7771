"""Figures as data: what is drawn, apart from how. The page draws them as SVG, `plots` with matplotlib.

Colours are names of the palette in `style`; positions are in data units, shares in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Tick = tuple[float, str]
"""Where an axis is marked, and with what words."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with a band around it."""

    name: str
    colour: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    """Lower edge of the band; empty for none."""
    high: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """Measured points with intervals."""

    name: str
    colour: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    notes: tuple[str, ...]
    """What each point is, in words."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One layer of a stacked histogram."""

    name: str
    colour: str
    heights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line across the plot at one value of an axis."""

    name: str
    at: float
    vertical: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves, points or stacked bars over two axes."""

    key: str
    """Names the figure's files."""
    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curves: tuple[Curve, ...] = ()
    points: tuple[Points, ...] = ()
    edges: tuple[float, ...] = ()
    """Edges of the histogram's bins, one more than its bars."""
    bars: tuple[Bars, ...] = ()
    rules: tuple[Rule, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """An estimate with its interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line of a forest plot."""

    label: str
    marks: tuple[Mark | None, ...]
    """One for each series of the plot; None where it has no such line."""
    strong: bool = False
    floors: Mapping[str, float] = field(default_factory=dict)
    """Reference values by name, drawn as ticks: ``chance``, ``shallow``."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Estimates with intervals, one line each, all on one axis."""

    key: str
    title: str
    x_label: str
    x_range: tuple[float, float]
    x_ticks: tuple[Tick, ...]
    series: tuple[tuple[str, str], ...]
    """Name and colour of each series."""
    rows: tuple[ForestRow, ...]
    zero: float | None = None
    """Where a vertical line of no difference stands."""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Shares that sum to one, one horizontal bar a line."""

    key: str
    title: str
    names: tuple[tuple[str, str], ...]
    """Name and colour of each part."""
    rows: tuple[tuple[str, tuple[float, ...]], ...]
    caption: str = ""


Figure = Chart | Forest | Stack

SHARES: tuple[Tick, ...] = ((0.0, "0"), (0.25, "25"), (0.5, "50"), (0.75, "75"), (1.0, "100 %"))
"""Ticks of an axis of shares."""
