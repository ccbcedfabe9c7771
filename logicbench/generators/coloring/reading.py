"""Reading a colouring out of what a model writes.

Read are lines ``v: colour`` with any usual separator, several such on one line, colours followed by their vertices,
JSON objects and lists, and Markdown tables, all with bold, code marks, bullets and nouns. Text between them is passed
over, but nothing that assigns a colour is: a vertex with two colours, a vertex that does not exist, a value that is not
one colour, or a list of the wrong length make the answer unreadable.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from logicbench.answers import ReadError
from logicbench.answers.readers import without_prefix
from logicbench.generators.coloring.lexicon import Lexicon, plain

Coloring = tuple[int, ...]
"""The colour of each vertex: 1..k, above k for a colour that is not allowed, 0 for none."""

_JSON_START = re.compile(r"^[ \t]{0,16}(?=[\[{])", re.MULTILINE)
_FENCE_LINE = re.compile(r"^[ \t]{0,8}(?:```|~~~)[^\n]{0,64}$", re.MULTILINE)
_SEPARATOR = re.compile(
    r"[ \t]{0,8}(?::=|:|：|=>|->|→|⇒|↦|\\(?:right|Right)?arrow|\\to\b|==?|—|–)[ \t]{0,8}"
    r"|[ \t]{1,8}(?:-|is(?=[ \t])|gets?\b|has\b|uses?\b|on\b|in\b)[ \t]{1,8}|\t+"
)
_BULLET = re.compile(r"^[ \t]{0,16}(?:[-*•·+>][ \t]{1,8})?")
_ORDINAL = re.compile(r"^\(?[0-9]{1,6}[.)][ \t]{1,8}(?=\S)")
_ORDINAL_KEY = re.compile(r"^([0-9]{1,6})[.)][ \t]{1,8}([^:=]{1,40})$")
_ENTRY_END = re.compile(r"[ \t]{0,4}(?:[,;]|\band\b)[ \t]{0,4}")
_COMMENT = re.compile(r"[ \t]{0,8}(?:\(([^()]{0,200})\)?|[ \t]-[ \t](.{0,200})|(?:#|//)(.{0,200}))[ \t.]{0,8}$")
_COLOUR_NOUN = re.compile(r"^(?:colou?r|day|channel|cabinet|slot|group|class)\b", re.IGNORECASE)
_TITLE = re.compile(r"^[A-Z][A-Za-z'-]{2,30}(?: [A-Z][A-Za-z'-]{2,30}){0,2}(?: [0-9]{1,4})?$")
_NOT_NAMES = frozenset(
    "exam exams station stations region regions reagent reagents vertex vertices colour colours color colors day days "
    "channel channels cabinet cabinets answer final note check total number name summary result verification".split()
)
_MAX_WORDS = 6
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_RUN_ON = re.compile(r"[0-9]{1,6}[:=][A-Za-z0-9]{1,20}(?:[ \t]{1,8}[0-9]{1,6}[:=][A-Za-z0-9]{1,20})+[ \t.]{0,8}$")
_BARE_PAIR = re.compile(r"([0-9]{1,6})[ \t]{0,4}[-,][ \t]{0,4}([A-Za-z0-9]{1,20})$")


def read_coloring(lexicon: Lexicon) -> Callable[[str], tuple[Coloring, str]]:
    """Return a reader of a colouring of at least half of the vertices."""
    as_asked = _read_as_asked(lexicon)

    def read(span: str) -> tuple[Coloring, str]:
        return as_asked(span) or _Sheet(lexicon).read(span), ""

    return read


def _read_as_asked(lexicon: Lexicon) -> Callable[[str], Coloring | None]:
    """Return a quick reader of ``vertex: colour`` for every vertex in order and nothing else; None for other text."""
    order, numbered = lexicon.order, lexicon.colours is None
    heads = [f"{label}: " for label in lexicon.labels()]
    colours = {word: colour for colour, word in enumerate(lexicon.palette(), 1)}
    once = all(text.count(": ") == 1 for text in heads) and not any(": " in word for word in colours)

    def read(span: str) -> Coloring | None:
        text = span.strip()
        # With as many colons as lines, every line whose rest is a colour has lost its head.
        if not once or text.count(": ") != order or text.count("\n") != order - 1:
            return None
        words = list(map(str.removeprefix, text.split("\n"), heads))
        given = tuple(map(colours.get, words))
        if None not in given:
            return given  # type: ignore[return-value]
        digits = "".join(words)
        if numbered and digits.isascii() and digits.isdecimal() and "" not in words and len(max(words, key=len)) <= 9:
            surplus = tuple(map(int, words))
            return surplus if 0 not in surplus else None
        return None

    return read


class _Sheet:
    """Assignments gathered from one span."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.colours = [0] * (lexicon.order + 1)

    def read(self, span: str) -> Coloring:
        text = span if span.isascii() else unicodedata.normalize("NFKC", span).replace("−", "-").replace("‑", "-")
        text = without_prefix(_FENCE_LINE.sub("", text).lstrip())
        start = _JSON_START.search(text)
        if start is not None:
            decoded = _decode(text, start.end())
            if decoded is not None:
                value, end = decoded
                self._json(value)
                text = text[: start.start()] + "\n" + text[end:]
        for line in text.splitlines():
            if line.strip():
                self._line(line)
        given = len(self.colours) - 1 - self.colours[1:].count(0)
        if given == 0:
            raise ReadError("malformed", f"The answer must give each {self.lexicon.world.item} a {self._value}.")
        if 2 * given < self.lexicon.order:
            raise ReadError(
                "length", f"Only {given} of {self.lexicon.order} {self.lexicon.world.items} have a {self._value}."
            )
        return tuple(self.colours[1:])

    @property
    def _value(self) -> str:
        return self.lexicon.world.value

    def put(self, vertex: int, colour: int) -> None:
        if vertex == 0:
            raise ReadError("range", f"A {self._value} is given to a vertex that does not exist.")
        if self.colours[vertex] not in (0, colour):
            raise ReadError(
                "conflict", f"Two {self.lexicon.world.values} are given to {self.lexicon.vertex_name(vertex)}."
            )
        self.colours[vertex] = colour

    def _refuse(self, vertex: int, text: str) -> None:
        shown = text.strip()[:40]
        raise ReadError(
            "malformed", f"{shown!r}, given to {self.lexicon.vertex_name(vertex)}, is not one {self._value}."
        )

    def _line(self, raw: str) -> None:
        line = raw.replace("**", "").replace("__", "").replace("`", "").replace("$", "")
        if line.count("|") >= 2 or (line.strip().startswith("|")):
            self._row(line)
            return
        line = _BULLET.sub("", line, count=1).strip()
        if self._entry(line) or self._class(line):
            return
        entries = line.split() if _RUN_ON.match(line) else [entry for entry in _ENTRY_END.split(line) if entry]
        if len(entries) > 1 and _SEPARATOR.search(entries[0]):
            for entry in entries:
                if not self._entry(entry):
                    self._stray(entry)
            return
        ordinal = _ORDINAL.sub("", line)
        if ordinal != line and (self._entry(ordinal) or self._class(ordinal)):
            return
        key = _ORDINAL_KEY.match(line)
        if key is not None and self.lexicon.names is None:
            vertex, colour = self.lexicon.vertex(key[1]), self.lexicon.colour(_without_comment(key[2]))
            if vertex is not None and colour is not None:
                self.put(vertex, colour)
                return
        self._stray(ordinal)

    def _entry(self, text: str) -> bool:
        """Take ``vertex: colour``; return False if the text is not of that form."""
        text = text.strip(" \t[](){}\"',")
        left, right = _sides(text)
        if self.lexicon.names is None and self.lexicon.colours is None and _COLOUR_NOUN.match(plain(left)):
            return False  # a colour followed by its vertices
        vertex = self.lexicon.vertex(left)
        if vertex is None:
            return False
        colour = self.lexicon.colour(right)
        if colour is None:
            colour = self.lexicon.colour(_without_comment(right))
            comment = _COMMENT.search(right)
            if colour is not None and comment is not None and _OR.search(comment[0]):
                self._refuse(vertex, right)
        if colour is None:
            return False
        self.put(vertex, colour)
        return True

    def _class(self, text: str) -> bool:
        """Take ``colour: vertex, vertex``; return False if the text is not of that form."""
        separator = _SEPARATOR.search(text)
        if separator is None:
            return False
        left, right = plain(text[: separator.start()]), text[separator.end() :].strip(" \t[](){}.")
        named = self.lexicon.names is not None or self.lexicon.colours is not None
        if not named and not _COLOUR_NOUN.match(left):
            return False
        colour = self.lexicon.colour(left)
        if colour is None:
            return False
        vertices = [self.lexicon.vertex(part) for part in _ENTRY_END.split(right) if part.strip()]
        if not vertices or None in vertices:
            return False
        for vertex in vertices:
            self.put(vertex or 0, colour)
        return True

    def _row(self, line: str) -> None:
        cells = [plain(cell) for cell in line.strip().strip("|").split("|")]
        if len(cells) % 2 and len(cells) != 3:
            return
        pairs = list(zip(cells[::2], cells[1::2], strict=False)) if len(cells) != 3 else [(cells[0], cells[1])]
        for left, right in pairs:
            vertex = self.lexicon.vertex(left)
            if vertex is None:
                self._stray(f"{left}: {right}")
                continue
            colour = self.lexicon.colour(_without_comment(right))
            if colour is None:
                self._refuse(vertex, right)
            else:
                self.put(vertex, colour)

    def _stray(self, text: str) -> None:
        """Pass over text, unless it seems to give a colour to something, or something else to a vertex."""
        separator = _SEPARATOR.search(text)
        if separator is None:
            return
        left, right = text[: separator.start()], text[separator.end() :]
        vertex = self.lexicon.vertex(left)
        if vertex is not None:
            if len(right.split()) <= _MAX_WORDS:
                self._refuse(vertex, right) if vertex else self.put(0, 0)
        elif self.lexicon.names is not None and self.lexicon.colour(right) is not None:
            name = plain(left)
            if _TITLE.match(name) and _NOT_NAMES.isdisjoint(name.lower().split()):
                raise ReadError("range", f"There is no {self.lexicon.world.item} called {name[:40]!r}.")

    def _json(self, value: Any) -> None:
        if isinstance(value, _Pairs):
            inner = [item for _, item in value if isinstance(item, _Pairs | list)]
            if len(inner) == 1 and not any(self.lexicon.vertex(key) for key, _ in value):
                self._json(inner[0])
                return
            for key, item in value:
                self._pair(key, item)
        elif isinstance(value, list) and value:
            if all(isinstance(item, _Pairs) for item in value):
                for item in value:
                    self._record(item)
            elif all(isinstance(item, list) and len(item) == 2 for item in value):
                for left, right in value:
                    self._pair(left, right)
            else:
                self._sequence(value)

    def _sequence(self, values: list[Any]) -> None:
        if len(values) != self.lexicon.order:
            raise ReadError("length", f"The list has {len(values)} entries; there are {self.lexicon.order} vertices.")
        for vertex, value in enumerate(values, 1):
            self._pair(vertex if self.lexicon.names is None else self.lexicon.names[vertex - 1], value)

    def _record(self, item: _Pairs) -> None:
        if len(item) < 2:
            raise ReadError("malformed", "Every entry of the list must name a vertex and its colour.")
        by_key = {key.lower(): value for key, value in item}
        colour = next((by_key[key] for key in by_key if key in _COLOUR_KEYS or key == self._value), item[1][1])
        vertex = next(
            (by_key[key] for key in by_key if key in _VERTEX_KEYS or key == self.lexicon.world.item), item[0][1]
        )
        self._pair(vertex, colour)

    def _pair(self, left: Any, right: Any) -> None:
        if isinstance(left, bool) or not isinstance(left, str | int):
            raise ReadError("malformed", "A vertex in the JSON answer is neither a name nor a number.")
        vertex = self.lexicon.vertex(str(left))
        if vertex is None or vertex == 0:
            raise ReadError("range", f"There is no {self.lexicon.world.item} called {str(left)[:40]!r}.")
        if isinstance(right, bool) or not isinstance(right, str | int):
            self._refuse(vertex, json.dumps(right) if isinstance(right, bool | float) else "this value")
        colour = self.lexicon.colour(str(right))
        if colour is None:
            self._refuse(vertex, str(right))
        else:
            self.put(vertex, colour)


_VERTEX_KEYS = frozenset({"vertex", "node", "id", "name", "v"})
_COLOUR_KEYS = frozenset({"colour", "color", "c", "value"})


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its repeated keys."""


_DECODER = json.JSONDecoder(object_pairs_hook=_Pairs)


def _decode(text: str, start: int) -> tuple[Any, int] | None:
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


def _sides(text: str) -> tuple[str, str]:
    """Return what stands before and after the separator; both empty without one."""
    separator = _SEPARATOR.search(text)
    if separator is not None:
        return text[: separator.start()], text[separator.end() :]
    pair = _BARE_PAIR.match(text)
    if pair is not None:
        return pair[1], pair[2]
    left, _, right = text.rpartition(" ")
    return left, right


def _without_comment(text: str) -> str:
    return _COMMENT.sub("", text)
