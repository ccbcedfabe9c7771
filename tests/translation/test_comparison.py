"""Comparison: proved relations, safe alignment of names, closeness that is 1 for equivalents only."""

import numpy as np
import pytest
from hypothesis import given, settings
from logic.fol_formulas import fol_formulas

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.structures import evaluate
from logicbench.logic.fol.syntax import Not
from logicbench.logic.fol.transform import nnf, rename_apart, rename_symbols
from logicbench.translation.compare.alignment import alike, opposite, resembling
from logicbench.translation.compare.closeness import closeness
from logicbench.translation.compare.equivalence import compare
from logicbench.translation.compare.graph import graph_f1
from logicbench.translation.compare.overlap import bleu, embedding_score, le_score, levenshtein, tokens
from logicbench.translation.compare.sampling import agreement, sample_batches, structure_at, truths


def f(text):
    return parse(text).formula


@pytest.mark.parametrize(
    ("gold", "predicted", "relation", "level"),
    [
        ("∀x (Dog(x) → Barks(x))", "∀y (Dog(y) → Barks(y))", "equivalent", "identical"),
        ("∀x (Dog(x) → Barks(x))", "¬∃x (Dog(x) ∧ ¬Barks(x))", "equivalent", "equivalent"),
        ("∀x (Dog(x) → Barks(x))", "∀x (¬is_dog(x) ∨ Bark(x))", "equivalent", "renaming"),
        ("LivesIn(bob, newYork)", "lives_in(Bob, the_new_york)", "equivalent", "renaming"),
        ("∀x (Dog(x) → Barks(x))", "∀x (Barks(x) → Dog(x))", "different", None),
        ("∀x ∃y Loves(x, y)", "∃y ∀x Loves(x, y)", "stronger", None),
        ("∃y ∀x Loves(x, y)", "∀x ∃y Loves(x, y)", "weaker", None),
        ("Loves(ann, bob)", "Loves(bob, ann)", "equivalent", "order"),
        ("Store(a)", "BeautyStore(a)", "undecided", None),
        ("x > 3", "x > 2", "weaker", None),
    ],
)
def test_relations(gold, predicted, relation, level):
    found = compare(f(gold), f(predicted))
    assert (found.relation, found.level) == (relation, level)
    assert found.equivalent is (level in ("identical", "equivalent", "renaming"))
    assert (found.agreement == 1.0) is found.equivalent
    if found.only_gold is not None:
        assert evaluate(f(gold), found.only_gold)
        assert not evaluate(found.alignment.apply(f(predicted)), found.only_gold)


UNSAFE = """Happy Unhappy|Legal Illegal|Man Woman|Increase Decrease|Moral Amoral|Male Female|Honest Dishonest
|Possible Impossible|Regular Irregular|NotHungry Hungry|Before After|Taller Shorter|Harmful Harmless|Careful Careless
|IsOpen IsClosed|Employer Employee|Loves LovedBy|LikesDogs DislikesDogs|Bored Boring|ManBitesDog DogBitesMan
|Parent HasParent|Win Lose|Won Lost|SmokingArea NonSmokingArea|Visible Invisible|CanFly CannotFly|Sisters Brothers"""


@pytest.mark.parametrize("pair", UNSAFE.replace("\n", "").split("|"))
def test_opposites_are_never_equivalent(pair):
    left, right = pair.split()
    for gold, predicted in ((f"{left}(a)", f"{right}(a)"), (f"∀x ({left}(x) → P(x))", f"∀x ({right}(x) → P(x))")):
        found = compare(f(gold), f(predicted))
        assert not found.equivalent and found.relation != "equivalent"
        assert closeness(f(gold), f(predicted))[1].combined < 1


@pytest.mark.parametrize(
    ("left", "right"),
    [("alice", "alina"), ("tom", "tim"), ("y2010", "y2011"), ("gpt3", "gpt4"), ("marie", "maria"), ("ann", "anns")],
)
def test_different_constants_are_never_equivalent(left, right):
    found = compare(f(f"Won({left})"), f(f"Won({right})"))
    assert found.relation == "different" and not found.alignment.renamed
    assert not resembling(left, right, "constant")


def test_words_decide_likeness():
    assert alike("świątek", "Swiatek", "constant")
    assert alike("IsAStudent", "student", "predicate")
    assert not alike("Student", "CollegeStudent", "predicate") and resembling("Student", "CollegeStudent", "predicate")
    assert opposite("Unhappy", "happy") and not opposite("Loves", "Love")


@settings(max_examples=40, deadline=None)
@given(fol_formulas(size=5, equality=True, functions=True))
def test_rewriting_and_renaming_keep_equivalence(formula):
    rewritten = rename_apart(nnf(formula))
    renamed = rename_symbols(rewritten, {("predicate", "R", 2): "is_R", ("constant", "a", 0): "A"})
    found = compare(formula, renamed)
    assert found.relation in ("equivalent", "undecided")
    assert agreement(formula, rewritten) == 1.0
    assert agreement(formula, Not(formula)) == 0.0


@settings(max_examples=25, deadline=None)
@given(fol_formulas(size=4, equality=True), fol_formulas(size=4, equality=True))
def test_scores_stay_in_bounds_and_one_means_equivalent(gold, predicted):
    relation, scores = closeness(gold, predicted)
    for score in scores.to_json().values():
        assert score is None or 0.0 <= score <= 1.0
    assert (scores.combined == 1.0) is relation.equivalent
    assert graph_f1(gold, gold) == 1.0 and le_score(gold, gold) == 1.0


@settings(max_examples=25, deadline=None)
@given(fol_formulas(size=4, equality=True, functions=True, sugar=True))
def test_batches_hold_the_structures_that_they_count(formula):
    batches = sample_batches([formula], 12)
    (values,) = truths([formula], batches)
    assert [evaluate(formula, structure_at(batches, place)) for place in range(12)] == values.tolist()


def test_le_ignores_quantifiers_and_matches_atoms():
    assert le_score(f("∀x (A(x) → B(x))"), f("∃x (A(x) → B(x))")) == 1.0
    assert le_score(f("A(x) ∧ B(x)"), f("A(x) ∨ B(x)")) == 0.5
    assert le_score(f("A(a)"), f("¬A(a)")) == 0.0
    assert le_score(f("A(a) ∧ B(a)"), f("A(a)")) == 0.75


def test_text_measures():
    assert bleu(list("abcd"), list("abcd")) == pytest.approx(1.0)
    assert bleu(list("abcdefgh"), list("abcdXfgh")) == pytest.approx((7 / 8 * 5 / 7 * 3 / 6 * 1 / 5) ** 0.25)
    assert bleu(list("abcd"), list("wxyz")) == 0.0
    assert levenshtein("kitten", "sitting") == 3
    assert tokens(f("∀x (A(x) ∧ B(x) → C(x))"))[:4] == ["∀", "x", "(", "("]
    assert embedding_score("a", "b", lambda texts: np.array([[1.0, 0.0], [0.6, 0.8]])) == pytest.approx(0.6)


def test_the_graph_keeps_coreference():
    same, other = f("∀x ∀y (R(x, y) → R(x, y))"), f("∀x ∀y (R(x, y) → R(y, x))")
    assert graph_f1(same, same) == 1.0 and graph_f1(same, other) < 1.0
