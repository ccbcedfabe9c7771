"""The task `verify`: find every mistake in a proposed colouring, of which there may be none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader
from logicbench.errors import GenerationError, InputError
from logicbench.family import Draft, Task
from logicbench.generators.coloring import questions
from logicbench.generators.coloring.certificates import read_pairs
from logicbench.generators.coloring.instance import Instance
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.sampling import MAX_DRAWS, colorable, present
from logicbench.generators.coloring.task import Shallow, cut, exact_chromatic, given_colors, same_ends
from logicbench.generators.coloring.views import View
from logicbench.logic.graph import Graph, monochromatic_edges
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.graph import Coloring, k_color


class Verify:
    """Where is the proposed colouring wrong?"""

    info = Task(
        "verify",
        "Which edges does a proposed colouring break?",
        "the pairs of adjacent vertices with one colour, or none",
        ("correct", "one-mistake", "random"),
    )

    def drafts(self, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a colourable graph with a right proposal, one with a single mistake, and a random one."""
        for attempt in range(MAX_DRAWS):
            source = stream.child(attempt)
            graph, k, coloring = colorable(knobs, source, filtered=False)
            drafts = _proposals(graph, k, coloring, source)
            if drafts is not None:
                return drafts
        raise GenerationError(
            f"{MAX_DRAWS} graphs had no colouring that a single change spoils at exactly one edge; raise the degree"
        )

    def adopt(self, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Propose three colourings of the graph."""
        k = given_colors(graph, knobs) or exact_chromatic(graph)
        coloring = k_color(graph, k).coloring
        if coloring is None:
            raise InputError(f"no colouring with {k} colours was found; set more colors")
        drafts = _proposals(graph, k, coloring, stream)
        if drafts is None:
            raise InputError("no single change of a colour breaks exactly one edge of this graph")
        return drafts

    def ask(self, instance: Instance, view: View) -> str:
        """Word the question."""
        return questions.verify(view, view.lexicon.write_coloring(instance.data["proposal"]))

    def reference(self, instance: Instance, lexicon: Lexicon) -> str | None:
        """Return the mistakes."""
        labels = lexicon.labels()
        return "\n".join(f"{labels[u - 1]} - {labels[v - 1]}" for u, v in _mistakes(instance)) or "none"

    def reader(self, lexicon: Lexicon) -> Reader:
        """Read pairs, or none."""
        return read_pairs(lexicon)

    def check(self, instance: Instance, lexicon: Lexicon, value: Any) -> Verdict:
        """Compare with the mistakes; progress is zero for a proposal judged right or wrong in error."""
        wanted, found = set(_mistakes(instance)), set(map(tuple, value))
        key = ";".join(f"{u}-{v}" for u, v in sorted(found)) or "none"
        if wanted == found:
            return Verdict("correct", 1.0, key)
        proposal, edges = instance.data["proposal"], set(instance.graph.edges)
        violations = [
            Violation("missed-mistake", same_ends(lexicon, u, v, proposal[u - 1]).message, {"edge": [u, v]})
            for u, v in sorted(wanted - found)
        ]
        for u, v in sorted(found - wanted):
            violations.append(_false_alarm(lexicon, u, v, (u, v) in edges))
        overlap = len(wanted & found) / len(wanted | found) if wanted and found else 0.0
        return Verdict("wrong", 0.0, key, cut(violations), round(overlap, 4))

    def guess(self, instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
        """Say that all is right, or name one edge."""
        if stream.bit():
            return "Answer:\nnone"
        labels = lexicon.labels()
        u, v = stream.choice(instance.edges)
        return f"Answer:\n{labels[u - 1]} - {labels[v - 1]}"

    def chance(self, instance: Instance) -> float:
        """One half if all is right, and the chance of naming a single mistake."""
        mistakes = len(_mistakes(instance))
        return 0.5 if mistakes == 0 else 0.5 / len(instance.edges) if mistakes == 1 else 0.0

    def baselines(self) -> Mapping[str, Shallow]:
        """Trust the proposal, or look at the first half of the edges only."""
        return {
            "always-right": lambda instance, lexicon: "Answer:\nnone",
            "first-half": lambda instance, lexicon: _first_half(instance, lexicon),
        }


def _false_alarm(lexicon: Lexicon, u: int, v: int, adjacent: bool) -> Violation:
    world, names = lexicon.world, f"{lexicon.vertex_name(u)} and {lexicon.vertex_name(v)}"
    if adjacent:
        message = f"{names} {world.apart}."
    else:
        message = f"It is not said that {names} {world.joined}."
    return Violation("false-alarm", message[0].upper() + message[1:], {"edge": [u, v]})


def _mistakes(instance: Instance) -> list[tuple[int, int]]:
    return monochromatic_edges(instance.graph.edges, instance.data["proposal"])


def _first_half(instance: Instance, lexicon: Lexicon) -> str:
    labels, proposal = lexicon.labels(), instance.data["proposal"]
    seen = instance.edges[: len(instance.edges) // 2]
    found = [f"{labels[u - 1]} - {labels[v - 1]}" for u, v in seen if proposal[u - 1] == proposal[v - 1]]
    return "Answer:\n" + ("\n".join(found) or "none")


def _proposals(graph: Graph, k: int, coloring: Coloring, stream: Stream) -> list[Draft] | None:
    """Return drafts with a right, a nearly right and a random proposal; None if none is nearly right.

    The random proposal gives the colours of a right one to other vertices, so the numbers of their uses tell nothing.
    """
    right = _recoloured(coloring, k, stream)
    broken = _spoiled(graph, k, _recoloured(coloring, k, stream), stream)
    if broken is None or k < 2:
        return None
    mixed = stream.shuffled(right)
    if not monochromatic_edges(graph.edges, mixed):
        return None
    edges = present(graph, k, stream)
    return [
        Draft({**edges, "proposal": list(proposal)}, label)
        for label, proposal in (("correct", right), ("one-mistake", broken), ("random", mixed))
    ]


def _recoloured(coloring: Coloring, k: int, stream: Stream) -> list[int]:
    images = stream.permutation(k)
    return [images[colour - 1] + 1 for colour in coloring]


def _spoiled(graph: Graph, k: int, colours: list[int], stream: Stream) -> list[int] | None:
    """Change one vertex to a colour that exactly one neighbour has."""
    near = graph.neighbours()
    options = []
    for v in range(1, graph.order + 1):
        seen = [colours[u - 1] for u in near[v]]
        options += [(v, colour) for colour in range(1, k + 1) if colour != colours[v - 1] and seen.count(colour) == 1]
    if not options:
        return None
    v, colour = stream.choice(options)
    return [colour if u == v else old for u, old in enumerate(colours, 1)]
