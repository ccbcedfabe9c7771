import asyncio
import json
import math
import os
import subprocess
import sys
import time

import pytest
from chat_server import WORDS, ChatServer, log_softmax, logits

pytest.importorskip("httpx")

from logicbench.errors import BackendError, InputError, UnknownNameError
from logicbench.models.factory import make_backend
from logicbench.models.openai import LOST_IN_A_ROW, OpenAIBackend
from logicbench.models.openai_options import OpenAIOptions
from logicbench.models.protocol import Message, Request, Sampling

KEY = "sk-test-8c1f0e55d7"
SAMPLED = Sampling(max_tokens=12, temperature=1.0)


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.fixture
def serve():
    servers, backends = [], []

    def start(options=None, model="tiny", **style):
        server = ChatServer(**style)
        servers.append(server)
        settings = {"base_url": server.url, "first_wait": 0.01, **(options or {})}
        backend = OpenAIBackend(model, OpenAIOptions(**settings))
        backends.append(backend)
        server.forget()
        return server, backend

    yield start
    for backend in backends:
        backend.close()
    for server in servers:
        server.close()


def ask(count=1, first=0):
    return [Request(f"r{index}", (Message("user", f"word {index} ?"),), index) for index in range(first, first + count)]


def run(backend, requests, sampling=SAMPLED):
    return {done.key: done for done in backend.complete(requests, sampling)}


def test_greedy_text_tokens_and_logprobs_are_the_models(serve):
    _, backend = serve()
    for request in ask(6):
        done = run(backend, [request], Sampling(max_tokens=5))[request.key]
        prompt, before, ids, logprobs = request.messages[0].content, -1, [], []
        while len(ids) < 5 and before != 0:
            values = log_softmax(logits(prompt, before))
            before = values.index(max(values))
            ids.append(before)
            logprobs.append(max(values))
        assert done.token_ids == tuple(ids)
        assert done.logprobs == pytest.approx(logprobs)
        assert done.text == " ".join(WORDS[token] for token in ids if token)
        assert done.finish_reason == ("stop" if ids[-1] == 0 else "length")
        assert (done.prompt_tokens, done.generated_tokens) == (3, len(ids))


def test_the_request_carries_the_seed_and_all_settings_and_nothing_neutral(serve):
    server, backend = serve({"chat_template_kwargs": {"think": True}, "body": {"reasoning_effort": "low"}})
    request = Request("k", (Message("system", "s"), Message("user", "u")), 2**63 - 1)
    run(backend, [request], Sampling(7, 0.5, 0.9, 5, 0.1, 1.2, ("x",), logprobs=False))
    assert server.bodies[0] == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        "max_tokens": 7,
        "temperature": 0.5,
        "seed": 2**63 - 1,
        "top_p": 0.9,
        "top_k": 5,
        "min_p": 0.1,
        "repetition_penalty": 1.2,
        "stop": ["x"],
        "return_token_ids": True,
        "chat_template_kwargs": {"think": True},
        "reasoning_effort": "low",
    }
    run(backend, [request], Sampling(7))
    neutral = {"top_p", "top_k", "min_p", "repetition_penalty", "stop"}
    assert set(server.bodies[1]) == set(server.bodies[0]) - neutral | {"logprobs"}


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


def test_requests_overlap_up_to_the_bound(serve):
    server, backend = serve({"batch_size": 4}, delay=0.05)
    began = time.monotonic()
    done = run(backend, ask(24))
    assert len(done) == 24
    assert server.most_active == 4
    assert time.monotonic() - began < 24 * 0.05 * 0.6


class Lazy(list):
    """Requests that note how many of them were asked for."""

    taken = 0

    def __iter__(self):
        for self.taken, request in enumerate(super().__iter__(), 1):
            yield request


def test_requests_are_not_all_taken_at_once(serve):
    _, backend = serve({"batch_size": 4})
    requests = Lazy(ask(100))
    # check_call looks at all requests once; what counts is how many are under way when the first is done.
    completions = backend.complete(requests, SAMPLED)
    next(completions)
    assert requests.taken <= 6
    completions.close()


def test_stopping_early_cancels_what_is_under_way(serve):
    server, backend = serve({"batch_size": 4})
    server.faults.extend([("hang", 30.0)] * 3)
    completions = backend.complete(ask(50), SAMPLED)
    next(completions)
    began = time.monotonic()
    completions.close()
    backend.close()
    assert time.monotonic() - began < 2
    with pytest.raises(BackendError, match="closed"):
        run(backend, ask())


def test_it_works_where_an_event_loop_is_running(serve):
    async def notebook():
        _, backend = serve()
        return run(backend, ask(3))

    assert len(asyncio.run(notebook())) == 3


def test_processed_logprobs_are_an_error_where_asked_for(serve):
    _, backend = serve(logprobs="processed")
    assert backend.capabilities.logprobs == "none"
    with pytest.raises(InputError, match="raw_logprobs"):
        run(backend, ask())
    (done,) = run(backend, ask(), Sampling(max_tokens=4, logprobs=False)).values()
    assert done.logprobs is None and done.token_ids


@pytest.mark.parametrize("style", [{"logprobs": "none"}, {"tops": False}])
def test_logprobs_of_unknown_meaning_are_left_out(serve, style):
    server, backend = serve(**style)
    assert backend.capabilities.logprobs == "none"
    (done,) = run(backend, ask()).values()
    assert done.logprobs is None
    assert "logprobs" not in server.bodies[0]


def test_the_user_can_vouch_for_logprobs_or_do_without(serve):
    server, backend = serve({"logprobs": "raw"}, tops=False)
    (done,) = run(backend, ask()).values()
    assert len(done.logprobs) == len(done.token_ids)
    server, backend = serve({"logprobs": "none"})
    assert run(backend, ask())["r0"].logprobs is None
    assert "logprobs" not in server.bodies[0]


def test_logprobs_without_ids_are_kept_one_for_each_token(serve):
    _, backend = serve(ids=False)
    (done,) = run(backend, ask()).values()
    assert done.token_ids == ()
    assert len(done.logprobs) == done.generated_tokens > 0


@pytest.mark.parametrize("refused", [("return_token_ids",), ("return_token_ids", "logprobs")])
def test_fields_that_a_strict_server_refuses_are_not_sent(serve, refused):
    server, backend = serve(refuses=refused)
    (done,) = run(backend, ask()).values()
    assert done.finish_reason != "error" and done.generated_tokens > 0
    assert not set(refused) & set(server.bodies[0])


def test_fields_can_be_left_out_by_option_and_the_refusal_says_so(serve):
    with pytest.raises(BackendError, match="omit="):
        serve(refuses=("temperature",))
    server, backend = serve({"omit": ["temperature", "seed"]}, refuses=("temperature",))
    run(backend, ask())
    assert not {"temperature", "seed"} & set(server.bodies[0])


def test_reasoning_is_split_from_the_answer(serve):
    from logicbench.models.thinking import split

    _, backend = serve(reasoning="if 3 then no")
    (done,) = run(backend, ask(), Sampling(max_tokens=4)).values()
    parts = split(done.text, opened=done.prompt_opens_thinking)
    assert "if 3 then no" in done.text[slice(*parts.span)]
    assert "if 3" not in done.text[parts.answer_start :] and parts.closed
    assert done.thinking_tokens == 4


@pytest.mark.parametrize(("finish", "closed"), [("length", False), ("stop", True)])
def test_unfinished_reasoning_has_no_answer(serve, finish, closed):
    from logicbench.models.thinking import split

    server, backend = serve()
    message = {"content": None, "reasoning": "so it is 42"}
    reply = {"choices": [{"message": message, "finish_reason": finish}], "usage": {"completion_tokens": 9}}
    server.faults.append(("raw", json.dumps(reply).encode()))
    (done,) = run(backend, ask()).values()
    parts = split(done.text)
    assert parts.closed is closed
    assert done.text[parts.answer_start :].strip() == ""
    assert done.generated_tokens == 9


@pytest.mark.parametrize(
    ("choice", "text", "finish"),
    [
        ({"message": {"content": "a\ud800b"}, "finish_reason": "stop"}, "a?b", "stop"),
        ({"message": {"content": [{"text": "a"}, {"text": "b"}]}, "finish_reason": "stop"}, "ab", "stop"),
        ({"message": {"content": None, "refusal": "I will not."}, "finish_reason": "stop"}, "I will not.", "stop"),
        ({"message": {"content": "half"}, "finish_reason": "content_filter"}, "half", "error"),
        ({"message": {"content": "x"}}, "x", "error"),
        ({"message": {"content": ""}, "finish_reason": "stop"}, "", "stop"),
    ],
)  # fmt: skip
def test_odd_but_legal_replies(serve, choice, text, finish):
    server, backend = serve()
    server.faults.append(("raw", json.dumps({"choices": [choice]}).encode()))
    (done,) = run(backend, ask()).values()
    assert (done.text, done.finish_reason) == (text, finish)
    assert bool(done.error) is (finish == "error")


def test_cost_is_that_of_the_tokens(serve):
    _, backend = serve({"prompt_price": 2.0, "completion_price": 8.0, "cached_price": 0.5})
    done = run(backend, ask(5)).values()
    figures = backend.statistics()
    probes = 2  # of three words, one of them cached, as all prompts here
    prompts = sum(completion.prompt_tokens for completion in done) + 3 * probes
    assert figures["prompt_tokens"] == prompts
    assert figures["cached_tokens"] == 5 + probes
    fresh = prompts - figures["cached_tokens"]
    expected = (fresh * 2.0 + figures["cached_tokens"] * 0.5 + figures["generated_tokens"] * 8.0) / 1e6
    assert figures["cost_usd"] == pytest.approx(expected)
    assert figures["generated_tokens"] > sum(completion.generated_tokens for completion in done)


def test_no_usage_means_tokens_are_counted_from_what_there_is(serve):
    _, backend = serve(usage=False)
    (done,) = run(backend, ask()).values()
    assert done.generated_tokens == len(done.token_ids) > 0


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


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 0},
        {"retries": -1},
        {"first_wait": -1.0},
        {"timeout": 0.0},
        {"logprobs": "processed"},
        {"token_limit_field": "tokens"},
        {"omit": "seed"},
        {"body": {"messages": []}},
        {"prompt_price": 1.0},
        {"prompt_price": -1.0, "completion_price": 1.0},
        {"base_url": "127.0.0.1:8000"},
        {"base_url": "ftp://host/v1"},
        {"base_url": "http://host:port/v1"},
        {"base_url": ""},
    ],
)
def test_bad_options_are_refused(options):
    with pytest.raises(InputError):
        OpenAIBackend("m", OpenAIOptions(**options))


@pytest.mark.parametrize("url", [f"http://user:{KEY}@host/v1", f"http://host/v1?key={KEY}"])
def test_an_address_with_a_secret_is_refused_unseen(url):
    with pytest.raises(InputError, match="base-url") as caught:
        OpenAIOptions(base_url=url)
    assert KEY not in str(caught.value)


def test_the_factory_makes_it_by_name(serve):
    server, _ = serve()
    backend = make_backend("auto", "openai:tiny", (), {"base_url": server.url})
    assert isinstance(backend, OpenAIBackend)
    backend.close()
    with pytest.raises(UnknownNameError, match="api_key"):
        make_backend("openai", "tiny", (), {"base_url": server.url, "api_key": KEY})
    with pytest.raises(InputError, match="model's name"):
        make_backend("openai", "", (), {"base_url": server.url})


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
