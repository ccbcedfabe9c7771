"""The untyped tree between the readers and the syntax tree: what is a term and what a formula is not yet decided."""

from __future__ import annotations

from typing import NamedTuple


class Bound(NamedTuple):
    """One variable of a quantifier, as written."""

    name: str
    sort: str | None
    position: int
    quoted: bool = False
    """Whether the sort stands in quotes."""


class Raw:
    """One node.

    Attributes:
        kind: ``name``, ``quoted``, ``number``, ``truth``, ``apply``, ``infix``, ``not``, ``minus``, ``quantifier``,
            ``list``.
        value: The name, the number's text, the operator or the quantifier.
        kids: Operands or arguments.
        position: Where it stands in the text.
        grouped: Whether brackets stand around it.
        quoted: Whether the name of an ``apply`` stands in quotes.
        bound: The variables of a quantifier.
    """

    __slots__ = ("bound", "grouped", "kids", "kind", "position", "quoted", "value")

    def __init__(
        self, kind: str, value: str, position: int, kids: list[Raw] | None = None, bound: tuple[Bound, ...] = ()
    ) -> None:
        self.kind, self.value, self.position = kind, value, position
        self.kids = kids if kids is not None else []
        self.grouped = self.quoted = False
        self.bound = bound
