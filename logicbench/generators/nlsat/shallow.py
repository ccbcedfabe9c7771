"""Shallow solvers: what can be guessed without search. An audit holds them to chance."""

from __future__ import annotations

from collections import Counter

from logicbench.generators.nlsat.local_search import satisfies, vote, vote_and_flips
from logicbench.generators.nlsat.propagation import depth, propagates_to_conflict
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.task import Case, Shallow
from logicbench.generators.nlsat.theories import denial, spoken
from logicbench.logic.english import Categorical, Claim


def _by_vote(case: Case) -> str:
    clauses = Reasoner(case.theory).clauses
    return "YES" if satisfies(clauses, vote(clauses)) else "NO"


def _by_vote_and_flips(case: Case) -> str:
    clauses = Reasoner(case.theory).clauses
    return "YES" if satisfies(clauses, vote_and_flips(clauses)) else "NO"


def _by_propagation(case: Case) -> str:
    return "NO" if propagates_to_conflict(Reasoner(case.theory).clauses, (), depth(case.theory.fragment)) else "YES"


def _by_denials(case: Case) -> str:
    signs = [phrase.positive for sentence in case.theory.sentences for _, phrase in spoken(sentence)]
    return "YES" if 2 * sum(signs) >= len(signs) else "NO"


DECIDE: dict[str, Shallow] = {
    "always-yes": lambda case: "YES",
    "always-no": lambda case: "NO",
    "polarity-vote": _by_vote,
    "vote-and-flips": _by_vote_and_flips,
    "unit-propagation": _by_propagation,
    "denials": _by_denials,
}


def _entailed_by_vote(case: Case) -> str:
    query = case.theory.query
    if isinstance(query, Categorical):
        same = [sentence for sentence in case.theory.sentences if isinstance(sentence, Categorical)]
        shared = [sentence for sentence in same if sentence.subject == query.subject]
        return "TRUE" if any(sentence.quantity == query.quantity for sentence in shared) else "FALSE"
    reasoner = Reasoner(case.theory)
    assert isinstance(query, Claim)
    literal = reasoner.literal(query)
    counts = Counter(part for clause in reasoner.clauses for part in clause)
    balance = counts[literal] - counts[-literal]
    return "TRUE" if balance > 0 else "FALSE" if balance < 0 else "UNKNOWN"


def _entailed_by_propagation(case: Case) -> str:
    query = case.theory.query
    assert query is not None
    for sentence, label in ((denial(query), "TRUE"), (query, "FALSE")):
        reasoner = Reasoner(case.theory)
        reasoner.add(sentence)
        if propagates_to_conflict(reasoner.clauses, (), depth(case.theory.fragment)):
            return label
    return "UNKNOWN"


ENTAIL: dict[str, Shallow] = {
    "always-true": lambda case: "TRUE",
    "always-unknown": lambda case: "UNKNOWN",
    "polarity-vote": _entailed_by_vote,
    "unit-propagation": _entailed_by_propagation,
}
