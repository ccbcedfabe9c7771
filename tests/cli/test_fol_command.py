"""``logicbench fol parse``, ``print`` and ``check``: output, files and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from logicbench.cli.fol import app

RUN = CliRunner()


def test_parse_shows_the_reading_and_every_repair_with_its_place() -> None:
    result = RUN.invoke(app, ["parse", "∀x (Starred(x)) → Hard(x))"])
    assert result.exit_code == 0
    assert result.stdout.startswith("∀x (Starred(x) → Hard(x))\n")
    assert "repair extra_close" in result.stdout and "warning wide_scope" in result.stdout
    lines = result.stdout.splitlines()
    caret = next(
        line for line in lines[lines.index(next(one for one in lines if "extra_close" in one)) :] if "^" in line
    )
    assert caret.index("^") == len("      ∀x (Starred(x)) → Hard(x)")


def test_parse_refuses_with_exit_code_1_and_says_what_was_expected() -> None:
    result = RUN.invoke(app, ["parse", "P(a", "--strict"])
    assert result.exit_code == 1
    assert "expected" in result.stderr and "^" in result.stderr
    assert RUN.invoke(app, ["parse", "P(a"]).exit_code == 0


def test_parse_counts_the_repairs_of_a_file_and_skips_null(tmp_path: Path) -> None:
    path = tmp_path / "formulas.jsonl"
    lines = [{"fol": "P(a)"}, {"fol": "P(a))"}, {"fol": None}, {"fol": ""}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = RUN.invoke(app, ["parse", str(path)])
    assert result.exit_code == 1
    assert "3 formulas, 2 read, 1 with repairs, 1 refused" in result.stdout


def test_parse_json_has_all_readings() -> None:
    result = RUN.invoke(app, ["parse", "A → B ⊕ C", "--json", "--readings", "2"])
    record = json.loads(result.stdout)
    assert [reading["formula"] for reading in record["readings"]] == ["A → (B ⊕ C)", "(A → B) ⊕ C"]
    assert record["notes"][0]["kind"] == "mixed_operators"


def test_print_translates_between_notations() -> None:
    result = RUN.invoke(app, ["print", "all x.(Man(x) -> Mortal(x))", "--to", "smtlib"])
    assert result.stdout == "(forall ((x U)) (=> (Man x) (Mortal x)))\n"


def test_check_reports_symbols_and_what_normalising_would_rename(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text(json.dumps({"premises": ["Dog(rex)", "Dogs(tom)"], "conclusion": "Dog(rex, tom)"}) + "\n")
    result = RUN.invoke(app, ["check", str(path), "--normalise", "number", "--json"])
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert {finding["kind"] for finding in report["findings"]} == {
        "arity_clash",
        "near_duplicate",
        "only_in_conclusion",
    }
    assert report["changes"] == {"names": [["predicate", "Dogs", 1, "Dog"]], "objects": [], "variables": []}


def test_check_says_every_change_in_words(tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    rows = {"premises": ["∀x (Own(x, car) → Rich(x))", "OwnsACar(tom)"], "conclusion": "Rich(tom) ∧ Own(x, car)"}
    path.write_text(json.dumps(rows) + "\n")
    shown = RUN.invoke(app, ["check", str(path), "--normalise", "variables"]).stdout
    assert "OwnsACar(x) is read as Own(x, car)" in shown and "variable x of formula 3 is read as tom" in shown
    unknown = RUN.invoke(app, ["check", str(path), "--normalise", "spelling"])
    assert "Known: case" in str(unknown.exception)


def test_label_counts_what_was_normalised_and_writes_it(tmp_path: Path) -> None:
    path, output = tmp_path / "problems.jsonl", tmp_path / "results.jsonl"
    rows = [
        {"id": "a", "premises": ["Dog(rex)", "∀x (Dogs(x) → Barks(x))"], "conclusion": "Barks(rex)", "label": "True"},
        {"id": "b", "premises": ["Dog(rex) ∧ Loud(x)"], "conclusion": "Loud(rex)", "label": "True"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    plain = json.loads(RUN.invoke(app, ["label", str(path), "--json"]).stdout)
    assert plain["agree"] == 0 and plain["normalised"]["problems"] == 0
    shown = RUN.invoke(app, ["label", str(path), "--normalise", "variables", "--output", str(output)]).stdout
    assert "2 problems normalised: 1 names merged, 0 predicates" in shown and "2 of 2 labels agree" in shown
    lines = [json.loads(line) for line in output.read_text().splitlines()]
    assert lines[0]["changes"]["names"] == [["predicate", "Dogs", 1, "Dog"]]
    assert lines[1]["changes"]["variables"] == [[0, "x", "=rex"]]
