"""The figures of the page as PNG and SVG files, drawn with matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from logicbench.errors import LogicbenchError, MissingExtraError
from logicbench.evals.report.figures import Chart, Figure, Forest, Stack
from logicbench.evals.report.style import PALETTE

DPI = 200
_INK, _GRID = "#1a2130", "#dfe4eb"


def write_figures(figures: list[Figure], folder: Path) -> list[Path]:
    """Write each figure as PNG and SVG and return the paths.

    Raises:
        MissingExtraError: If matplotlib is not installed.
        LogicbenchError: If the folder cannot be written.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plots") from error
    settings: dict[Any, Any] = {
        "font.size": 9, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#8b95a5",
        "axes.labelcolor": _INK, "text.color": _INK, "xtick.color": "#5a6576", "ytick.color": "#5a6576",
        "axes.grid": True, "axes.axisbelow": True, "grid.color": _GRID, "legend.frameon": False,
        "svg.hashsalt": "logicbench", "svg.fonttype": "none", "figure.dpi": DPI,
    }  # fmt: skip
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with matplotlib.rc_context(settings):
            for each in figures:
                drawn = _draw(each)
                png, svg = folder / f"{each.key}.png", folder / f"{each.key}.svg"
                FigureCanvasAgg(drawn).print_figure(png, dpi=DPI, bbox_inches="tight", metadata={"Software": None})
                FigureCanvasSVG(drawn).print_figure(svg, bbox_inches="tight", metadata={"Date": None})
                written += [png, svg]
    except OSError as error:
        raise LogicbenchError(f"cannot write {folder}: {error.strerror or error}") from error
    return written


def _draw(figure: Figure) -> Any:
    from matplotlib.figure import Figure as Canvas

    height = 3.2 if isinstance(figure, Chart) else 1.1 + 0.26 * len(figure.rows)
    canvas = Canvas(figsize=(6.4, height), layout="constrained")
    axes = canvas.add_subplot()
    axes.set_title(figure.title, fontsize=10, loc="left", fontweight="bold")
    if isinstance(figure, Chart):
        _chart(axes, figure)
    elif isinstance(figure, Forest):
        _forest(axes, figure)
    else:
        _stack(axes, figure)
    handles, labels = axes.get_legend_handles_labels()
    if len(labels) > 1:
        canvas.legend(handles, labels, loc="outside lower center", ncols=min(4, len(labels)), fontsize=8)
    return canvas


def _colour(name: str) -> str:
    return PALETTE[name][0]


def _chart(axes: Any, chart: Chart) -> None:
    axes.set(xlim=chart.x_range, ylim=chart.y_range, xlabel=chart.x_label, ylabel=chart.y_label)
    axes.set_xticks([at for at, _ in chart.x_ticks], [words for _, words in chart.x_ticks])
    axes.set_yticks([at for at, _ in chart.y_ticks], [words for _, words in chart.y_ticks])
    floors = [0.0] * max(0, len(chart.edges) - 1)
    for layer in chart.bars:
        widths = [b - a for a, b in zip(chart.edges, chart.edges[1:], strict=False)]
        axes.bar(
            chart.edges[:-1], layer.heights, widths, floors, align="edge", color=_colour(layer.colour),
            label=layer.name, edgecolor="white", linewidth=0.5,
        )  # fmt: skip
        floors = [floor + height for floor, height in zip(floors, layer.heights, strict=True)]
    for rule in chart.rules:
        style = {"color": _colour("chance"), "linestyle": "--", "linewidth": 1, "label": rule.name}
        axes.axvline(rule.at, **style) if rule.vertical else axes.axhline(rule.at, **style)
    for curve in chart.curves:
        if curve.low:
            axes.fill_between(curve.x, curve.low, curve.high, color=_colour(curve.colour), alpha=0.15, linewidth=0)
        axes.plot(curve.x, curve.y, color=_colour(curve.colour), linewidth=1.6, label=curve.name)
    named = {curve.name for curve in chart.curves}
    for points in chart.points:
        below = [value - low for value, low in zip(points.y, points.low, strict=True)]
        above = [high - value for value, high in zip(points.y, points.high, strict=True)]
        axes.errorbar(
            points.x, points.y, [below, above], fmt="o", color=_colour(points.colour), markersize=3.5,
            linewidth=1, label=None if points.name in named else points.name,
        )  # fmt: skip


def _forest(axes: Any, forest: Forest) -> None:
    places = range(len(forest.rows))
    axes.set(xlim=forest.x_range, ylim=(len(forest.rows) - 0.4, -0.6), xlabel=forest.x_label)
    axes.set_xticks([at for at, _ in forest.x_ticks], [words for _, words in forest.x_ticks])
    axes.set_yticks(list(places), [row.label for row in forest.rows])
    axes.grid(False, axis="y")
    for words, row in zip(axes.get_yticklabels(), forest.rows, strict=True):
        words.set_fontweight("bold" if row.strong else "normal")
    if forest.zero is not None:
        axes.axvline(forest.zero, color="#8b95a5", linewidth=1)
    for name, label in (("chance", "chance"), ("shallow", "best shallow solver")):
        at = [(row.floors[name], place) for place, row in zip(places, forest.rows, strict=True) if name in row.floors]
        if at:
            axes.plot(
                *zip(*at, strict=True), linestyle="none", marker="|", markersize=9, markeredgewidth=1.6,
                color=_colour(name), label=label,
            )  # fmt: skip
    for position, (name, colour) in enumerate(forest.series):
        offset = 0.26 * (position - (len(forest.series) - 1) / 2)
        found = [
            (mark, place + offset)
            for place, row in zip(places, forest.rows, strict=True)
            if (mark := row.marks[position]) is not None
        ]
        errors = [[mark.estimate - mark.low for mark, _ in found], [mark.high - mark.estimate for mark, _ in found]]
        axes.errorbar(
            [mark.estimate for mark, _ in found], [place for _, place in found], xerr=errors, fmt="o",
            color=_colour(colour), markersize=4, linewidth=1.2, label=name,
        )  # fmt: skip


def _stack(axes: Any, stack: Stack) -> None:
    places = list(range(len(stack.rows)))
    floors = [0.0] * len(places)
    for position, (name, colour) in enumerate(stack.names):
        shares = [row[position] for _, row in stack.rows]
        if not any(shares):
            continue
        axes.barh(places, shares, 0.7, floors, color=_colour(colour), label=name, edgecolor="white", linewidth=0.5)
        floors = [floor + share for floor, share in zip(floors, shares, strict=True)]
    axes.set(xlim=(0, 1), ylim=(len(places) - 0.4, -0.6))
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100 %"])
    axes.set_yticks(places, [label for label, _ in stack.rows])
    axes.grid(False, axis="y")
