"""The proved relation between a gold formula and a predicted one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.fol.structures import Batch, Structure
from logicbench.logic.fol.syntax import Formula, Not
from logicbench.logic.fol.transform import canonical
from logicbench.solvers.prover.portfolio import Budget, Session
from logicbench.solvers.prover.theory import compute_numbers
from logicbench.translation.compare.alignment import Alignment, alignments, reorderings
from logicbench.translation.compare.normal import normal_form, surely_entails
from logicbench.translation.compare.sampling import sample_batches, structure_at, truths

Relation = Literal["equivalent", "stronger", "weaker", "different", "undecided"]
Level = Literal["identical", "equivalent", "renaming", "order"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a predicted formula stands to a gold one.

    Attributes:
        relation: After the alignment: ``equivalent``; ``stronger`` if the prediction entails the gold formula only;
            ``weaker`` if it is entailed only; ``different`` if neither; ``undecided`` if the budget did not suffice
            or if equivalence hangs on names that only resemble each other.
        level: For what counts as equivalent, what it took: nothing but bound variables (``identical``), a proof
            (``equivalent``), a renaming of symbols (``renaming``), another order of arguments too (``order``).
        alignment: The alignment under which the relation holds.
        agreement: Share of random structures in which the two have the same truth value, arguments left in their
            order; 1 only if equivalence is proved; None for arithmetic.
        only_gold: A structure in which the gold formula alone is true, if one was found.
        only_predicted: A structure in which the predicted formula alone is true, if one was found.
    """

    relation: Relation
    level: Level | None
    alignment: Alignment
    agreement: float | None
    only_gold: Structure | None = None
    only_predicted: Structure | None = None

    @property
    def equivalent(self) -> bool:
        """Whether the two say the same, names that surely mean the same taken as the same.

        An equivalence that needs another order of arguments, or doubtful pairs of names, does not count: in a single
        formula it cannot be told from the error of swapping arguments.
        """
        return self.level in ("identical", "equivalent", "renaming")

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON values."""
        return {
            "relation": self.relation,
            "equivalent": self.equivalent,
            "level": self.level,
            "alignment": self.alignment.to_json(),
            "agreement": self.agreement,
            "only_gold": self.only_gold.to_json() if self.only_gold else None,
            "only_predicted": self.only_predicted.to_json() if self.only_predicted else None,
        }


@dataclass(frozen=True)
class Gold:
    """A formula with what is kept for the many that are compared with it.

    Args:
        formula: The formula.
        structures: Number of random structures for the agreement.
        seed: Seed of the structures.
    """

    formula: Formula
    structures: int = 200
    seed: int = 0

    @cached_property
    def numbered(self) -> Formula:
        """The formula, ground arithmetic computed."""
        return compute_numbers(self.formula)

    @cached_property
    def canonical(self) -> Formula:
        """The formula with canonical bound variables."""
        return canonical(self.numbered)

    @cached_property
    def sampled(self) -> tuple[list[Batch], npt.NDArray[np.bool_]]:
        """Random structures, and the formula's truth values in them."""
        batches = sample_batches([self.numbered], self.structures, self.seed)
        return batches, truths([self.numbered], batches)[0]


def compare_with(gold: Gold, predicted: Formula, *, budget: Budget | None = None) -> Comparison:
    """Relate a formula to a gold one as `compare` does without alignment, asking no provers on the search path."""
    pair = [gold.numbered, compute_numbers(predicted)]
    if canonical(pair[1]) == gold.canonical:
        return Comparison("equivalent", "identical", Alignment(), 1.0)
    found: _Evaluated = None, [None, None]
    try:
        batches, truth = gold.sampled
        found = _evaluated(batches, truth, truths([pair[1]], batches)[0])
    except InputError:  # it has symbols of its own
        return _related(gold.formula, predicted, Alignment(), budget, gold.structures, gold.seed, external=False)
    except BudgetExceeded:
        pass
    return _decided(pair, Alignment(), found, budget, gold.structures, external=False)


def compare(
    gold: Formula,
    predicted: Formula,
    *,
    align: bool = True,
    budget: Budget | None = None,
    structures: int = 200,
    seed: int = 0,
) -> Comparison:
    """Relate a predicted formula to a gold one, by proof, under the best alignment of names.

    Args:
        gold: The formula to compare with.
        predicted: The formula to judge.
        align: Whether symbols of different names may be matched.
        budget: The prover's limits.
        structures: Number of random structures for the agreement.
        seed: Seed of the structures.
    """
    found: list[Comparison] = []
    for alignment in alignments(gold, predicted) if align else [Alignment()]:
        one = _related(gold, predicted, alignment, budget, structures, seed)
        if one.equivalent:
            return one
        found.append(one)
    if align:
        base = max(found, key=_rank).alignment
        for order in reorderings(gold, base.apply(predicted)):
            alignment = Alignment(base.renamed, order, base.sure)
            if _agreement(gold, alignment.apply(predicted), structures, seed) == 1.0:
                one = _related(gold, predicted, alignment, budget, structures, seed)
                if one.level == "order":
                    return replace(one, agreement=_related(gold, predicted, base, budget, structures, seed).agreement)
    return max(found, key=_rank)


def _rank(one: Comparison) -> tuple[bool, bool, float, int]:
    return (
        one.level is not None,
        one.relation == "equivalent",
        one.agreement if one.agreement is not None else -1.0,
        len(one.alignment.renamed),
    )


def _agreement(gold: Formula, predicted: Formula, count: int, seed: int) -> float | None:
    pair = [compute_numbers(gold), compute_numbers(predicted)]
    try:
        a, b = truths(pair, sample_batches(pair, count, seed))
    except (InputError, BudgetExceeded):
        return None
    return float((a == b).mean())


def _related(
    gold: Formula,
    predicted: Formula,
    alignment: Alignment,
    budget: Budget | None,
    count: int,
    seed: int,
    external: bool = True,
) -> Comparison:
    pair = [compute_numbers(gold), compute_numbers(alignment.apply(predicted))]
    if alignment.sure and canonical(pair[0]) == canonical(pair[1]):
        return Comparison("equivalent", _level(alignment, "identical"), alignment, 1.0)
    found: _Evaluated = None, [None, None]
    with suppress(InputError, BudgetExceeded):
        batches = sample_batches(pair, count, seed)
        found = _evaluated(batches, *truths(pair, batches))
    return _decided(pair, alignment, found, budget, count, external)


_Evaluated: TypeAlias = tuple[float | None, list[Structure | None]]
"""In which share of structures two formulas agree, and where only the first, and only the second, is true."""


def _evaluated(batches: Sequence[Batch], a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> _Evaluated:
    only: list[Structure | None] = [None, None]
    for side, alone in enumerate((a & ~b, b & ~a)):
        if alone.any():
            # The last batch has the smallest domain.
            only[side] = structure_at(batches, int(np.flatnonzero(alone)[-1]))
    return float((a == b).mean()), only


def _decided(
    pair: list[Formula], alignment: Alignment, found: _Evaluated, budget: Budget | None, count: int, external: bool
) -> Comparison:
    agreement, only = found
    relation = _prove_relation(pair, only, budget, external)
    if relation == "equivalent" and not alignment.sure:
        relation = "undecided"
    if relation != "equivalent" and agreement == 1.0:
        # One structure more than those drawn tells them apart, or no proof says that none does.
        agreement = count / (count + 1)
    level = _level(alignment, "equivalent") if relation == "equivalent" else None
    return Comparison(relation, level, alignment, agreement, *only)


def _level(alignment: Alignment, plain: Level) -> Level:
    return "order" if alignment.reordered else "renaming" if alignment.renamed else plain


def _prove_relation(
    pair: list[Formula], only: list[Structure | None], budget: Budget | None, external: bool
) -> Relation:
    """Decide both directions, filling in structures that the prover finds."""
    entails: list[bool | None] = [False if structure is not None else None for structure in only]
    if None in entails:
        with suppress(BudgetExceeded):
            forms = [normal_form(formula) for formula in pair]
            for side, (left, right) in enumerate((forms, forms[::-1])):
                if entails[side] is None and surely_entails(left, right):
                    entails[side] = True
    if None in entails:
        try:
            session = Session([pair[0], Not(pair[1]), pair[1], Not(pair[0])], budget, external)
        except BudgetExceeded:
            return "undecided"
        for side, chosen in enumerate(([0, 1], [2, 3])):
            if entails[side] is None:
                decision = session.decide(chosen)
                only[side] = decision.structure
                entails[side] = {"unsat": True, "sat": False, "unknown": None}[decision.status]
    gold_entails, predicted_entails = entails
    if gold_entails is None or predicted_entails is None:
        return "different" if gold_entails is False and predicted_entails is False else "undecided"
    if gold_entails and predicted_entails:
        return "equivalent"
    return "stronger" if predicted_entails else "weaker" if gold_entails else "different"
