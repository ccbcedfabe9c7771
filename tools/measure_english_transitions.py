"""Measure where half of the random theories of the English fragments are consistent.

For every setting, random theories grow one statement at a time; the median of the number of statements at which they
become contradictory is the transition point in `logicbench.generators.nlsat.transitions`.

    python tools/measure_english_transitions.py --samples 151
    python tools/measure_english_transitions.py --samples 301 --densities    # the table of docs/hardness.md
"""

from __future__ import annotations

import argparse
import json
from statistics import median

from scipy.stats import binom

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


def breaking_points(samples: int, start: float, **settings: object) -> list[int]:
    """Return breaking points, ascending, of theories that grow long enough for most to break."""
    ratio = start
    while True:
        knobs = NlsatKnobs.model_validate({**settings, "ratio": ratio})
        limit = round(ratio * knobs.predicates)
        found = [breaking_point(knobs, Stream("transition", str(settings), index)) for index in range(samples)]
        if sum(point <= limit for point in found) > 0.6 * samples:
            return sorted(found)
        ratio *= 1.5


def half_point(samples: int, start: float, **settings: object) -> float:
    """Return the number of statements at which half of the theories are consistent."""
    return median(breaking_points(samples, start, **settings)) - 0.5


def print_densities(samples: int) -> None:
    """Print 50% points per role and quality with 95% intervals from order statistics."""
    rows = [("syllogistic", size, {}) for size in (4, 8, 12)]
    rows += [(fragment, size, {"people": 3, "verbs": 1}) for fragment in VERBS for size in (3, 5, 8, 12)]
    low, high = (int(binom.ppf(share, samples, 0.5)) for share in (0.025, 0.975))
    for fragment, size, options in rows:
        start = 4 if fragment == "syllogistic" else 14
        points = breaking_points(samples, start, fragment=fragment, predicates=size, **options)
        half, *bounds = ((point - 0.5) / size for point in (median(points), points[low], points[high]))
        print(f"{fragment} {size}: {half:.2f} ({bounds[0]:.2f} to {bounds[1]:.2f})", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=151)
    parser.add_argument("--densities", action="store_true", help="print a few points with intervals")
    options = parser.parse_args()
    samples = options.samples
    if options.densities:
        print_densities(samples)
        return
    points = {size: half_point(samples, 4, fragment="syllogistic", predicates=size) for size in SYLLOGISTIC}
    print("syllogistic", json.dumps(points), flush=True)
    for fragment, choices in VERBS.items():
        for verbs in choices:
            for people in PEOPLE:
                row = {
                    size: half_point(samples, 14, fragment=fragment, people=people, predicates=size, verbs=verbs)
                    for size in PREDICATES
                }
                print(fragment, verbs, people, json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
