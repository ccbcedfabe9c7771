"""Measure where half of the random theories of the English fragments are consistent.

For every setting, random theories grow one statement at a time; the median of the number of statements at which they
become contradictory is the transition point in `logicbench.generators.nlsat.transitions`.

    python tools/measure_english_transitions.py --samples 151
"""

from __future__ import annotations

import argparse
import json
from statistics import median

from logicbench.generators.nlsat.drawing import draw
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.seeding import Stream

PEOPLE = (2, 3, 5, 8)
PREDICATES = (3, 5, 8, 12)
VERBS = {"relative": (0, 1, 3), "transitive": (1, 3)}
SYLLOGISTIC = (3, 4, 5, 6, 8, 10, 12)


def breaking_point(knobs: NlsatKnobs, stream: Stream) -> int:
    """Return the number of statements at which one growing theory becomes contradictory."""
    reasoner = Reasoner(draw(knobs, stream))
    low, high = 0, len(reasoner.selectors) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if reasoner.consistent(reasoner.selectors[:middle]):
            low = middle
        else:
            high = middle
    return high


def half_point(samples: int, start: float, **settings: object) -> float:
    """Return the median breaking point."""
    ratio = start
    while True:
        knobs = NlsatKnobs.model_validate({**settings, "ratio": ratio})
        limit = round(ratio * knobs.predicates)
        found = [breaking_point(knobs, Stream("transition", str(settings), index)) for index in range(samples)]
        if sum(point <= limit for point in found) > 0.6 * samples:
            return median(found) - 0.5
        ratio *= 1.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=151)
    samples = parser.parse_args().samples
    points = {size: half_point(samples, 4, fragment="syllogistic", predicates=size) for size in SYLLOGISTIC}
    print("syllogistic", json.dumps(points), flush=True)
    for fragment, options in VERBS.items():
        for verbs in options:
            for people in PEOPLE:
                row = {
                    size: half_point(samples, 14, fragment=fragment, people=people, predicates=size, verbs=verbs)
                    for size in PREDICATES
                }
                print(fragment, verbs, people, json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
