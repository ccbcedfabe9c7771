"""Exact graph colouring: k-colourability and the chromatic number, within budgets of conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from logicbench.errors import BudgetExceeded, InputError, LogicbenchError
from logicbench.logic.graph import Graph, monochromatic_edges
from logicbench.solvers.graph_clique import max_clique
from logicbench.solvers.graph_greedy import Coloring, components, dsatur, peel
from logicbench.solvers.graph_sat import ColoringSolver

Status = Literal["colorable", "uncolorable", "unknown"]

DEFAULT_BUDGET = 200_000
"""Conflicts allowed where the caller names no budget: about ten seconds on a hard graph of 300 vertices."""


@dataclass(frozen=True, slots=True)
class ColorResult:
    """Whether a graph is k-colourable, and what finding out took.

    Attributes:
        status: ``"unknown"`` when the conflict budget was used up or the graph is too large to encode.
        coloring: For ``"colorable"``, a proper colouring with colours in ``1..k``.
        conflicts: Conflicts of the SAT search.
        decisions: Decisions of the SAT search.
        propagations: Literals propagated.
    """

    status: Status
    coloring: Coloring | None
    conflicts: int = 0
    decisions: int = 0
    propagations: int = 0


def k_color(graph: Graph, k: int, *, budget: int = DEFAULT_BUDGET, heuristics: bool = True) -> ColorResult:
    """Decide whether the graph has a proper colouring with k colours.

    Vertices of degree below k are peeled off first, and connected components are solved apart, so that only what is
    hard reaches the SAT solver.

    Args:
        graph: The graph.
        k: Number of colours.
        budget: Conflicts allowed, over all components.
        heuristics: Whether DSATUR is tried first.

    Raises:
        InputError: If k is negative.
    """
    if k < 0:
        raise InputError(f"the number of colours must not be negative (given {k})")
    if graph.order == 0 or k == 0:
        return ColorResult("uncolorable" if graph.order else "colorable", None if graph.order else ())
    if heuristics:
        coloring = dsatur(graph)
        if max(coloring) <= k:
            return ColorResult("colorable", coloring)
    kept, peeled = peel(graph, k)
    core, originals = graph.induced(kept)
    colours = [0] * (graph.order + 1)
    spent = [0, 0, 0]
    unknown = False
    for part in components(core):
        piece, numbers = core.induced(part)
        try:
            result = _solve(piece, k, budget - spent[0])
        except BudgetExceeded:
            unknown = True
            continue
        spent = [spent[0] + result.conflicts, spent[1] + result.decisions, spent[2] + result.propagations]
        if result.status == "uncolorable":
            return ColorResult("uncolorable", None, *spent)
        if result.coloring is None:
            unknown = True
            continue
        for number, colour in zip(numbers, result.coloring, strict=True):
            colours[originals[number - 1]] = colour
    if unknown:
        return ColorResult("unknown", None, *spent)
    _color_peeled(graph, colours, peeled)
    return ColorResult("colorable", _checked(graph, tuple(colours[1:]), k), *spent)


def is_coloring(graph: Graph, colours: Coloring, k: int) -> bool:
    """Return whether the colours are a proper k-colouring of the whole graph."""
    return (
        len(colours) == graph.order
        and all(1 <= colour <= k for colour in colours)
        and not monochromatic_edges(graph.edges, colours)
    )


@dataclass(frozen=True, slots=True)
class ChromaticResult:
    """Bounds on the chromatic number; equal when it is known exactly.

    Attributes:
        lower: No colouring with fewer colours exists.
        upper: Number of colours of `coloring`.
        coloring: A proper colouring.
        clique: The largest clique found.
        conflicts: Conflicts of the SAT searches.
    """

    lower: int
    upper: int
    coloring: Coloring
    clique: tuple[int, ...]
    conflicts: int

    @property
    def exact(self) -> bool:
        """Whether the bounds meet."""
        return self.lower == self.upper


def chromatic_number(graph: Graph, *, budget: int = DEFAULT_BUDGET) -> ChromaticResult:
    """Return the chromatic number, or the best bounds within the conflict budget.

    A clique bounds it from below and DSATUR from above; SAT closes the gap from above, so that only one proof of
    uncolourability is needed, and from below where that is too hard.
    """
    if graph.order == 0:
        return ChromaticResult(0, 0, (), (), 0)
    clique = max_clique(graph, node_budget=20_000).clique
    coloring = dsatur(graph)
    lower, upper = len(clique), max(coloring)
    conflicts = 0
    while lower < upper:
        result = k_color(graph, upper - 1, budget=budget - conflicts, heuristics=False)
        conflicts += result.conflicts
        if result.status == "unknown":
            break
        if result.coloring is None:
            lower = upper
        else:
            coloring, upper = result.coloring, max(result.coloring)
    while lower < upper:
        result = k_color(graph, lower, budget=budget, heuristics=False)
        conflicts += result.conflicts
        if result.status != "uncolorable":
            break
        lower += 1
    return ChromaticResult(lower, upper, coloring, clique, conflicts)


def _solve(graph: Graph, k: int, budget: int) -> ColorResult:
    with ColoringSolver(graph, k) as solver:
        outcome = solver.solve(budget=max(budget, 0))
        stats = solver.statistics()
        coloring = solver.coloring() if outcome else None
    status: Status = "unknown" if outcome is None else "colorable" if outcome else "uncolorable"
    return ColorResult(status, coloring, stats["conflicts"], stats["decisions"], stats["propagations"])


def _color_peeled(graph: Graph, colours: list[int], peeled: list[int]) -> None:
    near = graph.neighbours()
    for v in reversed(peeled):
        used = {colours[u] for u in near[v]}
        colour = 1
        while colour in used:
            colour += 1
        colours[v] = colour


def _checked(graph: Graph, coloring: Coloring, k: int) -> Coloring:
    if not is_coloring(graph, coloring, k):
        raise LogicbenchError("the colouring of the parts of a graph does not fit together; please report this graph")
    return coloring
