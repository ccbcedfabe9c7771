"""Names taken apart into English words, and words without their endings; all by spelling."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|\S")
_ACCENT = re.compile("([A-Za-z])[\u0300-\u036f]+")
# What only separates words, as in covid-19; between digits everything counts, and in x-1 the hyphen may be a minus.
_SEPARATOR = re.compile(
    r"(?<=[^\W\d_])[_'’-]+(?=[^\W\d_])|(?<=[^\W\d_])_+(?=\d)|(?<=[^\W\d_]{2})-+(?=\d)|(?<=\d)[_-]+(?=[^\W\d_])"
)
_PLURALS = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "wives": "wife", "knives": "knife", "wolves": "wolf", "thieves": "thief",
    "criteria": "criterion", "phenomena": "phenomenon", "has": "have", "does": "do", "goes": "go",
}  # fmt: skip
# Other words in -ics are names of fields: physics, politics.
_ICS = frozenset(
    """
    alcoholics catholics characteristics clinics comics critics cynics diabetics epics fabrics fanatics heretics logics
    lyrics metrics mosaics mystics picnics plastics relics republics sceptics skeptics topics
    """.split()
)
# Words that mean something else without their -s, or no plural at all.
_NO_PLURALS = frozenset(
    """
    always afters arms ashes atlas belongings bias blues brains briefs canvas chaos checkers christmas clothes contents
    corps customs dominoes downs drawers dues earnings glasses goods greens hers humanities headquarters heroics
    jeans kansas laos lens manners marines mars means mores morals news nones odds others outs overalls pants perhaps
    premises privates proceedings quarters regards riches savings series shorts singles slacks sometimes species
    spectacles spirits straits surroundings texas thanks theirs tights towards troops vitals wales wits woods yours
    """.split()
)


def words(name: str) -> list[str]:
    """The words of a name, in lower case: of CamelCase, snake_case, hyphens and blanks; digits stand alone.

    Signs that do more than separate words, as in ``c++`` and ``-5``, are words of their own.
    """
    return [word.lower() for word in _WORD.findall(_joined(name))]


def plain(name: str) -> str:
    """A name without the accents of Latin letters; marks on other letters and on signs change what they say."""
    return unicodedata.normalize("NFC", _ACCENT.sub(r"\1", unicodedata.normalize("NFD", name)))


def folded(name: str) -> str:
    """A name without case, accents and what separates words; other signs, and gaps between digits, are kept."""
    return _joined(plain(name)).replace(" ", "").casefold()


def singular(word: str) -> str:
    """An English noun's singular (or a verb's plain form), by spelling only."""
    if word in _PLURALS:
        return _PLURALS[word]
    if word in _NO_PLURALS or (word.endswith("ics") and word not in _ICS):
        return word
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stem(word: str) -> str:
    """A word without plural, third person, *-ed* or *-ing*, by spelling only."""
    word = singular(word)
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def _joined(name: str) -> str:
    """A name with one blank for whatever separates its words, and no other blanks."""
    return _SEPARATOR.sub(" ", "_".join(name.split()))
