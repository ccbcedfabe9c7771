"""The syllogistic fragment: *all*, *no*, *some* and *not all*, with ``non-`` before either noun.

*Some* means at least one; *all* and *no* do not say that there is any.
"""

from __future__ import annotations

from collections.abc import Callable

from logicbench.logic.english.inflect import plural
from logicbench.logic.english.lexicon import Number
from logicbench.logic.english.patterns import Grammar, Pattern, Slot
from logicbench.logic.english.phrases import read_role, with_article
from logicbench.logic.english.reading import Cursor
from logicbench.logic.english.syntax import Categorical, Quantity, Term


def _write(term: Term, number: Number) -> str:
    noun = plural(term.noun) if number == "plural" else term.noun
    return noun if term.positive else f"non-{noun}"


def _read(cursor: Cursor, number: Number) -> Term:
    kind = read_role(cursor, number)
    return Term(kind.noun, kind.positive)


def _read_with_article(cursor: Cursor) -> Term:
    start = cursor.index
    if not (cursor.take("a") or cursor.take("an")):
        raise cursor.mismatch("'a' or 'an'")
    term = _read(cursor, "singular")
    if with_article(_write(term, "singular")).split()[0] != cursor.tokens[start].text:
        cursor.index = start
        raise cursor.mismatch("'an'" if cursor.word() == "a" else "'a'")
    return term


SLOTS = {
    "one": Slot(lambda term, stream: _write(term, "singular"), lambda cursor: _read(cursor, "singular")),
    "many": Slot(lambda term, stream: _write(term, "plural"), lambda cursor: _read(cursor, "plural")),
    "a_one": Slot(lambda term, stream: with_article(_write(term, "singular")), _read_with_article),
}


def _pattern(text: str, quantity: Quantity) -> Pattern[Categorical]:
    return Pattern(text, _split(quantity), lambda subject, predicate: Categorical(quantity, subject, predicate))


def _split(quantity: Quantity) -> Callable[[Categorical], tuple[Term, Term] | None]:
    return lambda sentence: (sentence.subject, sentence.predicate) if sentence.quantity == quantity else None


GRAMMAR: Grammar[Categorical] = Grammar(
    SLOTS,
    (
        _pattern("all {many} are {many}", "all"),
        _pattern("every {one} is {a_one}", "all"),
        _pattern("everyone who is {a_one} is {a_one}", "all"),
        _pattern("if someone is {a_one}, then they are {a_one}", "all"),
        _pattern("no {one} is {a_one}", "no"),
        _pattern("no {many} are {many}", "no"),
        _pattern("nobody who is {a_one} is {a_one}", "no"),
        _pattern("some {one} is {a_one}", "some"),
        _pattern("some {many} are {many}", "some"),
        _pattern("at least one {one} is {a_one}", "some"),
        _pattern("someone is both {a_one} and {a_one}", "some"),
        _pattern("not all {many} are {many}", "not all"),
        _pattern("not every {one} is {a_one}", "not all"),
        _pattern("some {one} is not {a_one}", "not all"),
        _pattern("some {many} are not {many}", "not all"),
        _pattern("at least one {one} is not {a_one}", "not all"),
    ),
)
