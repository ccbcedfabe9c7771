"""Errors on demand: each changes the meaning or is flagged, and is found again by the diagnosis."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logic.fol_formulas import fol_formulas

from logicbench.errors import LogicbenchError, UnknownNameError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.structures import evaluate
from logicbench.logic.fol.syntax import Not
from logicbench.seeding import Stream
from logicbench.solvers.prover.entailment import prove
from logicbench.translation.edits import KINDS, Vocabulary, edits, places, replace_at
from logicbench.translation.errors import diagnose, diagnose_text
from logicbench.translation.perturb import (
    METRIC_PERTURBATIONS,
    TEXT_KINDS,
    metric_perturbation,
    perturb,
    perturb_text,
)


def f(text):
    return parse(text).formula


RICH = [
    "∀x (Student(x) ∧ ¬Lazy(x) → ∃y (Exam(y) ∧ Passes(x, y)))",
    "∀x ((Cat(x) ∨ Dog(x)) → (Pet(x) ↔ ¬Wild(x)))",
    "∃x (RedCar(x) ∧ Owns(ann, x)) ⊕ Likes(ann, bob)",
    "∀x ∃y (Knows(x, y) ∧ (Friend(x, y) ∨ Colleague(x, y)))",
    "¬∀x (Bird(x) → Flies(x)) ∧ Bird(tweety)",
    "∀x (Tall(x) ∧ Strong(x) → Plays(x, bob)) ∧ ¬(Tall(ann) ∨ Strong(ann))",
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_and_found_again(kind):
    made = [(f(text), perturb(f(text), kind, Stream("test", kind))) for text in RICH]
    made = [(gold, one) for gold, one in made if one is not None]
    assert made and any(one.effect == "changed" for _, one in made)
    for gold, one in made:
        comparison = one.comparison
        if one.effect == "equivalent":
            assert prove([gold], one.formula).verdict == "True" and prove([one.formula], gold).verdict == "True"
            continue
        assert one.effect == "changed"
        if comparison.only_gold is not None:
            assert evaluate(gold, comparison.only_gold) and not evaluate(one.formula, comparison.only_gold)
        if comparison.only_predicted is not None:
            assert evaluate(one.formula, comparison.only_predicted) and not evaluate(gold, comparison.only_predicted)
        assert kind in diagnose(gold, one.formula, align=False).kinds


@settings(max_examples=60, deadline=None)
@given(fol_formulas(size=6), st.sampled_from(sorted(KINDS)))
def test_the_flag_tells_the_truth(formula, kind):
    one = perturb(formula, kind, Stream("property"))
    if one is None:
        assert not list(edits(formula, kind))
        return
    assert one.formula != formula
    both = prove([formula], one.formula, external=False).verdict, prove([one.formula], formula, external=False).verdict
    if one.effect == "equivalent":
        assert set(both) <= {"True", "Inconsistent"}
    elif one.effect == "changed":
        assert not set(both) <= {"True", "Inconsistent"}


@settings(max_examples=60, deadline=None)
@given(fol_formulas(size=6, sugar=True))
def test_places_and_replacing_fit(formula):
    for place in places(formula):
        assert replace_at(formula, place.path, place.node) is formula


@pytest.mark.parametrize("kind", TEXT_KINDS)
def test_every_broken_text_is_refused_by_the_strict_reader(kind):
    made = [one for text in RICH if (one := perturb_text(f(text), kind, Stream("text", kind)))]
    assert made
    for one in made:
        with pytest.raises(LogicbenchError):
            parse(one.text, "unicode", "strict")


def test_the_same_stream_makes_the_same_error():
    for kind in KINDS:
        assert perturb(f(RICH[0]), kind, Stream("a")) == perturb(f(RICH[0]), kind, Stream("a"))


def test_unknown_kinds_are_refused():
    for call in (
        lambda: perturb(f("P(a)"), "nonsense", Stream("a")),
        lambda: perturb_text(f("P(a)"), "nonsense", Stream("a")),
        lambda: metric_perturbation(f("P(a)"), "nonsense"),
    ):
        with pytest.raises(UnknownNameError):
            call()


@pytest.mark.parametrize(
    ("gold", "predicted", "kind"),
    [
        ("∀x (A(x) → B(x))", "∃x (A(x) ∧ ¬B(x))", None),
        ("∀x (A(x) → B(x))", "∀x (¬A(x) → ¬B(x))", "converse"),
        ("A(a) ∧ B(a) ∧ C(a)", "¬A(a) ∧ ¬B(a) ∧ ¬C(a)", "negation_added"),
        ("∀x (A(x) → B(x))", "∀x (A(x) ∧ C(x) → B(x))", "extra_conjunct"),
        ("A(a) → B(a)", "B(a)", "missing_condition"),
        ("B(a)", "A(a) → B(a)", "extra_condition"),
        ("R(a, b)", "R(a)", "wrong_arity"),
        ("∀x (A(x) → B(x))", "(∀x A(x)) → B(x)", "quantifier_scope"),
        ("P(a)", "P(b)", "wrong_constant"),
        ("P(a)", "P(a) ∧ P(a, a)", "arity_conflict"),
        ("P(a)", "Q(Pp)", "unknown_predicate"),
    ],
)
def test_diagnoses(gold, predicted, kind):
    found = diagnose(f(gold), f(predicted))
    assert found.kinds if kind is None else kind in found.kinds


def test_equivalents_have_no_errors_and_texts_keep_the_readers_notes():
    assert diagnose(f("∀x (A(x) → B(x))"), f("∀y (¬B(y) → ¬A(y))")).findings == ()
    found = diagnose_text(f("∀x (A(x) → B(x))"), "∀x (A(x) → B(x)))")
    assert found.kinds == ("bracket",) and found.comparison.equivalent
    assert diagnose_text(f("P(a)"), "").kinds == ("unreadable",)


def test_metric_perturbations():
    gold = f("∀x (A(x) ∧ ¬B(x) → C(x, tom) ∨ D(x))")
    expected = {
        "quantifier": "∃x (A(x) ∧ ¬B(x) → C(x, tom) ∨ D(x))",
        "negation": "∀x (¬A(x) ∧ B(x) → ¬C(x, tom) ∨ ¬D(x))",
        "and_or": "∀x (A(x) ∨ ¬B(x) → C(x, tom) ∧ D(x))",
        "or_xor": "∀x (A(x) ∧ ¬B(x) → C(x, tom) ⊕ D(x))",
        "operator": "∀x (A(x) ∨ B(x) ∨ C(x, tom) ∨ D(x))",
        "predicate": "∀x (A(x) ∧ NotB(x) → C(x, tom) ∨ D(x))",
        "variable": "∀x (A(x) ∧ ¬B(x) → C(x, Tom) ∨ D(x))",
    }
    assert set(expected) == set(METRIC_PERTURBATIONS)
    for name, text in expected.items():
        assert metric_perturbation(gold, name) == f(text), name


def test_a_vocabulary_can_be_given():
    made = list(edits(f("P(a)"), "wrong_constant", Vocabulary(("b", "c"))))
    assert [one.formula for one in made] == [f("P(b)"), f("P(c)")]
    assert perturb(Not(f("P(a)")), "negation_lost", Stream("a")).formula == f("P(a)")
