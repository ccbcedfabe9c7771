"""The family object of `sat`: ties tasks, surfaces and measuring together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader, read_answer
from logicbench.errors import InputError
from logicbench.family import Baseline, Draft, Rendering, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.judging import within_budget
from logicbench.generators.sat.assignments import Assign, MaxSat
from logicbench.generators.sat.certify import Certify
from logicbench.generators.sat.formula import formula_of, vary
from logicbench.generators.sat.knobs import SatKnobs, threshold_clauses
from logicbench.generators.sat.labels import Decide, Entail
from logicbench.generators.sat.models import Backbone, Count
from logicbench.generators.sat.sampling import draw
from logicbench.generators.sat.subsets import MinimalCorrection, MinimalUnsatisfiable
from logicbench.generators.sat.task import SatTask, Shallow
from logicbench.generators.sat.views import SURFACES, view
from logicbench.hardness import load_scale
from logicbench.logic.cnf import CNF
from logicbench.logic.dimacs import read_dimacs
from logicbench.problem import Answer, Json, Problem, Unparsable, Verdict
from logicbench.seeding import Stream
from logicbench.solvers.effort import measure_effort

RENAMINGS = 5
"""Renamed copies that are solved to measure an instance."""

MEASURE_BUDGET = 2_000_000
"""Conflicts that one measuring run may take; beyond it the figures are lower bounds."""

MEMO_SIZE = 64
"""Verdicts remembered for one instance."""

_ALL: tuple[SatTask, ...] = (
    Decide(), Certify(), Assign(), MaxSat(), MinimalCorrection(), MinimalUnsatisfiable(), Backbone(), Count(), Entail(),
)  # fmt: skip
_TASKS: dict[str, SatTask] = {task.info.name: task for task in _ALL}


class SatFamily:
    """Propositional satisfiability in conjunctive normal form."""

    name = "sat"
    version = "2"
    summary = "satisfiability of CNF formulas: decide, certify, solve, optimise, explain, count"
    control = (
        "The control parameter is the number of clauses per variable; random 3-SAT is hardest where half of the "
        "formulas are satisfiable, near 4.27 for many variables and higher for few (the default)."
    )
    tasks: Mapping[str, Task] = {name: task.info for name, task in _TASKS.items()}
    surfaces = SURFACES
    variants = ("rename", "permute", "negate", "paraphrase")
    knobs = SatKnobs

    def sample(self, task: str, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group; see `Family.sample`."""
        return _TASKS[task].drafts(knobs, stream)

    def read(self, task: str, path: str, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Make instances of a DIMACS file.

        Raises:
            InputError: If the file is not DIMACS, or its formula does not fit the task; the message names the file.
        """
        cnf = read_dimacs(path)
        try:
            return self.adopt(task, cnf, knobs, stream)
        except InputError as error:
            raise InputError(f"{path}: {error}") from None

    def adopt(self, task: str, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Make instances of a given formula.

        Raises:
            InputError: If the formula does not fit the task, or has no clause, or one without literals, which code and
                stories cannot show.
        """
        if not cnf.clauses:
            raise InputError("a formula without clauses makes no problem")
        if () in cnf.clauses:
            raise InputError(
                f"clause {cnf.clauses.index(()) + 1} is empty; a formula that is false as it stands makes no problem"
            )
        return _TASKS[task].adopt(cnf, knobs, stream)

    control_parameter = "ratio"
    draw_tasks = ("decide",)

    def control_range(self, task: str, knobs: SatKnobs) -> tuple[float, float]:
        """Return ratios on both sides of the transition."""
        transition = threshold_clauses(knobs.variables, knobs.clause_length) / knobs.variables
        return 0.5 * transition, 2 * transition

    def draw(self, task: str, knobs: SatKnobs, stream: Stream) -> Draft:
        """Draw one formula as it comes."""
        return _TASKS["decide"].adopt(draw(knobs, stream), knobs, stream)[0]

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return the reference solver's work: medians over renamed copies."""
        effort = measure_effort(formula_of(instance).cnf, renamings=RENAMINGS, conflict_budget=MEASURE_BUDGET)
        figures: dict[str, Json] = {
            "conflicts": effort.conflicts,
            "decisions": effort.decisions,
            "propagations": effort.propagations,
            "effort": effort.propagations,
        }
        scale = load_scale(self.name)
        if scale is not None:
            figures["score"] = scale.score(effort.propagations)
        return figures

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance."""
        formula = formula_of(instance)
        shown = view(surface, formula.cnf, formula.weights, stream)
        asked = _TASKS[task]
        details: dict[str, Json] = {"template": shown.template}
        if shown.values:
            details |= {"names": list(shown.names), "values": dict(shown.values)}
        elif surface == "code":
            details["names"] = list(shown.names)
        prompt = f"{shown.statement}\n\n{asked.ask(formula, shown)}"
        return Rendering(prompt, asked.reference(formula, shown), details)

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an equivalent instance."""
        return vary(instance, variant, stream)

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the final answer."""
        readers = _readers(problem.instance)
        reader = readers.get(problem.id)
        if reader is None:
            reader = readers[problem.id] = _reader(problem)
        return read_answer(text, reader)

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Check an answer."""
        formula, task = formula_of(problem.instance), _TASKS[problem.task]
        if task.searches:
            known = formula.memo.get((problem.task, answer.value))
            if known is not None:
                return known
        verdict = within_budget(task.check, formula, answer.value)
        if task.searches:
            if len(formula.memo) >= MEMO_SIZE:
                formula.memo.clear()
            formula.memo[problem.task, answer.value] = verdict
        return verdict

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a random well-formed answer."""
        return _TASKS[problem.task].guess(formula_of(problem.instance), stream)

    def grammar(self, problem: Problem) -> str | None:
        """Return the form of an answer: one of two words, or a digit for each variable."""
        if problem.task == "decide":
            words = ("YES", "NO") if problem.reference in ("YES", "NO") else ("SAT", "UNSAT")
            return f'root ::= "Answer: " ("{words[0]}" | "{words[1]}")'
        if problem.task in ("assign", "maxsat"):
            return f'root ::= "Answer: " {" ".join(["[01]"] * formula_of(problem.instance).cnf.num_vars)}'
        return None

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that a guess is right."""
        return _TASKS[problem.task].chance(formula_of(problem.instance))

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return the shallow solvers of a task."""

        def on_problem(solver: Shallow) -> Baseline:
            return lambda problem: solver(formula_of(problem.instance))

        return {name: on_problem(solver) for name, solver in _TASKS[task].baselines().items()}


def _reader(problem: Problem) -> Reader:
    formula = formula_of(problem.instance)
    names = problem.rendering.get("names") or [f"x{v}" for v in range(1, formula.cnf.num_vars + 1)]
    values: dict[str, Any] = dict(problem.rendering.get("values") or {})
    return _TASKS[problem.task].reader(formula, tuple(names), values)


_readers: InstanceCache[dict[str, Reader]] = InstanceCache(lambda instance: {})

FAMILY = SatFamily()
