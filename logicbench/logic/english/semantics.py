"""What sentences mean: clauses over the atoms of named individuals, and first-order formulas.

Everybody spoken of is a person; *or* is inclusive; *some* is at least one; *all* and *no* do not say that there is any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from logicbench.logic.english.syntax import (
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
    Some,
    Statement,
    Universal,
    negate,
)


class Atom(NamedTuple):
    """A predicate applied to individuals: ``("admire", ("Anne", "Bob"))``; things are predicates of nobody."""

    predicate: str
    arguments: tuple[str, ...] = ()


class Literal(NamedTuple):
    """An atom or its negation."""

    atom: Atom
    positive: bool = True

    def __neg__(self) -> Literal:
        return Literal(self.atom, not self.positive)


Clause: TypeAlias = tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Grounding:
    """A theory over a finite set of people, in clauses.

    Attributes:
        groups: The clauses of each sentence, in the theory's order.
        definitions: Clauses that define auxiliary atoms (their predicates contain a space) and exclude nothing.
    """

    groups: tuple[tuple[Clause, ...], ...]
    definitions: tuple[Clause, ...]


def people(theory: Iterable[Sentence]) -> tuple[str, ...]:
    """Return the names in a theory, sorted."""
    names: set[str] = set()
    for sentence in theory:
        for phrase in _phrases(sentence):
            if isinstance(phrase, Deed) and isinstance(phrase.object, Named):
                names.add(phrase.object.name)
        if isinstance(sentence, Report):
            names.add(sentence.name)
        elif isinstance(sentence, Rule | Claim):
            names.update(part.subject for part in _statements(sentence) if isinstance(part, Said) and part.subject)
    return tuple(sorted(names))


def is_general(rule: Rule) -> bool:
    """Whether a rule is about ``someone``."""
    return any(isinstance(part, Said) and part.subject is None for part in _statements(rule))


def _statements(sentence: Rule | Claim) -> tuple[Statement, ...]:
    return sentence.statements if isinstance(sentence, Claim) else (*sentence.body, sentence.head)


def _phrases(sentence: Sentence) -> tuple[Phrase, ...]:
    if isinstance(sentence, Categorical):
        return _term(sentence.subject.noun), _term(sentence.predicate.noun)
    if isinstance(sentence, Report):
        return sentence.phrases
    if isinstance(sentence, Universal | Existential):
        return sentence.body + sentence.head
    return tuple(part.phrase for part in _statements(sentence) if isinstance(part, Said))


def _term(noun: str, positive: bool = True) -> Kind:
    return Kind(noun, positive)


def witnesses(theory: Iterable[Sentence]) -> tuple[str, ...]:
    """Return fresh individuals that suffice beside the named people, where every sentence is ∃*∀*.

    One for each sentence that claims somebody's existence and each ``some`` in it, and one if nobody is named, for
    there is at least one person (Bernays and Schönfinkel 1928). Their names contain ``#`` and so clash with none.
    """
    sentences = tuple(theory)
    count = 0
    for sentence in sentences:
        if isinstance(sentence, Existential) or (
            isinstance(sentence, Categorical) and sentence.quantity in ("some", "not all")
        ):
            count += 1
            count += sum(isinstance(part, Deed) and isinstance(part.object, Some) for part in _phrases(sentence))
    if not count and not people(sentences):
        count = 1
    return tuple(f"#{number}" for number in range(1, count + 1))


def ground(theory: Iterable[Sentence], individuals: Sequence[str]) -> Grounding:
    """Return the clauses of a theory where the individuals are all the people there are.

    For fragments whose sentences are all ∃*∀* (all but the transitive) the theory is satisfiable at all if and only
    if it is over ``people(theory) + witnesses(theory)``.
    """
    grounder = Grounder(individuals)
    groups = tuple(grounder.sentence(sentence) for sentence in theory)
    return Grounding(groups, grounder.take_definitions())


class Grounder:
    """Grounds sentences one at a time, collecting the definitions of auxiliary atoms.

    Args:
        individuals: All the people there are.
    """

    __slots__ = ("_claimed", "_defined", "_definitions", "individuals")

    def __init__(self, individuals: Sequence[str]) -> None:
        self.individuals = tuple(individuals)
        self._definitions: list[Clause] = []
        self._defined: set[Atom] = set()
        self._claimed = 0

    def take_definitions(self) -> tuple[Clause, ...]:
        """Return the definitions that the sentences since the last call need, and forget them."""
        taken, self._definitions = tuple(self._definitions), []
        return taken

    def sentence(self, sentence: Sentence, witness: str | None = None) -> tuple[Clause, ...]:
        """Return the clauses of a sentence.

        Args:
            sentence: Any sentence.
            witness: The individual of whom an existential sentence is said to be true; None for any of them.
        """
        if isinstance(sentence, Claim):
            return (tuple(self._statement(part, None) for part in sentence.statements),)
        if isinstance(sentence, Report):
            return tuple((self._literal(phrase, sentence.name),) for phrase in sentence.phrases)
        if isinstance(sentence, Rule):
            return self._rule(sentence)
        if isinstance(sentence, Categorical):
            sentence = quantified(sentence)
        if isinstance(sentence, Universal):
            return self._universal(sentence)
        if witness is not None:
            return tuple((self._literal(phrase, witness),) for phrase in sentence.body + sentence.head)
        return self._existential(sentence)

    def _statement(self, statement: Statement, someone: str | None) -> Literal:
        if isinstance(statement, Presence):
            return Literal(Atom(statement.noun), statement.positive)
        subject = statement.subject or someone
        assert subject is not None, "a claim about someone"
        return self._literal(statement.phrase, subject)

    def _rule(self, rule: Rule) -> tuple[Clause, ...]:
        return tuple(
            (*(-self._statement(part, someone) for part in rule.body), self._statement(rule.head, someone))
            for someone in (self.individuals if is_general(rule) else (None,))
        )

    def _universal(self, sentence: Universal) -> tuple[Clause, ...]:
        return tuple(
            (*(-self._literal(phrase, person) for phrase in sentence.body), self._literal(head, person))
            for person in self.individuals
            for head in sentence.head
        )

    def _existential(self, sentence: Existential) -> tuple[Clause, ...]:
        self._claimed += 1
        phrases = sentence.body + sentence.head
        choices = [Literal(Atom(f"claim {self._claimed}", (person,))) for person in self.individuals]
        for choice, person in zip(choices, self.individuals, strict=True):
            self._definitions.extend((-choice, self._literal(phrase, person)) for phrase in phrases)
        return (tuple(choices),)

    def _literal(self, phrase: Phrase, person: str) -> Literal:
        """Return the literal that says a phrase of a person, defining an auxiliary atom for a quantified object."""
        if isinstance(phrase, Kind):
            return Literal(Atom(phrase.noun, (person,)), phrase.positive)
        if isinstance(phrase, Quality):
            return Literal(Atom(phrase.adjective, (person,)), phrase.positive)
        target = phrase.object
        if isinstance(target, Named):
            return Literal(Atom(phrase.verb, (person, target.name)), phrase.positive)
        # Admiring every pilot is denying that there is a pilot whom one does not admire.
        does = isinstance(target, Some)
        atom = Atom(f"{phrase.verb if does else 'not ' + phrase.verb} some {target.noun}", (person,))
        self._define(atom, phrase.verb, does, target.noun)
        return Literal(atom, phrase.positive == does)

    def _define(self, atom: Atom, verb: str, does: bool, noun: str) -> None:
        if atom in self._defined:
            return
        self._defined.add(atom)
        (person,) = atom.arguments
        defined = Literal(atom)
        choices = []
        for other in self.individuals:
            choice = Literal(Atom(f"{atom.predicate} chosen", (person, other)))
            kind, deed = Literal(Atom(noun, (other,))), Literal(Atom(verb, (person, other)), does)
            self._definitions += [(-choice, kind), (-choice, deed), (-kind, -deed, defined)]
            choices.append(choice)
        self._definitions.append((-defined, *choices))


def quantified(sentence: Categorical) -> Universal | Existential:
    """Return a categorical sentence in the form of a quantified one."""
    subject = _term(sentence.subject.noun, sentence.subject.positive)
    predicate = _term(sentence.predicate.noun, sentence.predicate.positive)
    if sentence.quantity in ("no", "not all"):
        predicate = negate(predicate)
    kind = Universal if sentence.quantity in ("all", "no") else Existential
    return kind((subject,), (predicate,))
