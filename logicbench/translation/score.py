"""How good a translation is: the label, and formula by formula against gold ones where they are known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from logicbench.errors import LogicbenchError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Formula
from logicbench.solvers.prover.portfolio import Budget
from logicbench.translation.compare.closeness import closeness
from logicbench.translation.errors import diagnose_text, syntax_findings
from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import Translation


@dataclass(frozen=True, slots=True)
class Score:
    """What a translation is worth.

    Attributes:
        correct: Whether the predicted label is the item's; None if the item has none.
        compared: Gold formulas that could be read.
        equivalent: How many of them the translation meets, by proof, up to a safe renaming in that formula.
        closeness: Sum of the combined closeness over the compared ones; what is missing or unreadable counts 0.
        errors: Classes of errors and in how many formulas each was found.
    """

    correct: bool | None
    compared: int
    equivalent: int
    closeness: float
    errors: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """The score as JSON values."""
        return {
            "correct": self.correct,
            "compared": self.compared,
            "equivalent": self.equivalent,
            "closeness": round(self.closeness, 6),
            "errors": self.errors,
        }


def score(item: Item, found: Translation, budget: Budget | None = None) -> Score:
    """Judge a translation by its item."""
    correct = None if item.label is None else found.prediction == item.label
    errors: Counter[str] = Counter()
    compared = equivalent = 0
    total = 0.0
    for gold, text in _pairs(item, found):
        compared += 1
        if not text:
            errors["missing_formula"] += 1
            continue
        same, near, kinds = _compare(gold, text, budget)
        equivalent += same
        total += near
        errors.update(kinds)
    if compared and len(found.formulas) > len(item.premises_fol) + 1:
        errors["surplus_formula"] += len(found.formulas) - len(item.premises_fol) - 1
    if not compared:
        errors.update(kind for text in found.formulas for kind in (_syntax(text) if text else ("missing_formula",)))
    return Score(correct, compared, equivalent, total, dict(sorted(errors.items())))


def _pairs(item: Item, found: Translation) -> list[tuple[Formula, str | None]]:
    """Gold formulas that can be read, each with the text in its place: premise by premise, conclusion by conclusion."""
    texts: list[str | None] = list(found.formulas[: len(item.premises_fol)])
    if len(found.formulas) <= len(item.premises_fol):
        texts = list(found.formulas[:-1])
    texts += [None] * (len(item.premises_fol) - len(texts))
    conclusion = found.formulas[-1] if found.formulas else None
    pairs = list(zip(item.premises_fol, texts, strict=True))
    if item.conclusion_fol is not None:
        pairs.append((item.conclusion_fol, conclusion))
    known: list[tuple[Formula, str | None]] = []
    for gold, text in pairs:
        try:
            known.append((parse(gold).formula, text))
        except LogicbenchError:
            continue
    return known


def _compare(gold: Formula, text: str, budget: Budget | None) -> tuple[bool, float, tuple[str, ...]]:
    try:
        predicted = parse(text).formula
    except LogicbenchError:
        return False, 0.0, ("unreadable",)
    relation, near = closeness(gold, predicted, budget=budget)
    if relation.equivalent:
        return True, near.combined, _syntax(text)
    return False, near.combined, diagnose_text(gold, text, budget=budget).kinds


def _syntax(text: str) -> tuple[str, ...]:
    try:
        notes = parse(text).notes
    except LogicbenchError:
        return ("unreadable",)
    return tuple(dict.fromkeys(finding.kind for finding in syntax_findings(notes)))
