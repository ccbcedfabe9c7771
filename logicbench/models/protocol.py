"""The backend protocol: requests in, completions out.

A backend takes many requests at once, keeps its device busy, and yields each completion as it finishes, in any
order. Log-probabilities are those of the sampled tokens under the raw distribution of the model (softmax of the
unprocessed logits, before temperature, penalties and truncation), so that they mean the same in every backend; a
backend that cannot give them says so in its capabilities and leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

FinishReason = Literal["stop", "length", "repetition", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How to sample; the same for all requests of one call."""

    max_tokens: int = 1024
    temperature: float = 0.0
    """0 is greedy decoding."""
    top_p: float = 1.0
    top_k: int = 0
    """0 keeps all tokens."""
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    logprobs: bool = True
    """Whether to return the log-probabilities of the sampled tokens where the backend can."""
    thinking_budget: int | None = None
    """Most tokens of thinking, where the backend has the capability."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Options passed through to the engine as they are."""


@dataclass(frozen=True, slots=True)
class Request:
    """One completion wanted."""

    key: str
    """Names the completion; unique in one call."""
    messages: tuple[Message, ...]
    seed: int
    """Of this request alone, in [0, 2**63); requests with different keys get independent seeds."""
    problem_id: str = ""
    """For the reference backends, which look the problem up."""
    grammar: str | None = None
    """EBNF that the completion must follow, where the backend has the capability."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model said to one request."""

    key: str
    text: str
    finish_reason: FinishReason
    prompt_tokens: int = 0
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] | None = None
    """Natural logarithms, one for each of `token_ids`; None where the backend has none."""
    latency_s: float = 0.0
    """Seconds from submission to the last token; shared by the requests of one batch where the backend batches."""
    error: str = ""
    """Why there is no completion, if the finish reason is ``error``."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do."""

    logprobs: Literal["raw", "none"] = "none"
    grammar: bool = False
    thinking_budget: bool = False
    seeds: bool = True
    """Whether a request's seed alone fixes its sample."""


@runtime_checkable
class Backend(Protocol):
    """A model that completes requests."""

    @property
    def name(self) -> str:
        """Short name of the kind of backend, for example ``transformers``."""

    @property
    def capabilities(self) -> Capabilities:
        """What this backend can do."""

    def describe(self) -> Mapping[str, Any]:
        """Return what a reader needs to repeat the run: model, revision, hashes, versions, options, hardware."""

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a completion for every request, in the order in which they finish.

        Raises:
            BackendError: If the backend as a whole failed; one failed request is a completion with an ``error``.
        """

    def close(self) -> None:
        """Free the device."""
