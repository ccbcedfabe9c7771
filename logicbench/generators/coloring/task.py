"""What a task of the colouring family provides, and what several of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from logicbench.answers import Reader
from logicbench.errors import InputError
from logicbench.family import Draft, Task
from logicbench.generators.coloring.instance import Instance
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.views import View
from logicbench.logic.graph import Graph
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.graph import chromatic_number, k_color

MAX_VIOLATIONS = 1000
"""Most violations listed in one verdict; the rest are counted."""

CHECK_BUDGET = 100_000
"""Conflicts that checking one answer may take."""

Shallow = Callable[[Instance, Lexicon], str]
"""A shallow solver: answers without search."""


class ColoringTask(Protocol):
    """One question about graphs."""

    info: Task

    def drafts(self, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group of instances."""

    def adopt(self, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Make instances of the user's graph."""

    def ask(self, instance: Instance, view: View) -> str:
        """Word the question."""

    def reference(self, instance: Instance, lexicon: Lexicon) -> str | None:
        """Return a right answer; None where finding one takes more than the budget."""

    def reader(self, lexicon: Lexicon) -> Reader:
        """Return the reader of answers."""

    def check(self, instance: Instance, lexicon: Lexicon, value: Any) -> Verdict:
        """Check a value that the reader returned."""

    def guess(self, instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
        """Return a random well-formed answer."""

    def chance(self, instance: Instance) -> float | None:
        """Return the probability that a guess is right."""

    def baselines(self) -> Mapping[str, Shallow]:
        """Return the shallow solvers by name."""


def cut(violations: Sequence[Violation]) -> tuple[Violation, ...]:
    """Return the violations, at most `MAX_VIOLATIONS`, the last one then saying how many were left out."""
    if len(violations) <= MAX_VIOLATIONS:
        return tuple(violations)
    left = len(violations) - MAX_VIOLATIONS
    return (*violations[:MAX_VIOLATIONS], Violation("more", f"{left} more.", {"count": left}))


def same_ends(lexicon: Lexicon, u: int, v: int, colour: int) -> Violation:
    """Return the violation that two adjacent vertices have one colour."""
    world, first = lexicon.world, lexicon.vertex_name(u)
    message = (
        f"{first[0].upper()}{first[1:]} and {lexicon.vertex_name(v)} {world.joined} and yet {world.together} "
        f"({lexicon.colour_name(colour)})."
    )
    return Violation("monochromatic-edge", message, {"edge": [u, v], "color": colour})


def given_colors(graph: Graph, knobs: ColoringKnobs) -> int | None:
    """Return the number of colours that the user set, for questions about the user's own graph."""
    return knobs.colors if "colors" in knobs.model_fields_set else None


def exact_chromatic(graph: Graph) -> int:
    """Return the chromatic number.

    Raises:
        InputError: If it is not found within the budget.
    """
    result = chromatic_number(graph)
    if not result.exact:
        raise InputError(
            f"the chromatic number is between {result.lower} and {result.upper}, and the conflict budget does not "
            "settle it; set colors"
        )
    return result.upper


def decided(graph: Graph, k: int) -> bool:
    """Return whether the graph is k-colourable.

    Raises:
        InputError: If that is not found within the budget.
    """
    status = k_color(graph, k).status
    if status == "unknown":
        raise InputError(f"whether {k} colours suffice is not settled within the conflict budget; set another number")
    return status == "colorable"


def require_edges(graph: Graph) -> None:
    """Raise an InputError unless the graph has an edge."""
    if not graph.edges:
        raise InputError("a graph without edges makes no problem")
