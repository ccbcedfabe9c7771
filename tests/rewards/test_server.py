"""The reward over HTTP: contracts, limits, the token, and a thousand requests at once."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from support.mutations import hostile

import logicbench
from logicbench.problem import dump_line

pytest.importorskip("fastapi")
httpx = pytest.importorskip("httpx")

from fastapi.testclient import TestClient  # noqa: E402

from logicbench.rewards.server import ServeSettings, create_app  # noqa: E402


@pytest.fixture(scope="module")
def problems():
    return [*logicbench.generate("sat", "assign", count=4, knobs={"variables": 6}, measure=False),
            *logicbench.generate("sat", "certify", count=4, knobs={"variables": 6}, measure=False)]  # fmt: skip


@pytest.fixture
def client():
    with TestClient(create_app(ServeSettings(workers=0, max_rows=50, max_body_bytes=1 << 20))) as client:
        yield client


def item(problem, text=None):
    return {"completion": text or f"Answer: {problem.reference}", "problem": problem.to_json()}


def test_a_batch_is_judged_in_order(client, problems):
    items = [item(problem) for problem in problems]
    items[2]["completion"] = "Answer: 2"
    items[3]["problem"] = dump_line(problems[3].to_json()).decode()
    answer = client.post("/v1/rewards", json={"items": items})
    assert answer.status_code == 200
    results = answer.json()["results"]
    assert [result["reward"] for result in results] == [1, 1, 0, 1, 1, 1, 1, 1]
    assert results[2]["status"] == "unparsable" and results[2]["message"] and not results[0]["message"]


def test_shapes_are_chosen_by_the_request(client, problems):
    wrong = next(t for t in ("000000", "111111") if not logicbench.verify(problems[0], f"Answer: {t}").correct)
    body = {"items": [item(problems[0], f"Answer: {wrong}")], "shape": "format"}
    assert client.post("/v1/rewards", json=body).json()["results"][0]["reward"] == 0.05
    refused = client.post("/v1/rewards", json={**body, "shape": "formt"})
    assert refused.status_code == 400 and "Did you mean 'format'" in refused.json()["detail"]


def test_a_remote_reward_model_is_answered(client, problems):
    lines = [dump_line(problem.to_json()).decode() for problem in problems]
    prompts = [f"<user>{problem.prompt}<assistant>" for problem in problems]
    queries = [f"{prompt}Answer: {problem.reference}" for prompt, problem in zip(prompts, problems, strict=True)]
    queries[0] = prompts[0] + "no"
    answer = client.post("/get_reward", json={"query": queries, "prompts": prompts, "labels": lines}).json()
    assert answer["rewards"] == answer["scores"] == [0] + [1] * 7
    assert answer["extra_logs"]["unparsable"] == [1] + [0] * 7
    short = client.post("/get_reward", json={"query": queries, "prompts": prompts[1:], "labels": lines})
    assert short.status_code == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"items": [{"completion": "a", "problem": {"family": "sat"}}]}, 400),
        ({"items": [{"completion": "a", "problem": "{"}]}, 400),
        ({"items": [{"completion": 1, "problem": {}}]}, 422),
        ({"items": [{"completion": "a", "problem": {}, "extra": 1}]}, 422),
        ({"items": "a"}, 422),
        ({}, 422),
        ({"items": [{"completion": "a", "problem": {}}] * 51}, 413),
        ({"items": [{"completion": "a" * (1 << 20), "problem": {}}]}, 413),
    ],
)
def test_bad_requests_are_refused_with_a_reason(client, body, code):
    answer = client.post("/v1/rewards", json=body)
    assert answer.status_code == code and answer.json()["detail"]


def test_a_body_without_an_announced_length_is_limited_too(client):
    def chunks():
        for _ in range(40):
            yield b" " * (1 << 16)

    assert client.post("/v1/rewards", content=chunks()).status_code == 413


def test_the_place_of_a_bad_row_is_named(client, problems):
    items = [item(problems[0]), {"completion": "a", "problem": {"family": "sat"}}]
    assert "row 1" in client.post("/v1/rewards", json={"items": items}).json()["detail"]


def test_nobody_is_let_in_without_the_token(problems):
    with TestClient(create_app(ServeSettings(workers=0, token="geheim ü"))) as client:
        body = {"items": [item(problems[0])]}
        assert client.get("/health").json()["status"] == "ok"
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic geheim"}):
            assert client.post("/v1/rewards", json=body, headers=headers).status_code == 401
            assert client.get("/metrics", headers=headers).status_code == 401
        right = {"Authorization": "Bearer geheim ü".encode()}
        assert client.post("/v1/rewards", json=body, headers=right).status_code in (200, 401)
    with TestClient(create_app(ServeSettings(workers=0, token="secret"))) as client:
        right = {"Authorization": "Bearer secret"}
        assert client.post("/v1/rewards", json=body, headers=right).status_code == 200
        assert client.get("/metrics", headers=right).status_code == 200


def test_metrics_count_verdicts_and_never_the_clients_text(client, problems):
    client.post("/v1/rewards", json={"items": [item(problem) for problem in problems]})
    client.get("/no/such/path")
    text = client.get("/metrics").text
    assert 'logicbench_verdicts_total{family="sat",status="correct",task="assign"} 4.0' in text
    assert 'logicbench_requests_total{code="200",path="/v1/rewards"} 1.0' in text
    assert 'path="other"' in text and "no/such" not in text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def served():
    """Start the command; yield its address and process."""
    port = free_port()
    command = [sys.executable, "-m", "logicbench", "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{url}/health")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield url, process
    process.kill()
    process.wait()


def test_a_thousand_requests_in_flight_with_hostile_answers_are_all_judged(served, problems):
    url, process = served
    texts = list(hostile(500, seed=11))
    bodies = []
    for number in range(1000):
        problem = problems[number % len(problems)]
        text = f"Answer: {problem.reference}" if number % 2 else texts[number // 2].encode("utf-8", "replace").decode()
        bodies.append({"items": [item(problem, text or "x")]})

    async def main():
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=120) as client:
            return await asyncio.gather(*(client.post(f"{url}/v1/rewards", json=body) for body in bodies))

    answers = asyncio.run(main())
    assert {answer.status_code for answer in answers} == {200}
    rewards = [answer.json()["results"][0]["reward"] for answer in answers]
    assert rewards[1::2] == [1.0] * 500
    direct = [logicbench.reward([b["items"][0]["completion"]], [b["items"][0]["problem"]])[0] for b in bodies[::2]]
    assert rewards[::2] == direct
    metrics = httpx.get(f"{url}/metrics").text
    assert 'logicbench_requests_total{code="200",path="/v1/rewards"} 1000.0' in metrics
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode in (0, -signal.SIGTERM) and "Traceback" not in output


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--host", "0.0.0.0"], "--token-file"),
        (["--token-file", "/no/such/file"], "/no/such/file"),
        (["--token-file", os.devnull], "empty"),
        (["--shape", "binry"], "Did you mean 'binary'"),
    ],
)
def test_unsafe_or_wrong_options_are_refused(arguments, named):
    done = subprocess.run(
        [sys.executable, "-m", "logicbench", "serve", "--port", "0", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2 and named in done.stderr and "Traceback" not in done.stderr


def test_the_api_keeps_its_own_description():
    """Every generated request gets an answer that the OpenAPI document describes."""
    schemathesis = pytest.importorskip("schemathesis")
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st
    from schemathesis.specs.openapi.checks import positive_data_acceptance

    schema = schemathesis.openapi.from_asgi("/openapi.json", create_app(ServeSettings(workers=0)))
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == 4
    cases = st.one_of([operation.as_strategy() for operation in operations])

    @settings(  # shrinking these requests takes minutes
        max_examples=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        derandomize=True,
    )
    @given(cases)
    def check(case):
        # That a row is a problem of a registered family is beyond what the description can say.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    check()
