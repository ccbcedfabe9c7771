"""Witnesses that a graph is not k-colourable: cliques, odd wheels and vertex-critical subgraphs."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from logicbench.errors import BudgetExceeded
from logicbench.logic.graph import Graph
from logicbench.solvers.graph_greedy import bits, peel
from logicbench.solvers.graph_sat import ColoringSolver

CoreStatus = Literal["critical", "colorable", "reducible", "unknown"]


def odd_wheel(graph: Graph) -> tuple[int, tuple[int, ...]] | None:
    """Return a hub and the odd cycle of its neighbours around it, as short as any, or None.

    An odd wheel has no colouring with 3 colours: its rim alone needs 3, none of which the hub can have. A rim of three
    vertices makes a clique of four.
    """
    masks = graph.masks()
    best: tuple[int, tuple[int, ...]] | None = None
    for hub in range(1, graph.order + 1):
        near = masks[hub]
        if near.bit_count() < 3:
            continue
        rim = _shortest_odd_cycle(masks, near, len(best[1]) if best else graph.order + 1)
        if rim:
            best = (hub, rim)
            if len(rim) == 3:
                break
    return best


def is_odd_wheel(graph: Graph, hub: int, rim: Sequence[int]) -> bool:
    """Return whether the rim is an odd cycle of the graph, in this order, and all of it is adjacent to the hub."""
    masks = graph.masks()
    distinct = len({hub, *rim}) == len(rim) + 1
    if not distinct or len(rim) < 3 or len(rim) % 2 == 0:
        return False
    around = zip(rim, [*rim[1:], rim[0]], strict=True)
    return all(masks[hub] >> v & 1 for v in rim) and all(masks[u] >> v & 1 for u, v in around)


def is_clique(graph: Graph, vertices: Sequence[int]) -> bool:
    """Return whether the vertices are distinct and pairwise adjacent."""
    masks = graph.masks()
    wanted = sum(1 << v for v in set(vertices))
    return len(set(vertices)) == len(vertices) and all(wanted & ~masks[v] == 1 << v for v in vertices)


def critical_subgraph(graph: Graph, k: int, *, budget: int = 100_000) -> tuple[int, ...] | None:
    """Return vertices whose induced subgraph is not k-colourable, though it is without any one of them.

    Starts from the core of assumptions of a SAT refutation and deletes vertices one at a time (a minimal unsatisfiable
    subset over vertices).

    Returns:
        The vertices, ascending, or None if the graph is k-colourable.

    Raises:
        BudgetExceeded: If the conflict budget is used up first.
    """
    kept = peel(graph, k)[0]
    if k < 1 or not kept:
        return (1,) if k < 1 and graph.order else None
    with ColoringSolver(graph, k, selectable=True) as solver:
        outcome = _decide(solver, kept, budget)
        if outcome:
            return None
        core = solver.core()
        needed: list[int] = []
        degrees = graph.degrees()
        candidates = sorted(core, key=lambda v: (degrees[v], v))
        while candidates:
            v = candidates.pop(0)
            trial = [*needed, *candidates]
            if _decide(solver, trial, budget - solver.statistics()["conflicts"]):
                needed.append(v)
            else:
                smaller = set(solver.core())
                candidates = [u for u in candidates if u in smaller]
    return tuple(sorted(needed))


def _decide(solver: ColoringSolver, vertices: Sequence[int], budget: int) -> bool:
    outcome = solver.solve(vertices=vertices, budget=max(budget, 0))
    if outcome is None:
        raise BudgetExceeded("the conflict budget was used up while a critical subgraph was sought")
    return outcome


@dataclass(frozen=True, slots=True)
class CoreResult:
    """Whether a set of vertices is vertex-critical.

    Attributes:
        status: ``"critical"``; ``"colorable"`` if the induced subgraph is k-colourable; ``"reducible"`` if it is not,
            even without `spare`; ``"unknown"`` if the budget was used up.
        spare: For ``"reducible"``, a vertex that can be left out.
    """

    status: CoreStatus
    spare: int | None = None


def check_critical(graph: Graph, vertices: Sequence[int], k: int, *, budget: int = 100_000) -> CoreResult:
    """Decide whether the induced subgraph is not k-colourable but is so without any one of its vertices.

    Args:
        graph: The graph.
        vertices: Distinct vertices of the graph.
        k: Number of colours, at least 1.
        budget: Conflicts allowed in all.
    """
    part, numbers = graph.induced(vertices)
    if part.order <= k:
        return CoreResult("colorable")
    everything = list(range(1, part.order + 1))
    try:
        with ColoringSolver(part, k, selectable=True) as solver:
            if _decide(solver, everything, budget):
                return CoreResult("colorable")
            # A vertex with fewer than k neighbours is never needed; the search below would find out more slowly.
            loose = peel(part, k)[1]
            if loose:
                return CoreResult("reducible", numbers[loose[0] - 1])
            for v in everything:
                rest = [u for u in everything if u != v]
                if not _decide(solver, rest, budget - solver.statistics()["conflicts"]):
                    return CoreResult("reducible", numbers[v - 1])
    except BudgetExceeded:
        return CoreResult("unknown")
    return CoreResult("critical")


def _shortest_odd_cycle(masks: Sequence[int], within: int, shorter_than: int) -> tuple[int, ...]:
    """Return a shortest odd cycle among the vertices of a bit set, or () if none is shorter than the bound."""
    best: tuple[int, ...] = ()
    limit = shorter_than
    for root in bits(within):
        parent = {root: 0}
        depth = {root: 0}
        queue = deque([root])
        while queue:
            v = queue.popleft()
            if 2 * depth[v] + 1 >= limit:
                break
            for u in bits(masks[v] & within):
                if u not in depth:
                    depth[u], parent[u] = depth[v] + 1, v
                    queue.append(u)
                elif depth[u] == depth[v]:
                    cycle = _join(parent, u, v)
                    if len(cycle) < limit:
                        best, limit = cycle, len(cycle)
    return best


def _join(parent: dict[int, int], u: int, v: int) -> tuple[int, ...]:
    """Return the cycle closed by an edge between two vertices of equal depth, down to where their paths meet."""
    left, right = [u], [v]
    while left[-1] != right[-1]:
        left.append(parent[left[-1]])
        right.append(parent[right[-1]])
    return (*left, *reversed(right[:-1]))
