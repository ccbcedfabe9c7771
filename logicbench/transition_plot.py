"""Drawing the picture of a phase transition as PNG and SVG."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from logicbench.errors import MissingExtraError
from logicbench.transition import Point, Sweep


def draw(folder: Path, sweep: Sweep, points: Sequence[Point]) -> list[Path]:
    """Write ``hardness.png`` and ``hardness.svg``: label balance above, effort below, a curve for each series value.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError("matplotlib", "plots") from None
    with matplotlib.rc_context({"svg.hashsalt": "logicbench", "font.size": 9}):
        figure = Figure(figsize=(6.4, 6.0 if sweep.unfiltered else 3.4), layout="constrained")
        FigureCanvasAgg(figure)
        panels: Any = figure.subplots(2 if sweep.unfiltered else 1, 1, sharex=True, squeeze=False)[:, 0]
        colours = matplotlib.colormaps["viridis"]
        curves = list(dict.fromkeys(point.curve for point in points))
        for place, curve in enumerate(curves):
            row = [point for point in points if point.curve == curve]
            colour = colours(0.85 * place / max(1, len(curves) - 1))
            name = "" if sweep.series is None else f"{sweep.series} = {curve}"
            if sweep.unfiltered:
                _shares(panels[0], row, sweep, colour, name, alone=len(curves) == 1)
            _effort(panels[-1], row, colour, name)
        _finish(panels, sweep, legend=len(curves) > 1)
        paths = [folder / "hardness.png", folder / "hardness.svg"]
        figure.savefig(paths[0], dpi=160, metadata={"Software": None})
        figure.savefig(paths[1], metadata={"Date": None})
    return paths


def _shares(panel: Any, row: Sequence[Point], sweep: Sweep, colour: Any, name: str, alone: bool) -> None:
    shown = sweep.labels if alone and len(sweep.labels) > 2 else sweep.labels[:1]
    values = [point.value for point in row]
    for label, style in zip(shown, ("-", "--", ":", "-."), strict=False):
        bounds = [point.interval(label) for point in row]
        panel.fill_between(values, *zip(*bounds, strict=True), color=colour, alpha=0.15, linewidth=0)
        title = label if len(shown) > 1 else name
        shares = [point.shares[label] for point in row]
        panel.plot(values, shares, style, color=colour, marker="o", markersize=2.5, linewidth=1.3, label=title)
    if len(shown) > 1:
        panel.legend(frameon=False)


def _effort(panel: Any, row: Sequence[Point], colour: Any, name: str) -> None:
    values = [point.value for point in row]
    # The logarithm of no effort at all is shown as that of one unit.
    _, low, middle, high, _ = zip(*([max(1.0, effort) for effort in point.effort] for point in row), strict=True)
    panel.fill_between(values, low, high, color=colour, alpha=0.15, linewidth=0)
    panel.plot(values, middle, color=colour, marker="o", markersize=2.5, linewidth=1.3, label=name)


def _finish(panels: Any, sweep: Sweep, legend: bool) -> None:
    fixed = ", ".join(f"{knob} = {value}" for knob, value in sweep.settings.items())
    panels[0].set_title(f"{sweep.family}:{sweep.task}{f' ({fixed})' if fixed else ''}, {sweep.count} draws a point")
    if sweep.unfiltered:
        several = panels[0].get_legend() is not None
        panels[0].set_ylabel(f"share{'' if several else f' {sweep.labels[0]}'} (95% interval)")
        panels[0].set_ylim(-0.02, 1.02)
        panels[0].axhline(0.5, color="grey", linewidth=0.6, linestyle=":")
    panels[-1].set_ylabel("effort (median, quartiles)")
    panels[-1].set_yscale("log")
    panels[-1].set_xlabel(sweep.knob)
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
    if legend:
        panels[0].legend(frameon=False)
