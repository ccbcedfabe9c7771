"""Read formulas: one function for every notation, strict or tolerant, and the ranked readings of a doubtful text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from logicbench.errors import InputError
from logicbench.logic.fol.brackets import balanced_tokens
from logicbench.logic.fol.elaborate import Conventions, Elaborator, Free
from logicbench.logic.fol.notation import Notation, notation_of
from logicbench.logic.fol.notes import Note, ParseError
from logicbench.logic.fol.smtlib import read_smtlib
from logicbench.logic.fol.syntax import Formula
from logicbench.logic.fol.tokens import lex
from logicbench.logic.fol.wrapping import unquoted, unwrap

Level: TypeAlias = Literal["strict", "tolerant"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A formula that was read.

    Attributes:
        formula: The syntax tree.
        notes: What was repaired and what is doubtful, in the order of the text.
        notation: The notation it was read in.
    """

    formula: Formula
    notes: tuple[Note, ...]
    notation: Notation

    @property
    def repairs(self) -> tuple[Note, ...]:
        """The notes that a strict reader would refuse."""
        return tuple(note for note in self.notes if note.severity == "repair")


def parse(
    text: str,
    notation: str = "auto",
    level: Level = "tolerant",
    *,
    free: Free = "constant",
    largest: int | None = None,
) -> Parsed:
    """Read a formula.

    Args:
        text: The formula; it is only ever read, never run.
        notation: One of `NOTATIONS`, or ``auto`` to tell by the spelling.
        level: ``tolerant`` mends what it can and notes every repair; ``strict`` refuses what it would have to mend.
        free: What a name such as ``x`` is where no quantifier binds it (always noted).
        largest: The most that a ``Count(...)`` of the Python notation can come to. Counts may then be compared with
            each other and with terms, which is written out as one case for each number; else only with numbers.

    Raises:
        ParseError: nothing sensible can be made of the text, or ``level`` is strict and a repair is needed.
        UnknownNameError: no such notation.
    """
    if level not in ("strict", "tolerant"):
        raise InputError(f"level must be 'strict' or 'tolerant', not {level!r}")
    bare, notes = unwrap(text)
    resolved = notation_of(notation, bare)
    parsed = _parse(bare, notes, Conventions(resolved, free, largest), search=level == "tolerant")
    if level == "strict":
        for note in parsed.notes:
            if note.severity == "repair":
                raise ParseError(
                    text, note.position, f"{resolved} notation without repairs ({note.message})", note.kind
                )
    return parsed


def _parse(text: str, before: list[Note], how: Conventions, search: bool) -> Parsed:
    if how.notation == "smtlib":
        raw, notes = read_smtlib(text)
        elaborator = Elaborator(text, how)
        formula = elaborator.run(raw)
        return _parsed(formula, [*before, *notes, *elaborator.notes], how.notation)
    return _readings(text, before, how, search, 1)[0]


def _readings(text: str, before: list[Note], how: Conventions, search: bool, wanted: int) -> list[Parsed]:
    notation = how.notation
    bare, quotes = unquoted(text, notation)
    lexed = lex(bare, notation)
    found = balanced_tokens(bare, lexed.tokens, how, search, wanted)
    return [
        _parsed(
            candidate.formula,
            [*before, *quotes, *(note for note in lexed.notes if note.position < candidate.end), *candidate.notes],
            notation,
        )
        for candidate in found
    ]


def _parsed(formula: Formula, notes: list[Note], notation: Notation) -> Parsed:
    return Parsed(formula, tuple(sorted(notes, key=lambda note: note.position)), notation)


def readings(text: str, k: int = 3, notation: str = "auto", *, free: Free = "constant") -> list[Parsed]:
    """The ``k`` likeliest readings of a text, best first, no two the same formula; the first is what `parse` returns.

    Readings differ in where missing brackets are put or surplus ones removed, in the reach of quantifiers, and in the
    grouping of connectives that people group differently.

    Raises:
        ParseError: the text has no reading.
    """
    if k < 1:
        raise InputError(f"the number of readings must be at least 1, not {k}")
    bare, notes = unwrap(text)
    resolved = notation_of(notation, bare)
    if resolved == "smtlib":
        return [_parse(bare, notes, Conventions(resolved, free), search=True)]
    return _readings(bare, notes, Conventions(resolved, free), True, k)
