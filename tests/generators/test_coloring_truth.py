"""The coloring family against oracles that share no code with it: labels, certificates, the checker, the samples."""

import itertools
import random
from collections import Counter

import networkx
import pytest
from coloring_problems import problems, shown_graph

from logicbench.errors import GenerationError
from logicbench.family import get_family, make_knobs, verify
from logicbench.generation import generate
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.models import draw_graph
from logicbench.logic.graph import Graph
from logicbench.problem import Problem
from logicbench.seeding import Stream

COLORING = get_family("coloring")


def colorable(graph, k):
    """Backtracking over the vertices by falling degree, the first colour of a kind only: an oracle of its own."""
    near = networkx.Graph(list(graph.edges))
    order = sorted(near.nodes, key=lambda v: -near.degree[v])
    colours = {}

    def extend(place, used):
        if place == len(order):
            return True
        v = order[place]
        taken = {colours.get(u) for u in near[v]}
        for colour in range(min(used + 1, k)):
            if colour not in taken:
                colours[v] = colour
                if extend(place + 1, max(used, colour + 1)):
                    return True
        colours.pop(v, None)
        return False

    return extend(0, 0)


def truth(problem, graph):
    if problem.task == "chromatic":
        return next(k for k in itertools.count(1) if colorable(graph, k))
    return colorable(graph, problem.instance["colors"])


def check_truth(problem):
    graph = shown_graph(problem)
    assert graph == Graph.from_json(problem.instance)
    found = truth(problem, graph)
    if problem.task == "chromatic":
        assert problem.reference == str(found)
    elif problem.label in ("yes", "no"):
        assert found == (problem.label == "yes")
    else:
        assert found


@pytest.mark.parametrize("task", ["color", "decide", "certify", "chromatic"])
def test_the_text_has_the_answer_that_backtracking_finds(task):
    for problem in problems(task, 24):
        check_truth(problem)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["color", "decide", "certify", "verify", "chromatic"])
def test_five_thousand_labels_agree_with_backtracking(task):
    if task == "verify":
        for problem in generate("coloring", task, count=5000, measure=False):
            check_mistakes(problem)
        return
    for surface, count in (("dimacs", 1250), ("adjacency", 1250), ("english", 1250), ("map", 1250)):
        for problem in generate("coloring", task, surface=surface, count=count, seed=5, measure=False):
            check_truth(problem)


# --- the checker ----------------------------------------------------------------------------------------------------


def test_colourings_are_judged_as_by_hand():
    rng = random.Random(3)
    statuses = Counter()
    for _ in range(300):
        order = rng.randint(4, 7)
        pairs = list(itertools.combinations(range(1, order + 1), 2))
        edges = rng.sample(pairs, rng.randint(3, len(pairs)))
        k = rng.choice((2, 3, 4))
        problem = made("color", {"order": order, "edges": edges, "colors": k})
        for _ in range(10):
            colours = [rng.randint(1, k + (rng.random() < 0.1)) for _ in range(order)]
            text = "\n".join(f"{v}: {colour}" for v, colour in enumerate(colours, 1))
            verdict = verify(problem, f"Answer:\n{text}")
            broken = {(u, v) for u, v in edges if colours[u - 1] == colours[v - 1]}
            surplus = {colour for colour in colours if colour > k}
            assert verdict.correct == (not broken and not surplus)
            named = {tuple(v.data["edge"]) for v in verdict.violations if v.kind == "monochromatic-edge"}
            assert named == broken
            assert {v.data["color"] for v in verdict.violations if v.kind == "surplus-colour"} == surplus
            statuses[verdict.status] += 1
    assert min(statuses["correct"], statuses["wrong"]) > 100


def made(task, instance):
    return Problem("coloring", task, "dimacs", COLORING.version, "", instance)


def check_mistakes(problem):
    graph, proposal = shown_graph(problem), problem.instance["proposal"]
    lexicon = Lexicon.of(graph.order, problem.instance["colors"], problem.surface, problem.rendering)
    assert lexicon.write_coloring(proposal) in problem.prompt
    broken = [(u, v) for u, v in graph.edges if proposal[u - 1] == proposal[v - 1]]
    assert {"correct": len(broken) == 0, "one-mistake": len(broken) == 1, "random": broken}[problem.label]
    names = lexicon.labels()
    wanted = {frozenset((names[u - 1], names[v - 1])) for u, v in broken}
    given = [] if problem.reference == "none" else problem.reference.split("\n")
    assert {frozenset(line.split(" - ")) for line in given} == wanted


def test_proposals_are_right_wrong_at_one_edge_or_random():
    found = problems("verify", 60)
    for problem in found:
        check_mistakes(problem)
        assert set(problem.instance["proposal"]) <= set(range(1, problem.instance["colors"] + 1))
    assert set(Counter(problem.label for problem in found).values()) == {len(found) // 3}


def critical(graph, vertices, k):
    def rest(kept):
        return colorable(graph.induced(sorted(kept))[0], k)

    return not rest(vertices) and all(rest(set(vertices) - {v}) for v in vertices)


def test_cores_are_judged_as_by_hand():
    rng = random.Random(7)
    seen = Counter()
    for problem in problems("certify", 40, surface="dimacs"):
        graph, k = Graph.from_json(problem.instance), problem.instance["colors"]
        sets = [set(rng.sample(range(1, graph.order + 1), rng.randint(4, graph.order))) for _ in range(4)]
        if problem.label == "no":
            core = set(map(int, problem.reference.removeprefix("core: ").split(", ")))
            extra = rng.choice([v for v in range(1, graph.order + 1) if v not in core])
            sets += [core, core - {min(core)}, core | {extra}]
        for vertices in sets:
            right = critical(graph, vertices, k)
            seen[right] += 1
            assert verify(problem, f"Answer:\ncore: {', '.join(map(str, vertices))}").correct == right
    assert min(seen.values()) > 15


def test_cliques_and_wheels_are_judged_as_by_hand():
    rng = random.Random(8)
    seen = Counter()
    for _ in range(150):
        order = rng.randint(5, 7)
        pairs = list(itertools.combinations(range(1, order + 1), 2))
        edges = rng.sample(pairs, rng.randint(len(pairs) // 2, len(pairs)))
        problem = made("certify", {"order": order, "edges": edges, "colors": 3, "colorable": False})
        joined = {frozenset(edge) for edge in edges}
        for size in (3, 4, 5):
            vertices = rng.sample(range(1, order + 1), size)
            right = size >= 4 and all(frozenset(pair) in joined for pair in itertools.combinations(vertices, 2))
            seen["clique", right] += 1
            assert verify(problem, f"Answer:\nclique: {', '.join(map(str, vertices))}").correct == right
        for size in (3, 4, 5):
            if size < order:
                hub, *rim = rng.sample(range(1, order + 1), size + 1)
                ring = zip(rim, [*rim[1:], rim[0]], strict=True)
                spokes = [frozenset(pair) for pair in ring] + [frozenset((hub, v)) for v in rim]
                right = size % 2 == 1 and joined.issuperset(spokes)
                seen["wheel", right] += 1
                assert verify(problem, f"Answer:\nwheel: {hub}; {', '.join(map(str, rim))}").correct == right
    assert min(seen.values()) > 5


MOSER = {
    "order": 7,
    "edges": [(1, 2), (1, 3), (2, 3), (2, 4), (3, 4), (1, 5), (1, 6), (5, 6), (5, 7), (6, 7), (4, 7)],
    "colors": 3,
    "colorable": False,
}
"""The Moser spindle: 1 and 4 must be alike, 1 and 7 too, and yet 4 and 7 are joined."""


@pytest.mark.parametrize(
    ("steps", "right"),
    [
        ("1 = 4\n1 = 7\ncontradiction", True),
        ("1. 1 = 4\n2. 4 != 7\n3. 1 = 7\ncontradiction", True),
        ("1 = 4\ncontradiction", True),
        ("contradiction", False),
        ("1 = 7\n1 = 4\ncontradiction", True),
        ("1 = 5\ncontradiction", False),
        ("2 = 5\n1 = 4\n1 = 7\ncontradiction", False),
        ("1 != 4\ncontradiction", True),
        ("2 = 7\n1 = 4\n1 = 7\ncontradiction", False),
        ("1 = 4\n1 = 7", None),
        ("1 = 4\n1 = 8\ncontradiction", None),
        ("1 = 1\ncontradiction", None),
    ],
)
def test_proofs_of_forced_equalities(steps, right):
    verdict = verify(made("certify", MOSER), f"Answer:\nproof:\n{steps}")
    assert verdict.status == {True: "correct", False: "wrong", None: "unparsable"}[right]


def test_every_step_of_an_accepted_proof_is_forced():
    """Any statement of two vertices, alone as a step, is accepted only if it holds in every colouring."""
    rng = random.Random(9)
    accepted = 0
    for _ in range(60):
        order = rng.randint(5, 7)
        pairs = list(itertools.combinations(range(1, order + 1), 2))
        edges = rng.sample(pairs, rng.randint(order, 2 * order))
        colourings = [
            colours
            for colours in itertools.product((1, 2, 3), repeat=order)
            if all(colours[u - 1] != colours[v - 1] for u, v in edges)
        ]
        problem = made("certify", {"order": order, "edges": edges, "colors": 3, "colorable": bool(colourings)})
        for u, v in rng.sample(pairs, 6):
            for sign in ("=", "!="):
                verdict = verify(problem, f"Answer:\nproof:\n{u} {sign} {v}\ncontradiction")
                failed = [violation.data.get("step") for violation in verdict.violations]
                if failed != [1]:
                    accepted += 1
                    assert all((one[u - 1] == one[v - 1]) == (sign == "=") for one in colourings)
                assert not (verdict.correct and colourings)
    assert accepted > 50


# --- samples --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gnm", "planted", "flat", "planar", "small-world"])
def test_twins_are_alike_in_degrees_and_triangles(model):
    found = problems("decide", 8, "dimacs", model=model, filter="none")
    for yes, no in zip(found[::2], found[1::2], strict=True):
        first, second = (networkx.Graph(list(Graph.from_json(each.instance).edges)) for each in (yes, no))
        assert {yes.label, no.label} == {"yes", "no"}
        assert first.number_of_edges() == second.number_of_edges()
        assert len({frozenset(edge) for edge in first.edges} - {frozenset(edge) for edge in second.edges}) == 1
        assert sorted(dict(first.degree).values()) == sorted(dict(second.degree).values())
        assert sum(networkx.triangles(first).values()) == sum(networkx.triangles(second).values())


def graph_of(model, seed=0, **knobs):
    return draw_graph(make_knobs(COLORING, {"model": model, **knobs}), Stream("model", seed))


def test_models_keep_their_promises():
    for seed in range(5):
        regular = graph_of("regular", seed, vertices=20, degree=4)
        assert {len(near) for near in regular.neighbours()[1:]} == {4}
        assert networkx.check_planarity(networkx.Graph(list(graph_of("planar", seed).edges)))[0]
        assert colorable(graph_of("planted", seed, degree=4.5), 3)
        assert colorable(graph_of("flat", seed, degree=4.5), 3)
        assert graph_of("gnm", seed, degree=4).size == 40
        assert graph_of("small-world", seed, degree=4).size == 40
        assert graph_of("geometric", seed, degree=3).size == 30
    sizes = [graph_of("gnp", seed, vertices=30, p=0.2).size for seed in range(60)]
    assert abs(sum(sizes) / 60 - 0.2 * 435) < 4


def test_hard_instances_defeat_the_greedy_heuristics():
    for problem in problems("color", 10, "dimacs", vertices=20):
        for name, solver in COLORING.baselines("color").items():
            assert not verify(problem, f"Answer: {solver(problem)}").correct, name


def test_half_of_the_graphs_at_the_default_degree_are_colourable():
    share = sum(colorable(graph_of("gnm", seed), 3) for seed in range(200)) / 200
    assert 0.4 < share < 0.6


def test_an_impossible_request_says_what_to_change():
    with pytest.raises(GenerationError, match="filter to none"):
        problems("color", 1, model="geometric", vertices=20)


@pytest.mark.parametrize(
    ("task", "knobs"),
    [
        ("color", {"vertices": 2000, "filter": "none", "degree": 3.0}),
        ("color", {"vertices": 1000, "filter": "none", "model": "planted", "degree": 8.0}),
        ("verify", {"vertices": 3000, "degree": 3.0}),
        ("chromatic", {"vertices": 300, "filter": "none"}),
        ("decide", {"vertices": 150}),
    ],
)
def test_large_graphs_do_not_hang(task, knobs):
    [problem, *_] = problems(task, 1, "dimacs", **knobs)
    figures = COLORING.measure(task, problem.instance, Stream("measure"))
    assert figures["vertices"] == knobs["vertices"]
    assert verify(problem, f"Answer:\n{problem.reference}").correct


@pytest.mark.parametrize("task", COLORING.tasks)
@pytest.mark.parametrize("variant", COLORING.variants)
def test_variants_keep_the_answer(task, variant):
    for problem in generate("coloring", task, count=6, variants=[variant], knobs={"vertices": 14}, measure=False):
        if task == "verify":
            check_mistakes(problem)
        else:
            check_truth(problem)
        assert verify(problem, f"Answer:\n{problem.reference}").correct
