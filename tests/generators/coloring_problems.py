"""Problems of the coloring family for its tests, and their graphs read back from the text of the prompts."""

import re

from logicbench.generation import generate
from logicbench.logic.graph import Graph

SMALL = {"vertices": [12, 13, 14]}


def problems(task, count, surface="all", seed=0, **knobs):
    """Return generated problems, unmeasured."""
    return list(
        generate("coloring", task, surface=surface, count=count, seed=seed, knobs={**SMALL, **knobs}, measure=False)
    )


def shown_graph(problem):
    """Return the graph that the prompt describes, read from its text and the names in its listing alone."""
    text = problem.prompt
    names = re.search(r"^The \w+ are: (.*)\.$", text, re.MULTILINE)
    if names:
        return _named(text, re.split(r", | and ", names[1]))
    if problem.surface == "dimacs":
        order, size = map(int, re.search(r"^p edge (\d+) (\d+)$", text, re.MULTILINE).groups())
        edges = [tuple(map(int, found)) for found in re.findall(r"^e (\d+) (\d+)$", text, re.MULTILINE)]
        assert len(edges) == size
        return Graph.of(order, edges)
    order = int(re.search(r"(?:vertices 1 to|numbered from 1 to) (\d+)", text)[1])
    if problem.surface == "english":
        pattern = r"^(?:Vertex|Vertices|There is an edge between) (\d+) (?:and|is connected to vertex) (\d+)"
        return Graph.of(order, [tuple(map(int, found)) for found in re.findall(pattern, text, re.MULTILINE)])
    near = {}
    pattern = r"^ *(?:Vertex )?(\d+)(?::| ->| has (?:an edge|edges) to| has no edges)(.*)$"
    for v, rest in re.findall(pattern, text, re.MULTILINE):
        near.setdefault(int(v), {int(u) for u in re.findall(r"\d+", rest)})
    assert sorted(near) == list(range(1, order + 1))
    assert all(v in near[u] for v in near for u in near[v])
    return Graph.of(order, [(v, u) for v in near for u in near[v] if v < u])


def _named(text, names):
    number = {name: v for v, name in enumerate(names, 1)}
    either = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    between = r" (?:and|/|interferes with|shares a border with|reacts with) "
    pairs = re.findall(
        rf"^- (?:At least one student takes both )?({either}){between}({either})\.?$", text, re.MULTILINE
    )
    return Graph.of(len(names), [(number[u], number[v]) for u, v in pairs])
