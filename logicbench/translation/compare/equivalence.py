"""The proved relation between a gold formula and a predicted one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import Formula, Not
from logicbench.logic.fol.transform import canonical
from logicbench.solvers.prover.portfolio import Budget, Session
from logicbench.solvers.prover.theory import compute_numbers
from logicbench.translation.compare.alignment import Alignment, alignments, reorderings
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
    gold: Formula, predicted: Formula, alignment: Alignment, budget: Budget | None, count: int, seed: int
) -> Comparison:
    pair = [compute_numbers(gold), compute_numbers(alignment.apply(predicted))]
    if alignment.sure and canonical(pair[0]) == canonical(pair[1]):
        return Comparison("equivalent", _level(alignment, "identical"), alignment, 1.0)
    only: list[Structure | None] = [None, None]
    agreement = None
    try:
        batches = sample_batches(pair, count, seed)
        a, b = truths(pair, batches)
        agreement = float((a == b).mean())
        for side, alone in enumerate((a & ~b, b & ~a)):
            if alone.any():
                # The last batch has the smallest domain.
                only[side] = structure_at(batches, int(np.flatnonzero(alone)[-1]))
    except (InputError, BudgetExceeded):
        pass
    relation = _prove_relation(pair, only, budget)
    if relation == "equivalent" and not alignment.sure:
        relation = "undecided"
    if relation != "equivalent" and agreement == 1.0:
        # One structure more than those drawn tells them apart, or no proof says that none does.
        agreement = count / (count + 1)
    level = _level(alignment, "equivalent") if relation == "equivalent" else None
    return Comparison(relation, level, alignment, agreement, *only)


def _level(alignment: Alignment, plain: Level) -> Level:
    return "order" if alignment.reordered else "renaming" if alignment.renamed else plain


def _prove_relation(pair: list[Formula], only: list[Structure | None], budget: Budget | None) -> Relation:
    """Decide both directions, filling in structures that the prover finds."""
    entails: list[bool | None] = [False if structure is not None else None for structure in only]
    if None in entails:
        try:
            session = Session([pair[0], Not(pair[1]), pair[1], Not(pair[0])], budget)
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
