"""An instance of the SAT family, prepared for asking and checking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from logicbench.errors import BudgetExceeded
from logicbench.generators.cache import InstanceCache
from logicbench.logic.cnf import CNF, CompiledCNF
from logicbench.problem import Verdict
from logicbench.seeding import Stream
from logicbench.solvers.sat import solve

CONFLICT_BUDGET = 200_000
"""Conflicts that one solver call inside checking may take."""


@dataclass(frozen=True)
class Formula:
    """A formula with what its task adds to it.

    The instance is ``{"num_vars": n, "clauses": [[...], ...]}`` and, as the task needs them, ``weights``,
    ``status``, ``optimum``, ``query``, ``entailment``, ``backbone``, ``count``, ``refutation``, ``limit``: all of them
    facts that follow from the formula and the knobs, so that checking an answer need not solve the formula again.
    """

    cnf: CNF
    data: Mapping[str, Any] = field(repr=False)
    memo: dict[Any, Verdict] = field(default_factory=dict, repr=False, compare=False)
    """Verdicts on answers whose check called a solver: samples of one problem often agree."""
    _decided: dict[tuple[int, ...], str] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def compiled(self) -> CompiledCNF:
        """The fast evaluator."""
        return self.cnf.compile()

    @property
    def weights(self) -> list[int] | None:
        """Weights of the clauses, or None where all count alike."""
        return self.data.get("weights")

    @cached_property
    def status(self) -> str:
        """``sat`` or ``unsat``: as the instance says, else by solving."""
        return str(self.data.get("status") or self._decide())

    @cached_property
    def entailment(self) -> str:
        """Whether the query follows: ``true``, ``false`` or ``unknown``; as the instance says, else by solving."""
        if "entailment" in self.data:
            return str(self.data["entailment"])
        query = self.data["query"]
        if self._decide(-query) == "unsat":
            return "true"
        return "false" if self._decide(query) == "unsat" else "unknown"

    def _decide(self, *assumptions: int) -> str:
        found = self._decided.get(assumptions)
        if found is None:
            found = solve(self.cnf, assumptions=assumptions, conflict_budget=CONFLICT_BUDGET).status
            self._decided[assumptions] = found
        if found == "unknown":
            raise BudgetExceeded(f"the solver used up its budget of {CONFLICT_BUDGET} conflicts")
        return found

    @cached_property
    def model(self) -> tuple[bool, ...]:
        """One model of a satisfiable formula."""
        found = solve(self.cnf, conflict_budget=CONFLICT_BUDGET).model
        if found is None:
            raise BudgetExceeded("the formula has no model that the solver's budget finds")
        return found

    @cached_property
    def vote(self) -> tuple[bool, ...]:
        """Each variable's more frequent sign: the strongest guess that looks at no clause as a whole."""
        occurs = Counter(chain.from_iterable(self.cnf.clauses))
        return tuple([occurs[v] >= occurs[-v] for v in range(1, self.cnf.num_vars + 1)])

    def cost(self, assignment: tuple[bool, ...]) -> int:
        """Return the number, or the weight, of the clauses that an assignment falsifies."""
        weights = self.weights
        if weights is None:
            return self.compiled.count_falsified(assignment)
        return sum(weights[index] for index in self.compiled.falsified(assignment))

    @cached_property
    def vote_cost(self) -> int:
        """The cost of the polarity vote: progress counts from here."""
        return self.cost(self.vote)


formula_of: InstanceCache[Formula] = InstanceCache(lambda instance: Formula(CNF.from_json(instance), instance))
"""Returns the prepared formula of an instance."""


def vary(instance: Mapping[str, Any], variant: str, stream: Stream) -> Mapping[str, Any]:
    """Return an equivalent instance: ``rename`` permutes variables, ``permute`` clauses and literals, ``negate`` flips
    the polarity of random variables, ``paraphrase`` changes nothing here (the wording is drawn anew).
    """  # noqa: D205
    size = instance["num_vars"]
    images = list(range(1, size + 1))
    order = list(range(len(instance["clauses"])))
    if variant == "rename":
        images = [image + 1 for image in stream.permutation(size)]
    elif variant == "negate":
        images = [-image if stream.bit() else image for image in images]
    elif variant == "permute":
        stream.shuffle(order)

    def image(literal: int) -> int:
        return images[literal - 1] if literal > 0 else -images[-literal - 1]

    changed = dict(instance)
    changed["clauses"] = [[image(literal) for literal in instance["clauses"][index]] for index in order]
    if variant == "permute":
        for clause in changed["clauses"]:
            stream.shuffle(clause)
    if "weights" in instance:
        changed["weights"] = [instance["weights"][index] for index in order]
    if "query" in instance:
        changed["query"] = image(instance["query"])
    if "backbone" in instance:
        changed["backbone"] = sorted(map(image, instance["backbone"]), key=abs)
    return changed
