"""An exported task in lm-evaluation-harness: through its command line, and with a model that is right."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import logicbench
from logicbench.interop.export import Export, export

lm_eval = pytest.importorskip("lm_eval", reason="lm_eval is not installed; make test-adapters")


@pytest.fixture(scope="module")
def task(tmp_path_factory):
    problems = [
        *logicbench.generate("sat", "assign", count=3, measure=False),
        *logicbench.generate("coloring", "decide", count=2, measure=False),
    ]
    folder = tmp_path_factory.mktemp("lm-eval") / "task"
    export(Export(problems, "small_logic"), "lm-eval", folder)
    return folder


def test_its_command_line_runs_the_task(task, tmp_path):
    command = [
        str(Path(sys.executable).with_name("lm_eval")), "--model", "dummy", "--tasks", "small_logic", "--include_path",
        str(task), "--output_path", str(tmp_path), "--log_samples",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    (results,) = tmp_path.rglob("results_*.json")
    figures = json.loads(results.read_text())["results"]["small_logic"]
    assert figures["correct,none"] == 0.0 and figures["unparsable,none"] == 1.0
    assert json.loads(results.read_text())["n-samples"]["small_logic"]["effective"] == 5


def test_right_answers_are_right(task):
    from lm_eval.api.model import LM
    from lm_eval.tasks import TaskManager

    references = {}
    for line in (task / "problems.jsonl").read_text().splitlines():
        row = json.loads(line)
        references[row["prompt"]] = row["reference"]
    wrong = next(iter(references))

    class Knowing(LM):
        def generate_until(self, requests, disable_tqdm=False):
            prompts = [request.args[0] for request in requests]
            return ["Answer: ?" if prompt == wrong else f"So.\nAnswer: {references[prompt]}" for prompt in prompts]

        def loglikelihood(self, requests, disable_tqdm=False):
            raise NotImplementedError

        def loglikelihood_rolling(self, requests, disable_tqdm=False):
            raise NotImplementedError

    manager = TaskManager(include_path=str(task), include_defaults=False)
    done = lm_eval.simple_evaluate(Knowing(), tasks=["small_logic"], task_manager=manager, bootstrap_iters=0)
    assert done["results"]["small_logic"]["correct,none"] == pytest.approx(4 / 5)
    assert done["results"]["small_logic"]["unparsable,none"] == pytest.approx(1 / 5)
