"""Names as English words: what is the same but for case, number, inflection, small words, a slip, or is an acronym.

Only spelling is looked at, in small closed lists and by endings. Opposites are told apart by a list and by prefixes:
what looks like the negation of a name is never another spelling of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from logicbench.logic.fol.opposites import opposite
from logicbench.logic.fol.words import folded, plain, singular, stem, words

Likeness: TypeAlias = Literal["case", "number", "words", "typo", "initials"]
LIKENESSES: tuple[Likeness, ...] = ("case", "number", "words", "typo", "initials")
"""In what two names are the same or nearly so, the surest first."""

_SHORTEST_TYPO = 5
ARTICLES = frozenset(("a", "an", "the"))
COPULAS = frozenset(("is", "are", "was", "were", "be", "been", "being"))
# Not "by", which tells a passive from an active verb.
_PREPOSITIONS = frozenset(("of", "to", "in", "at", "on", "for", "with", "from", "as"))
_ABBREVIATIONS = {
    "yr": "year", "yrs": "years", "num": "number", "nums": "numbers", "govt": "government", "univ": "university",
    "dept": "department", "st": "street", "ave": "avenue", "rd": "road", "mt": "mount", "vs": "versus",
}  # fmt: skip
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_NUMBERS = {word: str(value) for value, word in enumerate([*_SMALL, "seventeen", "eighteen", "nineteen"])} | {
    word: str(10 * value)
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety hundred".split(), 2)
}
_VERBS = {
    form: verb.split()[0]
    for verb in """
    be was were been|bear bore borne|beat beaten|become became|begin began begun|bind bound|bite bit bitten|blow blew
    blown|break broke broken|bring brought|build built|buy bought|catch caught|choose chose chosen|come came|deal dealt|
    dig dug|do did done|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed|
    feel felt|fight fought|find found|fly flew flown|forget forgot forgotten|forgive forgave forgiven|freeze froze
    frozen|get got gotten|give gave given|go went gone|grow grew grown|hang hung|have had|hear heard|hide hid hidden|
    hold held|keep kept|know knew known|lay laid|lead led|leave left|lend lent|lose lost|make made|mean meant|meet met|
    pay paid|ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold|send
    sent|shake shook shaken|shine shone|shoot shot|show showed shown|sing sang sung|sink sank sunk|sit sat|sleep slept|
    speak spoke spoken|spend spent|stand stood|steal stole stolen|stick stuck|strike struck|swear swore sworn|swim swam
    swum|take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown|understand understood|
    wake woke woken|wear wore worn|win won|write wrote written""".replace("\n", " ").split("|")
    for form in verb.split()[1:]
}


def likeness(left: str, right: str, kind: str, arity: int = 0) -> Likeness | None:
    """In what two different names of one kind and arity are the same or nearly so; None if they are not.

    Args:
        left: One name.
        right: The other.
        kind: ``predicate``, ``function`` or ``constant``.
        arity: The number of arguments.
    """
    if left == right:
        return None
    a, b = folded(left), folded(right)
    if not a or not b:
        return None
    if a == b:
        return "case"
    if _same_number(left, right, a, b):
        return "number"
    if opposite(left, right):
        return None
    if _same_words(left, right, kind, arity):
        return "words"
    if one_typo(a, b) and not _numbered(left, right):
        return "typo"
    return "initials" if _abbreviates(left, right) or _abbreviates(right, left) else None


def _same_number(left: str, right: str, a: str, b: str) -> bool:
    """Whether names are the same but for plural forms of words, or of the whole where words run together."""
    pairs = list(zip(words(plain(left)), words(plain(right)), strict=False))
    every = len(words(left)) == len(words(right)) and all(_number_apart(one, other) for one, other in pairs)
    return every or _number_apart(a, b)


def _number_apart(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return singular(one) == singular(other) or long == f"{short}es"


def _same_words(left: str, right: str, kind: str, arity: int) -> bool:
    """Whether names are the same but for articles and abbreviations, or predicates for small words and tense too."""
    a, b = _content(left, kind), _content(right, kind)
    if not a or not b or kind == "constant":
        return bool(a) and a == b
    if a == b or (arity > 1 and _same_tense(a, b)):
        return True
    bare = [[word for word in one if word not in _PREPOSITIONS] for one in (a, b)]
    # One may leave a preposition out; with two different ones they say different things.
    return bool(bare[0]) and bare[0] == bare[1] and (_within(a, b) or _within(b, a))


def _content(name: str, kind: str) -> list[str]:
    """The words that carry the meaning, in the singular, abbreviations and numbers written out."""
    found = [_ABBREVIATIONS.get(word, word) for word in words(plain(name))]
    empty = ARTICLES if kind == "constant" else ARTICLES | COPULAS
    found = [_NUMBERS.get(word, singular(word)) for word in found if word not in empty]
    if len(found) == 2 and found[0] == "number" and found[1].isdigit():
        return found[1:]
    return found


def object_words(name: str, kind: str) -> tuple[str, ...]:
    """The words of a name without articles, copulas and prepositions; all of them if nothing else is left.

    Those of a predicate that is a copula alone are none: it says nothing but its object.
    """
    every = _content(name, kind)
    if not every:
        return ()
    return tuple(word for word in every if word not in _PREPOSITIONS) or tuple(every)


def _within(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether the words of one list stand in this order in the other."""
    rest = iter(long)
    return all(word in rest for word in short)


def _same_tense(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two lists of words differ in the form of one verb; *-ing* against *-ed* does not count."""
    pairs = [(one, other) for one, other in zip(a, b, strict=False) if one != other]
    if len(a) != len(b) or len(pairs) != 1:
        return False
    one, other = pairs[0]
    if {one[-3:] == "ing", other[-3:] == "ing"} == {True, False} and (one[-2:] == "ed" or other[-2:] == "ed"):
        return False
    return stem(_VERBS.get(one, one)) == stem(_VERBS.get(other, other))


def one_typo(a: str, b: str) -> bool:
    """Whether one letter inserted, left out or changed, or two neighbours swapped, makes one folded name the other.

    Short names, digits, changed first letters and changed last letters do not count: ``tom`` and ``tim``, ``room1`` and
    ``room2``, ``legal`` and ``regal``, ``employer`` and ``employee`` are different things.
    """
    if a == b or min(len(a), len(b)) < _SHORTEST_TYPO or abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    place = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        short, long = sorted((a, b), key=len)
        return short[place:] == long[place + 1 :] and not long[place].isdigit()
    swapped = a[place : place + 2] == b[place : place + 2][::-1] and a[place + 2 :] == b[place + 2 :]
    changed = a[place + 1 :] == b[place + 1 :] and place + 1 < len(a)
    return (swapped or changed) and not (a[place].isdigit() or b[place].isdigit())


def _numbered(left: str, right: str) -> bool:
    """Whether two names differ in one very short word: ``tower-a`` and ``tower-b``, ``teamAWon`` and ``teamBWon``."""
    pairs = [(a, b) for a, b in zip(words(left), words(right), strict=False) if a != b]
    return len(pairs) == 1 and min(len(pairs[0][0]), len(pairs[0][1])) <= 2


def _abbreviates(short: str, long: str) -> bool:
    """Whether one name is made of the initials of the other's words, small words left out or not."""
    letters = folded(short)
    every = words(plain(long))
    if not 2 <= len(letters) <= 8 or len(words(short)) > 2 or not letters.isalpha():
        return False
    content = [word for word in every if word not in ARTICLES | _PREPOSITIONS | {"and"}]
    return any(len(one) > 1 and letters == "".join(word[0] for word in one) for one in (every, content))
