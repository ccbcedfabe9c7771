"""The family object of `skills`: ties rules, tasks and surfaces together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logicbench.family import Draft, Rendering, Task
from logicbench.generators.fol import frames
from logicbench.generators.fol.argument import Argument, argument_of
from logicbench.generators.fol.effort import effort
from logicbench.generators.fol.variants import VARIANTS, vary
from logicbench.generators.judging import CaseFamily
from logicbench.generators.skills.drawing import twins
from logicbench.generators.skills.knobs import SkillsKnobs
from logicbench.generators.skills.rules import rules
from logicbench.generators.skills.tasks import ALL, SkillsTask
from logicbench.hardness import load_scale
from logicbench.problem import Json, Problem
from logicbench.seeding import Stream

_TASKS: dict[str, SkillsTask] = {task.info.name: task for task in ALL}


class SkillsFamily(CaseFamily[Argument]):
    """Arguments by the rules of logic, and fallacies."""

    name = "skills"
    version = "4"
    summary = "single rules of inference, laws and fallacies, and compositions of them"
    control = "The control parameter is the length, the number of rules applied one after the other."
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()}
    surfaces = frames.SURFACES
    variants = VARIANTS
    knobs = SkillsKnobs

    def __init__(self) -> None:
        super().__init__(_TASKS, argument_of)

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

    def facets(self, problem: Problem) -> Mapping[str, str]:
        """Return the rule's name, its kind and level, and how many rules were applied.

        An argument and its invalid or valid twin fall under the same rule, so that a constant answer gets half of it.
        """
        rule = rules().get(str(problem.instance.get("rule")))
        if rule is None:
            return {}
        steps = str(len(problem.instance.get("steps", ())))
        return {"rule": rule.name, "kind": rule.kind, "level": rule.level, "length": steps}


FAMILY = SkillsFamily()
