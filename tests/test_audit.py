"""No label shows on the surface, and no shallow solver finds it: for every labelled task of every registered family."""

import dataclasses

import pytest

from logicbench.audit import MIN_ITEMS, audit, surface_features
from logicbench.errors import InputError
from logicbench.family import family_names, get_family
from logicbench.generation import generate

LABELLED = [
    (family, task.name) for family in family_names() for task in get_family(family).tasks.values() if task.labels
]
COUNT = 150
CONFIDENCE = 0.9999
"""Wider than the default of 0.99: all attacks on all tasks together shall cry wolf in one of a hundred seeds."""
FULL_COUNT = 4000


def surface_of(family, task):
    """Return one surface, another for each task, so that the tasks together show all of them."""
    made = get_family(family)
    return made.surfaces[list(made.tasks).index(task) % len(made.surfaces)]


def failed(family, task, surface, count, seed=23, **options):
    problems = list(generate(family, task, surface=surface, count=count, seed=seed, measure=False))
    return {finding.attack: finding for finding in audit(problems, **options) if not finding.passed}


@pytest.mark.parametrize(("family", "task"), LABELLED)
def test_labels_do_not_leak(family, task):
    assert failed(family, task, surface_of(family, task), COUNT, confidence=CONFIDENCE) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("family", "task", "surface"),
    [(family, task, surface) for family, task in LABELLED for surface in get_family(family).surfaces],
)
def test_labels_of_four_thousand_do_not_leak(family, task, surface):
    suspects = failed(family, task, surface, FULL_COUNT)
    if suspects:  # one part in a hundred is above its 99 % interval by chance; a leak shows again in fresh problems
        again = failed(family, task, surface, FULL_COUNT, seed=24)
        assert suspects.keys() & again.keys() == set(), (suspects, again)


def leaking(change):
    """Problems of which the ones labelled `sat` were changed."""
    found = generate("sat", "decide", count=120, knobs={"variables": 6}, measure=False)
    return [dataclasses.replace(one, prompt=change(one.prompt)) if one.label == "sat" else one for one in found]


def longer(text):
    return f"{text} "


def reworded(text):
    return text.replace("satisfiable", "consistent")


@pytest.mark.parametrize("change", [longer, reworded])
def test_a_leak_is_found(change):
    assert any(not finding.passed for finding in audit(leaking(change)))


def test_a_shallow_solver_above_its_bound_fails():
    problems = list(generate("sat", "decide", count=80, knobs={"variables": 6}, measure=False))
    findings = audit(problems, solver_bound=0.4)
    assert {finding.attack for finding in findings if not finding.passed} >= {"always-sat"}


def test_too_few_problems_are_refused():
    problems = list(generate("sat", "decide", count=MIN_ITEMS - 2, knobs={"variables": 6}, measure=False))
    with pytest.raises(InputError, match="too few"):
        audit(problems)
    with pytest.raises(InputError, match="no problem"):
        audit([])


def test_features_count_what_they_say():
    [problem] = generate("sat", "assign", count=1, measure=False)
    text = "If a, then not b.\nNo c - none.\nNo c - none."
    found = surface_features(dataclasses.replace(problem, prompt=text))
    assert (found["lines"], found["negations"], found["conditionals"], found["repeated lines"]) == (3, 5, 2, 1)
    assert (found["commas"], found["minus signs"], found["characters"]) == (1, 2, len(text))
