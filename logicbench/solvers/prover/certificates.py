"""Checking certificates without the engines that made them.

A refutation by ground instances is checked by making the Skolem form again, putting the terms in, and letting Z3's
ground solver find the contradiction. A model is checked by the evaluator of `logic.fol.structures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from logicbench.logic.fol.structures import Structure, satisfies
from logicbench.logic.fol.syntax import Constant, Formula, Function, Not, Numeral, Term, Variable, fold
from logicbench.logic.fol.transform import substitute
from logicbench.solvers.prover.herbrand import Instance
from logicbench.solvers.prover.portfolio import complete
from logicbench.solvers.prover.skolem import SKOLEM, Skolemiser
from logicbench.solvers.prover.theory import compute_numbers, number, prepare
from logicbench.solvers.prover.z3_engine import z3_decide


def check_instances(formulas: Sequence[Formula], instances: Iterable[Instance], allowed: Iterable[int]) -> bool:
    """Whether the instances, all of allowed formulas or of the background, contradict each other.

    Args:
        formulas: The formulas of the question, in the same order: premises, conclusion, negated conclusion.
        instances: The refutation.
        allowed: Places of the formulas that may be used.
    """
    theory = prepare(formulas)
    skolemiser = Skolemiser()
    matrices = [skolemiser.matrices(formula) for formula in (*theory.formulas, *theory.background)]
    usable = set(allowed)
    ground: dict[int, Formula] = {}
    for one in instances:
        place = one.formula if one.formula >= 0 else len(theory.formulas) - 1 - one.formula
        if one.formula >= 0 and one.formula not in usable:
            return False
        matrix = matrices[place][one.matrix]
        if len(one.terms) != len(matrix.variables):
            return False
        ground[len(ground)] = substitute(matrix.formula, dict(zip(matrix.variables, one.terms, strict=True)))
    return z3_decide(ground).status == "unsat"


def check_refutation(premises: Sequence[Formula], conclusion: Formula, verdict: str, instances: Any) -> bool:
    """Whether ground instances prove the verdict ``True``, ``False`` or ``Inconsistent``."""
    every = list(range(len(premises)))
    goal = {"True": [len(premises) + 1], "False": [len(premises)], "Inconsistent": []}[verdict]
    return check_instances([*premises, conclusion, Not(conclusion)], instances, every + goal)


def check_model(structure: Structure, formulas: Sequence[Formula]) -> bool:
    """Whether a structure is a model of the formulas, with what sorts and numbers have to be."""
    ready = [compute_numbers(formula) for formula in formulas]
    background = prepare(formulas).background
    return satisfies(complete(structure, [*ready, *background]), [*ready, *background])


def show_term(term: Term) -> str:
    """A ground term as text; Skolem symbols are ``sk1``, ``sk2`` and so on."""

    def build(node: Any, below: list[str]) -> str:
        if isinstance(node, Constant) and (value := number(node)) is not None:
            return str(value)
        if isinstance(node, Variable | Constant | Numeral | Function):
            name = str(node.label[0]).replace(f"{SKOLEM}s", "sk").replace(SKOLEM, "sk")
            return f"{name}({', '.join(below)})" if below else name
        raise AssertionError(type(node).__name__)

    return fold(term, build)


def show_instance(one: Instance) -> dict[str, Any]:
    """An instance as JSON values."""
    return {"formula": one.formula, "matrix": one.matrix, "terms": [show_term(term) for term in one.terms]}
