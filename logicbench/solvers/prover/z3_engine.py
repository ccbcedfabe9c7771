"""Z3 as a member of the portfolio, with model-based quantifier instantiation or with triggers only.

Formulas are built through Z3's own constructors, with numbered symbols, in a context of their own: nothing that stands
in a formula is ever read as text, and a call does not depend on the calls before it. The budget is Z3's ``rlimit``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Truth,
    Variable,
    Xor,
    fold,
    size,
)
from logicbench.solvers.prover.theory import number

Z3Mode = Literal["mbqi", "triggers"]
_SIZE_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Z3Outcome:
    """What Z3 said: ``sat``, ``unsat`` with the places of the formulas in its core, or ``unknown``.

    ``size`` is the number of individuals in the model of a ``sat``, if Z3 tells.
    """

    status: Literal["sat", "unsat", "unknown"]
    core: tuple[int, ...] = ()
    size: int | None = None


def z3_decide(
    formulas: Mapping[int, Formula], *, mode: Z3Mode = "mbqi", rlimit: int = 2_000_000, reals: bool = False
) -> Z3Outcome:
    """Decide whether the formulas have a model together.

    Args:
        formulas: Place -> formula, in the shared language of `prepare`.
        mode: How quantifiers are instantiated.
        rlimit: Z3's resource limit.
        reals: Whether individuals are the real numbers, with their arithmetic, rather than an unknown domain.

    More than 20,000 nodes are ``unknown`` at once: Z3's budget does not count the work of building them.
    """
    if sum(map(size, formulas.values())) > _SIZE_LIMIT:
        return Z3Outcome("unknown")
    import z3

    context = z3.Context()
    solver = z3.Solver(ctx=context)
    solver.set("smt.random_seed", 0)
    solver.set("rlimit", rlimit)
    if mode == "triggers":
        solver.set("smt.mbqi", False)
        solver.set("smt.auto_config", False)
    translator = _Translator(context, reals)
    tracked: dict[str, int] = {}
    for place, formula in formulas.items():
        mark = z3.Bool(f"a{len(tracked)}", context)
        tracked[str(mark)] = place
        solver.assert_and_track(translator.formula(formula), mark)
    answer = str(solver.check())
    if answer == "unsat":
        return Z3Outcome("unsat", tuple(sorted(tracked[str(mark)] for mark in solver.unsat_core())))
    if answer == "sat":
        universe = None if reals else solver.model().get_universe(translator.sort)
        return Z3Outcome("sat", size=None if universe is None else len(universe))
    return Z3Outcome("unknown")


class _Translator:
    """Builds Z3 expressions from trees; symbols are numbered in the order of their first use."""

    def __init__(self, context: Any, reals: bool) -> None:
        import z3

        self._z3, self._context, self._reals = z3, context, reals
        self.sort = z3.RealSort(context) if reals else z3.DeclareSort("U", context)
        self._symbols: dict[tuple[Any, ...], Any] = {}

    def formula(self, formula: Formula) -> Any:
        return fold(formula, self._build)

    def _symbol(self, key: tuple[Any, ...], make: Callable[[str], Any]) -> Any:
        if key not in self._symbols:
            self._symbols[key] = make(f"s{len(self._symbols)}")
        return self._symbols[key]

    def _declare(self, kind: str, name: str, arity: int) -> Any:
        codomain = self._z3.BoolSort(self._context) if kind == "predicate" else self.sort
        domain = [self.sort] * arity
        return self._symbol((kind, name, arity), lambda fresh: self._z3.Function(fresh, *domain, codomain))

    def _build(self, node: Any, below: list[Any]) -> Any:
        z3 = self._z3
        if isinstance(node, Variable | Constant | Numeral):
            value = number(node)
            if value is not None and self._reals:
                return z3.RealVal(f"{value.numerator}/{value.denominator}", self._context)
            key = ("number", value) if value is not None else (type(node).__name__, *node.label)
            return self._symbol(key, lambda fresh: z3.Const(fresh, self.sort))
        if isinstance(node, Predicate | Function):
            kind = "predicate" if isinstance(node, Predicate) else "function"
            return self._declare(kind, node.name, len(below))(*below)
        if isinstance(node, Truth):
            return z3.BoolVal(node.value, self._context)
        if isinstance(node, Forall | Exists):
            bind = z3.ForAll if isinstance(node, Forall) else z3.Exists
            variable = self._symbol(("Variable", node.variable.name), lambda fresh: z3.Const(fresh, self.sort))
            return bind([variable], below[0])
        if isinstance(node, Comparison):
            return self._compare(node.operator, *below)
        if isinstance(node, Arithmetic):
            return self._calculate(node.operator, below)
        if isinstance(node, And | Or):
            return z3.And(*below) if isinstance(node, And) else z3.Or(*below)
        if isinstance(node, Not):
            return z3.Not(below[0])
        if isinstance(node, Implies):
            return z3.Implies(*below)
        if isinstance(node, Xor):
            return z3.Xor(*below)
        if isinstance(node, Iff | Equal):
            return below[0] == below[1]
        raise AssertionError(type(node).__name__)

    def _compare(self, operator: str, left: Any, right: Any) -> Any:
        if operator in (">", "<="):
            left, right = right, left
        less = left < right if self._reals else self._declare("predicate", "<", 2)(left, right)
        return self._z3.Not(less) if operator in ("<=", ">=") else less

    def _calculate(self, operator: str, below: Sequence[Any]) -> Any:
        if len(below) == 1:
            return -below[0]
        actions: dict[str, Callable[[Any, Any], Any]] = {
            "+": lambda a, b: a + b,
            "-": lambda a, b: a - b,
            "*": lambda a, b: a * b,
            "/": lambda a, b: a / b,
        }
        return reduce(actions[operator], below)
