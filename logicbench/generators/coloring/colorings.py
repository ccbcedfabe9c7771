"""The task `color`, and the checking of colourings that other tasks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader
from logicbench.errors import InputError
from logicbench.family import Draft, Task
from logicbench.generators.coloring import questions
from logicbench.generators.coloring.instance import Instance
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.reading import read_coloring
from logicbench.generators.coloring.sampling import colorable, present
from logicbench.generators.coloring.task import (
    Shallow,
    cut,
    decided,
    exact_chromatic,
    given_colors,
    same_ends,
)
from logicbench.generators.coloring.views import View
from logicbench.logic.graph import Graph
from logicbench.problem import CORRECT, Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.graph import dsatur, first_fit, k_color, largest_first


def check_coloring(instance: Instance, lexicon: Lexicon, colours: Sequence[int]) -> Verdict:
    """Check a colouring: complete, with the colours allowed, and proper.

    Progress is the share of the edges beyond what a random colouring gets right.
    """
    k = instance.k
    broken = [(u, v) for u, v in instance.ends if colours[u] == colours[v]]
    allowed = min(colours) > 0 and max(colours) <= k
    if not broken and allowed:
        return CORRECT
    violations = [same_ends(lexicon, u + 1, v + 1, colours[u]) for u, v in broken if colours[u]]
    count = len(broken)
    if not allowed:
        violations += _outside(lexicon, k, colours)
        fine = [0 < colour <= k for colour in colours]
        count = sum(colours[u] == colours[v] or not fine[u] or not fine[v] for u, v in instance.ends)
    progress = max(0.0, round(1 - count * k / len(instance.ends), 4)) if k > 1 and instance.ends else 0.0
    return Verdict("wrong", 0.0, violations=cut(violations), progress=progress)


def _outside(lexicon: Lexicon, k: int, colours: Sequence[int]) -> list[Violation]:
    """Return what is wrong with colours that are missing or are none of those allowed."""
    world = lexicon.world
    found = []
    users: dict[int, list[int]] = {}
    for v, colour in enumerate(colours, 1):
        if not colour:
            message = f"No {world.value} is given to {lexicon.vertex_name(v)}."
            found.append(Violation("uncoloured-vertex", message, {"vertex": v}))
        elif colour > k:
            users.setdefault(colour, []).append(v)
    for surplus in sorted(users):
        message = f"{lexicon.colour_name(surplus)} is not one of the {k} {world.values} allowed."
        data = {"color": surplus, "vertices": users[surplus]}
        found.append(Violation("surplus-colour", message[0].upper() + message[1:], data))
    return found


def random_coloring(instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
    """Return a uniformly random colouring as text."""
    return lexicon.write_coloring([stream.between(1, max(instance.k, 1)) for _ in range(instance.order)])


def greedy_answers() -> dict[str, Shallow]:
    """Return the greedy colourings as shallow solvers; colours above k are cut to k."""

    def answer(heuristic: Any) -> Shallow:
        def solve(instance: Instance, lexicon: Lexicon) -> str:
            coloring = [min(colour, instance.k) for colour in heuristic(instance.graph)]
            return f"Answer:\n{lexicon.write_coloring(coloring)}"

        return solve

    return {"dsatur": answer(dsatur), "first-fit": answer(first_fit), "largest-first": answer(largest_first)}


class Color:
    """Find a colouring."""

    info = Task("color", "Find a proper colouring with k colours.", "a colour for each vertex")

    def drafts(self, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a colourable graph."""
        graph, k, _ = colorable(knobs, stream)
        return [Draft(present(graph, k, stream.child("present")))]

    def adopt(self, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Take the graph with the colours given, or as many as it needs."""
        k = given_colors(graph, knobs) or exact_chromatic(graph)
        if not decided(graph, k):
            raise InputError(f"{k} colours do not suffice for this graph; set more colors, or use the task decide")
        return [Draft(present(graph, k, stream))]

    def ask(self, instance: Instance, view: View) -> str:
        """Word the question."""
        return questions.color(view)

    def reference(self, instance: Instance, lexicon: Lexicon) -> str | None:
        """Return the colouring that the solver finds."""
        coloring = k_color(instance.graph, instance.k).coloring
        return None if coloring is None else lexicon.write_coloring(coloring)

    def reader(self, lexicon: Lexicon) -> Reader:
        """Read a colouring."""
        return read_coloring(lexicon)

    def check(self, instance: Instance, lexicon: Lexicon, value: Any) -> Verdict:
        """Check the colouring."""
        return check_coloring(instance, lexicon, value)

    def guess(self, instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
        """Colour at random."""
        return f"Answer:\n{random_coloring(instance, lexicon, stream)}"

    def chance(self, instance: Instance) -> float | None:
        """Not known: it takes counting the colourings."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Colour greedily."""
        return greedy_answers()
