"""Find the formula in what stands around it: prose, code fences, displays, boxes, quotes, Python scripts.

Everything else is blanked out, so that all positions stay those of the text. Where more than one place could hold the
formula, nothing is taken out: the reader must not choose among several answers.
"""

from __future__ import annotations

import re

from logicbench.logic.fol.notation import Notation
from logicbench.logic.fol.notes import Note
from logicbench.logic.fol.scripts import Span, script_formulas

_FENCE = re.compile(r"```[\w+-]*[ \t]*\n(?P<inside>[^`]*)```|(?<!`)```(?P<inline>[^`\n]+)```")
_DISPLAY = re.compile(r"\\\[(?P<inside>.*?)\\\]|\$\$(?P<inline>.*?)\$\$", re.DOTALL)
_BOXED = re.compile(r"\\boxed\s*\{")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_QUOTED = re.compile(r"\s*(?:\"(?P<inside>[^\"]*)\"\.?)\s*")
_FORMULA_SIGNS = re.compile(r"[(∀∃¬∧∨⊕→↔\\]")
_ENVIRONMENT = re.compile(
    r"\\begin\s*\{(?P<name>(?:align|equation|gather|displaymath|math)\*?)\}(?P<inside>.*?)\\end\s*\{(?P=name)\}",
    re.DOTALL,
)
_LONGEST = 100_000


def unwrap(text: str) -> tuple[str, list[Note]]:
    """Blank out fences, displays, boxes and the prose around them, and all of a script but its formula."""
    notes: list[Note] = []
    if len(text) > _LONGEST:
        return text, notes
    for find in (_fenced, _displayed, _environment, _boxed):
        span = find(text)
        if span is not None:
            text = _only(text, [span])
            notes = [Note("wrapper", 0, "took the formula out of what stands around it")]
    spans = script_formulas(text)
    if spans:
        text = _only(text, spans)
        notes.append(Note("command", 0, "took the formula out of a script, which is not run"))
    return text, notes


def unquoted(text: str, notation: Notation) -> tuple[str, list[Note]]:
    """Blank out quotes around the whole of a formula in Unicode notation; elsewhere they make names."""
    found = _QUOTED.fullmatch(text) if notation == "unicode" else None
    if found is None or not _FORMULA_SIGNS.search(found["inside"]):
        return text, []
    return _only(text, [found.span("inside")]), [Note("wrapper", 0, "took the formula out of quotes")]


def _only(text: str, spans: list[Span]) -> str:
    """The spans of a text, a comma before each but the first, and blanks in all other places."""
    parts, at = [], 0
    for place, (begin, end) in enumerate(spans):
        gap = " " * (begin - at)
        parts += [gap[:-1] + "," if place and gap else gap, text[begin:end]]
        at = end
    return "".join([*parts, " " * (len(text) - at)])


def _single(text: str, pattern: re.Pattern[str]) -> Span | None:
    found = pattern.search(text)
    if found is None:
        return None
    span = found.span(found.lastgroup or 0)
    return span if _FORMULA_SIGNS.search(text[slice(*span)]) else None


def _fenced(text: str) -> Span | None:
    return _single(text, _FENCE) if text.count("```") == 2 else None


def _displayed(text: str) -> Span | None:
    marks = text.count("\\["), text.count("$$")
    return _single(text, _DISPLAY) if marks in ((1, 0), (0, 2)) else None


def _environment(text: str) -> Span | None:
    return _single(text, _ENVIRONMENT) if text.count("\\begin") == 1 else None


def _boxed(text: str) -> Span | None:
    opened = _BOXED.search(text)
    if opened is None or text.count("\\boxed") != 1:
        return None
    begin, depth = opened.end(), 1
    for brace in _BRACE.finditer(text, begin):
        depth += {"{": 1, "}": -1}.get(brace.group(), 0)
        if not depth:
            return begin, brace.start()
    return None
