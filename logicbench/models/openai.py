"""The openai backend: any service that speaks the chat-completions protocol over HTTP.

Requests run side by side on an event loop of their own, a bounded number at a time, and leave as they finish. The key
is read from the environment variable ``OPENAI_API_KEY``; there is no option for it, so that it gets into no command
line, no run folder and no message.

A service does not say what its log-probabilities mean. They are measured once, before the first request: the raw
distribution's do not move with the temperature. If they move, asking for them is an error.
"""

from __future__ import annotations

import os
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any, Literal

from logicbench.errors import BackendError, InputError
from logicbench.models.loop_thread import LoopThread
from logicbench.models.openai_options import KEY_VARIABLE, OpenAIOptions, check_fields
from logicbench.models.openai_reply import Reply, compare_tops, read_reply
from logicbench.models.protocol import Capabilities, Completion, Request, Sampling, check_call
from logicbench.models.retrying import (
    RequestRefused,
    RetriesExhausted,
    RetryingClient,
    ServiceRefused,
)
from logicbench.seeding import Stream

AT_ONCE = 32
"""Requests at a time where the option says ``auto``."""
LOST_IN_A_ROW = 16
"""Requests given up one after the other at which the service is taken to be gone."""

_PATH = "/chat/completions"
_PROBE_TOKENS = 16
_PROBE_TOPS = 5


class OpenAIBackend:
    """Completes requests by a service that speaks the chat-completions protocol.

    Args:
        model: Name of the model, as the service knows it.
        options: Address, bounds, retries, prices.

    Raises:
        InputError: If there is no model name.
        MissingExtraError: If httpx is not installed.
        BackendError: If the service cannot be reached, or refuses the key, the model or a plain request.
    """

    name = "openai"

    def __init__(self, model: str, options: OpenAIOptions | None = None) -> None:
        self.options = options or OpenAIOptions()
        if not model:
            raise InputError("the openai backend needs a model's name: --model openai:NAME")
        self.model = model
        self._at_once = AT_ONCE if self.options.batch_size == "auto" else self.options.batch_size
        base_url = self.options.base_url.rstrip("/")
        self._client = RetryingClient(base_url, _key(), self.options.policy, self._at_once)
        self._loop: LoopThread | None = LoopThread()
        self._figures: dict[str, float] = {
            "requests": 0, "failed_requests": 0, "prompt_tokens": 0, "cached_tokens": 0, "generated_tokens": 0,
            "thinking_tokens": 0, "seconds": 0.0,
        }  # fmt: skip
        self._asks_ids = self._asks_logprobs = False
        self._meaning: Literal["raw", "processed", "unknown", "none"] = "none"
        try:
            self._probe()
        except BaseException:
            self.close()
            raise

    @property
    def capabilities(self) -> Capabilities:
        """Log-probabilities where they are known to be raw; no promise that a seed fixes a sample."""
        return Capabilities(logprobs="raw" if self._meaning == "raw" else "none", seeds=False)

    def describe(self) -> Mapping[str, Any]:
        """Return address, model and settings; never the key."""
        options = self.options
        return {
            "kind": self.name,
            "model": self.model,
            "base_url": options.base_url,
            "logprobs": {"option": options.logprobs, "meaning": self._meaning},
            "token_ids": self._asks_ids,
            "batch_size": self._at_once,
            "timeout": options.timeout,
            "retries": options.retries,
            "opens_thinking": options.opens_thinking,
            "omit": list(options.omit),
            "body": dict(options.body),
            "chat_template_kwargs": dict(options.chat_template_kwargs),
        }

    def statistics(self) -> Mapping[str, Any]:
        """Return requests, retries by reason, tokens, seconds and, with prices, what they cost in dollars."""
        failures = self._client.failures
        figures: dict[str, Any] = {
            **self._figures,
            "failed_tries": dict(sorted(failures.items())),
            "seconds_waited": round(self._client.waited, 3),
        }
        counts = [int(self._figures[name]) for name in ("prompt_tokens", "cached_tokens", "generated_tokens")]
        cost = self.options.cost(*counts)
        return figures if cost is None else {**figures, "cost_usd": cost}

    def close(self) -> None:
        """Close the connections and stop the event loop."""
        if self._loop is not None:
            self._loop.submit(self._client.close()).result()
            self._loop.stop()
            self._loop = None

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a completion for every request as it finishes.

        Raises:
            InputError: If the requests or the sampling cannot be honoured.
            BackendError: If the service refuses all requests or is gone.
        """
        check_call(self.name, self.capabilities, requests, sampling)
        if self._loop is None:
            raise BackendError("the openai backend has been closed")
        check_fields(sampling.extra)
        if sampling.logprobs and self._meaning == "processed":
            raise InputError(
                f"the log-probabilities of {self.options.base_url} move with the temperature, so they are not those of "
                "the raw distribution; serve raw ones (vLLM: --logprobs-mode raw_logprobs) or leave them out "
                "(--no-logprobs)"
            )
        began = time.perf_counter()
        try:
            yield from self._run(self._loop, requests, sampling)
        finally:
            self._figures["seconds"] += time.perf_counter() - began

    def _run(self, loop: LoopThread, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        source = iter(requests)
        live: set[Future[tuple[Completion, bool]]] = set()
        finished: queue.SimpleQueue[Future[tuple[Completion, bool]]] = queue.SimpleQueue()

        def start(count: int) -> None:
            for request in islice(source, count):
                future = loop.submit(self._one(request, sampling))
                live.add(future)
                future.add_done_callback(finished.put)

        lost_in_a_row = 0
        try:
            start(self._at_once)
            while live:
                future = finished.get()
                live.discard(future)
                start(1)
                completion, lost = future.result()
                lost_in_a_row = lost_in_a_row + 1 if lost else 0
                yield completion
                if lost_in_a_row >= LOST_IN_A_ROW:
                    raise BackendError(f"{lost_in_a_row} requests in a row came to nothing: {completion.error}")
        finally:
            for future in live:
                future.cancel()

    async def _one(self, request: Request, sampling: Sampling) -> tuple[Completion, bool]:
        """Return a request's completion, and whether it was given up after all tries."""
        if request.messages[-1].role == "assistant":
            raise InputError("the openai backend cannot go on with an assistant's message: end with a user's")
        jitter = Stream("models.openai.jitter", request.seed, request.sample)
        self._figures["requests"] += 1
        try:
            reply, seconds = await self._client.post(_PATH, self._body(request, sampling), read_reply, jitter)
        except (RequestRefused, RetriesExhausted) as error:
            self._figures["failed_requests"] += 1
            lost = isinstance(error, RetriesExhausted)
            return Completion(request.key, "", "error", error=str(error)), lost
        self._count(reply)
        return self._completion(request, reply, seconds, sampling), False

    def _completion(self, request: Request, reply: Reply, seconds: float, sampling: Sampling) -> Completion:
        return Completion(
            request.key,
            reply.text,
            reply.finish,
            prompt_tokens=reply.prompt_tokens,
            token_ids=reply.token_ids,
            logprobs=reply.logprobs if sampling.logprobs and self._meaning == "raw" else None,
            latency_s=seconds,
            error=reply.error,
            prompt_opens_thinking=self.options.opens_thinking and not reply.split,
            thinking_tokens=reply.thinking_tokens,
            reported_tokens=reply.generated_tokens,
        )

    def _count(self, reply: Reply) -> None:
        self._figures["prompt_tokens"] += reply.prompt_tokens
        self._figures["cached_tokens"] += reply.cached_tokens
        self._figures["generated_tokens"] += reply.generated_tokens
        self._figures["thinking_tokens"] += reply.thinking_tokens or 0

    def _body(self, request: Request, sampling: Sampling) -> dict[str, Any]:
        """Return a request's JSON; settings that are at their neutral value are left out."""
        optional = {
            "top_p": sampling.top_p if sampling.top_p < 1 else None,
            "top_k": sampling.top_k or None,
            "min_p": sampling.min_p or None,
            "repetition_penalty": sampling.repetition_penalty if sampling.repetition_penalty != 1 else None,
            "stop": list(sampling.stop) or None,
            "logprobs": True if sampling.logprobs and self._meaning == "raw" else None,
            "return_token_ids": True if self._asks_ids else None,
            "chat_template_kwargs": dict(self.options.chat_template_kwargs) or None,
        }
        body = {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            self.options.token_limit_field: sampling.max_tokens,
            "temperature": sampling.temperature,
            "seed": request.seed,
            **{name: value for name, value in optional.items() if value is not None},
            **self.options.body,
            **sampling.extra,
        }
        return {name: value for name, value in body.items() if name not in self.options.omit}

    def _probe(self) -> None:
        """Ask for a few tokens, to see that address, key and model are right and what log-probabilities mean.

        Services refuse fields that they do not know, so what may be refused is asked for first and then left out.

        Raises:
            BackendError: If not even a plain request is answered.
        """
        wanted = self.options.logprobs != "none"
        reply = None
        for ids, logprobs in ((True, wanted), (False, wanted), (False, False)):
            try:
                reply = self._ask(1.0, ids, logprobs)
            except RequestRefused as error:
                refusal = error
                continue
            self._asks_ids = ids and bool(reply.token_ids)
            break
        if reply is None:
            raise BackendError(
                f"not even a plain request was answered: {refusal}; fields that the service does not take can be left "
                'out, for example with --backend-option omit=["temperature"]'
            )
        if not wanted or reply.logprobs is None:
            self._meaning = "none"
        elif self.options.logprobs == "raw":
            self._meaning = "raw"
        elif not reply.tops or "temperature" in self.options.omit:
            self._meaning = "unknown"
        else:
            sharpened = self._ask(0.5, False, True)
            self._meaning = compare_tops(reply.tops[0], sharpened.tops[0] if sharpened.tops else {})

    def _ask(self, temperature: float, ids: bool, logprobs: bool) -> Reply:
        assert self._loop is not None
        body: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "user", "content": "Name any word."}],
            self.options.token_limit_field: _PROBE_TOKENS,
            "temperature": temperature,
            **({"return_token_ids": True} if ids else {}),
            **({"logprobs": True, "top_logprobs": _PROBE_TOPS} if logprobs else {}),
            **self.options.body,
        }
        body = {name: value for name, value in body.items() if name not in self.options.omit}
        reading = self._client.post(_PATH, body, read_reply, Stream("models.openai.probe"))
        try:
            reply, _ = self._loop.submit(reading).result()
        except ServiceRefused as error:
            raise self._explained(error) from error
        self._count(reply)
        return reply

    def _explained(self, error: ServiceRefused) -> BackendError:
        """Return what a refused first request probably means: the wrong model or the wrong address."""
        if error.status != 404 or self._loop is None:
            return error
        listing = self._loop.submit(self._client.get("/models")).result()
        try:
            names = sorted(str(entry["id"]) for entry in listing["data"])
        except (TypeError, KeyError):
            url = self.options.base_url
            return BackendError(f"{error}; is the address right? most end in /v1, and this one is {url}")
        return BackendError(f"{self.options.base_url} has no model {self.model!r} (404); it has: {', '.join(names)}")


def _key() -> str:
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not all("!" <= letter <= "~" for letter in key):
        raise InputError(f"{KEY_VARIABLE} holds white space or letters that a key cannot have; set it again")
    return key
