"""The grounded rule language: facts, rules and disjunctions about named people and things.

``If Anne is kind and Bob is not tall, then Carol is happy``; ``If there is a carrot and no steak, then there is an
apple``; and rules about ``someone``, which hold for every person.
"""

from __future__ import annotations

from typing import TypeAlias

from logicbench.logic.english.patterns import Grammar, Pattern
from logicbench.logic.english.quantified import SLOTS as QUANTIFIED_SLOTS
from logicbench.logic.english.quantified import phrase_slot
from logicbench.logic.english.syntax import Claim, Phrase, Rule, Said, Statement

Grounded: TypeAlias = Rule | Claim
Phrases: TypeAlias = tuple[Phrase, ...]

SLOTS = {
    **{
        name: QUANTIFIED_SLOTS[name]
        for name in ("one", "many", "does", "does_one", "any_of", "all_of", "separate", "statement")
    },
    "they_do_one": phrase_slot("they"),
    "people_do_one": phrase_slot("plural"),
}


def _about_names(sentence: Grounded) -> tuple[tuple[Statement, ...], Statement] | None:
    if not isinstance(sentence, Rule) or _about_someone(sentence):
        return None
    return sentence.body, sentence.head


def _head_first(sentence: Grounded) -> tuple[Statement, tuple[Statement, ...]] | None:
    parts = _about_names(sentence)
    return parts and (parts[1], parts[0])


def _about_someone(sentence: Grounded) -> tuple[Phrases, Phrase] | None:
    if not isinstance(sentence, Rule):
        return None
    *body, head = [
        part.phrase if isinstance(part, Said) and part.subject is None else None
        for part in (*sentence.body, sentence.head)
    ]
    phrases = tuple(phrase for phrase in body if phrase is not None)
    return (phrases, head) if head is not None and len(phrases) == len(body) else None


def _affirming(sentence: Grounded) -> tuple[Phrases, Phrase] | None:
    """Rules about someone whose head is no denial: *all kind people are not tall* would be ambiguous."""
    parts = _about_someone(sentence)
    return parts if parts and parts[1].positive else None


def _rule_about_someone(body: Phrases, head: Phrase) -> Rule:
    return Rule(tuple(Said(None, phrase) for phrase in body), Said(None, head))


def _claim(sentence: Grounded) -> tuple[tuple[Statement, ...]] | None:
    return (sentence.statements,) if isinstance(sentence, Claim) else None


def _alternatives(sentence: Grounded) -> tuple[tuple[Statement, ...]] | None:
    parts = _claim(sentence)
    return parts if parts and len(parts[0]) > 1 else None


PATTERNS: tuple[Pattern[Grounded], ...] = (
    Pattern("{any_of}", _claim, Claim),
    Pattern("at least one of these is true: {separate}", _alternatives, Claim),
    Pattern("if {all_of}, then {statement}", _about_names, Rule),
    Pattern("{statement} if {all_of}", _head_first, lambda head, body: Rule(body, head)),
    Pattern("whenever {all_of}, {statement}", _about_names, Rule),
    Pattern("if someone {does}, then they {they_do_one}", _about_someone, _rule_about_someone),
    Pattern("whenever someone {does}, they {they_do_one}", _about_someone, _rule_about_someone),
    Pattern("everyone who {does} {does_one}", _about_someone, _rule_about_someone),
    Pattern("every {one} {does_one}", _affirming, _rule_about_someone),
    Pattern("all {many} {people_do_one}", _affirming, _rule_about_someone),
)

GRAMMAR: Grammar[Grounded] = Grammar(SLOTS, PATTERNS)
