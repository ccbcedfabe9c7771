"""Random graph models. Each draws an order of edges; a graph is its first m edges, so density is exact.

The prefixes of one order are nested, so the least m at which a prefix is uncolourable is found by bisection; the
medians of that m are the 50% points of `logicbench.generators.coloring.thresholds`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np

from logicbench.errors import GenerationError, InputError
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.thresholds import regular_degree, threshold_edges
from logicbench.logic.graph import Edge, Graph
from logicbench.logic.graph_dimacs import read_graph
from logicbench.seeding import Stream

GEOMETRIC_LIMIT = 3000
"""Most vertices of a geometric graph: all pairs are measured."""

_GRID = 1 << 20
_FLIPS = 12


def draw_graph(knobs: ColoringKnobs, stream: Stream) -> Graph:
    """Draw one graph of the knobs' model with randomly numbered vertices.

    Raises:
        GenerationError: If the model has no graph of that density.
        InputError: If the user's file cannot be read.
    """
    if knobs.model == "file":
        return _part_of_file(knobs, stream)
    order, size = knobs.vertices, edge_count(knobs, stream.child("size"))
    if knobs.model == "regular":
        edges = _regular(order, 2 * size // order, stream)
    else:
        edges = edge_order(knobs, size, stream)
    if len(edges) < size:
        raise GenerationError(
            f"model {knobs.model!r} has no graph with {order} vertices and {size} edges; lower the degree"
        )
    graph = Graph(order, tuple(sorted(edges[:size])))
    if knobs.model in ("gnm", "gnp"):
        return graph  # all numberings are equally likely already
    return graph.relabelled([v + 1 for v in stream.child("labels").permutation(order)])


def edge_count(knobs: ColoringKnobs, stream: Stream) -> int:
    """Return the number of edges that the knobs ask for; random only for ``gnp``."""
    order = knobs.vertices
    pairs = order * (order - 1) // 2
    k = knobs.colors or 3
    if knobs.model == "regular":
        degree = int(knobs.degree) if knobs.degree is not None else regular_degree(order, k)
        return order * degree // 2
    if knobs.degree is not None:
        size = round(knobs.degree * order / 2)
    else:
        size = threshold_edges(knobs.model, order, k)
    if knobs.model != "gnp":
        return min(size, pairs)
    probability = knobs.p if knobs.p is not None else size / pairs
    count, at = 0, stream.geometric(probability)
    while at <= pairs:
        count += 1
        at += stream.geometric(probability)
    return count


def edge_order(knobs: ColoringKnobs, size: int, stream: Stream) -> list[Edge]:
    """Return at least the first `size` edges of a random order of the model's edges, or all if there are fewer."""
    order, k = knobs.vertices, knobs.colors or 3
    if knobs.model == "planted":
        return _planted(order, k, size, stream)
    if knobs.model == "flat":
        return _flat(order, k, size, stream)
    if knobs.model == "planar":
        return stream.shuffled(_triangulation(order, stream))
    if knobs.model == "small-world":
        return _small_world(order, size, knobs.rewiring, stream)
    if knobs.model == "geometric":
        return _geometric(order, size, stream)
    return _uniform(order, size, stream)


def _uniform(order: int, size: int, stream: Stream) -> list[Edge]:
    pairs = order * (order - 1) // 2
    if size * 3 > pairs:
        return stream.sample(list(combinations(range(1, order + 1), 2)), min(size, pairs))
    found: dict[Edge, None] = {}
    below = stream.below
    while len(found) < size:
        u, v = below(order) + 1, below(order) + 1
        if u != v:
            found[(u, v) if u < v else (v, u)] = None
    return list(found)


def _planted(order: int, k: int, size: int, stream: Stream) -> list[Edge]:
    """Draw edges uniformly between the classes of a hidden balanced k-colouring."""
    colour = _balanced(order, k, stream)
    inside = sum(c * (c - 1) // 2 for c in (colour.count(i) for i in range(k)))
    size = min(size, order * (order - 1) // 2 - inside)
    found: dict[Edge, None] = {}
    while len(found) < size:
        u, v = stream.below(order) + 1, stream.below(order) + 1
        if colour[u] != colour[v]:
            found[(u, v) if u < v else (v, u)] = None
    return list(found)


def _flat(order: int, k: int, size: int, stream: Stream) -> list[Edge]:
    """Draw a flat graph (Culberson and Luo 1996): a hidden colouring whose classes see each other evenly.

    Edges go round the pairs of classes; within a pair each end is a vertex of least degree towards the other class.
    """
    colour = _balanced(order, k, stream)
    classes = [[v for v in range(1, order + 1) if colour[v] == c] for c in range(k)]
    rounds = stream.shuffled(list(combinations(range(k), 2)))
    room = {pair: len(classes[pair[0]]) * len(classes[pair[1]]) for pair in rounds}
    towards: dict[tuple[int, int], int] = {}
    found: dict[Edge, None] = {}
    while len(found) < size and any(room.values()):
        for a, b in rounds:
            if len(found) == size or not room[a, b]:
                continue
            u = min(stream.shuffled(classes[a]), key=lambda v: towards.get((v, b), 0))
            free = [v for v in stream.shuffled(classes[b]) if (min(u, v), max(u, v)) not in found]
            if not free:  # the vertex sees the whole class; take any pair that is left
                u, v = next((x, y) for x in classes[a] for y in classes[b] if (min(x, y), max(x, y)) not in found)
            else:
                v = min(free, key=lambda w: towards.get((w, a), 0))
            found[(u, v) if u < v else (v, u)] = None
            towards[u, b] = towards.get((u, b), 0) + 1
            towards[v, a] = towards.get((v, a), 0) + 1
            room[a, b] -= 1
    return list(found)


def _balanced(order: int, k: int, stream: Stream) -> list[int]:
    """Return a random colour in 0..k-1 for each vertex (index 0 unused), all colours equally often."""
    return [-1, *stream.shuffled([v % k for v in range(order)])]


def _regular(order: int, degree: int, stream: Stream) -> list[Edge]:
    """Draw a regular graph: pair stubs at random (Bollobás 1980), then remove loops and repeats by random switches."""
    if degree >= order:
        raise GenerationError(f"a regular graph of degree {degree} needs more than {degree} vertices")
    stubs = stream.shuffled([v for v in range(1, order + 1) for _ in range(degree)])
    pairs = [(min(u, v), max(u, v)) for u, v in zip(stubs[::2], stubs[1::2], strict=True)]
    count: dict[Edge, int] = {}
    for pair in pairs:
        count[pair] = count.get(pair, 0) + 1
    bad = [i for i, (u, v) in enumerate(pairs) if u == v or count[u, v] > 1]
    for _ in range(200 * len(pairs) + 1000):
        if not bad:
            return pairs
        i, j = stream.choice(bad), stream.below(len(pairs))
        (a, b), (c, d) = pairs[i], pairs[j]
        if stream.bit():
            c, d = d, c
        first, second = (min(a, c), max(a, c)), (min(b, d), max(b, d))
        if i == j or a == c or b == d or first == second or count.get(first) or count.get(second):
            continue
        for old in (pairs[i], pairs[j]):
            count[old] -= 1
        pairs[i], pairs[j] = first, second
        count[first] = count[second] = 1
        bad = [x for x in bad if pairs[x][0] == pairs[x][1] or count[pairs[x]] > 1]
    raise GenerationError(f"no regular graph of degree {degree} on {order} vertices was found; lower the degree")


def _triangulation(order: int, stream: Stream) -> list[Edge]:
    """Return the edges of a random planar triangulation: insert vertices into random faces, then flip random edges."""
    faces: list[tuple[int, int, int]] = [(1, 2, 3), (1, 2, 3)]
    for v in range(4, order + 1):
        at = stream.below(len(faces))
        a, b, c = faces[at]
        faces[at] = (a, b, v)
        faces += [(a, c, v), (b, c, v)]
    around: dict[Edge, list[int]] = {}
    for face in faces:
        for i, j, opposite in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
            u, v = face[i], face[j]
            around.setdefault((min(u, v), max(u, v)), []).append(face[opposite])
    edges = list(around)
    for _ in range(_FLIPS * order):
        at = stream.below(len(edges))
        u, v = edges[at]
        x, y = around[u, v]
        flipped = (min(x, y), max(x, y))
        if x == y or flipped in around:
            continue
        del around[u, v]
        around[flipped] = [u, v]
        edges[at] = flipped
        for corner, gone in ((u, v), (v, u)):
            # The faces (x, u, v) and (y, u, v) become (x, y, u) and (x, y, v).
            for side, opposite in ((x, y), (y, x)):
                near = around[(min(side, corner), max(side, corner))]
                near[near.index(gone)] = opposite
    return edges


def _small_world(order: int, size: int, rewiring: float, stream: Stream) -> list[Edge]:
    """Take edges of a ring, short ones first, and rewire each with some probability (Watts and Strogatz 1998)."""
    ring: list[Edge] = []
    for distance in range(1, order // 2 + 1):
        shell = {(min(v, w), max(v, w)) for v in range(1, order + 1) for w in [(v + distance - 1) % order + 1]}
        ring += stream.shuffled(sorted(shell))
        if len(ring) >= size:
            break
    ring = ring[:size]
    found = dict.fromkeys(ring)
    result: list[Edge] = []
    for u, v in ring:
        edge = (u, v)
        if stream.chance(rewiring):
            start = u if stream.bit() else v
            for _ in range(20):
                other = stream.below(order) + 1
                candidate = (min(start, other), max(start, other))
                if other != start and candidate not in found:
                    del found[edge]
                    found[candidate] = None
                    edge = candidate
                    break
        result.append(edge)
    return result


def _geometric(order: int, size: int, stream: Stream) -> list[Edge]:
    """Join the closest pairs of random points in the unit square; ties by vertex numbers."""
    if order > GEOMETRIC_LIMIT:
        raise GenerationError(f"geometric graphs have at most {GEOMETRIC_LIMIT} vertices; lower vertices")
    xs = np.array([stream.below(_GRID) for _ in range(order)], dtype=np.int64)
    ys = np.array([stream.below(_GRID) for _ in range(order)], dtype=np.int64)
    rows, columns = np.triu_indices(order, 1)
    distances = (xs[rows] - xs[columns]) ** 2 + (ys[rows] - ys[columns]) ** 2
    nearest = np.argsort(distances, kind="stable")[:size]
    return [(int(rows[i]) + 1, int(columns[i]) + 1) for i in nearest]


def _part_of_file(knobs: ColoringKnobs, stream: Stream) -> Graph:
    """Return the file's graph, or a connected random part of it, with renumbered vertices and thinned edges."""
    path = Path(str(knobs.file))
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    graph = _load(str(path), changed)
    if graph.order > knobs.vertices:
        graph = graph.induced(_grown(graph.neighbours(), knobs.vertices, stream))[0]
    if knobs.degree is not None:
        size = min(graph.size, round(knobs.degree * graph.order / 2))
        graph = Graph(graph.order, tuple(sorted(stream.sample(graph.edges, size))))
    return graph.relabelled([v + 1 for v in stream.child("labels").permutation(graph.order)])


def _grown(near: Sequence[Sequence[int]], count: int, stream: Stream) -> list[int]:
    """Return vertices grown from a random start, one random neighbour of the grown part after the other."""
    rest = stream.shuffled(range(1, len(near)))
    chosen: dict[int, None] = {}
    border: list[int] = []
    while len(chosen) < count:
        if not border:
            border.append(next(v for v in rest if v not in chosen))
        at = stream.below(len(border))
        border[at], border[-1] = border[-1], border[at]
        v = border.pop()
        if v not in chosen:
            chosen[v] = None
            border += [u for u in near[v] if u not in chosen]
    return list(chosen)


@lru_cache(maxsize=8)
def _load(path: str, changed: int) -> Graph:
    graph = read_graph(path)
    if graph.order < 2 or not graph.edges:
        raise InputError(f"{path}: a graph without edges makes no problem")
    return graph
