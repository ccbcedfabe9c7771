"""The task `certify`: a colouring, or a proof that there is none. Guessing the label earns nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from logicbench.answers import Reader
from logicbench.errors import BudgetExceeded
from logicbench.family import Draft, Task
from logicbench.generators.coloring import questions
from logicbench.generators.coloring.certificates import read_certificate
from logicbench.generators.coloring.colorings import check_coloring, greedy_answers, random_coloring
from logicbench.generators.coloring.instance import Instance
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.labels import yes_no, yes_no_drafts
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.sampling import twins
from logicbench.generators.coloring.task import CHECK_BUDGET, Shallow
from logicbench.generators.coloring.views import View
from logicbench.logic.graph import Graph
from logicbench.problem import CORRECT, Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.graph import (
    Step,
    check_critical,
    check_proof,
    critical_subgraph,
    greedy_clique,
    is_clique,
    is_odd_wheel,
    k_color,
    odd_wheel,
    peel,
)


class Certify:
    """Is there a colouring? Show why."""

    info = Task(
        "certify",
        "Is there a proper colouring with k colours, and why?",
        "a colouring, or a clique, an odd wheel, a critical set of vertices or a proof of forced equalities",
        ("yes", "no"),
    )

    def drafts(self, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins; the uncolourable one is not critical as a whole, so naming all vertices proves nothing."""
        limit = CHECK_BUDGET

        def part_suffices(graph: Graph) -> bool:
            k = knobs.colors
            if k is None:
                return True
            try:
                core = critical_subgraph(graph, k, budget=limit)
            except BudgetExceeded:
                return False
            return core is not None and len(core) < graph.order

        yes, no, k = twins(knobs, stream, part_suffices)
        return [yes_no(yes, k, stream.child("yes"), True), yes_no(no, k, stream.child("no"), False)]

    def adopt(self, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Decide the graph."""
        return yes_no_drafts(graph, knobs, stream)

    def ask(self, instance: Instance, view: View) -> str:
        """Word the question."""
        return questions.certify(view)

    def reference(self, instance: Instance, lexicon: Lexicon) -> str | None:
        """Return a colouring, or a critical set of vertices."""
        if instance.data["colorable"]:
            coloring = k_color(instance.graph, instance.k).coloring
            return None if coloring is None else lexicon.write_coloring(coloring)
        try:
            core = critical_subgraph(instance.graph, instance.k)
        except BudgetExceeded:
            return None
        return f"core: {lexicon.write_vertices(core or ())}"

    def reader(self, lexicon: Lexicon) -> Reader:
        """Read a colouring or a proof."""
        return read_certificate(lexicon)

    def check(self, instance: Instance, lexicon: Lexicon, value: Any) -> Verdict:
        """Check what is claimed, whatever the label.

        Raises:
            BudgetExceeded: If the proof takes too much work.
        """
        kind, body = value
        if kind == "coloring":
            found = check_coloring(instance, lexicon, body)
            # Where there is no colouring, one with few faults is no step towards the proof of that.
            return found if instance.data["colorable"] else replace(found, progress=0.0)
        return _CHECKS[kind](instance, lexicon, body)

    def guess(self, instance: Instance, lexicon: Lexicon, stream: Stream) -> str:
        """Colour at random, or name random vertices as a core."""
        if stream.bit():
            return f"Answer:\n{random_coloring(instance, lexicon, stream)}"
        vertices = stream.sample(range(1, instance.order + 1), stream.between(1, instance.order))
        return f"Answer:\ncore: {lexicon.write_vertices(sorted(vertices))}"

    def chance(self, instance: Instance) -> float | None:
        """Not known."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Colour greedily, or point at a greedy clique, a wheel, or everything."""
        return {
            **greedy_answers(),
            "clique": lambda instance, lexicon: _clique_answer(instance, lexicon),
            "odd-wheel": lambda instance, lexicon: _wheel_answer(instance, lexicon),
            "all-vertices": lambda instance, lexicon: _core_answer(range(1, instance.order + 1), lexicon),
            "dense-core": lambda instance, lexicon: _core_answer(_dense(instance), lexicon),
        }


def _wrong(kind: str, message: str, **data: Any) -> Verdict:
    return Verdict("wrong", 0.0, violations=(Violation(kind, message, data),))


def _check_clique(instance: Instance, lexicon: Lexicon, vertices: Sequence[int]) -> Verdict:
    world, needed = lexicon.world, instance.k + 1
    if len(vertices) < needed:
        named = f"1 {world.item} is" if len(vertices) == 1 else f"{len(vertices)} {world.items} are"
        return _wrong("small-clique", f"{named} named; it takes {needed}.")
    if is_clique(instance.graph, vertices):
        return CORRECT
    masks = instance.graph.masks()
    u, v = next((u, v) for i, u in enumerate(vertices) for v in vertices[i + 1 :] if not masks[u] >> v & 1)
    return _wrong("no-clique", _not_joined(lexicon, u, v), pair=[u, v])


def _not_joined(lexicon: Lexicon, u: int, v: int) -> str:
    return f"It is not said that {lexicon.vertex_name(u)} and {lexicon.vertex_name(v)} {lexicon.world.joined}."


def _check_wheel(instance: Instance, lexicon: Lexicon, body: tuple[int, Sequence[int]]) -> Verdict:
    hub, rim = body
    if instance.k > 3:
        return _wrong("no-wheel", f"A wheel proves nothing about {instance.k} {lexicon.world.values}.")
    if is_odd_wheel(instance.graph, hub, rim):
        return CORRECT
    if len(rim) % 2 == 0 or len(rim) < 3 or hub in rim:
        return _wrong("no-wheel", f"The ring must be an odd number of other {lexicon.world.items}, at least 3.")
    masks = instance.graph.masks()
    pairs = [*zip(rim, [*rim[1:], rim[0]], strict=True), *((hub, v) for v in rim)]
    u, v = next((u, v) for u, v in pairs if not masks[u] >> v & 1)
    return _wrong("no-wheel", _not_joined(lexicon, u, v), pair=[u, v])


def _check_core(instance: Instance, lexicon: Lexicon, vertices: Sequence[int]) -> Verdict:
    result = check_critical(instance.graph, vertices, instance.k, budget=CHECK_BUDGET)
    world = lexicon.world
    if result.status == "critical":
        return CORRECT
    if result.status == "colorable":
        return _wrong("colourable-core", f"For these {world.items} alone there is such {world.plan}.")
    if result.spare is None:
        raise BudgetExceeded("the conflict budget was used up while the set of vertices was checked")
    message = f"{lexicon.vertex_name(result.spare)} can be left out, and there is still none."
    return _wrong("core-not-minimal", message[0].upper() + message[1:], vertex=result.spare)


def _check_proof(instance: Instance, lexicon: Lexicon, steps: Sequence[Step]) -> Verdict:
    result = check_proof(instance.graph, instance.k, steps)
    if result.valid:
        return CORRECT
    line = (result.failed or 0) + 1
    return _wrong("unfounded-step", f"Step {line} of the proof does not follow.", step=line)


_CHECKS: Mapping[str, Callable[[Instance, Lexicon, Any], Verdict]] = {
    "clique": _check_clique,
    "wheel": _check_wheel,
    "core": _check_core,
    "proof": _check_proof,
}


def _clique_answer(instance: Instance, lexicon: Lexicon) -> str:
    clique = greedy_clique(instance.graph.masks(), instance.order, instance.k + 1)
    return f"Answer:\nclique: {lexicon.write_vertices(clique)}"


def _wheel_answer(instance: Instance, lexicon: Lexicon) -> str:
    found = odd_wheel(instance.graph) if instance.k == 3 else None
    if found is None:
        return _clique_answer(instance, lexicon)
    return f"Answer:\nwheel: {lexicon.write_vertices(found[:1])}; {lexicon.write_vertices(found[1])}"


def _core_answer(vertices: Sequence[int], lexicon: Lexicon) -> str:
    return f"Answer:\ncore: {lexicon.write_vertices(vertices)}"


def _dense(instance: Instance) -> list[int]:
    """Return the vertices left after those with fewer than k neighbours are taken away again and again."""
    return peel(instance.graph, instance.k)[0] or list(range(1, instance.order + 1))
