"""Every snippet of docs/rl.md, run; those that need a package are run where it is, in the adapters' environments."""

import functools
import importlib.util
import re
import shlex
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from logicbench.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs" / "rl.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
PYTHON = [text for language, text in BLOCKS if language == "python"]
COMMANDS = [
    line
    for language, text in BLOCKS
    if not language
    for line in text.replace("\\\n", " ").splitlines()
    if line.startswith("logicbench ")
]
FOR_PACKAGE = ("trl", "datasets", "reasoning_gym", "verifiers")


def missing(snippet):
    """Return a package that the snippet needs and that is not here, if any."""
    needed = {name for name in FOR_PACKAGE if re.search(rf"^(?:import|from) {name}\b", snippet, re.MULTILINE)}
    for module, minor in (("verifiers_taskset", 4), ("verifiers_env", 1)):
        if module in snippet and not (_here("verifiers") and version("verifiers").startswith(f"0.{minor}.")):
            return f"verifiers 0.{minor}"
    return next((name for name in sorted(needed) if not _here(name)), None)


def _here(name):
    return importlib.util.find_spec(name) is not None


def run_commands(folder, monkeypatch):
    """Run the page's commands, with fewer problems."""
    monkeypatch.chdir(folder)
    for command in COMMANDS:
        words = shlex.split(re.sub(r"--count \d+", "--count 4", command))[1:]
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, (command, done.output)


def test_the_page_has_its_snippets():
    assert len(PYTHON) == 7 and len(COMMANDS) == 3
    heads = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert {"TRL", "verl", "verifiers", "reasoning-gym", "A curriculum"} <= set(heads)


@pytest.mark.parametrize("snippet", PYTHON, ids=lambda text: text.splitlines()[0][:40])
def test_a_snippet_runs(snippet, tmp_path, monkeypatch):
    lacking = missing(snippet)
    if lacking:
        pytest.skip(f"{lacking} is not installed; make test-adapters")
    needed = re.findall(r'"(data/\w+)"', snippet)
    if needed:
        pytest.importorskip("pyarrow")
        run_commands(tmp_path, monkeypatch)
        for folder in needed:
            if not Path(folder).exists():
                to = folder.split("/")[1]
                words = ["export", "train.jsonl", "test.jsonl", "--to", to, "-o", folder]
                done = CliRunner().invoke(app, words)
                assert done.exit_code == 0, done.output
    monkeypatch.chdir(tmp_path)
    if "GRPOTrainer" in snippet:
        snippet = on_the_cpu(snippet, tmp_path, monkeypatch)
    snippet = snippet.replace("count=1000", "count=4")
    shown = run(snippet)
    for expected, found in shown:
        assert found == expected, snippet


def run(snippet):
    """Run a snippet; yield what its comments say of expressions, and what these are."""
    scope = {"__name__": "snippet"}
    code = compile(snippet, "docs/rl.md", "exec")
    exec(code, scope)
    for line in snippet.splitlines():
        expression, _, said = line.partition("  # ")
        if said and re.fullmatch(r"[\[\]0-9., -]+", said):
            yield eval(said), eval(expression, scope)


def on_the_cpu(snippet, folder, monkeypatch):
    """Let the trainer take two steps with a tiny model, on the CPU; everything else is as the page says."""
    import trl

    sys.path.insert(0, str(Path(__file__).parent))
    from test_trl import tiny_model

    model, tokenizer = tiny_model(["yes", "no", "0", "1"])
    model.save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    config = functools.partial(
        trl.GRPOConfig, use_cpu=True, bf16=False, max_steps=2, max_completion_length=4, report_to=[],
        save_strategy="no", disable_tqdm=True,
    )  # fmt: skip
    monkeypatch.setattr(trl, "GRPOConfig", config)
    return snippet.replace('"MODEL"', repr(str(folder / "model")))


def test_the_commands_run(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    run_commands(tmp_path, monkeypatch)
    assert {path.name for path in (tmp_path / "data" / "trl").iterdir()} == {"train.parquet", "test.parquet"}
