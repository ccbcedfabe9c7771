"""The environment in Prime Intellect's `verifiers`, rolled out against a real HTTP server."""

import json

import pytest
from support.chat_server import chat_server

import logicbench
from logicbench.interop.export import Export, export

vf = pytest.importorskip("verifiers", reason="verifiers is not installed; make test-adapters")
if not hasattr(vf, "SingleTurnEnv"):
    pytest.skip("this verifiers has no SingleTurnEnv; make test-adapters installs 0.1 too", allow_module_level=True)
from logicbench.rewards.verifiers_env import load_environment  # noqa: E402


def rollouts(environment, answer):
    with chat_server(answer) as url:
        client = vf.ClientConfig(client_type="openai_chat_completions", api_key_var="NO_KEY", api_base_url=url)
        return environment.generate_sync(environment.get_eval_dataset(), client=client, model="m", max_concurrent=4)


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("NO_KEY", "none")


def test_right_answers_earn_one_and_others_nothing():
    environment = load_environment(
        tasks=["sat:assign", "coloring:color"], count=4, eval_count=4, system_prompt="Be brief."
    )
    assert len(environment.get_dataset()) == len(environment.get_eval_dataset()) == 8
    references = {row["prompt"][-1]["content"]: row["answer"] for row in environment.get_eval_dataset()}
    wrong = next(iter(references))
    results = rollouts(environment, lambda prompt: "Hm." if prompt == wrong else f"Answer: {references[prompt]}")
    rewards = [output["reward"] for output in results["outputs"]]
    assert sorted(rewards) == [0.0] + [1.0] * 7
    assert [output["metrics"]["correct"] for output in results["outputs"]] == rewards
    assert [output["metrics"]["unparsable"] for output in results["outputs"]] == [1.0 - reward for reward in rewards]


def test_a_completion_is_judged_once(monkeypatch):
    from logicbench.rewards import verifiers_env

    calls = []
    real = verifiers_env.score
    monkeypatch.setattr(verifiers_env, "score", lambda *given, **more: calls.append(given) or real(*given, **more))
    environment = load_environment(count=2, eval_count=4)
    results = rollouts(environment, lambda prompt: "Answer: 0101")
    assert len(calls) == len(results["outputs"]) == 4


def test_exported_rows_are_an_environment(tmp_path):
    problems = [
        p for s in ("train", "dev") for p in logicbench.generate("sat", "decide", count=6, split=s, measure=False)
    ]
    export(Export(problems), "verifiers", tmp_path / "rows")
    environment = load_environment(tmp_path / "rows", shape="format")
    labels = {row["prompt"][-1]["content"]: row["answer"] for row in environment.get_eval_dataset()}
    results = rollouts(environment, lambda prompt: f"Answer: {'UNSAT' if labels[prompt] == 'SAT' else 'SAT'}")
    assert {output["reward"] for output in results["outputs"]} == {0.05}


def test_the_split_to_train_on_and_the_one_to_evaluate_on_share_nothing():
    environment = load_environment(count=20, eval_count=20, knobs={"variables": 4})

    def instances(rows):
        return {json.loads(row["info"]["problem"])["instance_id"] for row in rows}

    assert not instances(environment.get_dataset()) & instances(environment.get_eval_dataset())


def test_verifiers_finds_it_by_name(tmp_path, monkeypatch):
    (tmp_path / "my_logic.py").write_text("from logicbench.rewards.verifiers_env import load_environment\n")
    monkeypatch.syspath_prepend(tmp_path)
    environment = vf.load_environment("my-logic", count=2, eval_count=2)
    assert isinstance(environment, vf.SingleTurnEnv)
