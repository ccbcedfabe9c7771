"""Exact maximum cliques by branch and bound within a budget of nodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logicbench.logic.graph import Graph
from logicbench.solvers.graph_greedy import bits, greedy_clique


@dataclass(frozen=True, slots=True)
class CliqueResult:
    """The largest clique that was found.

    Attributes:
        clique: Its vertices, ascending.
        exact: Whether the search ended, so that no larger clique exists (or one of the size asked for was found).
        nodes: Search nodes used.
    """

    clique: tuple[int, ...]
    exact: bool
    nodes: int


def max_clique(graph: Graph, *, enough: int | None = None, node_budget: int = 100_000) -> CliqueResult:
    """Find a maximum clique with greedy colouring bounds (Tomita and Seki 2003, on bit sets).

    Args:
        graph: The graph.
        enough: Stop at a clique of this size.
        node_budget: Search nodes after which the best clique so far is returned as inexact.
    """
    if graph.order == 0:
        return CliqueResult((), True, 0)
    masks = graph.masks()
    best = greedy_clique(masks, graph.order, enough)
    if enough is not None and len(best) >= enough:
        return CliqueResult(tuple(sorted(best)), True, 0)
    nodes = 0
    # A frame is (clique, candidates in colour order, their colour bounds); the last candidate is tried first.
    everything = (1 << (graph.order + 1)) - 2
    stack: list[tuple[list[int], list[int], list[int]]] = [([], *_color_order(masks, everything))]
    while stack:
        clique, order, bounds = stack[-1]
        if not order or len(clique) + bounds[-1] <= len(best):
            stack.pop()
            continue
        v = order.pop()
        bounds.pop()
        nodes += 1
        if nodes > node_budget:
            return CliqueResult(tuple(sorted(best)), False, node_budget)
        larger = [*clique, v]
        candidates = masks[v] & _mask(order)
        if candidates:
            stack.append((larger, *_color_order(masks, candidates)))
        elif len(larger) > len(best):
            best = larger
            if enough is not None and len(best) >= enough:
                break
    return CliqueResult(tuple(sorted(best)), True, nodes)


def _color_order(masks: Sequence[int], candidates: int) -> tuple[list[int], list[int]]:
    """Return the candidates by greedy colour class, and for each how large a clique among those up to it can be."""
    order: list[int] = []
    bounds: list[int] = []
    colour = 0
    while candidates:
        colour += 1
        independent = candidates
        while independent:
            low = independent & -independent
            v = low.bit_length() - 1
            candidates ^= low
            independent &= ~(low | masks[v])
            order.append(v)
            bounds.append(colour)
    return order, bounds


def _mask(vertices: Sequence[int]) -> int:
    mask = 0
    for v in vertices:
        mask |= 1 << v
    return mask


def cliques_of_size(masks: Sequence[int], size: int, within: int) -> list[tuple[tuple[int, ...], int]]:
    """Return the cliques of a size among the vertices of a bit set, each with its common neighbourhood.

    The common neighbourhood is not confined to `within`.
    """
    if size == 0:
        return [((), within)]
    found: list[tuple[tuple[int, ...], int]] = []
    stack: list[tuple[tuple[int, ...], int, int]] = [((), within, -1)]
    while stack:
        clique, candidates, common = stack.pop()
        for v in bits(candidates):
            larger = (*clique, v)
            if len(larger) == size:
                found.append((larger, common & masks[v]))
            else:
                stack.append((larger, candidates & masks[v] & -(2 << v), common & masks[v]))
    return found
