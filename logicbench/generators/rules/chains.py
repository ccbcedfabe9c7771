"""Theories around parallel chains of rules, of which one fact decides which is set off.

One chain ends in the statement that is asked about, one in its denial (open world), one elsewhere. They are drawn
alike, share their side conditions and their distractors, and a theory holds the first fact of exactly one of them:
so theories with different answers differ in one fact, and nothing but following the chain tells which fact it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from logicbench.errors import GenerationError, InputError
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.program import Program, Step
from logicbench.logic.english import (
    Claim,
    Deed,
    Grounder,
    Kind,
    Literal,
    Named,
    Phrase,
    Quality,
    Rule,
    Said,
    Sentence,
    Vocabulary,
    negate,
)
from logicbench.seeding import Stream

MAX_DRAWS = 400
"""Frames drawn for one group before its knobs are called impossible."""

FACTS_PER_PERSON = 3
"""Given facts of each person that serve as side conditions."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the theories of one group share, and the chains' first facts.

    Attributes:
        people: Everybody there is.
        common: Facts and rules of all the theories; the first fact of a chain belongs at `slot`.
        slot: Where the first fact of a chain stands among the sentences.
        starts: The first fact of each chain: towards the goal, towards its denial (open world), elsewhere.
        goal: The last link of the first chain.
    """

    people: tuple[str, ...]
    common: tuple[Sentence, ...]
    slot: int
    starts: tuple[Said, ...]
    goal: Said

    def theory(self, start: int | None, query: Said | None = None) -> Theory:
        """Return the theory in which a chain is set off, or with None no chain."""
        sentences = list(self.common)
        if start is not None:
            sentences.insert(self.slot, Claim((self.starts[start],)))
        return Theory("grounded", tuple(sentences), self.people, Claim((query or self.goal,)))


def literal(said: Said) -> Literal:
    """Return the literal that a statement says."""
    [(found,)] = Grounder(()).sentence(Claim((said,)))
    return found


def draw(knobs: RulesKnobs, stream: Stream, inversions: bool = True) -> Frame:
    """Draw frames until the chains work as they should.

    Args:
        knobs: The settings.
        stream: Randomness.
        inversions: Whether, in the closed world, a link may hold because the link before it does not.

    Raises:
        GenerationError: If none of `MAX_DRAWS` does.
    """
    for attempt in range(MAX_DRAWS):
        frame = _Builder(knobs, stream.child(attempt), inversions).build()
        if frame is not None and _works(frame, knobs, inversions):
            return frame
    raise GenerationError(
        f"{MAX_DRAWS} rule theories of depth {knobs.depth} with {knobs.people} people and {knobs.distractors} "
        "distractors held none whose chains do not meet; lower depth or general, or raise people"
    )


def _works(frame: Frame, knobs: RulesKnobs, inversions: bool) -> bool:
    goal = literal(frame.goal)
    try:
        known = [Program(frame.theory(start), knobs.world == "closed").derive() for start in (0, 1, 2)]
        idle = Program(frame.theory(None), knobs.world == "closed").derive()
    except InputError:
        return False
    if knobs.world == "closed":
        settled = [goal in each for each in known]
        deep = not _at_depth(known[0], goal, knobs.depth) if not inversions else settled[0] == settled[2]
        return not deep and settled[0] != settled[2] and (inversions or goal not in idle)
    if not (_at_depth(known[0], goal, knobs.depth) and _at_depth(known[1], -goal, knobs.depth)):
        return False
    if goal in known[2] or -goal in known[2] or goal in idle or -goal in idle:
        return False
    labels = []
    for start in (0, 1, 2):
        theory = frame.theory(start)
        reasoner = Reasoner(theory)
        if not reasoner.consistent() or theory.query is None:
            return False
        labels.append(reasoner.verdict(theory.query))
    return labels == ["true", "false", "unknown"]


def _at_depth(known: dict[Literal, Step], goal: Literal, depth: int) -> bool:
    return goal in known and known[goal].depth == depth


class _Builder:
    """Draws one frame."""

    def __init__(self, knobs: RulesKnobs, stream: Stream, inversions: bool) -> None:
        self.knobs, self.stream = knobs, stream
        self.closed = knobs.world == "closed"
        self.inversions = inversions and self.closed
        count = 6 + -(-3 * (knobs.depth + 1) * 3 // (2 * knobs.people))
        verbs = 1 + count // 8
        words = Vocabulary.draw(stream, names=knobs.people, roles=(count + 1) // 2, adjectives=count // 2, verbs=verbs)
        self.people = tuple(sorted(words.names))
        self.phrases: list[Phrase] = [Kind(role) for role in words.roles]
        self.phrases += [Quality(adjective) for adjective in words.adjectives]
        self.phrases += [Deed(verb, Named(stream.choice(words.names))) for verb in words.verbs]
        self.free = stream.shuffled(
            [
                Said(person, phrase)
                for person in self.people
                for phrase in self.phrases
                if not (isinstance(phrase, Deed) and phrase.object == Named(person))
            ]
        )
        self.given: list[Said] = []
        self.rules: list[Rule] = []

    def build(self) -> Frame | None:
        """Return the frame, or None if there were too few statements to draw from."""
        stream = self.stream
        chains = [self._chain() for _ in range(3)]
        if any(chain is None for chain in chains):
            return None
        links = [chain for chain in chains if chain is not None]
        goal = links[0][-1]
        if not self.closed:
            links[1][-1] = negate(goal)
        for person in self.people:
            for _ in range(FACTS_PER_PERSON):
                fact = self._take(person)
                if fact is not None:
                    self.given.append(self._signed(fact))
        for chain in links[:2] if self.closed else links:
            self._link(chain)
        if self.closed:
            self._link(links[2])
        for _ in range(self.knobs.distractors):
            self._distract(links)
        sentences: list[Sentence] = [Claim((fact,)) for fact in self.given]
        sentences += self.rules
        if len(set(sentences)) < len(sentences):
            return None
        stream.shuffle(sentences)
        slot = stream.below(len(sentences) + 1)
        return Frame(self.people, tuple(sentences), slot, tuple(chain[0] for chain in links), goal)

    def _take(self, person: str | None = None) -> Said | None:
        """Return an affirmed statement that was not used so far."""
        for place, said in enumerate(self.free):
            if person in (None, said.subject):
                return self.free.pop(place)
        return None

    def _signed(self, said: Said) -> Said:
        """Deny a statement at times, where denials can be given and concluded."""
        return negate(said) if not self.closed and self.stream.chance(self.knobs.negation) else said

    def _chain(self) -> list[Said] | None:
        links: list[Said] = []
        person: str | None = None
        while len(links) <= self.knobs.depth:
            said = self._take(person)
            if said is None and person is not None:
                said = self._take()
            if said is None:
                return None
            links.append(self._signed(said))
            person = said.subject if self.stream.chance(max(0.5, self.knobs.general)) else None
        return links

    def _link(self, chain: Sequence[Said]) -> None:
        for before, after in zip(chain, chain[1:], strict=False):
            inverted = self.inversions and self.stream.chance(self.knobs.negation)
            self._rule(negate(before) if inverted else before, after, self._side_conditions(before, after, inverted))

    def _side_conditions(self, before: Said, after: Said, inverted: bool) -> list[Said]:
        """Return conditions that hold in every theory; an inverted link needs one that is affirmed."""
        count = self.stream.below(self.knobs.conditions) + inverted
        one = before.subject if before.subject == after.subject else None
        true = [fact for fact in self.given if one in (None, fact.subject)]
        chosen = self.stream.sample(true, min(len(true), count))
        for place in range(len(chosen)):
            if self.closed and place + inverted < count and self.stream.chance(self.knobs.negation):
                absent = [said for said in self.free if one in (None, said.subject)]
                if absent:
                    chosen[place] = negate(self.stream.choice(absent))
        return chosen

    def _rule(self, link: Said, head: Said, others: Sequence[Said]) -> None:
        body = self.stream.shuffled(list(dict.fromkeys([link, *others])))
        subjects = {part.subject for part in (*body, head)}
        if len(subjects) == 1 and self.stream.chance(self.knobs.general):
            body, head = [replace(part, subject=None) for part in body], replace(head, subject=None)
        self.rules.append(Rule(tuple(body), head))

    def _distract(self, chains: Sequence[Sequence[Said]]) -> None:
        """Add a rule between links of chains that has a condition which nothing fulfils."""
        stream = self.stream
        level = stream.below(max(1, self.knobs.depth))
        link = stream.choice(chains)[level]
        head = stream.choice(chains)[stream.between(min(level + 1, self.knobs.depth), self.knobs.depth)]
        one = link.subject if link.subject == head.subject else None
        absent = [said for said in self.free if one in (None, said.subject)]
        if not absent or head.subject is None or negate(head) == link or head == link:
            return
        broken = self._signed(stream.choice(absent))
        if self.closed and stream.chance(self.knobs.negation):
            present = [fact for fact in self.given if one in (None, fact.subject)]
            broken = negate(stream.choice(present)) if present else broken
        self._rule(link, head, [broken])
