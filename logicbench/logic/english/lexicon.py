"""The words of the fragments: names, roles, adjectives, verbs and items, each with one part of speech.

A line of a data file is a group of words of like or opposite meaning; a theory takes one word of a group at most, so
that no everyday knowledge links two of its words. No word is the beginning of another, and no two forms coincide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from logicbench.logic.english.inflect import plural, third_person
from logicbench.seeding import Stream

Category: TypeAlias = Literal["name", "role", "adjective", "verb", "item"]
CATEGORIES: tuple[Category, ...] = ("name", "role", "adjective", "verb", "item")
Number: TypeAlias = Literal["singular", "plural"]

_FILES: Mapping[Category, str] = {
    "name": "names.txt",
    "role": "roles.txt",
    "adjective": "adjectives.txt",
    "verb": "verbs.txt",
    "item": "items.txt",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a written word is: its category, lemma and, for roles and verbs, number."""

    category: Category
    lemma: str
    number: Number = "singular"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All words, in groups, and what each written form is."""

    groups: Mapping[Category, tuple[tuple[str, ...], ...]]
    forms: Mapping[str, Form]

    def find(self, word: str, category: Category, number: Number = "singular") -> str | None:
        """Return the lemma of a written word if it is of the category and number."""
        form = self.forms.get(word)
        return form.lemma if form and form.category == category and form.number == number else None

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
        cls, stream: Stream, *, names: int = 0, roles: int = 0, adjectives: int = 0, verbs: int = 0, items: int = 0
    ) -> Vocabulary:
        """Draw words at random.

        Raises:
            ValueError: If the lexicon has fewer groups than asked for.
        """
        groups = lexicon().groups

        def take(category: Category, count: int) -> tuple[str, ...]:
            return tuple(stream.choice(group) for group in stream.sample(groups[category], count))

        return cls(
            take("name", names),
            take("role", roles),
            take("adjective", adjectives),
            take("verb", verbs),
            take("item", items),
        )


@cache
def lexicon() -> Lexicon:
    """Return the shipped lexicon."""
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
