"""Measure the number of clauses at which half of the uniform random k-SAT formulas are satisfiable.

Clauses are distinct, as the generator draws them. Prints, for each clause length and size, the m50 of
`logicbench.generators.sat.knobs`.

    python tools/measure_thresholds.py --clause-length 2 4 --samples 400
"""

from __future__ import annotations

import argparse

from logicbench.generators.sat.sampling import most_clauses, uniform_clauses
from logicbench.logic.cnf import CNF
from logicbench.seeding import Stream
from logicbench.solvers.sat import solve

SIZES = {
    2: (4, 5, 6, 8, 10, 15, 20, 30, 50, 100),
    3: (4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100),
    4: (5, 6, 8, 10, 12, 15, 20, 30, 40, 50),
}
STARTS = {2: 1.3, 3: 4.3, 4: 9.9}


def satisfiable_share(variables: int, clauses: int, length: int, samples: int) -> float:
    """Return the share of satisfiable formulas."""
    found = 0
    for index in range(samples):
        stream = Stream("threshold", length, variables, clauses, index)
        formula = CNF(variables, tuple(uniform_clauses(variables, clauses, length, stream)))
        found += solve(formula).status == "sat"
    return found / samples


def half_point(variables: int, length: int, samples: int) -> float:
    """Return m50, by bisection and linear interpolation."""
    low, high = 1, min(round(STARTS[length] * variables * 3) + 12, most_clauses(variables, length))
    while high - low > max(1, high // 60):
        middle = (low + high) // 2
        if satisfiable_share(variables, middle, length, samples) > 0.5:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clause-length", type=int, nargs="+", default=[2, 3, 4], choices=sorted(SIZES))
    parser.add_argument("--samples", type=int, default=600)
    options = parser.parse_args()
    for length in options.clause_length:
        points = {variables: half_point(variables, length, options.samples) for variables in SIZES[length]}
        print(length, points, flush=True)


if __name__ == "__main__":
    main()
