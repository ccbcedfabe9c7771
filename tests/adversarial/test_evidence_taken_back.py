"""A right witness that the completion takes back is two answers, and two answers are none."""

import pytest

import logicbench
from logicbench.generation import generate

OTHER = {
    "sat": {"sat": "UNSAT", "unsat": "SAT"},
    "nlsat": {"sat": "NO", "unsat": "YES"},
    "coloring": {"yes": "NO", "no": "YES"},
    "fol": {"true": "FALSE", "false": "UNKNOWN", "unknown": "TRUE"},
    "skills": {"valid": "INVALID", "invalid": "VALID"},
}


@pytest.mark.parametrize("family", OTHER)
def test_another_label_after_the_evidence_is_a_conflict(family):
    for problem in generate(family, "certify", count=6, seed=5, measure=False):
        other, right = OTHER[family][problem.label], problem.reference
        assert logicbench.verify(problem, f"Answer: {right}").correct
        for tail in (f"; {other}", f" {other}", f". Or {other}.", f"\n{other}", f", no wait, {other}"):
            assert not logicbench.verify(problem, f"Answer: {right}{tail}").correct, right + tail


@pytest.mark.parametrize("family", ["sat", "nlsat", "fol", "skills"])
def test_further_evidence_after_or_is_a_conflict(family):
    for problem in generate(family, "certify", count=6, seed=5, measure=False):
        if problem.label in ("unsat", "true", "false", "valid"):
            assert not logicbench.verify(problem, f"Answer: {problem.reference} or 1").correct


@pytest.mark.parametrize("family", ["sat", "fol", "skills"])
def test_an_explanation_after_the_evidence_takes_nothing_back(family):
    for problem in generate(family, "certify", count=6, seed=5, measure=False):
        own = problem.reference.split()[0].strip(";:,")
        for tail in ("\n\nThis is what I found.", ". I checked it twice.", f"\n\nSo it is {own}."):
            assert logicbench.verify(problem, f"Answer: {problem.reference}{tail}").correct, tail
