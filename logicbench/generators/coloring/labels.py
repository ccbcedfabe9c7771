"""Tasks whose answer is a word or a number: `decide` and `chromatic`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader, read_integer, read_label
from logicbench.family import Draft, Task
from logicbench.generators.coloring import questions
from logicbench.generators.coloring.instance import Instance
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.sampling import present, twins
from logicbench.generators.coloring.task import Shallow, decided, exact_chromatic, given_colors
from logicbench.generators.coloring.views import View
from logicbench.logic.graph import Graph
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.graph import dsatur, first_fit, greedy_clique, k_color, odd_wheel

_WORDS = {
    "yes": "yes", "true": "yes", "possible": "yes", "colorable": "yes", "colourable": "yes", "there is": "yes",
    "there is one": "yes", "no": "no", "false": "no", "impossible": "no", "not possible": "no", "not colorable": "no",
    "not colourable": "no", "uncolorable": "no", "uncolourable": "no", "there is none": "no", "none": "no",
}  # fmt: skip
_READ = read_label(_WORDS)


def yes_no_drafts(graph: Graph, knobs: ColoringKnobs, stream: Stream) -> list[Draft]:
    """Ask about the user's graph with the colours given, or with as many as it needs and with one fewer."""
    given = given_colors(graph, knobs)
    if given is not None:
        return [yes_no(graph, given, stream, decided(graph, given))]
    k = exact_chromatic(graph)
    return [yes_no(graph, k, stream.child("yes"), True), yes_no(graph, k - 1, stream.child("no"), False)]


def yes_no(graph: Graph, k: int, stream: Stream, colorable: bool) -> Draft:
    """Return a draft of a graph whose colourability is known."""
    return Draft(present(graph, k, stream, colorable=colorable), "yes" if colorable else "no")


class Decide:
    """Is there a colouring?"""

    info = Task("decide", "Is there a proper colouring with k colours?", "YES or NO", ("yes", "no"))

    def drafts(self, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins."""
        yes, no, k = twins(knobs, stream)
        return [yes_no(yes, k, stream.child("yes"), True), yes_no(no, k, stream.child("no"), False)]

    def adopt(self, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Decide the graph."""
        return yes_no_drafts(graph, knobs, stream)

    def ask(self, instance: Instance, view: View) -> str:
        """Word the question."""
        return questions.decide(view)

    def reference(self, instance: Instance, lexicon: Lexicon) -> str | None:
        """Return the label in capitals."""
        return _label(instance).upper()

    def reader(self, lexicon: Lexicon) -> Reader:
        """Read YES or NO."""
        return _READ

    def check(self, instance: Instance, lexicon: Lexicon, value: Any) -> Verdict:
        """Compare with the solver's answer."""
        if value == _label(instance):
            return Verdict("correct", 1.0, value)
        return Verdict("wrong", 0.0, value, (Violation("wrong-label", "The answer is the other one."),))

    def guess(self, instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
        """Toss a coin."""
        return "Answer: YES" if stream.bit() else "Answer: NO"

    def chance(self, instance: Instance) -> float:
        """One half."""
        return 0.5

    def baselines(self) -> Mapping[str, Shallow]:
        """Say yes if a heuristic finds a colouring, or no if one finds a small obstruction."""
        return {
            "always-yes": lambda instance, lexicon: "Answer: YES",
            "always-no": lambda instance, lexicon: "Answer: NO",
            "dsatur": lambda instance, lexicon: _word(max(dsatur(instance.graph)) <= instance.k),
            "first-fit": lambda instance, lexicon: _word(max(first_fit(instance.graph)) <= instance.k),
            "clique": lambda instance, lexicon: _word(_clique(instance) <= instance.k),
            "odd-wheel": lambda instance, lexicon: _word(instance.k > 3 or odd_wheel(instance.graph) is None),
        }


def _label(instance: Instance) -> str:
    return "yes" if instance.data["colorable"] else "no"


def _word(colorable: bool) -> str:
    return "Answer: YES" if colorable else "Answer: NO"


def _clique(instance: Instance) -> int:
    return len(greedy_clique(instance.graph.masks(), instance.order))


class Chromatic:
    """How many colours are needed?"""

    info = Task("chromatic", "How many colours does the graph need?", "the chromatic number", ("low", "high"))

    def drafts(self, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins whose chromatic numbers are k and k + 1."""
        for attempt in range(_ATTEMPTS):
            source = stream.child(attempt)
            low, high, k = twins(knobs, source)
            # The high twin is one edge away from a k-colourable graph, so it needs k + 1.
            if k_color(low, k - 1).status == "uncolorable":
                break
        return [
            Draft(present(low, None, source.child("low"), chromatic=k), "low"),
            Draft(present(high, None, source.child("high"), chromatic=k + 1), "high"),
        ]

    def adopt(self, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Find the chromatic number."""
        return [Draft(present(graph, None, stream, chromatic=exact_chromatic(graph)))]

    def ask(self, instance: Instance, view: View) -> str:
        """Word the question."""
        return questions.chromatic(view)

    def reference(self, instance: Instance, lexicon: Lexicon) -> str | None:
        """Return the number."""
        return str(instance.data["chromatic"])

    def reader(self, lexicon: Lexicon) -> Reader:
        """Read an integer."""
        return read_integer

    def check(self, instance: Instance, lexicon: Lexicon, value: Any) -> Verdict:
        """Compare with the chromatic number."""
        needed = instance.data["chromatic"]
        if value == needed:
            return Verdict("correct", 1.0, str(value))
        reason = "too many" if value > needed else "too few"
        message = f"{value} {lexicon.world.values} are {'more than needed' if value > needed else 'not enough'}."
        return Verdict("wrong", 0.0, str(value), (Violation(reason.replace(" ", "-"), message),))

    def guess(self, instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
        """Choose a number of vertices."""
        return f"Answer: {stream.between(1, instance.order)}"

    def chance(self, instance: Instance) -> float:
        """One in the number of vertices."""
        return 1 / instance.order

    def baselines(self) -> Mapping[str, Shallow]:
        """Bound from above by greedy colourings and from below by a greedy clique."""
        return {
            "dsatur": lambda instance, lexicon: f"Answer: {max(dsatur(instance.graph))}",
            "first-fit": lambda instance, lexicon: f"Answer: {max(first_fit(instance.graph))}",
            "clique": lambda instance, lexicon: f"Answer: {_clique(instance)}",
            "three": lambda instance, lexicon: "Answer: 3",
            "four": lambda instance, lexicon: "Answer: 4",
        }


_ATTEMPTS = 50
