"""Sentence patterns: one table that both writes and reads.

A pattern is a row of fixed words and slots, ``if {body}, then they {head}``, with two functions that take a sentence
apart into the slots' values and put it together again. Writing picks one of the patterns that fit; reading tries them
in order. A slot reads without looking back, so reading is linear in the sentence for a fixed table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from logicbench.errors import InputError
from logicbench.logic.english.reading import Cursor, Mismatch, Token, where
from logicbench.seeding import Stream

S = TypeVar("S")
T = TypeVar("T")

_PART = re.compile(r"\{(\w+)\}|([\w-]+)|([,;:])")


def pick(options: Sequence[T], stream: Stream | None) -> T:
    """Return a random option, or the first without a stream."""
    return options[0] if stream is None or len(options) == 1 else stream.choice(options)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a pattern: how its value is written and read."""

    write: Callable[[Any, Stream | None], str]
    read: Callable[[Cursor], Any]


@dataclass(frozen=True, slots=True)
class Pattern(Generic[S]):
    """One way to word a sentence.

    Attributes:
        text: Fixed words, commas and ``{slot}`` names.
        split: The slots' values for a sentence, in order; None if the pattern does not fit it.
        build: The sentence of the slots' values.
    """

    text: str
    split: Callable[[Any], tuple[Any, ...] | None]
    build: Callable[..., S]


class Grammar(Generic[S]):
    """Patterns over slots."""

    def __init__(self, slots: Mapping[str, Slot], patterns: Sequence[Pattern[S]]) -> None:
        self._patterns = [(pattern, _parts(pattern.text, slots)) for pattern in patterns]

    def wordings(self, sentence: S) -> int:
        """Return how many of the patterns fit a sentence."""
        return sum(pattern.split(sentence) is not None for pattern, _ in self._patterns)

    def write(self, sentence: S, stream: Stream | None = None) -> str:
        """Return the sentence in English: in the first pattern that fits, or with a stream in a random one.

        Raises:
            InputError: If no pattern fits.
        """
        fitting = []
        for pattern, parts in self._patterns:
            values = pattern.split(sentence)
            if values is not None:
                fitting.append((parts, values))
                if stream is None:
                    break
        if not fitting:
            raise InputError(f"no sentence of this fragment says {sentence!r}")
        parts, values = pick(fitting, stream)
        text = ""
        rest = iter(values)
        for part in parts:
            piece = part.write(next(rest), stream) if isinstance(part, Slot) else part
            text += piece if not text or piece in ",;:" else f" {piece}"
        return f"{text[0].upper()}{text[1:]}."

    def read(self, text: str, tokens: list[Token]) -> S:
        """Return the sentence that the tokens of ``text`` say.

        Raises:
            InputError: With the position of the deepest failure and what could have stood there.
        """
        deepest, expected = -1, list[str]()
        for pattern, parts in self._patterns:
            cursor = Cursor(tokens)
            try:
                sentence = pattern.build(*_match(parts, cursor))
                if pattern.split(sentence) is not None:
                    return sentence
                raise cursor.mismatch("another wording, for this one can be taken in two ways,")
            except Mismatch as error:
                if error.index > deepest:
                    deepest, expected = error.index, []
                if error.index == deepest and error.expected not in expected:
                    expected.append(error.expected)
        token = tokens[min(deepest, len(tokens) - 1)]
        raise InputError(f"{where(text, token.start)}: expected {' or '.join(expected)}, found {token.text!r}")


def _parts(text: str, slots: Mapping[str, Slot]) -> list[Slot | str]:
    return [slots[found[1]] if found[1] else found[0] for found in _PART.finditer(text)]


def _match(parts: Sequence[Slot | str], cursor: Cursor) -> list[Any]:
    values = []
    for part in parts:
        if isinstance(part, Slot):
            values.append(part.read(cursor))
        else:
            cursor.expect(part)
    cursor.expect(".")
    return values
