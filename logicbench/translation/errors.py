"""Which errors a predicted formula makes, found by the reader, the trees and the prover.

An error class of `edits` is *proved* if the prediction is equivalent to the gold formula with that one error, or with
it made everywhere. Where no single error explains the prediction, the classes whose traces differ are given as
*shape*: they are hints. Classes of syntax come from the reader's notes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from logicbench.errors import BudgetExceeded, InputError, LogicbenchError
from logicbench.logic.fol.notes import Note, ParseError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import (
    BINDERS,
    And,
    Constant,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Not,
    Or,
    Variable,
    Xor,
    fold,
    rebuild,
    walk,
)
from logicbench.logic.fol.transform import free_variables, signature
from logicbench.solvers.prover.portfolio import Budget
from logicbench.solvers.prover.theory import compute_numbers
from logicbench.translation.compare.alignment import Alignment
from logicbench.translation.compare.equivalence import Comparison, compare
from logicbench.translation.compare.normal import normal_form
from logicbench.translation.compare.sampling import sample_batches, truths
from logicbench.translation.edits import KINDS, Path, Vocabulary, edits

Evidence: TypeAlias = Literal["reader", "signature", "proved", "shape"]

SYNTAX_CLASSES: Mapping[str, str] = {
    "missing_close": "bracket",
    "missing_open": "bracket",
    "extra_close": "bracket",
    "extra_open": "bracket",
    "bracket_shape": "bracket",
    "empty_brackets": "bracket",
    "missing_operand": "operator",
    "missing_operator": "operator",
    "comma_conjunction": "operator",
    "operator_spelling": "operator",
    "mixed_operators": "operator",
    "chained_relation": "operator",
    "missing_variable": "quantifier",
    "variable_list": "quantifier",
    "free_variable": "quantifier",
    "shadowed_variable": "quantifier",
    "missing_sort": "quantifier",
    "formula_in_term": "term",
    "comparison_term": "term",
    "empty_arguments": "term",
    "missing_comma": "term",
    "extra_comma": "term",
    "variable_as_predicate": "term",
    "trailing_text": "completion",
    "explanation": "completion",
    "trailing_punctuation": "completion",
    "comment": "completion",
    "syntax": "unreadable",
}
"""Kind of a reader's note -> class of syntax error; other kinds are ``lexical``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One error: its class, what shows it, and where it is in the gold formula (``proved``) or in the text."""

    kind: str
    evidence: Evidence
    path: Path | None = None
    position: int | None = None
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON values."""
        return {
            "kind": self.kind,
            "evidence": self.evidence,
            "path": None if self.path is None else list(self.path),
            "position": self.position,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong with a prediction: the comparison (None if it could not be read) and the errors found."""

    comparison: Comparison | None
    findings: tuple[Finding, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The classes found, each once."""
        return tuple(dict.fromkeys(finding.kind for finding in self.findings))

    def to_json(self) -> dict[str, Any]:
        """The diagnosis as JSON values."""
        return {
            "comparison": None if self.comparison is None else self.comparison.to_json(),
            "findings": [finding.to_json() for finding in self.findings],
        }


def diagnose_text(gold: Formula, text: str, notation: str = "auto", budget: Budget | None = None) -> Diagnosis:
    """Find the errors of a predicted text: of syntax, by the reader, and of meaning, if it could be read."""
    try:
        parsed = parse(text, notation)
    except ParseError as error:
        return Diagnosis(None, (Finding("unreadable", "reader", position=error.position, detail=error.expected),))
    except LogicbenchError as error:
        return Diagnosis(None, (Finding("unreadable", "reader", detail=str(error)),))
    found = diagnose(gold, parsed.formula, budget=budget)
    return Diagnosis(found.comparison, (*syntax_findings(parsed.notes), *found.findings))


def syntax_findings(notes: Iterable[Note]) -> Iterator[Finding]:
    """The reader's repairs as errors of syntax."""
    for note in notes:
        if note.severity == "repair":
            kind = SYNTAX_CLASSES.get(note.kind, "lexical")
            yield Finding(kind, "reader", position=note.position, detail=note.kind)


def diagnose(gold: Formula, predicted: Formula, *, align: bool = True, budget: Budget | None = None) -> Diagnosis:
    """Find the errors of a predicted formula.

    Args:
        gold: What it should say.
        predicted: What it says.
        align: Whether symbols whose names mean the same are matched first.
        budget: The prover's limits.
    """
    predicted = _unbound(gold, predicted)
    comparison = compare(gold, predicted, align=align, budget=budget)
    if comparison.equivalent:
        return Diagnosis(comparison, ())
    alignment = comparison.alignment
    aligned = Alignment(alignment.renamed, {}, alignment.sure).apply(predicted)
    findings = list(_signature_findings(gold, aligned))
    proved = list(_explanations(gold, aligned, budget))
    findings += proved or _shape_findings(gold, aligned)
    return Diagnosis(comparison, tuple(findings))


def _unbound(gold: Formula, predicted: Formula) -> Formula:
    """Take constants for free variables if they are called as a bound variable is, and not as a gold constant is."""
    bound = {node.variable.name for one in (gold, predicted) for node in walk(one) if isinstance(node, BINDERS)}
    names = bound - set(signature([gold]).constants)

    def combine(node: Any, below: list[Any]) -> Any:
        return Variable(node.name) if isinstance(node, Constant) and node.name in names else rebuild(node, below)

    result: Formula = fold(predicted, combine)
    return result


def _signature_findings(gold: Formula, predicted: Formula) -> Iterator[Finding]:
    ours, theirs = signature([gold]), signature([predicted])
    known = {name for name, _ in ours.predicates}
    for name, arity in theirs.predicates:
        if (name, arity) not in ours.predicates:
            kind = "arity_mismatch" if name in known else "unknown_predicate"
            yield Finding(kind, "signature", detail=f"{name}/{arity}")
    arities = Counter(name for name, _ in theirs.predicates)
    yield from (Finding("arity_conflict", "signature", detail=name) for name, count in arities.items() if count > 1)
    for name in theirs.constants:
        if name in known or any(name == other for other, _ in theirs.predicates):
            yield Finding("predicate_as_term", "signature", detail=name)
        elif name not in ours.constants:
            yield Finding("unknown_constant", "signature", detail=name)
    free = {variable.name for variable in free_variables(gold)}
    yield from (
        Finding("free_variable", "signature", detail=variable.name)
        for variable in free_variables(predicted)
        if variable.name not in free
    )


def _explanations(gold: Formula, predicted: Formula, budget: Budget | None) -> Iterator[Finding]:
    """Classes of which one error, or the same error everywhere, turns one formula into the other."""
    vocabulary = Vocabulary.of([gold, predicted])
    target = _Target(predicted, gold, budget)
    source = _Target(gold, predicted, budget)
    for kind in KINDS:
        hit = next((edit.path for edit in edits(gold, kind, vocabulary) if target.matches(edit.formula)), None)
        if hit is not None:
            yield Finding(kind, "proved", hit, detail=KINDS[kind].description)
            continue
        everywhere = _everywhere(gold, kind, vocabulary)
        if everywhere is not None and target.matches(everywhere):
            yield Finding(kind, "proved", detail=f"{KINDS[kind].description}, everywhere")
    for kind, opposite in (("missing_conjunct", "extra_conjunct"), ("missing_disjunct", "extra_disjunct"),
                           ("missing_condition", "extra_condition")):  # fmt: skip
        if any(source.matches(edit.formula) for edit in edits(predicted, kind, vocabulary)):
            yield Finding(opposite, "proved")


def _everywhere(formula: Formula, kind: str, vocabulary: Vocabulary) -> Formula | None:
    """The error made at every place that has one way to make it, from the leaves up; None for other kinds."""
    if kind in ("wrong_constant", "wrong_variable", "wrong_predicate", "extra_conjunct", "constant_for_variable"):
        return None
    paths = sorted({edit.path for edit in edits(formula, kind, vocabulary)}, key=lambda path: (-len(path), path))
    if len(paths) < 2:
        return None
    for path in paths:
        again = next((edit.formula for edit in edits(formula, kind, vocabulary) if edit.path == path), None)
        formula = again if again is not None else formula
    return formula


class _Target:
    """A formula that candidates are compared with: by random structures first, then by proof.

    Where there are no structures, for arithmetic or too many arguments, every candidate would need the prover; then
    only those match that have the same normal form.
    """

    def __init__(self, formula: Formula, other: Formula, budget: Budget | None) -> None:
        self._formula, self._budget = formula, budget
        self._values: Any = None
        self._normal: Formula | None = None
        try:
            self._batches = sample_batches([compute_numbers(formula), compute_numbers(other)], 60)
            (self._values,) = truths([formula], self._batches)
        except (InputError, BudgetExceeded):
            with suppress(BudgetExceeded):
                self._normal = normal_form(formula)

    def matches(self, candidate: Formula) -> bool:
        if candidate == self._formula:
            return True
        if self._values is None:
            with suppress(BudgetExceeded):
                return self._normal is not None and normal_form(candidate) == self._normal
            return False
        try:
            (values,) = truths([candidate], self._batches)
        except (InputError, BudgetExceeded):
            # The candidate has a symbol or a free variable that neither formula has.
            if free_variables(candidate) or _strange(candidate, self._formula):
                return False
        else:
            if not np.array_equal(values, self._values):
                return False
        return compare(self._formula, candidate, align=False, budget=self._budget).relation == "equivalent"


def _strange(candidate: Formula, formula: Formula) -> bool:
    return not set(signature([candidate]).predicates) <= set(signature([formula]).predicates)


_TRACES: Sequence[tuple[str, tuple[type, ...]]] = (
    ("quantifier_type", (Forall, Exists)),
    ("negation", (Not,)),
    ("and_or", (And, Or)),
    ("or_xor", (Or, Xor)),
    ("implication", (Implies, Iff)),
)


def _shape_findings(gold: Formula, predicted: Formula) -> list[Finding]:
    ours, theirs = (Counter(type(node) for node in walk(formula)) for formula in (gold, predicted))
    found = [
        Finding(kind, "shape", detail=", ".join(f"{one.__name__} {ours[one]}→{theirs[one]}" for one in types))
        for kind, types in _TRACES
        if any(ours[one] != theirs[one] for one in types)
    ]
    return found or [Finding("other", "shape")]
