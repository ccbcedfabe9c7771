"""Normalising problems: what is nearly the same and what is not, every change declared, nothing else changed."""

from __future__ import annotations

from itertools import combinations

import pytest
from fol_formulas import fol_formulas
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.logic.fol.normalise import NORMALISATIONS, normalise
from logicbench.logic.fol.opposites import opposite
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.spelling import LIKENESSES, likeness, one_typo
from logicbench.logic.fol.transform import rename_symbols, signature
from logicbench.logic.fol.words import singular, stem, words


def read(*texts: str) -> list:
    return [parse(text).formula for text in texts]


def shown(level: str, *texts: str) -> list[str]:
    return [render(formula) for formula in normalise(read(*texts), level).formulas]


@pytest.mark.parametrize(
    ("left", "right", "kind", "arity", "found"),
    [
        ("dcUniverse", "dc universe", "constant", 0, "case"),
        ("New_York", "newYork", "constant", 0, "case"),
        ("ŚwiątekIga", "świątekIga", "constant", 0, "case"),
        ("Residentof", "ResidentOf", "predicate", 2, "case"),
        ("Student", "Students", "predicate", 1, "number"),
        ("CompanyLogo", "CompanyLogos", "predicate", 1, "number"),
        ("Country", "Countries", "predicate", 1, "number"),
        ("Platypus", "Platypuses", "predicate", 1, "number"),
        ("HasCar", "HaveCar", "predicate", 1, "number"),
        ("MetricsOfEffect", "MetricOfEffect", "predicate", 1, "number"),
        ("IsRed", "Red", "predicate", 1, "words"),
        ("TheBestKnown", "BestKnown", "predicate", 1, "words"),
        ("theOrchestra", "orchestra", "constant", 0, "words"),
        ("yr1946", "year1946", "constant", 0, "words"),
        ("num8", "eight", "constant", 0, "words"),
        ("oxfordSt", "oxfordStreet", "constant", 0, "words"),
        ("Compatible", "CompatibleWith", "predicate", 2, "words"),
        ("OutsideControl", "OutsideOfControl", "predicate", 1, "words"),
        ("PlayedFor", "PlaysFor", "predicate", 2, "words"),
        ("Took", "Take", "predicate", 2, "words"),
        ("Designing", "Design", "predicate", 2, "words"),
        ("Delectable", "Delectabl", "predicate", 1, "typo"),
        ("Recieved", "Received", "predicate", 1, "typo"),
        ("emmetBuiling", "emmetBuilding", "constant", 0, "typo"),
        ("TF", "TeachingFellow", "predicate", 1, "initials"),
        ("usa", "unitedStatesOfAmerica", "constant", 0, "initials"),
    ],
)
def test_names_that_are_nearly_the_same(left: str, right: str, kind: str, arity: int, found: str) -> None:
    assert likeness(left, right, kind, arity) == likeness(right, left, kind, arity) == found


@pytest.mark.parametrize(
    ("left", "right", "kind", "arity"),
    [
        ("alice", "alina", "constant", 0), ("tower-a", "tower-b", "constant", 0), ("room1", "room2", "constant", 0),
        ("room116", "room117", "constant", 0), ("tom", "tim", "constant", 0), ("maria", "marie", "constant", 0),
        ("year2010", "year2011", "constant", 0), ("six", "seven", "constant", 0), ("num6", "num8", "constant", 0),
        ("planA", "planB", "constant", 0), ("johnSmith", "john", "constant", 0), ("york", "newYork", "constant", 0),
        ("employer", "employee", "predicate", 1), ("teamAWon", "teamBWon", "predicate", 0),
        ("LocatedIn", "LocatedOn", "predicate", 2), ("TravelTo", "TravelFrom", "predicate", 2),
        ("MadeBy", "Made", "predicate", 2), ("ProducedBy", "Produces", "predicate", 2), ("In", "On", "predicate", 2),
        ("Interested", "Interesting", "predicate", 1), ("Bored", "Boring", "predicate", 2),
        ("Talented", "Talent", "predicate", 1), ("Building", "Build", "predicate", 1),
        ("Prescribes", "Prescribe2", "predicate", 2), ("Knows", "NotKnows", "predicate", 2),
    ],
)  # fmt: skip
def test_different_things_are_not_alike(left: str, right: str, kind: str, arity: int) -> None:
    assert likeness(left, right, kind, arity) is None
    assert likeness(right, left, kind, arity) is None


OPPOSITES = [
    ("Happy", "Unhappy"), ("Legal", "Illegal"), ("Man", "Woman"), ("Increase", "Decrease"), ("Typical", "Atypical"),
    ("Toxic", "Nontoxic"), ("Winner", "Loser"), ("IsAlive", "IsDead"), ("Moral", "Amoral"), ("Useful", "Useless"),
    ("HasMore", "HasLess"), ("Import", "Export"), ("Include", "Exclude"), ("WithSugar", "WithoutSugar"),
    ("CanSwim", "CannotSwim"), ("LivesNorthOf", "LivesSouthOf"), ("TallerThan", "ShorterThan"), ("Open", "Closed"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right"), OPPOSITES)
@pytest.mark.parametrize("arity", [1, 2])
def test_opposites_are_never_merged(left: str, right: str, arity: int) -> None:
    assert likeness(left, right, "predicate", arity) is likeness(right, left, "predicate", arity) is None
    arguments = ", ".join("ab"[:arity])
    problem = read(f"{left}({arguments})", f"{right}({arguments})")
    assert normalise(problem, "variables").formulas == tuple(problem)


def test_words_of_their_own_negate_nothing() -> None:
    assert not opposite("InUrbanArea", "UrbanArea") and opposite("Inactive", "Active")


def test_normalise_goes_only_as_far_as_it_is_told() -> None:
    texts = ("Student(tom) ∧ In(tom, dcUniverse)", "Student(Tom)", "Students(tom)", "IsStudent(tom)", "Studnet(ann)")
    assert shown("none", *texts) == list(texts)
    assert shown("case", *texts) == [texts[0], "Student(tom)", *texts[2:]]
    assert shown("number", *texts)[2:] == ["Student(tom)", *texts[3:]]
    assert shown("words", *texts)[3:] == ["Student(tom)", texts[4]]
    assert shown("typo", *texts)[4] == "Student(ann)"
    assert normalise(read(*texts), "typo").names[("predicate", "Studnet", 1)] == "Student"


def test_two_arities_or_slips_within_one_formula_are_never_merged() -> None:
    formulas = read("Likes(tom) ∧ like(tom, ann)", "Prescribes(tom, ann) ∧ Proscribes(tom, ann)")
    assert normalise(formulas, "objects").formulas == tuple(formulas)


def test_a_merged_name_is_like_all_that_become_it() -> None:
    found = normalise(read("Interest(a, b)", "Interested(a, b)", "Interesting(a, b)"), "words")
    assert len({formula.name for formula in found.formulas}) == 2


def test_a_predicate_that_spells_out_its_object_is_unfolded_if_that_is_clear() -> None:
    texts = ("∀x (Have(x, horseRanch) → Rich(x))", "HaveAHorseRanch(manny)", "Is(cherry, apple)", "Apple(gala)")
    found = normalise(read(*texts), "objects")
    assert [render(one) for one in found.formulas[1:]] == ["Have(manny, horseRanch)", texts[2], "Is(gala, apple)"]
    assert found.objects == {("HaveAHorseRanch", 1): ("Have", "horseRanch"), ("Apple", 1): ("Is", "apple")}
    unclear = read("Have(a, bigCar)", "HaveBig(a, car)", "HaveBigCar(b)")
    assert normalise(unclear, "objects").formulas == tuple(unclear)
    assert shown("objects", "In(tom, europe)", "Europe(tom)") == ["In(tom, europe)", "Europe(tom)"], "not what it is"


@pytest.mark.parametrize(
    ("text", "expected", "meaning"),
    [
        ("¬Calm(archie, crowd) ∧ ¬Strong(x)", "¬Calm(archie, crowd) ∧ ¬Strong(archie)", "=archie"),
        ("∃x (P(x) ∧ x ≠ y ∧ P(y))", "∃y ∃x (P(x) ∧ x ≠ y ∧ P(y))", "exists"),
        ("∀x (P(x) → Q(x, y))", "∀y ∀x (P(x) → Q(x, y))", "forall"),
        ("P(x) → Q(x)", "∀x (P(x) → Q(x))", "forall"),
        ("P(tom) → Q(tom, x)", "∀x (P(tom) → Q(tom, x))", "forall"),
        ("P(tom) ∧ P(ann) → Q(x)", "∀x ((P(tom) ∧ P(ann)) → Q(x))", "forall"),
    ],
)
def test_dangling_variables_get_a_meaning(text: str, expected: str, meaning: str) -> None:
    found = normalise(read(text), "variables")
    assert render(found.formulas[0]) == expected
    assert list(found.variables.values()) == [meaning] and {number for number, _ in found.variables} == {0}
    assert normalise(read(text), "objects").variables == {}


problems = st.lists(fol_formulas(size=4, functions=True), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(problems)
def test_the_record_of_changes_gives_the_formulas(formulas: list) -> None:
    for level in (*LIKENESSES, "none"):
        found = normalise(formulas, level)
        assert list(found.formulas) == [rename_symbols(formula, found.names) for formula in formulas]
        symbols = signature(found.formulas)
        assert set(symbols.predicates) <= set(signature(formulas).predicates)
    assert normalise(normalise(formulas, "case").formulas, "case").names == {}


names = st.text(alphabet="abeinosSTX_-19", min_size=1, max_size=9)


@settings(max_examples=300, deadline=None)
@given(names, names, st.sampled_from(["predicate", "constant"]), st.integers(0, 2))
def test_likeness_is_symmetric_and_never_of_opposites(left: str, right: str, kind: str, arity: int) -> None:
    found = likeness(left, right, kind, arity)
    assert found == likeness(right, left, kind, arity)
    if found in ("words", "typo", "initials"):
        assert not opposite(left, right)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("happy", "happpy", True), ("building", "biulding", True), ("moral", "amoral", False),
        ("y20101", "y20102", False), ("cat", "car", False), ("happy", "happy", False), ("legal", "regal", False),
    ],
)  # fmt: skip
def test_one_typo(left: str, right: str, same: bool) -> None:
    assert one_typo(left, right) is one_typo(right, left) is same


def test_words_and_their_plain_forms() -> None:
    assert words("livesIn_the-USA2") == ["lives", "in", "the", "usa", "2"]
    assert [singular(word) for word in ("lives", "boxes", "cities", "bus", "children", "glass")] == [
        "live", "box", "city", "bus", "child", "glass",
    ]  # fmt: skip
    assert len({stem(word) for word in ("design", "designs", "designed", "designing")}) == 1


def test_steps_are_a_ladder() -> None:
    texts = ("Dog(x) ∧ isDog(rex)", "dogs(Rex)", "DOG(rexx)")
    found = [normalise(read(*texts), level) for level in NORMALISATIONS]
    for less, more in combinations(found, 2):
        assert set(less.names) <= set(more.names) and set(less.objects) <= set(more.objects)
