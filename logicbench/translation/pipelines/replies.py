"""Finding formulas in what a model wrote: numbered lines, ``TEXT:``/``FOL:`` pairs, ``sentence ::: formula`` lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBERED = re.compile(r"^\s*(\d{1,3})[.):]\s*(.*)$")
_FOL = re.compile(r"^\s*(TEXT|FOL)\s*:\s*(.*)$")
_STRUCTURE = re.compile(r"^\s*[*#]*\s*structure\s*\d+\b.*$", re.IGNORECASE)
_LEAD = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])\s+")
_WORD = re.compile(r"\w+")
_YES_NO = re.compile(r"\b(yes|no)\b", re.IGNORECASE)


def numbered(text: str, count: int) -> list[str]:
    """The formulas of the lines numbered 1 to ``count``, "" for those that are missing; the first of a number counts.

    What follows ``:::`` on a line, the sentence, is left out. Where no line has a number, lines count from the top.
    """
    found: dict[int, str] = {}
    lines = [line for line in text.splitlines() if line.strip()]
    matches = [_NUMBERED.match(line) for line in lines]
    if not any(matches):
        matches = [_NUMBERED.match(f"{place}. {line.strip()}") for place, line in enumerate(lines, 1)]
    for match in matches:
        if match is not None:
            found.setdefault(int(match[1]), match[2].split(":::")[0].strip())
    return [found.get(place, "") for place in range(1, count + 1)]


def paired(text: str, sentences: Sequence[str]) -> list[str]:
    """The ``FOL:`` line of every sentence, in order, "" for those that are missing.

    Lines are paired with the sentence that the ``TEXT:`` line before them repeats; where it repeats none, with the
    next sentence that has no formula yet.
    """
    places = {_plain(sentence): place for place, sentence in enumerate(sentences)}
    found = [""] * len(sentences)
    said = ""
    for line in text.splitlines():
        match = _FOL.match(line)
        if match is None:
            continue
        if match[1] == "TEXT":
            said = match[2]
            continue
        place = places.get(_plain(said)) if said else None
        if place is None or found[place]:
            place = next((each for each, formula in enumerate(found) if not formula), None)
        if place is not None:
            found[place] = match[2].strip()
        said = ""
    return found


def structures(text: str, limit: int) -> list[str]:
    """The blocks that begin with ``Structure N``, without that line; the whole text where there is none."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if _STRUCTURE.match(line):
            blocks.append([])
        elif blocks:
            blocks[-1].append(line)
    found = ["\n".join(lines).strip() for lines in blocks]
    return ([block for block in found if block] or [text.strip()])[:limit]


def growing(text: str, sentence: str) -> list[str]:
    """The sentences of an accumulation, one a line, the whole sentence last."""
    lines = [_LEAD.sub("", line).strip().strip('"') for line in text.splitlines() if line.strip()]
    found = [line for line in lines if line and _plain(line) != _plain(sentence)]
    return [*found, sentence]


def last_translation(text: str, sentence: str) -> tuple[str, bool]:
    """The formula of the first line ``sentence ::: formula``, and True; else the last line's formula, and False."""
    lines = [line.split(":::") for line in text.splitlines() if ":::" in line]
    for parts in lines:
        if _plain(sentence) in _plain(":::".join(parts[:-1])):
            return parts[-1].strip(), True
    return (lines[-1][-1].strip(), False) if lines else ("", False)


def yes_or_no(text: str) -> bool | None:
    """What the last ``yes`` or ``no`` of a text says; None if there is neither."""
    found = _YES_NO.findall(text)
    return found[-1].lower() == "yes" if found else None


def _plain(sentence: str) -> str:
    return " ".join(_WORD.findall(sentence.lower()))
