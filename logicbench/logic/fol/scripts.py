"""The formulas of a Python script for Z3 or NLTK, found by its layout; nothing is run.

Language models often wrap the one expression that they were asked for in imports, declarations and prints.
"""

from __future__ import annotations

import re

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import\b|import[ \t]+\w)", re.MULTILINE)
_PIECE = re.compile(r"#[^\n]*|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[(\[{]|[)\]}]|\n|;")
_DECLARES = (
    r"(?:\w+\.)*(?:Function|Consts?|Bools?|Ints?|Reals?|Strings?|BitVecs?|Array|Set|\w*Sort|Symbols?|symbols|Predicate"
    r"|Variable|Var|Constant|Proposition|Class|Solver|Optimize|Context|Model|var)"
)
_ASSIGNED = re.compile(r"(?P<names>\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*=(?!=)\s*(?P<value>.+)", re.DOTALL)
_DECLARED = re.compile(rf"{_DECLARES}\s*\(|[\"'][^\"'()]*[\"']\s*$|\d+\s*$|\[")
_ADDED = re.compile(r"(?:\w+\.(?:add|assert_exprs|append)|solve|prove)\s*\((?P<value>.*)\)\s*", re.DOTALL)
_CONNECTS = r"(?:And|Or|Not|Implies|Iff|Xor|ForAll|Exists)\s*\("
_BARE = re.compile(_CONNECTS)
_LISTED = re.compile(rf"\[(?P<inside>\s*{_CONNECTS}.*)\]\s*", re.DOTALL)
_COMPOUND = re.compile(r"(?:def|class|for|while|with|return|lambda)\b")
_QUOTED = re.compile(r"(?:[\w.]+\s*\(\s*)?r?(?P<mark>[\"'])(?P<inside>.*)(?P=mark)\s*\)?\s*", re.DOTALL)

Span = tuple[int, int]


def script_formulas(text: str) -> list[Span]:
    """Where the formulas of a script stand: what it asserts, else the last that it names; empty if that is not clear.

    It is not where the script has control flow, or the formula names another expression of the script.
    """
    if not _IMPORT.search(text):
        return []
    named: dict[str, Span] = {}
    asserted: list[Span] = []
    last: Span | None = None
    for begin, end in _statements(text):
        statement = text[begin:end]
        if _COMPOUND.match(statement):
            return []
        if (match := _ADDED.fullmatch(statement)) is not None:
            value = match["value"].strip()
            span = begin + match.start("value"), begin + match.end("value")
            asserted.append(named.get(value, span))
        elif (match := _ASSIGNED.fullmatch(statement)) is not None:
            if not _DECLARED.match(match["value"]) or _holds_formula(match["value"]):
                last = named[match["names"]] = begin + match.start("value"), end
        elif _BARE.match(statement):
            last = begin, end
    chosen = asserted or ([last] if last is not None else [])
    if any(not named.keys().isdisjoint(re.findall(r"\w+", text[slice(*span)])) for span in chosen):
        return []
    return [_inside(text, span) for span in chosen]


def _holds_formula(value: str) -> bool:
    """Whether a string holds a formula, or a list begins with one."""
    found = _enclosed(value)
    return found is not None and re.search(r"->|[&|(]", found["inside"]) is not None


def _inside(text: str, span: Span) -> Span:
    """The inside of a string or list; else the span itself."""
    found = _enclosed(text[slice(*span)])
    return span if found is None else (span[0] + found.start("inside"), span[0] + found.end("inside"))


def _enclosed(value: str) -> re.Match[str] | None:
    """The inside of a string, of a call with nothing but a string, or of a list of formulas."""
    found = _QUOTED.fullmatch(value)
    return found if found is not None and found["mark"] not in found["inside"] else _LISTED.fullmatch(value)


def _statements(text: str) -> list[Span]:
    """The logical lines, without comments at their ends and blanks around them."""
    found, begin, depth = [], 0, 0
    pieces = [(piece.group()[0], piece.start(), piece.end()) for piece in _PIECE.finditer(text)]
    for kind, start, end in [*pieces, ("\n", len(text), len(text))]:
        depth += 1 if kind in "([{" else -1 if kind in ")]}" and depth else 0
        if kind in "#\n;" and (not depth or start == len(text)):
            if line := text[begin:start].strip():
                first = begin + text[begin:start].index(line)
                found.append((first, first + len(line)))
            begin = end
    return found
