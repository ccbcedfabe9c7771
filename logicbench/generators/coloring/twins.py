"""Twins: a colourable and an uncolourable graph from one draw, alike in every count.

Twins of most models share all edges but one. The base graph, one edge short, is colourable and holds a frozen pair: two
vertices that have the same colour in every colouring. The edge that joins them makes the uncolourable twin; the
colourable one gets an edge between two other vertices of the same degrees and with as many common neighbours, so the
twins agree in degrees and in triangles. Regular graphs have no edge to spare; their twins differ by a switch of two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from logicbench.logic.graph import Graph
from logicbench.seeding import Stream
from logicbench.solvers.graph import Coloring, ColoringSolver, k_color

Test = Callable[[Graph], bool]

BUDGET = 100_000
"""Conflicts for one question to the solver; a base that needs more is dropped."""

MAX_TESTS = 12
MAX_MATCHES = 300
MAX_SWITCHES = 60


def edge_twins(base: Graph, k: int, stream: Stream, fits_yes: Test, fits_no: Test) -> tuple[Graph, Graph] | None:
    """Return a k-colourable and an uncolourable graph, each the base and one edge more; None if this base has none.

    Args:
        base: The graph that both share.
        k: Number of colours.
        stream: Randomness.
        fits_yes: Whether a graph may be the colourable twin.
        fits_no: Whether a graph may be the uncolourable twin.
    """
    with ColoringSolver(base, k) as solver:
        if not solver.solve(budget=BUDGET):
            return None
        colorings = [solver.coloring()]
        _diversify(solver, colorings)
        for _ in range(MAX_TESTS):
            pair = _same_so_far(base, colorings, stream)
            if pair is None:
                return None
            outcome = solver.solve(budget=BUDGET, assumptions=[solver.guard_edge(*pair)])
            if outcome is None:
                return None
            if outcome:
                colorings.append(solver.coloring())
                continue
            refuted = base.with_edge(*pair)
            if fits_no(refuted):
                for match in _matches(base, pair, colorings, stream):
                    colourable = base.with_edge(*match)
                    if fits_yes(colourable):
                        return colourable, refuted
    return None


def _diversify(solver: ColoringSolver, colorings: list[Coloring]) -> None:
    """Add colourings that the solver finds when told to avoid those it has."""
    k = solver.k
    for _ in range(3):
        last = colorings[-1]
        solver.prefer([-(v * k + colour) for v, colour in enumerate(last)])
        if not solver.solve(budget=BUDGET) or solver.coloring() == last:
            return
        colorings.append(solver.coloring())


def _same_so_far(base: Graph, colorings: list[Coloring], stream: Stream) -> tuple[int, int] | None:
    """Return two non-adjacent vertices to which every known colouring gives one colour; None if there are none."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for v, signature in enumerate(zip(*colorings, strict=True), 1):
        groups.setdefault(signature, []).append(v)
    # Vertices of one colour are never adjacent.
    several = [group for group in groups.values() if len(group) > 1]
    if not several:
        return None
    group = stream.weighted(several, [len(group) * (len(group) - 1) for group in several])
    u, v = stream.sample(group, 2)
    return u, v


def _matches(
    base: Graph, pair: tuple[int, int], colorings: list[Coloring], stream: Stream
) -> Iterator[tuple[int, int]]:
    """Yield pairs that some colouring tells apart and that match the frozen pair, in random order."""
    masks = base.masks()
    degrees = [mask.bit_count() for mask in masks]
    first, second = sorted((degrees[pair[0]], degrees[pair[1]]))
    common = (masks[pair[0]] & masks[pair[1]]).bit_count()
    left = [v for v in range(1, base.order + 1) if degrees[v] == first]
    right = [v for v in range(1, base.order + 1) if degrees[v] == second]
    if len(left) * len(right) <= 10 * MAX_MATCHES:
        pairs = [(u, v) for u in left for v in right if u < v or first != second]
        candidates: Iterator[tuple[int, int]] = iter(stream.shuffled(pairs))
    else:
        candidates = ((stream.choice(left), stream.choice(right)) for _ in range(10 * MAX_MATCHES))
    left_to_try = MAX_MATCHES
    for u, v in candidates:
        if u == v or masks[u] >> v & 1 or (masks[u] & masks[v]).bit_count() != common:
            continue
        if any(coloring[u - 1] != coloring[v - 1] for coloring in colorings):
            yield u, v
            left_to_try -= 1
            if not left_to_try:
                return


def switch_twins(graph: Graph, k: int, stream: Stream, fits_yes: Test, fits_no: Test) -> tuple[Graph, Graph] | None:
    """Return a k-colourable and an uncolourable graph that differ by one switch of two edges; None if none was met.

    Walks by random switches, which keep every degree, until the label changes.
    """
    outcome = k_color(graph, k, budget=BUDGET).status
    for _ in range(MAX_SWITCHES):
        switched = _switch(graph, stream)
        if switched is None:
            return None
        following = k_color(switched, k, budget=BUDGET).status
        if "unknown" in (outcome, following):
            return None
        if following != outcome:
            yes, no = (graph, switched) if outcome == "colorable" else (switched, graph)
            if fits_yes(yes) and fits_no(no):
                return yes, no
        graph, outcome = switched, following
    return None


def _switch(graph: Graph, stream: Stream) -> Graph | None:
    present = set(graph.edges)
    for _ in range(1000):
        (a, b), (c, d) = stream.sample(graph.edges, 2)
        if stream.bit():
            c, d = d, c
        if len({a, b, c, d}) < 4:
            continue
        first, second = (min(a, c), max(a, c)), (min(b, d), max(b, d))
        if first in present or second in present:
            continue
        kept = present - {(a, b), (min(c, d), max(c, d))}
        return Graph(graph.order, tuple(sorted(kept | {first, second})))
    return None
