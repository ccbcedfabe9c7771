"""A backend spread over a Ray cluster: one engine a worker, each a backend of its own; requests are shared out here.

Requests leave in batches that shrink towards the end, so that engines stay full and end together, and completions come
back as they finish. A worker that dies is replaced, and what it had not yet delivered is asked again: a completion
depends on its request alone, so nothing is lost, nothing is stored twice, and the run's bytes are a single engine's.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from logicbench.cluster import Outcome, join, refusal, unwrap
from logicbench.errors import BackendError, InputError, LogicbenchError
from logicbench.models.factory import REFERENCES, choose_backend, make_backend
from logicbench.models.protocol import Capabilities, Completion, Request, Sampling, check_call
from logicbench.problem import Problem

SMALLEST_BATCH = 16
"""Fewest requests sent to a worker at a time, while there are that many."""

LARGEST_BATCH = 4096

DEATHS = 3
"""Deaths of workers without a completion in between at which the backend gives up."""

_DELIVERY_S = 0.2
"""Seconds after which a worker delivers what has finished."""


@dataclass(frozen=True, slots=True)
class RayOptions:
    """Where the workers run."""

    address: str | None = None
    """``auto`` or HOST:PORT of a running cluster; None starts one on this machine."""
    workers: int | None = None
    """Engines; None is one for each GPU of the cluster (or group of GPUs, with tensor parallelism), or one a node."""

    def __post_init__(self) -> None:
        if self.workers is not None and self.workers < 1:
            raise InputError(f"--workers must be at least 1, not {self.workers}")


class Engine:
    """What runs in a worker: a backend, made when it is asked to start."""

    def __init__(self, kind: str, model: str, problems: Sequence[Problem], options: Mapping[str, Any]) -> None:
        self._made_of = (kind, model, problems, options)
        self._backend: Any = None

    def start(self) -> Outcome:
        """Make the backend and return its account of itself."""
        try:
            self._backend = make_backend(*self._made_of)
        except LogicbenchError as error:
            return refusal(error)
        account = {
            "name": self._backend.name,
            "capabilities": self._backend.capabilities,
            "describe": dict(self._backend.describe()),
        }
        return "", account

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Outcome]:
        """Yield completions, a handful at a time."""
        finished: list[Completion] = []
        due = time.monotonic() + _DELIVERY_S
        try:
            for completion in self._backend.complete(requests, sampling):
                finished.append(completion)
                if time.monotonic() >= due:
                    yield "", finished
                    finished, due = [], time.monotonic() + _DELIVERY_S
        except LogicbenchError as error:
            yield "", finished
            yield refusal(error)
            return
        yield "", finished

    def statistics(self) -> dict[str, Any]:
        """Return the backend's figures."""
        return dict(self._backend.statistics())

    def close(self) -> None:
        """Free the device."""
        if self._backend is not None:
            self._backend.close()


@dataclass(slots=True, eq=False)
class _Worker:
    """A worker as seen from here."""

    actor: Any
    asked: dict[str, Request] = field(default_factory=dict)
    """Requests sent and not yet completed."""


class RayBackend:
    """Completes requests with one engine a worker.

    Args:
        kind: Kind of the engines, as for `make_backend`.
        model: Model, as for `make_backend`; every node must reach it under this name.
        problems: What the reference backends answer from.
        options: The engines' options.
        cluster: Where they run.
        progress: Told in a few words what is being done.

    Raises:
        MissingExtraError: If Ray is not installed.
        InputError, BackendError: If there is no cluster, or as `make_backend` in the workers.
    """

    def __init__(
        self,
        kind: str,
        model: str,
        problems: Sequence[Problem] = (),
        options: Mapping[str, Any] | None = None,
        cluster: RayOptions | None = None,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        where = cluster or RayOptions()
        self._ray, self._ours = join(where.address)
        chosen = choose_backend(kind, model)[0]
        settings = dict(options or {})
        self._gpus = 0 if chosen in (*REFERENCES, "openai") else self._gpus_of(settings)
        self._made_of = (kind, model, list(problems) if chosen in REFERENCES else (), settings)
        self._class = self._ray.remote(Engine)
        self._idle: list[_Worker] = []
        self._starting: dict[Any, _Worker] = {}
        self._working: dict[Any, _Worker] = {}
        self._figures = {"lost_workers": 0, "repeated_requests": 0}
        self._deaths = 0
        self._wanted = where.workers or self._one_each()
        progress(f"starting {self._wanted} workers on Ray, {self._gpus or 'no'} GPU each")
        try:
            for _ in range(self._wanted):
                self._hire()
            self._account = self._first_account()
        except BaseException:
            self.close()
            raise

    def _gpus_of(self, options: Mapping[str, Any]) -> int:
        """Return the GPUs of one engine: none where the cluster has none."""
        if not self._ray.cluster_resources().get("GPU"):
            return 0
        return int(options.get("tensor_parallel_size", 1)) * int(options.get("pipeline_parallel_size", 1))

    def _one_each(self) -> int:
        resources = self._ray.cluster_resources()
        if self._gpus:
            return max(1, int(resources["GPU"]) // self._gpus)
        return sum(bool(node["Alive"]) for node in self._ray.nodes())

    def _hire(self) -> None:
        actor = self._class.options(num_cpus=1, num_gpus=self._gpus).remote(*self._made_of)
        self._starting[actor.start.remote()] = _Worker(actor)

    def _first_account(self) -> dict[str, Any]:
        """Wait for the first engine; the others join when they are ready."""
        while True:
            started, _ = self._ray.wait(list(self._starting), num_returns=1)
            account = self._started(started[0])
            if account is not None:
                return account

    def _started(self, reference: Any) -> dict[str, Any] | None:
        """Take a worker that has started among the idle ones, or replace it if it died."""
        worker = self._starting.pop(reference)
        try:
            account: dict[str, Any] = unwrap(self._ray.get(reference))
        except self._ray.exceptions.RayActorError as error:
            self._bury(worker, error)
            return None
        self._idle.append(worker)
        return account

    def _bury(self, worker: _Worker, error: Exception) -> None:
        """Replace a dead worker."""
        self._figures["lost_workers"] += 1
        self._figures["repeated_requests"] += len(worker.asked)
        self._deaths += 1
        if self._deaths >= DEATHS:
            reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
            raise BackendError(f"{self._deaths} Ray workers died one after another: {reason}") from error
        self._hire()

    @property
    def name(self) -> str:
        """Name of the engines' kind: a run may go on without Ray, or with it, where it was."""
        return str(self._account["name"])

    @property
    def capabilities(self) -> Capabilities:
        """What the engines can do."""
        found: Capabilities = self._account["capabilities"]
        return found

    def describe(self) -> Mapping[str, Any]:
        """Return the first engine's account of itself."""
        return dict(self._account["describe"])

    def statistics(self) -> Mapping[str, Any]:
        """Return what was lost and repeated, and the figures of each engine."""
        engines = []
        for worker in self._idle:
            try:
                engines.append(self._ray.get(worker.actor.statistics.remote(), timeout=10))
            except self._ray.exceptions.RayError:
                continue
        return {"executor": "ray", "workers": self._wanted, **self._figures, "engines": engines}

    def close(self) -> None:
        """Free the devices and leave the cluster."""
        for worker in self._idle:
            try:
                self._ray.get(worker.actor.close.remote(), timeout=20)
            except self._ray.exceptions.RayError:
                continue
        for worker in (*self._idle, *self._starting.values(), *self._working.values()):
            self._ray.kill(worker.actor)
        self._idle, self._starting, self._working = [], {}, {}
        if self._ours:
            self._ray.shutdown()
            self._ours = False

    def complete(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Completion]:
        """Yield a completion for every request as it finishes.

        Raises:
            InputError: If the requests or the sampling cannot be honoured.
            BackendError: If an engine fails, or workers keep dying.
        """
        check_call(self.name, self.capabilities, requests, sampling)
        owed = _Owed(requests)
        while owed or self._working:
            for worker in list(self._idle):
                batch = owed.take(self._share(len(owed)))
                if not batch:
                    break
                self._idle.remove(worker)
                worker.asked = {request.key: request for request in batch}
                stream = worker.actor.complete.options(num_returns="streaming").remote(batch, sampling)
                self._working[stream] = worker
            ready, _ = self._ray.wait([*self._starting, *self._working], num_returns=1, fetch_local=False)
            if ready[0] in self._starting:
                self._started(ready[0])
            else:
                yield from self._delivered(ready[0], owed)

    def _share(self, owed: int) -> int:
        """Return the size of the next batch: half of an even share, so that the last ones are small."""
        return min(LARGEST_BATCH, max(SMALLEST_BATCH, owed // (2 * self._wanted)))

    def _delivered(self, stream: Any, owed: _Owed) -> Iterator[Completion]:
        worker = self._working[stream]
        try:
            finished: list[Completion] = unwrap(self._ray.get(next(stream)))
        except StopIteration:
            del self._working[stream]
            self._idle.append(worker)
            owed.give_back(worker.asked.values())
            return
        except self._ray.exceptions.RayActorError as error:
            del self._working[stream]
            owed.give_back(worker.asked.values())
            self._bury(worker, error)
            return
        except self._ray.exceptions.RayTaskError as error:
            raise BackendError(f"a Ray worker broke down: {str(error).splitlines()[-1]}") from error
        for completion in finished:
            if worker.asked.pop(completion.key, None) is not None:
                self._deaths = 0
                yield completion


class _Owed:
    """The requests that no worker has: those not yet sent, and those that came back from the dead."""

    def __init__(self, requests: Sequence[Request]) -> None:
        self._requests, self._next = requests, 0
        self._returned: deque[Request] = deque()

    def __len__(self) -> int:
        return len(self._requests) - self._next + len(self._returned)

    def take(self, count: int) -> list[Request]:
        batch = [self._returned.popleft() for _ in range(min(count, len(self._returned)))]
        end = min(len(self._requests), self._next + count - len(batch))
        batch += [self._requests[place] for place in range(self._next, end)]
        self._next = end
        return batch

    def give_back(self, requests: Any) -> None:
        self._returned.extend(requests)
