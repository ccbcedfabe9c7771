"""An HTTP client for JSON services that are busy, slow or broken now and then.

Overload, server errors, broken connections, timeouts and unreadable replies are tried again, after waits that double
and are spread by jitter (Brooker 2015, "Exponential Backoff and Jitter"), or after as long as the server asks for. The
jitter comes from a seeded stream, so two runs of one test wait alike. Whatever a server says, the key that it was given
is blotted out of it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

from logicbench.errors import BackendError, InputError, MissingExtraError
from logicbench.seeding import Stream

T = TypeVar("T")

RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses that another try may mend."""

_FATAL = frozenset({401, 402, 403, 404, 405})
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When to try again, and when to stop; times in seconds."""

    retries: int = 6
    """Tries after the first."""
    first_wait: float = 1.0
    """Before the first retry, before jitter; doubled for each further one."""
    max_wait: float = 60.0
    """Longest wait of the client's own choice."""
    max_retry_after: float = 600.0
    """Longest wait that a server may ask for; more counts as a failure."""
    timeout: float = 600.0
    """Longest silence of the server, which for a completion is the time that it takes."""

    def __post_init__(self) -> None:
        if self.retries < 0:
            raise InputError(f"retries must be 0 or more, not {self.retries}")
        for name in ("first_wait", "max_wait", "max_retry_after"):
            if getattr(self, name) < 0:
                raise InputError(f"{name} must be 0 seconds or more, not {getattr(self, name)}")
        if self.timeout <= 0:
            raise InputError(f"timeout must be more than 0 seconds, not {self.timeout}")

    def wait(self, attempt: int, uniform: float) -> float:
        """Return how long to wait after a failed attempt (0 for the first): between half and all of the backoff."""
        return min(self.max_wait, self.first_wait * 2.0 ** min(attempt, 60)) * (0.5 + 0.5 * uniform)


class MalformedReply(BackendError):
    """A reply that is not what the protocol says; tried again."""


class RequestRefused(BackendError):
    """The server will not carry out this one request, however often it is asked."""


class RetriesExhausted(BackendError):
    """All tries of one request failed."""


class ServiceRefused(BackendError):
    """The server will carry out no request: a wrong key, address or model, or no money left.

    `status` is the HTTP status.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class RetryingClient:
    """Talks JSON to one service, from one event loop.

    Args:
        base_url: Address that paths are added to.
        key: Sent as a bearer token; empty sends none. It appears in no message, log or representation.
        policy: When to try again.
        connections: Most requests at a time.

    Raises:
        MissingExtraError: If httpx is not installed.
    """

    def __init__(self, base_url: str, key: str, policy: RetryPolicy, connections: int) -> None:
        try:
            import httpx
        except ImportError as error:
            raise MissingExtraError("httpx", "openai") from error
        self.base_url, self.policy = base_url, policy
        self.failures: Counter[str] = Counter()
        """What made tries fail, by kind."""
        self.waited = 0.0
        """Seconds spent waiting between tries, summed over requests."""
        self._key = key
        self._http = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(policy.timeout, connect=min(30.0, policy.timeout), pool=None),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    async def post(
        self, path: str, body: Mapping[str, Any], read: Callable[[Any], T], jitter: Stream
    ) -> tuple[T, float]:
        """Post a body until a reply can be read; return what was read, and the seconds that the last try took.

        Args:
            path: Added to the base address.
            body: Sent as JSON.
            read: Makes the result of the reply's JSON; raises `MalformedReply` where it cannot.
            jitter: Spreads the waits.

        Raises:
            RequestRefused: If the server will not carry out this request.
            RetriesExhausted: If every try failed.
            ServiceRefused: If the server will carry out no request.
        """
        reason = ""
        for attempt in range(self.policy.retries + 1):
            began = time.perf_counter()
            outcome = await self._try(path, body, read)
            if not isinstance(outcome, _Failure):
                return outcome, time.perf_counter() - began
            self.failures[outcome.kind] += 1
            reason = outcome.reason
            asked = outcome.retry_after
            if asked is not None and asked > self.policy.max_retry_after:
                raise RetriesExhausted(f"{reason}, and asked to wait {asked:.0f} s")
            if attempt < self.policy.retries:
                # The jitter is added to a wait that the server asks for: all clients were given the same one.
                wait = self.policy.wait(attempt, jitter.random())
                wait = wait if asked is None else asked + min(wait, 1.0)
                self.waited += wait
                await asyncio.sleep(wait)
        raise RetriesExhausted(f"{reason} ({self.policy.retries + 1} tries)")

    async def get(self, path: str) -> Any:
        """Return the JSON at a path, or None where there is none to be had; tried once."""
        import httpx

        try:
            response = await self._http.get(self.base_url + path)
            return response.json() if response.status_code == 200 else None
        except (httpx.HTTPError, ValueError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _try(self, path: str, body: Mapping[str, Any], read: Callable[[Any], T]) -> T | _Failure:
        import httpx

        try:
            response = await self._http.post(self.base_url + path, json=body)
        except httpx.TimeoutException:
            return _Failure("timeout", f"{self.base_url} gave no answer within {self.policy.timeout:g} s")
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason = self._clean(str(error)) or type(error).__name__
            return _Failure("connection", f"the connection to {self.base_url} failed: {reason}")
        status = response.status_code
        if status == 200:
            try:
                return read(response.json())
            except (ValueError, RecursionError):
                return _Failure("garbage", f"{self.base_url} gave a reply that is not JSON")
            except MalformedReply as error:
                return _Failure("garbage", f"{self.base_url} gave a reply that cannot be read: {error}")
        return self._judge(response, status)

    def _judge(self, response: Any, status: int) -> _Failure:
        """Return a failure that another try may mend, or raise what cannot be mended."""
        said = self._clean(_message(response))
        if status == 401:
            raise ServiceRefused(
                status,
                f"{self.base_url} refused the key in OPENAI_API_KEY (401): give the right one"
                if self._key
                else f"{self.base_url} wants a key (401): put it into the environment variable OPENAI_API_KEY",
            )
        if status in _FATAL or "insufficient_quota" in said or 300 <= status < 400:
            raise ServiceRefused(status, f"{self.base_url} refuses all requests ({status}): {said}")
        if status in RETRIED:
            return _Failure(str(status), f"{self.base_url} answered {status}: {said}", _retry_after(response.headers))
        raise RequestRefused(f"{self.base_url} refused the request ({status}): {said}")

    def _clean(self, text: str) -> str:
        """Return a server's words on one line, shortened, without the key."""
        text = " ".join(text.split())
        if self._key:
            text = text.replace(self._key, "[key]")
        return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


@dataclass(frozen=True, slots=True)
class _Failure:
    kind: str
    reason: str
    retry_after: float | None = None


def _message(response: Any) -> str:
    """Return what a server says of an error, in any of the usual forms."""
    try:
        document = response.json()
    except (ValueError, RecursionError):
        return str(response.text).strip() or "no reason given"
    for name in ("error", "message", "detail"):
        found = document.get(name) if isinstance(document, dict) else None
        if isinstance(found, dict):
            # A code in words says what kind of trouble it is; a number repeats the status.
            parts = (found.get("code") if isinstance(found.get("code"), str) else None, found.get("message"))
            return " ".join(str(part) for part in parts if part) or str(found)
        if found:
            return str(found)
    return str(document)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a server asks to wait: a number, or until a date (RFC 9110, section 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if seconds == seconds else None
