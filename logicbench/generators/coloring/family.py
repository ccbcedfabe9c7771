"""The family object of `coloring`: ties tasks, surfaces and measuring together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logicbench.answers import Reader, read_answer
from logicbench.errors import InputError
from logicbench.family import Baseline, Draft, Rendering, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.coloring.certify import Certify
from logicbench.generators.coloring.colorings import Color
from logicbench.generators.coloring.instance import Instance, instance_of, vary
from logicbench.generators.coloring.knobs import ColoringKnobs
from logicbench.generators.coloring.labels import Chromatic, Decide, yes_no
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.models import draw_graph
from logicbench.generators.coloring.task import ColoringTask, Shallow, decided
from logicbench.generators.coloring.thresholds import threshold_edges
from logicbench.generators.coloring.verification import Verify
from logicbench.generators.coloring.views import SURFACES, view
from logicbench.generators.judging import within_budget
from logicbench.hardness import load_scale
from logicbench.logic.graph import Graph
from logicbench.logic.graph_dimacs import read_graph
from logicbench.problem import Answer, Json, Problem, Unparsable, Verdict
from logicbench.seeding import Stream
from logicbench.solvers.graph import measure_effort

RENAMINGS = 5
"""Renamed copies that are solved to measure an instance."""

_ALL: tuple[ColoringTask, ...] = (Color(), Decide(), Certify(), Verify(), Chromatic())
_TASKS: dict[str, ColoringTask] = {task.info.name: task for task in _ALL}


class ColoringFamily:
    """Graph colouring."""

    name = "coloring"
    version = "2"
    summary = "graph colouring: colour, decide, certify, verify proposals, find the chromatic number"
    control = (
        "The control parameter is the average degree; colouring random graphs with 3 colours is hardest where half of "
        "them are colourable, at degree 4.0 for 20 vertices, rising to 4.69 for very many (the default)."
    )
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()}
    surfaces = SURFACES
    variants = ("rename", "permute", "paraphrase")
    knobs = ColoringKnobs

    def sample(self, task: str, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group; see `Family.sample`."""
        return _TASKS[task].drafts(knobs, stream)

    def read(self, task: str, path: str, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Make instances of a DIMACS graph file; without a number of colours, the chromatic number is taken.

        Raises:
            InputError: If the file is no DIMACS graph, or does not fit the task; the message names the file.
        """
        graph = read_graph(path)
        try:
            if not graph.edges:
                raise InputError("a graph without edges makes no problem")
            return self.adopt(task, graph, knobs, stream)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None

    def adopt(self, task: str, graph: Graph, knobs: ColoringKnobs, stream: Stream) -> Sequence[Draft]:
        """Make instances of a given graph.

        Raises:
            InputError: If the graph does not fit the task.
        """
        return _TASKS[task].adopt(graph, knobs, stream)

    control_parameter = "degree"
    draw_tasks = ("decide",)

    def control_range(self, task: str, knobs: ColoringKnobs) -> tuple[float, float]:
        """Return average degrees on both sides of the transition."""
        transition = 2 * threshold_edges(knobs.model, knobs.vertices, knobs.colors or 3) / knobs.vertices
        return 0.5 * transition, min(2 * transition, knobs.vertices - 1)

    def draw(self, task: str, knobs: ColoringKnobs, stream: Stream) -> Draft:
        """Draw one graph as it comes."""
        graph, k = draw_graph(knobs, stream), knobs.colors or 3
        return yes_no(graph, k, stream.child("shown"), decided(graph, k))

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return the reference solver's work: medians over renamed copies.

        The effort of `chromatic` is that of showing that one colour fewer does not suffice, and that these do; `verify`
        takes no search, so its effort is the number of edges to look at, on a scale of its own.
        """
        graph = instance_of(instance).graph
        figures: dict[str, Json] = {
            "vertices": graph.order,
            "edges": graph.size,
            "average_degree": round(graph.average_degree, 4),
        }
        if task == "verify":
            figures["effort"] = graph.size
        else:
            figures |= _search(graph, _questions(task, instance), stream)
        scale = load_scale("coloring-verify" if task == "verify" else self.name)
        if scale is not None:
            figures["score"] = scale.score(figures["effort"])
        return figures

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance."""
        prepared = instance_of(instance)
        shown = view(surface, prepared, stream)
        asked = _TASKS[task]
        details: dict[str, Json] = {"template": shown.template, **shown.lexicon.details()}
        prompt = f"{shown.statement}\n\n{asked.ask(prepared, shown)}"
        return Rendering(prompt, asked.reference(prepared, shown.lexicon), details)

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an equivalent instance."""
        return vary(instance, variant, stream)

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the final answer."""
        return read_answer(text, _context(problem)[1])

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Check an answer."""
        prepared, (lexicon, _) = instance_of(problem.instance), _context(problem)
        return within_budget(_TASKS[problem.task].check, prepared, lexicon, answer.value)

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a random well-formed answer."""
        return _TASKS[problem.task].guess(instance_of(problem.instance), _context(problem)[0], stream)

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that a guess is right."""
        return _TASKS[problem.task].chance(instance_of(problem.instance))

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return the shallow solvers of a task."""

        def on_problem(solver: Shallow) -> Baseline:
            return lambda problem: solver(instance_of(problem.instance), _context(problem)[0])

        return {name: on_problem(solver) for name, solver in _TASKS[task].baselines().items()}


def _questions(task: str, instance: Mapping[str, Json]) -> tuple[int, ...]:
    """Return the numbers of colours whose sufficiency the answer rests on."""
    if task != "chromatic":
        return (instance["colors"],)
    chromatic: int = instance["chromatic"]
    return (chromatic - 1, chromatic)


def _search(graph: Graph, numbers: Sequence[int], stream: Stream) -> dict[str, Json]:
    efforts = [measure_effort(graph, k, stream, runs=RENAMINGS) for k in numbers]
    figures: dict[str, Json] = {
        "conflicts": sum(effort.conflicts for effort in efforts),
        "decisions": sum(effort.decisions for effort in efforts),
        "propagations": sum(effort.propagations for effort in efforts),
        "complete": all(effort.complete for effort in efforts),
    }
    return figures | {"effort": figures["propagations"]}


def _context(problem: Problem) -> tuple[Lexicon, Reader]:
    """Return the lexicon and the reader of a problem, kept for the calls that follow on the same one."""
    kept = _contexts(problem.rendering)
    context = kept.get(problem.id)
    if context is None:
        instance: Instance = instance_of(problem.instance)
        lexicon = Lexicon.of(instance.order, instance.k, problem.surface, problem.rendering)
        context = kept[problem.id] = (lexicon, _TASKS[problem.task].reader(lexicon))
    return context


_contexts: InstanceCache[dict[str, tuple[Lexicon, Reader]]] = InstanceCache(lambda rendering: {})

FAMILY = ColoringFamily()
