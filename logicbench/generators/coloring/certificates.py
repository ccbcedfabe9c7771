"""Reading proofs that there is no colouring, and lists of pairs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from itertools import islice
from typing import Any

from logicbench.answers import ReadError, read_label, refuse_other_label, unwrap
from logicbench.generators.coloring.lexicon import Lexicon, plain
from logicbench.generators.coloring.reading import read_coloring
from logicbench.solvers.graph import Statement, Step

MAX_STEPS = 2000
MAX_STATEMENTS = 64

Certificate = tuple[str, Any]
"""``("coloring", colours)``, ``("clique" or "core", vertices)``, ``("wheel", (hub, rim))`` or ``("proof", steps)``."""

_KIND = re.compile(
    r"^[ \t]{0,8}(?:[-*•][ \t]{1,4})?[\"'`“‘]?(clique|wheel|core|proof)\b[\"'`”’]?[ \t]{0,4}(?:[:：,]|(?=\n|$))", re.I | re.M
)
_LABEL_OF = read_label({"yes": "yes", "possible": "yes", "no": "no", "impossible": "no", "not possible": "no"})
_COMMA = re.compile(r"[ \t]{0,4}(?:[,;]|\band\b)[ \t]{0,4}(?:and\b[ \t]{0,4})?")
_STATEMENT = re.compile(r"(!=|≠|<>|/=|\\neq?\b|==|=)")
_OR = re.compile(r"[ \t]{1,8}(?:or|∨|\|\|?|v)[ \t]{1,8}", re.IGNORECASE)
_LABEL = re.compile(r"^[ \t]{0,8}(?:[-*•][ \t]{1,4})?(?:(?:step[ \t]{1,4})?[0-9]{1,5}[.):][ \t]{1,8})?", re.IGNORECASE)
_END = re.compile(r"contradiction[.!]?$", re.IGNORECASE)


def read_certificate(lexicon: Lexicon) -> Callable[[str], tuple[Certificate, str]]:
    """Return a reader of a colouring or of one proof that there is none."""
    coloring = read_coloring(lexicon)

    def read(span: str) -> tuple[Certificate, str]:
        text = _clean(span)
        found = list(_KIND.finditer(text))
        if not found:
            refuse_other_label(_LABEL_OF, "yes", text[text.rstrip().rfind("\n") + 1 :])
            return ("coloring", coloring(span)[0]), ""
        if len(found) > 1:
            raise ReadError("conflict", "More than one proof is given; give one.")
        kind, body = found[0][1].lower(), text[found[0].end() :]
        _refuse_coloring(coloring, text[: found[0].start()] if kind == "proof" else text)
        if kind == "proof":
            return (kind, _steps(body, lexicon)), ""
        line, _, rest = body.lstrip().partition("\n")
        refuse_other_label(_LABEL_OF, "no", rest)
        if kind == "wheel":
            return (kind, _wheel(line, lexicon)), ""
        return (kind, _vertices(line, lexicon)), ""

    return read


def _clean(span: str) -> str:
    text = unwrap(span)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _refuse_coloring(coloring: Callable[[str], Any], text: str) -> None:
    try:
        coloring(text)
    except ReadError:
        return
    raise ReadError("conflict", "Both a colouring and a proof that there is none are given; give one.")


def _vertex(text: str, lexicon: Lexicon) -> int:
    vertex = lexicon.vertex(text)
    if not vertex:
        raise ReadError("range", f"There is no {lexicon.world.item} called {plain(text)[:40]!r}.")
    return vertex


def _vertices(line: str, lexicon: Lexicon) -> tuple[int, ...]:
    parts = [part for part in _COMMA.split(line.strip(" \t[](){}.")) if part.strip()]
    if not parts:
        raise ReadError("malformed", f"The proof names no {lexicon.world.items}.")
    if len(parts) > lexicon.order:
        raise ReadError("length", f"More {lexicon.world.items} are named than there are.")
    found = tuple(_vertex(part, lexicon) for part in parts)
    if len(set(found)) < len(found):
        raise ReadError("malformed", f"One of the {lexicon.world.items} is named twice.")
    return found


def _wheel(line: str, lexicon: Lexicon) -> tuple[int, tuple[int, ...]]:
    line = re.sub(r"\b(?:hub|rim|cycle)\b[ \t]{0,4}:?", "", line, flags=re.IGNORECASE)
    hub, semicolon, rim = line.partition(";")
    if not semicolon:
        raise ReadError("malformed", "A wheel is its middle, a semicolon, and the ring around it.")
    return _vertex(hub, lexicon), tuple(sorted_ring(_vertices(rim, lexicon)))


def sorted_ring(ring: tuple[int, ...]) -> tuple[int, ...]:
    """Return the same ring from its least vertex on, towards the lesser of its two neighbours."""
    at = ring.index(min(ring))
    turned = (*ring[at:], *ring[:at])
    return turned if len(turned) < 3 or turned[1] <= turned[-1] else (turned[0], *reversed(turned[1:]))


def _steps(body: str, lexicon: Lexicon) -> tuple[Step, ...]:
    steps: list[Step] = []
    for raw in body.splitlines():
        line = _LABEL.sub("", raw, count=1).strip()
        if not line:
            continue
        if _END.match(line):
            return (*steps, ())
        if len(steps) == MAX_STEPS:
            raise ReadError("length", f"The proof is longer than {MAX_STEPS} steps.")
        steps.append(_step(line, lexicon))
    raise ReadError("malformed", "The proof must end with the line contradiction.")


def _step(line: str, lexicon: Lexicon) -> Step:
    parts = _OR.split(line.rstrip("."))
    if len(parts) > MAX_STATEMENTS:
        raise ReadError("length", f"A step of the proof has more than {MAX_STATEMENTS} statements.")
    return tuple(dict.fromkeys(_statement(part, lexicon) for part in parts))


def _statement(text: str, lexicon: Lexicon) -> Statement:
    sides = _STATEMENT.split(text)
    if len(sides) != 3:
        raise ReadError("malformed", f"{plain(text)[:60]!r} is not a statement of the form X = Y or X != Y.")
    u, v = _vertex(sides[0], lexicon), _vertex(sides[2], lexicon)
    if u == v:
        raise ReadError("malformed", f"{plain(text)[:60]!r} names one {lexicon.world.item} twice.")
    return min(u, v), max(u, v), sides[1] in ("=", "==")


_NONE = re.compile(
    r"none\b|no (?:mistakes?|errors?|such pairs?|conflicts?|pairs?|violations?)\b|\[[ \t]{0,4}\]|\{\}", re.I
)
_ALTERNATIVE = re.compile(r"\b(?:or|alternatively|otherwise|maybe|perhaps)\b", re.IGNORECASE)
_TURN = re.compile(
    r"\b(?:or|alternatively|otherwise|maybe|perhaps|wait|actually|rather|sorry|correction)\b", re.IGNORECASE
)
_CORRECTION = re.compile(
    r"^[ \t,;:.!/|&*_`-]{0,20}(?:(?:no|wait|hmm|actually|rather|sorry)\b[ \t,;:.!*_`-]{0,20}){0,4}", re.I
)
_NUMBER_PAIR = re.compile(
    r"[(\[{]?(?:edge[ \t]{1,4})?(?:vertex[ \t]{1,4}|vertices[ \t]{1,4})?([0-9]{1,6})[ \t]{0,4}"
    r"(?:-|–|—|,|&|/|\band\b|\bto\b)[ \t]{0,4}(?:vertex[ \t]{1,4})?([0-9]{1,6})[)\]}]?(?![0-9])",
    re.IGNORECASE,
)
_NAME_SPLIT = re.compile(r"[ \t]{1,8}(?:-|–|—|/|&|and)[ \t]{1,8}|[ \t]{0,4},[ \t]{1,4}")
_NOTE = re.compile(r"[ \t]{0,4}[(:].{0,200}$")


def read_pairs(lexicon: Lexicon) -> Callable[[str], tuple[tuple[tuple[int, int], ...], str]]:
    """Return a reader of a set of pairs of vertices, which may be empty: ``none``."""

    def read(span: str) -> tuple[tuple[tuple[int, int], ...], str]:
        text = _clean(span)
        pairs: list[tuple[int, int]] = []
        none = False
        for raw in text.splitlines():
            line = _BULLETS.sub("", raw, count=1).strip()
            _refuse_alternatives(line, lexicon)
            if _NONE.match(line.lower()):
                none = True
            elif _ALTERNATIVE.match(line):
                raise ReadError("conflict", "Alternatives are given; give one answer.")
            elif line and "```" not in line:
                pairs += _pairs(line, lexicon)
        if none and pairs:
            raise ReadError("conflict", "The answer says that there are no mistakes, and names some.")
        if not none and not pairs:
            raise ReadError("malformed", f"The answer must be pairs of {lexicon.world.items}, or the word none.")
        return tuple(sorted(set(pairs))), ""

    return read


def _refuse_alternatives(line: str, lexicon: Lexicon) -> None:
    """Raise a conflict if one line gives two answers: ``none or 6 - 9``, ``none, 6 - 9``, ``6 - 9 or none``."""
    tails = [line[match.end() :] for match in islice(_TURN.finditer(line), 8)]
    none = _NONE.match(line)
    if none is not None:
        tails.append(line[none.end() :])
    for tail in tails:
        other = _CORRECTION.sub("", tail, count=1)
        if (_NONE.match(other) and none is None) or _pairs(other, lexicon):
            raise ReadError("conflict", "Alternatives are given; give one answer.")


def _pairs(line: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    return _numbers(line, lexicon) if lexicon.names is None else _names(line, lexicon)


_BULLETS = re.compile(r"^[ \t]{0,8}(?:[-*•+>][ \t]{1,4})?(?:[0-9]{1,4}[.)][ \t]{1,4})?")


def _numbers(line: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Return the pairs of a line that begins with one."""
    found: list[tuple[int, int]] = []
    position = len(line) - len(line.lstrip("[{( "))
    while True:
        match = _NUMBER_PAIR.match(line, position)
        if match is None:
            return found
        found.append(_pair(match[1], match[2], lexicon))
        gap = re.compile(r"[ \t]{0,4}[,;]?[ \t]{0,4}(?:and[ \t]{1,4})?[\[({]?").match(line, match.end())
        position = gap.end() if gap else match.end()


def _names(line: str, lexicon: Lexicon) -> list[tuple[int, int]]:
    parts = _NAME_SPLIT.split(_NOTE.sub("", line).strip(" \t()[]{}.,"))
    if len(parts) != 2:
        return []
    known = [lexicon.vertex(part) is not None for part in parts]
    if not any(known):
        return []
    return [_pair(parts[0], parts[1], lexicon)]


def _pair(left: str, right: str, lexicon: Lexicon) -> tuple[int, int]:
    u, v = _vertex(left, lexicon), _vertex(right, lexicon)
    if u == v:
        raise ReadError("malformed", f"A pair names one {lexicon.world.item} twice.")
    return min(u, v), max(u, v)
