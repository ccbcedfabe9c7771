"""Accuracy by the groupings that families name for their own problems, such as the rule of an argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from logicbench.evals.columns import Columns, Items
from logicbench.evals.results import facet_order
from logicbench.evals.statistics import Interval, chance_corrected, clustered_proportion, finite_or_none
from logicbench.evals.statistics.clustered import Floats
from logicbench.family import facets_of
from logicbench.problem import Problem


@dataclass(frozen=True, slots=True)
class FacetFigures:
    """The problems of a task that fall under one value of a grouping."""

    task: str
    """``family:task``."""
    facet: str
    """Name of the grouping: rule, kind, length, ..."""
    value: str
    items: int
    """Problems with a completion."""
    accuracy: Interval
    """Wilson's interval at the effective number of independent problems."""
    chance: float | None
    corrected: float | None
    """Accuracy above chance: 0 at guessing, 1 at perfection."""


def facets(problems: Sequence[Problem], items: Items, columns: Columns) -> list[FacetFigures]:
    """Return every task by every grouping, the least accurate value of each first.

    Args:
        problems: The problems, in the order of `items`.
        items: The same as columns.
        columns: Their completions.
    """
    answered = np.asarray(columns.made.any(axis=1))
    rows: dict[tuple[str, str], dict[str, list[int]]] = {}
    for place, problem in enumerate(problems):
        if answered[place]:
            for name, value in facets_of(problem).items():
                rows.setdefault((str(items.task[place]), name), {}).setdefault(value, []).append(place)
    right = columns.item_mean(columns.correct)
    found = []
    for (task, name), values in rows.items():
        figures = [
            _figures(task, name, value, items.take(np.array(places)), right[places]) for value, places in values.items()
        ]
        found += sorted(figures, key=lambda each: facet_order(each.value, each.accuracy.estimate))
    return found


def _figures(task: str, name: str, value: str, items: Items, right: Floats) -> FacetFigures:
    accuracy = clustered_proportion(right, items.group)
    chance = finite_or_none(float(items.chance.mean()))
    corrected = None if chance is None else finite_or_none(float(chance_corrected(accuracy.estimate, chance)))
    return FacetFigures(task, name, value, len(items), accuracy, chance, corrected)
