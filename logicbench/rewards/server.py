"""The reward over HTTP: one app for batches of rows, and for trainers that call a remote reward model.

The service holds nothing of a request but counts. Scoring runs in a `RewardPool`, so health and metrics answer while it
works. Limits are on bytes, rows and requests in flight; solver work has its budgets in conflicts as everywhere.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect

import logicbench
from logicbench.errors import InputError, LogicbenchError
from logicbench.rewards.pool import Judged, RewardPool
from logicbench.rewards.shapes import SHAPES


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """Limits of the service."""

    workers: int | None = None
    """Scoring processes; None for one fewer than there are cores, 0 to score in threads of the server."""
    shape: str = "binary"
    """What a verdict is worth where a request does not say."""
    thinking_opened: bool = False
    """Whether prompts end inside a thinking block."""
    token: str | None = None
    """What clients must present as a bearer token; None lets everyone in."""
    max_body_bytes: int = 64 << 20
    max_rows: int = 4096
    """Rows in one request."""
    max_in_flight: int = 4096
    """Requests being scored or waiting for it; further ones are told to come again (503)."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Item(_Strict):
    """A completion and its problem."""

    completion: str = Field(description="What the model wrote.")
    problem: dict[str, Any] | str = Field(description="The problem: its JSON object, or its JSON line.")
    tokens: int | None = Field(None, ge=0, description="Length in tokens, for shapes with length limits.")


class RewardRequest(_Strict):
    """A batch."""

    items: list[Item]
    shape: str | None = Field(None, description=f"What a verdict is worth: {', '.join(SHAPES)}.")


class RewardResult(BaseModel):
    """What an item earned, and why."""

    reward: float
    status: str
    message: str = Field(description="What is wrong with the answer; empty for a correct one.")


class RewardResponse(BaseModel):
    """Results in the order of the items."""

    results: list[RewardResult]


class RemoteModelRequest(BaseModel):
    """The request of OpenRLHF's remote reward model, which Open-Instruct-style servers share."""

    query: list[str] = Field(description="Prompt and completion in one text.")
    prompts: list[str] = Field(description="The prompts, with which the queries begin.")
    labels: list[str] = Field(description="The problems' JSON lines: the data set's label column.")


class RemoteModelResponse(BaseModel):
    """Rewards in the order of the queries; `scores` are 1 for a correct answer and 0 for any other."""

    rewards: list[float]
    scores: list[float]
    extra_logs: dict[str, list[float]]


class Health(BaseModel):
    """The service is up."""

    status: str
    version: str


class _Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("family", "task", "status")
        self.verdicts = Counter("logicbench_verdicts", "Completions judged.", labels, registry=self.registry)
        self.requests = Counter("logicbench_requests", "Requests answered.", ("path", "code"), registry=self.registry)
        self.seconds = Histogram("logicbench_request_seconds", "Time to an answer.", ("path",), registry=self.registry)
        self.in_flight = Gauge("logicbench_requests_in_flight", "Requests being scored.", registry=self.registry)


class _Service:
    """What the routes share."""

    def __init__(self, settings: ServeSettings) -> None:
        self.settings = settings
        self.metrics = _Metrics()
        self.pool: RewardPool | None = None
        self.in_flight = 0

    async def judge(
        self, completions: list[str], problems: list[Any], tokens: list[int | None], shape: str | None
    ) -> list[Judged]:
        """Score a batch in the pool.

        Raises:
            HTTPException: 400 for a wrong row or shape, 413 for too many rows, 503 when there is too much to do.
        """
        if len(completions) > self.settings.max_rows:
            raise HTTPException(
                413, f"{len(completions)} rows; this server takes {self.settings.max_rows} in a request"
            )
        if self.in_flight >= self.settings.max_in_flight:
            raise HTTPException(503, "too many requests in flight", headers={"Retry-After": "1"})
        assert self.pool is not None
        self.in_flight += 1
        self.metrics.in_flight.set(self.in_flight)
        try:
            judged = await asyncio.to_thread(self.pool.judge, completions, problems, tokens, shape)
        except InputError as error:
            raise HTTPException(400, str(error)) from None
        except LogicbenchError as error:
            raise HTTPException(500, str(error)) from None
        finally:
            self.in_flight -= 1
            self.metrics.in_flight.set(self.in_flight)
        for each in judged:
            self.metrics.verdicts.labels(each.family, each.task, each.status).inc()
        return judged


class _BodyLimit:
    """Refuses bodies above a size, whether announced or found out while reading."""

    def __init__(self, app: Any, limit: int) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse({"detail": f"the body may have {self._limit} bytes"}, 413)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced[:20]) > self._limit:
            await refusal(scope, receive, send)
            return
        seen = 0

        async def limited() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return message if seen <= self._limit else {"type": "http.disconnect"}

        async def unless_refused(message: Any) -> None:
            if seen <= self._limit:
                await send(message)

        try:
            await self._app(scope, limited, unless_refused)
        except ClientDisconnect:  # what the app makes of the message above
            if seen <= self._limit:
                raise
        if seen > self._limit:
            await refusal(scope, receive, send)


def create_app(settings: ServeSettings | None = None) -> FastAPI:
    """Return the ASGI app.

    Raises:
        UnknownNameError: If the settings name no shape.
    """
    settings = settings or ServeSettings()
    service = _Service(settings)
    service_pool = RewardPool(settings.workers, shape=settings.shape, thinking_opened=settings.thinking_opened)
    service.pool = service_pool

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(service_pool.close)

    app = FastAPI(
        title="logicbench rewards",
        version=logicbench.__version__,
        description="Verified rewards for logical-reasoning problems.",
        lifespan=lifespan,
    )
    _count_requests(app, service.metrics)
    app.add_middleware(_BodyLimit, limit=settings.max_body_bytes)
    _add_routes(app, service, [Depends(_gate(settings.token))] if settings.token is not None else [])
    return app


def _gate(token: str) -> Callable[..., None]:
    """Return a dependency that lets in who presents the token, compared in constant time."""

    def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]) -> None:
        presented = given.credentials if given is not None else ""
        if not hmac.compare_digest(presented.encode(), token.encode()):
            raise HTTPException(401, "give the bearer token", headers={"WWW-Authenticate": "Bearer"})

    return check


def _count_requests(app: FastAPI, metrics: _Metrics) -> None:
    @app.middleware("http")
    async def count(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
        begun = time.perf_counter()
        response = await handle(request)
        route = request.scope.get("route")
        path = getattr(route, "path", "other")  # never the client's text: it would grow the table without bound
        metrics.requests.labels(path, response.status_code).inc()
        metrics.seconds.labels(path).observe(time.perf_counter() - begun)
        return response


class Refusal(BaseModel):
    """Why a request was not carried out."""

    detail: str


_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": Refusal, "description": "A row is not a problem, or there is no such shape; the place is named."},
    401: {"model": Refusal, "description": "No or a wrong bearer token."},
    413: {"model": Refusal, "description": "Too many bytes or rows."},
    503: {"model": Refusal, "description": "Too many requests in flight."},
}


def _add_routes(app: FastAPI, service: _Service, guards: list[Any]) -> None:
    @app.get("/health", tags=["service"])
    async def health() -> Health:
        """Say that the service is up."""
        return Health(status="ok", version=logicbench.__version__)

    @app.get(
        "/metrics",
        tags=["service"],
        dependencies=guards,
        response_class=PlainTextResponse,
        responses={401: _REFUSALS[401]},
    )
    async def metrics() -> Response:
        """Return counts and times in Prometheus' text form."""
        return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.post("/v1/rewards", tags=["rewards"], dependencies=guards, responses=_REFUSALS)
    async def rewards(request: RewardRequest) -> RewardResponse:
        """Judge a batch of completions."""
        items = request.items
        judged = await service.judge(
            [item.completion for item in items],
            [item.problem for item in items],
            [item.tokens for item in items],
            request.shape,
        )
        return RewardResponse(
            results=[RewardResult(reward=each.reward, status=each.status, message=each.message) for each in judged]
        )

    @app.post("/get_reward", tags=["rewards"], dependencies=guards, responses=_REFUSALS)
    async def get_reward(request: RemoteModelRequest) -> RemoteModelResponse:
        """Answer as OpenRLHF's remote reward model (``--remote_rm_url http://HOST:PORT/get_reward``)."""
        if not len(request.query) == len(request.prompts) == len(request.labels):
            raise HTTPException(400, "query, prompts and labels must be equally long")
        completions = [q.removeprefix(p) for q, p in zip(request.query, request.prompts, strict=True)]
        judged = await service.judge(completions, list(request.labels), [None] * len(completions), None)
        right = [float(each.status == "correct") for each in judged]
        unparsable = [float(each.status == "unparsable") for each in judged]
        return RemoteModelResponse(
            rewards=[each.reward for each in judged],
            scores=right,
            extra_logs={"correct": right, "unparsable": unparsable},
        )
