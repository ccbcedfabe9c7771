"""What a rule theory speaks of: its people, and predicates for chains and for side conditions."""

from __future__ import annotations

from dataclasses import dataclass

from logicbench.logic.english import Claim, Deed, Grounder, Kind, Literal, Named, Phrase, Quality, Said, Vocabulary
from logicbench.logic.english.lexicon import Words
from logicbench.seeding import Stream

MAX_PAIRS = 60
"""Most predicates that relate two people."""


def literal(said: Said) -> Literal:
    """Return the literal that a statement about a named person says."""
    [(found,)] = Grounder(()).sentence(Claim((said,)))
    return found


@dataclass(slots=True)
class Predicates:
    """Predicates of the people of one theory. Those of chains are used once each, whoever they are said of."""

    people: tuple[str, ...]
    _chain: list[Phrase]
    _sides: list[Phrase]

    @classmethod
    def draw(
        cls, stream: Stream, people: int, chain: int, sides: int, relations: float, source: Words = "english"
    ) -> Predicates:
        """Draw names and predicates: roles, adjectives and, with a share of `relations`, verbs with a named object."""
        count = chain + sides
        verbs = min(MAX_PAIRS, sum(stream.chance(relations) for _ in range(count)))
        # Of the person who is its object a verb is not said, so there is a simple predicate to spare for each.
        roles, adjectives = (count + 1) // 2, count // 2
        words = Vocabulary.draw(
            stream, names=people, roles=roles, adjectives=adjectives, verbs=-(-verbs // 2), words=source
        )
        simple: list[Phrase] = [Kind(role) for role in words.roles]
        simple += [Quality(adjective) for adjective in words.adjectives]
        pairs: list[Phrase] = [Deed(verb, Named(name)) for verb in words.verbs for name in words.names]
        stream.shuffle(simple)
        phrases = stream.shuffled([*stream.sample(pairs, verbs), *simple[verbs:]])
        return cls(tuple(sorted(words.names)), phrases[sides:] + simple[:verbs], phrases[:sides])

    def sides_of(self, person: str) -> list[Phrase]:
        """Return the side predicates that can be said of a person."""
        return [phrase for phrase in self._sides if not self.is_reflexive(person, phrase)]

    def take(self, person: str, count: int) -> list[Phrase]:
        """Return predicates of a chain that can be said of a person, and use them up."""
        fit = [phrase for phrase in self._chain if not self.is_reflexive(person, phrase)][:count]
        self._chain = [phrase for phrase in self._chain if phrase not in fit]
        return fit

    def is_reflexive(self, person: str, phrase: Phrase) -> bool:
        """Whether the phrase would say that somebody does something to themselves."""
        return isinstance(phrase, Deed) and phrase.object == Named(person)
