"""Quantified sentences with relative clauses, and claims and reports about named people.

Both the relative and the transitive fragment use this grammar; `fragments` says which sentences belong to which.
Patterns that many readers take in two ways are not written: *all ... are not*, *admire some* under a negation,
*not every ... some*.
"""

from __future__ import annotations

from typing import TypeAlias

from logicbench.logic.english.lexicon import lexicon
from logicbench.logic.english.patterns import Grammar, Pattern, Slot
from logicbench.logic.english.phrases import (
    Agreement,
    read_noun_phrase,
    read_phrase,
    read_phrases,
    write_noun_phrase,
    write_phrase,
    write_phrases,
)
from logicbench.logic.english.reading import Cursor
from logicbench.logic.english.statements import SEPARATE, SINGLE, listed
from logicbench.logic.english.syntax import (
    Claim,
    Deed,
    Existential,
    Phrase,
    Report,
    Some,
    Statement,
    Universal,
    negate,
)

Quantified: TypeAlias = Universal | Existential | Claim | Report
Phrases: TypeAlias = tuple[Phrase, ...]


def _phrases(agreement: Agreement) -> Slot:
    return Slot(
        lambda phrases, stream: write_phrases(phrases, agreement, "and", stream),
        lambda cursor: read_phrases(cursor, agreement, "and"),
    )


def phrase_slot(agreement: Agreement) -> Slot:
    """Return the slot of one phrase."""
    return Slot(
        lambda phrase, stream: write_phrase(phrase, agreement, stream),
        lambda cursor: read_phrase(cursor, agreement),
    )


def _read_name(cursor: Cursor) -> str:
    name = lexicon().find(cursor.word(), "name")
    if name is None:
        raise cursor.mismatch("a name")
    cursor.index += 1
    return name


def _read_denial(cursor: Cursor) -> Phrase:
    phrase = read_phrase(cursor, "no")
    if not phrase.positive:
        cursor.index -= 1
        raise cursor.mismatch("a phrase without negation after 'no'")
    return negate(phrase)


SLOTS = {
    "one": Slot(
        lambda body, stream: write_noun_phrase(body, "singular", stream),
        lambda cursor: read_noun_phrase(cursor, "singular"),
    ),
    "many": Slot(
        lambda body, stream: write_noun_phrase(body, "plural", stream),
        lambda cursor: read_noun_phrase(cursor, "plural"),
    ),
    "does": _phrases("she"),
    "does_one": phrase_slot("she"),
    "they_do": _phrases("they"),
    "people_do": _phrases("plural"),
    "denied": Slot(lambda phrase, stream: write_phrase(negate(phrase), "no", stream), _read_denial),
    "name": Slot(lambda name, stream: name, _read_name),
    "any_of": listed("or"),
    "all_of": listed("and"),
    "separate": SEPARATE,
    "statement": SINGLE,
}


def _universal(sentence: Quantified) -> tuple[Phrases, Phrases] | None:
    return (sentence.body, sentence.head) if isinstance(sentence, Universal) else None


def _affirming(sentence: Quantified) -> tuple[Phrases, Phrases] | None:
    """Universals whose head denies nothing: *all bakers are not pilots* would be ambiguous."""
    if not isinstance(sentence, Universal) or not all(phrase.positive for phrase in sentence.head):
        return None
    return sentence.body, sentence.head


def _denying(sentence: Quantified) -> tuple[Phrases, Phrase] | None:
    """Universals whose head is one denial, as *no* and *nobody* say it."""
    if not isinstance(sentence, Universal) or len(sentence.head) > 1 or sentence.head[0].positive:
        return None
    return sentence.body, sentence.head[0]


def _existential(sentence: Quantified) -> tuple[Phrases, Phrases] | None:
    return (sentence.body, sentence.head) if isinstance(sentence, Existential) else None


def _not_every(sentence: Quantified) -> tuple[Phrases, Phrase] | None:
    """Existentials whose head is one denial, as *not every* says it."""
    if not isinstance(sentence, Existential) or len(sentence.head) > 1:
        return None
    head = sentence.head[0]
    if head.positive or (isinstance(head, Deed) and isinstance(head.object, Some)):
        return None
    return sentence.body, negate(head)


def _from_not_every(body: Phrases, head: Phrase) -> Existential:
    return Existential(body, (negate(head),))


def _claim(sentence: Quantified) -> tuple[tuple[Statement, ...]] | None:
    return (sentence.statements,) if isinstance(sentence, Claim) else None


def _alternatives(sentence: Quantified) -> tuple[tuple[Statement, ...]] | None:
    if not isinstance(sentence, Claim) or len(sentence.statements) < 2:
        return None
    return (sentence.statements,)


def _conditional(sentence: Quantified) -> tuple[tuple[Statement, ...], Statement] | None:
    """A claim as an implication: all but the last are denied in the condition."""
    if not isinstance(sentence, Claim) or len(sentence.statements) < 2:
        return None
    *body, head = sentence.statements
    return tuple(negate(statement) for statement in body), head


def _from_conditional(body: tuple[Statement, ...], head: Statement) -> Claim:
    return Claim((*(negate(statement) for statement in body), head))


def _report(sentence: Quantified) -> tuple[str, Phrases] | None:
    return (sentence.name, sentence.phrases) if isinstance(sentence, Report) else None


def _denial(body: Phrases, head: Phrase) -> Universal:
    return Universal(body, (head,))


PATTERNS: tuple[Pattern[Quantified], ...] = (
    Pattern("every {one} {does}", _affirming, Universal),
    Pattern("no {one} {denied}", _denying, _denial),
    Pattern("everyone who {does} {does}", _universal, Universal),
    Pattern("anyone who {does} {does}", _universal, Universal),
    Pattern("all {many} {people_do}", _affirming, Universal),
    Pattern("if someone {does}, then they {they_do}", _universal, Universal),
    Pattern("nobody who {does} {denied}", _denying, _denial),
    Pattern("every {one} {does}", _universal, Universal),
    Pattern("some {one} {does}", _existential, Existential),
    Pattern("at least one {one} {does}", _existential, Existential),
    Pattern("someone who {does} {does}", _existential, Existential),
    Pattern("not every {one} {does_one}", _not_every, _from_not_every),
    Pattern("{any_of}", _claim, Claim),
    Pattern("at least one of these is true: {separate}", _alternatives, Claim),
    Pattern("if {all_of}, then {statement}", _conditional, _from_conditional),
    Pattern("{name} {does}", _report, Report),
)

GRAMMAR: Grammar[Quantified] = Grammar(SLOTS, PATTERNS)
