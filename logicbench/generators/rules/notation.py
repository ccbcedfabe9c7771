"""Facts and rules in logical notation, in three styles, and reading a fact in notation or English."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal as OneOf
from typing import TypeAlias

from logicbench.answers import ReadError
from logicbench.errors import InputError
from logicbench.generators.nlsat.queries import fact
from logicbench.generators.nlsat.theories import Theory
from logicbench.logic.english import Atom, Claim, Deed, Grounder, Kind, Literal, Named, Rule, Said, Sentence
from logicbench.logic.english.inflect import third_person
from logicbench.logic.english.lexicon import lexicon
from logicbench.logic.english.syntax import Statement

Style: TypeAlias = OneOf["arrow", "clause", "words"]
STYLES: tuple[Style, ...] = ("arrow", "clause", "words")
"""``kind(Anne) ∧ ¬tall(Anne) → happy(Anne)``; ``happy(anne) :- kind(anne), not tall(anne).``; ``IF kind(Anne) AND NOT
tall(Anne) THEN happy(Anne)``."""

_NOT: Mapping[Style, str] = {"arrow": "¬", "clause": "not ", "words": "NOT "}
_AND: Mapping[Style, str] = {"arrow": " ∧ ", "clause": ", ", "words": " AND "}


def write_literal(literal: Literal, style: Style) -> str:
    """Return a fact or its denial: ``¬admires(Anne, Bob)``."""
    return _write(literal.atom.predicate, literal.atom.arguments, literal.positive, style)


def _write(predicate: str, arguments: tuple[str, ...], positive: bool, style: Style) -> str:
    name = third_person(predicate) if len(arguments) > 1 else predicate.replace("-", "_")
    shown = ", ".join(word.lower() if style == "clause" and word != "X" else word for word in arguments)
    return f"{'' if positive else _NOT[style]}{name}({shown})"


def write_sentence(sentence: Sentence, style: Style) -> str:
    """Return a fact or a rule; X stands for everybody.

    Raises:
        InputError: If it is neither.
    """
    stop = "." if style == "clause" else ""
    if isinstance(sentence, Claim) and len(sentence.statements) == 1:
        return _statement(sentence.statements[0], style) + stop
    if not isinstance(sentence, Rule):
        raise InputError("only facts and rules can be written in this notation")
    body = _AND[style].join(_statement(part, style) for part in sentence.body)
    head = _statement(sentence.head, style)
    if style == "clause":
        return f"{head} :- {body}."
    return f"{body} → {head}" if style == "arrow" else f"IF {body} THEN {head}"


def _statement(statement: Statement, style: Style) -> str:
    if not isinstance(statement, Said):
        raise InputError("only statements about people can be written in this notation")
    phrase, subject = statement.phrase, statement.subject or "X"
    if isinstance(phrase, Deed):
        if not isinstance(phrase.object, Named):
            raise InputError("only named objects can be written in this notation")
        return _write(phrase.verb, (subject, phrase.object.name), phrase.positive, style)
    return _write(phrase.noun if isinstance(phrase, Kind) else phrase.adjective, (subject,), phrase.positive, style)


# --- reading --------------------------------------------------------------------------------------------------------

MAX_FACT_CHARS = 300
"""Longer facts are refused."""

_NOTATION = re.compile(
    r"[ \t]{0,8}(?P<negation>(?:(?:not\b|¬|~|!|-|−|\\\+|\\neg|\\lnot)[ \t]{0,4}){0,3})"
    r"(?P<open>\(?)[ \t]{0,4}(?P<name>[A-Za-z]{1,40}(?:[-_][A-Za-z]{1,40}){0,3})[ \t]{0,4}"
    r"\([ \t]{0,4}(?P<first>[A-Za-z]{1,40})[ \t]{0,4}(?:,[ \t]{0,4}(?P<second>[A-Za-z]{1,40})[ \t]{0,4})?\)",
    re.IGNORECASE,
)
_CONTRACTIONS = {"isn't": "is not", "doesn't": "does not", "isn’t": "is not", "doesn’t": "does not"}
_ENGLISH_END = re.compile(
    r"\n|\.(?![A-Za-z0-9])|;|[ \t]\(|[ \t](?:because|since|so)\b|,[ \t]{1,4}(?:because|since|so)\b"
)
_LEAD = re.compile(
    r"(?:the[ \t]{1,4}(?:missing[ \t]{1,4})?fact[ \t]{1,4}(?:is[ \t]{1,4})?)?(?:that[ \t]{1,4})?", re.IGNORECASE
)


def read_fact(theory: Theory) -> Callable[[str], tuple[Literal, str]]:
    """Return a reader of one fact or denial about a named person, in English or in notation."""
    names = {name.lower(): name for name in theory.people}

    def read(text: str) -> tuple[Literal, str]:
        text = text.lstrip(" \t\r\n*_`\"'“”•")
        match = _NOTATION.match(text)
        if match is not None:
            found, rest = _of_notation(match, names), text[match.end() :]
            return found, rest.lstrip()[1:] if match["open"] and rest.lstrip().startswith(")") else rest
        lead = _LEAD.match(text)
        text = text[lead.end() if lead else 0 :]
        end = _ENGLISH_END.search(text[: MAX_FACT_CHARS + 1])
        stop = end.start() if end else len(text)
        if stop > MAX_FACT_CHARS:
            raise ReadError("malformed", "The answer must be one short fact about a named person.")
        return _of_english(text[:stop], theory, names), text[stop:].removeprefix(".")

    return read


def _of_notation(match: re.Match[str], names: Mapping[str, str]) -> Literal:
    predicate = match["name"].lower().replace("_", "-")
    people = []
    for given in (match["first"], match["second"]):
        if given is None:
            continue
        if given.lower() not in names:
            raise ReadError("malformed", f"{given[:40]!r} is not one of the people.")
        people.append(names[given.lower()])
    form = lexicon().form(predicate)
    fits = form is not None and (
        form.category == "verb" if len(people) == 2 else form.category in ("role", "adjective")
    )
    if form is None or not fits:
        raise ReadError("malformed", f"{match['name'][:40]!r} is not a predicate of {len(people)} of the people.")
    negations = re.findall(r"not|¬|~|!|-|−|\\\+|\\neg|\\lnot", match["negation"], re.IGNORECASE)
    return Literal(Atom(form.lemma, tuple(people)), len(negations) % 2 == 0)


def _of_english(text: str, theory: Theory, names: Mapping[str, str]) -> Literal:
    words = []
    for word in text.replace("’", "'").split():
        bare = word.strip("*_`\"'“”,.").lower()
        words.append(names.get(bare) or _CONTRACTIONS.get(bare) or bare)
    sentence = " ".join(words) + "."
    try:
        claim = theory.language.read(sentence)
    except InputError as error:
        raise ReadError("malformed", f"{sentence[:80]!r} is not a fact about a named person ({error}).") from None
    if not isinstance(claim, Claim) or len(claim.statements) != 1:
        raise ReadError("malformed", f"{sentence[:80]!r} is not a single fact.")
    if not isinstance(claim.statements[0], Said):
        raise ReadError("malformed", f"{sentence[:80]!r} is not about a person.")
    [(literal,)] = Grounder(()).sentence(claim)
    return literal


def english(literal: Literal, theory: Theory) -> str:
    """Return a fact or denial as a plain English sentence."""
    return theory.language.write(fact(literal.atom, literal.positive))
