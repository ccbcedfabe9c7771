"""Inflection of the lexicon's words: the article before a word, a noun's plural, a verb's third person."""

from __future__ import annotations

_CONSONANT_SOUND = ("eu", "ewe", "once", "one-", "ukul", "unic", "urol", "use")
"""Beginnings that are spelt with a vowel but spoken with a consonant."""
_SILENT_H = ("heir", "honest", "honour", "hour")
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_PLURALS = {"midwife": "midwives"}


def article(word: str) -> str:
    """Return ``an`` before a vowel sound and ``a`` otherwise.

    Example:
        >>> [article(word) for word in ("apple", "unicycle", "usher", "hourglass", "harp")]
        ['an', 'a', 'an', 'an', 'a']
    """
    if word.startswith(_SILENT_H):
        return "an"
    return "an" if word[0] in "aeiou" and not word.startswith(_CONSONANT_SOUND) else "a"


def plural(noun: str) -> str:
    """Return a noun's plural."""
    return _PLURALS.get(noun) or _with_s(noun)


def third_person(verb: str) -> str:
    """Return a verb's form after a singular subject: envy, envies."""
    return f"{verb}es" if verb.endswith("o") else _with_s(verb)


def _with_s(word: str) -> str:
    if word.endswith("y") and word[-2] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(_SIBILANTS) else f"{word}s"
