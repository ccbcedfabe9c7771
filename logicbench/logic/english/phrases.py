"""Predicates in English: ``is a baker``, ``are not tall``, ``admires no singer``; their lists; and noun phrases.

Every writer has its reader beside it. A list is joined by one conjunction throughout (``a and b and c``) or by
commas (``a, b, and c``). A list of ``is`` phrases may say its verb once: ``is tall and not a baker``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias, TypeVar

from logicbench.logic.english.inflect import article, plural, third_person
from logicbench.logic.english.lexicon import Category, Number, lexicon
from logicbench.logic.english.patterns import pick
from logicbench.logic.english.reading import Cursor
from logicbench.logic.english.syntax import Deed, Every, Kind, Named, Phrase, Quality, Some
from logicbench.seeding import Stream

T = TypeVar("T")

Agreement: TypeAlias = Literal["she", "they", "plural", "no"]
"""The subject that a phrase agrees with: one person, singular *they*, several people, or one person under *no*,
where *some* becomes *any*."""
Conjunction: TypeAlias = Literal["and", "or"]

_WHAT: dict[Category, str] = {
    "name": "a name", "role": "a role", "adjective": "an adjective", "verb": "a verb", "item": "an item",
}  # fmt: skip


def read_lemma(cursor: Cursor, category: Category, number: Number = "singular") -> str:
    """Step over a word of a category and return its lemma."""
    lemma = lexicon().find(cursor.word(), category, number)
    if lemma is None:
        what = _WHAT[category]
        raise cursor.mismatch(f"{what} in the plural form" if number == "plural" else what)
    cursor.index += 1
    return lemma


def with_article(word: str) -> str:
    """Return a word after its indefinite article."""
    return f"{article(word)} {word}"


def read_with_article(cursor: Cursor, category: Category) -> str:
    """Step over an article and a word; the article must be the right one."""
    given = cursor.word()
    if given not in ("a", "an"):
        raise cursor.mismatch("'a' or 'an'")
    cursor.index += 1
    lemma = read_lemma(cursor, category)
    if article(lemma) != given:
        cursor.index -= 2
        raise cursor.mismatch(f"'{article(lemma)}'")
    return lemma


def is_copular(phrase: Phrase) -> bool:
    """Whether the phrase is said with *is*."""
    return not isinstance(phrase, Deed)


def write_phrase(phrase: Phrase, agreement: Agreement, stream: Stream | None, bare: bool = False) -> str:
    """Return a phrase in agreement with its subject; ``bare`` drops the verb of an *is* phrase."""
    singular = agreement in ("she", "no")
    if isinstance(phrase, Deed):
        return _write_deed(phrase, agreement, stream)
    if isinstance(phrase, Kind):
        what = plural(phrase.noun) if agreement == "plural" else with_article(phrase.noun)
    else:
        what = phrase.adjective
    negation = "" if phrase.positive else "not "
    copula = "" if bare else "is " if singular else "are "
    return copula + negation + what


def _write_deed(deed: Deed, agreement: Agreement, stream: Stream | None) -> str:
    singular = agreement in ("she", "no")
    verb = third_person(deed.verb) if singular else deed.verb
    denied = f"{'does' if singular else 'do'} not {deed.verb}"
    target = deed.object
    if isinstance(target, Named):
        return f"{verb if deed.positive else denied} {target.name}"
    if isinstance(target, Every):
        options = [f"{verb} every {target.noun}", f"{verb} all {plural(target.noun)}"]
        return pick(options, stream) if deed.positive else f"{denied} every {target.noun}"
    if not deed.positive:
        return pick([f"{verb} no {target.noun}", f"{denied} any {target.noun}"], stream)
    if agreement == "no":
        return f"{verb} any {target.noun}"
    return pick([f"{verb} some {target.noun}", f"{verb} at least one {target.noun}"], stream)


def starts_phrase(cursor: Cursor, agreement: Agreement) -> bool:
    """Whether a full phrase begins at the cursor."""
    singular = agreement in ("she", "no")
    auxiliaries = ("is", "does") if singular else ("are", "do")
    return cursor.word() in auxiliaries or _verb(cursor, singular) is not None


def _verb(cursor: Cursor, singular: bool) -> str | None:
    return lexicon().find(cursor.word(), "verb", "singular" if singular else "plural")


def read_phrase(cursor: Cursor, agreement: Agreement) -> Phrase:
    """Step over a full phrase."""
    singular = agreement in ("she", "no")
    if cursor.take("is" if singular else "are"):
        return read_complement(cursor, agreement)
    if cursor.take("does" if singular else "do", "not"):
        return _read_denied(cursor, read_lemma(cursor, "verb", "plural"))
    if cursor.word() in ("does", "do"):
        raise cursor.mismatch("'does not'" if singular else "'do not'")
    verb = _verb(cursor, singular)
    if verb is None:
        raise cursor.mismatch(f"'{'is' if singular else 'are'}' or a verb that agrees with its subject")
    cursor.index += 1
    return _read_object(cursor, verb, agreement)


def read_complement(cursor: Cursor, agreement: Agreement) -> Phrase:
    """Step over what follows *is*: a role or an adjective, perhaps after *not*."""
    positive = not cursor.take("not")
    if agreement == "plural":
        noun = lexicon().find(cursor.word(), "role", "plural")
        if noun is not None:
            cursor.index += 1
            return Kind(noun, positive)
    elif cursor.word() in ("a", "an"):
        return Kind(read_with_article(cursor, "role"), positive)
    adjective = lexicon().find(cursor.word(), "adjective")
    if adjective is None:
        raise cursor.mismatch("a role or an adjective")
    cursor.index += 1
    return Quality(adjective, positive)


def _read_denied(cursor: Cursor, verb: str) -> Deed:
    if cursor.take("every"):
        return Deed(verb, Every(read_lemma(cursor, "role")), False)
    if cursor.take("any"):
        return Deed(verb, Some(read_lemma(cursor, "role")), False)
    name = lexicon().find(cursor.word(), "name")
    if name is None:
        raise cursor.mismatch("a name, 'any' or 'every'")
    cursor.index += 1
    return Deed(verb, Named(name), False)


def _read_object(cursor: Cursor, verb: str, agreement: Agreement) -> Deed:
    if cursor.take("every"):
        return Deed(verb, Every(read_lemma(cursor, "role")))
    if cursor.take("all"):
        return Deed(verb, Every(read_lemma(cursor, "role", "plural")))
    if cursor.take("no"):
        return Deed(verb, Some(read_lemma(cursor, "role")), False)
    some = cursor.take("any") if agreement == "no" else cursor.take("some") or cursor.take("at", "least", "one")
    if some:
        return Deed(verb, Some(read_lemma(cursor, "role")))
    name = lexicon().find(cursor.word(), "name")
    if name is None:
        raise cursor.mismatch("a name, 'some', 'every' or 'no'")
    cursor.index += 1
    return Deed(verb, Named(name))


def join(pieces: Sequence[str], conjunction: Conjunction, stream: Stream | None) -> str:
    """Join the pieces of a list in one of the two ways."""
    if len(pieces) == 1:
        return pieces[0]
    if len(pieces) == 2 or pick((False, True), stream):
        return f" {conjunction} ".join(pieces)
    return f"{', '.join(pieces[:-1])}, {conjunction} {pieces[-1]}"


def read_list(
    cursor: Cursor,
    conjunction: Conjunction,
    first: T,
    follows: Callable[[Cursor, T], bool],
    read_next: Callable[[Cursor, T], T],
) -> tuple[T, ...]:
    """Step over the rest of a list whose first item has been read.

    Args:
        cursor: Stands after the first item.
        conjunction: The word that joins the items.
        first: The first item.
        follows: Whether another item begins at the cursor, given the one before it.
        read_next: Reads an item, given the one before it.
    """
    items, start = [first], cursor.index
    if cursor.word() == conjunction:
        while cursor.take(conjunction):
            items.append(read_next(cursor, items[-1]))
        return tuple(items)
    while cursor.take(","):
        last = cursor.take(conjunction)
        if not last and not follows(cursor, items[-1]):
            break
        items.append(read_next(cursor, items[-1]))
        if last:
            return tuple(items)
    # Without a conjunction before its last item this is no list: the comma belongs to "If ..., then ...".
    cursor.index = start
    return (first,)


def write_phrases(
    phrases: Sequence[Phrase], agreement: Agreement, conjunction: Conjunction, stream: Stream | None
) -> str:
    """Return a list of phrases about one subject; its verbs after the first are dropped all or none."""
    bare = can_drop_verbs(phrases) and pick((True, False), stream)
    pieces = [write_phrase(phrase, agreement, stream, bare and place > 0) for place, phrase in enumerate(phrases)]
    return join(pieces, conjunction, stream)


def can_drop_verbs(phrases: Sequence[Phrase]) -> bool:
    """Whether ``is`` said once may serve the whole list: it holds nothing else, and at most its end is denied."""
    return all(is_copular(phrase) for phrase in phrases) and all(phrase.positive for phrase in phrases[:-1])


def starts_bare(cursor: Cursor, before: Phrase) -> bool:
    """Whether an *is* phrase without its verb may begin at the cursor."""
    if not (is_copular(before) and before.positive):
        return False
    word = cursor.word()
    return word in ("not", "a", "an") or any(
        lexicon().find(word, *kind) for kind in (("adjective", "singular"), ("role", "plural"))
    )


def read_phrases(cursor: Cursor, agreement: Agreement, conjunction: Conjunction) -> tuple[Phrase, ...]:
    """Step over a list of phrases about one subject."""

    def follows(cursor: Cursor, before: Phrase) -> bool:
        return starts_phrase(cursor, agreement) or starts_bare(cursor, before)

    def read_next(cursor: Cursor, before: Phrase) -> Phrase:
        return read_complement(cursor, agreement) if starts_bare(cursor, before) else read_phrase(cursor, agreement)

    return read_list(cursor, conjunction, read_phrase(cursor, agreement), follows, read_next)


def write_noun_phrase(body: Sequence[Phrase], number: Number, stream: Stream | None) -> str:
    """Return people of whom all of ``body`` is true: ``baker who is tall``, ``kind people who admire Anne``."""
    first = body[0]
    many = number == "plural"
    person = "people" if many else "person"
    options = [(person, body)]
    if isinstance(first, Kind):
        noun = plural(first.noun) if many else first.noun
        options = [(noun if first.positive else f"non-{noun}", body[1:])]
    elif isinstance(first, Quality) and first.positive:
        options.insert(0, (f"{first.adjective} {person}", body[1:]))
    head, rest = pick(options, stream)
    if not rest:
        return head
    return f"{head} who {write_phrases(rest, 'plural' if many else 'she', 'and', stream)}"


def read_noun_phrase(cursor: Cursor, number: Number) -> tuple[Phrase, ...]:
    """Step over a noun phrase and return what is true of the people it stands for."""
    many = number == "plural"
    person = "people" if many else "person"
    first: tuple[Phrase, ...]
    if cursor.take(person):
        first = ()
    elif adjective := lexicon().find(cursor.word(), "adjective"):
        cursor.index += 1
        cursor.expect(person)
        first = (Quality(adjective),)
    else:
        first = (read_role(cursor, number),)
    if first and cursor.word() != "who":
        return first
    cursor.expect("who")
    return first + read_phrases(cursor, "plural" if many else "she", "and")


def read_role(cursor: Cursor, number: Number) -> Kind:
    """Step over a role that may be negated by ``non-``."""
    word = cursor.word()
    noun = lexicon().find(word.removeprefix("non-"), "role", number)
    if noun is None:
        raise cursor.mismatch("a role in the plural form" if number == "plural" else "a role")
    cursor.index += 1
    return Kind(noun, not word.startswith("non-"))
