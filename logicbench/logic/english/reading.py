"""Reading: tokens with positions, and a cursor over the tokens of one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from logicbench.errors import InputError
from logicbench.logic.english.lexicon import lexicon

MAX_BYTES = 1 << 22
"""Longer texts are refused."""

_TOKEN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*|[,.;:]|\s+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark, and where it starts in the text."""

    text: str
    start: int


class Mismatch(Exception):
    """A pattern does not fit; kept inside the readers, the deepest one becomes an `InputError`."""

    def __init__(self, index: int, expected: str) -> None:
        super().__init__(expected)
        self.index, self.expected = index, expected


class Cursor:
    """A position in the tokens of one sentence."""

    __slots__ = ("index", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.index = tokens, 0

    def word(self, ahead: int = 0) -> str:
        """Return the token at the cursor, or some places ahead of it; empty past the end."""
        place = self.index + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        """Step over the words if they come next; otherwise stay."""
        if all(self.word(ahead) == word for ahead, word in enumerate(words)):
            self.index += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        """Step over the words.

        Raises:
            Mismatch: At the first token that differs.
        """
        for word in words:
            if self.word() != word:
                raise self.mismatch(f"'{word}'")
            self.index += 1

    def mismatch(self, expected: str) -> Mismatch:
        """Return the error that something else was expected at the cursor."""
        return Mismatch(self.index, expected)


def sentences(text: str) -> Iterator[list[Token]]:
    """Yield the tokens of each sentence, full stop included and the opening capital undone.

    Raises:
        InputError: If a character belongs to no token, a sentence lacks its full stop, or the text is too long.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"the text has {len(text)} characters; at most {MAX_BYTES} are read")
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise InputError(f"{where(text, place)}: unexpected character {text[place]!r}")
        word = found.group()
        if not word[0].isspace():
            tokens.append(Token(word if tokens else _opening(text, word, place), place))
        place = found.end()
        if word == ".":
            yield tokens
            tokens = []
    if tokens:
        raise InputError(f"{where(text, len(text))}: the last sentence has no full stop")


def _opening(text: str, word: str, place: int) -> str:
    """Undo the capital of a sentence's first word, unless it is a name's own."""
    if lexicon().find(word, "name"):
        return word
    if not word[0].isupper():
        raise InputError(f"{where(text, place)}: a sentence must begin with a capital letter, not {word!r}")
    return word[0].lower() + word[1:]


def where(text: str, place: int) -> str:
    """Return a place as ``line L, column C``."""
    line = text.count("\n", 0, place) + 1
    return f"line {line}, column {place - text.rfind(chr(10), 0, place)}"
