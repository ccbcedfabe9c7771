"""Reading the reply of a chat-completions service: text, thinking, tokens, log-probabilities, usage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from logicbench.models.protocol import FinishReason
from logicbench.models.retrying import MalformedReply
from logicbench.models.thinking import KNOWN

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "repetition": "repetition",
}
_TAGS = KNOWN[0]
_CLIPPED = -1000.0
"""Services that cannot write minus infinity write a number below this."""
_LEAST_GAP = 0.1
"""Nats between likely tokens below which rounding would blur what log-probabilities mean."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a service said to one request."""

    text: str
    """Thinking included, in tags, where the service splits it off."""
    finish: FinishReason
    error: str
    split: bool
    """Whether the service splits thinking from the answer."""
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...] | None
    tops: tuple[Mapping[str, float], ...]
    """Log-probabilities of the likeliest tokens at each place, by token; empty where not asked for."""
    prompt_tokens: int
    cached_tokens: int
    generated_tokens: int
    thinking_tokens: int | None
    """As the service counts them; None where it does not say."""


def read_reply(document: Any) -> Reply:
    """Return what the JSON of a chat completion says.

    Raises:
        MalformedReply: If it is not a chat completion, or its parts contradict each other.
    """
    try:
        choice = document["choices"][0]
        message = choice["message"]
        content = _content(message)
        thinking = _text(message.get("reasoning_content") or message.get("reasoning"))
        reason = choice.get("finish_reason")
    except (TypeError, KeyError, IndexError, AttributeError):
        raise MalformedReply("it has no choices[0].message") from None
    finish = _FINISH.get(reason, "error") if isinstance(reason, str) else "error"
    ids = _ids(choice.get("token_ids"))
    logprobs, tops = _logprobs(choice.get("logprobs"))
    if ids and logprobs is not None and len(ids) != len(logprobs):
        raise MalformedReply(f"{len(logprobs)} log-probabilities for {len(ids)} tokens")
    usage = document.get("usage")
    generated = _count(usage, "completion_tokens") or len(ids) or len(logprobs or ())
    return Reply(
        text=_join(thinking, content, finish),
        finish=finish,
        error="" if finish != "error" else f"the service ended the completion with the reason {reason!r}",
        split=bool(thinking),
        token_ids=ids,
        logprobs=logprobs,
        tops=tops,
        prompt_tokens=_count(usage, "prompt_tokens"),
        cached_tokens=_count(usage, "prompt_tokens_details", "cached_tokens"),
        generated_tokens=generated,
        thinking_tokens=_count(usage, "completion_tokens_details", "reasoning_tokens") or None,
    )


def compare_tops(plain: Mapping[str, float], sharpened: Mapping[str, float]) -> Literal["raw", "processed", "unknown"]:
    """Return what log-probabilities mean, from those of one place at temperatures 1 and 1/2.

    Under the raw distribution they do not move; under the distribution that was sampled from, the gap between two
    tokens doubles.
    """
    shared = [token for token in plain if token in sharpened and min(plain[token], sharpened[token]) > _CLIPPED]
    if len(shared) < 2:
        return "unknown"
    first, last = max(shared, key=plain.__getitem__), min(shared, key=plain.__getitem__)
    gap = plain[first] - plain[last]
    if gap < _LEAST_GAP:
        return "unknown"
    ratio = (sharpened[first] - sharpened[last]) / gap
    if 0.75 <= ratio <= 1.25:
        return "raw"
    return "processed" if ratio > 1.5 else "unknown"


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(_text(part) for part in parts)
    return _text(content) or _text(message.get("refusal"))


def _text(value: Any) -> str:
    """Return a text in which every character can be written as UTF-8, which JSON does not ensure."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _join(thinking: str, content: str, finish: FinishReason) -> str:
    if not thinking:
        return content
    if not content and finish != "stop":
        return f"{_TAGS.opening}\n{thinking}"
    return f"{_TAGS.opening}\n{thinking}\n{_TAGS.closing}\n\n{content}"


def _ids(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list):
        return ()
    if not all(isinstance(token, int) and 0 <= token < 2**31 for token in value):
        raise MalformedReply("its token ids are not numbers")
    return tuple(value)


def _logprobs(value: Any) -> tuple[tuple[float, ...] | None, tuple[Mapping[str, float], ...]]:
    content = value.get("content") if isinstance(value, dict) else None
    if not isinstance(content, list) or not content:
        return None, ()
    try:
        found = tuple(float(entry["logprob"]) for entry in content)
        tops = tuple(_top(entry.get("top_logprobs") or ()) for entry in content)
    except (TypeError, KeyError, ValueError, AttributeError):
        raise MalformedReply("its log-probabilities are not numbers") from None
    if not all(math.isfinite(each) and each < 0.01 for each in found):
        raise MalformedReply("a log-probability is not a number of at most 0")
    return found, tops if any(tops) else ()


def _top(entries: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    return {str(entry["token"]): float(entry["logprob"]) for entry in entries}


def _count(usage: Any, *path: str) -> int:
    for name in path:
        usage = usage.get(name) if isinstance(usage, dict) else None
    return usage if isinstance(usage, int) and usage > 0 else 0
