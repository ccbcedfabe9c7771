"""Theories around parallel chains of rules, of which one fact decides which is set off.

One chain ends in the statement that is asked about, one in its denial (open world), one elsewhere. They are alike link
by link: the same people, the same signs, the same number of side conditions. The theories of a group are the same but
for one fact, the first of one of the chains, so nothing but following the rules tells their answers apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from logicbench.errors import GenerationError
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.program import Program
from logicbench.generators.rules.words import Predicates, literal
from logicbench.logic.english import Claim, Literal, Rule, Said, Sentence, negate
from logicbench.seeding import Stream

MAX_DRAWS = 400
"""Frames drawn for one group before its knobs are called impossible."""

SIDE_FACTS = 2
"""Given facts of each person that serve as side conditions."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the theories of one group share, and the chains' first facts and ends.

    Attributes:
        people: Everybody there is.
        common: Facts and rules of all the theories; the first fact of a chain belongs at `slot`.
        slot: Where the first fact of a chain stands among the sentences.
        starts: The first fact of each chain: towards the goal, towards its denial (open world), elsewhere.
        ends: The last link of each chain.
    """

    people: tuple[str, ...]
    common: tuple[Sentence, ...]
    slot: int
    starts: tuple[Said, ...]
    ends: tuple[Said, ...]

    @property
    def goal(self) -> Said:
        """Where the first chain leads."""
        return self.ends[0]

    def theory(self, start: int | None, query: Said | None = None) -> Theory:
        """Return the theory in which a chain is set off, or with None no chain."""
        sentences = list(self.common)
        if start is not None:
            sentences.insert(self.slot, Claim((self.starts[start],)))
        return Theory("grounded", tuple(sentences), self.people, Claim((query or self.goal,)))


def draw(knobs: RulesKnobs, stream: Stream, inversions: bool = True, blocks: int = 1) -> Frame:
    """Draw frames until the chains work as they should.

    Args:
        knobs: The settings.
        stream: Randomness.
        inversions: Whether, in the closed world, a link may hold because the link before it does not.
        blocks: How many facts a distractor lacks at least that would lead on if the last chain were set off.

    Raises:
        GenerationError: If none of `MAX_DRAWS` does.
    """
    for attempt in range(MAX_DRAWS):
        frame = _Builder(knobs, stream.child(attempt), inversions, blocks).build()
        if len(set(frame.common)) == len(frame.common) and _works(frame, knobs, inversions):
            return frame
    raise GenerationError(
        f"{MAX_DRAWS} rule theories of depth {knobs.depth} with {knobs.people} people and {knobs.distractors} "
        "distractors held none whose chains do not meet; lower general or distractors, or raise people"
    )


def _works(frame: Frame, knobs: RulesKnobs, inversions: bool) -> bool:
    goal, ends = literal(frame.goal), [literal(end) for end in frame.ends]
    if knobs.world == "closed":
        settled = [Program(frame.theory(start), closed=True).saturate().rounds for start in (0, 1)]
        if not inversions and (settled[0].get(goal) != knobs.depth or goal in settled[1]):
            return False
        values = [goal in rounds for rounds in settled]
        depths = [rounds.get(goal, rounds.get(-goal)) for rounds in settled]
        return values[0] != values[1] and depths == [knobs.depth] * 2
    settled = [Program(frame.theory(start), closed=False).saturate().rounds for start in (0, 1, 2)]
    if any(rounds.get(end) != knobs.depth for rounds, end in zip(settled, ends, strict=True)):
        return False
    if goal in settled[1] or -goal in settled[0] or goal in settled[2] or -goal in settled[2]:
        return False
    return _labels(frame, goal) == ["true", "false", "unknown"]


def _labels(frame: Frame, goal: Literal) -> list[str]:
    """Return what is true of the goal in every situation that fits, for each of the chains set off."""
    reasoner = Reasoner(frame.theory(None))
    number = reasoner.number(goal)
    labels = []
    for start in frame.starts:
        given = [*reasoner.selectors, reasoner.number(literal(start))]
        can = reasoner.consistent([*given, number]), reasoner.consistent([*given, -number])
        labels.append({(True, True): "unknown", (True, False): "true", (False, True): "false"}.get(can, "neither"))
    return labels


class _Builder:
    """Draws one frame."""

    def __init__(self, knobs: RulesKnobs, stream: Stream, inversions: bool, blocks: int) -> None:
        self.knobs, self.stream, self.blocks = knobs, stream, blocks
        self.closed = knobs.world == "closed"
        self.inversions = inversions and self.closed
        self.chains = 2 if self.closed else 3
        sides = SIDE_FACTS + 2 + knobs.conditions
        chain = self.chains * (knobs.depth + 1) + knobs.distractors
        self.predicates = Predicates.draw(stream, knobs.people, chain, sides, knobs.relations, knobs.words)
        self.people = self.predicates.people
        self.given: list[Said] = []
        self.concluded: list[Said] = []
        self.absent: list[Said] = []
        self.rules: list[Rule] = []
        self.targets: list[tuple[Sequence[Said], int]] = []

    def build(self) -> Frame:
        """Return the frame."""
        stream = self.stream
        subjects = self._subjects()
        self._draw_sides()
        links = self._chains(subjects)
        for place in range(self.knobs.depth):
            self._link(links, place)
        for _ in range(self.knobs.distractors):
            self._distract(links)
        sentences: list[Sentence] = [Claim((fact,)) for fact in (*self.given, *self._echoes(links))]
        sentences += self.rules
        stream.shuffle(sentences)
        return Frame(
            self.people,
            tuple(sentences),
            stream.below(len(sentences) + 1),
            tuple(chain[0] for chain in links),
            tuple(chain[-1] for chain in links),
        )

    def _subjects(self) -> list[str]:
        """Return whom the links of the chains are about."""
        subjects = [self.stream.choice(self.people)]
        while len(subjects) <= self.knobs.depth:
            stays = self.stream.chance(max(0.5, self.knobs.general))
            subjects.append(subjects[-1] if stays else self.stream.choice(self.people))
        return subjects

    def _draw_sides(self) -> None:
        """Draw given facts for side conditions, statements that rules conclude in vain, and ones that none does."""
        for person in self.people:
            said = [Said(person, phrase) for phrase in self.stream.shuffled(self.predicates.sides_of(person))]
            self.given += map(self._signed, said[:SIDE_FACTS])
            self.concluded += said[SIDE_FACTS : SIDE_FACTS + 1]
            self.absent += said[SIDE_FACTS + 1 :]

    def _signed(self, said: Said) -> Said:
        """Deny a statement at times, where denials can be given and concluded."""
        return negate(said) if not self.closed and self.stream.chance(self.knobs.negation) else said

    def _chains(self, subjects: Sequence[str]) -> list[list[Said]]:
        chains: list[list[Said]] = [[] for _ in range(self.chains)]
        for subject in subjects:
            positive = self.closed or not self._denies()
            for chain, phrase in zip(chains, self.predicates.take(subject, self.chains), strict=True):
                said = Said(subject, phrase)
                chain.append(said if positive else negate(said))
        if not self.closed:
            chains[1][-1] = negate(chains[0][-1])
        return chains

    def _link(self, chains: Sequence[Sequence[Said]], place: int) -> None:
        """Add the rules from each chain's link at a place to the next, of the same form for all chains."""
        before, after = chains[0][place], chains[0][place + 1]
        general = before.subject == after.subject and self.stream.chance(self.knobs.general)
        inverted = self.inversions and self.stream.chance(self.knobs.negation)
        count = self.stream.below(self.knobs.conditions)
        if inverted and not count:
            count = 1
        denied = [self.closed and not (inverted and not number) and self._denies() for number in range(count)]
        for chain in chains:
            body = [negate(chain[place]) if inverted else chain[place]]
            for denies in denied:
                body += self._fulfilled(before.subject if general else None, denies, place, body)
            self._rule(body, chain[place + 1], general)

    def _denies(self) -> bool:
        return self.stream.chance(self.knobs.negation)

    def _fulfilled(self, subject: str | None, denied: bool, place: int, others: Sequence[Said]) -> list[Said]:
        """Return a condition that holds in every theory of the group, about one person if asked for."""
        # What rules conclude in vain is known to be false a round later than what no rule concludes.
        false = self.absent + self.concluded if place else self.absent
        pool = [negate(said) for said in false] if denied else self.given
        pool = [said for said in pool if subject in (None, said.subject) and said not in others]
        return [self.stream.choice(pool)] if pool else []

    def _rule(self, body: Sequence[Said], head: Said, general: bool) -> None:
        parts = self.stream.shuffled(body)
        if general:
            parts, head = [replace(part, subject=None) for part in parts], replace(head, subject=None)
        self.rules.append(Rule(tuple(parts), head))

    def _echoes(self, chains: Sequence[Sequence[Said]]) -> list[Said]:
        """Return the first fact of each chain said of somebody else, so that each is mentioned in a fact."""
        found: list[Said] = []
        for chain in chains:
            others = [
                person
                for person in self.people
                if person != chain[0].subject
                and not self.predicates.is_reflexive(person, chain[0].phrase)
                and replace(negate(chain[0]), subject=person) not in found
            ]
            if others:
                found.append(replace(chain[0], subject=self.stream.choice(others)))
        return found

    def _distract(self, chains: Sequence[Sequence[Said]]) -> None:
        """Add a rule that never helps: across chains but blocked, out of a chain, into a chain, or beside them."""
        stream, depth = self.stream, self.knobs.depth
        chain = stream.choice(chains)
        kind = stream.below(10)
        if kind < 8 and depth:
            # Dealt out evenly, so that going backwards there is a wrong turn at nearly every link.
            if not self.targets:
                self.targets = stream.shuffled([(one, place) for one in chains for place in range(1, depth + 1)])
            into, place = self.targets.pop()
            if kind < 6:
                self._blocked(chain[stream.below(place)], into[place], self.blocks if chain is chains[-1] else 1)
            else:
                subject = into[place].subject
                self._with(into[place], self._absent(subject, self.blocks), *self._some_given(subject))
        elif kind == 8:
            level = stream.below(max(1, depth))
            subject = chain[level].subject
            assert subject is not None
            [phrase] = self.predicates.take(subject, 1)
            self._plain(chain[level], self._signed(Said(subject, phrase)))
        elif self.concluded:
            head = stream.choice(self.concluded)
            self._with(self._signed(head), self._absent(head.subject), *self._given(head.subject))

    def _plain(self, body: Said, head: Said) -> None:
        self._rule([body], head, body.subject == head.subject and self.stream.chance(self.knobs.general))

    def _blocked(self, link: Said, head: Said, blocks: int) -> None:
        broken = self._absent(link.subject if link.subject == head.subject else None, blocks)
        if self.closed and self._denies() and self._given(link.subject):
            broken = [negate(self._given(link.subject)[0])]
        if broken and negate(head) != link and head != link:
            self._with(head, broken, link)

    def _with(self, head: Said, broken: Sequence[Said], *others: Said) -> None:
        """Add a rule with a condition that nothing fulfils and some that may be fulfilled."""
        if not broken:
            return
        body = [*broken, *others]
        subjects = {part.subject for part in (*body, head)}
        self._rule(body, head, len(subjects) == 1 and self.stream.chance(self.knobs.general))

    def _absent(self, subject: str | None, count: int = 1) -> list[Said]:
        """Return statements that nothing makes true, preferably about a given person."""
        own = [said for said in self.absent if said.subject == subject]
        own = own if len(own) >= count else self.absent
        return [self._signed(said) for said in self.stream.sample(own, count)] if len(own) >= count else []

    def _some_given(self, subject: str | None) -> list[Said]:
        """Return a given fact or none."""
        return self._given(subject) if self.stream.bit() else []

    def _given(self, subject: str | None) -> list[Said]:
        """Return a given fact, preferably about a given person."""
        own = [said for said in self.given if said.subject == subject] or self.given
        return [self.stream.choice(own)] if own else []
