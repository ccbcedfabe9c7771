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

from logicbench.errors import InputError

FinishReason = Literal["stop", "length", "repetition", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class RepetitionStop:
    """When a completion counts as stuck: it ends in one pattern of tokens, over and over."""

    min_pattern: int = 1
    """Fewest tokens of a pattern."""
    max_pattern: int = 64
    """Most tokens of a pattern."""
    min_count: int = 16
    """Repetitions at which the completion is ended; at least 2."""

    def __post_init__(self) -> None:
        if not 1 <= self.min_pattern <= self.max_pattern:
            raise InputError(
                f"repetition patterns must have 1 <= min <= max, not {self.min_pattern}..{self.max_pattern}"
            )
        if self.min_count < 2:
            raise InputError(f"a repetition needs a count of at least 2, not {self.min_count}")


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
    repetition: RepetitionStop | None = None
    """When to end a completion that is stuck, where the backend has the capability."""
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
    sample: int = 0
    """Which completion of its problem this is: 0, 1, ..."""
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
    """All that was generated, the end token included where there is one; empty where the backend shows no ids."""
    logprobs: tuple[float, ...] | None = None
    """Natural logarithms, one for each generated token, ids or not; None where the backend has none."""
    latency_s: float = 0.0
    """Seconds from submission to the last token; shared by the requests of one batch where the backend batches."""
    error: str = ""
    """Why there is no completion, if the finish reason is ``error``."""
    prompt_opens_thinking: bool = False
    """Whether the prompt ended inside a thinking block, so that the text starts inside it."""
    thinking_tokens: int | None = None
    """How many of the generated tokens are thinking, tags included; None where the backend does not know."""
    reported_tokens: int | None = None
    """Number of generated tokens as the backend reports it where it shows no ids."""

    @property
    def generated_tokens(self) -> int:
        """Number of tokens generated."""
        return len(self.token_ids) or self.reported_tokens or 0


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do."""

    logprobs: Literal["raw", "none"] = "none"
    grammar: bool = False
    thinking_budget: bool = False
    repetition: bool = False
    """Whether a completion that is stuck can be ended."""
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

    def statistics(self) -> Mapping[str, Any]:
        """Return figures of the work done so far, for example retries, cost or the acceptance of drafted tokens."""

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a completion for every request, in the order in which they finish.

        Raises:
            BackendError: If the backend as a whole failed; one failed request is a completion with an ``error``.
        """

    def close(self) -> None:
        """Free the device."""


def check_call(name: str, capabilities: Capabilities, requests: Sequence[Request], sampling: Sampling) -> None:
    """Refuse a call that the backend cannot carry out as asked.

    Raises:
        InputError: If a setting is out of range, needs a capability that the backend lacks, or two keys are equal.
    """
    if sampling.max_tokens < 1:
        raise InputError(f"max_tokens must be at least 1, not {sampling.max_tokens}")
    if sampling.temperature < 0:
        raise InputError(f"temperature must be at least 0, not {sampling.temperature}")
    if not 0 < sampling.top_p <= 1:
        raise InputError(f"top_p must be in (0, 1], not {sampling.top_p}")
    if not 0 <= sampling.min_p <= 1:
        raise InputError(f"min_p must be in [0, 1], not {sampling.min_p}")
    if sampling.top_k < 0:
        raise InputError(f"top_k must be 0 (all) or more, not {sampling.top_k}")
    if sampling.repetition_penalty <= 0:
        raise InputError(f"repetition_penalty must be above 0, not {sampling.repetition_penalty}")
    if "" in sampling.stop:
        raise InputError("a stop string must not be empty")
    wanted = {
        "thinking_budget": sampling.thinking_budget is not None,
        "repetition": sampling.repetition is not None,
        "grammar": any(request.grammar is not None for request in requests),
    }
    for capability, needed in wanted.items():
        if needed and not getattr(capabilities, capability):
            raise InputError(f"the {name} backend has no {capability.replace('_', ' ')}; leave the option out")
    seen: set[str] = set()
    for request in requests:
        if request.key in seen:
            raise InputError(f"two requests have the key {request.key!r}; keys must differ within one call")
        seen.add(request.key)
        if not request.messages:
            raise InputError(f"request {request.key!r} has no messages")
