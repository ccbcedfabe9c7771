"""The task `missing-fact`: which one further fact would let the rules lead to a statement?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from logicbench.answers import Reader
from logicbench.answers.readers import unwrap
from logicbench.errors import GenerationError
from logicbench.family import Draft, Task
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.nlsat.wording import FINISH
from logicbench.generators.rules import chains
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.notation import english, read_fact
from logicbench.generators.rules.program import Program
from logicbench.generators.rules.proof import need_chains
from logicbench.generators.rules.task import Case, Shallow, case_of, plain_view, to_instance
from logicbench.generators.rules.wording import View
from logicbench.generators.rules.words import literal
from logicbench.logic.english import Literal
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream

MAX_DRAWS = 60
"""Frames drawn for one problem before its knobs are called impossible."""

_ASK = (
    "From the given facts the rules do not lead to this {claim}:\n\n{query}\n\n"
    "They would if one more fact were given. Name such a fact.",
    "Something is missing for the rules to lead to the following {claim}:\n\n{query}\n\n"
    "Find a single fact that, added to the {nouns}, would be enough.",
    "Consider the following {claim}, to which the rules, applied one after another, do not lead:\n\n{query}\n\n"
    "Which single further fact would change that?",
)


class MissingFact:
    """Find one fact from which a statement would follow."""

    info = Task(
        "missing-fact",
        "Which single further fact would let the rules lead to a statement?",
        "one fact that no rule concludes and that does not contradict the others",
    )

    def drafts(self, knobs: RulesKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a theory in which another chain is set off, and no fact helps that is near the statement."""
        need_chains(knobs, self.info.name)
        for attempt in range(MAX_DRAWS):
            frame = chains.draw(knobs, stream.child(attempt), inversions=False, blocks=2)
            instance = to_instance(frame.theory(-1), knobs)
            case = case_of(instance)
            right = dict(solutions(case))
            if literal(frame.starts[0]) in right and min(right.values()) >= (knobs.depth + 1) // 2:
                return [Draft(instance)]
        raise GenerationError(
            f"{MAX_DRAWS} rule theories of depth {knobs.depth} held none in which only remote facts are missing; "
            "lower distractors"
        )

    def ask(self, case: Case, view: View, stream: Stream) -> str:
        """Word the question."""
        if case.closed:
            applies = "A rule applies if all of its conditions hold."
            last = "It must not have a negation."
        else:
            applies = (
                "A rule applies if each of its conditions is a given fact or the conclusion of a rule that applies."
            )
            last = f"It may be a denial, but it must be possible that it and all of the {view.nouns} are true together."
        asked = stream.choice(_ASK).format(claim=view.claim, nouns=view.nouns, query=view.query)
        return (
            f"{asked}\n\n{applies} The fact that you name must say one thing of one of the people, as the given facts "
            "do. There must be no rule that concludes this, or the opposite of it, about the same person. "
            f"{last}\n\n{FINISH} the fact."
        )

    def reference(self, case: Case, view: View) -> str:
        """Return the fact that takes the most rounds to lead to the statement."""
        right = dict(solutions(case))
        return view.say(max(right, key=lambda one: (right[one], one)))

    def reader(self, case: Case) -> Reader:
        """Read one fact."""
        fact = read_fact(case.theory)
        return lambda span: fact(unwrap(span))

    def check(self, case: Case, value: Any) -> Verdict:
        """Add the fact and derive."""
        fault = _fault(case, value)
        return verdict(fault is None, english(value, case.theory), () if fault is None else (fault,))

    def guess(self, case: Case, stream: Stream) -> str:
        """Name a random fact that is allowed."""
        options = candidates(case)
        return plain_view(case).say(stream.choice(options))

    def chance(self, case: Case) -> float:
        """Return the share of right facts among those that are allowed."""
        return round(len(dict(solutions(case))) / len(candidates(case)), 6)

    def baselines(self) -> Mapping[str, Shallow]:
        """Name a condition of a rule that concludes the statement, or go back along the first rule each time."""
        return {"last-condition": _last_condition, "backwards": _backwards}


def candidates(case: Case) -> list[Literal]:
    """Return the facts in the theory's words that may be named: new, no rule's conclusion, no given fact's denial."""
    program = case.program
    signs = (True,) if case.closed else (True, False)
    taken = program.heads.union(fact.atom for fact in program.facts)
    return [Literal(atom, sign) for atom in case.theory.atoms() if atom not in taken for sign in signs]


def solutions(case: Case) -> Iterator[tuple[Literal, int]]:
    """Yield the right answers, with the number of rule applications that each then takes at least."""
    for candidate in candidates(case):
        if _fault(case, candidate) is None:
            yield candidate, _rounds(case.program, candidate, case.query)


def _rounds(program: Program, more: Literal, query: Literal) -> int:
    """Return the least number of rules, one after the other, from a further fact to the statement."""
    known = program.derive(more)
    distance = {more: 0}
    for one, step in known.items():  # in the order of derivation
        if step.rule is not None:
            found = [distance[part] for part in step.rule.body if part in distance]
            if found:
                distance[one] = 1 + max(found)
    return distance.get(query, 0)


def _fault(case: Case, fact: Literal) -> Violation | None:
    said = english(fact, case.theory)
    program = case.program
    if fact in program.facts:
        return Violation("given", f"It is given already: {said}")
    if fact.atom in program.heads:
        return Violation("concluded", f"The conclusion of a rule says or denies this: {said}")
    if case.closed and not fact.positive:
        return Violation("negation", f"The fact must not have a negation: {said}")
    if case.query not in program.derive(fact):
        return Violation("not-enough", f"With this fact the rules still do not lead to the statement: {said}")
    reasoner = case.reasoner
    if not case.closed and not reasoner.consistent([*reasoner.selectors, reasoner.number(fact)]):
        return Violation("contradiction", f"This and the statements cannot all be true together: {said}")
    return None


def _last_condition(case: Case) -> str:
    rules = [rule for rule in case.program.rules if rule.head == case.query]
    open_parts = [part for rule in rules for part in rule.body if part not in case.known]
    allowed = [part for part in open_parts if part in set(candidates(case))]
    return english((allowed or open_parts or candidates(case))[0], case.theory)


def _backwards(case: Case) -> str:
    allowed, wanted = set(candidates(case)), case.query
    seen = {wanted}
    while wanted not in allowed:
        rules = [rule for rule in case.program.rules if rule.head == wanted]
        parts = [part for rule in rules for part in rule.body if part not in case.known and part not in seen]
        if not parts:
            break
        wanted = parts[0]
        seen.add(wanted)
    return english(wanted, case.theory)
