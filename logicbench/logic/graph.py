"""Finite simple undirected graphs.

Vertices are the numbers ``1..order``, as in DIMACS. Files are read and written by `logicbench.logic.graph_dimacs`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.errors import InputError

Edge = tuple[int, int]
"""Two adjacent vertices, the smaller first."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A simple undirected graph on the vertices ``1..order``.

    The constructor trusts its arguments; `Graph.of` takes pairs in any order and checks them.

    Args:
        order: Number of vertices.
        edges: Distinct pairs ``(u, v)`` with ``u < v``, ascending.

    Example:
        >>> Graph.of(3, [(2, 1), (1, 2), (3, 2)]).edges
        ((1, 2), (2, 3))
    """

    order: int
    edges: tuple[Edge, ...]

    @classmethod
    def of(cls, order: int, pairs: Iterable[Sequence[int]]) -> Graph:
        """Return the graph with these edges; repeated and reversed pairs count once.

        Raises:
            InputError: If the order is negative, or a pair is a loop or names a vertex outside ``1..order``.
        """
        if type(order) is not int or order < 0:
            raise InputError(f"the number of vertices must be a non-negative integer, not {order!r}")
        edges = {_edge(order, pair) for pair in pairs}
        return cls(order, tuple(sorted(edges)))

    @property
    def size(self) -> int:
        """Number of edges."""
        return len(self.edges)

    @property
    def average_degree(self) -> float:
        """Twice the number of edges over the number of vertices; 0 for the empty graph."""
        return 2 * len(self.edges) / self.order if self.order else 0.0

    def neighbours(self) -> list[list[int]]:
        """Return the neighbours of each vertex in ascending order; index 0 is unused."""
        lists: list[list[int]] = [[] for _ in range(self.order + 1)]
        for u, v in self.edges:
            lists[u].append(v)
            lists[v].append(u)
        for near in lists:
            near.sort()
        return lists

    def masks(self) -> list[int]:
        """Return the neighbourhood of each vertex as a bit set, bit ``v`` for vertex ``v``; index 0 is unused."""
        masks = [0] * (self.order + 1)
        for u, v in self.edges:
            masks[u] |= 1 << v
            masks[v] |= 1 << u
        return masks

    def degrees(self) -> list[int]:
        """Return the degree of each vertex; index 0 is unused."""
        degrees = [0] * (self.order + 1)
        for u, v in self.edges:
            degrees[u] += 1
            degrees[v] += 1
        return degrees

    def induced(self, vertices: Iterable[int]) -> tuple[Graph, tuple[int, ...]]:
        """Return the induced subgraph, its vertices renumbered from 1, and the old number of each (at index new - 1).

        Raises:
            InputError: If a vertex is not in the graph.
        """
        kept = tuple(sorted(set(vertices)))
        if kept and not 1 <= kept[0] <= kept[-1] <= self.order:
            raise InputError(f"a vertex lies outside 1..{self.order}")
        new = {vertex: number for number, vertex in enumerate(kept, 1)}
        edges = tuple((new[u], new[v]) for u, v in self.edges if u in new and v in new)
        return Graph(len(kept), edges), kept

    def relabelled(self, images: Sequence[int]) -> Graph:
        """Return the graph with vertex ``v`` renamed to ``images[v - 1]``, a permutation of ``1..order``.

        Raises:
            InputError: If the images are no such permutation.
        """
        if sorted(images) != list(range(1, self.order + 1)):
            raise InputError(f"a renaming must map the vertices 1..{self.order} one to one onto themselves")
        pairs = ((images[u - 1], images[v - 1]) for u, v in self.edges)
        return Graph(self.order, tuple(sorted((u, v) if u < v else (v, u) for u, v in pairs)))

    def with_edge(self, u: int, v: int) -> Graph:
        """Return the graph with one more edge.

        Raises:
            InputError: If the pair is a loop or names a vertex outside the graph.
        """
        return Graph(self.order, tuple(sorted({*self.edges, _edge(self.order, (u, v))})))

    def without_edge(self, u: int, v: int) -> Graph:
        """Return the graph without an edge.

        Raises:
            InputError: If the graph has no such edge.
        """
        edge = (u, v) if u < v else (v, u)
        if edge not in self.edges:
            raise InputError(f"the graph has no edge between {u} and {v}")
        return Graph(self.order, tuple(other for other in self.edges if other != edge))

    def to_json(self) -> dict[str, Any]:
        """Return ``{"order": n, "edges": [[u, v], ...]}``."""
        return {"order": self.order, "edges": [list(edge) for edge in self.edges]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Graph:
        """Return the graph of a JSON object with the fields ``order`` and ``edges``; further fields are ignored.

        Raises:
            InputError: If the fields are missing or malformed.
        """
        if not isinstance(data, Mapping) or "order" not in data or "edges" not in data:
            raise InputError("a graph in JSON is an object with the fields order and edges")
        if not isinstance(data["edges"], list | tuple):
            raise InputError("the field edges of a graph in JSON is a list of pairs of vertices")
        return cls.of(data["order"], data["edges"])


def monochromatic_edges(edges: Iterable[Sequence[int]], colours: Sequence[int]) -> list[Edge]:
    """Return the edges whose ends have the same colour.

    Args:
        edges: Pairs of vertices.
        colours: The colour of vertex ``v`` at index ``v - 1``.
    """
    return [(u, v) for u, v in edges if colours[u - 1] == colours[v - 1]]


def _edge(order: int, pair: Sequence[int]) -> Edge:
    if not isinstance(pair, list | tuple) or len(pair) != 2 or type(pair[0]) is not int or type(pair[1]) is not int:
        raise InputError(f"an edge is a pair of vertex numbers, not {pair!r}")
    u, v = pair
    if u == v:
        raise InputError(f"vertex {u} has an edge to itself; graphs here have no loops")
    if u > v:
        u, v = v, u
    if u < 1 or v > order:
        raise InputError(f"the edge {pair[0]}-{pair[1]} names a vertex outside 1..{order}")
    return u, v
