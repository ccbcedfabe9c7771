"""The family object of `fol`: ties tasks, surfaces and measuring together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from logicbench.answers import read_answer
from logicbench.family import Baseline, Draft, Rendering, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.fol import frames, variants
from logicbench.generators.fol.argument import Argument, argument_of
from logicbench.generators.fol.effort import effort, quantifier_depth
from logicbench.generators.fol.knobs import FolKnobs
from logicbench.generators.fol.tasks import ArgumentTask, Certify, Countermodel, Entail
from logicbench.generators.fol.translate import Translate
from logicbench.generators.fol.verbalize import Verbalize
from logicbench.generators.judging import CaseFamily, within_budget
from logicbench.generators.nlsat.variants import vary as vary_theory
from logicbench.hardness import load_scale
from logicbench.problem import Answer, Json, Problem, Unparsable, Verdict
from logicbench.seeding import Stream

_ALL: tuple[ArgumentTask, ...] = (Entail(), Certify(), Countermodel())
_TASKS: dict[str, ArgumentTask] = {task.info.name: task for task in _ALL}


class SentenceTask(Protocol):
    """One question about a sentence and its formula."""

    info: Task
    prepare: InstanceCache[Any]

    def drafts(self, knobs: FolKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one instance."""

    def render(self, subject: Any, surface: str, stream: Stream, /) -> Rendering:
        """Show what is to be put into the other language."""

    def read(self, subject: Any, surface: str, span: str, /) -> tuple[Any, str]:
        """Read an answer."""

    def check(self, subject: Any, value: Any, /) -> Verdict:
        """Check a value that was read."""

    def guess(self, subject: Any, surface: str, stream: Stream, /) -> str:
        """Return a random well-formed answer."""

    def baselines(self) -> Mapping[str, Callable[[Any, str], str]]:
        """Return the shallow solvers by name."""


_VERBALIZE = Verbalize()
_SENTENCES: dict[str, SentenceTask] = {task.info.name: task for task in (Translate(), _VERBALIZE)}


class FolFamily(CaseFamily[Argument]):
    """First-order arguments and translations."""

    name = "fol"
    version = "3"
    summary = "what follows in first-order logic, finite countermodels, formulas of English sentences and back"
    control = (
        "The control parameter is the depth, the number of steps from a given fact to the conclusion; quantifiers, "
        "functions and equality decide what a step is."
    )
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()} | {
        name: task.info for name, task in _SENTENCES.items()
    }
    surfaces = frames.SURFACES
    variants = variants.VARIANTS
    knobs = FolKnobs

    def __init__(self) -> None:
        super().__init__(_TASKS, argument_of)

    def sample(self, task: str, knobs: FolKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group; see `Family.sample`."""
        return (_SENTENCES.get(task) or _TASKS[task]).drafts(knobs, stream)

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return the size of what is asked and, where something follows, of the proof that the prover found.

        ``instances`` counts the ground instances in its refutation and ``core`` the premises that are needed; both are
        0 where nothing follows. ``effort``, of which the score is made, does not depend on the answer.
        """
        if task in _SENTENCES:
            subject = _SENTENCES[task].prepare(instance)
            figures: dict[str, Json] = {"quantifiers": quantifier_depth(subject.formula), "effort": subject.effort}
            scale = load_scale(f"{self.name}-{task}")
        else:
            argument = argument_of(instance)
            decided = argument.label in ("true", "false")
            figures = {
                "premises": len(argument.premises),
                "quantifiers": max(map(quantifier_depth, argument.formulas)),
                "core": len(argument.core) if decided else 0,
                "instances": argument.instances,
                "effort": effort(argument),
            }
            scale = load_scale(self.name)
        if scale is not None:
            figures["score"] = scale.score(figures["effort"])
        return figures

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance."""
        if task in _SENTENCES:
            return _SENTENCES[task].render(_SENTENCES[task].prepare(instance), surface, stream)
        argument = argument_of(instance)
        view = frames.show(argument, surface, stream)
        asked = _TASKS[task]
        return Rendering(f"{view.text}\n\n{asked.ask(argument, surface, view)}", asked.reference(argument))

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an equivalent instance."""
        make = vary_theory if task in _SENTENCES else variants.vary
        return make(instance, variant, stream)

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the final answer."""
        if (asked := _SENTENCES.get(problem.task)) is not None:
            subject, surface = asked.prepare(problem.instance), _surface(problem)
            return read_answer(text, lambda span: asked.read(subject, surface, span))
        return super().parse(problem, text)

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Check an answer."""
        if (asked := _SENTENCES.get(problem.task)) is not None:
            return within_budget(asked.check, asked.prepare(problem.instance), answer.value)
        return super().check(problem, answer)

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a random well-formed answer."""
        if (asked := _SENTENCES.get(problem.task)) is not None:
            return asked.guess(asked.prepare(problem.instance), _surface(problem), stream)
        return super().guess(problem, stream)

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that a guess is right, or None where it is not known."""
        return None if problem.task in _SENTENCES else super().chance(problem)

    def grammar(self, problem: Problem) -> str | None:
        """Return the form of an answer in English; other answers have none that is short."""
        return _VERBALIZE.grammar(_VERBALIZE.prepare(problem.instance)) if problem.task == "verbalize" else None

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return the shallow solvers of a task."""

        def on_sentence(solver: Callable[[Any, str], str]) -> Baseline:
            return lambda problem: solver(_SENTENCES[task].prepare(problem.instance), _surface(problem))

        if task in _SENTENCES:
            return {name: on_sentence(solver) for name, solver in _SENTENCES[task].baselines().items()}
        return super().baselines(task)


def _surface(problem: Problem) -> str:
    return str(problem.rendering.get("surface", problem.surface))


FAMILY = FolFamily()
