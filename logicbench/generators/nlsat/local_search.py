"""Voting and local search: the strongest guess that takes no reasoning, as a filter and as a shallow solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

FLIPS = 5
"""Steps of the local search."""

Clauses = Sequence[Sequence[int]]


def vote(clauses: Clauses) -> dict[int, bool]:
    """Return for every variable the sign that occurs more often, true for equals."""
    balance: Counter[int] = Counter()
    for clause in clauses:
        for literal in clause:
            balance[abs(literal)] += 1 if literal > 0 else -1
    return {variable: value >= 0 for variable, value in balance.items()}


def satisfies(clauses: Clauses, values: dict[int, bool]) -> bool:
    """Return whether the values make every clause true."""
    return all(any(values[abs(literal)] == (literal > 0) for literal in clause) for clause in clauses)


def vote_and_flips(clauses: Clauses) -> dict[int, bool]:
    """Vote, then flip the variable that leaves the fewest clauses broken, `FLIPS` times or until that does not help."""
    values = vote(clauses)
    for _ in range(FLIPS):
        gain: Counter[int] = Counter()
        for clause in clauses:
            true = [literal for literal in clause if values[abs(literal)] == (literal > 0)]
            if not true:
                gain.update({abs(literal) for literal in clause})
            elif len(true) == 1:
                gain[abs(true[0])] -= 1
        best = max(values, key=lambda variable: gain[variable], default=0)
        if gain[best] <= 0:
            break
        values[best] = not values[best]
    return values
