"""A place in a list of tokens: what the readers of the infix notations share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from logicbench.logic.fol.notation import DIALECTS, Notation
from logicbench.logic.fol.notes import Note, ParseError, Severity
from logicbench.logic.fol.tokens import Token

OPERAND_START = frozenset(("word", "string", "number", "truth", "not", "quantifier", "open"))
"""Kinds of tokens that an operand begins with."""

_LOOKAHEAD = 4


def matches(tokens: Sequence[Token]) -> list[int]:
    """For every bracket the index of its partner, for every other token -1; the brackets must be balanced."""
    partner = [-1] * len(tokens)
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(index)
        elif token.kind == "close" and opened:
            partner[index] = opened[-1]
            partner[opened.pop()] = index
    return partner


class Cursor:
    """Tokens with balanced brackets, a place among them, and the notes made so far.

    Args:
        text: What the tokens are of.
        tokens: The tokens.
        notation: Its notation.
        noted: Called with the kind of every note as it is made; may raise to end the reading.
    """

    def __init__(
        self, text: str, tokens: Sequence[Token], notation: Notation, noted: Callable[[str], None] | None = None
    ) -> None:
        self.text, self.notation = text, notation
        self.noted = noted
        self.tokens = [*tokens, *[tokens[-1]] * _LOOKAHEAD]
        self.dialect = DIALECTS[notation]
        self.notes: list[Note] = []
        self.partner = matches(self.tokens)
        self.at = 0

    def note(self, kind: str, position: int, message: str, severity: Severity = "repair") -> None:
        """Add a note."""
        self.notes.append(Note(kind, position, message, severity))
        if self.noted is not None:
            self.noted(kind)

    def fail(self, expected: str, token: Token | None = None) -> NoReturn:
        """Refuse the text here."""
        raise ParseError(self.text, (token or self.tokens[self.at]).position, expected)

    def skip_label(self) -> None:
        """Pass over ``1.``, ``(2)``, ``Premise 3:`` and bullets in front of the formula."""
        tokens = self.tokens
        first = tokens[0]
        index = 0
        if first.kind == "not" and self.notation in ("unicode", "latex") and self.text[first.position] in "-–—−":
            if self.text[first.end : first.end + 1].isspace():
                index = 1
        elif (first.kind == "infix" and first.value in ("-", "*")) or (
            first.kind == "other" and self.text[first.position] in "•‣▪●"
        ):
            index = 1
        start = index
        if tokens[index].kind == "number" and tokens[index + 1].kind in ("dot", "close"):
            index += 2
        elif [token.kind for token in tokens[index : index + 3]] == ["open", "number", "close"]:
            index += 3
        seen = index
        while tokens[seen].kind in ("word", "number") and seen - index < 4:
            seen += 1
        if seen > index and tokens[seen].kind == "colon" and tokens[seen + 1].kind in OPERAND_START:
            index = seen + 1
        if index > start or start:
            if tokens[index].kind == "end":
                index = start if tokens[start].kind != "end" else 0
            if index:
                self.note("label", first.position, "left out a label in front of the formula")
        self.at = index
