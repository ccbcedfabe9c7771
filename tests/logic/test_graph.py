import pytest
from hypothesis import given
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.logic.graph import Graph, monochromatic_edges


@st.composite
def graphs(draw, max_order=9):
    order = draw(st.integers(0, max_order))
    pairs = [(u, v) for u in range(1, order + 1) for v in range(u + 1, order + 1)]
    return Graph(order, tuple(sorted(draw(st.sets(st.sampled_from(pairs))) if pairs else ())))


def test_of_normalises_and_counts_repeated_edges_once():
    graph = Graph.of(4, [(3, 1), (1, 3), [1, 3], (2, 4)])
    assert graph.edges == ((1, 3), (2, 4))
    assert graph.size == 2
    assert graph.average_degree == 1.0


@pytest.mark.parametrize(
    ("order", "pairs", "message"),
    [
        (3, [(2, 2)], "edge to itself"),
        (3, [(0, 2)], "outside 1..3"),
        (3, [(1, 4)], "outside 1..3"),
        (3, [(1, 2, 3)], "pair of vertex numbers"),
        (3, [(1, True)], "pair of vertex numbers"),
        (3, ["12"], "pair of vertex numbers"),
        (-1, [], "non-negative"),
        (True, [], "non-negative"),
    ],
)
def test_of_refuses(order, pairs, message):
    with pytest.raises(InputError, match=message):
        Graph.of(order, pairs)


@given(graphs())
def test_views_agree(graph):
    near, masks, degrees = graph.neighbours(), graph.masks(), graph.degrees()
    for u in range(1, graph.order + 1):
        assert degrees[u] == len(near[u]) == masks[u].bit_count()
        for v in range(1, graph.order + 1):
            joined = (min(u, v), max(u, v)) in graph.edges
            assert (v in near[u]) == bool(masks[u] >> v & 1) == joined
    assert Graph.from_json(graph.to_json()) == graph


@given(graphs(), st.randoms(use_true_random=False))
def test_relabelling_keeps_adjacency(graph, random):
    images = list(range(1, graph.order + 1))
    random.shuffle(images)
    renamed = graph.relabelled(images)
    assert {frozenset((images[u - 1], images[v - 1])) for u, v in graph.edges} == set(map(frozenset, renamed.edges))
    assert list(renamed.edges) == sorted(renamed.edges)


@given(graphs(), st.sets(st.integers(1, 9)))
def test_induced_keeps_exactly_the_inner_edges(graph, wanted):
    wanted = {v for v in wanted if v <= graph.order}
    part, numbers = graph.induced(wanted)
    inner = {(u, v) for u, v in graph.edges if u in wanted and v in wanted}
    assert {(numbers[u - 1], numbers[v - 1]) for u, v in part.edges} == inner
    assert part.order == len(wanted)


def test_induced_and_relabelled_refuse_strangers():
    graph = Graph.of(3, [(1, 2)])
    with pytest.raises(InputError, match="outside"):
        graph.induced([4])
    with pytest.raises(InputError, match="one to one"):
        graph.relabelled([1, 1, 2])


def test_edges_come_and_go():
    graph = Graph.of(4, [(1, 2), (3, 4)])
    assert graph.with_edge(4, 2).edges == ((1, 2), (2, 4), (3, 4))
    assert graph.with_edge(4, 2).without_edge(2, 4) == graph
    with pytest.raises(InputError, match="no edge"):
        graph.without_edge(1, 4)


@pytest.mark.parametrize("data", [[], {"order": 3}, {"order": 3, "edges": 5}, {"order": "3", "edges": []}])
def test_from_json_refuses(data):
    with pytest.raises(InputError):
        Graph.from_json(data)


def test_monochromatic_edges():
    assert monochromatic_edges([(1, 2), (2, 3), (1, 3)], [1, 2, 1]) == [(1, 3)]
