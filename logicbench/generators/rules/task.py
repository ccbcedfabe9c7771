"""What a task of rule theories provides, and the prepared instance that all share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from logicbench.answers import Reader
from logicbench.errors import InputError
from logicbench.family import Draft, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.judging import CaseTask
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.program import Program, Step
from logicbench.generators.rules.wording import View, show
from logicbench.logic.english import Grounder, Literal
from logicbench.problem import Verdict
from logicbench.seeding import Stream


@dataclass(frozen=True)
class Case:
    """An instance, prepared for asking and checking."""

    theory: Theory
    closed: bool
    """Whether what does not follow is false."""
    data: Mapping[str, Any] = field(repr=False)

    @cached_property
    def program(self) -> Program:
        """The facts and rules over the people."""
        return Program(self.theory, self.closed)

    @cached_property
    def known(self) -> dict[Literal, Step]:
        """What is given or can be derived."""
        return self.program.derive()

    @cached_property
    def reasoner(self) -> Reasoner:
        """The solver over the sentences: what holds in every situation that fits them (open world)."""
        return Reasoner(self.theory)

    @cached_property
    def query(self) -> Literal:
        """What the statement that is asked about says."""
        assert self.theory.query is not None
        [(found,)] = Grounder(()).sentence(self.theory.query)
        return found

    @cached_property
    def label(self) -> str:
        """Whether the statement is ``true``, ``false`` or, in the open world, ``unknown``."""
        if self.closed:
            return "true" if (Literal(self.query.atom) in self.known) == self.query.positive else "false"
        assert self.theory.query is not None
        return self.reasoner.verdict(self.theory.query)


def _prepare(instance: Mapping[str, Any]) -> Case:
    theory = Theory.from_instance(instance)
    if instance.get("world") not in ("open", "closed") or theory.query is None:
        raise InputError("not an instance of rule theories: it needs a world, open or closed, and a query")
    return Case(theory, instance["world"] == "closed", instance)


case_of: InstanceCache[Case] = InstanceCache(_prepare)
"""Returns the prepared case of an instance."""


def plain_view(case: Case) -> View:
    """Return the case in plain English, for answers that are made without its prompt."""
    return show(case.theory, case.closed, "english", Stream("plain"))


Shallow = Callable[[Case], str]
"""A shallow solver: answers without reasoning over several steps."""


def to_instance(theory: Theory, knobs: RulesKnobs) -> dict[str, Any]:
    """Return a theory with its query as an instance."""
    return {**theory.to_instance(), "world": knobs.world, "source": knobs.source}


class RulesTask(CaseTask[Case], Protocol):
    """One question about rule theories."""

    info: Task

    def drafts(self, knobs: RulesKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group of instances."""

    def ask(self, case: Case, view: View, stream: Stream) -> str:
        """Word the question."""

    def reference(self, case: Case, view: View) -> str:
        """Return a right answer."""
