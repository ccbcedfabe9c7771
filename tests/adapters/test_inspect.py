"""An exported task in Inspect, with its mock model."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import logicbench
from logicbench.interop.export import Export, export

inspect_ai = pytest.importorskip("inspect_ai", reason="inspect_ai is not installed; make test-adapters")


@pytest.fixture
def task(tmp_path):
    problems = [
        *logicbench.generate("sat", "assign", count=3, measure=False),
        *logicbench.generate("coloring", "decide", count=2, measure=False),
    ]
    export(Export(problems, "small-logic", system="Be brief."), "inspect", tmp_path / "task")
    return tmp_path / "task" / "small_logic.py"


def model(answer):
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    def output(messages, *_):
        assert [message.role for message in messages] == ["system", "user"]
        made = ModelOutput.from_content("mockllm/model", answer(messages[-1].text))
        made.usage = ModelUsage()  # else Inspect downloads a tokenizer to count with
        return made

    return get_model("mockllm/model", custom_outputs=output)


def test_the_scorer_judges_what_the_mock_model_says(task, tmp_path, monkeypatch):
    from inspect_ai import eval as evaluate

    monkeypatch.chdir(task.parent)
    rows = map(json.loads, Path("problems.jsonl").read_text().splitlines())
    references = {row["prompt"]: row["reference"] for row in rows}
    wrong = next(iter(references))
    answers = model(lambda prompt: "I do not know." if prompt == wrong else f"Answer: {references[prompt]}")
    (log,) = evaluate(task.name, model=answers, display="none", log_dir=str(tmp_path / "logs"))
    assert log.status == "success", log.error
    assert log.results.scores[0].metrics["accuracy"].value == pytest.approx(4 / 5)
    statuses = [sample.scores["verified"].metadata["status"] for sample in log.samples]
    assert sorted(statuses) == ["correct"] * 4 + ["unparsable"]


def test_the_command_line_finds_the_task(task):
    command = [str(Path(sys.executable).with_name("inspect")), "list", "tasks"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=task.parent)
    assert "small_logic.py@small_logic" in listed.stdout
