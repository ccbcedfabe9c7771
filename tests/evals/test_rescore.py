import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from logicbench.errors import InputError
from logicbench.evals.iterate import IterateOptions
from logicbench.evals.rescore import rescore
from logicbench.evals.runner import evaluate
from logicbench.evals.store import open_run


@pytest.fixture
def run(tmp_path):
    import toy_runs

    evaluate(toy_runs.toy_problems(), lambda _: toy_runs.ToyBackend(fail=()), tmp_path / "run", toy_runs.toy_config())
    return tmp_path / "run"


def spoil(folder, status):
    """Rewrite every verdict, as an older verifier might have given it."""
    path = folder / "samples.jsonl"
    records = [json.loads(line) for line in path.read_text().splitlines()]
    for record in records:
        record["verdict"] |= {"status": status, "score": float(status == "correct"), "violations": []}
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


def test_a_run_that_was_checked_right_is_copied_unchanged(run, tmp_path):
    found = rescore(run, tmp_path / "copy", argv=["again"])
    assert found.changes == {} and found.samples == 72
    old, new = open_run(run), open_run(tmp_path / "copy")
    assert [s.to_json() for s in new.samples()] == [s.to_json() for s in old.samples()]
    assert (tmp_path / "copy/results.json").read_bytes() == (run / "results.json").read_bytes()
    for before, after in zip(old.samples(), new.samples(), strict=True):
        assert [column.tolist() for column in new.tokens(after)] == [column.tolist() for column in old.tokens(before)]
    assert new.info["backend"] == old.info["backend"] and new.info["sessions"] == old.info["sessions"]
    assert new.info["argv"] == old.info["argv"]
    assert new.info["rescored_from"] == {"run": str(run), "logicbench": old.info["logicbench"], "argv": ["again"]}


@pytest.mark.parametrize("status", ["correct", "wrong", "unparsable"])
def test_wrong_verdicts_are_mended_and_counted(run, tmp_path, status):
    right = [sample.verdict for sample in open_run(run).samples()]
    results = (run / "results.json").read_bytes()
    spoil(run, status)
    found = rescore(run, tmp_path / "copy")
    assert [sample.verdict for sample in open_run(tmp_path / "copy").samples()] == right
    assert (tmp_path / "copy/results.json").read_bytes() == results
    assert sum(found.changes.values()) == sum(verdict.status != status for verdict in right)
    assert {before for _, before, _ in found.changes} == {status}
    assert all(sample.verdict.status == status for sample in open_run(run).samples()), "the run itself was changed"


def test_failed_requests_stay_failed(tmp_path):
    import toy_runs

    problems = toy_runs.toy_problems()
    failing = toy_runs.ToyBackend(fail={f"{problems[0].id}/0"})
    evaluate(problems, lambda _: failing, tmp_path / "run", toy_runs.toy_config())
    found = rescore(tmp_path / "run", tmp_path / "copy")
    copy = open_run(tmp_path / "copy")
    failed = [sample for sample in copy.samples() if sample.verdict is None]
    assert len(failed) == len([s for s in open_run(tmp_path / "run").samples() if s.verdict is None])
    assert found.changes == {} and copy.info["status"] == open_run(tmp_path / "run").info["status"]


def test_what_cannot_be_rescored_is_refused(run, tmp_path):
    import toy_runs

    with pytest.raises(InputError, match="the run itself"):
        rescore(run, Path(str(run) + "/."))
    with pytest.raises(InputError, match="not a folder"):
        rescore(tmp_path / "nothing", tmp_path / "copy")
    rescore(run, tmp_path / "copy")
    with pytest.raises(InputError, match="--fresh"):
        rescore(run, tmp_path / "copy")
    assert rescore(run, tmp_path / "copy", fresh=True).samples == 72
    config = toy_runs.toy_config(strategy=IterateOptions(rounds=1).to_json(), samples=1)
    evaluate(toy_runs.toy_problems(4), lambda _: toy_runs.ToyBackend(), tmp_path / "iterate", config)
    with pytest.raises(InputError, match="iterate"):
        rescore(tmp_path / "iterate", tmp_path / "other")


def test_a_problem_of_another_version_is_refused(run, tmp_path):
    path = run / "problems.jsonl"
    path.write_text(path.read_text().replace('"version":"', '"version":"0'))
    with pytest.raises(InputError, match="version"):
        rescore(run, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_the_command_says_what_changed(run, tmp_path):
    from logicbench.cli.rescore import app

    spoil(run, "wrong")
    result = CliRunner().invoke(app, [str(run), "--output", str(tmp_path / "copy")])
    assert result.exit_code == 0, result.output
    assert "wrong -> correct" in result.output and "of 72 verdicts changed" in result.output
