"""What surely follows from what, by a normal form under the plainest equivalences: it saves most of the proofs."""

from __future__ import annotations

from typing import Any

from logicbench.logic.fol.syntax import FALSE, TRUE, And, Exists, Forall, Formula, Or, depth, fold, rebuild
from logicbench.logic.fol.transform import canonical, free_variables, nnf, rename_apart

_LIMIT = 400
"""Most nodes of a normal form; larger ones are left to the prover."""

_DEEPEST = 60
_MOST_STEPS = 5_000


def surely_entails(left: Formula, right: Formula) -> bool:
    """Whether one normal form follows from another by leaving out conjuncts, adding disjuncts and turning ∀ into ∃.

    False says nothing.
    """
    known: dict[tuple[Formula, Formula], bool] = {}

    def follows(a: Formula, b: Formula) -> bool:
        if a in (b, FALSE) or b == TRUE:
            return True
        if len(known) > _MOST_STEPS:
            return False
        if (a, b) not in known:
            known[a, b] = step(a, b)
        return known[a, b]

    def step(a: Formula, b: Formula) -> bool:
        if isinstance(b, And):
            return all(follows(a, part) for part in b.operands)
        if isinstance(a, Or):
            return all(follows(part, b) for part in a.operands)
        if isinstance(a, And) and any(follows(part, b) for part in a.operands):
            return True
        if isinstance(b, Or):
            return any(follows(a, part) for part in b.operands)
        # Bound variables are named by depth, so the same name is bound at the same place.
        if not (isinstance(a, Forall | Exists) and isinstance(b, Forall | Exists)):
            return False
        weaker = isinstance(a, Forall) or isinstance(b, Exists)
        return weaker and (a.variable, a.sort) == (b.variable, b.sort) and follows(a.body, b.body)

    return depth(left) <= _DEEPEST and depth(right) <= _DEEPEST and follows(left, right)


def normal_form(formula: Formula) -> Formula:
    """Return an equivalent formula: negations inside, quantifiers as far inside as they go, operands as sorted sets.

    Individuals exist, so a quantifier that binds nothing is dropped.

    Raises:
        BudgetExceeded: The formula is too large.
    """
    inside = fold(rename_apart(nnf(formula, _LIMIT)), _narrowed)
    result: Formula = fold(canonical(inside), _sorted)
    return result


def _narrowed(node: Any, below: list[Any]) -> Any:
    if not isinstance(node, Forall | Exists):
        return rebuild(node, below)
    body, variable = below[0], node.variable

    def bind(part: Formula) -> Formula:
        return type(node)(variable, part, node.sort) if variable in free_variables(part) else part

    through, other = (And, Or) if isinstance(node, Forall) else (Or, And)
    if isinstance(body, through):
        return through(tuple([_narrowed(node, [part]) for part in body.operands]))
    if isinstance(body, other):
        inner = [part for part in body.operands if variable in free_variables(part)]
        outer = [part for part in body.operands if part not in inner]
        if inner and outer:
            bound = _narrowed(node, [other(tuple(inner)) if len(inner) > 1 else inner[0]])
            return other((*outer, bound))
    return bind(body)


def _sorted(node: Any, below: list[Any]) -> Any:
    """Flatten, sort and merge the operands of ∧ and ∨; take out true and false."""
    if not isinstance(node, And | Or):
        return rebuild(node, below)
    unit, zero = (TRUE, FALSE) if isinstance(node, And) else (FALSE, TRUE)
    parts: dict[Formula, None] = {}
    for part in below:
        parts |= dict.fromkeys(part.operands if type(part) is type(node) else (part,))
    parts.pop(unit, None)
    if zero in parts:
        return zero
    ordered = sorted(parts, key=lambda part: part.fingerprint)
    return type(node)(tuple(ordered)) if len(ordered) > 1 else ordered[0] if ordered else unit
