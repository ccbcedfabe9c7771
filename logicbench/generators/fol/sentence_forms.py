"""The English sentences that `verbalize` asks for: their forms in words, their reader, and their grammar.

They are the quantified sentences of the transitive fragment. The reader also takes what people say for the same:
"no one", "isn't", "every brave sailor", "there is a sailor who ...".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from logicbench.errors import InputError
from logicbench.logic.english import (
    Deed,
    Every,
    Existential,
    Kind,
    Named,
    Phrase,
    Quality,
    Some,
    Universal,
    Vocabulary,
    lexicon,
    negate,
)
from logicbench.logic.english.inflect import article, third_person
from logicbench.logic.english.lexicon import Number
from logicbench.logic.english.patterns import Grammar, Pattern, Slot
from logicbench.logic.english.phrases import read_phrases, read_role, write_phrase
from logicbench.logic.english.quantified import PATTERNS, SLOTS, Phrases, Quantified
from logicbench.logic.english.reading import Cursor, Token, sentences
from logicbench.logic.english.syntax import Object

# --- in words ---------------------------------------------------------------------------------------------------------

_EXAMPLES = (("sailor", "brave", "trust", "Zelda"), ("baker", "careful", "admire", "Amelia"))
"""Role, adjective, verb and name of the examples; the first that share no word with the problem are shown."""

_FORMS = (
    "Every {role} who is {quality} {does} {name}.",
    "Everyone who is {quality} and does not {do} {name} is {a_role}.",
    "No {role} who is {quality} {does} {name}.",
    "If someone is {quality}, then they {do} {name} and are not {a_role}.",
    "Some {role} who {does} {name} is not {quality}.",
    "Someone who {does} every {role} is {quality} and {does} no {role}.",
    "Not every {role} is {quality}.",
    "Every {quality} person {does} some {role}.",
    "Every person who {does} {name} is {quality}.",
    "Some {quality} person is not {a_role}.",
)


def forms(taken: Collection[str]) -> tuple[str, ...]:
    """Return a sentence of each form, made of other words than those that are taken."""
    return tuple(form.format(**_example(taken)) for form in _FORMS)


def _example(taken: Collection[str]) -> dict[str, str]:
    words = next((words for words in _EXAMPLES if not set(words) & set(taken)), _EXAMPLES[0])
    role, quality, verb, name = words
    return {
        "role": role, "a_role": f"{article(role)} {role}", "quality": quality, "do": verb,
        "does": third_person(verb), "name": name,
    }  # fmt: skip


def explain(taken: Collection[str]) -> str:
    """Say which sentences are read and how they are meant, with examples in other words than those that are taken."""
    listed = "\n".join(forms(taken))
    said = (
        'What is said of a person is one or several of the following, joined with "and": is {a_role}, is {quality}, '
        "{does} {name}, {does} some {role}, {does} every {role}, {does} no {role}, is not {a_role}, is not {quality}, "
        'does not {do} {name}, does not {do} every {role}. A sentence that begins with "No" or "Not every" ends with '
        'one of them only, without "not" or "no", and after "Not every" also without "some"; after "No", "some {role}" '
        'is written "any {role}". "Every {role} is not {quality}" means that no {role} is {quality}, and "does not '
        '{do} every {role}" that at least one {role} is left out. "Some" and "someone" mean at least one; "every", '
        '"everyone", "no" and "if" leave it open whether there is anybody of the kind.'
    ).format(**_example(taken))
    return (
        "Use the words of these meanings and no variables. The sentence must have one of the following forms, which "
        f"are shown with other words:\n{listed}\n\n{said} Every sentence of these forms is right whose meaning is "
        "equivalent to the formula."
    )


# --- reading ----------------------------------------------------------------------------------------------------------


def _read_people(cursor: Cursor, number: Number) -> Phrases:
    """Step over a noun phrase, in which any number of adjectives may stand before the noun."""
    described: list[Phrase] = []
    while (adjective := lexicon().find(cursor.word(), "adjective")) is not None:
        described.append(Quality(adjective))
        cursor.index += 1
    if not cursor.take("people" if number == "plural" else "person"):
        described.append(read_role(cursor, number))
    if described and cursor.word() != "who":
        return tuple(described)
    cursor.expect("who")
    return (*described, *read_phrases(cursor, "plural" if number == "plural" else "she", "and"))


def _with_any(read: Callable[[Cursor], Phrases]) -> Slot:
    """Return a slot after *no*, where *any* is said for *some*: no person who admires any baker is tall."""

    def read_any(cursor: Cursor) -> Phrases:
        plain = Cursor([_some_for_any(cursor.tokens, place) for place in range(len(cursor.tokens))])
        plain.index = cursor.index
        phrases = read(plain)
        cursor.index = plain.index
        return phrases

    return Slot(lambda phrases, stream: "", read_any)


def _some_for_any(tokens: Sequence[Token], place: int) -> Token:
    """Return the token at a place, for *any* without *not* before its verb *some*."""
    token = tokens[place]
    denied = place > 1 and tokens[place - 2].text == "not"
    return Token("some", token.start) if token.text == "any" and not denied else token


def _some(phrases: Phrases) -> Existential:
    return Existential(phrases[:1], phrases[1:] or phrases)


def _none(phrases: Phrases) -> Universal:
    """Nobody is a baker and tall: whoever is a baker is not tall."""
    return Universal(phrases[:-1] or phrases, (negate(phrases[-1]),))


def _also(text: str, build: Callable[..., Quantified]) -> Pattern[Quantified]:
    """Return a pattern that is read and never written."""
    return Pattern(text, lambda sentence: (), build)


_NOT_EVERY = next(pattern for pattern in PATTERNS if pattern.text.startswith("not every"))
_NO = next(pattern for pattern in PATTERNS if pattern.text.startswith("no "))
_READER: Grammar[Quantified] = Grammar(
    {
        **SLOTS,
        "one": Slot(SLOTS["one"].write, lambda cursor: _read_people(cursor, "singular")),
        "many": Slot(SLOTS["many"].write, lambda cursor: _read_people(cursor, "plural")),
        "no_one": _with_any(lambda cursor: _read_people(cursor, "singular")),
        "nobody_does": _with_any(SLOTS["does"].read),
        "none_do": Slot(SLOTS["does"].write, lambda cursor: read_phrases(cursor, "no", "and")),
    },
    (
        *PATTERNS,
        Pattern("not everyone who {does} {does_one}", _NOT_EVERY.split, _NOT_EVERY.build),
        _also("someone {does}", _some),
        _also("there is someone who {does}", _some),
        _also("there is some {one}", _some),
        _also("nobody {none_do}", _none),
        _also("there is nobody who {none_do}", _none),
        _also("there is no {no_one}", _none),
        _also("no {no_one} {denied}", _NO.build),
        _also("nobody who {nobody_does} {denied}", _NO.build),
        _also("if someone {does}, they {they_do}", Universal),
        _also("if someone {does} then they {they_do}", Universal),
        _also("if someone {does}, then that person {does}", Universal),
        _also("if someone {does}, that person {does}", Universal),
    ),
)

_SAME = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\b(do|does|is|are)n't\b", r"\1 not"),
        (r"\bno[ -]one\b", "nobody"),
        (r"\b(every|any|some)body\b", r"\1one"),
        (r"\beach\b|^any\b", "every"),
        (r"\bbut\b", "and"),
        (r"\bthat\b(?! person\b)", "who"),
        (r"\b(is|are) both\b", r"\1"),
        (r"^if (?:anyone|(?:a|any|some) person)\b", "if someone"),
        (r"^there exists\b", "there is"),
        (r"^there is (?:an?|at least one)\b", "there is some"),
        (r"^(?:some|at least one) person\b(?! who\b)", "someone"),
    )
)
"""Wordings of one meaning -> the fragment's."""

_WORD = re.compile(r"[A-Za-z]+")
_ARTICLE = re.compile(r"\ban? (?=([a-z]+))")


def read_sentence(text: str, names: Collection[str]) -> Quantified:
    """Read one sentence; capitals, contractions, articles and the full stop are forgiven.

    Args:
        text: The sentence.
        names: Names that may occur in it, however they are capitalised.

    Raises:
        InputError: If it is no quantified sentence of the transitive fragment; with what was expected instead.
    """
    known = {name.lower(): name for name in names}
    plain = " ".join(text.replace("’", "'").lower().rstrip(" .").split())
    for pattern, same in _SAME:
        plain = pattern.sub(same, plain)
    plain = _ARTICLE.sub(lambda found: f"{article(found[1])} ", plain)
    plain = _WORD.sub(lambda found: known.get(found[0], found[0]), plain)
    plain = f"{plain[:1].upper()}{plain[1:]}."
    found = list(sentences(plain))
    if len(found) != 1:
        raise InputError(f"{len(found)} sentences: one is read, and no more")
    return _READER.read(plain, found[0])


# --- grammar ----------------------------------------------------------------------------------------------------------


def answer_grammar(words: Vocabulary) -> str:
    """Return the EBNF of an answer over some words: the plainest form of every sentence of up to four phrases."""
    kinds: list[Phrase] = [Kind(role) for role in words.roles]
    qualities: list[Phrase] = [Quality(adjective) for adjective in words.adjectives]
    objects: list[Object] = [*map(Named, words.names), *map(Some, words.roles), *map(Every, words.roles)]
    deeds: list[Phrase] = [Deed(verb, target) for verb in words.verbs for target in objects]
    copular, affirmed = [*kinds, *qualities], [*kinds, *qualities, *deeds]
    phrases = [one for phrase in affirmed for one in (phrase, negate(phrase))]
    nouns = [word for role in words.roles for word in (role, f"non-{role}")]
    nouns += [f"{adjective} person" for adjective in words.adjectives]
    rules = {
        "root": '"Answer: " (("Every " one | "Everyone who " does | "Some " one | "Someone who " does) " " does '
        '| ("No " one | "Nobody who " does) " " denied) "."',
        "one": 'noun (" who " does)? | "person who " does' if nouns else '"person who " does',
        "does": 'phrase (" and " phrase)?' + (' | plain " and " bare' if copular else ""),
        "phrase": _literals(write_phrase(phrase, "she", None) for phrase in phrases),
        "denied": _literals(write_phrase(phrase, "no", None) for phrase in affirmed),
    }
    if nouns:
        rules["noun"] = _literals(nouns)
    if copular:
        rules["plain"] = _literals(write_phrase(phrase, "she", None) for phrase in copular)
        rules["bare"] = _literals(
            write_phrase(one, "she", None, bare=True) for phrase in copular for one in (phrase, negate(phrase))
        )
    return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())


def _literals(texts: Iterator[str] | Sequence[str]) -> str:
    return " | ".join(f'"{text}"' for text in texts)
