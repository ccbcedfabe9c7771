"""The command line's contracts: outputs, exit codes, and one sentence for bad input."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from logicbench.cli import main as entry

TRIVIAL = "p cnf 3 4\n1 2 0 -1 3 0\n-2 -3 0 1 -3 2 0\n%\n0\n"


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
def problems(tmp_path, capfd):
    path = tmp_path / "problems.jsonl"
    assert run("generate", "sat:certify", "--count", 60, "--output", path, capfd=capfd)[0] == 0
    return path


def answer(path, says):
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    out = path.with_name("answers.jsonl")
    out.write_text("".join(json.dumps({"id": row["id"], "completion": says(row)}) + "\n" for row in rows))
    return out


def test_the_references_of_certify_are_all_correct(problems, capfd):
    answers = answer(problems, lambda row: f"Answer: {row['reference']}")
    code, out, _ = run("verify", problems, answers, "--json", capfd=capfd)
    assert code == 0
    assert json.loads(out) == {
        "problems": 60, "answers": 60, "correct": 60, "wrong": 0, "unparsable": 0, "undecided": 0, "unanswered": 0,
        "accuracy": 1.0,
    }  # fmt: skip


def test_a_failed_check_exits_with_1_and_its_verdicts_are_written(problems, tmp_path, capfd):
    answers = answer(problems, lambda row: "I cannot tell.")
    code, _, _ = run("verify", problems, answers, "--output", tmp_path / "verdicts.jsonl", capfd=capfd)
    verdicts = [json.loads(line) for line in (tmp_path / "verdicts.jsonl").read_text().splitlines()]
    assert code == 1
    assert {verdict["status"] for verdict in verdicts} == {"unparsable"} and len(verdicts) == 60


def test_a_dash_writes_to_standard_output(capfd):
    code, out, _ = run("generate", "sat:assign", "--count", 3, "--seed", 2, "--output", "-", capfd=capfd)
    assert code == 0 and len([json.loads(line) for line in out.splitlines()]) == 3


def test_files_in_the_form_of_satlib_are_read(tmp_path, capfd):
    (tmp_path / "a.cnf").write_text("c made by hand\n" + TRIVIAL)
    code, out, _ = run("generate", "sat:decide", "--from-dimacs", tmp_path / "a.cnf", "--output", "-", capfd=capfd)
    assert code == 0 and json.loads(out)["instance"]["num_vars"] == 3


BAD = [
    (("generate", "satt"), "Did you mean 'sat'"),
    (("generate", "sat:asign"), "Did you mean 'assign'"),
    (("generate", "sat", "--surface", "mth"), "Did you mean 'math'"),
    (("generate", "sat", "--set", "variable=5"), "variables"),
    (("generate", "sat", "--set", "variables=x"), "variables"),
    (("generate", "sat", "--set", "variables"), "="),
    (("generate", "sat", "--hardness", "high"), "hardness"),
    (("generate", "sat", "--variants", "reverse"), "reverse"),
    (("generate", "sat:decide", "--from-dimacs", "{tmp}/none.cnf"), "none.cnf"),
    (("generate", "sat:decide", "--from-dimacs", "{tmp}/bad.cnf"), "bad.cnf:2"),
    (("verify", "{tmp}/none.jsonl", "{tmp}/none.jsonl"), "none.jsonl"),
    (("verify", "{tmp}/torn.jsonl", "{tmp}/torn.jsonl"), "torn.jsonl:1"),
    (("verify", "{tmp}", "{tmp}"), "{tmp}"),
    (("audit", "{tmp}/none.jsonl"), "none.jsonl"),
    (("eval", "--model", "{tmp}/no-model", "--tasks", "sat", "--output", "{tmp}/run"), "no-model"),
    (("eval", "--model", "oracle", "--tasks", "nosuch", "--output", "{tmp}/run"), "nosuch"),
    (("report", "{tmp}"), "{tmp}"),
    (("families", "saat"), "Did you mean 'sat'"),
]


@pytest.mark.parametrize(("arguments", "named"), BAD, ids=[" ".join(a) for a, _ in BAD])
def test_bad_input_gets_one_sentence_and_exit_2(arguments, named, tmp_path, capfd):
    (tmp_path / "bad.cnf").write_text("p cnf 2 1\n1 5 0\n")
    (tmp_path / "torn.jsonl").write_text('{"family": "sat", ')
    places = {"tmp": str(tmp_path)}
    code, out, err = run(*(argument.format(**places) for argument in arguments), capfd=capfd)
    assert code == 2
    assert named.format(**places) in err.replace("\n", "") and "Traceback" not in err and not out
    assert len(err) < 600


def test_a_request_that_fails_leaves_the_file_as_it_was(tmp_path, capfd):
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    bad = ("generate", "sat", "--hardness", "0.95..1", "--set", "variables=4", "--output", path)
    assert run(*bad, capfd=capfd)[0] == 2
    assert path.read_text() == "before" and [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_the_module_is_the_command():
    one = subprocess.run([sys.executable, "-m", "logicbench", "families", "--json"], capture_output=True, text=True)
    assert one.returncode == 0
    assert {family["name"] for family in json.loads(one.stdout)} >= {"sat", "nlsat", "coloring"}


def test_neither_the_package_nor_its_help_import_anything_heavy():
    heavy = ["torch", "transformers", "vllm", "z3", "pysat", "numpy", "pandas", "scipy", "sklearn", "networkx"]
    code = (
        "import sys\nsys.argv = ['logicbench', '--help']\nfrom logicbench.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    assert "generate" in done.stdout and "eval" in done.stdout


@pytest.mark.parametrize("name", entry._COMMANDS)
def test_every_command_explains_itself(name):
    import importlib

    shown = CliRunner().invoke(importlib.import_module(entry._COMMANDS[name][0]).app, ["--help"])
    assert shown.exit_code == 0 and "Usage" in shown.output
