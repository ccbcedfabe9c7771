"""The evaluator against the textbook's recursion."""

import pytest
from hypothesis import given, settings
from logic.fol_formulas import fol_formulas, naive, structures

from logicbench.errors import InputError
from logicbench.logic.fol.structures import Structure, evaluate
from logicbench.logic.fol.syntax import And, Constant, Exists, Forall, Not, Predicate, Variable


@settings(max_examples=300, deadline=None)
@given(fol_formulas(size=6, equality=True, functions=True, sugar=True), structures())
def test_evaluator_agrees_with_recursion(formula, structure):
    assert evaluate(formula, structure) is bool(naive(formula, structure))


def test_free_variables_take_their_value_even_when_bound_elsewhere():
    x = Variable("x")
    formula = And((Predicate("P", (x,)), Exists(x, Not(Predicate("P", (x,))))))
    predicates = {("P", 1): frozenset([(1,)])}
    assert evaluate(formula, Structure(2, predicates=predicates, assignment={"x": 1}))
    assert not evaluate(formula, Structure(2, predicates=predicates, assignment={"x": 0}))


def test_missing_symbols_are_named():
    with pytest.raises(InputError, match="'a'"):
        evaluate(Predicate("P", (Constant("a"),)), Structure(1, predicates={("P", 1): frozenset()}))
    with pytest.raises(InputError, match="'P' with 0 arguments"):
        evaluate(Predicate("P"), Structure(1))


def test_a_formula_of_great_depth_is_evaluated():
    formula = Predicate("A")
    for _ in range(50_000):
        formula = Not(formula)
    assert evaluate(Forall(Variable("x"), formula), Structure(1, predicates={("A", 0): frozenset([()])}))
