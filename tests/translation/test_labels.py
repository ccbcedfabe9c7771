"""Labelled problems: reasons of disagreement, declared merging of names, the same results on several processes."""

import pytest

from logicbench.errors import InputError
from logicbench.translation.labels import LabelledProblem, judge, judge_all, read_problem

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
    assert judge(problem, level="case").verdict == "Uncertain"
    found = judge(problem, level="number")
    assert found.agrees and found.changes is not None
    assert set(found.changes.names.values()) <= {"Barks", "bark", "Rex", "rex"} and len(found.changes.names) == 2
    assert found.to_json()["changes"]["names"] and judge(problem).to_json()["changes"] is None


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
