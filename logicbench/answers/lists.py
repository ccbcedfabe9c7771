"""Readers of sets of numbers and of lists of clauses."""

from __future__ import annotations

import re
from collections.abc import Callable

from logicbench.answers.extract import ReadError
from logicbench.answers.readers import MAX_NUMBER_DIGITS, unwrap

NONE = re.compile(
    r"(?:none|nothing|no[ \t]{1,4}(?:clauses?|statements?|variables?|literals?)|empty(?:[ \t]{1,4}set)?"
    r"|\\emptyset|∅|\{[ \t]{0,4}\}|\[[ \t]{0,4}\])(?![A-Za-z])",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"(?:the|and|clauses?|statements?|conditions?|rules?|lines?|numbers?|nos?\.|sentences?|vertices|vertex|guests?"
    r"|neighbours?|neighbors?|sponsors?|inspectors?"
    r"|c_?(?=\{?[0-9])|#)[ \t]{0,4}",
    re.IGNORECASE,
)
_INDEX = re.compile(r"[ \t]{0,8}\{?[ \t]{0,4}([0-9]+)[ \t]{0,4}\}?(?![0-9])")
REMARK = re.compile(r"[ \t]{0,2}\((?![^()\n]{0,120}\bor\b)[^()\n]{1,120}\)", re.IGNORECASE)
"""What may stand behind an item of a list: ``4 (the fourth clause), 7``."""
_SEPARATOR = re.compile(
    r"[ \t]{0,8}(?:[,;]|\band\b|&)[ \t]{0,8}(?:and\b)?[ \t]{0,8}\n?[ \t]{0,8}|[ \t]{1,8}(?!\n)"
    r"|[ \t]{0,8}\n[ \t]{0,8}(?:[-*•][ \t]{0,4})?",
    re.IGNORECASE,
)


def read_index_set(limit: int) -> Callable[[str], tuple[tuple[int, ...], str]]:
    """Return a reader of a set of distinct numbers in 1..limit, as a sorted tuple.

    Accepts ``1, 4 and 7``, ``{1,4,7}``, ``[1, 4, 7]``, ``clauses 1 4 7`` and ``none``; refuses repetitions.
    """

    def read(span: str) -> tuple[tuple[int, ...], str]:
        text = unwrap(span)
        empty = NONE.match(text)
        if empty is not None:
            return (), text[empty.end() :]
        position = _skip(text, 0)
        opened = text[position : position + 1] in ("{", "[", "(")
        if opened or text.startswith("\\{", position):
            position += 1 + text.startswith("\\{", position)
        found: list[int] = []
        while True:
            start = _skip(text, position)
            match = _INDEX.match(text, start)
            if match is None:
                break
            if len(match[1]) > MAX_NUMBER_DIGITS or not 1 <= int(match[1]) <= limit:
                raise ReadError("range", f"{match[1][:MAX_NUMBER_DIGITS]} is not a number from 1 to {limit}.")
            found.append(int(match[1]))
            if len(found) > limit:
                raise ReadError("length", "More numbers are listed than there are.")
            position = match.end()
            remark = REMARK.match(text, position)
            separator = _SEPARATOR.match(text, position if remark is None else remark.end())
            if separator is None:
                break
            following = _skip(text, separator.end())
            if _INDEX.match(text, following) is None:
                break
            position = separator.end()
        if not found:
            raise ReadError("malformed", "The answer must be a list of numbers, for example: 1, 4, 7.")
        if len(set(found)) != len(found):
            raise ReadError("malformed", "A number is listed twice.")
        rest = text[position:]
        if re.match(r"\.[0-9]|[ \t]{0,4}(?:-|\.\.|to\b|through\b)[ \t]{0,4}[0-9]", rest):
            raise ReadError("malformed", "List every number; ranges are not accepted.")
        return tuple(sorted(found)), rest.lstrip("\\ \t")[1:] if rest.lstrip("\\ \t")[:1] in ("}", "]", ")") else rest

    return read


def _skip(text: str, position: int) -> int:
    for _ in range(4):
        match = _NOUN.match(text, position)
        if match is None:
            break
        position = match.end()
    return position


_CONTRADICTION = re.compile(r"(?:contradiction|false|empty(?:[ \t]+clause)?|⊥|□|\(\)|\[\])[.]?$", re.IGNORECASE)
_CLAUSE_LINE = re.compile(
    r"(?:\(?[0-9]{1,6}[.):]\s{1,4})?[(\[{]?\s{0,4}(-?[0-9]+(?:[ \t,∨|]{1,8}-?[0-9]+)*)\s{0,4}[)\]}]?[.,;]?$"
)


def read_clauses(num_vars: int, max_lines: int) -> Callable[[str], tuple[tuple[tuple[int, ...], ...], str]]:
    """Return a reader of a list of clauses, one a line, signed integers with an optional final 0.

    The last clause is the empty one, written ``0`` or ``contradiction``; lines below it are not read.
    """

    def read(span: str) -> tuple[tuple[tuple[int, ...], ...], str]:
        lines = unwrap(span).splitlines()
        clauses: list[tuple[int, ...]] = []
        for number, raw in enumerate(lines):
            line = raw.strip()
            if not line:
                continue
            if _CONTRADICTION.match(line):
                return (*clauses, ()), "\n".join(lines[number + 1 :])
            match = _CLAUSE_LINE.match(line)
            if match is None:
                raise ReadError("malformed", f"Line {number + 1} of the proof is not a clause: {line[:60]!r}.")
            clause = _clause(match[1], num_vars)
            if not clause:
                return (*clauses, ()), "\n".join(lines[number + 1 :])
            clauses.append(clause)
            if len(clauses) > max_lines:
                raise ReadError("length", f"The proof is longer than {max_lines} lines.")
        raise ReadError("malformed", "The proof must end with the line 0, the empty clause.")

    return read


def _clause(text: str, num_vars: int) -> tuple[int, ...]:
    tokens = re.findall(r"-?[0-9]+", text)
    if len(tokens) > num_vars + 1 or any(len(token) > MAX_NUMBER_DIGITS for token in tokens):
        raise ReadError("length", "A clause of the proof has too many literals.")
    literals = [int(token) for token in tokens]
    if literals[-1] == 0:
        literals.pop()
    if any(not 1 <= abs(literal) <= num_vars for literal in literals):
        raise ReadError("range", f"A literal of the proof is not a variable from 1 to {num_vars} or its negation.")
    return tuple(dict.fromkeys(literals))
