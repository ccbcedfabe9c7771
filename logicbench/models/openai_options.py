"""Settings of the openai backend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from logicbench.errors import InputError
from logicbench.models.retrying import RetryPolicy

KEY_VARIABLE = "OPENAI_API_KEY"
"""There is no option for the key, so that it gets into no command line and no run folder."""

_OWN = frozenset({"model", "messages", "stream", "n", "seed", "logprobs", "top_logprobs", "max_tokens", "temperature"})


@dataclass(frozen=True, slots=True)
class OpenAIOptions:
    """Settings of the openai backend; times in seconds, prices in dollars for a million tokens."""

    base_url: str = "https://api.openai.com/v1"
    """Address of the service; most end in ``/v1``."""
    batch_size: int | Literal["auto"] = "auto"
    """Most requests at a time; ``auto`` is 32."""
    timeout: float = 600.0
    """Longest silence; a completion that takes longer is tried again."""
    retries: int = 6
    """Tries after the first on 429, 5xx, timeouts, broken connections and unreadable replies."""
    first_wait: float = 1.0
    """Wait before the first retry, doubled for each further one and spread by jitter."""
    max_wait: float = 60.0
    """Longest wait between two tries unless the service asks for a longer one."""
    logprobs: Literal["auto", "raw", "none"] = "auto"
    """``auto`` measures what log-probabilities mean; ``raw`` takes the user's word for it; ``none`` leaves them out."""
    opens_thinking: bool = False
    """Whether the served chat template ends the prompt inside a thinking block that the service does not split off."""
    token_limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the service calls the bound on tokens."""
    omit: Sequence[str] = ()
    """Fields of the request to leave out, for a service that refuses them, for example ``["temperature"]``."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the request, for example ``{"reasoning_effort": "low"}``."""
    chat_template_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Passed to the chat template by services that can (vLLM, SGLang, llama.cpp)."""
    prompt_price: float | None = None
    completion_price: float | None = None
    cached_price: float | None = None
    """Of prompt tokens that the service had cached; None is the prompt price."""

    def __post_init__(self) -> None:
        if self.batch_size != "auto" and self.batch_size < 1:
            raise InputError(f"batch size must be 'auto' or at least 1, not {self.batch_size}")
        if self.logprobs not in ("auto", "raw", "none"):
            raise InputError(f"logprobs must be auto, raw or none, not {self.logprobs!r}")
        if self.token_limit_field not in ("max_tokens", "max_completion_tokens"):
            raise InputError(
                f"token_limit_field must be max_tokens or max_completion_tokens, not {self.token_limit_field!r}"
            )
        if isinstance(self.omit, str):
            raise InputError(f'omit must be a list of field names such as ["temperature"], not {self.omit!r}')
        if (self.prompt_price is None) != (self.completion_price is None):
            raise InputError("prices come in pairs: give prompt_price and completion_price, or neither")
        if any(price is not None and price < 0 for price in self._prices):
            raise InputError("a price must not be negative")
        check_fields(self.body)
        _check_url(self.base_url)

    @property
    def _prices(self) -> tuple[float | None, ...]:
        return self.prompt_price, self.completion_price, self.cached_price

    @property
    def policy(self) -> RetryPolicy:
        """When to try again."""
        return RetryPolicy(self.retries, self.first_wait, self.max_wait, timeout=self.timeout)

    def cost(self, prompt: int, cached: int, completion: int) -> float | None:
        """Return what tokens cost, in dollars; None without prices."""
        if self.prompt_price is None or self.completion_price is None:
            return None
        cached_price = self.prompt_price if self.cached_price is None else self.cached_price
        fresh = prompt - cached
        return (fresh * self.prompt_price + cached * cached_price + completion * self.completion_price) / 1e6


def check_fields(fields: Mapping[str, Any]) -> None:
    """Refuse further fields of the request that the backend sets itself.

    Raises:
        InputError: If there is one.
    """
    for name in fields:
        if name in _OWN:
            raise InputError(f"the request's field {name!r} is set by an option of its own, not by way of body")


def _check_url(url: str) -> None:
    """Refuse an address that cannot be one, or that has a secret in it.

    Raises:
        InputError: Without the address where it may hold a password.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise InputError("--base-url is not an address; give one such as http://127.0.0.1:8000/v1") from None
    if parts.username is not None or parts.password is not None or parts.query:
        raise InputError(
            f"--base-url must not hold a user, a password or a query: it would be written into the run; "
            f"put the key into {KEY_VARIABLE}"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"--base-url must be an address such as http://127.0.0.1:8000/v1, not {url!r}")
