"""Making translation errors on demand, each checked for what it does to the meaning.

Semantic errors are edits of the tree and are compared with the original by proof. Syntactic errors are edits of the
text; they count if the strict reader refuses the text, and it is noted whether the tolerant one still reads the
original formula out of it. `metric_perturbation` makes the seven whole-formula changes of the metrics study (Thatikonda
et al. 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from logicbench.errors import LogicbenchError, UnknownNameError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import (
    And,
    Constant,
    Exists,
    Forall,
    Formula,
    Not,
    Or,
    Predicate,
    Variable,
    Xor,
    disjunction,
    fold,
    rebuild,
    walk,
)
from logicbench.logic.fol.transform import alpha_equivalent, free_variables
from logicbench.seeding import Stream
from logicbench.solvers.prover.portfolio import Budget
from logicbench.translation.compare.equivalence import Comparison, compare
from logicbench.translation.edits import KINDS, Path, Vocabulary, edits

Effect: TypeAlias = Literal["changed", "equivalent", "undecided"]


@dataclass(frozen=True, slots=True)
class Perturbed:
    """A formula with one error.

    Attributes:
        kind: The class of the error, one of `KINDS`.
        formula: The formula with the error.
        path: Where it is: the numbers of the children on the way down.
        effect: Whether the meaning changed, by proof or by a structure that tells the two apart.
        comparison: How it stands to the original.
    """

    kind: str
    formula: Formula
    path: Path
    effect: Effect
    comparison: Comparison


def perturb(
    formula: Formula,
    kind: str,
    stream: Stream,
    vocabulary: Vocabulary | None = None,
    budget: Budget | None = None,
) -> Perturbed | None:
    """Make one error of a kind at random; None if the formula has no place for it.

    An error that changes the meaning is preferred; one that does not is returned, and flagged, if a few tries find no
    other.

    Args:
        formula: The formula.
        kind: One of `KINDS`.
        stream: Source of randomness.
        vocabulary: Constants and predicates that may be put in; by default those of the formula.
        budget: The prover's limits.
    """
    if kind not in KINDS:
        raise UnknownNameError("error class", kind, KINDS)
    choices = list(edits(formula, kind, vocabulary))
    stream.shuffle(choices)
    found: list[Perturbed] = []
    for edit in choices[:8]:
        comparison = compare(formula, edit.formula, align=False, budget=budget)
        effect = _effect(comparison)
        found.append(Perturbed(kind, edit.formula, edit.path, effect, comparison))
        if effect == "changed":
            return found[-1]
    return next((one for one in found if one.effect == "equivalent"), found[0] if found else None)


def _effect(comparison: Comparison) -> Effect:
    if comparison.level in ("identical", "equivalent"):
        return "equivalent"
    told_apart = comparison.only_gold is not None or comparison.only_predicted is not None
    return "changed" if told_apart or comparison.relation in ("stronger", "weaker", "different") else "undecided"


@dataclass(frozen=True, slots=True)
class PerturbedText:
    """A formula's text with one syntactic error.

    Attributes:
        kind: The class of the error, one of `TEXT_KINDS`.
        text: The text with the error; the strict reader refuses it.
        repairable: Whether the tolerant reader reads the original formula out of it.
    """

    kind: str
    text: str
    repairable: bool


def perturb_text(formula: Formula, kind: str, stream: Stream) -> PerturbedText | None:
    """Break the Unicode text of a formula in one way; None if that way leaves it readable."""
    if kind not in TEXT_KINDS:
        raise UnknownNameError("error class", kind, TEXT_KINDS)
    text = render(formula)
    choices = TEXT_KINDS[kind](text)
    stream.shuffle(choices)
    for broken in choices[:8]:
        try:
            parse(broken, "unicode", "strict")
        except LogicbenchError:
            return PerturbedText(kind, broken, _repairable(broken, formula))
    return None


def _repairable(text: str, formula: Formula) -> bool:
    try:
        return alpha_equivalent(parse(text, "unicode").formula, formula)
    except LogicbenchError:
        return False


def _without(text: str, characters: str) -> list[str]:
    return [text[:place] + text[place + 1 :] for place, char in enumerate(text) if char in characters]


def _after(text: str, characters: str, extra: str) -> list[str]:
    return [text[: place + 1] + extra + text[place + 1 :] for place, char in enumerate(text) if char in characters]


def _swapped(text: str, characters: str, other: str) -> list[str]:
    return [text[:place] + other + text[place + 1 :] for place, char in enumerate(text) if char in characters]


TEXT_KINDS: Mapping[str, Callable[[str], list[str]]] = {
    "missing_close": lambda text: _without(text, ")"),
    "missing_open": lambda text: _without(text, "("),
    "extra_close": lambda text: _after(text, ")", ")"),
    "extra_open": lambda text: _after(text, "(", "("),
    "missing_operator": lambda text: _without(text, "∧∨→↔⊕"),
    "missing_operand": lambda text: [text[: p + 1] for p, char in enumerate(text) if char in "∧∨→↔⊕"],
    "comma_conjunction": lambda text: _swapped(text, "∧", ","),
    "operator_spelling": lambda text: (
        _swapped(text, "→", "=>=") + _swapped(text, "∧", "&&&") + _swapped(text, "∨", "|/")
    ),
    "missing_variable": lambda text: [text[: p + 1] + text[p + 2 :] for p, char in enumerate(text) if char in "∀∃"],
    "stray_character": lambda text: _after(text, "(),", "§") or [f"{text}§"],
    "truncated": lambda text: [text[:cut] for cut in range(max(1, len(text) // 2), len(text))],
    "trailing_text": lambda text: [f"{text} which means that this holds", f"{text}. Never: does not exist a time"],
}
"""The classes of syntactic errors, by name: what they make of a text."""

METRIC_PERTURBATIONS = ("quantifier", "negation", "and_or", "or_xor", "operator", "predicate", "variable")


def metric_perturbation(formula: Formula, name: str) -> Formula:
    """One of the seven changes of the metrics study, made everywhere in the formula at once.

    ``quantifier``: every ∀ becomes ∃, or if there is none every ∃ ∀. ``negation``: every atom changes its sign.
    ``and_or``, ``or_xor``: the two connectives change places. ``operator``: the disjunction of the distinct predicates.
    ``predicate``: a negated P becomes NotP. ``variable``: individuals and variables get capital letters.
    """
    if name not in METRIC_PERTURBATIONS:
        raise UnknownNameError("perturbation", name, METRIC_PERTURBATIONS)
    if name == "operator":
        atoms = {(node.name, len(node.arguments)): node for node in walk(formula) if isinstance(node, Predicate)}
        body = disjunction(tuple(atoms.values()))
        for variable in reversed(free_variables(body)):
            body = Forall(variable, body)
        return body
    universal = any(isinstance(node, Forall) for node in walk(formula))
    result: Formula = fold(formula, lambda node, below: _changed(name, node, below, universal))
    return result


def _changed(name: str, node: Any, below: list[Any], universal: bool) -> Any:
    new = rebuild(node, below)
    if name == "quantifier" and isinstance(node, Forall if universal else Exists):
        return (Exists if universal else Forall)(node.variable, below[0], node.sort)
    if name == "negation" and isinstance(node, Predicate):
        return Not(new)
    if name == "negation" and isinstance(node, Not) and isinstance(node.body, Predicate):
        return below[0].body
    if name == "and_or" and isinstance(node, And | Or):
        return (Or if isinstance(node, And) else And)(tuple(below))
    if name == "or_xor" and isinstance(node, Xor):
        return Or(tuple(below))
    if name == "or_xor" and isinstance(node, Or):
        result = below[0]
        for operand in below[1:]:
            result = Xor(result, operand)
        return result
    if name == "predicate" and isinstance(node, Not) and isinstance(node.body, Predicate):
        return Predicate(f"Not{node.body.name}", below[0].arguments)
    if name == "variable" and isinstance(node, Variable | Constant) and node.name not in ("x", "y"):
        return type(node)(node.name.capitalize())
    if name == "variable" and isinstance(node, Forall | Exists) and node.variable.name not in ("x", "y"):
        return type(node)(Variable(node.variable.name.capitalize()), below[0], node.sort)
    return new
