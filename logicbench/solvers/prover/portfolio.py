"""Deciding whether formulas have a model together, by a fixed sequence of engines with deterministic budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.structures import Structure, satisfies
from logicbench.logic.fol.syntax import Formula
from logicbench.solvers.prover.external import external_decide, installed
from logicbench.solvers.prover.finite import Domain, leaves
from logicbench.solvers.prover.herbrand import Herbrand, Instance
from logicbench.solvers.prover.skolem import Skolemiser
from logicbench.solvers.prover.theory import compute_numbers, prepare
from logicbench.solvers.prover.z3_engine import Z3Mode, z3_decide

Engine = Literal["ground", "finite", "z3-mbqi", "z3-triggers", "eprover", "vampire", "cvc5"]


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of the work on one question, in steps of the engines; never in seconds.

    Attributes:
        conflicts: Conflicts of each SAT call.
        clauses: Clauses of each grounding.
        rounds: How often the set of ground terms is enlarged.
        extra: Individuals beside the named ones in the model search without equality.
        size: Largest domain of the model search where the solver places the constants.
        rlimit: Z3's resource limit for each call.
        steps: Budget of each installed prover, in its own steps.
    """

    conflicts: int = 20_000
    clauses: int = 300_000
    rounds: int = 2
    extra: int = 3
    size: int = 6
    rlimit: int = 3_000_000
    steps: int = 20_000


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether some formulas have a model together.

    Attributes:
        status: ``sat`` comes with a structure that has been checked, except over the reals; ``unknown`` if no engine
            decided within its budget.
        structure: A finite model of all of them.
        core: Places of formulas that contradict each other already.
        instances: Ground instances of these that are contradictory, if the grounder found the refutation.
        engine: Who decided.
        confirmed_by: Engines that refuted the core again.
    """

    status: Literal["sat", "unsat", "unknown"]
    structure: Structure | None = None
    core: tuple[int, ...] = ()
    instances: tuple[Instance, ...] = ()
    engine: str = ""
    confirmed_by: tuple[str, ...] = ()


class Session:
    """Questions about subsets of the same formulas; grounding is shared between them.

    Args:
        formulas: The formulas; questions refer to them by their places.
        budget: Limits for each question.
        external: Whether provers on the search path may be asked when all else has failed.

    Raises:
        BudgetExceeded: The formulas are too large to be brought to the engines' language.
    """

    def __init__(self, formulas: Sequence[Formula], budget: Budget | None = None, external: bool = True) -> None:
        self._budget = budget or Budget()
        self._external = external
        self._theory = prepare(formulas)
        self._numbered = [compute_numbers(formula) for formula in formulas]
        self._axioms = [*self._theory.formulas, *self._theory.background]
        self._herbrand: Herbrand | None = None
        self._grounding_failed = False
        self._domains: dict[tuple[int, bool], Domain | None] = {}

    def decide(self, chosen: Sequence[int]) -> Decision:
        """Whether the formulas at the chosen places have a model together."""
        if self._theory.arithmetic:
            return self._over_reals(chosen)
        for stage in self._stages():
            decision = stage(chosen)
            if decision.status != "unknown":
                return decision
        return Decision("unknown")

    def ask(self, engine: Engine, chosen: Sequence[int]) -> Decision:
        """Put the question to one engine only."""
        return self._engine(engine)(chosen)

    def opinion(self, engine: Engine, chosen: Sequence[int]) -> Literal["sat", "unsat", "unknown"]:
        """What one engine says, whether or not it gives a model or a proof that can be checked."""
        if engine in ("ground", "finite"):
            return self.ask(engine, chosen).status
        formulas = self._chosen(chosen)
        if engine == "z3-mbqi":
            return z3_decide(formulas, rlimit=self._budget.rlimit).status
        if engine == "z3-triggers":
            return z3_decide(formulas, mode="triggers", rlimit=self._budget.rlimit).status
        return external_decide(engine, formulas, self._budget.steps).status

    def _engine(self, engine: Engine) -> Callable[[Sequence[int]], Decision]:
        if engine == "ground":
            return lambda chosen: self._first(chosen, [self._ground(grow=r) for r in range(self._budget.rounds + 1)])
        if engine == "finite":
            return lambda chosen: self._first(chosen, [self._finite(*domain) for domain in self._sizes()])
        if engine in ("z3-mbqi", "z3-triggers"):
            return self._z3("mbqi" if engine == "z3-mbqi" else "triggers")
        return self._prover(engine)

    def _first(self, chosen: Sequence[int], stages: Sequence[Callable[[Sequence[int]], Decision]]) -> Decision:
        return next((found for stage in stages if (found := stage(chosen)).status != "unknown"), Decision("unknown"))

    def _stages(self) -> Iterator[Callable[[Sequence[int]], Decision]]:
        """The sequence of engines: cheap ones first, refutation and model search in turns."""
        sizes = self._sizes()
        yield self._ground(grow=0)
        for domain in sizes[:3]:
            yield self._finite(*domain)
        if self._budget.rounds:
            yield self._ground(grow=1)
        yield self._z3("mbqi")
        for domain in sizes[3:]:
            yield self._finite(*domain)
        for grow in range(2, self._budget.rounds + 1):
            yield self._ground(grow)
        yield self._z3("triggers")
        for name in installed() if self._external else ():
            yield self._prover(name)

    def _sizes(self) -> list[tuple[int, bool]]:
        """Domains for the model search: number of individuals, and whether names stand for the first of them."""
        named = len(self._names())
        fixed = [(max(1, named + extra), True) for extra in range(self._budget.extra + 1)]
        if not self._theory.equality:
            return list(dict.fromkeys(fixed))
        chosen = [(size, False) for size in range(1, self._budget.size + 1)]
        return list(dict.fromkeys([*fixed[:1], *chosen[:2], *fixed[1:2], *chosen[2:]]))

    def _names(self) -> tuple[tuple[object, ...], ...]:
        return leaves(self._axioms)

    def _ground(self, grow: int) -> Callable[[Sequence[int]], Decision]:
        def stage(chosen: Sequence[int]) -> Decision:
            if self._grounding_failed:
                return Decision("unknown")
            try:
                herbrand = self._herbrand_at(grow)
            except BudgetExceeded:
                self._grounding_failed = True
                return Decision("unknown")
            if herbrand is None:
                return Decision("unknown")
            found = herbrand.decide(chosen, self._budget.conflicts)
            if found.status == "unsat":
                core = tuple(sorted({one.formula for one in found.instances if one.formula >= 0}))
                return Decision("unsat", core=core, instances=found.instances, engine="ground")
            if found.structure is not None:
                return self._checked(found.structure, chosen, "ground")
            return Decision("unknown")

        return stage

    def _herbrand_at(self, grow: int) -> Herbrand | None:
        """The grounder after so many rounds; None if it has no more terms to go on with."""
        if self._herbrand is None:
            skolemiser = Skolemiser()
            matrices = [skolemiser.matrices(formula) for formula in self._axioms]
            cut = len(self._theory.formulas)
            self._herbrand = Herbrand(matrices[:cut], matrices[cut:], self._theory.equality, self._budget.clauses)
        while self._herbrand.rounds < grow:
            if not self._herbrand.grow():
                return None
        return self._herbrand

    def _finite(self, size: int, fixed: bool) -> Callable[[Sequence[int]], Decision]:
        def stage(chosen: Sequence[int]) -> Decision:
            key = (size, fixed)
            if key not in self._domains:
                self._domains[key] = self._domain(size, fixed)
            domain = self._domains[key]
            structure = None if domain is None else domain.decide(chosen, self._budget.conflicts)[1]
            return Decision("unknown") if structure is None else self._checked(structure, chosen, "finite")

        return stage

    def _domain(self, size: int, fixed: bool) -> Domain | None:
        axioms = len(self._theory.background)
        try:
            return Domain(self._axioms, axioms, size, self._names(), fixed, self._budget.clauses)
        except BudgetExceeded:
            return None

    def _checked(self, structure: Structure, chosen: Sequence[int], engine: str) -> Decision:
        """Hand on a model only after our own evaluator has found every formula true in it; too large a one is none."""
        formulas = [*(self._numbered[place] for place in chosen), *self._theory.background]
        structure = complete(structure, [*self._numbered, *self._theory.background])
        try:
            holds = satisfies(structure, formulas)
        except BudgetExceeded:
            return Decision("unknown")
        if not holds:
            raise AssertionError(f"the engine {engine!r} returned a structure that is no model")
        return Decision("sat", structure=structure, engine=engine)

    def _z3(self, mode: Z3Mode) -> Callable[[Sequence[int]], Decision]:
        def stage(chosen: Sequence[int]) -> Decision:
            found = z3_decide(self._chosen(chosen), mode=mode, rlimit=self._budget.rlimit)
            if found.status == "unsat":
                return self._confirmed(found.core, f"z3-{mode}")
            if found.status == "sat" and found.size is not None and found.size <= 4 * self._budget.size:
                return self._finite(found.size, False)(chosen)
            return Decision("unknown")

        return stage

    def _prover(self, name: str) -> Callable[[Sequence[int]], Decision]:
        def stage(chosen: Sequence[int]) -> Decision:
            found = external_decide(name, self._chosen(chosen), self._budget.steps)
            if found.status != "unsat":
                return Decision("unknown")
            core = found.core if found.core is not None else tuple(self._chosen(chosen))
            return self._confirmed(core, name)

        return stage

    def _chosen(self, chosen: Sequence[int]) -> dict[int, Formula]:
        """The chosen formulas and the background, whose places follow those of the formulas."""
        places = [*chosen, *range(len(self._theory.formulas), len(self._axioms))]
        return {place: self._axioms[place] for place in places}

    def _confirmed(self, core: Sequence[int], engine: str) -> Decision:
        """A refutation by an engine without a proof we can check: let others refute its core again."""
        own = tuple(place for place in core if place < len(self._theory.formulas))
        formulas = {place: self._axioms[place] for place in core}
        others: list[str] = []
        if not engine.startswith("z3") and z3_decide(formulas, rlimit=self._budget.rlimit).status == "unsat":
            others.append("z3-mbqi")
        for name in installed() if self._external and not self._theory.arithmetic else ():
            if name != engine and external_decide(name, formulas, self._budget.steps).status == "unsat":
                others.append(name)
        return Decision("unsat", core=own, engine=engine, confirmed_by=tuple(others))

    def _over_reals(self, chosen: Sequence[int]) -> Decision:
        """Arithmetic terms with variables: every individual is a real number, and Z3 alone decides."""
        found = z3_decide(self._chosen(chosen), rlimit=self._budget.rlimit, reals=True)
        own = tuple(place for place in found.core if place < len(self._theory.formulas))
        return Decision(found.status, core=own, engine="z3-reals" if found.status != "unknown" else "")


def complete(structure: Structure, formulas: Sequence[Formula]) -> Structure:
    """Give every symbol of the formulas that has no meaning in the structure an arbitrary one: empty, or 0."""
    from dataclasses import replace
    from itertools import product

    from logicbench.logic.fol.structures import LESS
    from logicbench.logic.fol.syntax import Comparison, Numeral, walk
    from logicbench.logic.fol.transform import signature

    symbols = signature(formulas)
    wanted = [*symbols.predicates, *((sort, 1) for sort in symbols.sorts)]
    numerals = dict(structure.numerals)
    for formula in formulas:
        for node in walk(formula):
            if isinstance(node, Comparison):
                wanted.append(LESS)
            elif isinstance(node, Numeral):
                numerals.setdefault(node.text, 0)
    functions = {
        symbol: structure.functions.get(symbol) or dict.fromkeys(product(range(structure.size), repeat=symbol[1]), 0)
        for symbol in symbols.functions
    }
    return replace(
        structure,
        constants={name: structure.constants.get(name, 0) for name in symbols.constants},
        predicates={symbol: structure.predicates.get(symbol, frozenset()) for symbol in wanted},
        functions=functions,
        numerals=numerals,
        assignment={name: structure.assignment.get(name, 0) for name in symbols.free_variables},
    )
