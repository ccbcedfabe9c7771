"""Labelled problems: reasons of disagreement, declared merging of names, the same results on several processes."""

import pytest

from logicbench.errors import InputError
from logicbench.translation.labels import LabelledProblem, judge, judge_all, read_problem
from logicbench.translation.names import merge_names, name_key, one_typo

RULE = "∀x (Dog(x) → Barks(x))"


@pytest.mark.parametrize(
    ("premises", "conclusion", "label", "verdict", "reason"),
    [
        ((RULE, "Dog(rex)"), "Barks(rex)", "True", "True", None),
        ((RULE, "Dog(rex)"), "¬Barks(rex)", "True", "False", "opposite"),
        ((RULE, "Dog(rex)"), "Barks(rex)", "Uncertain", "True", "entailed though labelled Uncertain"),
        ((RULE, "Dog(rex)"), "Bark(rex)", "True", "Uncertain", "unlinked symbols"),
        ((RULE, "Barks(rex)"), "Dog(rex)", "True", "Uncertain", "not entailed"),
        ((RULE, "Dog(rex)", "¬Barks(rex)"), "Dog(rex)", "True", "Inconsistent", "inconsistent premises"),
        ((RULE, ""), "Dog(rex)", "True", None, "unparsed"),
    ],
)
def test_a_disagreement_has_its_reason(premises, conclusion, label, verdict, reason):
    found = judge(LabelledProblem("one", premises, conclusion, label))
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.agrees is (reason is None)


def test_merged_names_are_declared():
    problem = LabelledProblem("one", (RULE, "Dog(rex)"), "bark(Rex)", "True")
    assert judge(problem, merging="case").verdict == "Uncertain"
    found = judge(problem, merging="number")
    assert found.agrees
    assert set(found.renamed.values()) <= {"Barks", "bark", "Rex", "rex"} and len(found.renamed) == 2


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("happy", "happpy", True),
        ("building", "biulding", True),
        ("moral", "amoral", False),
        ("y20101", "y20102", False),
        ("cat", "car", False),
        ("happy", "happy", True),
    ],
)
def test_one_typo(left, right, same):
    assert one_typo(left, right) is same


def test_keys_and_arity():
    assert name_key("LivesIn") == name_key("lives_in") == name_key("LiveIn")
    from logicbench.logic.fol.parse import parse

    formulas = [parse("P(a)").formula, parse("p(a, b)").formula]
    assert merge_names(formulas, "typo")[1] == {}


def test_the_number_of_processes_changes_nothing():
    problems = [LabelledProblem(str(k), (RULE, f"Dog(rex{k})"), "Barks(rex1)", "True") for k in range(4)]
    assert list(judge_all(problems)) == list(judge_all(problems, workers=2))


@pytest.mark.parametrize(
    ("record", "field"),
    [({"premises": "P"}, "conclusion"), ({"premises": [1], "conclusion": "P"}, "premises"), ([], "problem"),
     ({"premises": [], "conclusion": "P", "label": "Maybe"}, "label")],
)  # fmt: skip
def test_bad_lines_are_named(record, field):
    with pytest.raises(InputError, match=rf"data.jsonl:3: .*{field}"):
        read_problem(record, "data.jsonl", 3)
