"""What a task of natural-language satisfiability provides, and the prepared instance that all share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from logicbench.answers import Reader
from logicbench.family import Draft, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.judging import CaseTask
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.theories import Theory
from logicbench.problem import CORRECT, Verdict, Violation
from logicbench.seeding import Stream

MAX_VIOLATIONS = 20
"""Most violations listed in one verdict; the rest are counted."""


@dataclass(frozen=True)
class Case:
    """An instance, prepared for asking and checking."""

    theory: Theory
    data: Mapping[str, Any] = field(repr=False)

    @cached_property
    def reasoner(self) -> Reasoner:
        """The solver over the theory's sentences."""
        return Reasoner(self.theory)

    @cached_property
    def status(self) -> str:
        """``sat`` or ``unsat``."""
        return "sat" if self.reasoner.consistent() else "unsat"

    @cached_property
    def entailment(self) -> str:
        """Whether the query follows: ``true``, ``false`` or ``unknown``."""
        assert self.theory.query is not None
        return self.reasoner.verdict(self.theory.query)


case_of: InstanceCache[Case] = InstanceCache(lambda instance: Case(Theory.from_instance(instance), instance))
"""Returns the prepared case of an instance."""

Shallow = Callable[[Case], str]
"""A shallow solver: answers without search."""


class NlsatTask(CaseTask[Case], Protocol):
    """One question about theories."""

    info: Task

    def drafts(self, knobs: NlsatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one group of instances."""

    def ask(self, case: Case, surface: str, stream: Stream) -> str:
        """Word the question."""

    def reference(self, case: Case) -> str:
        """Return a right answer."""


def verdict(
    right: bool, key: str | None, violations: Sequence[Violation] = (), progress: float | None = None
) -> Verdict:
    """Return a verdict; the violations are cut to `MAX_VIOLATIONS`, the last one then saying how many were left out."""
    if right and key is None and progress is None:
        return CORRECT
    if right:
        return Verdict("correct", 1.0, key, progress=None if progress is None else 1.0)
    shown = tuple(violations[:MAX_VIOLATIONS])
    if len(violations) > MAX_VIOLATIONS:
        shown += (Violation("more", f"{len(violations) - MAX_VIOLATIONS} more.", {"count": len(violations)}),)
    return Verdict("wrong", 0.0, key, shown, progress)
