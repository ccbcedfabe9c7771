"""What vertices and colours are called in one prompt, and how to find them in what a model writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from logicbench.generators.coloring.worlds import WORLDS, World

_NOUNS = re.compile(
    r"^(?:(?:the|a|an|to|is|has|gets|on|in|on|at|uses?|using|assigned|colou?red|vertex|vertices|node|exam|station|region"
    r"|reagent|colou?rs?|days?|channels?|cabinets?|slot|group|class|number|no\.|#)\s{1,4}|#){1,5}",
    re.IGNORECASE,
)
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"[0-9]{1,9}$")


@dataclass(frozen=True)
class Lexicon:
    """The names of one prompt.

    Args:
        order: Number of vertices.
        k: Number of colours allowed.
        surface: Name of the surface.
        names: Names of the vertices, or None where they are numbers.
        colours: Names of the colours, or None where they are the numbers from 1 on.
    """

    order: int
    k: int
    surface: str
    names: tuple[str, ...] | None
    colours: tuple[str, ...] | None

    @classmethod
    def of(cls, order: int, k: int, surface: str, rendering: Mapping[str, Any]) -> Lexicon:
        """Return the lexicon that a problem's rendering describes."""
        names, colours = rendering.get("vertices"), rendering.get("colors")
        return cls(order, k, surface, tuple(names) if names else None, tuple(colours) if colours else None)

    def details(self) -> dict[str, Any]:
        """Return the rendering from which `of` makes this lexicon."""
        found = {"vertices": self.names, "colors": self.colours}
        return {key: list(names) for key, names in found.items() if names is not None}

    @cached_property
    def world(self) -> World:
        """The words of the surface."""
        return WORLDS[self.surface]

    @cached_property
    def _vertices(self) -> Mapping[str, int]:
        return {name.casefold(): v for v, name in enumerate(self.names or (), 1)}

    @cached_property
    def _colours(self) -> Mapping[str, int]:
        known = {name.casefold(): c for c, name in enumerate(self.colours or (), 1)}
        others = (name.casefold() for name in self.world.palette)
        surplus = [name for name in others if name not in known]
        return known | {name: self.k + 1 + index for index, name in enumerate(surplus)}

    def vertex(self, text: str) -> int | None:
        """Return the vertex of that name; 0 for a number that is no vertex, None for any other text."""
        text = plain(text)
        if self.names is None:
            if not _DIGITS.match(text):
                text = _NOUNS.sub("", text)
            if not _DIGITS.match(text):
                return None
            number = int(text)
            return number if number <= self.order else 0
        found = self._vertices.get(text.casefold())
        return found if found is not None else self._vertices.get(_NOUNS.sub("", text).casefold())

    def colour(self, text: str) -> int | None:
        """Return the colour of that name, above k if it is none of those allowed, None if it is no colour."""
        text = plain(text)
        if self.colours is None:
            if not _DIGITS.match(text):
                text = _NOUNS.sub("", text)
            number = int(text) if _DIGITS.match(text) else 0
            return number or None
        found = self._colours.get(text.casefold())
        return found if found is not None else self._colours.get(_NOUNS.sub("", text).casefold())

    def labels(self) -> tuple[str, ...]:
        """Return the names of the vertices as an answer writes them."""
        return self.names if self.names is not None else tuple(map(str, range(1, self.order + 1)))

    def palette(self) -> tuple[str, ...]:
        """Return the names of the colours allowed as an answer writes them."""
        return self.colours if self.colours is not None else tuple(map(str, range(1, self.k + 1)))

    def write_coloring(self, colours: Sequence[int]) -> str:
        """Write a colouring, a line for each vertex; a colour above k is written as its number."""
        palette = self.palette()
        names = [palette[c - 1] if c <= self.k else str(c) for c in colours]
        return "\n".join(f"{vertex}: {name}" for vertex, name in zip(self.labels(), names, strict=True))

    def write_vertices(self, vertices: Iterable[int]) -> str:
        """Write vertices, separated by commas."""
        labels = self.labels()
        return ", ".join(labels[v - 1] for v in vertices)

    def vertex_name(self, v: int) -> str:
        """Return what the prompt calls a vertex, with its noun if it is a number."""
        return self.names[v - 1] if self.names is not None else f"vertex {v}"

    def colour_name(self, c: int) -> str:
        """Return what the prompt calls a colour."""
        if self.colours is None:
            return f"{self.world.value} {c}"
        if c <= self.k:
            name = self.colours[c - 1]
        else:
            name = next((name for name, number in self._colours.items() if number == c), str(c))
        return f"{self.world.value} {name}" if self.world.value in ("channel", "cabinet") else name


def plain(text: str) -> str:
    """Return text without quotes, brackets, Markdown and punctuation at its ends, and with single spaces."""
    return _SPACES.sub(" ", text.strip(" \t\r\n*_`'\"“”‘’()[]{}<>|.,;:!$\\"))
