"""Polynomial heuristics: greedy colourings, greedy cliques, and the peeling that makes large sparse graphs small.

A colouring is a tuple with the colour of vertex ``v``, in ``1..k``, at index ``v - 1``.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from logicbench.logic.graph import Graph

Coloring = tuple[int, ...]


def first_fit(graph: Graph, sequence: Iterable[int] | None = None) -> Coloring:
    """Give each vertex in turn the least colour that no neighbour has.

    Args:
        graph: The graph.
        sequence: Order of the vertices; by default ``1..order``.
    """
    near = graph.neighbours()
    colours = [0] * (graph.order + 1)
    for v in sequence if sequence is not None else range(1, graph.order + 1):
        colours[v] = _least_free({colours[u] for u in near[v]})
    return tuple(colours[1:])


def largest_first(graph: Graph) -> Coloring:
    """Colour greedily in order of falling degree (Welsh and Powell 1967)."""
    degrees = graph.degrees()
    return first_fit(graph, sorted(range(1, graph.order + 1), key=lambda v: (-degrees[v], v)))


def dsatur(graph: Graph) -> Coloring:
    """Colour next the vertex that sees most colours (Brélaz 1979).

    Ties go to the larger number of uncoloured neighbours, then to the smaller vertex. Runs in O(m log m).
    """
    near = graph.neighbours()
    free = graph.degrees()
    colours = [0] * (graph.order + 1)
    seen: list[set[int]] = [set() for _ in range(graph.order + 1)]
    heap = [(0, -free[v], v) for v in range(1, graph.order + 1)]
    heapq.heapify(heap)
    left = graph.order
    while left:
        saturation, degree, v = heapq.heappop(heap)
        if colours[v] or -saturation != len(seen[v]) or -degree != free[v]:
            continue  # an entry that a later one replaced
        left -= 1
        colour = colours[v] = _least_free(seen[v])
        for u in near[v]:
            if not colours[u]:
                seen[u].add(colour)
                free[u] -= 1
                heapq.heappush(heap, (-len(seen[u]), -free[u], u))
    return tuple(colours[1:])


def greedy_clique(masks: Sequence[int], order: int, enough: int | None = None, starts: int = 24) -> list[int]:
    """Return a large clique: from the vertices of highest degree, add the candidate with most candidates left.

    Args:
        masks: Neighbourhoods as of `Graph.masks`.
        order: Number of vertices.
        enough: Stop at a clique of this size.
        starts: How many vertices are tried as the first.
    """
    best: list[int] = []
    target = order if enough is None else enough
    by_degree = sorted(range(1, order + 1), key=lambda v: (-masks[v].bit_count(), v))
    for start in by_degree[:starts]:
        if masks[start].bit_count() < len(best):
            break
        clique, candidates = [start], masks[start]
        while candidates and len(clique) < target:
            chosen, width = 0, -1
            for v in bits(candidates):
                common = (masks[v] & candidates).bit_count()
                if common > width:
                    chosen, width = v, common
            clique.append(chosen)
            candidates &= masks[chosen]
        if len(clique) > len(best):
            best = clique
            if len(best) >= target:
                break
    return best[:target]


def peel(graph: Graph, k: int) -> tuple[list[int], list[int]]:
    """Return the vertices of the k-core, ascending, and the others in the order in which they were peeled off.

    A vertex with fewer than k neighbours never stands in the way of a k-colouring: the graph is k-colourable exactly
    if its k-core is, and the peeled vertices are coloured greedily in reverse order.
    """
    near = graph.neighbours()
    degrees = graph.degrees()
    peeled = [v for v in range(1, graph.order + 1) if degrees[v] < k]
    gone = [False] * (graph.order + 1)
    for v in peeled:
        gone[v] = True
    for v in peeled:  # grows while it is read
        for u in near[v]:
            degrees[u] -= 1
            if not gone[u] and degrees[u] < k:
                gone[u] = True
                peeled.append(u)
    return [v for v in range(1, graph.order + 1) if not gone[v]], peeled


def components(graph: Graph) -> list[list[int]]:
    """Return the vertices of each connected component, ascending, in order of their least vertex."""
    near = graph.neighbours()
    found: list[list[int]] = []
    reached = [False] * (graph.order + 1)
    for start in range(1, graph.order + 1):
        if reached[start]:
            continue
        reached[start] = True
        part = [start]
        for v in part:  # grows while it is read
            for u in near[v]:
                if not reached[u]:
                    reached[u] = True
                    part.append(u)
        found.append(sorted(part))
    return found


def bits(mask: int) -> list[int]:
    """Return the positions of the 1 bits, ascending."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _least_free(used: set[int]) -> int:
    colour = 1
    while colour in used:
        colour += 1
    return colour
