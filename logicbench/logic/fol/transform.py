"""Traversals of first-order trees: free variables, substitution, renaming, normal forms, signature; none recurses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.syntax import (
    FALSE,
    TRUE,
    And,
    Arithmetic,
    Constant,
    Count,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Node,
    Not,
    Numeral,
    Or,
    Predicate,
    Term,
    Truth,
    Variable,
    Xor,
    conjunction,
    fold,
    rebuild,
    walk,
)

Symbol: TypeAlias = tuple[str, int]
SymbolKey: TypeAlias = tuple[str, str, int]
"""Kind (``predicate``, ``function``, ``constant`` or ``sort``), name and arity."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The symbols of some formulas, each tuple sorted; predicates and functions go with their arity."""

    predicates: tuple[Symbol, ...]
    functions: tuple[Symbol, ...]
    constants: tuple[str, ...]
    sorts: tuple[str, ...]
    free_variables: tuple[str, ...]
    has_equality: bool
    has_numbers: bool


def signature(formulas: Iterable[Formula]) -> Signature:
    """Collect the symbols of ``formulas``; ``has_numbers`` covers numerals, comparisons and arithmetic."""
    predicates: set[Symbol] = set()
    functions: set[Symbol] = set()
    constants: set[str] = set()
    sorts: set[str] = set()
    free: set[str] = set()
    equality = numbers = False
    for formula in formulas:
        free.update(variable.name for variable in free_variables(formula))
        for node in walk(formula):
            if isinstance(node, Predicate):
                predicates.add((node.name, len(node.arguments)))
            elif isinstance(node, Function):
                functions.add((node.name, len(node.arguments)))
            elif isinstance(node, Constant):
                constants.add(node.name)
            elif isinstance(node, Forall | Exists | Count):
                sorts.update([node.sort] if node.sort is not None else [])
            equality |= isinstance(node, Equal)
            numbers |= type(node).__name__ in ("Numeral", "Arithmetic", "Comparison")
    return Signature(
        tuple(sorted(predicates)),
        tuple(sorted(functions)),
        tuple(sorted(constants)),
        tuple(sorted(sorts)),
        tuple(sorted(free)),
        equality,
        numbers,
    )


def _scoped(root: Node) -> Iterator[tuple[str, Any]]:
    """Yield ``("enter", node)`` and ``("leave", node)`` around the nodes of a tree, in depth-first order."""
    todo: list[tuple[str, Any]] = [("enter", root)]
    while todo:
        step, node = todo.pop()
        yield step, node
        if step == "enter":
            todo.append(("leave", node))
            todo.extend(("enter", child) for child in reversed(node.children))


def free_variables(root: Term | Formula) -> tuple[Variable, ...]:
    """The variables with a free occurrence, in order of their first."""
    bound: dict[str, int] = {}
    found: dict[str, Variable] = {}
    for step, node in _scoped(root):
        if isinstance(node, Forall | Exists | Count):
            name = node.variable.name
            bound[name] = bound.get(name, 0) + (1 if step == "enter" else -1)
        elif isinstance(node, Variable) and not bound.get(node.name):
            found.setdefault(node.name, node)
    return tuple(found.values())


def variable_names(root: Term | Formula) -> set[str]:
    """The names of all variables, bound and free, used or only bound."""
    names: set[str] = set()
    for node in walk(root):
        if isinstance(node, Variable):
            names.add(node.name)
        elif isinstance(node, Forall | Exists | Count):
            names.add(node.variable.name)
    return names


class FreshNames:
    """Hands out names that are not taken, in amortised constant time: ``base``, ``base_1``, ``base_2`` and so on."""

    __slots__ = ("_next", "_taken")

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def __call__(self, base: str) -> str:
        """The first name on ``base`` that is not taken, which takes it."""
        number = self._next.get(base, 0)
        name = f"{base}_{number}" if number else base
        while name in self._taken:
            number += 1
            name = f"{base}_{number}"
        self._next[base] = number + 1
        self._taken.add(name)
        return name


def _rebind(root: Any, rename: Callable[[str], str], replace: Callable[[Variable], Term]) -> Any:
    """Rename every binder by ``rename`` (called on entry) and send free variables through ``replace``."""
    scopes: dict[str, list[Variable]] = {}
    values: list[Any] = []
    for step, node in _scoped(root):
        binder = isinstance(node, Forall | Exists | Count)
        if step == "enter":
            if binder:
                scopes.setdefault(node.variable.name, []).append(Variable(rename(node.variable.name)))
            continue
        cut = len(values) - len(node.children)
        below, values[cut:] = values[cut:], []
        if isinstance(node, Variable):
            scope = scopes.get(node.name)
            values.append(scope[-1] if scope else replace(node))
        elif binder:
            variable = scopes[node.variable.name].pop()
            values.append(_with_variable(node, variable, below[0]))
        else:
            values.append(rebuild(node, below))
    return values[0]


def _with_variable(node: Forall | Exists | Count, variable: Variable, body: Formula) -> Formula:
    if variable.name == node.variable.name:
        result: Formula = rebuild(node, (body,))
        return result
    if isinstance(node, Count):
        return Count(node.bound, node.count, variable, body, node.sort)
    return type(node)(variable, body, node.sort)


def substitute(root: Any, mapping: Mapping[Variable, Term]) -> Any:
    """Replace free variables by terms, all at once, renaming binders that would capture.

    A binder is renamed when its variable occurs in any replacement term, whether or not a replacement happens below it.
    """
    if not mapping:
        return root
    incoming = {variable.name for term in mapping.values() for variable in free_variables(term)}
    fresh = FreshNames(incoming | variable_names(root) | {variable.name for variable in mapping})

    def rename(name: str) -> str:
        return fresh(name) if name in incoming else name

    return _rebind(root, rename, lambda variable: mapping.get(variable, variable))


def rename_apart(formula: Formula, avoid: Iterable[str] = ()) -> Formula:
    """Give every quantifier a variable of its own, different from all free variables and from ``avoid``."""
    fresh = FreshNames({variable.name for variable in free_variables(formula)} | set(avoid))
    result: Formula = _rebind(formula, fresh, lambda variable: variable)
    return result


def canonical(formula: Formula) -> Formula:
    """Rename bound variables by the depth of their quantifier, so that alpha-equivalent formulas become equal."""
    prefix = "_"
    free = [variable.name for variable in free_variables(formula)]
    while any(name.startswith(prefix) for name in free):
        prefix += "_"
    levels: list[int] = []
    deep = 0
    for step, node in _scoped(formula):
        if isinstance(node, Forall | Exists | Count):
            deep += 1 if step == "enter" else -1
            if step == "enter":
                levels.append(deep)
    numbers = iter(levels)
    result: Formula = _rebind(formula, lambda _: f"{prefix}{next(numbers)}", lambda variable: variable)
    return result


def alpha_equivalent(left: Formula, right: Formula) -> bool:
    """Whether two formulas differ in the names of bound variables only."""
    return canonical(left) == canonical(right)


def closure(formula: Formula) -> Formula:
    """Bind the free variables universally, the first one outermost."""
    for variable in reversed(free_variables(formula)):
        formula = Forall(variable, formula)
    return formula


def expand_counting(formula: Formula, limit: int = 100_000) -> Formula:
    """Write counting quantifiers out with ∃, ∀ and equality.

    At least n: ∃x₁…xₙ pairwise different, each satisfying the body. At most n: not at least n + 1. Exactly n: both.

    Raises:
        BudgetExceeded: the result would have more than ``limit`` nodes.
    """
    if not any(isinstance(node, Count) for node in walk(formula)):
        return formula
    fresh = FreshNames(variable_names(formula))

    def combine(node: Any, below: list[tuple[Any, int]]) -> tuple[Any, int]:
        total = 1 + sum(count for _, count in below)
        if isinstance(node, Count):
            copies = node.count + 1
            total = 2 * copies * (total + 4 * copies)
        if total > limit:
            raise BudgetExceeded(f"writing counting quantifiers out takes more than {limit} nodes; raise limit")
        body = [child for child, _ in below]
        return (_expand(node, body[0], fresh) if isinstance(node, Count) else rebuild(node, body)), total

    result: Formula = fold(formula, combine)[0]
    return result


def _expand(node: Count, body: Formula, fresh: FreshNames) -> Formula:
    if node.bound == "at_least":
        return _at_least(node, node.count, body, fresh)
    too_many = Not(_at_least(node, node.count + 1, body, fresh))
    if node.bound == "at_most" or node.count == 0:
        return too_many
    return And((_at_least(node, node.count, body, fresh), too_many))


def _at_least(node: Count, count: int, body: Formula, fresh: FreshNames) -> Formula:
    if count == 0:
        return TRUE
    if count == 1:
        return Exists(node.variable, body, node.sort)
    variables = [Variable(fresh(f"{node.variable.name}{number}")) for number in range(1, count + 1)]
    parts: list[Formula] = [substitute(body, {node.variable: variable}) for variable in variables]
    parts += [Not(Equal(a, b)) for place, a in enumerate(variables) for b in variables[place + 1 :]]
    result = conjunction(parts)
    for variable in reversed(variables):
        result = Exists(variable, result, node.sort)
    return result


def relativise(formula: Formula) -> Formula:
    """Turn sorts into unary predicates: ``∀x:S F`` becomes ``∀x (S(x) → F)``; counting is written out first."""

    def combine(node: Any, below: list[Any]) -> Any:
        if not isinstance(node, Forall | Exists) or node.sort is None:
            return rebuild(node, below)
        guard = Predicate(node.sort, (node.variable,))
        if isinstance(node, Forall):
            return Forall(node.variable, Implies(guard, below[0]))
        return Exists(node.variable, And((guard, below[0])))

    result: Formula = fold(expand_counting(formula), combine)
    return result


def nnf(formula: Formula, limit: int = 1_000_000) -> Formula:
    """Negation normal form: only literals, ∧, ∨, ∀ and ∃; counting is written out first.

    ⊕ and ↔ double their operands, so nested ones grow exponentially.

    Raises:
        BudgetExceeded: the result would have more than ``limit`` nodes.
    """
    todo: list[tuple[Formula, bool, bool]] = [(expand_counting(formula, limit), True, False)]
    values: list[tuple[Formula, int]] = []
    work = 0
    while todo:
        node, positive, ready = todo.pop()
        work += 1
        if work > 2 * limit or (values and values[-1][1] > limit):
            raise BudgetExceeded(f"the negation normal form has more than {limit} nodes; raise limit")
        if isinstance(node, Not):
            todo.append((node.body, not positive, False))
        elif isinstance(node, Truth):
            values.append((TRUE if node.value is positive else FALSE, 1))
        elif isinstance(node, And | Or | Xor | Implies | Iff | Forall | Exists):
            parts = _nnf_parts(node, positive)
            if not ready:
                todo.append((node, positive, True))
                todo.extend((part, sign, False) for part, sign in reversed(parts))
                continue
            cut = len(values) - len(parts)
            below, values[cut:] = values[cut:], []
            built = _nnf_build(node, positive, [part for part, _ in below])
            values.append((built, 3 + sum(count for _, count in below)))
        else:
            values.append((node if positive else Not(node), 1 if positive else 2))
    return values[0][0]


def _nnf_parts(node: Formula, positive: bool) -> list[tuple[Formula, bool]]:
    """The operands of the normal form of ``node`` (or of its negation), each with the sign it takes."""
    if isinstance(node, And | Or):
        return [(operand, positive) for operand in node.operands]
    if isinstance(node, Implies):
        return [(node.left, not positive), (node.right, positive)]
    if isinstance(node, Xor | Iff):
        # a ↔ b is (¬a ∨ b) ∧ (a ∨ ¬b); a ⊕ b is its negation.
        same = positive is isinstance(node, Iff)
        return [(node.left, False), (node.right, same), (node.left, True), (node.right, not same)]
    if isinstance(node, Forall | Exists):
        return [(node.body, positive)]
    raise AssertionError(type(node).__name__)


def _nnf_build(node: Formula, positive: bool, parts: list[Formula]) -> Formula:
    if isinstance(node, Forall | Exists):
        kind = Forall if isinstance(node, Forall) is positive else Exists
        return kind(node.variable, parts[0], node.sort)
    if isinstance(node, Xor | Iff):
        return And((Or((parts[0], parts[1])), Or((parts[2], parts[3]))))
    conjunctive = isinstance(node, And) is positive
    return And(tuple(parts)) if conjunctive else Or(tuple(parts))


def rename_symbols(root: Any, mapping: Mapping[SymbolKey, str]) -> Any:
    """Rename symbols by kind, name and arity.

    Args:
        root: A term or formula.
        mapping: From ``("predicate" | "function" | "constant" | "sort", name, arity)`` to the new name; constants and
            sorts have arity 0.
    """

    def combine(node: Any, below: list[Any]) -> Any:
        node = rebuild(node, below)
        if isinstance(node, Predicate | Function):
            key = (type(node).__name__.lower(), node.name, len(node.arguments))
            return type(node)(mapping[key], node.arguments) if key in mapping else node
        if isinstance(node, Constant):
            return Constant(mapping.get(("constant", node.name, 0), node.name))
        if isinstance(node, Forall | Exists | Count) and node.sort is not None:
            return type(node).make((*node.label[:-1], mapping.get(("sort", node.sort, 0), node.sort)), below)
        return node

    return fold(root, combine)


def is_ground(root: Term | Formula) -> bool:
    """Whether no variable and no quantifier occurs."""
    return not any(isinstance(node, Variable | Forall | Exists | Count) for node in walk(root))


def numbers_in(root: Term | Formula) -> tuple[Numeral, ...]:
    """The distinct numerals, in order of their value."""
    found = {node.text: node for node in walk(root) if isinstance(node, Numeral)}
    return tuple(sorted(found.values(), key=lambda numeral: numeral.value))


def has_arithmetic(root: Term | Formula) -> bool:
    """Whether an arithmetic term occurs."""
    return any(isinstance(node, Arithmetic) for node in walk(root))
