"""Truth of sentences in a world that is given in full: who there is, and every fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logicbench.logic.english.semantics import Atom, is_general, quantified
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


@dataclass(frozen=True, slots=True)
class World:
    """All the people there are, and the atoms that are true; every other atom is false."""

    people: tuple[str, ...]
    facts: frozenset[Atom]

    def holds(self, sentence: Sentence) -> bool:
        """Return whether a sentence is true."""
        if isinstance(sentence, Claim):
            return any(self._statement(part, None) for part in sentence.statements)
        if isinstance(sentence, Report):
            return self._all(sentence.phrases, sentence.name)
        if isinstance(sentence, Rule):
            return all(
                self._statement(sentence.head, someone)
                for someone in (self.people if is_general(sentence) else (None,))
                if all(self._statement(part, someone) for part in sentence.body)
            )
        if isinstance(sentence, Categorical):
            sentence = quantified(sentence)
        meant = (person for person in self.people if self._all(sentence.body, person))
        if isinstance(sentence, Universal):
            return all(self._all(sentence.head, person) for person in meant)
        return any(self._all(sentence.head, person) for person in meant)

    def _all(self, phrases: Sequence[Phrase], person: str) -> bool:
        return all(self.phrase(phrase, person) for phrase in phrases)

    def _statement(self, statement: Statement, someone: str | None) -> bool:
        if isinstance(statement, Presence):
            return (Atom(statement.noun) in self.facts) == statement.positive
        subject = statement.subject or someone
        assert subject is not None, "a claim about someone"
        return self.phrase(statement.phrase, subject)

    def phrase(self, phrase: Phrase, person: str) -> bool:
        """Return whether a phrase is true of a person."""
        if isinstance(phrase, Kind):
            return (Atom(phrase.noun, (person,)) in self.facts) == phrase.positive
        if isinstance(phrase, Quality):
            return (Atom(phrase.adjective, (person,)) in self.facts) == phrase.positive
        target = phrase.object
        if isinstance(target, Named):
            return (Atom(phrase.verb, (person, target.name)) in self.facts) == phrase.positive
        meant = [other for other in self.people if Atom(target.noun, (other,)) in self.facts]
        done = (Atom(phrase.verb, (person, other)) in self.facts for other in meant)
        return (any(done) if isinstance(target, Some) else all(done)) == phrase.positive
