import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from logicbench.errors import BackendError, InputError
from logicbench.evals.plan import Plan, derive_seed
from logicbench.evals.prompting import Prompter, Prompting
from logicbench.evals.runner import FAILURES_IN_A_ROW, evaluate
from logicbench.evals.store import open_run

PLUGINS = Path(__file__).parent / "plugins"


@pytest.fixture
def toys():
    import toy_runs

    return toy_runs


def lines(folder):
    """The samples in plan order, less what may differ between runs."""
    kept = []
    for sample in open_run(folder).samples():
        record = sample.to_json()
        ids, logprobs = open_run(folder).tokens(sample)
        record |= {"ids": ids.tolist(), "logprobs": logprobs.tolist()}
        for name in ("latency_s", "attempt", "tokens_at"):
            del record[name]
        kept.append(record)
    return kept


def test_a_run_holds_every_completion_with_its_tokens_and_verdict(toys, tmp_path):
    backend = toys.ToyBackend()
    outcome = evaluate(toys.toy_problems(), lambda _: backend, tmp_path / "run", toys.toy_config())
    assert (outcome.status, outcome.planned, outcome.finished, outcome.failed) == ("complete", 72, 72, 0)
    assert backend.closed
    run = open_run(tmp_path / "run")
    samples = list(run.samples())
    assert [(s.problem, s.sample) for s in samples] == [(p.id, k) for p in run.problems() for k in range(3)]
    for sample in samples:
        ids, logprobs = run.tokens(sample)
        assert len(ids) == len(logprobs) == sample.tokens.generated
        assert sample.tokens.thinking == 3
        assert sample.text[slice(*sample.thinking)].startswith("<think>")
        assert sample.text[sample.answer_start :].startswith("I say")
        assert sample.logprob_sum == pytest.approx(float(logprobs.sum()), abs=1e-5)
        assert sample.truncated == (sample.finish == "length")
        said = sample.text.split()[-1].rstrip(".")
        expected = "unparsable" if said == "maybe" else "correct" if said == sample.label else "wrong"
        assert sample.verdict.status == expected
    assert {s.verdict.status for s in samples} == {"correct", "wrong", "unparsable"}
    assert run.info["status"] == "complete"
    assert run.info["sessions"][0]["completions"] == 72
    assert run.info["backend"]["capabilities"]["logprobs"] == "raw"


def test_a_finished_run_asks_nothing_more(toys, tmp_path):
    evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), tmp_path / "run", toys.toy_config())
    before = (tmp_path / "run" / "results.json").read_bytes()

    def refuse(_):
        raise AssertionError("the model was loaded for nothing")

    again = evaluate(toys.toy_problems(), refuse, tmp_path / "run", toys.toy_config())
    assert again.status == "complete"
    assert (tmp_path / "run" / "results.json").read_bytes() == before


def test_the_order_in_which_completions_finish_does_not_matter(toys, tmp_path):
    shuffled = toys.ToyBackend(order=lambda request: derive_seed(1, request.key))
    evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), tmp_path / "a", toys.toy_config())
    evaluate(toys.toy_problems(), lambda _: shuffled, tmp_path / "b", toys.toy_config())
    assert lines(tmp_path / "a") == lines(tmp_path / "b")
    assert (tmp_path / "a/results.json").read_bytes() == (tmp_path / "b/results.json").read_bytes()


def test_an_interrupt_loses_nothing_and_the_same_call_resumes(toys, tmp_path):
    first = toys.ToyBackend(stop_after=10)
    stopped = evaluate(toys.toy_problems(), lambda _: first, tmp_path / "run", toys.toy_config())
    assert (stopped.status, stopped.finished, stopped.results) == ("stopped", 10, None)
    assert open_run(tmp_path / "run").info["status"] == "stopped"
    second = toys.ToyBackend()
    resumed = evaluate(toys.toy_problems(), lambda _: second, tmp_path / "run", toys.toy_config())
    assert resumed.status == "complete"
    assert len(second.asked) == 62
    assert not {r.key for r in first.asked} & {r.key for r in second.asked}
    evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), tmp_path / "whole", toys.toy_config())
    assert lines(tmp_path / "run") == lines(tmp_path / "whole")


def test_failed_requests_are_recorded_and_retried(toys, tmp_path):
    problems = toys.toy_problems()
    broken = {f"{problems[0].id}/1", f"{problems[3].id}/0"}
    first = evaluate(problems, lambda _: toys.ToyBackend(fail=broken), tmp_path / "run", toys.toy_config())
    assert (first.status, first.failed, first.finished, first.error) == ("incomplete", 2, 70, "out of toys")
    assert first.results["overall"]["errors"] == pytest.approx(2 / 72)
    failed = [s for s in open_run(tmp_path / "run").samples() if s.verdict is None]
    assert {f"{s.problem}/{s.sample}" for s in failed} == broken
    backend = toys.ToyBackend()
    second = evaluate(problems, lambda _: backend, tmp_path / "run", toys.toy_config())
    assert {r.key for r in backend.asked} == broken
    assert second.status == "complete"
    assert {s.attempt for s in open_run(tmp_path / "run").samples()} == {1, 2}
    evaluate(problems, lambda _: toys.ToyBackend(), tmp_path / "whole", toys.toy_config())
    assert (tmp_path / "run/results.json").read_bytes() == (tmp_path / "whole/results.json").read_bytes()


def test_a_backend_that_fails_from_the_start_is_given_up(toys, tmp_path):
    problems = toys.toy_problems(60)

    class Broken(toys.ToyBackend):
        def complete(self, requests, sampling):
            self.fail = {request.key for request in requests}
            self.delay = 0.002
            yield from super().complete(requests, sampling)

    backend = Broken()
    with pytest.raises(BackendError, match="requests all failed: out of toys"):
        evaluate(problems, lambda _: backend, tmp_path / "run", toys.toy_config())
    assert FAILURES_IN_A_ROW <= len(backend.asked) < 360
    assert open_run(tmp_path / "run").info["status"] == "failed"


def test_a_backend_that_breaks_down_keeps_what_was_finished(toys, tmp_path):
    class Breaking(toys.ToyBackend):
        def complete(self, requests, sampling):
            for number, completion in enumerate(super().complete(requests, sampling)):
                if number == 7:
                    raise BackendError("the toy box is empty")
                yield completion

    with pytest.raises(BackendError, match="the toy box is empty"):
        evaluate(toys.toy_problems(), lambda _: Breaking(), tmp_path / "run", toys.toy_config())
    assert len(list(open_run(tmp_path / "run").samples())) == 7
    assert open_run(tmp_path / "run").info["error"] == "the toy box is empty"


def test_a_checker_that_breaks_down_is_an_error_of_that_sample_alone(toys, tmp_path):
    class Hostile(toys.ToyBackend):
        def complete(self, requests, sampling):
            self.text = "crash"
            yield from super().complete(requests[:1], sampling)
            self.text = None
            yield from super().complete(requests[1:], sampling)

    outcome = evaluate(toys.toy_problems(), lambda _: Hostile(), tmp_path / "run", toys.toy_config())
    assert (outcome.status, outcome.failed) == ("incomplete", 1)
    assert "broke down: ZeroDivisionError" in outcome.error
    assert next(open_run(tmp_path / "run").samples()).text == "crash"


def test_unfinished_thinking_is_no_answer(toys, tmp_path):
    backend = toys.ToyBackend(text="<think>it could be yes, or yes")
    evaluate(toys.toy_problems(), lambda _: backend, tmp_path / "run", toys.toy_config())
    for sample in open_run(tmp_path / "run").samples():
        assert sample.verdict.status == "unparsable"
        assert not sample.thinking_closed
        assert sample.answer_start == len(sample.text)


def test_checking_in_processes_gives_the_same(toys, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(PLUGINS))
    evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), tmp_path / "a", toys.toy_config())
    evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), tmp_path / "b", toys.toy_config(), check_workers=1)
    assert lines(tmp_path / "a") == lines(tmp_path / "b")


def run_toys(folder, delay, workers=0):
    environment = {**os.environ, "PYTHONPATH": str(PLUGINS), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(PLUGINS / "toy_runs.py"), str(folder), str(delay), str(workers)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def count_lines(folder):
    path = Path(folder) / "samples.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_kill_9_twice_in_the_middle_changes_nothing(tmp_path):
    whole = run_toys(tmp_path / "whole", 0)
    for target in (15, 70):
        process = run_toys(tmp_path / "killed", 0.005)
        deadline = time.monotonic() + 60
        while count_lines(tmp_path / "killed") < target and time.monotonic() < deadline:
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert target <= count_lines(tmp_path / "killed") < 120
        assert not (tmp_path / "killed/results.json").exists()
    last = run_toys(tmp_path / "killed", 0)
    assert last.communicate()[0] == "complete\n"
    assert whole.communicate()[0] == "complete\n"
    assert (tmp_path / "killed/results.json").read_bytes() == (tmp_path / "whole/results.json").read_bytes()
    assert lines(tmp_path / "killed") == lines(tmp_path / "whole")
    keys = [(r["problem"], r["sample"]) for r in map(json.loads, (tmp_path / "killed/samples.jsonl").open())]
    assert len(keys) == len(set(keys)) == 120
    assert len(open_run(tmp_path / "killed").info["sessions"]) == 3


def test_a_torn_file_at_any_byte_resumes_to_the_same(toys, tmp_path):
    """Cut the log and the token files at random bytes, as a kill or a lost page would."""
    evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), tmp_path / "whole", toys.toy_config())
    expected = lines(tmp_path / "whole")
    source = random.Random(3)
    for trial in range(12):
        folder = tmp_path / f"torn{trial}"
        evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), folder, toys.toy_config())
        for path in (folder / "samples.jsonl", folder / "tokens/00000.ids.npy", folder / "tokens/00000.logprobs.npy"):
            if source.random() < 0.7:
                os.truncate(path, source.randrange(path.stat().st_size))
        evaluate(toys.toy_problems(), lambda _: toys.ToyBackend(), folder, toys.toy_config())
        assert lines(folder) == expected
        assert (folder / "results.json").read_bytes() == (tmp_path / "whole/results.json").read_bytes()


def test_seeds_are_independent_of_neighbours(toys):
    problems = toys.toy_problems(50)
    plans = [Plan(problems, 8, seed, Prompter(Prompting(), problems)) for seed in (0, 1)]
    seeds = [[request.seed for request in plan] for plan in plans]
    assert len({*seeds[0], *seeds[1]}) == 2 * 800
    assert all(0 <= seed < 1 << 63 for seed in seeds[0])
    assert [r.key for r in plans[0][2:5]] == [plans[0][i].key for i in (2, 3, 4)]


def test_shots_are_solved_examples_from_another_split(toys):
    problems = toys.toy_problems(6)
    prompter = Prompter(Prompting(system="Be brief.", shots=2), problems)
    messages = prompter.messages(problems[0])
    assert [m.role for m in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert messages[-1].content == problems[0].prompt
    asked = {p.prompt for p in problems}
    assert not asked & {m.content for m in messages[:-1]}
    assert {messages[2].content, messages[4].content} == {"yes", "no"}
    assert prompter.digest() != Prompter(Prompting(shots=2, shot_seed=1, system="Be brief."), problems).digest()


def test_problems_of_another_version_are_refused_before_the_model_loads(toys, tmp_path):
    from dataclasses import replace

    old = [replace(problem, version="0", id="") for problem in toys.toy_problems(2)]
    with pytest.raises(InputError, match="made by toy version 0, but version 1 is installed"):
        evaluate(old, lambda _: toys.ToyBackend(), tmp_path / "run", toys.toy_config())
