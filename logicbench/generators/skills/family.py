"""The family object of `skills`: ties rules, tasks and surfaces together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from logicbench.answers import Reader, read_answer
from logicbench.errors import BudgetExceeded
from logicbench.family import Baseline, Draft, Rendering, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.fol import frames
from logicbench.generators.fol.argument import Argument, argument_of
from logicbench.generators.fol.effort import effort
from logicbench.generators.fol.variants import VARIANTS, vary
from logicbench.generators.skills.drawing import twins
from logicbench.generators.skills.knobs import SkillsKnobs
from logicbench.generators.skills.rules import rules
from logicbench.generators.skills.tasks import ALL, SkillsTask
from logicbench.hardness import load_scale
from logicbench.problem import Answer, Json, Problem, Unparsable, Verdict, Violation
from logicbench.seeding import Stream

_TASKS: dict[str, SkillsTask] = {task.info.name: task for task in ALL}


class SkillsFamily:
    """Arguments by the rules of logic, and fallacies."""

    name = "skills"
    version = "4"
    summary = "single rules of inference, laws and fallacies, and compositions of them"
    control = "The control parameter is the length, the number of rules applied one after the other."
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()}
    surfaces = frames.SURFACES
    variants = VARIANTS
    knobs = SkillsKnobs

    def sample(self, task: str, knobs: SkillsKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group; see `Family.sample`."""
        return twins(knobs, stream)

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return the rule, the number of steps and the reference effort; see `logicbench.generators.fol.effort`."""
        argument = argument_of(instance)
        figures: dict[str, Json] = {
            "rule": instance["rule"],
            "length": len(instance["steps"]),
            "premises": len(argument.premises),
            "effort": effort(argument),
        }
        scale = load_scale(self.name)
        if scale is not None:
            figures["score"] = scale.score(figures["effort"])
        return figures

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance."""
        argument = argument_of(instance)
        view = frames.show(argument, surface, stream)
        asked = _TASKS[task]
        return Rendering(f"{view.text}\n\n{asked.ask(argument, surface, view)}", asked.reference(argument))

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an equivalent instance."""
        return vary(instance, variant, stream)

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the final answer."""
        readers = _readers(problem.instance)
        reader = readers.get(problem.task)
        if reader is None:
            reader = readers[problem.task] = _TASKS[problem.task].reader(argument_of(problem.instance))
        return read_answer(text, reader)

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Check an answer."""
        try:
            return _TASKS[problem.task].check(argument_of(problem.instance), answer.value)
        except BudgetExceeded as error:
            return Verdict("undecided", 0.0, violations=(Violation("budget", str(error)),))

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a random well-formed answer."""
        return _TASKS[problem.task].guess(argument_of(problem.instance), stream)

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that a guess is right."""
        return _TASKS[problem.task].chance(argument_of(problem.instance))

    def facets(self, problem: Problem) -> Mapping[str, str]:
        """Return the rule's name, its kind and level, and how many rules were applied.

        An argument and its invalid or valid twin fall under the same rule, so that a constant answer gets half of it.
        """
        rule = rules().get(str(problem.instance.get("rule")))
        if rule is None:
            return {}
        steps = str(len(problem.instance.get("steps", ())))
        return {"rule": rule.name, "kind": rule.kind, "level": rule.level, "length": steps}

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return the shallow solvers of a task."""

        def on_problem(solver: Callable[[Argument], str]) -> Baseline:
            return lambda problem: solver(argument_of(problem.instance))

        return {name: on_problem(solver) for name, solver in _TASKS[task].baselines().items()}


_readers: InstanceCache[dict[str, Reader]] = InstanceCache(lambda instance: {})

FAMILY = SkillsFamily()
