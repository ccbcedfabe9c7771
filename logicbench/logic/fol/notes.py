"""What a reader reports: located notes on repairs and doubts, and the error with a caret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from logicbench.errors import InputError

Severity: TypeAlias = Literal["repair", "warning"]
_EXCERPT = 72


@dataclass(frozen=True, slots=True)
class Note:
    """One remark of a reader.

    Attributes:
        kind: A stable name such as ``missing_close`` or ``free_variable``.
        position: Offset into the text, in code points, counted from 0.
        message: One sentence for people.
        severity: ``repair`` where the text left the grammar of its notation and was mended (a strict reader refuses
            it); ``warning`` where the text is legal but is often a slip, or can be read in another way.
    """

    kind: str
    position: int
    message: str
    severity: Severity = "repair"


class ParseError(InputError):
    """Text that cannot be read; says what was expected and where, with a caret under the place.

    Attributes:
        position: Offset into the text, in code points, counted from 0.
        line: Line of the position, counted from 1.
        column: Column of the position, counted from 1.
        expected: What would have been right there.
        kind: The kind of the refused repair, or ``syntax``.
    """

    def __init__(self, text: str, position: int, expected: str, kind: str = "syntax") -> None:
        position = max(0, min(position, len(text)))
        self.position, self.expected, self.kind = position, expected, kind
        self.line = text.count("\n", 0, position) + 1
        begin = text.rfind("\n", 0, position) + 1
        self.column = position - begin + 1
        found = _found(text, position)
        place = f"column {self.column}" if self.line == 1 else f"line {self.line}, column {self.column}"
        super().__init__(f"{place}: expected {expected}, found {found}\n{caret(text, position)}")


def caret(text: str, position: int) -> str:
    """The line around ``position``, cut to a readable width, and a caret under the place."""
    begin = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[begin : end if end >= 0 else len(text)]
    column = position - begin
    cut = max(0, column - _EXCERPT // 2)
    shown = line[cut : cut + _EXCERPT]
    head = "… " if cut else "  "
    tail = " …" if cut + _EXCERPT < len(line) else ""
    visible = "".join(char if char.isprintable() else " " for char in shown)
    return f"{head}{visible}{tail}\n  {' ' * (column - cut)}^"


def _found(text: str, position: int) -> str:
    if position >= len(text):
        return "the end of the text"
    word = position
    while word < len(text) and word - position < 24 and (text[word].isalnum() or text[word] == "_"):
        word += 1
    return repr(text[position : max(word, position + 1)])
