"""The four fragments by name: which sentences belong to each, and their writers and readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.errors import InputError, UnknownNameError
from logicbench.logic.english import grounded, quantified, syllogistic
from logicbench.logic.english.patterns import Grammar
from logicbench.logic.english.reading import Token, sentences, where
from logicbench.logic.english.syntax import (
    Categorical,
    Claim,
    Deed,
    Every,
    Existential,
    Named,
    Phrase,
    Presence,
    Report,
    Rule,
    Said,
    Sentence,
    Some,
    Statement,
    Universal,
)
from logicbench.seeding import Stream


@dataclass(frozen=True, slots=True)
class Fragment:
    """A language of English sentences that is written and read by one grammar."""

    name: str
    summary: str
    complexity: str
    """What is known of deciding whether a set of its sentences is consistent."""
    objection: Callable[[Sentence], str | None]
    """Why a sentence is not of the fragment, or None."""
    grammar: Grammar[Any]

    def write(self, sentence: Sentence, stream: Stream | None = None) -> str:
        """Return a sentence in English, with its full stop.

        Args:
            sentence: What is to be said.
            stream: Picks among the wordings; without it the plainest is taken.

        Raises:
            InputError: If the sentence is not of the fragment.
        """
        reason = self.objection(sentence)
        if reason:
            raise InputError(f"not a sentence of the {self.name} fragment: {reason}")
        return self.grammar.write(sentence, stream)

    def write_theory(self, theory: Iterable[Sentence], stream: Stream | None = None) -> str:
        """Return a theory as sentences with spaces between them."""
        return " ".join(self.write(sentence, stream) for sentence in theory)

    def read(self, text: str) -> Sentence:
        """Return what one English sentence says.

        Raises:
            InputError: If the text is not one sentence of the fragment; with line and column.
        """
        found = self.read_theory(text)
        if len(found) != 1:
            raise InputError(f"expected one sentence, found {len(found)}")
        return found[0]

    def read_theory(self, text: str) -> tuple[Sentence, ...]:
        """Return what the sentences of a text say, in order.

        Raises:
            InputError: With the line and column of the first thing that is not of the fragment.
        """
        return tuple(self._read(text, tokens) for tokens in sentences(text))

    def _read(self, text: str, tokens: list[Token]) -> Sentence:
        sentence: Sentence = self.grammar.read(text, tokens)
        reason = self.objection(sentence)
        if reason:
            raise InputError(f"{where(text, tokens[0].start)}: not of the {self.name} fragment: {reason}")
        return sentence


def _phrase_objection(phrases: Iterable[Phrase], objects: tuple[type, ...]) -> str | None:
    for phrase in phrases:
        if isinstance(phrase, Deed) and not isinstance(phrase.object, objects):
            return f"'{phrase.verb}' has an object that is not allowed here"
    return None


def _statements_objection(statements: Sequence[Statement], objects: tuple[type, ...]) -> str | None:
    if not statements:
        return "a sentence says something"
    if any(isinstance(part, Said) and part.subject is None for part in statements):
        return "'someone' stands only in rules that are about nobody else"
    return _phrase_objection((part.phrase for part in statements if isinstance(part, Said)), objects)


def _grounded_objection(sentence: Sentence) -> str | None:
    if isinstance(sentence, Claim):
        return _statements_objection(sentence.statements, (Named,))
    if not isinstance(sentence, Rule):
        return f"it has no {type(sentence).__name__.lower()} sentences"
    if not sentence.body:
        return "a rule has a condition"
    parts = (*sentence.body, sentence.head)
    if all(isinstance(part, Said) and part.subject is None for part in parts):
        return _phrase_objection((part.phrase for part in parts if isinstance(part, Said)), (Named,))
    return _statements_objection(parts, (Named,))


def _syllogistic_objection(sentence: Sentence) -> str | None:
    return None if isinstance(sentence, Categorical) else f"it has no {type(sentence).__name__.lower()} sentences"


def _claim_objection(sentence: Claim, objects: tuple[type, ...]) -> str | None:
    if any(isinstance(part, Presence) for part in sentence.statements):
        return "it speaks of people only"
    return _statements_objection(sentence.statements, objects)


def _relative_objection(sentence: Sentence) -> str | None:
    """Keep every sentence in the class ∃*∀*: no person is claimed to exist for each person."""
    if isinstance(sentence, Claim):
        return _claim_objection(sentence, (Named,))
    if not isinstance(sentence, Universal | Existential):
        return f"it has no {type(sentence).__name__.lower()} sentences"
    if not sentence.body or len(sentence.head) != 1:
        return "a quantified sentence has a subject and one predicate"
    reason = _phrase_objection(sentence.body, (Named, Some)) or _phrase_objection(sentence.head, (Named,))
    if reason:
        return reason
    if any(isinstance(part, Deed) and isinstance(part.object, Some) and not part.positive for part in sentence.body):
        return "a relative clause may say 'some' but not 'no'"
    return None


def _transitive_objection(sentence: Sentence) -> str | None:
    objects = (Named, Some, Every)
    if isinstance(sentence, Claim):
        return _claim_objection(sentence, objects)
    if isinstance(sentence, Report):
        return None if len(sentence.phrases) > 1 else "a report says two things or more; a single fact is a claim"
    if not isinstance(sentence, Universal | Existential):
        return f"it has no {type(sentence).__name__.lower()} sentences"
    return None if sentence.body and sentence.head else "a quantified sentence has a subject and a predicate"


FRAGMENTS: Mapping[str, Fragment] = {
    fragment.name: fragment
    for fragment in (
        Fragment(
            "grounded",
            "facts, rules and disjunctions about named people and things",
            "NP-complete (propositional satisfiability)",
            _grounded_objection,
            grounded.GRAMMAR,
        ),
        Fragment(
            "syllogistic",
            "all, no, some and not all, with and without non-",
            "in P; NLogSpace-complete (Pratt-Hartmann and Moss 2009)",
            _syllogistic_objection,
            syllogistic.GRAMMAR,
        ),
        Fragment(
            "relative",
            "quantified sentences with relative clauses, and disjunctions about named people",
            "NP-hard: the syllogistic with relative clauses is NP-complete (Pratt-Hartmann 2004); effectively "
            "propositional (every sentence is ∃*∀*)",
            _relative_objection,
            quantified.GRAMMAR,
        ),
        Fragment(
            "transitive",
            "relative clauses, quantified objects of verbs, and conjunction",
            "ExpTime-complete over open domains (Pratt-Hartmann 2004); propositional over a fixed set of people",
            _transitive_objection,
            quantified.GRAMMAR,
        ),
    )
}


def get_fragment(name: str) -> Fragment:
    """Return the fragment of that name.

    Raises:
        UnknownNameError: If there is none.
    """
    if name not in FRAGMENTS:
        raise UnknownNameError("fragment", name, FRAGMENTS)
    return FRAGMENTS[name]
