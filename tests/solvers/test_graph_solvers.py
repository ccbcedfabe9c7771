import itertools
import random

import networkx
import pytest

from logicbench.errors import InputError
from logicbench.logic.graph import Graph
from logicbench.seeding import Stream
from logicbench.solvers.graph import (
    chromatic_number,
    components,
    dsatur,
    first_fit,
    greedy_clique,
    is_coloring,
    k_color,
    largest_first,
    max_clique,
    measure_effort,
    peel,
)


def random_graph(rng, order, size):
    pairs = list(itertools.combinations(range(1, order + 1), 2))
    return Graph.of(order, rng.sample(pairs, min(size, len(pairs))))


def colorable_by_hand(graph, k):
    """Plain backtracking in vertex order: shares nothing with the solvers under test."""
    near = graph.neighbours()
    colours = [0] * (graph.order + 1)

    def extend(v):
        if v > graph.order:
            return True
        for colour in range(1, k + 1):
            if all(colours[u] != colour for u in near[v]):
                colours[v] = colour
                if extend(v + 1):
                    return True
        colours[v] = 0
        return False

    return extend(1)


def complete(order):
    return Graph.of(order, itertools.combinations(range(1, order + 1), 2))


def cycle(order):
    return Graph.of(order, [(v, v % order + 1) for v in range(1, order + 1)])


def queens(side):
    cells = list(itertools.product(range(side), repeat=2))
    attack = [
        (i + 1, j + 1)
        for (i, (a, b)), (j, (c, d)) in itertools.combinations(enumerate(cells), 2)
        if a == c or b == d or abs(a - c) == abs(b - d)
    ]
    return Graph.of(side * side, attack)


QUEENS_5 = queens(5)
MYCIELSKI_4 = Graph.of(11, [(u + 1, v + 1) for u, v in networkx.mycielski_graph(4).edges])


@pytest.mark.parametrize("heuristics", [True, False])
def test_k_color_agrees_with_backtracking(heuristics):
    rng = random.Random(3)
    for _ in range(250):
        graph = random_graph(rng, rng.randint(1, 10), rng.randint(0, 30))
        for k in range(1, 5):
            result = k_color(graph, k, heuristics=heuristics)
            assert (result.status == "colorable") == colorable_by_hand(graph, k)
            if result.coloring is not None:
                assert is_coloring(graph, result.coloring, k)


@pytest.mark.parametrize(
    ("graph", "chromatic"),
    [
        (Graph(0, ()), 0),
        (Graph(4, ()), 1),
        (complete(7), 7),
        (cycle(8), 2),
        (cycle(9), 3),
        (MYCIELSKI_4, 4),
        (Graph.of(10, [(u + 1, v + 1) for u, v in networkx.petersen_graph().edges]), 3),
        (Graph.of(12, [(u + 1, v + 1) for u, v in networkx.icosahedral_graph().edges]), 4),
        (QUEENS_5, 5),
    ],
)
def test_chromatic_number_of_known_graphs(graph, chromatic):
    result = chromatic_number(graph)
    assert result.exact
    assert result.upper == chromatic
    assert is_coloring(graph, result.coloring, chromatic)


def test_chromatic_number_agrees_with_backtracking():
    rng = random.Random(4)
    for _ in range(80):
        graph = random_graph(rng, rng.randint(1, 10), rng.randint(0, 40))
        least = next(k for k in range(1, 11) if colorable_by_hand(graph, k))
        assert chromatic_number(graph).upper == chromatic_number(graph).lower == least


def test_budgets_end_the_search():
    rng = random.Random(5)
    graph = random_graph(rng, 150, 340)
    result = k_color(graph, 3, budget=3, heuristics=False)
    assert result.status == "unknown"
    assert result.conflicts <= 4
    dense = random_graph(rng, 120, 3600)
    bounds = chromatic_number(dense, budget=50)
    assert not bounds.exact
    assert len(bounds.clique) <= bounds.lower < bounds.upper == max(bounds.coloring)


def test_large_sparse_graphs_are_quick():
    rng = random.Random(6)
    order = 4000
    pairs = set()
    while len(pairs) < 8000:
        u, v = rng.sample(range(1, order + 1), 2)
        pairs.add((min(u, v), max(u, v)))
    graph = Graph.of(order, list(pairs))
    result = k_color(graph, 3, budget=20_000)
    assert result.status == "colorable"
    assert is_coloring(graph, result.coloring, 3)


def test_more_colours_than_vertices_and_none():
    assert k_color(complete(3), 50).status == "colorable"
    assert k_color(complete(3), 0).status == "uncolorable"
    assert k_color(Graph(0, ()), 0).coloring == ()
    with pytest.raises(InputError, match="must not be negative"):
        k_color(complete(3), -1)


def test_greedy_colourings_are_proper_and_deterministic():
    rng = random.Random(7)
    for _ in range(100):
        graph = random_graph(rng, rng.randint(1, 30), rng.randint(0, 90))
        for heuristic in (dsatur, first_fit, largest_first):
            coloring = heuristic(graph)
            assert is_coloring(graph, coloring, max(coloring))
            assert coloring == heuristic(graph)


def test_dsatur_follows_its_definition():
    rng = random.Random(8)
    for _ in range(100):
        graph = random_graph(rng, rng.randint(1, 14), rng.randint(0, 40))
        near = graph.neighbours()
        colours = {}
        while len(colours) < graph.order:
            rest = [v for v in range(1, graph.order + 1) if v not in colours]
            v = max(
                rest,
                key=lambda v: (
                    len({colours[u] for u in near[v] if u in colours}),
                    sum(u not in colours for u in near[v]),
                    -v,
                ),
            )
            colours[v] = next(c for c in itertools.count(1) if all(colours.get(u) != c for u in near[v]))
        assert dsatur(graph) == tuple(colours[v] for v in range(1, graph.order + 1))


def test_dsatur_is_exact_on_bipartite_graphs_and_first_fit_is_not():
    crown = Graph.of(8, [(2 * i + 1, 2 * j + 2) for i in range(4) for j in range(4) if i != j])
    assert max(dsatur(crown)) == 2
    assert max(first_fit(crown)) == 4


def test_max_clique_agrees_with_networkx():
    rng = random.Random(9)
    for _ in range(80):
        graph = random_graph(rng, rng.randint(1, 16), rng.randint(0, 90))
        other = networkx.Graph(list(graph.edges))
        other.add_nodes_from(range(1, graph.order + 1))
        found = max_clique(graph)
        assert found.exact
        assert len(found.clique) == max(map(len, networkx.find_cliques(other)))
        assert all(pair in graph.edges for pair in itertools.combinations(found.clique, 2))
        greedy = greedy_clique(graph.masks(), graph.order)
        assert all(tuple(sorted(pair)) in graph.edges for pair in itertools.combinations(greedy, 2))


def test_max_clique_keeps_its_budget_and_depth():
    assert max_clique(complete(1200)).clique == tuple(range(1, 1201))
    rng = random.Random(10)
    hard = random_graph(rng, 150, 9000)
    found = max_clique(hard, node_budget=200)
    assert not found.exact
    assert found.nodes == 200


def test_peel_leaves_the_core():
    rng = random.Random(11)
    for _ in range(60):
        graph = random_graph(rng, rng.randint(1, 20), rng.randint(0, 60))
        other = networkx.Graph(list(graph.edges))
        other.add_nodes_from(range(1, graph.order + 1))
        for k in (2, 3, 4):
            kept, peeled = peel(graph, k)
            assert kept == sorted(networkx.k_core(other, k).nodes)
            assert sorted(kept + peeled) == list(range(1, graph.order + 1))


def test_components_partition_the_vertices():
    graph = Graph.of(7, [(1, 5), (5, 2), (3, 6)])
    assert components(graph) == [[1, 2, 5], [3, 6], [4], [7]]


def test_effort_belongs_to_the_graph():
    rng = random.Random(12)
    easy, hard = random_graph(rng, 60, 70), random_graph(rng, 60, 133)
    assert measure_effort(easy, 3, Stream("a")).propagations < measure_effort(hard, 3, Stream("a")).propagations
    assert measure_effort(hard, 3, Stream("a")) == measure_effort(hard, 3, Stream("a"))
    assert not measure_effort(random_graph(rng, 150, 340), 3, Stream("a"), budget=2).complete
