"""The abstract syntax of the English fragments: what a sentence says, however it is worded.

Words are kept as lemmas (``baker``, ``admire``); inflection, order and pattern belong to the grammars.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, overload


@dataclass(frozen=True, slots=True)
class Named:
    """A person by name, as the object of a verb."""

    name: str


@dataclass(frozen=True, slots=True)
class Some:
    """At least one person of a kind, as the object of a verb."""

    noun: str


@dataclass(frozen=True, slots=True)
class Every:
    """Every person of a kind, as the object of a verb."""

    noun: str


Object: TypeAlias = Named | Some | Every


@dataclass(frozen=True, slots=True)
class Kind:
    """Being a baker, or not."""

    noun: str
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Quality:
    """Being kind, or not."""

    adjective: str
    positive: bool = True


@dataclass(frozen=True, slots=True)
class Deed:
    """Admiring Anne, some singer or every pilot, or the whole of it denied: no singer, not every pilot."""

    verb: str
    object: Object
    positive: bool = True


Phrase: TypeAlias = Kind | Quality | Deed
"""A predicate of one person."""


@dataclass(frozen=True, slots=True)
class Said:
    """A predicate of a person; ``subject`` None is the ``someone`` of a rule."""

    subject: str | None
    phrase: Phrase

    @property
    def positive(self) -> bool:
        """Whether the phrase is affirmed."""
        return self.phrase.positive


@dataclass(frozen=True, slots=True)
class Presence:
    """There is a carrot, or there is no carrot."""

    noun: str
    positive: bool = True


Statement: TypeAlias = Said | Presence


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of the body then the head. A rule about ``someone`` holds for every person."""

    body: tuple[Statement, ...]
    head: Statement


@dataclass(frozen=True, slots=True)
class Claim:
    """At least one of the statements is true; a claim of one statement is a fact."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All the phrases are true of a named person."""

    name: str
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Universal:
    """Everyone of whom all of the body is true has all of the head true of them."""

    body: tuple[Phrase, ...]
    head: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Existential:
    """Of at least one person, all of the body and all of the head are true."""

    body: tuple[Phrase, ...]
    head: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A class of people in a syllogism: bakers, or non-bakers."""

    noun: str
    positive: bool = True


Quantity: TypeAlias = Literal["all", "no", "some", "not all"]
QUANTITIES: tuple[Quantity, ...] = ("all", "no", "some", "not all")


@dataclass(frozen=True, slots=True)
class Categorical:
    """A categorical sentence of a syllogism, without existential import."""

    quantity: Quantity
    subject: Term
    predicate: Term


Sentence: TypeAlias = Rule | Claim | Report | Universal | Existential | Categorical


@overload
def negate(part: Kind) -> Kind: ...
@overload
def negate(part: Quality) -> Quality: ...
@overload
def negate(part: Deed) -> Deed: ...
@overload
def negate(part: Presence) -> Presence: ...
@overload
def negate(part: Said) -> Said: ...
@overload
def negate(part: Phrase | Statement) -> Phrase | Statement: ...
def negate(part: Phrase | Statement) -> Phrase | Statement:
    """Return the denial of a phrase or statement."""
    # Written out rather than with dataclasses.replace: sampling spends much of its time here.
    match part:
        case Said():
            return Said(part.subject, negate(part.phrase))
        case Kind():
            return Kind(part.noun, not part.positive)
        case Quality():
            return Quality(part.adjective, not part.positive)
        case Deed():
            return Deed(part.verb, part.object, not part.positive)
        case Presence():
            return Presence(part.noun, not part.positive)
