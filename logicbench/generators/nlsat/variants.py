"""Meaning-preserving changes of a theory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from logicbench.generators.nlsat.theories import Theory, spoken, theory_of
from logicbench.logic.english import (
    Categorical,
    Claim,
    Deed,
    Existential,
    Kind,
    Named,
    Phrase,
    Presence,
    Quality,
    Report,
    Rule,
    Said,
    Sentence,
    Universal,
    Vocabulary,
    lexicon,
    negate,
)
from logicbench.logic.english.lexicon import CATEGORIES, Category
from logicbench.logic.english.syntax import Statement, Term
from logicbench.seeding import Stream

VARIANTS = ("rename", "permute", "negate", "paraphrase")


def vary(instance: Mapping[str, Any], variant: str, stream: Stream) -> Mapping[str, Any]:
    """Return an equivalent instance: ``rename`` draws new words, ``permute`` shuffles statements and their parts,
    ``negate`` lets random words stand for their opposites, ``paraphrase`` changes nothing here (the wording is drawn
    anew).
    """  # noqa: D205
    theory = theory_of(instance)
    if variant == "rename":
        theory = _renamed(theory, stream)
    elif variant == "permute":
        shuffled = stream.shuffled([_permuted(sentence, stream) for sentence in theory.sentences])
        theory = replace(theory, sentences=tuple(shuffled))
    elif variant == "negate":
        theory = _negated(theory, stream)
    return {**instance, **theory.to_instance()}


def rewrite(sentence: Sentence, change: Callable[[Phrase | Presence], Any], name: Callable[[str], str]) -> Sentence:
    """Return the sentence with every phrase and thing changed, and every subject renamed."""

    def statement(part: Statement) -> Statement:
        if isinstance(part, Presence):
            return change(part)  # type: ignore[no-any-return]
        return Said(name(part.subject) if part.subject else None, change(part.phrase))

    if isinstance(sentence, Claim):
        return Claim(tuple(map(statement, sentence.statements)))
    if isinstance(sentence, Rule):
        return Rule(tuple(map(statement, sentence.body)), statement(sentence.head))
    if isinstance(sentence, Report):
        return Report(name(sentence.name), tuple(map(change, sentence.phrases)))
    if isinstance(sentence, Categorical):
        subject, predicate = (change(Kind(term.noun, term.positive)) for term in (sentence.subject, sentence.predicate))
        return replace(
            sentence, subject=Term(subject.noun, subject.positive), predicate=Term(predicate.noun, predicate.positive)
        )
    return type(sentence)(tuple(map(change, sentence.body)), tuple(map(change, sentence.head)))


def _apply(theory: Theory, change: Callable[[Phrase | Presence], Any], name: Callable[[str], str]) -> Theory:
    return Theory(
        theory.fragment,
        tuple(rewrite(sentence, change, name) for sentence in theory.sentences),
        tuple(map(name, theory.people)),
        None if theory.query is None else rewrite(theory.query, change, name),
    )


def _words(theory: Theory) -> dict[Category, list[str]]:
    """Return the theory's words by category, each once, in the order of first mention."""
    found: dict[Category, dict[str, None]] = {category: {} for category in CATEGORIES}
    found["name"] |= dict.fromkeys(theory.people)
    for sentence in (*theory.sentences, *([theory.query] if theory.query else [])):
        for _, phrase in spoken(sentence):
            for word in _lemmas(phrase):
                form = lexicon().form(word)
                found[form.category if form else "verb"][word] = None
    return {category: list(words) for category, words in found.items()}


def _lemmas(phrase: Phrase | Presence) -> Sequence[str]:
    if isinstance(phrase, Kind | Presence):
        return (phrase.noun,)
    if isinstance(phrase, Quality):
        return (phrase.adjective,)
    target = phrase.object
    return (phrase.verb, target.name if isinstance(target, Named) else target.noun)


def _renamed(theory: Theory, stream: Stream) -> Theory:
    old = _words(theory)
    used = [word for words in old.values() for word in words]
    drawn = Vocabulary.draw(
        stream,
        names=len(old["name"]),
        roles=len(old["role"]),
        adjectives=len(old["adjective"]),
        verbs=len(old["verb"]),
        items=len(old["item"]),
        words="invented" if theory.invented else "english",
        avoid=used,
    )
    new: dict[str, str] = {}
    for words, fresh in (
        (old["name"], drawn.names),
        (old["role"], drawn.roles),
        (old["adjective"], drawn.adjectives),
        (old["verb"], drawn.verbs),
        (old["item"], drawn.items),
    ):
        new |= dict(zip(words, fresh, strict=True))

    def change(phrase: Phrase | Presence) -> Phrase | Presence:
        if isinstance(phrase, Kind | Presence):
            return replace(phrase, noun=new[phrase.noun])
        if isinstance(phrase, Quality):
            return replace(phrase, adjective=new[phrase.adjective])
        target = phrase.object
        renamed = Named(new[target.name]) if isinstance(target, Named) else type(target)(new[target.noun])
        return replace(phrase, verb=new[phrase.verb], object=renamed)

    return _apply(theory, change, new.__getitem__)


def _permuted(sentence: Sentence, stream: Stream) -> Sentence:
    if isinstance(sentence, Claim):
        return Claim(tuple(stream.shuffled(sentence.statements)))
    if isinstance(sentence, Rule):
        return Rule(tuple(stream.shuffled(sentence.body)), sentence.head)
    if isinstance(sentence, Report):
        return Report(sentence.name, tuple(stream.shuffled(sentence.phrases)))
    if isinstance(sentence, Universal | Existential):
        return type(sentence)(tuple(stream.shuffled(sentence.body)), tuple(stream.shuffled(sentence.head)))
    return sentence


def _negated(theory: Theory, stream: Stream) -> Theory:
    words = _words(theory)
    fixed = {
        phrase.object.noun
        for sentence in theory.sentences
        for _, phrase in spoken(sentence)
        if isinstance(phrase, Deed) and not isinstance(phrase.object, Named)
    }
    candidates = [*words["role"], *words["adjective"], *words["item"]]
    flipped = {word for word in candidates if word not in fixed and stream.bit()}

    def change(phrase: Phrase | Presence) -> Phrase | Presence:
        return negate(phrase) if not isinstance(phrase, Deed) and _lemmas(phrase)[0] in flipped else phrase

    return _apply(theory, change, lambda name: name)
