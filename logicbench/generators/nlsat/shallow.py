"""Shallow solvers: what can be guessed without search. An audit holds them to chance."""

from __future__ import annotations

from collections import Counter

from logicbench.generators.nlsat.propagation import propagates_to_conflict
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.task import Case, Shallow
from logicbench.generators.nlsat.theories import denial, spoken
from logicbench.logic.english import Categorical, Claim


def _vote(reasoner: Reasoner) -> dict[int, bool]:
    balance: Counter[int] = Counter()
    for clause in reasoner.clauses:
        for literal in clause:
            balance[abs(literal)] += 1 if literal > 0 else -1
    return {variable: value >= 0 for variable, value in balance.items()}


def _broken(reasoner: Reasoner, values: dict[int, bool]) -> list[tuple[int, ...]]:
    """Return the clauses that the values falsify."""
    return [clause for clause in reasoner.clauses if all(values[abs(literal)] != (literal > 0) for literal in clause)]


def _by_vote(case: Case) -> str:
    reasoner = Reasoner(case.theory)
    return "NO" if _broken(reasoner, _vote(reasoner)) else "YES"


def _by_vote_and_flips(case: Case, flips: int = 5) -> str:
    """Vote, then flip the variable that leaves the fewest clauses broken while that helps."""
    reasoner = Reasoner(case.theory)
    values = _vote(reasoner)
    for _ in range(flips):
        gain: Counter[int] = Counter()
        for clause in reasoner.clauses:
            true = [literal for literal in clause if values[abs(literal)] == (literal > 0)]
            if not true:
                gain.update({abs(literal) for literal in clause})
            elif len(true) == 1:
                gain[abs(true[0])] -= 1
        best = max(values, key=lambda variable: gain[variable], default=0)
        if gain[best] <= 0:
            break
        values = {**values, best: not values[best]}
    return "NO" if _broken(reasoner, values) else "YES"


def _by_propagation(case: Case) -> str:
    return "NO" if propagates_to_conflict(Reasoner(case.theory).clauses, ()) else "YES"


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
        if propagates_to_conflict(reasoner.clauses, ()):
            return label
    return "UNKNOWN"


ENTAIL: dict[str, Shallow] = {
    "always-true": lambda case: "TRUE",
    "always-unknown": lambda case: "UNKNOWN",
    "polarity-vote": _entailed_by_vote,
    "unit-propagation": _entailed_by_propagation,
}
