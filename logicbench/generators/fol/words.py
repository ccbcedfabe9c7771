"""What symbols are called in English: names, kinds, qualities, verbs, relatives and whole statements."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.errors import InputError
from logicbench.generators.fol.sorts import WORDS as SORTED_WORDS
from logicbench.logic.english import Vocabulary
from logicbench.logic.english.inflect import article, third_person
from logicbench.logic.english.lexicon import Words as Source
from logicbench.seeding import Stream

CATEGORIES = {"name": 1, "role": 1, "adjective": 1, "verb": 1, "relative": 1, "claim": 3} | dict.fromkeys(
    SORTED_WORDS, 1
)
"""Category -> number of words: a claim is a name, ``role`` or ``adjective``, and the word for it."""

NOUNS = ("role", "place", "thing")
"""Categories of words that take an article."""

VERBS = ("verb", "place-verb", "thing-verb")

RELATIVES = ("mentor", "landlord", "deputy", "guardian", "tutor", "sponsor")
"""Words for functions: everybody is taken to have exactly one."""


@dataclass(frozen=True, slots=True)
class Words:
    """Symbol -> category and words."""

    entries: Mapping[str, tuple[str, ...]]

    def category(self, symbol: str) -> str:
        """Return what kind of word the symbol stands for."""
        return self._entry(symbol)[0]

    def word(self, symbol: str) -> str:
        """Return the word, or for a claim its last one."""
        return self._entry(symbol)[-1]

    def _entry(self, symbol: str) -> tuple[str, ...]:
        try:
            return self.entries[symbol]
        except KeyError:
            raise InputError(f"not an instance of first-order arguments: {symbol!r} is not among its words") from None

    def phrase(self, symbol: str, positive: bool = True, objects: Sequence[str] = ()) -> str:
        """Return the verb phrase of a predicate: ``is a baker``, ``is not tall``, ``does not admire Ben``."""
        return _phrase(self.category(symbol), self.word(symbol), positive, objects)

    def claim(self, symbol: str, positive: bool = True) -> str:
        """Return the statement of a proposition: ``Anna is a baker``."""
        _, name, category, word = self._entry(symbol)
        return f"{name} {_phrase(category, word, positive, ())}"

    def to_json(self) -> dict[str, list[str]]:
        """Return the words as JSON values, sorted by symbol."""
        return {symbol: list(self.entries[symbol]) for symbol in sorted(self.entries)}

    @classmethod
    def from_json(cls, value: Any) -> Words:
        """Read words.

        Raises:
            InputError: If the value is not a table of words.
        """
        entries: dict[str, tuple[str, ...]] = {}
        for symbol, entry in value.items() if isinstance(value, dict) else [("", value)]:
            right = isinstance(entry, list) and entry and all(isinstance(part, str) and part for part in entry)
            if not right or CATEGORIES.get(entry[0]) != len(entry) - 1:
                raise InputError("not an instance of first-order arguments: its words are not a table of categories")
            entries[symbol] = tuple(entry)
        return cls(entries)


def _phrase(category: str, word: str, positive: bool, objects: Sequence[str]) -> str:
    if category in VERBS:
        target = " ".join(objects)
        return f"{third_person(word)} {target}" if positive else f"does not {word} {target}"
    copula = "is" if positive else "is not"
    return f"{copula} {article(word)} {word}" if category in NOUNS else f"{copula} {word}"


def symbol_of(word: str) -> str:
    """Return the predicate symbol of a word: ``Baker``, ``WellRead``."""
    return "".join(part[:1].upper() + part[1:] for part in word.replace("_", "-").split("-"))


def draw_words(
    stream: Stream, symbols: Mapping[str, str], source: Source = "english", avoid: Collection[str] = ()
) -> Words:
    """Draw a word for every symbol, no two of like or opposite meaning.

    Args:
        stream: Source of randomness.
        symbols: Symbol -> ``name``, ``unary``, ``verb``, ``relative``, ``claim``, or a category of `sorts.WORDS`.
        source: Whether kinds, qualities and verbs are real words or invented ones.
        avoid: Words that must not be drawn; a relative may be.
    """
    kinds = {symbol: _settle(kind, stream) for symbol, kind in symbols.items()}
    flat = list(kinds.values())
    drawn = Vocabulary.draw(
        stream,
        names=flat.count("name") + sum(kind.startswith("claim") for kind in flat),
        roles=sum(kind in ("role", "claim role") for kind in flat),
        adjectives=sum(kind in ("adjective", "claim adjective") for kind in flat),
        verbs=flat.count("verb"),
        words=source,
        avoid=avoid,
    )
    left = {
        "name": iter(drawn.names), "role": iter(drawn.roles), "adjective": iter(drawn.adjectives),
        "verb": iter(drawn.verbs), "relative": iter(stream.shuffled(RELATIVES)),
    }  # fmt: skip
    for category, listed in SORTED_WORDS.items():
        if count := flat.count(category):
            left[category] = iter(stream.sample([word for word in listed if word not in avoid], count))
    entries: dict[str, tuple[str, ...]] = {}
    for symbol, kind in kinds.items():
        claim, _, category = kind.rpartition(" ")
        entries[symbol] = (
            ("claim", next(left["name"]), category, next(left[category])) if claim else (kind, next(left[kind]))
        )
    return Words(entries)


def _settle(kind: str, stream: Stream) -> str:
    if kind in ("unary", "claim"):
        category = stream.choice(("role", "adjective"))
        return category if kind == "unary" else f"claim {category}"
    return kind
