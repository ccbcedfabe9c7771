"""Consistency across variants and surfaces, against figures counted by hand."""

import pytest
from test_results_table import make_run

from logicbench.evals.results import compute_results
from logicbench.evals.table import footnotes
from logicbench.generation import generate


def results_of(folder, problems, says, samples=1):
    run = make_run(folder, problems, says, samples)
    results = compute_results(run)
    run.close()
    return results


@pytest.fixture(name="varied")
def _varied():
    return list(
        generate("sat", "decide", count=8, knobs={"variables": 5}, variants=["rename", "negate"], measure=False)
    )


def test_instances_shown_once_have_no_row(tmp_path):
    problems = list(generate("sat", "decide", count=4, knobs={"variables": 5}, measure=False))
    assert results_of(tmp_path / "run", problems, lambda *_: ("correct", "stop", 1))["invariance"] == []


def test_variants_are_counted_instance_by_instance(tmp_path, varied):
    instances = list(dict.fromkeys(problem.instance_id for problem in varied))

    def says(problem, index):
        place = instances.index(problem.instance_id)
        if place < 2:
            return "correct", "stop", 1
        if place < 5:
            return "wrong", "stop", 1
        return ("correct" if problem.variant == "base" else "wrong"), "stop", 1

    results = results_of(tmp_path / "run", varied, says)
    [row] = results["invariance"]
    assert (row["family"], row["task"], row["across"]) == ("sat", "decide", "variants")
    assert (row["members"], row["instances"]) == (["base", "rename", "negate"], 8)
    assert row["same_verdict"] == pytest.approx(5 / 8)
    assert row["all_correct"] == pytest.approx(2 / 8)
    assert row["low"] < 5 / 8 < row["high"]
    # Base is right on 5 of 8, the others on 2 of 8.
    assert row["independent"] == pytest.approx(5 / 8 * (2 / 8) ** 2 + 3 / 8 * (6 / 8) ** 2)
    assert any("Same verdict on all variants" in note and "62.5" in note for note in footnotes(results))


def test_samples_are_compared_one_by_one(tmp_path, varied):
    """Each sample is consistent in itself, though the two of a problem differ."""
    results = results_of(tmp_path / "run", varied, lambda p, i: ("correct" if i else "wrong", "stop", 1), samples=2)
    [row] = results["invariance"]
    assert row["same_verdict"] == 1
    assert row["all_correct"] == pytest.approx(0.5)
    assert row["independent"] == pytest.approx(0.25)


def test_failed_requests_are_passed_over(tmp_path, varied):
    results = results_of(
        tmp_path / "run", varied, lambda p, i: (None, "error", 0) if p.variant == "rename" else ("correct", "stop", 1)
    )
    [row] = results["invariance"]
    assert (row["members"], row["instances"], row["same_verdict"]) == (["base", "negate"], 8, 1)


def test_surfaces_hold_the_variant_fixed(tmp_path):
    problems = list(
        generate("coloring", "verify", surface=["dimacs", "map"], count=6, variants=["permute"], measure=False, seed=4)
    )
    results = results_of(
        tmp_path / "run", problems, lambda p, i: ("correct" if p.surface == "map" else "wrong", "stop", 1)
    )
    variants, surfaces = results["invariance"]
    assert (variants["across"], variants["instances"], variants["same_verdict"]) == ("variants", 12, 1)
    assert (surfaces["across"], surfaces["instances"], surfaces["same_verdict"]) == ("surfaces", 12, 0)
    assert surfaces["members"] == ["dimacs", "map"]
    assert surfaces["same_answer"] is None  # pairs of numbers here, of names there
