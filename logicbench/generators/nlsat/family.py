"""The family object of `nlsat`: ties tasks, surfaces and measuring together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logicbench.family import Draft, Rendering, Task
from logicbench.generators.judging import CaseFamily
from logicbench.generators.nlsat.certify import Certify
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.labels import Decide, Entail
from logicbench.generators.nlsat.sampling import ground_cnf
from logicbench.generators.nlsat.task import Case, NlsatTask, case_of
from logicbench.generators.nlsat.theories import Theory, denial
from logicbench.generators.nlsat.transitions import statements_at_transition
from logicbench.generators.nlsat.unfiltered import random_query, random_theory
from logicbench.generators.nlsat.variants import VARIANTS, vary
from logicbench.generators.nlsat.wording import SURFACES, conventions, statements
from logicbench.hardness import load_scale
from logicbench.problem import Json
from logicbench.seeding import Stream
from logicbench.solvers.effort import Effort, measure_effort

RENAMINGS = 5
"""Renamed copies that are solved to measure an instance."""

_ALL: tuple[NlsatTask, ...] = (Decide(), Certify(), Entail())
_TASKS: dict[str, NlsatTask] = {task.info.name: task for task in _ALL}


class NlsatFamily(CaseFamily[Case]):
    """Satisfiability of theories in fragments of English."""

    name = "nlsat"
    version = "3"
    summary = "satisfiability and entailment of statements in four fragments of English"
    control = (
        "The control parameter is the number of statements per fact (grounded) or per role and quality (the others); "
        "each fragment is hardest where half of its random theories are consistent (the default)."
    )
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()}
    surfaces = SURFACES
    variants = VARIANTS
    knobs = NlsatKnobs

    def __init__(self) -> None:
        super().__init__(_TASKS, case_of)

    def sample(self, task: str, knobs: NlsatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group; see `Family.sample`."""
        return _TASKS[task].drafts(knobs, stream)

    control_parameter = "ratio"
    draw_tasks = ("decide", "entail")

    def control_range(self, task: str, knobs: NlsatKnobs) -> tuple[float, float]:
        """Return numbers of statements per fact, or per role and quality, on both sides of the transition."""
        size = knobs.variables if knobs.fragment == "grounded" else knobs.predicates
        transition = statements_at_transition(knobs) / size
        return (0.2 * transition, 1.1 * transition) if task == "entail" else (0.5 * transition, 2 * transition)

    def draw(self, task: str, knobs: NlsatKnobs, stream: Stream) -> Draft:
        """Draw one theory as it comes; for `entail` one that is consistent, with a query as it comes."""
        return (random_query if task == "entail" else random_theory)(knobs, stream)

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return the reference solver's work on the theory, or on it with the query affirmed and with it denied."""
        theory = case_of(instance).theory
        efforts = [measure_effort(ground_cnf(each), renamings=RENAMINGS) for each in _questions(theory)]
        figures: dict[str, Json] = {
            "conflicts": _total(efforts, "conflicts"),
            "decisions": _total(efforts, "decisions"),
            "propagations": _total(efforts, "propagations"),
            "effort": _total(efforts, "propagations"),
            "statements": len(theory.sentences),
        }
        scale = load_scale(self.name)
        if scale is not None:
            figures["score"] = scale.score(figures["effort"])
        return figures

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance."""
        case = case_of(instance)
        asked = _TASKS[task]
        prompt = (
            f"{conventions(case.theory)}\n\n{statements(case.theory, surface, stream)}\n\n"
            f"{asked.ask(case, surface, stream)}"
        )
        return Rendering(prompt, asked.reference(case))

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an equivalent instance."""
        return vary(instance, variant, stream)


def _questions(theory: Theory) -> list[Theory]:
    if theory.query is None:
        return [theory]
    return [
        Theory(theory.fragment, (*theory.sentences, query), theory.people)
        for query in (theory.query, denial(theory.query))
    ]


def _total(efforts: Sequence[Effort], figure: str) -> int:
    return sum(getattr(effort, figure) for effort in efforts)

FAMILY = NlsatFamily()
