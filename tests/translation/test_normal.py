"""What the normal form says of two formulas is what the prover says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import And, Exists, Forall, Iff, Implies, Not, Or, Predicate, Variable, Xor
from logicbench.solvers.prover.portfolio import Budget, Session
from logicbench.translation.compare.equivalence import Gold, compare, compare_with
from logicbench.translation.compare.normal import normal_form, surely_entails

X, Y = Variable("x"), Variable("y")
BUDGET = Budget(conflicts=5_000, clauses=60_000, rounds=2, extra=2, size=4, rlimit=1_000_000)


def formulas():
    atoms = st.sampled_from([Predicate("P", (X,)), Predicate("Q", (Y,)), Predicate("R", (X, Y)), Predicate("S")])
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            inner.map(Not),
            st.builds(lambda kind, a, b: kind(a, b), st.sampled_from([Implies, Iff, Xor]), inner, inner),
            st.builds(lambda kind, a, b: kind((a, b)), st.sampled_from([And, Or]), inner, inner),
            st.builds(lambda kind, v, a: kind(v, a), st.sampled_from([Forall, Exists]), st.sampled_from([X, Y]), inner),
        ),
        max_leaves=5,
    ).map(lambda formula: Forall(X, Exists(Y, formula)))


@settings(max_examples=60, deadline=None)
@given(formulas(), formulas())
def test_what_surely_follows_is_proved(left, right):
    session = Session([left, Not(right), right, Not(left), normal_form(left)], BUDGET, external=False)
    for other, chosen in ((normal_form(right), [0, 1]), (normal_form(left), [0, 3])):
        if surely_entails(normal_form(left), other):
            assert session.decide(chosen).status != "sat"
    assert session.decide([4, 3]).status != "sat"


@settings(max_examples=60, deadline=None)
@given(formulas(), formulas())
def test_a_prepared_formula_is_compared_as_any_other(gold, predicted):
    found, expected = (
        compare_with(Gold(gold), predicted, budget=BUDGET),
        compare(gold, predicted, align=False, budget=BUDGET),
    )
    assert (found.relation, found.level, found.agreement) == (expected.relation, expected.level, expected.agreement)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("∀x (P(x) → Q(x))", "¬∃x (P(x) ∧ ¬Q(x))"),
        ("∀x ((P(x) → Q(x)) ∧ (P(x) → R(x)))", "∀y (P(y) → R(y)) ∧ ∀x (¬Q(x) → ¬P(x))"),
        ("∃x (P(x) ∧ ∃y R(x, y))", "∃x ∃z (R(x, z) ∧ P(x) ∧ P(x))"),
        ("∀x (S ∨ P(x))", "¬S → ∀x P(x)"),
        ("∀x S", "S"),
    ],
)
def test_plain_rewritings_have_one_normal_form(left, right):
    assert normal_form(parse(left).formula) == normal_form(parse(right).formula)


@pytest.mark.parametrize(
    ("strong", "weak"),
    [
        ("∀x (P(x) ∧ Q(x))", "∃x P(x)"),
        ("∃x (P(x) ∧ Q(x))", "∃x (P(x) ∨ R(x))"),
        ("∀x P(x)", "∀x (P(x) ∨ Q(x))"),
    ],
)
def test_weakening_is_seen_one_way_only(strong, weak):
    forms = [normal_form(parse(text).formula) for text in (strong, weak)]
    assert surely_entails(*forms)
    assert not surely_entails(*forms[::-1])
