"""A server in trouble, a wrong key, a wrong address: what is tried again, what ends the run, what is never shown."""

import json
import math
import os
import subprocess
import sys
import time

import pytest
from chat_server import SAMPLED, ask, run

pytest.importorskip("httpx")

from logicbench.errors import BackendError, InputError
from logicbench.models.openai import LOST_IN_A_ROW, OpenAIBackend
from logicbench.models.openai_options import OpenAIOptions

KEY = "sk-test-8c1f0e55d7"


MISMATCH = {
    "choices": [
        {
            "message": {"content": "yes"},
            "finish_reason": "stop",
            "token_ids": [1, 0],
            "logprobs": {"content": [{"token": "yes", "logprob": -1.0}]},
        }
    ]
}
NOT_A_NUMBER = b'{"choices": [{"message": {"content": ""}, "logprobs": {"content": [{"logprob": NaN}]}}]}'


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (("status", 429), "429"),
        (("status", 500), "500"),
        (("status", 502), "502"),
        (("status", 503, ("Retry-After", "0")), "503"),
        (("status", 408), "408"),
        (("close",), "connection"),
        (("hang", 5.0), "timeout"),
        (("raw", b"<html>busy</html>"), "garbage"),
        (("raw", b'{"choices": [{"mess'), "garbage"),
        (("raw", b"[" * 100_000), "garbage"),
        (("raw", b"\xff\xfe"), "garbage"),
        (("raw", b'{"choices": []}'), "garbage"),
        (("raw", b"[]"), "garbage"),
        (("raw", b'{"choices": [{"message": null}]}'), "garbage"),
        (("raw", json.dumps(MISMATCH).encode()), "garbage"),
        (("raw", NOT_A_NUMBER), "garbage"),
    ],
)
def test_trouble_is_tried_again_and_changes_nothing(serve, fault, kind):
    server, backend = serve({"timeout": 0.3 if fault[0] == "hang" else 20.0})
    expected = run(backend, ask(4))
    server.faults.extend([fault, fault])
    again = run(backend, ask(4))
    for key, done in again.items():
        assert (done.text, done.token_ids, done.logprobs) == (
            expected[key].text,
            expected[key].token_ids,
            expected[key].logprobs,
        )
    assert backend.statistics()["failed_tries"] == {kind: 2}


def test_retry_after_is_honoured_and_waits_grow(serve):
    server, backend = serve({"first_wait": 0.08, "retries": 4})
    server.faults.append(("status", 429, ("Retry-After", "0.6")))
    run(backend, ask())
    assert 0.6 <= server.times[1] - server.times[0] < 1.0
    server.forget()
    server.faults.extend([("status", 500)] * 4)
    run(backend, ask())
    gaps = [after - before for before, after in zip(server.times, server.times[1:], strict=False)]
    for attempt, gap in enumerate(gaps):
        assert 0.5 * 0.08 * 2**attempt <= gap < 0.08 * 2**attempt + 0.1


def test_a_retry_after_date_is_honoured(serve):
    from email.utils import formatdate

    server, backend = serve()
    server.faults.append(("status", 503, ("Retry-After", formatdate(time.time() + 2, usegmt=True))))
    run(backend, ask())
    assert 0.9 <= server.times[1] - server.times[0] < 2.5


def test_a_server_that_asks_for_too_long_a_wait_is_not_waited_for(serve):
    server, backend = serve()
    server.faults.append(("status", 429, ("Retry-After", "86400")))
    (done,) = run(backend, ask()).values()
    assert done.finish_reason == "error"
    assert "86400 s" in done.error


def test_waits_double_up_to_a_bound_and_jitter_is_seeded():
    policy = OpenAIOptions(first_wait=1.0, max_wait=10.0).policy
    assert [policy.wait(attempt, 1.0) for attempt in range(6)] == [1, 2, 4, 8, 10, 10]
    assert policy.wait(3, 0.0) == 4
    assert policy.wait(10**6, 0.5) == 7.5


def test_a_request_that_fails_to_the_end_is_an_error_of_that_request_only(serve):
    server, backend = serve({"retries": 2, "batch_size": 1})
    server.faults.extend([("status", 503)] * 3)
    done = run(backend, ask(2))
    assert done["r0"].finish_reason == "error"
    assert "503" in done["r0"].error and "3 tries" in done["r0"].error
    assert done["r1"].finish_reason in ("stop", "length")
    assert backend.statistics()["failed_requests"] == 1


def test_a_server_that_is_gone_ends_the_run(serve):
    server, backend = serve({"retries": 0, "batch_size": 4})
    server.faults.extend([("status", 503)] * 1000)
    completions = backend.complete(ask(100), SAMPLED)
    seen = []
    with pytest.raises(BackendError, match="in a row"):
        seen.extend(completions)
    assert len(server.bodies) <= LOST_IN_A_ROW + 5


def test_a_refused_request_is_not_tried_again(serve):
    server, backend = serve()
    server.faults.append(("status", 400))
    (done,) = run(backend, ask()).values()
    assert done.finish_reason == "error" and "trouble 400" in done.error
    assert len(server.bodies) == 1


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_what_no_retry_can_mend_ends_the_run_at_once(serve, status):
    server, backend = serve()
    server.faults.append(("status", status))
    with pytest.raises(BackendError, match=str(status)):
        run(backend, ask())
    assert len(server.bodies) == 1


def test_the_key_is_sent_and_shown_nowhere(serve, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server, backend = serve(key=KEY)
    run(backend, ask())
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    shown = [repr(backend), repr(backend.options), repr(backend._client), repr(backend._client._http.headers)]
    shown += [json.dumps(backend.describe()), json.dumps(backend.statistics())]
    assert not any(KEY in text for text in shown)
    server.style["key"] = "another"
    with pytest.raises(BackendError, match="OPENAI_API_KEY") as caught:
        run(backend, ask())
    assert KEY not in str(caught.value)
    server.style["key"] = None
    server.faults.append(("raw", b"{}"))
    server.faults.append(("status", 400))
    run(backend, ask())


def test_a_server_that_echoes_the_key_does_not_get_it_into_an_error(serve, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    _, backend = serve()
    backend.model = f"no {KEY}"
    with pytest.raises(BackendError) as caught:
        run(backend, ask())
    assert KEY not in str(caught.value) and "[key]" in str(caught.value)


def test_a_missing_key_is_named(serve):
    with pytest.raises(BackendError, match=r"wants a key \(401\).*OPENAI_API_KEY"):
        serve(key=KEY)


def test_a_key_that_cannot_be_sent_is_refused_unseen(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-\u00e9-secret")
    with pytest.raises(InputError, match="OPENAI_API_KEY") as caught:
        OpenAIBackend("m", OpenAIOptions(base_url="http://127.0.0.1:9/v1"))
    assert "secret" not in str(caught.value)


def test_an_unknown_model_lists_those_there_are(serve):
    with pytest.raises(BackendError, match=r"no model 'huge' \(404\); it has: small, tiny"):
        serve(model="huge", models=["tiny", "small"])


def test_a_wrong_address_is_said_to_be_one(serve):
    server, _ = serve()
    with pytest.raises(BackendError, match="most end in /v1"):
        OpenAIBackend("tiny", OpenAIOptions(base_url=server.url.removesuffix("/v1")))


def test_a_server_that_is_not_there_is_named():
    with pytest.raises(BackendError, match=r"connection to http://127.0.0.1:9/v1 failed.*2 tries"):
        OpenAIBackend("m", OpenAIOptions(base_url="http://127.0.0.1:9/v1", retries=1, first_wait=0.01))


@pytest.mark.parametrize("url", [f"http://user:{KEY}@host/v1", f"http://host/v1?key={KEY}"])
def test_an_address_with_a_secret_is_refused_unseen(url):
    with pytest.raises(InputError, match="base-url") as caught:
        OpenAIOptions(base_url=url)
    assert KEY not in str(caught.value)


def test_an_evaluation_writes_the_key_nowhere(serve, tmp_path):
    server, _ = serve(key=None)
    server.style["key"] = KEY
    run_folder = tmp_path / "run"
    command = [sys.executable, "-m", "logicbench", "eval", "--model", "openai:tiny", "--base-url", server.url]
    command += ["--tasks", "sat:decide", "--limit", "4", "--samples", "2", "--temperature", "1", "--max-tokens", "6"]
    command += ["--output", str(run_folder), "--check-workers", "0"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "OPENAI_API_KEY": KEY}, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    files = [path for path in run_folder.rglob("*") if path.is_file()]
    assert len(files) > 4
    assert not any(KEY.encode() in path.read_bytes() for path in files)
    samples = [json.loads(line) for line in (run_folder / "samples.jsonl").read_text().splitlines()]
    assert len(samples) == 8
    assert all(math.isfinite(sample["logprob_sum"]) and sample["tokens_at"] for sample in samples)
    assert len({body["seed"] for body in server.bodies if "seed" in body}) == 8
