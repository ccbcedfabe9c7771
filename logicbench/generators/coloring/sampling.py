"""Drawing instances: colourable graphs that greedy heuristics fail on, and twins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logicbench.errors import GenerationError
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.models import draw_graph
from logicbench.generators.coloring.twins import BUDGET, Test, edge_twins, switch_twins
from logicbench.logic.graph import Graph
from logicbench.seeding import Stream
from logicbench.solvers.graph import (
    Coloring,
    chromatic_number,
    dsatur,
    first_fit,
    k_color,
    largest_first,
    max_clique,
    odd_wheel,
)

MAX_DRAWS = 400
"""Graphs drawn for one instance before its knobs are called impossible."""

MAX_CONFLICTS = 600_000
"""Conflicts spent on one instance before its knobs are called too hard."""


def present(graph: Graph, k: int | None, stream: Stream, **facts: Any) -> dict[str, Any]:
    """Return the JSON instance of a graph: edges in random order and direction, which is the order of the prompt."""
    edges = [[u, v] if stream.bit() else [v, u] for u, v in stream.shuffled(graph.edges)]
    colours = {} if k is None else {"colors": k}
    return {"order": graph.order, "edges": edges, **colours, **facts}


def colorable(knobs: ColoringKnobs, stream: Stream, filtered: bool = True) -> tuple[Graph, int, Coloring]:
    """Draw a colourable graph; returns it, the number of colours and a colouring.

    Raises:
        GenerationError: If no draw fits the knobs.
    """
    spent = 0
    failed = {"not colourable": 0, "coloured by a greedy heuristic": 0, "undecided": 0}
    for attempt in range(MAX_DRAWS):
        source = stream.child(attempt)
        graph = draw_graph(knobs, source)
        greedy = dsatur(graph)
        if knobs.colors is None:
            k, coloring = _chromatic(graph)
            if coloring is None:
                failed["undecided"] += 1
                continue
        else:
            k = knobs.colors
            if max(greedy) <= k:
                coloring = greedy
            else:
                result = k_color(graph, k, budget=BUDGET, heuristics=False)
                spent += result.conflicts
                coloring = result.coloring
                if coloring is None:
                    failed["not colourable" if result.status == "uncolorable" else "undecided"] += 1
                    if spent > MAX_CONFLICTS:
                        break
                    continue
        if filtered and _greedy_succeeds(graph, k, knobs, greedy):
            failed["coloured by a greedy heuristic"] += 1
            continue
        return graph, k, coloring
    raise GenerationError(_explain(knobs, failed))


def _chromatic(graph: Graph) -> tuple[int, Coloring | None]:
    result = chromatic_number(graph, budget=BUDGET)
    return result.upper, result.coloring if result.exact else None


def _greedy_succeeds(graph: Graph, k: int, knobs: ColoringKnobs, by_dsatur: Coloring) -> bool:
    if knobs.filter == "none":
        return False
    if max(by_dsatur) <= k:
        return True
    return knobs.filter == "greedy" and (max(first_fit(graph)) <= k or max(largest_first(graph)) <= k)


def twins(knobs: ColoringKnobs, stream: Stream, fits_no: Test = lambda graph: True) -> tuple[Graph, Graph, int]:
    """Draw a colourable and an uncolourable twin; returns them and the number of colours.

    Args:
        knobs: The settings.
        stream: Randomness.
        fits_no: A further wish for the uncolourable twin.

    Raises:
        GenerationError: If no draw fits the knobs.
    """
    failed = 0
    for attempt in range(MAX_DRAWS):
        source = stream.child(attempt)
        graph = draw_graph(knobs, source)
        base = graph
        if knobs.model != "regular":
            base = graph.without_edge(*source.choice(graph.edges))
        k: int | None = knobs.colors
        if k is None:
            exact = chromatic_number(base, budget=BUDGET)
            k = exact.upper if exact.exact and exact.upper > 1 else None
        if k is None:
            continue
        search = switch_twins if knobs.model == "regular" else edge_twins
        found = search(base, k, source, _yes_test(knobs, k), _no_test(knobs, k, fits_no))
        if found is not None:
            return (*found, k)
        failed += 1
    raise GenerationError(
        f"no colourable and uncolourable twins among {MAX_DRAWS} graphs of {_describe(knobs)}; move the degree towards "
        "the transition, or set filter to none"
    )


def _yes_test(knobs: ColoringKnobs, k: int) -> Test:
    def fits(graph: Graph) -> bool:
        if knobs.model == "planar" and not _planar(graph):
            return False
        return knobs.filter == "none" or not _greedy_succeeds(graph, k, knobs, dsatur(graph))

    return fits


def _no_test(knobs: ColoringKnobs, k: int, wish: Test) -> Test:
    def fits(graph: Graph) -> bool:
        if knobs.model == "planar" and not _planar(graph):
            return False
        if knobs.filter == "greedy":
            clique = max_clique(graph, enough=k + 1, node_budget=20_000)
            if len(clique.clique) > k or (k == 3 and odd_wheel(graph) is not None):
                return False
        return wish(graph)

    return fits


def _planar(graph: Graph) -> bool:
    import networkx

    return bool(networkx.check_planarity(networkx.Graph(list(graph.edges)))[0])


def _describe(knobs: ColoringKnobs) -> str:
    settings: Mapping[str, Any] = knobs.model_dump(exclude_defaults=True)
    shown = {"model": knobs.model, "vertices": knobs.vertices, "colors": knobs.colors, **settings}
    return ", ".join(f"{name}={value}" for name, value in shown.items())


def _explain(knobs: ColoringKnobs, failed: Mapping[str, int]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in failed.items() if count)
    hints = {
        "not colourable": "lower the degree or allow more colors",
        "coloured by a greedy heuristic": "raise the number of vertices, or set filter to none",
        "undecided": "lower the degree or the number of vertices",
    }
    hint = "; ".join(hints[reason] for reason, count in failed.items() if count)
    return f"no fitting graph of {_describe(knobs)}: of those drawn, {reasons}; {hint}"
