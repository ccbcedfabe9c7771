"""Rule theories as logic programs: what follows, at which depth, and by which steps.

In the closed world rules have affirmative conclusions and a denied condition holds where its fact cannot be derived
(negation as failure); programs must be stratified, so that they have one perfect model (Apt, Blair and Walker 1988).
In the open world a denial is a fact like any other, and steps are applications of rules to facts and conclusions.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    """How a literal came to be known: at depth 0 by a fact, otherwise by a rule."""

    place: int
    depth: int
    rule: RuleInstance | None = None


class Program:
    """The facts and rules of a theory over its people.

    Raises:
        InputError: If a sentence is neither a fact nor a rule, or if the world is closed and a fact or conclusion is
            a denial, or the rules are not stratified.
    """

    __slots__ = ("_strata", "closed", "facts", "rules")

    def __init__(self, theory: Theory, closed: bool) -> None:
        self.closed = closed
        self.facts: dict[Literal, int] = {}
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
        if closed and not all(literal.positive for literal in (*self.facts, *(rule.head for rule in self.rules))):
            raise InputError("in the closed world facts and conclusions cannot be denials")
        self._strata = _strata(self.rules) if closed else {}

    def derive(self) -> dict[Literal, Step]:
        """Return everything that is given or follows, each with its first derivation (of least depth)."""
        known = {literal: Step(place, 0) for literal, place in self.facts.items()}
        if not self.closed:
            self._chain(self.rules, known)
            return known
        for stratum in sorted(set(self._strata.values())):
            self._chain([rule for rule in self.rules if self._strata[rule.head.atom] == stratum], known)
        return known

    def _chain(self, rules: list[RuleInstance], known: dict[Literal, Step]) -> None:
        """Apply the rules round by round until nothing is new."""
        while True:
            new: dict[Literal, Step] = {}
            for rule in rules:
                if rule.head not in known and rule.head not in new and self.applies(rule, known):
                    depth = 1 + max((known[part].depth for part in rule.body if part in known), default=0)
                    new[rule.head] = Step(rule.place, depth, rule)
            if not new:
                return
            known |= new

    def applies(self, rule: RuleInstance, known: Iterable[Literal]) -> bool:
        """Whether all conditions of a rule hold, given all that is known (of lower strata, where denied)."""
        return all(part in known if self.needs(part) else -part not in known for part in rule.body)

    def needs(self, condition: Literal) -> bool:
        """Whether a condition must be known, and not just fail to be refuted."""
        return condition.positive or not self.closed

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
    steps: dict[Literal, Step] = {}
    todo = [query]
    while todo:
        literal = todo.pop()
        if literal in steps:
            continue
        steps[literal] = step = known[literal]
        if step.rule is not None:
            todo += [part for part in step.rule.body if part.positive or not closed]
    return sorted(steps.items(), key=lambda item: (item[1].depth, item[1].place, item[0]))


def _strata(rules: list[RuleInstance]) -> dict[Atom, int]:
    atoms = {part.atom for rule in rules for part in (*rule.body, rule.head)}
    strata = dict.fromkeys(atoms, 0)
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
