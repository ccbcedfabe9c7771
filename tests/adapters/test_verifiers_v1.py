"""The taskset in Prime Intellect's `verifiers` from 0.4 on: loaded by name, validated and scored by its own means."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import logicbench
from logicbench.errors import InputError, UnknownNameError
from logicbench.interop.export import Export, export

vf = pytest.importorskip("verifiers.v1", reason="verifiers 0.4 is not installed; make test-adapters")
from verifiers.v1.graph import MessageNode  # noqa: E402
from verifiers.v1.trace import TraceTask  # noqa: E402
from verifiers.v1.utils.loaders import taskset_class  # noqa: E402

from logicbench.rewards import verifiers_taskset  # noqa: E402
from logicbench.rewards.verifiers_taskset import LogicTask, LogicTaskset, LogicTasksetConfig  # noqa: E402


def trace_of(task, reply):
    nodes = [
        MessageNode(message=vf.UserMessage(content=task.data.prompt), parent=None, sampled=False),
        MessageNode(message=vf.AssistantMessage(content=reply), parent=0, sampled=True),
    ]
    agent = vf.AgentInfo(config=vf.AgentConfig())
    return vf.Trace(task=TraceTask(type="LogicTask", data=task.data), nodes=nodes, agent=agent, state=vf.State())


def scored(task, reply):
    trace = trace_of(task, reply)
    asyncio.run(task.score(trace))
    return trace


@pytest.fixture
def tasks():
    config = LogicTasksetConfig(tasks=["sat:assign", "coloring:color", "rules:proof"], count=2)
    return list(LogicTaskset(config))


def test_right_answers_earn_one_and_others_nothing(tasks):
    assert [task.data.idx for task in tasks] == list(range(6))
    for task in tasks:
        right, wrong = scored(task, f"So.\n\nAnswer: {task.data.reference}"), scored(task, "I do not know.")
        assert right.reward == 1.0 and right.metrics == {"correct": 1.0, "unparsable": 0.0, "undecided": 0.0}
        assert wrong.reward == 0.0 and wrong.metrics["unparsable"] == 1.0
        assert asyncio.run(task.validate(None)) is True


def test_a_reply_is_judged_once(tasks, monkeypatch):
    calls = []
    real = verifiers_taskset.score
    monkeypatch.setattr(verifiers_taskset, "score", lambda *a, **k: calls.append(a) or real(*a, **k))
    for number, task in enumerate(tasks):
        scored(task, f"Answer: {task.data.reference} {number}")
    assert len(calls) == len(tasks)


def test_an_export_is_a_taskset(tmp_path):
    problems = [*logicbench.generate("sat", "decide", count=4, measure=False)]
    export(Export(problems, system="Be brief."), "verifiers", tmp_path / "rows")
    found = list(LogicTaskset(LogicTasksetConfig(data=tmp_path / "rows", task={"shape": "format"})))
    assert [task.data.prompt for task in found] == [problem.prompt for problem in problems]
    for task in found:
        other = "UNSAT" if task.data.reference == "SAT" else "SAT"
        assert task.data.system_prompt == "Be brief." and scored(task, f"Answer: {other}").reward == 0.05
    with pytest.raises(InputError, match=r"test\.parquet"):
        list(LogicTaskset(LogicTasksetConfig(data=tmp_path / "rows", split="test")))
    with pytest.raises(UnknownNameError):
        list(LogicTaskset(LogicTasksetConfig(task={"shape": "generous"})))


def test_the_environment_of_older_versions_says_where_to_go():
    from logicbench.rewards.verifiers_env import load_environment

    with pytest.raises(InputError, match="verifiers_taskset"):
        load_environment(count=1)


def test_splits_share_nothing_and_views_select():
    def instances(split):
        taskset = LogicTaskset(LogicTasksetConfig(count=20, split=split, knobs={"variables": 4}))
        return {json.loads(task.data.problem)["instance_id"] for task in taskset.shuffle(seed=1).take(15)}

    assert len(instances("train")) == 15 and not instances("train") & instances("eval")


def test_verifiers_finds_it_by_name_and_its_validation_passes(tmp_path, monkeypatch):
    module = "from logicbench.rewards.verifiers_taskset import LogicTaskset\n__all__ = ['LogicTaskset']\n"
    (tmp_path / "my_logic.py").write_text(module)
    monkeypatch.syspath_prepend(tmp_path)
    assert taskset_class("my-logic") is LogicTaskset and LogicTaskset.task_type() is LogicTask
    command = [
        str(Path(sys.executable).with_name("vf-validate")), "my-logic", "--only-gold", "--taskset.count", "3",
        "--runtime.type", "subprocess", "--output-dir", str(tmp_path / "out"), "--no-rich",
    ]  # fmt: skip
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (results,) = (tmp_path / "out").rglob("results.jsonl")
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    assert [row["reason"] for row in rows] == ["valid"] * 3
