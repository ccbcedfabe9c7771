"""The words of the fragments: names, roles, adjectives, verbs and items, each with one part of speech.

A line of a data file is a group of words of like or opposite meaning; a theory takes one word of a group at most, so
that no everyday knowledge links two of its words. No word is the beginning of another, and no two forms coincide.

Real words are finite, so they come again from theory to theory. Invented names and words (`logicbench.logic.english.
invented`) need not: a stream that belongs to a data set is allotted its own of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, TypeAlias, cast

from logicbench.logic.english import invented
from logicbench.logic.english.inflect import plural, third_person
from logicbench.seeding import Place, Stream, digest

Category: TypeAlias = Literal["name", "role", "adjective", "verb", "item"]
CATEGORIES: tuple[Category, ...] = ("name", "role", "adjective", "verb", "item")
Number: TypeAlias = Literal["singular", "plural"]
Words: TypeAlias = Literal["english", "invented"]
"""Where the words of a theory come from."""

_FILES: Mapping[Category, str] = {
    "name": "names.txt",
    "role": "roles.txt",
    "adjective": "adjectives.txt",
    "verb": "verbs.txt",
    "item": "items.txt",
}

SHARES: Mapping[Category, int] = {"name": 40, "role": 160, "adjective": 160, "verb": 72, "item": 144}
"""Invented words that a draw of a data set is allotted: enough for its largest theory, and for another that shares none
of its words."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a written word is: its category, lemma and, for roles and verbs, number."""

    category: Category
    lemma: str
    number: Number = "singular"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All real words, in groups, and what each written form is."""

    groups: Mapping[Category, tuple[tuple[str, ...], ...]]
    forms: Mapping[str, Form]

    def find(self, word: str, category: Category, number: Number = "singular") -> str | None:
        """Return the lemma of a written word if it is of the category and number."""
        form = self.form(word)
        return form.lemma if form and form.category == category and form.number == number else None

    def form(self, word: str) -> Form | None:
        """Return what a written word is, real or invented; None if it is no word."""
        return self.forms.get(word) or _invented_form(word)

    def is_invented(self, word: str) -> bool:
        """Whether a written word has the form of an invented name or word and is no real one."""
        return word not in self.forms and _invented_form(word) is not None

    def lemmas(self, category: Category) -> list[str]:
        """Return all lemmas of a category."""
        return [word for group in self.groups[category] for word in group]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words drawn for one theory, no two of one group and none twice."""

    names: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()

    @classmethod
    def draw(
        cls,
        stream: Stream,
        *,
        names: int = 0,
        roles: int = 0,
        adjectives: int = 0,
        verbs: int = 0,
        items: int = 0,
        words: Words = "english",
        avoid: Collection[str] = (),
    ) -> Vocabulary:
        """Draw words at random.

        Names are invented if the stream belongs to a data set, and then no other draw of the set has them.

        Args:
            stream: Randomness.
            names: Number of names, and so on.
            roles: Their number.
            adjectives: Their number.
            verbs: Their number.
            items: Their number.
            words: Whether all but names are real or invented; of invented ones the same holds as of invented names.
            avoid: Words that must not be drawn, nor any of their groups.

        Raises:
            ValueError: If there are fewer words, or groups of words, than asked for.
        """
        refused = frozenset(avoid)
        invent = dict.fromkeys(CATEGORIES, words == "invented") | {"name": stream.place is not None}
        place = stream.place or Place(digest("no data set", stream.word() if words == "invented" else 0), 0)

        def take(category: Category, count: int) -> tuple[str, ...]:
            if invent[category]:
                found = tuple(itertools.islice(_allotted(place, category, refused), count))
                if len(found) < count:
                    raise ValueError(f"a draw is allotted fewer than {count} further words ({category})")
                return found
            groups = [group for group in lexicon().groups[category] if refused.isdisjoint(group)]
            return tuple(stream.choice(group) for group in stream.sample(groups, count))

        return cls(
            take("name", names),
            take("role", roles),
            take("adjective", adjectives),
            take("verb", verbs),
            take("item", items),
        )


def _allotted(place: Place, category: Category, refused: frozenset[str]) -> Iterator[str]:
    """Yield the invented words of a draw."""
    space = invented.NAMES if category == "name" else invented.WORDS[category]
    for number in place.allot(category, space.size, SHARES[category]):
        word = space.word(number)
        if invented.is_usable(word):
            written = word.capitalize() if category == "name" else word
            if written not in refused:
                yield written


def capacity(words: Words = "english") -> int:
    """Return how many draws a data set may have before invented names (or names and words) come again."""
    categories: Sequence[Category] = ("name",) if words == "english" else CATEGORIES
    spaces = {category: invented.NAMES if category == "name" else invented.WORDS[category] for category in categories}
    return min(space.size // SHARES[category] for category, space in spaces.items())


@lru_cache(maxsize=1 << 14)
def _invented_form(word: str) -> Form | None:
    if invented.is_name(word):
        return Form("name", word) if invented.is_usable(word.lower()) else None
    found = invented.parse(word)
    if found is None or not invented.is_usable(found[1]):
        return None
    category, lemma, inflected = found
    # The plain form of a role is its singular, that of a verb goes with a plural subject.
    number: Number = "plural" if inflected != (category == "verb") else "singular"
    return Form(cast(Category, category), lemma, number)


@cache
def lexicon() -> Lexicon:
    """Return the shipped lexicon of real words."""
    folder = files("logicbench.logic.english") / "data"
    groups: dict[Category, tuple[tuple[str, ...], ...]] = {}
    forms: dict[str, Form] = {}
    for category, name in _FILES.items():
        lines = (folder / name).read_text(encoding="ascii").splitlines()
        groups[category] = tuple(tuple(line.split()) for line in lines)
        for group in groups[category]:
            for word in group:
                forms.update(_forms(category, word))
    return Lexicon(groups, forms)


def _forms(category: Category, word: str) -> Sequence[tuple[str, Form]]:
    one = Form(category, word)
    many = Form(category, word, "plural")
    if category == "role":
        return (word, one), (plural(word), many)
    if category == "verb":
        return (third_person(word), one), (word, many)
    return ((word, one),)
