"""Premises and a conclusion: the instance that `fol` and `skills` share, prepared for asking and checking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from logicbench.errors import BudgetExceeded, InputError
from logicbench.generators.cache import InstanceCache
from logicbench.generators.fol.sorts import PROFILES, SORTS, is_well_sorted, split, without_sorts
from logicbench.generators.fol.words import Words
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import Equal, Formula, Not, depth, size, walk
from logicbench.logic.fol.transform import Signature, signature
from logicbench.solvers.prover.portfolio import Budget, Decision, Session

BUDGET = Budget(conflicts=5_000, clauses=60_000, rounds=2, extra=2, size=4, rlimit=1_000_000)
"""Limits of every question to the prover; an instance that needs more is not made."""

MAX_DECISIONS = 256
"""Answers of the prover kept with an argument, for the many answers that are checked against it in RL."""

MAX_PREMISES = 200
Label = Literal["true", "false", "unknown"]


@dataclass(frozen=True)
class Argument:
    """Premises, a conclusion, and what the symbols are called."""

    premises: tuple[Formula, ...]
    conclusion: Formula
    words: Words
    sorts: Mapping[str, str] = field(default_factory=dict)
    """The sort of each constant; empty where all individuals are people and quantifiers have no sorts."""
    notes: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What a task keeps with the argument, for the answers that are checked against it later."""

    @cached_property
    def formulas(self) -> tuple[Formula, ...]:
        """The premises, then the conclusion."""
        return (*self.premises, self.conclusion)

    @cached_property
    def signature(self) -> Signature:
        """The symbols in use."""
        return signature(self.formulas)

    @cached_property
    def equality(self) -> bool:
        """Whether equality occurs."""
        return any(isinstance(node, Equal) for formula in self.formulas for node in walk(formula))

    @cached_property
    def used_sorts(self) -> tuple[str, ...]:
        """The sorts of which something is said."""
        found = {*self.signature.sorts, *self.sorts.values()}
        return tuple(sort for sort in SORTS if sort in found)

    @cached_property
    def profiles(self) -> dict[str, tuple[str, ...]]:
        """The sorts of what each predicate is said of; empty where there are no sorts."""
        if not self.used_sorts:
            return {}
        return {name: PROFILES[self.words.category(name)] for name, _ in self.signature.predicates}

    @cached_property
    def _session(self) -> Session:
        # Provers on the search path are not asked: a label must not depend on what is installed.
        formulas = [*self.formulas, Not(self.conclusion)]
        if self.used_sorts:
            formulas = [without_sorts(formula) for formula in formulas]
        return Session(formulas, BUDGET, external=False)

    @cached_property
    def _decisions(self) -> dict[tuple[int, ...], Decision]:
        return {}

    def decide(self, places: Sequence[int], conclusion: bool) -> Decision:
        """Whether the premises at the places have a model in which the conclusion is true (or false)."""
        chosen = (*places, len(self.premises) + (0 if conclusion else 1))
        if chosen not in self._decisions:
            if len(self._decisions) >= MAX_DECISIONS:
                self._decisions.clear()
            try:
                self._decisions[chosen] = self._session.decide(chosen)
            except BudgetExceeded:
                self._decisions[chosen] = Decision("unknown")
        return self._decisions[chosen]

    @cached_property
    def holds(self) -> Decision:
        """Whether all premises have a model in which the conclusion is true."""
        return self.decide(range(len(self.premises)), True)

    @cached_property
    def fails(self) -> Decision:
        """Whether all premises have a model in which the conclusion is false."""
        return self.decide(range(len(self.premises)), False)

    @cached_property
    def label(self) -> Label | None:
        """What the premises say of the conclusion; None if they contradict each other or the budget did not suffice.

        Every side that is not refuted has a finite model that was checked by evaluating the formulas in it.
        """
        found = self.holds.status, self.fails.status
        return _LABELS.get(found)

    @cached_property
    def valid(self) -> bool:
        """Whether the conclusion follows."""
        return self.label == "true"

    @cached_property
    def core(self) -> tuple[int, ...]:
        """Places of premises from which the label true or false follows, none of which can be left out."""
        decision, side = (self.fails, False) if self.label == "true" else (self.holds, True)
        kept = [place for place in decision.core if place < len(self.premises)]
        for place in tuple(kept):
            rest = [other for other in kept if other != place]
            if self.decide(rest, side).status == "unsat":
                kept = rest
        return tuple(kept)

    @cached_property
    def instances(self) -> int:
        """Ground instances in the prover's refutation; 0 where there is none or it was found without them."""
        return max(len(self.holds.instances), len(self.fails.instances))

    def is_needed(self, places: Sequence[int]) -> bool | None:
        """Whether the label follows from these premises and from no fewer of them; None if the budget runs out."""
        side = self.label == "false"
        if (whole := self.decide(places, side).status) != "unsat":
            return None if whole == "unknown" else False
        parts = [self.decide([other for other in places if other != place], side).status for place in places]
        if "unsat" in parts:
            return False
        return None if "unknown" in parts else True

    def model(self, conclusion: bool) -> Structure:
        """Return a checked model of the premises in which the conclusion is true (or false)."""
        structure = (self.holds if conclusion else self.fails).structure
        assert structure is not None
        if not self.used_sorts:
            return structure
        end = self.conclusion if conclusion else Not(self.conclusion)
        return split(structure, (*self.premises, end), self.sorts, self.profiles, self.used_sorts)

    def to_instance(self) -> dict[str, Any]:
        """Return the argument as JSON values."""
        instance = {
            "premises": [render(formula) for formula in self.premises],
            "conclusion": render(self.conclusion),
            "words": self.words.to_json(),
        }
        return instance | ({"sorts": dict(sorted(self.sorts.items()))} if self.sorts else {})


_LABELS: Mapping[tuple[str, str], Label] = {
    ("sat", "unsat"): "true",
    ("unsat", "sat"): "false",
    ("sat", "sat"): "unknown",
}


def read_formula(text: Any) -> Formula:
    """Read a formula of an instance.

    Raises:
        InputError: If it is not one, needs repair, or is larger than any that is generated.
    """
    if not isinstance(text, str) or len(text) > 2_000:
        raise InputError("not an instance of arguments: a formula must be a text of at most 2,000 characters")
    formula = parse(text, "unicode", "strict").formula
    if size(formula) > 400 or depth(formula) > 60:
        raise InputError(f"the formula {text[:60]!r} is too large")
    return formula


def _prepare(instance: Mapping[str, Any]) -> Argument:
    premises = instance.get("premises")
    if not isinstance(premises, list) or len(premises) > MAX_PREMISES:
        raise InputError(f"not an instance of arguments: it needs a list of at most {MAX_PREMISES} premises")
    argument = Argument(
        tuple(map(read_formula, premises)),
        read_formula(instance.get("conclusion")),
        Words.from_json(instance.get("words")),
        _read_sorts(instance.get("sorts", {})),
    )
    if (argument.signature.sorts or argument.sorts) and not _is_well_sorted(argument):
        raise InputError(
            "not an instance of arguments: with sorts, every quantifier and every constant needs one that fits what is "
            "said of it, and there may be neither functions nor equality"
        )
    return argument


def _is_well_sorted(argument: Argument) -> bool:
    """Whether sorts may be left out for the prover; see `logicbench.generators.fol.sorts.without_sorts`."""
    found = argument.signature
    if found.functions or argument.equality or set(found.constants) != argument.sorts.keys():
        return False
    if not set(found.sorts) <= SORTS.keys() or any(
        argument.words.category(n) not in PROFILES for n, _ in found.predicates
    ):
        return False
    return all(is_well_sorted(formula, argument.sorts, argument.profiles) for formula in argument.formulas)


def _read_sorts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(sort in SORTS for sort in value.values()):
        raise InputError(f"not an instance of arguments: its sorts must map constants to {', '.join(SORTS)}")
    return value


argument_of: InstanceCache[Argument] = InstanceCache(_prepare)
"""Returns the prepared argument of an instance."""
