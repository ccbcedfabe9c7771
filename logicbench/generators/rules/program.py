"""Rule theories as logic programs: what follows, in which round, and by which steps.

In the closed world rules have affirmative conclusions and a denied condition holds where its fact cannot be derived
(negation as failure); programs must be stratified, so that they have one perfect model (Apt, Blair and Walker 1988).
In the open world a denial is a fact like any other, and steps are applications of rules to facts and conclusions.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from logicbench.errors import InputError
from logicbench.generators.nlsat.theories import Theory
from logicbench.logic.english import Atom, Claim, Grounder, Literal, Rule


@dataclass(frozen=True, slots=True)
class RuleInstance:
    """A rule applied to named people."""

    place: int
    """Number of the rule's sentence, from 0."""
    body: tuple[Literal, ...]
    head: Literal


@dataclass(frozen=True, slots=True)
class Step:
    """How a literal came to be known: by a fact, or by a rule all of whose conditions were known before."""

    place: int
    rule: RuleInstance | None = None


@dataclass(frozen=True, slots=True)
class Saturation:
    """What a chainer that goes through all rules round after round finds, and what it takes.

    Attributes:
        rounds: The round in which each literal is settled; facts in round 0. In the closed world also denials: an
            atom is false as soon as every rule that concludes it has a condition that fails (Fitting 1985).
        inspections: Conditions looked at, over all rounds, of rules whose conclusion was not settled.
    """

    rounds: dict[Literal, int]
    inspections: int

    @property
    def last(self) -> int:
        """The last round that settled anything."""
        return max(self.rounds.values(), default=0)


class Program:
    """The facts and rules of a theory over its people.

    Raises:
        InputError: If a sentence is neither a fact nor a rule, or if the world is closed and a fact or conclusion is
            a denial, or the rules are not stratified.
    """

    __slots__ = ("_strata", "closed", "facts", "heads", "rules")

    def __init__(self, theory: Theory, closed: bool) -> None:
        self.closed = closed
        self.facts: dict[Literal, int] = {}
        """The given facts and the places of their sentences, from 0."""
        self.rules: list[RuleInstance] = []
        grounder = Grounder(theory.people)
        for place, sentence in enumerate(theory.sentences):
            if isinstance(sentence, Claim) and len(sentence.statements) == 1:
                [(literal,)] = grounder.sentence(sentence)
                self.facts.setdefault(literal, place)
            elif isinstance(sentence, Rule):
                for *body, head in grounder.sentence(sentence):
                    self.rules.append(RuleInstance(place, tuple(-part for part in body), head))
            else:
                raise InputError(f"sentence {place + 1} is neither a fact nor a rule")
        self.heads = frozenset(rule.head.atom for rule in self.rules)
        """Atoms that a rule concludes, affirmed or denied."""
        if closed and not all(literal.positive for literal in (*self.facts, *(rule.head for rule in self.rules))):
            raise InputError("in the closed world facts and conclusions cannot be denials")
        self._strata = _strata(self.rules) if closed else {}

    def derive(self, more: Literal | None = None) -> dict[Literal, Step]:
        """Return everything that is given or follows, each with a derivation in the fewest rounds.

        Args:
            more: One more fact to start from.
        """
        known = {literal: Step(place) for literal, place in self.facts.items()}
        if more is not None:
            known.setdefault(more, Step(-1))
        if not self.closed:
            self._chain(self.rules, known)
            return known
        for stratum in sorted(set(self._strata.values())):
            self._chain([rule for rule in self.rules if self._strata[rule.head.atom] == stratum], known)
        return known

    def _chain(self, rules: list[RuleInstance], known: dict[Literal, Step]) -> None:
        """Apply the rules round by round until nothing is new."""
        rest = rules
        while True:
            new: dict[Literal, Step] = {}
            kept: list[RuleInstance] = []
            for rule in rest:
                if rule.head in known or rule.head in new:
                    continue
                if self._applies(rule, known):
                    new[rule.head] = Step(rule.place, rule)
                else:
                    kept.append(rule)
            if not new:
                return
            known.update(new)
            rest = kept

    def _applies(self, rule: RuleInstance, known: Container[Literal]) -> bool:
        """Whether all conditions of a rule hold, given all that is known (of lower strata, where denied)."""
        return all(part in known if self.needs(part) else -part not in known for part in rule.body)

    def needs(self, condition: Literal) -> bool:
        """Whether a condition must be known, and not just fail to be derivable."""
        return condition.positive or not self.closed

    def saturate(self) -> Saturation:
        """Go through the rules round after round until nothing more is settled."""
        rounds = dict.fromkeys(self.facts, 0)
        if self.closed:
            atoms = {part.atom for rule in self.rules for part in rule.body}
            rounds |= {Literal(atom, False): 0 for atom in atoms - self.heads if Literal(atom) not in rounds}
        inspections, number, rest = 0, 0, self.rules
        while True:
            number += 1
            rest = [rule for rule in rest if rule.head not in rounds and not (self.closed and -rule.head in rounds)]
            inspections += sum(len(rule.body) for rule in rest)
            new = {rule.head for rule in rest if all(part in rounds for part in rule.body)}
            if self.closed:
                standing = {rule.head for rule in rest if not any(-part in rounds for part in rule.body)}
                new |= {-rule.head for rule in rest if rule.head not in standing}
            if not new:
                return Saturation(rounds, inspections)
            rounds.update(dict.fromkeys(new, number))

    def cone(self, query: Atom) -> int:
        """Return how many rule instances a search backwards from the query meets."""
        by_head: dict[Atom, list[RuleInstance]] = {}
        for rule in self.rules:
            by_head.setdefault(rule.head.atom, []).append(rule)
        seen, todo, met = {query}, [query], 0
        while todo:
            for rule in by_head.get(todo.pop(), ()):
                met += 1
                fresh = {part.atom for part in rule.body} - seen
                seen |= fresh
                todo += sorted(fresh)
        return met


def proof(query: Literal, known: dict[Literal, Step], closed: bool) -> list[tuple[Literal, Step]]:
    """Return the derivation steps of a known literal, premises first, facts included."""
    order: list[Literal] = []
    done: set[Literal] = set()
    todo: list[tuple[Literal, bool]] = [(query, False)]
    while todo:
        literal, expanded = todo.pop()
        if expanded:
            order.append(literal)
        elif literal not in done:
            done.add(literal)
            todo.append((literal, True))
            rule = known[literal].rule
            if rule is not None:
                todo += [(part, False) for part in reversed(rule.body) if part.positive or not closed]
    return [(literal, known[literal]) for literal in order]


def _strata(rules: list[RuleInstance]) -> dict[Atom, int]:
    atoms = {part.atom for rule in rules for part in (*rule.body, rule.head)}
    strata = dict.fromkeys(sorted(atoms), 0)
    for _ in range(len(atoms) + 1):
        changed = False
        for rule in rules:
            least = max((strata[part.atom] + (not part.positive) for part in rule.body), default=0)
            if strata[rule.head.atom] < least:
                strata[rule.head.atom] = least
                changed = True
        if not changed:
            return strata
    raise InputError("the rules are not stratified: a fact depends on its own absence")
