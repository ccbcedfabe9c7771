r"""Find the final answer in a completion: total, linear in the text, one answer or none.

1. Thinking is dropped: everything up to the last closing tag of a thinking block. A block that is opened and never
   closed hides the rest, so there is no answer.
2. Explicit spans are ``<answer>...</answer>``, ``\boxed{...}``, and what follows a marker such as ``Answer:``,
   ``**Final answer:**`` or ``The answer is``, up to the next explicit span.
3. If there are explicit spans, all that can be read must say the same, and the last one must be readable (a marker
   in running prose, such as "I hope this answer is useful", may be unreadable). Two different answers are a
   ``conflict``: hedging earns nothing.
4. Without an explicit span: the last fenced block, else the bare lines at the end; these too must not contradict
   each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from logicbench.problem import Answer, Unparsable

MAX_ANSWER_CHARS = 1 << 16
"""Only this much of the end of the answer part is read."""

MAX_SPANS = 64
"""A completion with more explicit spans than this is a list of alternatives, not an answer."""

BARE_LINES = 8
"""How many lines at the end are tried as bare answers."""

THINKING_TAGS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<seed:think>", "</seed:think>"),
)


class ReadError(Exception):
    """A reader found no answer in a span."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


Reader = Callable[[str], tuple[Any, str]]
"""Takes a span, returns a comparable value and the rest of the span, raises `ReadError`.

The rest is where an explanation may stand; a reader stops at the end of the first thing that can be an answer.
"""


class Span(NamedTuple):
    """A piece of text that the completion presents as its answer."""

    start: int
    text: str
    extractor: str
    prose: bool = False
    """Whether the marker may be part of a sentence about something else."""


_TAG = re.compile(r"<[ \t]{0,4}answer[ \t]{0,4}>", re.IGNORECASE)
_TAG_END = re.compile(r"<[ \t]{0,4}/[ \t]{0,4}answer[ \t]{0,4}>", re.IGNORECASE)
_BOXED = re.compile(r"\\(?:boxed|fbox)[ \t]{0,4}\{")
_MARKER = re.compile(
    r"\banswers?[ \t]{0,4}[*_]{0,3}[ \t]{0,4}"
    r"(?:(?P<colon>[:：=])|(?P<prose>is\b[ \t]{0,4}[:：]?))[ \t]{0,4}[*_]{0,3}",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^[ \t]{0,8}(?:```|~~~)[^\n]{0,64}$", re.MULTILINE)


def answer_part(text: str) -> str | None:
    """Return the text after thinking, or None if thinking was not finished."""
    if "<" not in text and "[" not in text and "◁" not in text:
        return text  # no tag without its bracket, and a single character is found much faster
    lowered = _lower(text)
    if "think" not in lowered and "reasoning>" not in lowered and "_thought" not in lowered:
        return text
    end = 0
    for _, close in THINKING_TAGS:
        at = lowered.rfind(close)
        if at >= 0:
            end = max(end, at + len(close))
    if any(lowered.find(opening, end) >= 0 for opening, _ in THINKING_TAGS):
        return None
    return text[end:]


def _lower(text: str) -> str:
    """Return the text in lower case, every character at its place: İ is the one capital that grows when lowered."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace("İ", "i").lower()


def read_answer(text: str, reader: Reader) -> Answer | Unparsable:
    """Read the one final answer of a completion with the task's reader.

    Args:
        text: The completion.
        reader: Reads a span; raises `ReadError` where there is no answer in it.

    Returns:
        The answer, or why there is none. Never raises.
    """
    part = answer_part(text)
    if part is None:
        return Unparsable("no-answer", "The thinking block was never closed, so there is no answer after it.")
    part = part[-MAX_ANSWER_CHARS:].replace("\x00", " ")
    if not part or part.isspace():
        return Unparsable("empty", "The completion holds no text after thinking.")
    spans = _explicit_spans(part)
    if len(spans) > MAX_SPANS:
        return Unparsable("conflict", f"More than {MAX_SPANS} answers are given; give one.", spans[-1].extractor)
    if spans:
        return _agree(spans, reader)
    return _implicit(part, reader)


def _agree(spans: list[Span], reader: Reader) -> Answer | Unparsable:
    found: Answer | None = None
    failure: tuple[Span, ReadError] | None = None
    last_failed = False
    for span in spans:
        try:
            value, rest = reader(span.text)
            _refuse_alternatives(value, rest, reader)
        except ReadError as error:
            if error.reason == "conflict":
                return Unparsable(error.reason, error.message, span.extractor)
            if failure is None or failure[0].prose or not span.prose:
                failure = (span, error)
            last_failed = last_failed if span.prose else True
            continue
        if found is not None and found.value != value:
            return Unparsable("conflict", "Two different answers are given; give one.", span.extractor)
        found = Answer(value, span.text[:400].strip(), span.extractor)
        last_failed = False
    if found is not None and not last_failed:
        return found
    assert failure is not None
    return Unparsable(failure[1].reason, failure[1].message, failure[0].extractor)


def _markers(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of `_MARKER`; searching for the word first is ten times faster than the expression alone."""
    lowered = _lower(text)
    at = lowered.find("answer")
    while at >= 0:
        match = _MARKER.match(text, at)
        if match:
            yield match
        at = lowered.find("answer", match.end() if match else at + 1)


def _explicit_spans(text: str) -> list[Span]:
    starts = [(m.start(), m.end(), "marker", m["prose"] is not None) for m in _markers(text)]
    if "<" in text:
        starts += [(m.start(), m.end(), "tag", False) for m in _TAG.finditer(text)]
    if "\\" in text:
        starts += [(m.start(), m.end(), "boxed", False) for m in _BOXED.finditer(text)]
    if len(starts) == 1 and starts[0][2] == "marker":
        [(start, end, kind, prose)] = starts
        return [Span(start, text[end:], kind, prose)]
    starts.sort()
    if len(starts) > MAX_SPANS:
        return [Span(0, "", starts[-1][2])] * (MAX_SPANS + 1)
    spans = []
    enclosing = 0  # where the tag or box around the current position ends
    for position, (start, end, kind, prose) in enumerate(starts):
        stop = starts[position + 1][0] if position + 1 < len(starts) else len(text)
        if kind == "tag":
            closing = _TAG_END.search(text, end)
            content = text[end : closing.start() if closing else len(text)]
            enclosing = max(enclosing, end + len(content))
        elif kind == "boxed":
            content = _braced(text, end)
            enclosing = max(enclosing, end + len(content))
        else:
            content = text[end : min(stop, enclosing) if start < enclosing else stop]
        spans.append(Span(start, content, kind, prose))
    return _without_wrappers(spans)


def _without_wrappers(spans: list[Span]) -> list[Span]:
    r"""Drop a marker that stands right before, and only introduces, another span: ``Answer: \boxed{1}``."""
    kept = []
    for position, span in enumerate(spans):
        introduces = position + 1 < len(spans) and span.extractor == "marker" and not span.text.strip(" \t\r\n*_$`([{:")
        if not introduces:
            kept.append(span)
    return kept


def _braced(text: str, start: int) -> str:
    depth = 1
    for position in range(start, min(len(text), start + MAX_ANSWER_CHARS)):
        char = text[position]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return text[start:position]
    return text[start:]


_PUNCTUATION = " \t\r\n.,;:!*_`$'\"()[]{}"
_ALTERNATIVE = re.compile(
    r"(?:[ \t\r\n,;/|&*_`$.()\[\]-]{0,40}\b(?:or|and|alternatively|maybe|perhaps|possibly|otherwise|else|also)\b){1,4}"
    r"[ \t\r\n,:*_`$()\[\]-]{0,40}|[ \t]{0,8}[,;/|&][ \t*_`$]{0,8}",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"(?:[ \t\r\n,;.!?/|*_`$()\[\]-]{0,40}"
    r"\b(?:no|wait|hmm|actually|rather|instead|sorry|correction|i mean|scratch that)\b){1,4}"
    r"[ \t\r\n,:;.!*_`$()\[\]-]{0,40}",
    re.IGNORECASE,
)


_LISTED = re.compile(r"[ \t,;/|&]{1,8}\w{1,64}(?:[ \t,;/|&]{1,8}\w{1,64}){0,8}(?=[ \t.!]{0,8}(?:[\r\n]|$))")
"""Words and nothing else up to the end of the line, which may be further answers: ``YES NO`` or ``TRUE, FALSE``."""

_SEPARATORS = " \t,;/|&"
MAX_LISTED = 8
"""How many answers in a row are read before they are taken for a list of alternatives."""


def _refuse_alternatives(value: Any, rest: str, reader: Reader) -> None:
    """Raise a conflict if the text after an answer is another answer."""
    if not rest:
        return
    connector = _ALTERNATIVE.match(rest)
    if connector is not None:
        other = _try(reader, rest[connector.end() :])
        by_word = connector[0].strip(_PUNCTUATION + "/|&-") != ""
        if other is not None and other[0] != value and (by_word or not other[1].strip(_PUNCTUATION)):
            raise ReadError("conflict", "Two different answers are given; give one.")
    listed = _LISTED.match(rest)
    if listed is not None:
        left = listed[0].lstrip(_SEPARATORS)
        others: list[Any] = []
        while left.strip() and len(others) < MAX_LISTED:
            other = _try(reader, left)
            if other is None or len(other[1]) >= len(left):
                break
            others.append(other[0])
            left = other[1].lstrip(_SEPARATORS)
        if not left.strip(_PUNCTUATION) and any(other != value for other in others):
            raise ReadError("conflict", "Two different answers are given; give one.")
    correction = _CORRECTION.match(rest)
    if correction is not None:
        other = _try(reader, rest[correction.end() :])
        # "SAT, no UNSAT core exists" corrects nothing: what follows must be an answer and no more.
        if other is not None and other[0] != value and not other[1].partition("\n")[0].strip(_PUNCTUATION):
            raise ReadError("conflict", "Two different answers are given; give one.")
    for line in rest.splitlines()[1 : BARE_LINES + 1]:
        other = _try(reader, line)
        if other is not None and other[0] != value and not other[1].strip(_PUNCTUATION):
            raise ReadError("conflict", "Two different answers are given; give one.")


def _try(reader: Reader, text: str) -> tuple[Any, str] | None:
    try:
        return reader(text)
    except ReadError:
        return None


def _implicit(text: str, reader: Reader) -> Answer | Unparsable:
    fences = [match.span() for match in _FENCE.finditer(text)]
    stripped = text.strip()
    if 2 <= len(fences) <= MAX_SPANS:
        block = text[fences[len(fences) // 2 * 2 - 2][1] : fences[len(fences) // 2 * 2 - 1][0]]
        candidates = [(block, "fence")]
    else:
        lines = [line for line in stripped.splitlines()[-4 * BARE_LINES :] if line.strip()][-BARE_LINES:]
        candidates = [(candidate, "whole") for candidate in ([stripped] if len(stripped) <= 4096 else []) + lines]
    found: Answer | None = None
    for candidate, extractor in candidates:
        read = _try(reader, candidate)
        if read is None or read[1].strip(_PUNCTUATION):
            continue
        if candidate is stripped:  # nothing but the answer; its lines, where it has several, are no other answers
            return Answer(read[0], candidate[:400].strip(), extractor, ("no answer marker",))
        if found is not None and found.value != read[0]:
            return Unparsable("conflict", "Two different answers are given; give one.", extractor)
        found = found or Answer(read[0], candidate[:400].strip(), extractor, ("no answer marker",))
    if found is not None:
        return found
    return Unparsable("no-answer", "No answer is marked; end with a line that begins with 'Answer:'.", "whole")
