"""What measures of closeness notice: the study's perturbations, files and runs, the same on any processes."""

import csv
import json

import pytest
from typer.testing import CliRunner

from logicbench.cli.main import app
from logicbench.errors import InputError
from logicbench.logic.fol.parse import parse
from logicbench.translation.compare.closeness import closeness
from logicbench.translation.perturb import METRIC_PERTURBATIONS, metric_perturbation
from logicbench.translation.sensitivity import (
    MEASURES,
    draw,
    load_formulas,
    score_perturbations,
    score_texts,
    summarise,
)

TEXTS = ["∀x (Cat(x) → Lazy(x))", "Cat(tom) ∧ ¬Lazy(tom)", "∃x (Dog(x) ∨ Cat(x))", "Lazy(tom)"]


def formula(text):
    return parse(text).formula


def test_scores_are_those_of_the_changed_formula_against_the_original():
    gold = formula(TEXTS[1])
    found = score_perturbations(gold)
    assert set(found) == {"negation", "and_or", "operator", "predicate", "variable"}, "no quantifier, no ∨ to change"
    for name, (same, scores) in found.items():
        relation, near = closeness(gold, metric_perturbation(gold, name), align=False)
        assert same is relation.equivalent and scores == {one: getattr(near, one) for one in MEASURES}


def test_means_are_over_what_a_perturbation_changes():
    scored = [one for one in score_texts(TEXTS) if one is not None]
    found = {one.perturbation: one for one in summarise(scored)}
    assert list(found) == list(METRIC_PERTURBATIONS)
    assert {one.formulas for one in found.values()} == {4}
    assert found["quantifier"].changed == 2 and found["or_xor"].changed == 1
    both = [scores["quantifier"][1]["models"] for scores in scored if "quantifier" in scores]
    assert found["quantifier"].means["models"] == pytest.approx(sum(both) / 2)
    assert found["quantifier"].means["le"] == 1.0, "LE is blind to quantifiers"
    assert found["negation"].means["bleu"] > 0 and found["negation"].equivalent == 0
    assert {one.perturbation for one in found.values() if one.level == "text"} == {"predicate", "variable"}


def test_the_number_of_processes_changes_nothing_and_bad_texts_are_left_out():
    texts = [*TEXTS, "((("]
    assert list(score_texts(texts)) == list(score_texts(texts, workers=2))
    assert list(score_texts(["((("])) == [None]


def test_a_draw_is_of_different_texts_and_seeded():
    many = [f"P(a{k % 30})" for k in range(90)]
    assert draw(many) == many[:30]
    assert len(set(draw(many, 10))) == 10 and draw(many, 10) == draw(many, 10) != draw(many, 10, seed=1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["P(a)", "Q(b)"], ["P(a)", "Q(b)"]),
        ([{"fol": "P(a)"}, {"fol": None}, {"fol": " "}], ["P(a)"]),
        ([{"premises_fol": ["P(a)", "Q(a)"], "conclusion_fol": "R(a)"}], ["P(a)", "Q(a)", "R(a)"]),
        ([{"premises_fol": "P(a)\nQ(a)", "conclusion_fol": None}], ["P(a)", "Q(a)"]),
    ],
)
def test_rows_of_files(tmp_path, rows, expected):
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert load_formulas(path) == expected


@pytest.mark.parametrize("row", [{"text": "P(a)"}, 3, {"fol": 3}, {"premises_fol": [1]}])
def test_rows_without_formulas_are_named(tmp_path, row):
    path = tmp_path / "gold.jsonl"
    path.write_text('"P(a)"\n' + json.dumps(row) + "\n")
    with pytest.raises(InputError, match=r"gold.jsonl:2: "):
        load_formulas(path)


@pytest.fixture
def gold(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps({"fol": text}) + "\n" for text in [*TEXTS, "((("]))
    return path


def run(*arguments):
    return CliRunner().invoke(app, ["analyze", "metric-sensitivity", *map(str, arguments)])


def test_the_command_prints_a_table_json_and_csv(gold, tmp_path):
    target = tmp_path / "table.csv"
    shown = run(gold, "--output", target)
    assert shown.exit_code == 0, shown.output
    assert "or_xor" in shown.stdout and "1 formulas could not be read" in shown.stdout and str(target) in shown.stdout
    figures = json.loads(run(gold, "--json").stdout)
    assert figures["formulas"] == 4 and figures["unread"] == 1
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert [row["perturbation"] for row in rows] == list(METRIC_PERTURBATIONS)
    for row, one in zip(rows, figures["perturbations"], strict=True):
        assert int(row["changed"]) == one["changed"]
        assert {name: row[name] for name in MEASURES} == {
            name: "" if mean is None else str(mean) for name, mean in one["means"].items()
        }
    assert run(gold, "--output", "-").stdout == target.read_text()


def test_the_command_reads_a_translation_run(tmp_path):
    data, script = tmp_path / "data.jsonl", tmp_path / "script.jsonl"
    data.write_text(json.dumps({"id": "a", "premises": ["Tom is a cat."], "conclusion": "Tom is lazy."}) + "\n")
    program = "Premises:\nCat(tom) ::: x\nConclusion:\nCat(tom) ∧ Lazy(tom)"
    script.write_text(json.dumps({"id": "a", "completion": program}) + "\n")
    arguments = [
        "--data",
        data,
        "--model",
        f"scripted:{script}",
        "--pipeline",
        "logic-lm",
        "--output",
        tmp_path / "run",
    ]
    done = CliRunner().invoke(app, ["translate", *map(str, arguments), "--quiet"])
    assert done.exit_code == 0, done.output
    figures = json.loads(run(tmp_path / "run", "--json").stdout)
    assert figures["formulas"] == 2 and figures["perturbations"][2]["changed"] == 1
    with pytest.raises(InputError, match=r"translations\.jsonl"):
        load_formulas(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"), [(["--notation", "runes"], "runes"), (["--field", "gold"], "'gold'")]
)
def test_bad_input_is_one_sentence(gold, arguments, message):
    assert message in str(run(gold, *arguments).exception)


def test_analyze_without_a_command_takes_a_run(tmp_path):
    found = CliRunner().invoke(app, ["analyze", str(tmp_path)])
    assert "run.json" in str(found.exception)
    page = CliRunner().invoke(app, ["analyze", "--help"])
    assert "metric-sensitivity" in page.stdout and "RUN" in page.stdout
