import itertools
import random

import networkx
import pytest
from test_graph_solvers import MYCIELSKI_4, colorable_by_hand, complete, cycle, random_graph

from logicbench.errors import BudgetExceeded
from logicbench.logic.graph import Graph
from logicbench.solvers.graph import (
    check_critical,
    check_proof,
    critical_subgraph,
    is_clique,
    is_odd_wheel,
    odd_wheel,
    prove_uncolorable,
)


def wheel(rim):
    return Graph.of(rim + 1, [*cycle(rim).edges, *((v, rim + 1) for v in range(1, rim + 1))])


def critical_by_hand(graph, vertices, k):
    def colourable(kept):
        return colorable_by_hand(graph.induced(kept)[0], k)

    return not colourable(vertices) and all(colourable([u for u in vertices if u != v]) for v in vertices)


def test_critical_subgraphs_agree_with_backtracking():
    rng = random.Random(1)
    refuted = 0
    for _ in range(200):
        graph = random_graph(rng, rng.randint(3, 11), rng.randint(3, 32))
        for k in (2, 3, 4):
            core = critical_subgraph(graph, k)
            assert (core is None) == colorable_by_hand(graph, k)
            if core is not None:
                refuted += 1
                assert critical_by_hand(graph, core, k)
                assert check_critical(graph, core, k).status == "critical"
    assert refuted > 100


def test_check_critical_agrees_with_backtracking_on_any_set():
    rng = random.Random(2)
    seen = set()
    for _ in range(400):
        graph = random_graph(rng, rng.randint(4, 9), rng.randint(6, 26))
        vertices = rng.sample(range(1, graph.order + 1), rng.randint(1, graph.order))
        result = check_critical(graph, vertices, 3)
        seen.add(result.status)
        assert (result.status == "critical") == critical_by_hand(graph, vertices, 3)
        if result.status == "reducible":
            rest = [v for v in vertices if v != result.spare]
            assert result.spare in vertices
            assert not colorable_by_hand(graph.induced(rest)[0], 3)
    assert seen == {"critical", "colorable", "reducible"}


def test_whole_uncolorable_graph_is_not_a_witness_unless_critical():
    graph = Graph.of(6, [*complete(4).edges, (4, 5), (5, 6)])
    assert check_critical(graph, range(1, 7), 3).status == "reducible"
    assert check_critical(graph, [1, 2, 3, 4], 3).status == "critical"


def test_odd_wheels():
    for rim in (3, 5, 7):
        found = odd_wheel(wheel(rim))
        assert found is not None
        assert is_odd_wheel(wheel(rim), *found)
        assert len(found[1]) == rim
    for graph in (wheel(4), wheel(6), cycle(7), MYCIELSKI_4):
        assert odd_wheel(graph) is None


def test_odd_wheel_finder_is_complete():
    rng = random.Random(3)
    for _ in range(200):
        graph = random_graph(rng, rng.randint(4, 10), rng.randint(6, 24))
        other = networkx.Graph(list(graph.edges))
        exists = any(not networkx.is_bipartite(other.subgraph(other[hub])) for hub in other)
        found = odd_wheel(graph)
        assert (found is not None) == exists
        if found is not None:
            assert is_odd_wheel(graph, *found)
            assert not colorable_by_hand(graph, 3)


@pytest.mark.parametrize(
    ("hub", "rim"), [(1, (2, 3, 4, 5, 6)), (6, (1, 2, 3, 4)), (6, (1, 3, 5, 2, 4)), (6, (1, 2, 3, 4, 4)), (6, (1,))]
)
def test_false_wheels_are_refused(hub, rim):
    assert is_odd_wheel(wheel(5), 6, (3, 4, 5, 1, 2))
    assert not is_odd_wheel(wheel(5), hub, rim)


def test_cliques():
    graph = Graph.of(5, [*complete(4).edges, (4, 5)])
    assert is_clique(graph, [4, 2, 1, 3])
    assert not is_clique(graph, [1, 2, 2, 3])
    assert not is_clique(graph, [1, 2, 3, 5])


def statement_holds(coloring, statement):
    u, v, same = statement
    return (coloring[u - 1] == coloring[v - 1]) == same


def all_colorings(graph, k):
    for coloring in itertools.product(range(k), repeat=graph.order):
        if all(coloring[u - 1] != coloring[v - 1] for u, v in graph.edges):
            yield coloring


def test_proofs_are_found_and_hold():
    rng = random.Random(4)
    proved = 0
    for _ in range(150):
        graph = random_graph(rng, rng.randint(3, 12), rng.randint(3, 34))
        for k in (2, 3, 4):
            proof = prove_uncolorable(graph, k)
            assert (proof is None) == colorable_by_hand(graph, k)
            if proof is not None:
                proved += 1
                assert check_proof(graph, k, proof).valid
                for index in range(len(proof) - 1):  # trimmed: every step is needed
                    assert not check_proof(graph, k, proof[:index] + proof[index + 1 :]).valid
    assert proved > 100


def test_accepted_steps_hold_in_every_coloring():
    rng = random.Random(5)
    accepted = 0
    for _ in range(400):
        graph = random_graph(rng, rng.randint(4, 7), rng.randint(4, 14))
        colorings = list(all_colorings(graph, 3))
        steps = []
        for _ in range(12):
            step = tuple(
                (*sorted(rng.sample(range(1, graph.order + 1), 2)), rng.random() < 0.5)
                for _ in range(rng.randint(1, 3))
            )
            result = check_proof(graph, 3, [*steps, step, ()])
            if result.failed != len(steps):
                accepted += 1
                steps.append(step)
                assert all(any(statement_holds(c, s) for s in step) for c in colorings)
        if colorings:
            assert not check_proof(graph, 3, [*steps, ()]).valid
    assert accepted > 300


def test_a_bare_contradiction_needs_a_clique():
    assert check_proof(complete(4), 3, [()]).valid
    assert check_proof(wheel(5), 3, [()]).failed == 0
    assert check_proof(wheel(5), 3, [((1, 3, True),), ()]).valid


def test_malformed_endings():
    clique = complete(4)
    assert check_proof(clique, 3, []).failed == 0
    assert check_proof(clique, 3, [((1, 2, False),)]).failed == 1
    assert check_proof(clique, 3, [(), ()]).failed == 1


def test_proof_budget():
    graph = random_graph(random.Random(6), 60, 160)
    with pytest.raises(BudgetExceeded):
        check_proof(graph, 3, [((1, 2, True), (1, 3, True))] * 50 + [()], budget=20)
    assert check_critical(MYCIELSKI_4, range(1, 12), 3, budget=1).status == "unknown"
    with pytest.raises(BudgetExceeded):
        critical_subgraph(MYCIELSKI_4, 3, budget=1)
