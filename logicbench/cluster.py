"""Work on a Ray cluster: joining one, and calls that survive the death of the process that carries them out.

Only Ray Core is used. What a worker refuses on purpose comes back as data and is raised here under its own name: Ray
wraps what is raised in a worker, and not every exception can be rebuilt from a pickle.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from logicbench.errors import BackendError, GenerationError, InputError, LogicbenchError, MissingExtraError

T = TypeVar("T")
R = TypeVar("R")

RETRIES = 5
"""Times that a call is repeated because its process died."""

_RAISED = (InputError, GenerationError, BackendError, LogicbenchError)

Outcome = tuple[str, Any]
"""``("", result)``, or the class and the message of what a worker refused."""


@contextmanager
def cluster(address: str | None = None) -> Iterator[Any]:
    """Join a cluster and yield the ``ray`` module; leave it at the end.

    Args:
        address: ``auto`` or HOST:PORT of a running cluster; None starts one on this machine, for as long as needed.

    Raises:
        MissingExtraError: If Ray is not installed.
        InputError: If there is no cluster at the address.
    """
    ray, ours = join(address)
    try:
        yield ray
    finally:
        if ours:
            ray.shutdown()


def join(address: str | None = None) -> tuple[Any, bool]:
    """Join a cluster as `cluster` does; return the ``ray`` module and whether leaving is the caller's business."""
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("ray", "ray") from error
    if ray.is_initialized():
        return ray, False
    try:
        ray.init(address=address or "local", include_dashboard=None if address else False, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        where = f"at {address}" if address else "on this machine"
        raise InputError(f"no Ray cluster can be had {where}: {str(error).splitlines()[0]}") from None
    return ray, True


def refusal(error: LogicbenchError) -> Outcome:
    """Return an error as data."""
    return next(each.__name__ for each in _RAISED if isinstance(error, each)), str(error)


def unwrap(outcome: Outcome) -> Any:
    """Return an outcome's result.

    Raises:
        LogicbenchError: What the worker refused.
    """
    name, value = outcome
    if name:
        raise next(each for each in _RAISED if each.__name__ == name)(value)
    return value


def ordered_map(ray: Any, function: Callable[[T], R], items: Iterable[T], ahead: int) -> Iterator[R]:
    """Yield ``function(item)`` of each item in order, computed all over the cluster.

    A call whose process dies is repeated elsewhere; `function` must therefore depend on its argument alone.

    Args:
        ray: The ``ray`` module of a joined cluster.
        function: What to call; it and its results travel as pickles.
        items: Arguments, drawn as calls are begun.
        ahead: Most calls begun and not yet yielded.

    Raises:
        LogicbenchError: What a call refused, or that its processes kept dying.
    """

    def attempt(item: T) -> Outcome:
        try:
            return "", function(item)
        except LogicbenchError as error:
            return refusal(error)

    remote = ray.remote(max_retries=RETRIES)(attempt)
    begun: deque[Any] = deque()
    try:
        for item in items:
            begun.append(remote.remote(item))
            if len(begun) >= ahead:
                yield _result(ray, begun.popleft())
        while begun:
            yield _result(ray, begun.popleft())
    finally:
        for each in begun:
            ray.cancel(each, force=True)


def _result(ray: Any, reference: Any) -> Any:
    try:
        return unwrap(ray.get(reference))
    except ray.exceptions.WorkerCrashedError as error:
        raise LogicbenchError(
            f"a worker process died {RETRIES + 1} times on the same piece of work, perhaps for want of memory"
        ) from error
