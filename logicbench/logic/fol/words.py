"""Names taken apart into English words, and words without their endings; all by spelling."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W_]")
_PLURALS = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "feet": "foot", "teeth": "tooth",
    "mice": "mouse", "geese": "goose", "wives": "wife", "knives": "knife", "wolves": "wolf", "thieves": "thief",
    "criteria": "criterion", "phenomena": "phenomenon", "has": "have", "does": "do", "goes": "go",
}  # fmt: skip


def words(name: str) -> list[str]:
    """The words of a name, in lower case: of CamelCase, snake_case, hyphens and blanks; digits stand alone."""
    return [word.lower() for word in _WORD.findall(name)]


def plain(name: str) -> str:
    """A name without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


def folded(name: str) -> str:
    """The letters and digits of a name, without case and accents."""
    return "".join(char for char in plain(name).casefold() if char.isalnum())


def singular(word: str) -> str:
    """An English noun's singular (or a verb's plain form), by spelling only."""
    if word in _PLURALS:
        return _PLURALS[word]
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
