import json

import pytest
from typer.testing import CliRunner

from logicbench.cli.main import app
from logicbench.translation.pipelines.registry import PIPELINES

ROWS = [
    {
        "id": "cats",
        "premises": ["All cats are lazy.", "Tom is a cat."],
        "conclusion": "Tom is lazy.",
        "label": "True",
        "premises_fol": ["∀x (Cat(x) → Lazy(x))", "Cat(tom)"],
        "conclusion_fol": "Lazy(tom)",
    },
    {
        "id": "dogs",
        "premises": ["No dog is lazy.", "Rex is a dog."],
        "conclusion": "Rex is lazy.",
        "label": "False",
        "premises_fol": ["∀x (Dog(x) → ¬Lazy(x))", "Dog(rex)"],
        "conclusion_fol": "Lazy(rex)",
    },
]
PROGRAMS = [
    "Premises:\n∀x (Cat(x) → Lazy(x)) ::: All cats are lazy.\nCat(tom) ::: Tom is a cat.\nConclusion:\nLazy(tom)",
    "Premises:\n∀x (Dog(x) ∧ ¬Lazy(x)) ::: No dog is lazy.\nDog(rex) ::: Rex is a dog.\nConclusion:\nLazy(rex)",
]


@pytest.fixture
def files(tmp_path):
    def write(name, rows):
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return str(path)

    script = [{"id": row["id"], "completion": text} for row, text in zip(ROWS, PROGRAMS, strict=True)]
    return write("data.jsonl", ROWS), write("script.jsonl", script), tmp_path / "run"


def translate(data, *arguments):
    return CliRunner().invoke(app, ["translate", "--data", data, "--quiet", *arguments])


def test_published_texts_are_replayed_through_logic_lm(files):
    data, script, run = files
    arguments = ["--model", script, "--backend", "scripted", "--pipeline", "logic-lm", "--output", str(run)]
    found = translate(data, *arguments, "--json")
    assert found.exit_code == 0, found.output
    figures = json.loads(found.stdout)
    assert figures["executable"] == figures["accuracy"] == figures["parsed"] == 1.0
    assert figures["compared"] == 6 and figures["equivalent"] == pytest.approx(5 / 6, abs=1e-6)
    assert figures["errors"] and 0.5 < figures["closeness"] < 1
    assert json.loads((run / "results.json").read_text())["items"] == 2
    lines = [json.loads(line) for line in (run / "translations.jsonl").read_text().splitlines()]
    assert [line["id"] for line in lines] == ["cats", "dogs"]
    again = translate(data, *arguments)
    assert again.exit_code == 0 and "label accuracy, executable items" in again.stdout and str(run) in again.stdout
    assert (run / "translations.jsonl").read_text().count("\n") == 2, "nothing is done twice"
    other = translate(data, *arguments, "--seed", "1")
    assert isinstance(other.exception, Exception) and "another seed" in str(other.exception)


@pytest.mark.parametrize("pipeline", list(PIPELINES))
def test_every_pipeline_ends_with_a_table_whatever_the_model_says(files, pipeline):
    data, _, run = files
    for text in ("Answer: 42", "1. P(a)\n2. P(a)\n3. P(a) ::: P(a)\nPremises:\nP(a)\nConclusion:\nFOL: P(a)"):
        found = translate(
            data,
            "--model",
            f"constant:{text}",
            "--pipeline",
            pipeline,
            "--output",
            str(run),
            "--fresh",
            "--samples",
            "2",
        )
        assert found.exit_code == 0, found.output
        assert "model calls" in found.stdout and "executable" in found.stdout


def test_formulas_are_normalised_if_asked_and_what_was_changed_is_kept(files, tmp_path):
    data, _, run = files
    script = tmp_path / "loose.jsonl"
    text = "Premises:\n∀x (Cats(x) → Lazy(x))\nCat(tom) ∧ Tame(x)\nConclusion:\nlazy(tom)"
    script.write_text("".join(json.dumps({"id": row["id"], "completion": text}) + "\n" for row in ROWS))
    arguments = ["--model", f"scripted:{script}", "--pipeline", "logic-lm", "--output", str(run), "--fresh", "--json"]
    plain = translate(data, *arguments)
    assert plain.exit_code == 0 and json.loads(plain.stdout)["accuracy"] == 0.0
    assert json.loads(translate(data, *arguments, "--normalise", "objects").stdout)["accuracy"] == 0.5
    line = json.loads((run / "translations.jsonl").read_text().splitlines()[0])
    assert line["verdict"] == "True" and line["details"]["normalised"] == {
        "names": [["predicate", "Cat", 1, "Cats"], ["predicate", "lazy", 1, "Lazy"]],
        "objects": [],
        "variables": [],
    }
    assert line["details"]["bound"] == [[1, "x", "=tom"]], "whatever the level"
    assert line["formulas"][2] == "lazy(tom)", "the model's own text stays"


def test_the_table_says_why_items_were_not_executed(files, tmp_path):
    data, _, run = files
    script = tmp_path / "broken.jsonl"
    texts = ["Premises:\n∀x (Cat(x) → \nCat(tom)\nConclusion:\n→", "Premises:\n→\nConclusion:\nLazy(rex)"]
    script.write_text("".join(
        json.dumps({"id": row["id"], "completion": text}) + "\n" for row, text in zip(ROWS, texts, strict=True)
    ))  # fmt: skip
    arguments = ["--model", f"scripted:{script}", "--pipeline", "logic-lm", "--output", str(run)]
    figures = json.loads(translate(data, *arguments, "--json").stdout)
    assert figures["not_executed"] == {"expected a formula": 2}, "one reason, whatever the item"
    assert "not executed: expected a formula" in translate(data, *arguments).stdout
    empty = translate(data, "--model", "constant:no", "--output", str(run), "--fresh", "--json")
    assert json.loads(empty.stdout)["not_executed"] == {"no formula in the model's answer": 2}


def test_an_item_without_a_text_fails_and_is_asked_again(files, tmp_path):
    data, _, run = files
    script = tmp_path / "part.jsonl"
    script.write_text(json.dumps({"id": "cats", "completion": PROGRAMS[0]}) + "\n")
    arguments = ["--model", f"scripted:{script}", "--pipeline", "logic-lm", "--output", str(run)]
    found = translate(data, *arguments)
    assert found.exit_code == 1 and "1 items failed" in found.stdout and "dogs" in found.stdout
    script.write_text("".join(
        json.dumps({"id": row["id"], "completion": text}) + "\n" for row, text in zip(ROWS, PROGRAMS, strict=True)
    ))  # fmt: skip
    assert translate(data, *arguments).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--pipeline", "clovr"], "clover"),
        (["--verification", "none"], "counter-model"),
        (["--normalise", "spelling"], "variables"),
        (["--model", "random"], "cannot translate"),
        (["--data", "nowhere.jsonl"], "cannot read"),
    ],
)
def test_bad_input_is_one_sentence(files, arguments, message):
    data, script, run = files
    found = translate(data, "--model", f"scripted:{script}", "--output", str(run), *arguments)
    assert message in str(found.exception)


@pytest.mark.model
@pytest.mark.parametrize("pipeline", list(PIPELINES))
def test_a_real_small_model_goes_through(files, pipeline):
    data, _, run = files
    found = translate(
        data, "--model", "smollm2-135m", "--backend", "transformers", "--pipeline", pipeline, "--output", str(run),
        "--samples", "2", "--rounds", "1", "--max-tokens", "64", "--verification", "counter-model", "--json",
    )  # fmt: skip
    assert found.exit_code == 0, found.output
    figures = json.loads(found.stdout)
    assert figures["items"] == 2 and figures["completion_tokens"] > 0
