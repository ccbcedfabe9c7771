"""First-order formulas of English sentences."""

from __future__ import annotations

from collections.abc import Sequence

from logicbench.logic.english.semantics import is_general, quantified
from logicbench.logic.english.syntax import (
    Categorical,
    Claim,
    Kind,
    Named,
    Phrase,
    Presence,
    Quality,
    Report,
    Rule,
    Sentence,
    Some,
    Statement,
    Universal,
)
from logicbench.logic.fol.syntax import (
    And,
    Constant,
    Exists,
    Forall,
    Formula,
    Implies,
    Not,
    Predicate,
    Term,
    Variable,
    conjunction,
    disjunction,
)

_X, _Y = Variable("x"), Variable("y")


def to_fol(sentence: Sentence) -> Formula:
    """Return the first-order formula of a sentence.

    Predicates are the lemmas with ``_`` for ``-``, constants the names in lower case; nothing else is assumed, not
    even that different names stand for different people.
    """
    if isinstance(sentence, Claim):
        return disjunction([_statement(part) for part in sentence.statements])
    if isinstance(sentence, Report):
        return _all(sentence.phrases, _constant(sentence.name))
    if isinstance(sentence, Rule):
        rule = Implies(conjunction([_statement(part) for part in sentence.body]), _statement(sentence.head))
        return Forall(_X, rule) if is_general(sentence) else rule
    if isinstance(sentence, Categorical):
        sentence = quantified(sentence)
    body, head = _all(sentence.body, _X), _all(sentence.head, _X)
    return Forall(_X, Implies(body, head)) if isinstance(sentence, Universal) else Exists(_X, And((body, head)))


def _all(phrases: Sequence[Phrase], subject: Term) -> Formula:
    return conjunction([_phrase(phrase, subject) for phrase in phrases])


def _statement(statement: Statement) -> Formula:
    if isinstance(statement, Presence):
        return _signed(_predicate(statement.noun), statement.positive)
    return _phrase(statement.phrase, _constant(statement.subject) if statement.subject else _X)


def _phrase(phrase: Phrase, subject: Term) -> Formula:
    if isinstance(phrase, Kind):
        return _signed(_predicate(phrase.noun, subject), phrase.positive)
    if isinstance(phrase, Quality):
        return _signed(_predicate(phrase.adjective, subject), phrase.positive)
    target = phrase.object
    if isinstance(target, Named):
        return _signed(_predicate(phrase.verb, subject, _constant(target.name)), phrase.positive)
    kind, deed = _predicate(target.noun, _Y), _predicate(phrase.verb, subject, _Y)
    if isinstance(target, Some):
        return _signed(Exists(_Y, And((kind, deed))), phrase.positive)
    return _signed(Forall(_Y, Implies(kind, deed)), phrase.positive)


def _signed(formula: Formula, positive: bool) -> Formula:
    return formula if positive else Not(formula)


def _predicate(word: str, *arguments: Term) -> Predicate:
    return Predicate(word.replace("-", "_"), arguments)


def _constant(name: str) -> Constant:
    return Constant(name.lower())
