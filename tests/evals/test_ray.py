"""Evaluation and generation on a real local Ray cluster of two workers, one of which is killed in the middle."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

pytest.importorskip("ray", reason="Ray is not installed")

from logicbench import generate
from logicbench.cluster import cluster, ordered_map
from logicbench.errors import BackendError, InputError
from logicbench.evals.config import EvalConfig
from logicbench.evals.runner import evaluate
from logicbench.evals.store import open_run
from logicbench.models import make_backend, ray
from logicbench.models.protocol import Completion, Message, Request, Sampling
from logicbench.models.ray import RayBackend, RayOptions

PROBLEMS = 60
SAMPLES = 4


class SlowOracle:
    """A noisy oracle that takes its time: what a completion says depends on its seed alone."""

    def __init__(self, problems):
        self._inner = make_backend("auto", "noisy-oracle:0.6", problems)
        self.name, self.capabilities = self._inner.name, self._inner.capabilities
        self.describe, self.statistics, self.close = self._inner.describe, self._inner.statistics, self._inner.close

    def complete(self, requests, sampling):
        for completion in self._inner.complete(requests, sampling):
            time.sleep(0.01)
            yield completion


class SlowEngine(ray.Engine):
    """Makes slow oracles, or dies where it is told to."""

    def start(self):
        *_, problems, options = self._made_of
        if options.get("dies"):
            os._exit(1)
        self._backend = made = SlowOracle(problems)
        return "", {"name": made.name, "capabilities": made.capabilities, "describe": dict(made.describe())}


@contextmanager
def sent_whole():
    """Send what this module defines to the workers, which cannot import it."""
    from ray import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    yield
    cloudpickle.unregister_pickle_by_value(sys.modules[__name__])


@pytest.fixture(scope="module")
def joined():
    with cluster() as module:
        yield module


@pytest.fixture(scope="module")
def problems():
    return list(generate("sat", "assign", count=PROBLEMS, knobs={"variables": 5}))


@pytest.fixture
def slow(monkeypatch):
    monkeypatch.setattr(ray, "Engine", SlowEngine)
    with sent_whole():
        yield


def processes_named(part):
    """Return the processes below this one whose command line has that part."""
    parents, names = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                names[int(entry.name)] = (entry / "cmdline").read_bytes().decode(errors="replace")
            except (OSError, ValueError):
                continue

    def ours(process):
        while process > 1 and process != os.getpid():
            process = parents.get(process, 0)
        return process == os.getpid()

    return [process for process, name in names.items() if part in name and ours(process)]


def run(folder, problems, make, **options):
    config = EvalConfig("noisy-oracle:0.6", samples=SAMPLES, backend="noisy-oracle", sampling=Sampling(temperature=1.0))
    return evaluate(problems, make, folder, config, argv=["test"], **options)


def stored(folder):
    """What a run holds, but for the times."""
    return [replace(sample, latency_s=0.0) for sample in open_run(folder).samples()]


@pytest.mark.parametrize("kill", [False, True], ids=["undisturbed", "killed"])
def test_a_run_on_two_workers_is_that_of_one_engine(joined, slow, problems, tmp_path, kill):
    alone = run(tmp_path / "alone", problems, lambda asked: make_backend("auto", "noisy-oracle:0.6", asked))
    backend = RayBackend("noisy-oracle", "0.6", problems, {}, RayOptions(workers=2))
    victims = []

    def murder():
        while len(list((tmp_path / "ray").glob("samples.jsonl"))) == 0 or done() < PROBLEMS:
            time.sleep(0.02)
        victims.append(random.Random(0).choice(processes_named("ray::SlowEngine")))
        os.kill(victims[0], signal.SIGKILL)

    def done():
        return (tmp_path / "ray" / "samples.jsonl").read_bytes().count(b"\n")

    killer = threading.Thread(target=murder)
    if kill:
        killer.start()
    spread = run(tmp_path / "ray", problems, lambda asked: backend)
    if kill:
        killer.join()
    assert alone.status == spread.status == "complete"
    figures = open_run(tmp_path / "ray").info["sessions"][0]["statistics"]
    assert figures["lost_workers"] == len(victims) == int(kill)
    assert (figures["repeated_requests"] > 0) == kill

    lines = [orjson.loads(line) for line in (tmp_path / "ray" / "samples.jsonl").read_bytes().splitlines()]
    counted = Counter((line["problem"], line["sample"]) for line in lines)
    assert set(counted.values()) == {1} and len(counted) == PROBLEMS * SAMPLES
    assert stored(tmp_path / "ray") == stored(tmp_path / "alone")
    assert (tmp_path / "ray" / "results.json").read_bytes() == (tmp_path / "alone" / "results.json").read_bytes()


def test_workers_that_only_die_end_the_run_with_a_reason(joined, slow, problems):
    with pytest.raises(BackendError, match="died one after another"):
        RayBackend("noisy-oracle", "0.6", problems, {"dies": True}, RayOptions(workers=2))


def test_what_a_worker_refuses_is_refused_here_in_its_words(joined):
    with pytest.raises(InputError, match="nowhere"):
        RayBackend("scripted", "nowhere.jsonl", [], {}, RayOptions(workers=1))
    backend = RayBackend("oracle", "oracle", [], {}, RayOptions(workers=1))
    try:
        twice = [Request("same", (Message("user", "?"),), 0)] * 2
        with pytest.raises(InputError, match="two requests have the key"):
            list(backend.complete(twice, Sampling()))
    finally:
        backend.close()


def test_each_batch_is_smaller_than_the_last_and_none_is_lost():
    requests = [Request(str(number), (Message("user", "?"),), number) for number in range(1000)]
    owed = ray._Owed(requests)
    first = owed.take(300)
    owed.give_back(first[100:])
    assert len(owed) == 900
    rest = owed.take(10_000)
    assert sorted(int(each.key) for each in (*first[:100], *rest)) == list(range(1000)) and not owed


def slow_square(number):
    time.sleep(0.05)
    return number * number


def test_a_call_whose_process_is_killed_is_repeated(joined):
    found, killed = [], 0
    with sent_whole():
        for value in ordered_map(joined, slow_square, range(60), ahead=8):
            found.append(value)
            if len(found) in (5, 20):
                for victim in processes_named("attempt")[:1]:
                    os.kill(victim, signal.SIGKILL)
                    killed += 1
    assert found == [number * number for number in range(60)] and killed > 0


def address_of(joined):
    return joined.get_runtime_context().gcs_address


def command(*arguments):
    return subprocess.run([sys.executable, "-m", "logicbench", *arguments], capture_output=True, text=True)


def test_generation_on_ray_writes_the_same_bytes(joined, tmp_path):
    request = ("generate", "sat:assign", "--count", "60", "--surface", "math,dimacs", "--set", "variables=5..9")
    for name, options in (("local", ()), ("ray", ("--executor", "ray", "--ray-address", address_of(joined)))):
        done = command(*request, *options, "--output", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "ray").read_bytes() == (tmp_path / "local").read_bytes()


def test_the_command_evaluates_on_ray_and_goes_on_without_it(tmp_path):
    arguments = (
        "eval",
        "--backend",
        "oracle",
        "--tasks",
        "sat:assign",
        "--limit",
        "8",
        "--output",
        str(tmp_path / "r"),
    )
    done = command(*arguments, "--executor", "ray", "--workers", "2", "--samples", "2")
    assert done.returncode == 0, done.stderr
    assert "2 workers on Ray" in done.stderr and "100.0" in done.stdout
    more = command(*arguments, "--samples", "3")
    assert more.returncode == 0, more.stderr
    assert open_run(tmp_path / "r").results()["samples"] == 3


def test_options_without_their_executor_are_refused(tmp_path):
    done = command("eval", "--backend", "oracle", "--tasks", "sat:assign", "--workers", "2", "--output", str(tmp_path))
    assert done.returncode == 2 and "--executor ray" in done.stderr
    done = command("eval", "--backend", "oracle", "--tasks", "sat:assign", "--executor", "slurm")
    assert done.returncode == 2 and "Known: local, ray" in done.stderr


def test_a_completion_survives_the_way():
    import pickle

    completion = Completion("k", "text", "stop", token_ids=(1, 2), logprobs=(-0.5, -0.25))
    assert pickle.loads(pickle.dumps(completion)) == completion


@pytest.mark.slow
def test_a_real_engine_says_the_same_in_two_workers_as_in_one(joined, tmp_path, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "models")
    from tiny_models import make_model

    model = str(make_model(tmp_path / "model"))
    options = {"device": "cpu", "threads": 1, "batch_size": 4}
    requests = [Request(str(n), (Message("user", f"Is {n % 17} odd?"),), 1000 + n) for n in range(96)]
    said = []
    for backend in (
        make_backend("transformers", model, (), options),
        RayBackend("transformers", model, (), options, RayOptions(workers=2)),
    ):
        done = list(backend.complete(requests, Sampling(max_tokens=24, temperature=1.0)))
        backend.close()
        assert len(done) == len(requests)
        said.append({each.key: (each.text, each.token_ids, each.finish_reason) for each in done})
    assert said[0] == said[1] and len(set(said[0].values())) > 90
