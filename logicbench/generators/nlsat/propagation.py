"""Unit propagation in plain Python, for deciding whether a question needs more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def propagates_to_conflict(clauses: Iterable[Sequence[int]], assumed: Iterable[int]) -> bool:
    """Return whether unit propagation from the assumed literals falsifies a clause."""
    true: set[int] = set(assumed)
    rest = list(clauses)
    while True:
        before, kept = len(true), []
        for clause in rest:
            if any(literal in true for literal in clause):
                continue
            free = [literal for literal in clause if -literal not in true]
            if not free:
                return True
            if len(free) == 1:
                true.add(free[0])
            else:
                kept.append(clause)
        rest = kept
        if len(true) == before:
            return False
