"""Names and words that do not exist, enough of them that a data set need not use one twice.

A name is six or seven letters of one of a few syllable patterns: Belkan, Tamiro, Odindor. A word is six such letters
and an ending that tells its category: a role ends in -or, -ist or -ent, an adjective in -ic, -ous or -al, a verb in
-ate or -ify, an item in -um, -oid or -et. No name and no word is the beginning of another, and what is written can be
read without a list.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from logicbench.logic.english.inflect import plural, third_person

Letters: TypeAlias = tuple[str, ...]
"""What may stand in one place of a pattern."""

_SINGLE: Letters = tuple("bdfghjklmnprstvwyz")
_DOUBLE: Letters = tuple("bl br dr fl fr gl gr kl kr pl pr sk sl sm sn sp st tr".split())
_INSIDE: Letters = tuple(
    "ld lf lg lk lm lp ls lt lv mb mp nd nf ng nj nk ns nt nv rb rd rf rg rj rk rl rm rn rp rs rt rv "
    "bl br dr fl fr gl gr kl kr pl pr sk sl sm sn sp st tr".split()
)
"""Pairs of consonants that syllables are joined by."""
_VOWEL: Letters = tuple("aeiou")
_OPENING: Letters = tuple("aeio")
"""First vowels; words with a first u take now *a*, now *an*."""
_DARK: Letters = tuple("aiou")
"""Last vowels of six letters: English is full of words in -ed, -en, -er and -es."""
_E: Letters = ("e",)
_LAST: Letters = tuple("dgklmnprst")
_STEM: Letters = tuple("bdgklmnprtvz")

NAME_PATTERNS: Sequence[Sequence[Letters]] = (
    (_SINGLE, _VOWEL, _SINGLE, _VOWEL, _SINGLE, _DARK),
    (_SINGLE, _VOWEL, _INSIDE, _DARK, _LAST),
    (_OPENING, _SINGLE, _VOWEL, _SINGLE, _DARK, _LAST),
    (_OPENING, _INSIDE, _VOWEL, _SINGLE, _DARK),
    (_DOUBLE, _VOWEL, _SINGLE, _DARK, _LAST),
    (_SINGLE, _VOWEL, _SINGLE, _VOWEL, _SINGLE, _E, tuple("klmnpt")),
    (_OPENING, _SINGLE, _VOWEL, _INSIDE, _DARK, _LAST),
    (_SINGLE, _VOWEL, _INSIDE, _E, _SINGLE, _DARK),
    (_DOUBLE, _VOWEL, _SINGLE, _E, _SINGLE, _DARK),
)
"""Five patterns of six letters, then four of seven whose first six letters fit none of the five."""
_STEM_PATTERNS: Sequence[Sequence[Letters]] = (
    (_SINGLE, _VOWEL, _INSIDE, _VOWEL, _STEM),
    (_OPENING, _SINGLE, _VOWEL, _SINGLE, _VOWEL, _STEM),
    (_DOUBLE, _VOWEL, _SINGLE, _VOWEL, _STEM),
)
ENDINGS: Mapping[str, Sequence[str]] = {
    "role": ("or", "ist", "ent"),
    "adjective": ("ic", "ous", "al"),
    "verb": ("ate", "ify"),
    "item": ("um", "oid", "et"),
}
"""Category -> endings of its words."""

_INFLECT = {"role": plural, "verb": third_person}


@dataclass(frozen=True, slots=True)
class Space:
    """All words of some patterns and endings, by number."""

    patterns: Sequence[Sequence[Letters]]
    endings: Sequence[str] = ("",)

    @property
    def size(self) -> int:
        """How many words there are, those that are never used included."""
        return len(self.endings) * sum(map(_count, self.patterns))

    def word(self, number: int) -> str:
        """Return the word of a number.

        Raises:
            ValueError: If the number is not in range(size).
        """
        rest, ending = divmod(number, len(self.endings))
        for pattern in self.patterns:
            if 0 <= rest < _count(pattern):
                return _spell(pattern, rest) + self.endings[ending]
            rest -= _count(pattern)
        raise ValueError(f"there are {self.size} words, and none of number {number}")


def _count(pattern: Sequence[Letters]) -> int:
    return math.prod(map(len, pattern))


def _spell(pattern: Sequence[Letters], number: int) -> str:
    letters = []
    for options in pattern:
        number, place = divmod(number, len(options))
        letters.append(options[place])
    return "".join(letters)


NAMES = Space(NAME_PATTERNS)
"""Names in lower case."""

WORDS: Mapping[str, Space] = {category: Space(_STEM_PATTERNS, endings) for category, endings in ENDINGS.items()}
"""Category -> its words' lemmas."""


@cache
def _refused() -> tuple[frozenset[str], re.Pattern[str]]:
    """Return real words and names that the patterns give by chance, and a pattern of what may offend.

    Real are the words of our lexicon and of SCOWL's large American list (Kevin Atkinson, free to use).
    """
    folder = files("logicbench.logic.english") / "data"
    real = (folder / "refused.txt").read_text(encoding="ascii").split()
    offensive = (folder / "offensive.txt").read_text(encoding="ascii").split()
    return frozenset(real), re.compile("|".join(offensive))


def is_usable(word: str) -> bool:
    """Whether a name or word, in lower case, is neither a real one nor offensive."""
    real, offensive = _refused()
    return word not in real and offensive.search(word) is None


def _regex(patterns: Sequence[Sequence[Letters]]) -> str:
    return "|".join("".join(f"(?:{'|'.join(options)})" for options in pattern) for pattern in patterns)


def _suffixes(category: str) -> str:
    """Return a group for each number, with all endings inflected for it."""
    endings = ENDINGS[category]
    inflect = _INFLECT.get(category)
    many = f"|(?P<{category}_s>{'|'.join(map(inflect, endings))})" if inflect else ""
    return f"(?P<{category}>{'|'.join(endings)}){many}"


_NAME = re.compile(_regex(NAME_PATTERNS))
_WORD = re.compile(f"(?P<stem>{_regex(_STEM_PATTERNS)})(?:{'|'.join(map(_suffixes, ENDINGS))})")


def is_name(word: str) -> bool:
    """Whether a written word has the form of an invented name, with its capital."""
    return word[:1].isupper() and _NAME.fullmatch(word.lower()) is not None and word[1:].islower()


def parse(word: str) -> tuple[str, str, bool] | None:
    """Return category, lemma and whether the word is inflected, if it has the form of an invented word."""
    found = _WORD.fullmatch(word)
    if found is None or found.lastgroup is None:
        return None
    category, _, inflected = found.lastgroup.partition("_")
    ending = found[found.lastgroup]
    if inflected:
        inflect = _INFLECT[category]
        ending = next(plain for plain in ENDINGS[category] if inflect(plain) == ending)
    return category, found["stem"] + ending, bool(inflected)
