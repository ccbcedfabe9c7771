"""Shallow solvers of the task `answer`: what can be guessed without following the rules. An audit bounds them."""

from __future__ import annotations

from collections import Counter

from logicbench.generators.nlsat.theories import spoken
from logicbench.generators.rules.task import Case, Shallow
from logicbench.logic.english import Atom, Literal


def _word(case: Case, found: set[Literal], query: Literal) -> str:
    """Return the label's word where these literals are taken to be all that follows."""
    if case.closed:
        return "TRUE" if (Literal(query.atom) in found) == query.positive else "FALSE"
    if (query in found) == (-query in found):
        return "UNKNOWN"
    return "TRUE" if query in found else "FALSE"


def _by_one_round(case: Case) -> str:
    program = case.program
    facts = set(program.facts)
    found = set(facts)
    for rule in program.rules:
        if all(part in facts if program.needs(part) else -part not in facts for part in rule.body):
            found.add(rule.head)
    return _word(case, found, case.query)


def _reached(case: Case) -> dict[Literal, int]:
    """Return what rules conclude of which one condition is enough, and in which round."""
    program = case.program
    reached = dict.fromkeys(program.facts, 0)
    number = 0
    while True:
        number += 1
        new = {
            rule.head
            for rule in program.rules
            if rule.head not in reached and any(part in reached or not program.needs(part) for part in rule.body)
        }
        if not new:
            return reached
        reached.update(dict.fromkeys(new, number))


def _by_any_condition(case: Case) -> str:
    return _word(case, set(_reached(case)), case.query)


def _by_nearest(case: Case) -> str:
    """Answer with whichever of the statement and its denial is reached first when one condition is enough."""
    reached, query = _reached(case), case.query
    far = len(reached) + 1
    for_it, against = reached.get(query, far), reached.get(-query, far)
    if case.closed:
        return _word(case, set(reached), query)
    return "UNKNOWN" if for_it == against else "TRUE" if for_it < against else "FALSE"


def _by_single_conditions(case: Case) -> str:
    """Use only rules with one condition."""
    program = case.program
    found = set(program.facts)
    while True:
        new = {r.head for r in program.rules if len(r.body) == 1 and r.body[0] in found and r.head not in found}
        if not new:
            return _word(case, found, case.query)
        found |= new


def _by_vote(case: Case) -> str:
    """Count how often rules conclude the statement and its denial, and how often conditions mention either."""
    counts: Counter[Literal] = Counter()
    for rule in case.program.rules:
        counts[rule.head] += 2
        counts.update(rule.body)
    balance = counts[case.query] - counts[-case.query]
    if case.closed:
        return "TRUE" if balance > 0 else "FALSE"
    return "TRUE" if balance > 0 else "FALSE" if balance < 0 else "UNKNOWN"


def _by_denials(case: Case) -> str:
    """Go by the parity of the negations."""
    signs = [phrase.positive for sentence in case.theory.sentences for _, phrase in spoken(sentence)]
    odd = (signs.count(False) + (not case.query.positive)) % 2 == 1
    return "FALSE" if odd else "TRUE"


def _by_overlap(case: Case) -> str:
    """Answer TRUE if facts are mostly about the people of the statement, UNKNOWN or FALSE if they are not."""
    people: Counter[str] = Counter(_about(literal.atom) for literal in case.program.facts)
    share = people[_about(case.query.atom)] * len(case.theory.people)
    return "TRUE" if share > len(case.program.facts) else "FALSE" if case.closed else "UNKNOWN"


def _about(atom: Atom) -> str:
    return atom.arguments[0] if atom.arguments else ""


ANSWER: dict[str, Shallow] = {
    "always-true": lambda case: "TRUE",
    "one-round": _by_one_round,
    "any-condition": _by_any_condition,
    "nearest": _by_nearest,
    "single-conditions": _by_single_conditions,
    "conclusion-vote": _by_vote,
    "denials": _by_denials,
    "overlap": _by_overlap,
}
