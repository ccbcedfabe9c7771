"""Where half of the random theories of each fragment are consistent."""

from __future__ import annotations

import bisect
from collections.abc import Mapping

from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.sat.knobs import threshold_clauses

_SYLLOGISTIC = {3: 4.5, 4: 6.5, 5: 7.5, 6: 9.5, 8: 11.5, 10: 14.5, 12: 17.5}
"""Number of roles -> number of statements."""

_Table = Mapping[int, Mapping[int, Mapping[int, float]]]
_RELATIVE: _Table = {
    0: {
        2: {3: 13.5, 5: 21.5, 8: 34.5, 12: 50.5},
        3: {3: 15.5, 5: 25.5, 8: 36.5, 12: 53.5},
        5: {3: 18.5, 5: 26.5, 8: 38.5, 12: 55.5},
        8: {3: 19.5, 5: 27.5, 8: 41.5, 12: 59.5},
    },
    1: {
        2: {3: 22.5, 5: 31.5, 8: 42.5, 12: 57.5},
        3: {3: 27.5, 5: 36.5, 8: 51.5, 12: 69.5},
        5: {3: 32.5, 5: 46.5, 8: 62.5, 12: 82.5},
        8: {3: 39.5, 5: 51.5, 8: 69.5, 12: 91.5},
    },
    3: {
        2: {3: 30.5, 5: 38.5, 8: 52.5, 12: 70.5},
        3: {3: 36.5, 5: 47.5, 8: 63.5, 12: 83.5},
        5: {3: 43.5, 5: 53.5, 8: 76.5, 12: 97.5},
        8: {3: 48.5, 5: 62.5, 8: 84.5, 12: 110.5},
    },
}
"""Number of verbs -> people -> roles and qualities -> number of statements."""

_TRANSITIVE: _Table = {
    1: {
        2: {3: 14.5, 5: 19.5, 8: 26.5, 12: 34.5},
        3: {3: 19.5, 5: 25.5, 8: 36.5, 12: 51.5},
        5: {3: 21.5, 5: 27.5, 8: 45.5, 12: 59.5},
        8: {3: 23.5, 5: 31.5, 8: 45.5, 12: 66.5},
    },
    3: {
        2: {3: 18.5, 5: 26.5, 8: 31.5, 12: 45.5},
        3: {3: 23.5, 5: 32.5, 8: 46.5, 12: 62.5},
        5: {3: 26.5, 5: 36.5, 8: 56.5, 12: 77.5},
        8: {3: 25.5, 5: 36.5, 8: 52.5, 12: 78.5},
    },
}


def statements_at_transition(knobs: NlsatKnobs) -> float:
    """Return the number of statements at which half of the random theories with these settings are consistent.

    Measured by ``tools/measure_english_transitions.py`` and interpolated linearly; for the grounded fragment it is the
    threshold of random k-SAT.
    """
    if knobs.fragment == "grounded":
        return threshold_clauses(knobs.variables, knobs.clause_length)
    if knobs.fragment == "syllogistic":
        return _between(_SYLLOGISTIC, knobs.predicates)
    table = _RELATIVE if knobs.fragment == "relative" else _TRANSITIVE
    by_verbs = {
        verbs: _between({people: _between(row, knobs.predicates) for people, row in by_people.items()}, knobs.people)
        for verbs, by_people in table.items()
    }
    return _between(by_verbs, knobs.verbs)


def _between(points: Mapping[int, float], at: int) -> float:
    """Interpolate linearly between measured points; beyond them the nearest holds."""
    places = sorted(points)
    if at in points or at <= places[0] or at >= places[-1]:
        return points[min(max(at, places[0]), places[-1])]
    right = bisect.bisect_left(places, at)
    low, high = places[right - 1], places[right]
    return points[low] + (points[high] - points[low]) * (at - low) / (high - low)
