"""The commands that read runs: compare, analyze and plan, on runs made by eval."""

import csv
import json
import sys

import pytest

from logicbench.cli import main as entry


def run(*arguments, capfd):
    """Run the command in this process; return (exit code, standard output, standard error)."""
    monkey = pytest.MonkeyPatch()
    monkey.setattr(sys, "argv", ["logicbench", *map(str, arguments)])
    try:
        entry.main()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        monkey.undo()
    out, err = capfd.readouterr()
    return code, out, err


@pytest.fixture
def runs(tmp_path, capfd):
    """Two random guessers and an oracle on the same problems."""
    tasks = ("--tasks", "sat:decide", "--limit", 12, "--samples", 3, "--quiet")
    for name, backend, seed in (("a", "random", 0), ("b", "random", 1), ("oracle", "oracle", 0)):
        arguments = ("eval", "--backend", backend, "--seed", seed, *tasks, "--output", tmp_path / name)
        assert run(*arguments, capfd=capfd)[0] == 0
    return tmp_path


def test_compare_prints_and_writes(runs, capfd):
    code, out, _ = run(
        "compare", runs / "a", runs / "b", runs / "oracle", "--output", runs / "out", "--draws", 300, capfd=capfd
    )
    assert code == 0
    assert "a -> b" in out and "a -> oracle" in out and "compare.tex" in out
    document = json.loads((runs / "out" / "compare.json").read_bytes())
    assert [contrast["run"] for contrast in document["contrasts"]] == ["b", "oracle"]
    assert document["contrasts"][1]["slices"][0]["equivalence"]["outcome"] == "better"
    with open(runs / "out" / "compare.csv", newline="") as lines:
        assert {row["dimension"] for row in csv.DictReader(lines)} >= {"overall", "task", "surface", "family"}
    code, out, _ = run("compare", runs / "a", runs / "b", "--json", "--draws", 300, capfd=capfd)
    assert code == 0 and json.loads(out)["noise"]["source"] == "samples"
    code, out, _ = run(
        "compare", runs / "a", runs / "oracle", "--noise", runs / "a", runs / "b", "--json", "--draws", 300, capfd=capfd
    )
    assert code == 0 and json.loads(out)["noise"]["runs"] == ["a", "b"]


def test_analyze_prints_and_writes(runs, capfd):
    code, out, _ = run("analyze", runs / "a", capfd=capfd)
    assert code == 0 and "maj@k" in out and "analyze.json" in out
    document = json.loads((runs / "a" / "analyze.json").read_bytes())
    assert document["samples"] == 3 and document["tasks"][0]["chance"] == 0.5
    code, out, _ = run("analyze", runs / "a", "--json", "--reread", 0, capfd=capfd)
    assert code == 0 and json.loads(out)["reread"] == 0


def test_plan_prints(capfd):
    code, out, _ = run("plan", "--delta", 0.05, "--discordance", 0.2, capfd=capfd)
    assert code == 0 and "626" in out


def test_bad_input_is_one_sentence(runs, capfd):
    (runs / "empty").mkdir()
    for arguments, words in (
        (("compare", runs / "a"), "at least two runs"),
        (("compare", runs / "a", runs / "empty"), "no run.json"),
        (("compare", runs / "a", runs / "b", "--margin", 3), "--margin"),
        (("analyze", runs / "empty"), "no run.json"),
        (("analyze", runs / "a", "--samples-from", runs / "b"), "--samples-from"),
        (("plan", "--delta", 0.2, "--discordance", 0.1), "--discordance"),
        (("eval", "--backend", "random", "--tasks", "sat", "--strategy", "rpc"), "--samples 2"),
        (("eval", "--backend", "random", "--tasks", "sat", "--strategy", "rpc", "--no-logprobs"), "log-probabilities"),
    ):
        code, _, err = run(*arguments, capfd=capfd)
        assert code == 2, arguments
        assert words in err and len(err.strip().splitlines()) == 1, arguments
