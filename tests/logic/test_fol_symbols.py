"""The symbols of a problem: clashes, near-duplicates, what only the conclusion uses, unbound variables."""

from __future__ import annotations

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.symbols import bind_variables, inventory, suspicious_constants
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


def test_near_duplicates_say_in_what() -> None:
    found = inventory(read("Student(tom) ∧ InTown(tom, x1)", "Students(Tom) ∧ Town(tom, x1)")).findings
    said = {finding.names: finding.message for finding in found if finding.kind == "near_duplicate"}
    assert said[("Student/1", "Students/1")] == "'Student' and 'Students' differ in number only"
    assert said[("tom", "Tom")] == "'tom' and 'Tom' differ in case or punctuation only"
    assert "small words" in said[("InTown/2", "Town/2")]


def test_unbound_variables_can_be_bound_afterwards() -> None:
    formulas = read("P(x) → Q(x, tom)")
    assert suspicious_constants(formulas) == ("x",)
    assert render(closure(bind_variables(formulas[0], ["x"]))) == "∀x (P(x) → Q(x, tom))"
