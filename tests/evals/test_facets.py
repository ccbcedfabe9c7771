"""Results by the groupings that a family names, from the stored run to the page: counted by hand on `skills`."""

import io
import json

import pytest
from typer.testing import CliRunner

from logicbench.cli.main import app
from logicbench.evals.analysis.analyze import analyze
from logicbench.evals.analysis.words import SHOWN, print_analysis
from logicbench.evals.report.gather import gather
from logicbench.evals.report.tables import tables
from logicbench.evals.results import facet_order
from logicbench.evals.statistics import clustered_proportion
from logicbench.family import facets_of
from logicbench.generation import generate
from logicbench.generators.skills.rules import rules
from logicbench.problem import dump_line


@pytest.fixture(scope="module")
def problems():
    made = generate("skills", "judge", count=60, knobs={"length": [1, 2]}, measure=False)
    return [*made, *generate("sat", "decide", count=4, measure=False)]


def is_right(problem):
    """Right on every fallacy, on valid arguments of the other kinds, and else never."""
    kind = facets_of(problem).get("kind")
    return kind == "fallacy" or (kind is not None and problem.label == "valid")


@pytest.fixture(scope="module")
def run(tmp_path_factory, problems):
    folder = tmp_path_factory.mktemp("facets")
    return scripted_run(folder, problems)


def scripted_run(folder, problems):
    says = [f"Answer: {problem.reference}" if is_right(problem) else "I do not know." for problem in problems]
    lines = [{"id": problem.id, "completion": text} for problem, text in zip(problems, says, strict=True)]
    (folder / "says.jsonl").write_bytes(b"".join(map(dump_line, lines)))
    (folder / "problems.jsonl").write_bytes(b"".join(dump_line(problem.to_json()) for problem in problems))
    options = ["--model", str(folder / "says.jsonl"), "--tasks", str(folder / "problems.jsonl"), "--quiet"]
    made = CliRunner().invoke(app, ["eval", "--backend", "scripted", *options, "--output", str(folder / "run")])
    assert made.exit_code == 0, made.output
    return folder / "run"


def members(problems, facet, value):
    return [problem for problem in problems if facets_of(problem).get(facet) == value]


def counted(found):
    means = [float(is_right(problem)) for problem in found]
    return sum(means) / len(means), clustered_proportion(means, [problem.group_id for problem in found])


def test_problems_fall_under_the_rule_they_were_made_from(problems):
    for problem in problems:
        if problem.family != "skills":
            assert facets_of(problem) == {}
            continue
        rule = rules()[problem.instance["rule"]]
        steps = str(len(problem.instance["steps"]))
        assert facets_of(problem) == {"rule": rule.name, "kind": rule.kind, "level": rule.level, "length": steps}
    groups = {}
    for problem in members(problems, "level", "predicate"):
        groups.setdefault(problem.group_id, set()).add((problem.label, facets_of(problem)["rule"]))
    assert all({label for label, _ in group} == {"valid", "invalid"} for group in groups.values())


def test_every_row_is_what_its_problems_got(run, problems):
    rows = json.loads((run / "results.json").read_text())["by_facet"]
    assert {row["facet"] for row in rows} == {"rule", "kind", "level", "length"}
    for row in rows:
        found = members(problems, row["facet"], row["value"])
        share, interval = counted(found)
        assert (row["family"], row["task"], row["problems"]) == ("skills", "judge", len(found))
        assert row["accuracy"] == pytest.approx(share)
        assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    for facet in ("rule", "kind", "level", "length"):
        assert sum(row["problems"] for row in rows if row["facet"] == facet) == 60


def test_the_analysis_says_the_same_weakest_first(run, problems):
    found = analyze(run, reread=0)
    rows = json.loads((run / "results.json").read_text())["by_facet"]
    same = {(row["facet"], row["value"]): (row["problems"], row["accuracy"], row["low"], row["high"]) for row in rows}
    assert len(found.facets) == len(rows)
    for each in found.facets:
        numbers = (each.items, each.accuracy.estimate, each.accuracy.low, each.accuracy.high)
        assert each.task == "skills:judge" and numbers == pytest.approx(same[each.facet, each.value])
        assert each.chance == 0.5 and each.corrected == pytest.approx(2 * each.accuracy.estimate - 1)
    by_rule = [each.accuracy.estimate for each in found.facets if each.facet == "rule"]
    assert by_rule == sorted(by_rule)
    assert [each.value for each in found.facets if each.facet == "length"] == ["1", "2"]
    assert found.to_json()["facets"][0]["accuracy"].keys() == {"estimate", "low", "high"}


def test_the_words_print_the_weakest_and_count_the_rest(run):
    found, out = analyze(run, reread=0), io.StringIO()
    print_analysis(found, out)
    section = out.getvalue().split("skills:judge by rule")[1].split("skills:judge by kind")[0]
    count = sum(each.facet == "rule" for each in found.facets)
    if count > SHOWN:
        assert f"{count - SHOWN} more are in analyze.json" in section
    weakest = next(each.value for each in found.facets if each.facet == "rule")
    assert section.split("---\n")[1].startswith(weakest)


def test_the_report_has_a_table_of_each_and_a_place_on_the_page(run):
    named = {table.key: table for table in tables(gather(run))}
    assert {f"facet-skills-judge-{facet}" for facet in ("rule", "kind", "level", "length")} <= named.keys()
    kinds = named["facet-skills-judge-kind"]
    assert kinds.rows[-1][0] == "fallacy" and kinds.rows[-1][2].startswith("100.0 [")
    page = (run / "report.html").read_text()
    assert "skills:judge by rule" in page and 'id="table-facet-skills-judge-kind"' in page


def test_a_grouping_with_one_value_is_no_table(run, problems, tmp_path):
    few = [problem for problem in problems if facets_of(problem).get("length") == "1"][:4]
    assert "facet-skills-judge-length" not in {table.key for table in tables(gather(scripted_run(tmp_path, few)))}


def test_numbers_are_sorted_by_size_and_names_by_accuracy():
    values = {"10": 0.1, "2": 0.9, "b": 0.2, "a": 0.2, "c": 0.1}
    assert sorted(values, key=lambda value: facet_order(value, values[value])) == ["2", "10", "c", "a", "b"]
