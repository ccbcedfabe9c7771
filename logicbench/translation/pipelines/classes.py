"""Classes of formulas that are proved equivalent, names as they stand."""

from __future__ import annotations

from collections.abc import Sequence

from logicbench.logic.fol.syntax import Formula
from logicbench.solvers.prover.portfolio import Budget
from logicbench.translation.compare.equivalence import Comparison, compare


def equivalence_classes(formulas: Sequence[Formula], budget: Budget | None = None) -> list[list[int]]:
    """Places of formulas that are equivalent, in order of first appearance.

    Each formula is compared with the first of every class; what the budget leaves undecided counts as different.
    """
    classes: list[list[int]] = []
    for place, formula in enumerate(formulas):
        for members in classes:
            first = formulas[members[0]]
            if formula == first or related(first, formula, budget).relation == "equivalent":
                members.append(place)
                break
        else:
            classes.append([place])
    return classes


def related(left: Formula, right: Formula, budget: Budget | None = None) -> Comparison:
    """The proved relation of two formulas over the same names."""
    return compare(left, right, align=False, budget=budget, structures=60)


def by_size(classes: Sequence[list[int]]) -> list[list[int]]:
    """The classes, the largest first; the earlier first among equals."""
    return sorted(classes, key=lambda members: (-len(members), members[0]))
