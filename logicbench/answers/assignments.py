"""Readers of truth assignments and of sets of literals."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping

from logicbench.answers.extract import ReadError
from logicbench.answers.lists import NONE, REMARK
from logicbench.answers.readers import MAX_NUMBER_DIGITS, unwrap

_BITS = re.compile(r"[\[({ \t]{0,8}([01](?:[ \t,;|_]{0,4}[01])*)(?![0-9])")
_TRUTH = {"1": True, "true": True, "t": True, "yes": True, "0": False, "false": False, "f": False, "no": False}
_TRUTH_WORDS = re.compile(
    r"[\[({ \t]{0,8}((?:true|false|[tf01])(?:[ \t]{0,4}[,;| ][ \t]{0,4}(?:true|false|[tf01])\b)*|[tf]{2,4096})"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"[\[({ \tv]{0,8}(-?[0-9]+(?:[ \t,;]{1,8}(?:v[ \t]{1,4})?-?[0-9]+)*)(?![0-9])")
_NAMED = re.compile(
    r"[\[({ \t\"'-]{0,8}([A-Za-z][A-Za-z0-9_ {}'-]{0,60}?)[\"']?[ \t]{0,4}(?::=|==|=|:|->|→|↦|\bis\b|\bare\b)"
    r"[ \t]{0,4}[\"']?([A-Za-z]+|[01])(?![A-Za-z0-9])"
)
_NAMED_GAP = re.compile(r"[\"')\]}. \t]{0,8}(?:[,;&|]|\band\b|\\land|∧|\n)?[ \t\n]{0,8}(?:and\b[ \t]{0,4})?[-*•]?")


def read_assignment(
    names: tuple[str, ...], values: Mapping[str, bool] | None = None
) -> Callable[[str], tuple[tuple[bool, ...], str]]:
    """Return a reader of a complete assignment to variables 1..len(names), as a tuple of bools.

    Accepts a string of digits 0 and 1 of the exact length (spaces and commas allowed), words ``true``/``false`` in
    order, all variables as signed integers (DIMACS ``v`` lines), or ``name = value`` for every variable.

    Args:
        names: Names of the variables in order, compared without case, ``_``, ``{``, ``}`` and spaces.
        values: Further words for the two truth values on this surface, in lower case.
    """
    size = len(names)
    as_bools = struct.Struct(f"{size}?").unpack
    truth = {**_TRUTH, **(values or {})}
    by_name: dict[str, int] = {}

    def read(span: str) -> tuple[tuple[bool, ...], str]:
        digits = span.strip(" \t\r\n")
        if len(digits) == size and not digits.strip("01"):  # nothing else, as most answers are
            return as_bools(digits.replace("0", "\0").encode()), ""  # any byte but 0 unpacks to True
        text = unwrap(span)
        match = _BITS.match(text)
        if match is not None:
            digits = match[1]
            if len(digits) != size:
                digits = "".join([char for char in digits if char in "01"])
            rest = text[match.end() :]
            if len(digits) == size and not re.match(r"[ \t,;]{0,4}[0-9-]|[A-Za-z]|[ \t]{0,2}[=:]", rest):
                return tuple([char == "1" for char in digits]), rest.lstrip(" \t])}")
        for attempt in (_words, _signed):
            read_value = attempt(text, size)
            if read_value is not None:
                return read_value
        if not by_name:
            by_name.update((_plain(name), index) for index, name in enumerate(names))
        named = _named(text, by_name, truth)
        if named is not None:
            return named
        raise ReadError(
            "length", f"The answer must give each of the {size} variables a value, as {size} digits 0 or 1."
        )

    return read


def _plain(name: str) -> str:
    return "".join([char for char in name.lower() if char not in " _{}'-\"\\"])


def _words(text: str, size: int) -> tuple[tuple[bool, ...], str] | None:
    match = _TRUTH_WORDS.match(text)
    if match is None:
        return None
    words = re.findall(r"[a-z]+|[01]", match[1].lower())
    if len(words) == 1 and len(words[0]) == size and set(words[0]) <= {"t", "f"}:
        words = list(words[0])
    if len(words) != size:
        return None
    return tuple([_TRUTH[word] for word in words]), text[match.end() :].lstrip(" \t])}")


def _signed(text: str, size: int) -> tuple[tuple[bool, ...], str] | None:
    match = _SIGNED.match(text.replace("\nv ", " v "))
    if match is None:
        return None
    tokens = re.findall(r"-?[0-9]+", match[1])
    if any(len(token) > MAX_NUMBER_DIGITS for token in tokens) or len(tokens) > size + 1:
        return None
    literals = [int(token) for token in tokens]
    if literals and literals[-1] == 0:
        literals.pop()
    if sorted(map(abs, literals)) != list(range(1, size + 1)):
        return None
    return tuple([literal > 0 for literal in sorted(literals, key=abs)]), text[match.end() :].lstrip(" \t])}")


def _named(text: str, by_name: Mapping[str, int], truth: Mapping[str, bool]) -> tuple[tuple[bool, ...], str] | None:
    found: dict[int, bool] = {}
    position = 0
    for _ in range(2 * len(by_name)):
        match = _NAMED.match(text, position)
        if match is None:
            break
        index, value = by_name.get(_plain(match[1])), truth.get(match[2].lower())
        if index is None or value is None:
            break
        if found.setdefault(index, value) != value:
            raise ReadError("conflict", f"Two values are given for {match[1].strip()}.")
        position = match.end()
        gap = _NAMED_GAP.match(text, position)
        if gap is None or not gap[0]:
            break
        position = gap.end()
    if len(found) != len(by_name):
        return None
    return tuple([found[index] for index in range(len(by_name))]), text[position:]


_LITERAL = re.compile(
    r"[ \t]{0,8}(?P<sign>(?:-|~|¬|!|\\neg|\\lnot|not\b)?)[ \t]{0,4}(?P<name>[A-Za-z][A-Za-z0-9_{}']{0,40}|[0-9]+)"
    r"(?:[ \t]{0,4}(?:=|:|is\b)[ \t]{0,4}(?P<value>[A-Za-z]+|[01])(?![A-Za-z0-9]))?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"[ \t]{1,4}([A-Za-z]{1,20})(?![A-Za-z0-9])")
_LITERAL_GAP = re.compile(r"[ \t]{0,8}(?:[,;]|\band\b|\\land|∧|\n)[ \t\n]{0,8}(?:and\b)?|[ \t]{1,8}(?=[-~¬!0-9xX\\])")


def read_literals(
    names: tuple[str, ...], values: Mapping[str, bool] | None = None
) -> Callable[[str], tuple[tuple[int, ...], str]]:
    """Return a reader of a set of literals, as a tuple of signed integers sorted by variable.

    Accepts ``1, -3``, ``x1, not x3``, ``x1 = true, x3 false``, ``-1 (dark), 3 (lit)`` and ``none``; refuses a variable
    that is named twice.
    """
    size = len(names)
    truth = {**_TRUTH, **(values or {})}
    by_name: dict[str, int] = {}

    def read(span: str) -> tuple[tuple[int, ...], str]:
        text = unwrap(span)
        empty = NONE.match(text)
        if empty is not None:
            return (), text[empty.end() :]
        if not by_name:
            by_name.update((_plain(name), index) for index, name in enumerate(names, 1))
        position = len(text) - len(text.lstrip("([{ \t"))
        found: list[int] = []
        while len(found) <= size:
            match = _LITERAL.match(text, position)
            literal = None if match is None else _literal(match, by_name, truth, size)
            if match is None or literal is None:
                break
            position = match.end()
            word = None if match["value"] is not None else _VALUE.match(text, position)
            if word is not None and word[1].lower() in truth:
                if match["sign"]:
                    raise ReadError("malformed", f"Say {match['name']} with a sign or with {word[1]}, not with both.")
                literal = literal if truth[word[1].lower()] else -literal
                position = word.end()
            if literal != 0:
                found.append(literal)
            remark = REMARK.match(text, position)
            gap = _LITERAL_GAP.match(text, position if remark is None else remark.end())
            if gap is None or literal == 0 or _LITERAL.match(text, gap.end()) is None:
                break
            position = gap.end()
        if not found:
            raise ReadError("malformed", "The answer must be a list of literals, for example: 1, -3.")
        if len({abs(literal) for literal in found}) != len(found):
            raise ReadError("malformed", "A variable is listed twice.")
        return tuple(sorted(found, key=abs)), text[position:].lstrip(" \t])}")

    return read


def _literal(match: re.Match[str], by_name: Mapping[str, int], truth: Mapping[str, bool], size: int) -> int | None:
    name, negative = match["name"], bool(match["sign"])
    if name.isdigit():
        if len(name) > MAX_NUMBER_DIGITS or int(name) > size:
            raise ReadError("range", f"There is no variable {name[:MAX_NUMBER_DIGITS]}.")
        variable = int(name)
    else:
        found = by_name.get(_plain(name))
        if found is None:
            return None
        variable = found
    if match["value"] is not None:
        value = truth.get(match["value"].lower())
        if value is None:
            return None
        negative ^= not value
    return -variable if negative else variable
