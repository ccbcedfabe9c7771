"""Statements about named people and things in English, and lists of them.

A list about one person may name them once (``Anne is kind and admires Bob``), a list of things may say ``there is``
once (``there is a carrot and no steak``).
"""

from __future__ import annotations

from collections.abc import Sequence

from logicbench.logic.english.lexicon import lexicon
from logicbench.logic.english.patterns import Slot, pick
from logicbench.logic.english.phrases import (
    Conjunction,
    join,
    read_complement,
    read_lemma,
    read_list,
    read_phrase,
    read_with_article,
    starts_bare,
    starts_phrase,
    with_article,
    write_phrase,
    write_phrases,
)
from logicbench.logic.english.reading import Cursor
from logicbench.logic.english.syntax import Presence, Said, Statement
from logicbench.seeding import Stream


def write_statement(statement: Statement, stream: Stream | None) -> str:
    """Return a full statement."""
    if isinstance(statement, Presence):
        return f"there is {_amount(statement)}"
    return f"{statement.subject} {write_phrase(statement.phrase, 'she', stream)}"


def _amount(presence: Presence) -> str:
    return with_article(presence.noun) if presence.positive else f"no {presence.noun}"


def write_statements(statements: Sequence[Statement], conjunction: Conjunction, stream: Stream | None) -> str:
    """Return a list of statements, shortened where all of them share what is left out."""
    short = _shortened(statements, conjunction, stream) if pick((True, False), stream) else None
    return short or join([write_statement(statement, stream) for statement in statements], conjunction, stream)


def _shortened(statements: Sequence[Statement], conjunction: Conjunction, stream: Stream | None) -> str | None:
    said = [statement for statement in statements if isinstance(statement, Said)]
    if len(said) == len(statements):
        if len({statement.subject for statement in said}) > 1:
            return None
        phrases = write_phrases([statement.phrase for statement in said], "she", conjunction, stream)
        return f"{said[0].subject} {phrases}"
    things = [statement for statement in statements if isinstance(statement, Presence)]
    affirmed = things if conjunction == "or" else things[:-1]
    if len(things) < len(statements) or not all(thing.positive for thing in affirmed):
        return None
    return f"there is {join([_amount(thing) for thing in things], conjunction, stream)}"


def read_statement(cursor: Cursor) -> Statement:
    """Step over a full statement."""
    if cursor.take("there", "is"):
        return _read_amount(cursor)
    name = lexicon().find(cursor.word(), "name")
    if name is None:
        raise cursor.mismatch("a statement about a named person or a thing")
    cursor.index += 1
    return Said(name, read_phrase(cursor, "she"))


def _read_amount(cursor: Cursor) -> Presence:
    if cursor.take("no"):
        return Presence(read_lemma(cursor, "item"), False)
    return Presence(read_with_article(cursor, "item"))


def _continues(cursor: Cursor, before: Statement) -> bool:
    """Whether a shortened statement begins at the cursor."""
    if isinstance(before, Presence):
        return before.positive and cursor.word() in ("no", "a", "an")
    return starts_phrase(cursor, "she") or starts_bare(cursor, before.phrase)


def _read_next(cursor: Cursor, before: Statement) -> Statement:
    if not _continues(cursor, before):
        return read_statement(cursor)
    if isinstance(before, Presence):
        return _read_amount(cursor)
    bare = starts_bare(cursor, before.phrase)
    return Said(before.subject, read_complement(cursor, "she") if bare else read_phrase(cursor, "she"))


def _follows(cursor: Cursor, before: Statement) -> bool:
    word = cursor.word()
    return word == "there" or lexicon().find(word, "name") is not None or _continues(cursor, before)


def listed(conjunction: Conjunction) -> Slot:
    """Return the slot of a list of statements."""
    return Slot(
        lambda statements, stream: write_statements(statements, conjunction, stream),
        lambda cursor: read_list(cursor, conjunction, read_statement(cursor), _follows, _read_next),
    )


def _read_separate(cursor: Cursor) -> tuple[Statement, ...]:
    statements = [read_statement(cursor)]
    while cursor.take(";"):
        statements.append(read_statement(cursor))
    return tuple(statements)


SEPARATE = Slot(
    lambda statements, stream: "; ".join(write_statement(statement, stream) for statement in statements),
    _read_separate,
)
"""Full statements with semicolons between them."""

SINGLE = Slot(write_statement, read_statement)
"""One full statement."""
