"""Find where the transitions of random 3-SAT and 3-colouring lie for many variables or vertices, from small sizes.

A random instance grows by one clause, or one edge, at a time; its breaking point is the number at which it stops being
satisfiable, or colourable, found by bisection. The median over instances is the 50% point of a size. Prints the 50%
points as densities with 95% bootstrap intervals, where the curves of consecutive sizes cross, and the limit for
infinite size: the 50% points are extrapolated with the finite-size term that Crawford and Auton (1996) found for 3-SAT,
n^(-5/3), and for colouring with that of a window that shrinks as n^(-2/3).

    python tools/measure_crossovers.py sat --sizes 50 100 150 200 --samples 200 200 150 100
    python tools/measure_crossovers.py coloring --sizes 50 100 200 300 --samples 500
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.models import edge_order
from logicbench.generators.sat.sampling import uniform_clauses
from logicbench.logic.cnf import CNF
from logicbench.logic.graph import Graph
from logicbench.seeding import Stream
from logicbench.solvers.graph import k_color
from logicbench.solvers.sat import solve

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Model:
    """A random model that breaks as it gets denser."""

    breaking_point: Callable[[int, int], int]
    """(size, index) -> number of clauses or edges at which the instance breaks."""
    per_size: float
    """Density per clause or edge over the size: 1 for a ratio, 2 for an average degree."""
    exponent: float
    """The 50% point is at the limit plus a constant times size to this power."""


def bisect(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """Return the least number above `low` for which a monotone property fails; it fails at `high`."""
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return high


def sat_breaking_point(variables: int, index: int) -> int:
    """Return the number of clauses at which a growing 3-SAT formula becomes unsatisfiable."""
    clauses = uniform_clauses(variables, 7 * variables, 3, Stream("crossover", "sat", variables, index))
    return bisect(2 * variables, 7 * variables, lambda size: _satisfiable(variables, clauses[:size]))


def _satisfiable(variables: int, clauses: Sequence[tuple[int, ...]]) -> bool:
    return solve(CNF(variables, tuple(clauses))).status == "sat"


def coloring_breaking_point(vertices: int, index: int) -> int:
    """Return the number of edges at which a growing uniform random graph stops being 3-colourable."""
    most = 4 * vertices
    knobs = ColoringKnobs(vertices=vertices)
    edges = edge_order(knobs, most, Stream("crossover", "coloring", vertices, index))
    return bisect(2, most, lambda size: k_color(Graph(vertices, tuple(sorted(edges[:size]))), 3).status == "colorable")


MODELS = {
    "sat": Model(sat_breaking_point, 1, -5 / 3),
    "coloring": Model(coloring_breaking_point, 2, -2 / 3),
}


def measure(model: Model, sizes: Sequence[int], samples: Sequence[int], workers: int) -> dict[int, Floats]:
    """Return the breaking densities of each size, ascending."""
    found = {}
    with ProcessPoolExecutor(workers) as pool:
        for size, count in zip(sizes, samples, strict=True):
            points = pool.map(partial(model.breaking_point, size), range(count), chunksize=8)
            # An instance holds at m - 1 and fails at m, so it breaks between the two.
            found[size] = np.sort([model.per_size * (point - 0.5) / size for point in points])
    return found


def limit(densities: dict[int, Floats], exponent: float) -> float:
    """Return the 50% point for infinite size: least squares over the sizes."""
    terms = np.array([[1.0, size**exponent] for size in densities])
    medians = np.array([np.median(values) for values in densities.values()])
    return float(np.linalg.lstsq(terms, medians, rcond=None)[0][0])


def crossing(smaller: Floats, larger: Floats) -> float:
    """Return where the curves of two sizes cross, as normal curves with the samples' medians and deviations."""
    middles = [float(np.median(values)) for values in (smaller, larger)]
    widths = [float(np.std(values)) for values in (smaller, larger)]
    return (middles[1] * widths[0] - middles[0] * widths[1]) / (widths[0] - widths[1])


def bootstrap(densities: dict[int, Floats], statistic: Callable[[dict[int, Floats]], float], rounds: int = 1000) -> str:
    """Return a statistic with its 95% percentile interval."""
    numbers = np.random.Generator(np.random.PCG64(0))
    drawn = [
        statistic({size: np.sort(numbers.choice(values, len(values))) for size, values in densities.items()})
        for _ in range(rounds)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{statistic(densities):.3f} ({low:.3f} to {high:.3f})"


def write_curves(path: Path, densities: dict[int, Floats]) -> None:
    """Write the share of unbroken instances of each size against the density, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 3.4), layout="constrained")
    FigureCanvasAgg(figure)
    panel = figure.subplots()
    for place, (size, values) in enumerate(densities.items()):
        held = 1 - np.arange(len(values)) / len(values)
        panel.plot(values, held, drawstyle="steps-post", linewidth=1.2, color=f"C{place}", label=f"size {size}")
    panel.axhline(0.5, color="grey", linewidth=0.6, linestyle=":")
    panel.set_xlabel("density")
    panel.set_ylabel("share that holds")
    panel.legend(frameon=False)
    figure.savefig(path, dpi=160, metadata={"Software": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--sizes", type=int, nargs="+", required=True)
    parser.add_argument("--samples", type=int, nargs="+", default=[600], help="instances of each size, or of all")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--plot", type=Path, help="write the curves as PNG")
    options = parser.parse_args()
    model = MODELS[options.model]
    samples = options.samples * len(options.sizes) if len(options.samples) == 1 else options.samples
    if len(samples) != len(options.sizes):
        parser.error("give one number of samples, or one for each size")
    densities = measure(model, options.sizes, samples, options.workers)
    print(f"{options.model}; 95% bootstrap intervals")
    for size, values in densities.items():
        width = np.quantile(values, 0.9) - np.quantile(values, 0.1)
        half = bootstrap({size: values}, lambda found: float(np.median(next(iter(found.values())))))
        print(f"  n = {size}, {len(values)} instances: half hold at {half}; 90% to 10% within {width:.3f}")
    for smaller, larger in pairwise(options.sizes):
        pair = {size: densities[size] for size in (smaller, larger)}
        print(f"  curves of {smaller} and {larger} cross at {bootstrap(pair, lambda found: crossing(*found.values()))}")
    print(f"  limit for infinite size: {bootstrap(densities, lambda found: limit(found, model.exponent))}")
    if options.plot:
        write_curves(options.plot, densities)


if __name__ == "__main__":
    main()
