"""Readers of labels and integers, and the undressing that all readers share.

A reader takes a span and returns (value, rest of the span). Readers forgive how an
answer is dressed (bold, LaTeX, code marks, brackets, fullwidth digits) and never what it says: lengths, ranges and
repetitions are exact. They run in linear time and raise only `ReadError`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from logicbench.answers.extract import ReadError

MAX_NUMBER_DIGITS = 30
"""Longer integers are refused unread: no answer needs them, and converting them is not linear."""

_STYLES = "text|mathrm|mathbf|textbf|mathit|mathtt|boxed|fbox|operatorname"
_DRESS = re.compile(rf"\\(?:{_STYLES}|left|right)\b|\\[,;! ()\[\]]|[*`$]|(?<![A-Za-z0-9_])_++|_++(?![A-Za-z0-9{{])")
_BRACES = re.compile(rf"\\(?:{_STYLES})[ \t]{{0,4}}\{{|\\?[{{}}]")
_LEAD = " \t\r\n:：=>—•\"'“”‘’"
_BULLET = re.compile(r"[-–+][ \t]{1,4}(?=\S)")
_ANSWER_PREFIX = re.compile(
    r"(?:the[ \t]+)?(?:final[ \t]+)?answer[ \t]{0,4}(?:is|[:：=])[ \t]{0,4}[:：]?", re.IGNORECASE
)
_FENCED = re.compile(r"\s*(?:```|~~~)[^\n]{0,64}\n(.*?)(?:\n[ \t]{0,8}(?:```|~~~)|$)", re.DOTALL)


def unwrap(span: str) -> str:
    """Return the span without fence, LaTeX and Markdown dress, NFKC-normalised, leading punctuation removed."""
    if "```" in span or "~~~" in span:
        fenced = _FENCED.match(span)
        if fenced is not None:
            span = fenced[1]
    if not span.isascii():
        span = unicodedata.normalize("NFKC", span).replace("−", "-").replace("‑", "-").replace("–", "-")
    if "\\" in span or "*" in span or "`" in span or "$" in span or "_" in span:
        span = _DRESS.sub(" ", _without_styles(span) if "\\" in span else span)
    span = span.lstrip(_LEAD)
    bullet = _BULLET.match(span)
    if bullet is not None:
        span = span[bullet.end() :]
    return without_prefix(span)


def _without_styles(span: str) -> str:
    r"""Take the text of ``\mathrm{...}`` and the like out of its braces; ``\_`` is ``_``.

    Other braces stay, and so does a command whose brace is never closed. Words that only a brace parted stay apart.
    """
    opened: list[tuple[int, int] | None] = []
    cuts: list[tuple[int, int]] = []
    for match in _BRACES.finditer(span):
        if len(match[0]) > 2:
            opened.append(match.span())
        elif match[0] == "{":
            opened.append(None)
        elif match[0] == "}" and opened and (start := opened.pop()) is not None:
            cuts += [start, match.span()]
    text, end = "", 0
    parts: list[str] = []
    for left, right in [*sorted(cuts), (len(span), len(span))]:
        if left > end:
            apart = text[-1:].isalnum() and span[end].isalnum()
            text = span[end:left]
            parts.append(f" {text}" if apart else text)
        end = right
    return "".join(parts).replace("\\_", "_")


def without_prefix(span: str) -> str:
    """Return the span without a leading ``Answer:``, as it stands in ``<answer>Answer: 1</answer>``."""
    prefix = _ANSWER_PREFIX.match(span)
    return span if prefix is None else span[prefix.end() :].lstrip(_LEAD)


_LABEL_CHARS = 2000
"""A label stands in the first so many characters of its span; evidence that follows it may be longer."""

_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*|[0-9]+")
_SUBJECT = re.compile(
    r"(?:(?:so|thus|hence|therefore)[ ,]{1,4})?"
    r"(?:it|this|(?:the|this)[ \t]{1,4}(?:formula|instance|statement|claim|theory|problem|system|graph|answer|set))"
    r"[ \t]{1,4}is[ \t]{1,4}",
    re.IGNORECASE,
)


def read_label(synonyms: Mapping[str, str]) -> Callable[[str], tuple[str, str]]:
    """Return a reader of one label.

    Args:
        synonyms: Accepted phrase in lower case -> label. The longest phrase that matches wins, so ``not satisfiable``
            is not read as its second word.
    """
    longest = max(len(phrase.split()) for phrase in synonyms)

    def read(span: str) -> tuple[str, str]:
        text = unwrap(span[:_LABEL_CHARS]).lstrip("([{\\ \t\r\n")
        subject = _SUBJECT.match(text)
        if subject is not None:
            text = text[subject.end() :]
        words: list[str] = []
        end = 0
        best: tuple[str, int] | None = None
        for match in _WORD.finditer(text):
            gap = text[end : match.start()]
            if len(words) == longest or (words and gap.strip(" \t")) or (not words and gap.strip()):
                break
            words.append(match[0].lower())
            end = match.end()
            phrase = " ".join(words)
            if phrase in synonyms:
                best = (synonyms[phrase], end)
        if best is None:
            known = sorted(set(synonyms.values()))
            raise ReadError("malformed", f"The answer must be one of: {', '.join(known)}.")
        return best[0], text[best[1] :] + span[_LABEL_CHARS:]

    return read


_PIECES = re.compile(r"[\n;,.!?]+|\b(?:or|but|no,? wait|wait|actually|rather|instead|alternatively)\b", re.IGNORECASE)
_OR_MORE = re.compile(r"[ \t,;]{0,8}\bor\b[ \t]{0,4}[\[({]?-?[0-9]", re.IGNORECASE)
_AFTER = 600
"""Characters after an answer in which it may be taken back."""


def refuse_other_label(label_of: Callable[[str], tuple[str, str]], own: str, rest: str) -> None:
    """Refuse an answer of a label with its evidence if what follows takes it back.

    That is another label, or the word none, that stands by itself, or further evidence after the word or.

    Args:
        label_of: Reads a label; see `read_label`.
        own: The answer's label.
        rest: What follows the evidence.

    Raises:
        ReadError: If two different answers are given.
    """
    following = rest[:_AFTER]
    pieces = [piece.strip(" \t\r*_`$'\"()[]{}:-") for piece in _PIECES.split(following)]
    if _OR_MORE.match(following) or any(_takes_back(label_of, own, piece) for piece in pieces if piece):
        raise ReadError("conflict", "Two different answers are given; give one.")


def _takes_back(label_of: Callable[[str], tuple[str, str]], own: str, piece: str) -> bool:
    if piece.lower() == "none":
        return True
    try:
        label, left = label_of(piece)
    except ReadError:
        return False
    return label != own and not left.strip()


_INTEGER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])|[0-9]+)(?![0-9])")


def read_integer(span: str) -> tuple[int, str]:
    """Read one integer; thousands separators are accepted, decimals and arithmetic are not."""
    text = unwrap(span[:2000]).lstrip("([{ ")
    match = _INTEGER.match(text)
    if match is None:
        raise ReadError("malformed", "The answer must be one integer.")
    rest = text[match.end() :]
    if len(match[0]) > MAX_NUMBER_DIGITS:
        raise ReadError("range", "The number is too long.")
    if re.match(
        r"\.[0-9]|[ \t]{0,8}[\^*/+×±~e%](?![A-Za-z])|[A-Za-z]|[ \t]{1,8}[0-9]|[ \t]{0,8}(?:-|to\b)[ \t]{0,8}[0-9]", rest
    ):
        raise ReadError("malformed", "The answer must be one integer, written out in digits.")
    return int(match[0].replace(",", "")), rest
