"""What every backend must do, asked of all of them through the protocol alone."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import dataclass, replace
from typing import get_args

import pytest
from chat_server import ChatServer
from model_helpers import requests_for
from tiny_models import make_model

from logicbench.errors import InputError
from logicbench.models.factory import make_backend
from logicbench.models.openai import OpenAIBackend
from logicbench.models.openai_options import OpenAIOptions
from logicbench.models.protocol import Backend, FinishReason, Message, RepetitionStop, Request, Sampling
from logicbench.models.vllm import VllmOptions

GREEDY = Sampling(max_tokens=16)
SAMPLED = Sampling(max_tokens=16, temperature=1.0)
ENGINES = ("transformers", "openai", "vllm")
REFERENCES = ("oracle", "noisy-oracle:0.5", "random", "constant", "scripted")
RANDOM = ("transformers", "openai", "vllm", "random")
"""Kinds whose samples of one prompt differ."""


def needs(kind):
    package = {"transformers": "torch", "openai": "httpx", "vllm": "vllm"}.get(kind)
    missing = package is not None and importlib.util.find_spec(package) is None
    return pytest.param(kind, marks=pytest.mark.skipif(missing, reason=f"{package} is not installed"))


@dataclass
class Engines:
    """Loaded engines, by kind: each is started once."""

    folder: object
    server: ChatServer
    made: dict

    def get(self, kind):
        if kind not in self.made:
            model, options = "openai:tiny", {"base_url": self.server.url, "first_wait": 0.01}
            if kind == "transformers":
                model, options = make_model(self.folder / kind), {"device": "cpu", "threads": 1, "batch_size": 4}
            elif kind == "vllm":
                model = make_model(self.folder / kind, "llama-wide")
                options = {"dtype": "float32", "enforce_eager": True, "max_model_len": 256, "batch_size": 4}
            self.made[kind] = make_backend(kind, model, (), options)
        return self.made[kind]


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    server = ChatServer()
    found = Engines(tmp_path_factory.mktemp("engines"), server, {})
    yield found
    for backend in found.made.values():
        backend.close()
    server.close()


@pytest.fixture
def backend(kind, engines, problems, tmp_path):
    if kind in ENGINES:
        return engines.get(kind)
    if kind == "scripted":
        path = tmp_path / "script.jsonl"
        lines = [{"id": problem.id, "completion": [f"{problem.id} {i}" for i in range(8)]} for problem in problems]
        path.write_text("\n".join(map(json.dumps, lines)))
        kind = f"scripted:{path}"
    return make_backend("auto", kind, problems)


every = pytest.mark.parametrize("kind", [needs(kind) for kind in (*ENGINES, *REFERENCES)])
engine = pytest.mark.parametrize("kind", [needs(kind) for kind in ENGINES])


def run(backend, requests, sampling=GREEDY):
    done = list(backend.complete(requests, sampling))
    assert sorted(completion.key for completion in done) == sorted(request.key for request in requests)
    return {completion.key: completion for completion in done}


def said(done):
    return {key: (completion.text, completion.token_ids, completion.finish_reason) for key, completion in done.items()}


@every
def test_it_is_a_backend_and_its_account_is_json(kind, backend):
    assert isinstance(backend, Backend)
    assert backend.name == kind.partition(":")[0]
    account = json.loads(json.dumps(backend.describe()))
    assert account["kind"] == backend.name
    json.dumps(backend.statistics())


@every
def test_each_request_gets_its_own_completion_whatever_the_order_and_the_company(backend, problems):
    requests = requests_for(problems, 2)
    together = said(run(backend, requests))
    assert said(run(backend, requests[::-1])) == together
    alone = {}
    for request in requests[:6]:
        alone |= said(run(backend, [request]))
    assert alone == {key: together[key] for key in alone}
    assert len(set(together.values())) > 1 or backend.name == "constant"


@every
def test_the_same_seeds_give_the_same_samples(backend, problems):
    requests = requests_for(problems[:3], 4)
    first = said(run(backend, requests, SAMPLED))
    assert said(run(backend, requests[::-1], SAMPLED)) == first


@pytest.mark.parametrize("kind", [needs(kind) for kind in RANDOM])
def test_samples_of_one_prompt_differ_and_belong_to_their_seeds(kind, backend, problems):
    requests = requests_for(problems[:1], 8)
    done = run(backend, requests, SAMPLED)
    texts = [done[request.key].text for request in requests]
    assert len(set(texts)) >= (2 if kind == "random" else 7)
    renamed = [replace(request, key=f"other/{request.sample}") for request in requests]
    again = run(backend, renamed[::-1], SAMPLED)
    assert [again[request.key].text for request in renamed] == texts


@every
def test_finish_reasons_and_counts_are_honest(kind, backend, problems):
    done = run(backend, requests_for(problems, 2), SAMPLED).values()
    for completion in done:
        assert completion.finish_reason in get_args(FinishReason)
        assert (completion.finish_reason == "error") == bool(completion.error)
        assert completion.generated_tokens <= SAMPLED.max_tokens
        if kind in ENGINES:
            assert completion.prompt_tokens > 0
            whole = completion.generated_tokens == SAMPLED.max_tokens
            assert completion.finish_reason == "stop" or whole
    if kind in ENGINES:
        assert {completion.finish_reason for completion in done} == {"stop", "length"}


@engine
def test_one_token_is_one_token(backend, problems):
    for completion in run(backend, requests_for(problems), Sampling(max_tokens=1)).values():
        assert completion.generated_tokens == 1


@every
def test_logprobs_are_there_exactly_where_they_are_promised_and_asked_for(backend, problems):
    requests = requests_for(problems, 2)
    promised = backend.capabilities.logprobs == "raw"
    for completion in run(backend, requests, SAMPLED).values():
        assert (completion.logprobs is not None) == promised
        if completion.logprobs is not None:
            assert len(completion.logprobs) == completion.generated_tokens == len(completion.token_ids) > 0
            assert all(math.isfinite(value) and value <= 1e-4 for value in completion.logprobs)
    silent = run(backend, requests, replace(SAMPLED, logprobs=False))
    assert all(completion.logprobs is None for completion in silent.values())


@engine
def test_logprobs_mean_the_raw_distribution(backend):
    """A token's raw log-probability in one place is the same whatever the temperature and the filters."""
    assert backend.capabilities.logprobs == "raw"
    requests = [Request(f"s{seed}", (Message("user", "Is 3 even?"),), seed) for seed in range(24)]
    found = {}
    for sampling in (SAMPLED, replace(SAMPLED, temperature=0.5), replace(SAMPLED, temperature=2.0, top_p=0.9)):
        for completion in run(backend, requests, replace(sampling, max_tokens=1)).values():
            found.setdefault(completion.token_ids[0], []).append(completion.logprobs[0])
    assert max(map(len, found.values())) > 3
    for values in found.values():
        assert max(values) - min(values) < 1e-3
    assert sum(math.exp(values[0]) for values in found.values()) < 1 + 1e-3


def test_logprobs_of_another_meaning_are_an_error_not_a_silent_mix():
    with pytest.raises(InputError, match="raw"):
        VllmOptions(engine={"logprobs_mode": "processed_logprobs"})
    pytest.importorskip("httpx")
    server = ChatServer(logprobs="processed")
    backend = OpenAIBackend("tiny", OpenAIOptions(base_url=server.url))
    try:
        with pytest.raises(InputError, match="raw"):
            list(backend.complete([Request("k", (Message("user", "?"),), 0)], SAMPLED))
    finally:
        backend.close()
        server.close()


@every
def test_what_cannot_be_honoured_is_refused(backend, problems):
    requests = requests_for(problems)
    with pytest.raises(InputError, match="key"):
        list(backend.complete([requests[0], requests[0]], GREEDY))
    with pytest.raises(InputError, match="max_tokens"):
        list(backend.complete(requests, Sampling(max_tokens=0)))
    offers = backend.capabilities
    lacking = {"thinking_budget": 5} if not offers.thinking_budget else {}
    lacking |= {"repetition": RepetitionStop()} if not offers.repetition else {}
    for name, value in lacking.items():
        with pytest.raises(InputError, match=name.replace("_", " ")):
            list(backend.complete(requests, replace(GREEDY, **{name: value})))
    if not offers.grammar:
        with pytest.raises(InputError, match="grammar"):
            list(backend.complete([replace(requests[0], grammar='root ::= "yes"')], GREEDY))


@every
def test_nothing_asked_nothing_said(backend):
    assert run(backend, []) == {}


@every
def test_a_run_that_is_broken_off_leaves_the_backend_usable(backend, problems):
    requests = requests_for(problems, 2)
    expected = said(run(backend, requests))
    completions = backend.complete(requests, GREEDY)
    next(completions)
    completions.close()
    assert said(run(backend, requests)) == expected


@every
def test_closing_twice_is_harmless(kind, problems, engines, tmp_path):
    if kind == "vllm":
        pytest.skip("one engine a process")
    script = tmp_path / "script.jsonl"
    script.write_text(json.dumps({"id": "a", "completion": "b"}))
    options = {"openai": {"base_url": engines.server.url}, "transformers": {"device": "cpu"}}.get(kind, {})
    model = {
        "openai": "openai:tiny",
        "transformers": make_model(tmp_path / "model") if kind == "transformers" else "",
        "scripted": f"scripted:{script}",
    }.get(kind, kind)
    backend = make_backend(kind if kind == "transformers" else "auto", model, problems, options)
    backend.close()
    backend.close()
