"""Unit propagation in plain Python, for deciding whether a question needs more."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence


def propagates_to_conflict(clauses: Iterable[Sequence[int]], assumed: Iterable[int], steps: int | None = None) -> bool:
    """Return whether unit propagation from the assumed literals falsifies a clause.

    Args:
        clauses: The clauses.
        assumed: Literals taken to be true, beside those that are clauses of their own.
        steps: Most steps, in each of which all that follows at once from what is known becomes known; None for as many
            as it takes.
    """
    rest = list(clauses)
    true = set(assumed) | {clause[0] for clause in rest if len(clause) == 1}
    for _ in itertools.count() if steps is None else range(steps):
        found: set[int] = set()
        kept = []
        for clause in rest:
            if any(literal in true for literal in clause):
                continue
            free = [literal for literal in clause if -literal not in true]
            if not free:
                return True
            if len(free) == 1:
                found.add(free[0])
            else:
                kept.append(clause)
        true |= found
        rest = kept
        if any(-literal in true for literal in found):
            return True
        if not found:
            return False
    return any(all(-literal in true for literal in clause) for clause in rest)


def depth(fragment: str) -> int | None:
    """Return how many steps of propagation count as shallow: one for syllogisms, which propagation decides."""
    return 1 if fragment == "syllogistic" else None
