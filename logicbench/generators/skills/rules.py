"""The atomic rules of inference of LogicAsker (Wan et al., EMNLP 2024), and the fallacies, as schemata.

Lower-case letters are statements, P, Q and R predicates, a an individual. From every propositional schema come a
universal one (everything under ∀x) and existential ones (one premise and the conclusion under ∃x, the other premises
under ∀x). Two entries differ from the published table: from p ∨ q and p its fallacy concludes q, where affirming a
disjunct concludes ¬q; and rules with a free variable, an arbitrary individual, are written with ∀, which makes one
reading of universal instantiation the same as universal generalisation. Tests prove
every rule and refute every fallacy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Exists, Forall, Formula, Predicate, Variable, fold, rebuild

Kind = Literal["inference", "equivalence", "fallacy"]
Level = Literal["propositional", "predicate"]

_INFERENCES = """
modus ponens: p → q, p ⊢ q
modus tollens: p → q, ¬q ⊢ ¬p; p → ¬q, q ⊢ ¬p
transitivity: p → q, q → r ⊢ p → r
disjunctive syllogism: p ∨ q, ¬p ⊢ q
addition: p ⊢ p ∨ q
simplification: p ∧ q ⊢ p; p ∧ q ⊢ q
conjunction: p, q ⊢ p ∧ q
resolution: p ∨ q, ¬p ∨ r ⊢ q ∨ r
disjunction elimination: p → r, q → r, p ∨ q ⊢ r
biconditional introduction: p → q, q → p ⊢ p ↔ q
biconditional elimination: p ↔ q ⊢ p → q; p ↔ q ⊢ q → p; p ↔ q, ¬p ⊢ ¬q; p ↔ q, ¬q ⊢ ¬p
"""

_LAWS = """
idempotent law: p ∨ p ⊢ p; p ∧ p ⊢ p
associative law: (p ∨ q) ∨ r ⊢ p ∨ (q ∨ r); (p ∧ q) ∧ r ⊢ p ∧ (q ∧ r)
commutative law: p ∨ q ⊢ q ∨ p; p ∧ q ⊢ q ∧ p
distributive law: p ∨ (q ∧ r) ⊢ (p ∨ q) ∧ (p ∨ r); p ∧ (q ∨ r) ⊢ (p ∧ q) ∨ (p ∧ r)
complement law: ¬¬p ⊢ p; p ⊢ ¬¬p
De Morgan: ¬(p ∧ q) ⊢ ¬p ∨ ¬q; ¬(p ∨ q) ⊢ ¬p ∧ ¬q
conditional law: p → q ⊢ ¬p ∨ q; ¬p ∨ q ⊢ p → q
biconditional law: p ↔ q ⊢ (p → q) ∧ (q → p); (p → q) ∧ (q → p) ⊢ p ↔ q
"""

_FALLACIES = """
affirming the consequent: p → q, q ⊢ p
denying the antecedent: p → q, ¬p ⊢ ¬q
affirming a disjunct: p ∨ q, p ⊢ ¬q
denying a conjunct: ¬(p ∧ q), ¬p ⊢ q
illicit commutativity: p → q ⊢ q → p
"""

_PREDICATE_INFERENCES = """
universal instantiation: ∀x P(x) ⊢ P(a)
existential generalization: P(a) ⊢ ∃x P(x)
universal generalization: ∀x P(x) ⊢ ∀y P(y); ∀x P(x) ⊢ ∃y P(y)
"""

_PREDICATE_LAWS = """
quantifier negation: ¬∀x P(x) ⊢ ∃x ¬P(x); ∃x ¬P(x) ⊢ ¬∀x P(x); ¬∃x P(x) ⊢ ∀x ¬P(x); ∀x ¬P(x) ⊢ ¬∃x P(x)
quantifier distribution: ∀x (P(x) ∧ Q(x)) ⊢ ∀x P(x) ∧ ∀x Q(x); ∀x P(x) ∧ ∀x Q(x) ⊢ ∀x (P(x) ∧ Q(x)); ∃x (P(x) ∨ Q(x)) ⊢ ∃x P(x) ∨ ∃x Q(x); ∃x P(x) ∨ ∃x Q(x) ⊢ ∃x (P(x) ∨ Q(x)); ∀x P(x) ∨ ∀x Q(x) ⊢ ∀x (P(x) ∨ Q(x)); ∃x (P(x) ∧ Q(x)) ⊢ ∃x P(x) ∧ ∃x Q(x)
quantifier movement: p → ∀x P(x) ⊢ ∀x (p → P(x)); ∀x (p → P(x)) ⊢ p → ∀x P(x); p → ∃x P(x) ⊢ ∃x (p → P(x)); ∃x (p → P(x)) ⊢ p → ∃x P(x); ∀x P(x) → p ⊢ ∃x (P(x) → p); ∃x P(x) → p ⊢ ∀x (P(x) → p)
"""  # noqa: E501

_PREDICATE_FALLACIES = """
existential fallacy: ∀x (P(x) → Q(x)), ¬∃x P(x) ⊢ ¬∃x Q(x)
illicit major: ∀x (P(x) → Q(x)), ∃x Q(x) ⊢ ∃x P(x)
illicit minor: ∀x (P(x) → Q(x)), ∀x (P(x) → R(x)) ⊢ ∀x (R(x) → Q(x))
undistributed middle: ∀x (P(x) → Q(x)), Q(a) ⊢ P(a)
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """A schema of arguments.

    Attributes:
        id: Name with its level and number, such as ``modus-tollens-2`` or ``universal-modus-ponens``.
        name: The usual name, such as ``modus tollens``.
    """

    id: str
    name: str
    kind: Kind
    level: Level
    premises: tuple[Formula, ...]
    conclusion: Formula


@cache
def rules() -> Mapping[str, Rule]:
    """Return all rules and fallacies by id."""
    plain: tuple[tuple[str, Kind], ...] = ((_INFERENCES, "inference"), (_LAWS, "equivalence"), (_FALLACIES, "fallacy"))
    found = [rule for table, kind in plain for rule in _read(table, kind, "propositional")]
    lifted = [lift for rule in found for lift in _lifts(rule)]
    own: tuple[tuple[str, Kind], ...] = (
        (_PREDICATE_INFERENCES, "inference"),
        (_PREDICATE_LAWS, "equivalence"),
        (_PREDICATE_FALLACIES, "fallacy"),
    )
    found += [rule for table, kind in own for rule in _read(table, kind, "predicate")]
    return {rule.id: rule for rule in (*found, *lifted)}


def _read(table: str, kind: Kind, level: Level) -> Iterator[Rule]:
    for line in table.strip().splitlines():
        name, _, schemata = line.partition(": ")
        several = schemata.split("; ")
        for number, schema in enumerate(several, 1):
            left, _, right = schema.partition(" ⊢ ")
            yield Rule(
                _identify(name, number, len(several)), name, kind, level, tuple(map(_formula, left.split(", "))),
                _formula(right),
            )  # fmt: skip


def _identify(name: str, number: int, count: int) -> str:
    base = name.lower().replace(" ", "-")
    return f"{base}-{number}" if count > 1 else base


def _formula(text: str) -> Formula:
    return parse(text, "unicode", "strict").formula


_X = Variable("x")


def _lifts(rule: Rule) -> Iterator[Rule]:
    premises = [_predicated(formula) for formula in rule.premises]
    conclusion = _predicated(rule.conclusion)
    everywhere: tuple[Formula, ...] = tuple(Forall(_X, formula) for formula in premises)
    yield Rule(
        f"universal-{rule.id}", f"universal {rule.name}", rule.kind, "predicate", everywhere, Forall(_X, conclusion)
    )
    for place, premise in enumerate(premises):
        mixed: tuple[Formula, ...] = (*everywhere[:place], Exists(_X, premise), *everywhere[place + 1 :])
        suffix = f"-at-{place + 1}" if len(premises) > 1 else ""
        yield Rule(
            f"existential-{rule.id}{suffix}", f"existential {rule.name}", rule.kind, "predicate", mixed,
            Exists(_X, conclusion),
        )  # fmt: skip


def _predicated(formula: Formula) -> Formula:
    """Return a schema about statements as one about x."""

    def combine(node: object, below: list[Formula]) -> Formula:
        if isinstance(node, Predicate):
            return Predicate(node.name.upper(), (_X,))
        return rebuild(node, below)  # type: ignore[no-any-return]

    return fold(formula, combine)
