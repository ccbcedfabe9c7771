"""The family object of `rules`: ties tasks, surfaces and measuring together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logicbench.errors import InputError
from logicbench.family import Draft, Rendering, Task
from logicbench.generators.judging import CaseFamily
from logicbench.generators.nlsat.sampling import ground_cnf
from logicbench.generators.nlsat.theories import Theory, denial
from logicbench.generators.nlsat.variants import VARIANTS, vary
from logicbench.generators.rules.abduction import MissingFact
from logicbench.generators.rules.answer import Answer as AnswerTask
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.program import proof
from logicbench.generators.rules.proof import Proof
from logicbench.generators.rules.task import Case, RulesTask, case_of
from logicbench.generators.rules.wording import SURFACES, View, show
from logicbench.hardness import load_scale
from logicbench.logic.english import Literal
from logicbench.problem import Json, Problem
from logicbench.seeding import Stream
from logicbench.solvers.effort import measure_effort

RENAMINGS = 5
"""Renamed copies that are solved to measure an instance made of a satisfiability problem."""

_ALL: tuple[RulesTask, ...] = (AnswerTask(), Proof(), MissingFact())
_TASKS: dict[str, RulesTask] = {task.info.name: task for task in _ALL}


class RulesFamily(CaseFamily[Case]):
    """Theories of facts and rules."""

    name = "rules"
    version = "3"
    summary = "what follows from facts and rules in English, in an open or a closed world"
    control = (
        "The control parameter is the depth, the number of rules applied one after the other; distractors widen the "
        "search. Source hard-sat has its transition where random 3-SAT has it, and is sampled a little below."
    )
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()}
    surfaces = SURFACES
    variants = VARIANTS
    knobs = RulesKnobs

    def __init__(self) -> None:
        super().__init__(_TASKS, case_of)

    def sample(self, task: str, knobs: RulesKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group; see `Family.sample`."""
        return _TASKS[task].drafts(knobs, stream)

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return what a chainer takes to find all that follows, and for hard-sat also the reference solver's search.

        The effort is the number of conditions that the chainer looks at; where chaining is not enough, as often as the
        solver's search comes to a conflict and has to begin anew.
        """
        case = case_of(instance)
        saturation = case.program.saturate()
        figures: dict[str, Json] = {
            "depth": _depth(case, saturation.rounds),
            "rounds": saturation.last,
            "derived": len(case.known) - len(case.program.facts),
            "cone": case.program.cone(case.query.atom),
            "statements": len(case.theory.sentences),
            "effort": saturation.inspections,
        }
        if task == "proof":
            steps = proof(case.query, case.known, case.closed)
            figures["steps"] = sum(step.rule is not None for _, step in steps)
        if instance.get("source") == "hard-sat":
            figures |= _search(case.theory, saturation.inspections)
        scale = load_scale(self.name)
        if scale is not None:
            figures["score"] = scale.score(figures["effort"])
        return figures

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance."""
        case = case_of(instance)
        asked = _TASKS[task]
        view = show(case.theory, case.closed, surface, stream)
        return Rendering(f"{view.text}\n\n{asked.ask(case, view, stream)}", asked.reference(case, view))

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an equivalent instance.

        Raises:
            InputError: If words are to stand for their opposites in a closed world, where denials are not like facts.
        """
        if variant == "negate" and case_of(instance).closed:
            raise InputError("rules variant 'negate' needs world 'open': in a closed world a denial cannot be a fact")
        return vary(instance, variant, stream)


def _depth(case: Case, rounds: Mapping[Literal, int]) -> int:
    """Return the round that settles the statement, or, where none does, the last that settles anything."""
    settled = [rounds[literal] for literal in (case.query, -case.query) if literal in rounds]
    return min(settled) if settled else max(rounds.values(), default=0)


def _search(theory: Theory, inspections: int) -> dict[str, Json]:
    assert theory.query is not None
    asked = [
        Theory(theory.fragment, (*theory.sentences, query), theory.people)
        for query in (theory.query, denial(theory.query))
    ]
    efforts = [measure_effort(ground_cnf(each), renamings=RENAMINGS) for each in asked]
    conflicts = sum(effort.conflicts for effort in efforts)
    return {
        "conflicts": conflicts,
        "decisions": sum(effort.decisions for effort in efforts),
        "propagations": sum(effort.propagations for effort in efforts),
        "effort": inspections * (1 + conflicts),
    }

FAMILY = RulesFamily()
