"""The symbols of a problem: clashes, near-duplicates, and merging names without merging different things."""

from __future__ import annotations

import pytest

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.symbols import bind_variables, inventory, normalise, resemblance, suspicious_constants
from logicbench.logic.fol.transform import closure


def read(*texts: str) -> list:
    return [parse(text).formula for text in texts]


def kinds(formulas: list, **options: object) -> set[tuple[str, tuple[str, ...]]]:
    return {(finding.kind, finding.names) for finding in inventory(formulas, **options).findings}


def test_finds_arity_clashes_and_symbols_of_two_kinds() -> None:
    formulas = read("∀x (Likes(x) → Likes(x, cats))", "P(likes) ∧ Q(P)")
    assert kinds(formulas) == {("arity_clash", ("Likes/1", "Likes/2")), ("two_kinds", ("P/1", "P"))}


def test_reports_where_and_what_only_the_conclusion_uses() -> None:
    found = inventory(read("P(tom)", "Q(tom)", "P(tom) ∧ R(ann)"), conclusions=[2]).findings
    assert [(finding.kind, finding.names, finding.places) for finding in found] == [
        ("only_in_conclusion", ("R/1",), (2,)),
        ("only_in_conclusion", ("ann",), (2,)),
    ]


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ("dcUniverse", "dc universe", "case"),
        ("New_York", "newYork", "case"),
        ("Student", "Students", "number"),
        ("CompanyLogo", "CompanyLogos", "number"),
        ("Country", "Countries", "number"),
        ("Delectable", "Delectabl", "typo"),
        ("Recieved", "Received", "typo"),
    ],
)
def test_names_that_are_nearly_the_same(left: str, right: str, reason: str) -> None:
    found = resemblance(left, right)
    assert found is not None and found[0] == reason


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Happy", "Unhappy"), ("Legal", "Illegal"), ("Man", "Woman"), ("Increase", "Decrease"), ("alice", "alina"),
        ("tower-a", "tower-b"), ("room1", "room2"), ("room116", "room117"), ("employer", "employee"), ("tom", "tim"),
        ("Typical", "Atypical"), ("teamAWon", "teamBWon"), ("maria", "marie"),
        ("year2010", "year2011"), ("Toxic", "Nontoxic"),
    ],
)  # fmt: skip
def test_different_things_never_resemble_each_other(left: str, right: str) -> None:
    assert resemblance(left, right) is None
    assert resemblance(right, left) is None


def test_normalise_merges_only_as_far_as_it_is_told() -> None:
    formulas = read("Student(tom) ∧ In(tom, dcUniverse)", "Student(Tom)", "Students(tom)", "Studnet(ann)")
    shown = [render(formula) for formula in normalise(formulas, "case").formulas]
    assert shown == ["Student(tom) ∧ In(tom, dcUniverse)", "Student(tom)", "Students(tom)", "Studnet(ann)"]
    assert render(normalise(formulas, "number").formulas[2]) == "Student(tom)"
    merged = normalise(formulas, "typo")
    assert render(merged.formulas[3]) == "Student(ann)"
    assert merged.names[("predicate", "Studnet", 1)] == "Student"


def test_normalise_never_merges_two_arities_or_names_of_one_formula() -> None:
    formulas = read("Likes(tom) ∧ like(tom, ann)", "Prescribes(tom, ann) ∧ Proscribes(tom, ann)")
    assert normalise(formulas, "typo").formulas == tuple(formulas)


def test_unbound_variables_can_be_bound_afterwards() -> None:
    formulas = read("P(x) → Q(x, tom)")
    assert suspicious_constants(formulas) == ("x",)
    assert render(closure(bind_variables(formulas[0], ["x"]))) == "∀x (P(x) → Q(x, tom))"
