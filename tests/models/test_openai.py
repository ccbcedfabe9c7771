import asyncio
import json
import time

import pytest
from chat_server import SAMPLED, WORDS, ask, log_softmax, logits, run

pytest.importorskip("httpx")

from logicbench.errors import BackendError, InputError, UnknownNameError
from logicbench.models.factory import make_backend
from logicbench.models.openai import OpenAIBackend
from logicbench.models.openai_options import OpenAIOptions
from logicbench.models.protocol import Message, Request, Sampling
from logicbench.models.thinking import split


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
    _, backend = serve(reasoning="if 3 then no")
    (done,) = run(backend, ask(), Sampling(max_tokens=4)).values()
    parts = split(done.text, opened=done.prompt_opens_thinking)
    assert "if 3 then no" in done.text[slice(*parts.span)]
    assert "if 3" not in done.text[parts.answer_start :] and parts.closed
    assert done.thinking_tokens == 4


@pytest.mark.parametrize(("finish", "closed"), [("length", False), ("stop", True)])
def test_unfinished_reasoning_has_no_answer(serve, finish, closed):
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


def test_the_factory_makes_it_by_name(serve):
    server, _ = serve()
    backend = make_backend("auto", "openai:tiny", (), {"base_url": server.url})
    assert isinstance(backend, OpenAIBackend)
    backend.close()
    with pytest.raises(UnknownNameError, match="api_key"):
        make_backend("openai", "tiny", (), {"base_url": server.url, "api_key": "sk-1"})
    with pytest.raises(InputError, match="model's name"):
        make_backend("openai", "", (), {"base_url": server.url})
