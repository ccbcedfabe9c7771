"""Arguments of several steps: a premise is replaced by the premises of a rule that concludes it, again and again.

The published generator takes it for granted that a fallacy stays one when its premises are derived by valid rules; a
fifth to two fifths of its longer fallacies are valid, as stronger premises may entail what the weaker ones did not.
Here composition only proposes: what is valid is decided by the prover.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.generators.fol.effort import quantifier_depth
from logicbench.generators.skills.rules import Rule, rules
from logicbench.logic.fol.syntax import (
    Constant,
    Exists,
    Forall,
    Formula,
    Predicate,
    Variable,
    fold,
    rebuild,
    size,
    walk,
)
from logicbench.logic.fol.transform import free_variables, signature, substitute
from logicbench.seeding import Stream

MAX_SIZE = 24
"""Nodes of the largest formula."""

_X = Variable("x")
Binding = dict[str, Any]
"""Letter -> the formula (of a predicate, the formula about x) or the constant that it stands for."""


@dataclass(frozen=True, slots=True)
class Composed:
    """Premises and a conclusion over letters, and the rules applied, the last step first."""

    premises: tuple[Formula, ...]
    conclusion: Formula
    rules: tuple[str, ...]


def compose(first: Rule, length: int, stream: Stream) -> Composed | None:
    """Start with a rule and replace premises until `length` rules are used; None if that fails."""
    premises, used = list(first.premises), [first.id]
    pool = [
        rule
        for rule in rules().values()
        if rule.kind != "fallacy" and (first.level == "predicate" or rule.level == "propositional")
    ]
    while len(used) < length:
        step = _expand(premises, first.conclusion, pool, stream)
        if step is None:
            return None
        premises, rule = step
        used.append(rule.id)
    return Composed(tuple(premises), first.conclusion, tuple(used))


def _expand(
    premises: Sequence[Formula], conclusion: Formula, pool: Sequence[Rule], stream: Stream
) -> tuple[list[Formula], Rule] | None:
    for _ in range(60):
        rule, place = stream.choice(pool), stream.below(len(premises))
        binding: Binding = {}
        if not match(rule.conclusion, premises[place], binding):
            continue
        new = _instances(rule.premises, binding, (*premises, conclusion))
        if new is None:
            return None
        rest = [*premises[:place], *new, *premises[place + 1 :]]
        if premises[place] not in new and len(set(rest)) == len(rest) and all(map(_is_readable, rest)):
            return rest, rule
    return None


def _is_readable(formula: Formula) -> bool:
    """Whether a formula is small and no quantifier binds a variable that another above it binds."""
    return size(formula) <= MAX_SIZE and quantifier_depth(formula) <= 1


def match(pattern: Any, target: Any, binding: Binding) -> bool:
    """Extend a binding so that the pattern becomes the target; the binding is spoilt if that fails."""
    if isinstance(pattern, Predicate):
        return _match_letter(pattern, target, binding)
    if type(pattern) is not type(target):
        return False
    if isinstance(pattern, Forall | Exists):
        return match(
            substitute(pattern.body, {pattern.variable: _X}), substitute(target.body, {target.variable: _X}), binding
        )
    return len(pattern.children) == len(target.children) and all(
        match(one, other, binding) for one, other in zip(pattern.children, target.children, strict=True)
    )


def _match_letter(pattern: Predicate, target: Any, binding: Binding) -> bool:
    free = set(free_variables(target))
    if not pattern.arguments:
        return not free and binding.setdefault(pattern.name, target) == target
    if isinstance(pattern.arguments[0], Variable):
        plain = not any(isinstance(node, Forall | Exists) for node in walk(target))
        return plain and free == {_X} and binding.setdefault(pattern.name, target) == target
    if not isinstance(target, Predicate) or not target.arguments or not isinstance(target.arguments[0], Constant):
        return False
    about = Predicate(target.name, (_X,))
    mine, other = pattern.arguments[0], target.arguments[0]
    if not isinstance(mine, Constant) or binding.setdefault(pattern.name, about) != about:
        return False
    return bool(binding.setdefault(mine.name, other) == other)


def _instances(patterns: Sequence[Formula], binding: Binding, taken: Sequence[Formula]) -> list[Formula] | None:
    """Put in what letters stand for; those that stand for nothing yet get fresh ones. None if there are no more."""
    names = letters_of(taken)
    for pattern in patterns:
        for node in walk(pattern):
            if not isinstance(node, Predicate | Constant) or node.name in binding:
                continue
            name = fresh(node.name, names)
            if name is None:
                return None
            names.add(name)
            predicate = isinstance(node, Predicate)
            binding[node.name] = Predicate(name, (_X,) if node.children else ()) if predicate else Constant(name)

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Predicate):
            meant = binding[node.name]
            return substitute(meant, {_X: below[0]}) if node.arguments else meant
        return binding[node.name] if isinstance(node, Constant) else rebuild(node, below)

    return [fold(pattern, combine) for pattern in patterns]


PROPOSITIONS, PREDICATES, CONSTANTS = "pqrstuwkmnhgljd", "PQRSTUWKMNHGLJD", "abc"
"""No v, which notations of logic write for or."""


def letters_of(formulas: Sequence[Formula]) -> set[str]:
    """Return the letters in use."""
    symbols = signature(formulas)
    return {name for name, _ in symbols.predicates} | set(symbols.constants)


def fresh(like: str, taken: set[str]) -> str | None:
    """Return the first letter of the same kind that is not taken."""
    alphabet = next(letters for letters in (PROPOSITIONS, PREDICATES, CONSTANTS) if like in letters)
    return next((letter for letter in alphabet if letter not in taken), None)


def rename(formulas: Sequence[Formula], names: Mapping[str, str]) -> list[Formula]:
    """Rename predicate letters and constants."""

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Predicate):
            return Predicate(names.get(node.name, node.name), tuple(below))
        if isinstance(node, Constant):
            return Constant(names.get(node.name, node.name))
        return rebuild(node, below)

    return [fold(formula, combine) for formula in formulas]
