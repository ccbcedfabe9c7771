"""Draws figures as SVG for the page: coloured by CSS variables, so that they follow the page's theme.

Every text is escaped and there are no styles or scripts in the markup, as the page's content policy demands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from logicbench.evals.report.figures import Chart, Figure, Forest, Mark, Stack

Scale = Callable[[float], float]
"""From data units to pixels."""

_FONT_WIDTH = 6.6
"""Mean width of a character of the 12 px labels."""


def draw(figure: Figure, width: int) -> str:
    """Return a figure's SVG element, `width` pixels wide."""
    if isinstance(figure, Chart):
        return "".join(_chart(figure, width))
    if isinstance(figure, Forest):
        return "".join(_forest(figure, width))
    return "".join(_stack(figure, width))


def legend(figure: Figure) -> list[tuple[str, str, str]]:
    """Return (name, colour, shape) of what a figure shows; empty where nothing needs telling apart."""
    if isinstance(figure, Stack):
        return [
            (name, colour, "box")
            for position, (name, colour) in enumerate(figure.names)
            if any(shares[position] > 0 for _, shares in figure.rows)
        ]
    if isinstance(figure, Forest):
        floors = {name for row in figure.rows for name in row.floors}
        entries = [(name, colour, "dot") for name, colour in figure.series] if len(figure.series) > 1 else []
        return entries + [(_FLOOR_WORDS[name], name, "tick") for name in ("chance", "shallow") if name in floors]
    layers = [(layer.name, layer.colour, "box") for layer in figure.bars] if len(figure.bars) > 1 else []
    marks = figure.curves or figure.points
    shown = [(mark.name, mark.colour, "dot") for mark in marks] if len(marks) > 1 else []
    return layers + shown + [(rule.name, "chance", "dash") for rule in figure.rules]


_FLOOR_WORDS = {"chance": "chance", "shallow": "best shallow solver"}


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(title)}">'
    )


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _text(x: float, y: float, words: str, anchor: str = "middle", css: str = "") -> str:
    name = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>'


def _chart(chart: Chart, width: int) -> Iterator[str]:
    left, right, top, bottom = 52.0, 22.0, 10.0, 42.0
    height = max(230.0, min(340.0, width * 0.62))
    (x0, x1), (y0, y1) = chart.x_range, chart.y_range

    def x(value: float) -> float:
        return left + (value - x0) / (x1 - x0) * (width - left - right)

    def y(value: float) -> float:
        return top + (y1 - value) / (y1 - y0) * (height - top - bottom)

    yield _open(width, height, chart.title)
    for at, words in chart.y_ticks:
        yield _line(left, y(at), width - right, y(at), "grid")
        yield _text(left - 7, y(at) + 4, words, "end")
    skip = _every([words for _, words in chart.x_ticks], (width - left - right) / max(1, len(chart.x_ticks) - 1))
    for at, words in chart.x_ticks[::skip]:
        yield _line(x(at), height - bottom, x(at), height - bottom + 4, "axis")
        yield _text(x(at), height - bottom + 17, words)
    yield _line(left, height - bottom, width - right, height - bottom, "axis")
    yield _text((left + width - right) / 2, height - 6, chart.x_label, css="label")
    yield from _bars(chart, x, y)
    for rule in chart.rules:
        ends = (
            (x(rule.at), top, x(rule.at), height - bottom)
            if rule.vertical
            else (left, y(rule.at), width - right, y(rule.at))
        )
        yield _line(*ends, "rule")
    for curve in chart.curves:
        if curve.low:
            outline = [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(curve.x, curve.high, strict=True)]
            outline += [f"{x(a):.1f},{y(b):.1f}" for a, b in zip(curve.x[::-1], curve.low[::-1], strict=True)]
            yield f'<polygon points="{" ".join(outline)}" class="band c-{curve.colour}"/>'
    for curve in chart.curves:
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in zip(curve.x, curve.y, strict=True))
        yield f'<polyline points="{path}" class="curve c-{curve.colour}"/>'
    for points in chart.points:
        for at, value, low, high, note in zip(points.x, points.y, points.low, points.high, points.notes, strict=True):
            yield f'<g class="c-{points.colour}"><title>{escape(note)}</title>'
            yield _line(x(at), y(low), x(at), y(high), "whisker")
            yield f'<circle cx="{x(at):.1f}" cy="{y(value):.1f}" r="4" class="dot"/></g>'
    yield "</svg>"


def _bars(chart: Chart, x: Scale, y: Scale) -> Iterator[str]:
    floors = [0.0] * max(0, len(chart.edges) - 1)
    for layer in chart.bars:
        for number, height in enumerate(layer.heights):
            if not height:
                continue
            a, b = x(chart.edges[number]), x(chart.edges[number + 1])
            up, down = y(floors[number] + height), y(floors[number])
            floors[number] += height
            yield (
                f'<rect x="{a + 0.75:.1f}" y="{up:.1f}" width="{b - a - 1.5:.1f}" height="{max(0.6, down - up):.1f}" '
                f'class="bar c-{layer.colour}"><title>{escape(layer.name)}: {height:,.0f}</title></rect>'
            )


def _every(words: list[str], room: float) -> int:
    """Return which fraction of an axis's labels fits beside each other."""
    needed = max((len(each) for each in words), default=1) * _FONT_WIDTH + 10
    skip = 1
    while room * skip < needed and skip < len(words):
        skip += 1
    return skip


def _forest(forest: Forest, width: int) -> Iterator[str]:
    longest = max((len(row.label) for row in forest.rows), default=4)
    left = min(longest * _FONT_WIDTH + 22, width * 0.45)
    right, top, bottom, line = 62.0, 8.0, 38.0, 24.0
    step = line + 8 * max(0, len(forest.series) - 1)
    height = top + bottom + step * len(forest.rows)
    x0, x1 = forest.x_range

    def x(at: float) -> float:
        return left + (min(max(at, x0), x1) - x0) / (x1 - x0) * (width - left - right)

    yield _open(width, height, forest.title)
    for at, words in forest.x_ticks:
        yield _line(x(at), top, x(at), height - bottom, "grid")
        yield _text(x(at), height - bottom + 16, words)
    if forest.zero is not None:
        yield _line(x(forest.zero), top, x(forest.zero), height - bottom, "axis")
    yield _text((left + width - right) / 2, height - 4, forest.x_label, css="label")
    for number, row in enumerate(forest.rows):
        middle = top + step * number + step / 2
        room = int((left - 14) / _FONT_WIDTH)
        label = row.label if len(row.label) <= room else row.label[: room - 1] + "…"
        yield _text(left - 10, middle + 4, label, "end", "strong" if row.strong else "")
        for name, floor in row.floors.items():
            yield (
                f'<g class="c-{name}"><title>{escape(_FLOOR_WORDS.get(name, name))}: {floor:.1%}</title>'
                f"{_line(x(floor), middle - 8, x(floor), middle + 8, f'floor {name}')}</g>"
            )
        for position, mark in enumerate(row.marks):
            if mark is not None:
                offset = 8 * (position - (len(row.marks) - 1) / 2)
                yield from _mark(forest.series[position], mark, x, middle + offset, row.strong)
        if len(row.marks) == 1 and row.marks[0] is not None:
            value = f"{100 * row.marks[0].estimate:{'.1f' if forest.zero is None else '+.1f'}}"
            yield _text(width - 6, middle + 4, value, "end", "strong" if row.strong else "")
    yield "</svg>"


def _mark(series: tuple[str, str], mark: Mark, x: Scale, middle: float, strong: bool) -> Iterator[str]:
    name, colour = series
    note = f"{name}: {mark.estimate:.1%} [{mark.low:.1%}, {mark.high:.1%}]"
    yield f'<g class="c-{colour}{"" if strong else " part"}"><title>{escape(note)}</title>'
    yield _line(x(mark.low), middle, x(mark.high), middle, "whisker")
    yield f'<circle cx="{x(mark.estimate):.1f}" cy="{middle:.1f}" r="{4.5 if strong else 3.5}" class="dot"/></g>'


def _stack(stack: Stack, width: int) -> Iterator[str]:
    longest = max((len(label) for label, _ in stack.rows), default=4)
    left = min(longest * _FONT_WIDTH + 20, width * 0.4)
    top, line, right = 4.0, 26.0, 8.0
    yield _open(width, top + line * len(stack.rows) + 6, stack.title)
    for number, (label, shares) in enumerate(stack.rows):
        middle = top + line * number + line / 2
        room = int((left - 14) / _FONT_WIDTH)
        yield _text(left - 9, middle + 4, label if len(label) <= room else label[: room - 1] + "…", "end")
        begin = left
        for (name, colour), share in zip(stack.names, shares, strict=True):
            wide = share * (width - left - right)
            if wide <= 0:
                continue
            yield (
                f'<g class="c-{colour}"><title>{escape(label)}: {share:.1%} {escape(name)}</title>'
                f'<rect x="{begin:.1f}" y="{middle - 9:.1f}" width="{max(0.8, wide - 1.2):.1f}" height="18" '
                f'class="bar"/></g>'
            )
            if wide > 34:
                yield _text(begin + wide / 2, middle + 4, f"{100 * share:.0f} %", css="inside")
            begin += wide
    yield "</svg>"
