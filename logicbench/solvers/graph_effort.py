"""How hard an instance is to colour: the work of a fixed reference solver, median over seeded renamings."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from logicbench.logic.graph import Graph
from logicbench.seeding import Stream
from logicbench.solvers.graph_coloring import DEFAULT_BUDGET, k_color


@dataclass(frozen=True, slots=True)
class Effort:
    """Medians over the runs.

    Attributes:
        conflicts: Conflicts of the SAT search.
        decisions: Decisions of the SAT search.
        propagations: Literals propagated; 0 if peeling leaves nothing to search.
        complete: Whether every run ended within its budget.
    """

    conflicts: float
    decisions: float
    propagations: float
    complete: bool


def measure_effort(graph: Graph, k: int, stream: Stream, *, runs: int = 5, budget: int = DEFAULT_BUDGET) -> Effort:
    """Measure what `k_color` needs without its heuristics, so that the figure belongs to the graph and not its labels.

    Args:
        graph: The graph.
        k: Number of colours.
        stream: Source of the renamings.
        runs: Number of renamed copies that are solved.
        budget: Conflicts allowed a run.
    """
    results = []
    for run in range(runs):
        images = [v + 1 for v in stream.child(run).permutation(graph.order)]
        results.append(k_color(graph.relabelled(images), k, budget=budget, heuristics=False))
    return Effort(
        float(median(result.conflicts for result in results)),
        float(median(result.decisions for result in results)),
        float(median(result.propagations for result in results)),
        all(result.status != "unknown" for result in results),
    )
