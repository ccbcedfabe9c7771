"""What checking derives from an instance, kept for the calls that follow on the same instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class InstanceCache(Generic[T]):
    """A bounded cache keyed by the identity of the instance mapping.

    Identity and not `Problem.id`, because an id read from a file need not belong to the instance beside it. Groups of
    samples of one problem, as in RL and pass@k, hit it; the mapping is kept alive so that its identity stays its own.

    Args:
        build: Derives the value.
        size: Entries kept; all are dropped when full, which is cheaper than tracking use.
    """

    __slots__ = ("_build", "_instances", "_size", "_values")

    def __init__(self, build: Callable[[Mapping[str, Any]], T], size: int = 4096) -> None:
        self._build = build
        self._size = size
        self._values: dict[int, T] = {}
        self._instances: list[Mapping[str, Any]] = []

    def __call__(self, instance: Mapping[str, Any]) -> T:
        """Return the value for the instance."""
        try:
            return self._values[id(instance)]
        except KeyError:
            pass
        value = self._build(instance)
        if len(self._values) >= self._size:
            self._values.clear()
            self._instances.clear()
        self._values[id(instance)] = value
        self._instances.append(instance)
        return value
