"""Theories as instances: their JSON form, who there is, and which single-literal changes they admit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from logicbench.errors import InputError
from logicbench.generators.cache import InstanceCache
from logicbench.logic.english import (
    Atom,
    Categorical,
    Claim,
    Deed,
    Fragment,
    Kind,
    Named,
    Report,
    Rule,
    Said,
    Sentence,
    get_fragment,
    lexicon,
    negate,
)
from logicbench.logic.english.semantics import quantified
from logicbench.logic.english.syntax import QUANTITIES, Phrase, Presence, Quantity, Statement

Part = TypeVar("Part", bound=Phrase | Statement)


@dataclass(frozen=True, slots=True)
class Theory:
    """Sentences of one fragment, in order, and perhaps one more that is asked about."""

    fragment: str
    sentences: tuple[Sentence, ...]
    people: tuple[str, ...] = ()
    """Everybody there is; empty where the sentences do not fix that (the syllogistic fragment, things only)."""
    query: Sentence | None = None

    @property
    def language(self) -> Fragment:
        """The fragment's grammar."""
        return get_fragment(self.fragment)

    @property
    def invented(self) -> bool:
        """Whether the words that are no names are invented."""
        return any(lexicon().is_invented(atom.predicate) for atom in self.atoms())

    def to_instance(self) -> dict[str, Any]:
        """Return the theory in JSON: every sentence in its plainest English."""
        write = self.language.write
        instance: dict[str, Any] = {
            "fragment": self.fragment,
            "people": list(self.people),
            "sentences": [write(sentence) for sentence in self.sentences],
        }
        if self.query is not None:
            instance["query"] = write(self.query)
        return instance

    @classmethod
    def from_instance(cls, instance: Mapping[str, Any]) -> Theory:
        """Return the theory of an instance.

        Raises:
            InputError: If a field is missing or a sentence is not of the fragment.
        """
        try:
            language = get_fragment(instance["fragment"])
            query = instance.get("query")
            return cls(
                instance["fragment"],
                tuple(language.read(text) for text in instance["sentences"]),
                tuple(instance["people"]),
                None if query is None else language.read(query),
            )
        except (KeyError, TypeError) as error:
            raise InputError(f"not an instance of natural-language satisfiability: {error!r}") from None

    def atoms(self) -> tuple[Atom, ...]:
        """Return the atoms that a description of the world is made of, in the order of their first mention.

        These are all roles and qualities of all people, and their deeds to all people; in the grounded fragment only
        those that are mentioned; in the syllogistic fragment the roles, of nobody in particular.
        """
        found: dict[Atom, None] = {}
        for sentence in (*self.sentences, *([self.query] if self.query else [])):
            for subject, phrase in spoken(sentence):
                found.update(dict.fromkeys(self._instances(subject, phrase)))
        return tuple(found)

    def _instances(self, subject: str | None, phrase: Phrase | Presence) -> list[Atom]:
        if isinstance(phrase, Presence):
            return [Atom(phrase.noun)]
        if self.fragment == "syllogistic":
            return [Atom(phrase.noun)] if isinstance(phrase, Kind) else []
        local = self.fragment == "grounded" and subject is not None
        subjects = (subject,) if local and subject else self.people
        if not isinstance(phrase, Deed):
            word = phrase.noun if isinstance(phrase, Kind) else phrase.adjective
            return [Atom(word, (person,)) for person in subjects]
        target = phrase.object
        objects = (target.name,) if local and isinstance(target, Named) else self.people
        atoms = [Atom(phrase.verb, (person, other)) for person in subjects for other in objects]
        if not isinstance(target, Named):
            atoms += [Atom(target.noun, (person,)) for person in self.people]
        return atoms


theory_of: InstanceCache[Theory] = InstanceCache(Theory.from_instance)
"""The theory of an instance, kept for the calls that follow on it."""


def spoken(sentence: Sentence) -> Iterator[tuple[str | None, Phrase | Presence]]:
    """Yield everything that a sentence says of anyone, with the subject's name where it has one."""
    if isinstance(sentence, Rule | Claim):
        statements = sentence.statements if isinstance(sentence, Claim) else (*sentence.body, sentence.head)
        for statement in statements:
            if isinstance(statement, Said):
                yield statement.subject, statement.phrase
            else:
                yield None, statement
        return
    if isinstance(sentence, Report):
        for phrase in sentence.phrases:
            yield sentence.name, phrase
        return
    if isinstance(sentence, Categorical):
        sentence = quantified(sentence)
    for phrase in sentence.body + sentence.head:
        yield None, phrase


def flips(sentence: Sentence) -> list[tuple[bool, Sentence]]:
    """Return the sentences that differ from this one in the sign of one literal, each with that literal's new sign."""
    found: list[tuple[bool, Sentence]] = []
    if isinstance(sentence, Claim):
        found += [(sign, replace(sentence, statements=parts)) for sign, parts in _flip_each(sentence.statements)]
    elif isinstance(sentence, Report):
        found += [(sign, replace(sentence, phrases=phrases)) for sign, phrases in _flip_each(sentence.phrases)]
    elif isinstance(sentence, Categorical):
        subject, predicate = sentence.subject, sentence.predicate
        other = replace(subject, positive=not subject.positive)
        found.append((other.positive, replace(sentence, subject=other)))
        other = replace(predicate, positive=not predicate.positive)
        found.append((other.positive, replace(sentence, predicate=other)))
    elif isinstance(sentence, Rule):
        found += [(sign, replace(sentence, body=body)) for sign, body in _flip_each(sentence.body)]
        found += [(sign, replace(sentence, head=head)) for sign, (head,) in _flip_each((sentence.head,))]
    else:
        found += [(sign, replace(sentence, body=body)) for sign, body in _flip_each(sentence.body)]
        found += [(sign, replace(sentence, head=head)) for sign, head in _flip_each(sentence.head)]
    return found


def _flip_each(parts: tuple[Part, ...]) -> list[tuple[bool, tuple[Part, ...]]]:
    changed = []
    for place, part in enumerate(parts):
        other = cast(Part, negate(part))
        changed.append((other.positive, (*parts[:place], other, *parts[place + 1 :])))
    return changed


_DENIALS: dict[Quantity, Quantity] = {"all": "not all", "not all": "all", "no": "some", "some": "no"}
assert set(_DENIALS) == set(QUANTITIES)


def denial(sentence: Sentence) -> Sentence:
    """Return the contradictory of a sentence that can be asked about: a fact, or a categorical sentence."""
    if isinstance(sentence, Categorical):
        return replace(sentence, quantity=_DENIALS[sentence.quantity])
    if isinstance(sentence, Claim) and len(sentence.statements) == 1:
        return Claim((negate(sentence.statements[0]),))
    raise InputError("a query must be a fact or a categorical sentence")


def is_sound(sentence: Sentence) -> bool:
    """Whether a sentence says something: no part of it repeats or denies another."""
    if isinstance(sentence, Categorical):
        return sentence.subject.noun != sentence.predicate.noun
    parts = [_unsigned(subject, phrase) for subject, phrase in spoken(sentence)]
    return len(set(parts)) == len(parts)


def _unsigned(subject: str | None, phrase: Phrase | Presence) -> tuple[str | None, Phrase | Presence]:
    return subject, phrase if phrase.positive else negate(phrase)
