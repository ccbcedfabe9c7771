"""Errors that logicbench raises on purpose.

The tree is short so that callers can catch at the level they mean::

    LogicbenchError
    ├── InputError          the user's file, option or knob is wrong; the message names it and says how to mend it
    │   └── UnknownNameError    a name that no registry knows; the message lists near names
    ├── BudgetExceeded      a deterministic work budget (conflicts, nodes, characters) was used up
    ├── GenerationError     no problem with the requested properties was found within the bound on tries
    ├── MissingExtraError   an optional package is not installed; the message names the extra
    └── BackendError        a model backend failed

The command line prints the message of a `LogicbenchError` as one sentence and exits with 2; everything else is a bug.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class LogicbenchError(Exception):
    """Base of every error raised on purpose."""


class InputError(LogicbenchError):
    """Bad input; the message names the file, line or field and the mend."""

    @classmethod
    def at(cls, source: str, line: int, reason: str) -> InputError:
        """Return an error located as ``source:line: reason``."""
        return cls(f"{source}:{line}: {reason}")


class UnknownNameError(InputError):
    """A name that is not registered."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        choices = sorted(known)
        near = difflib.get_close_matches(name, choices, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {kind} {name!r}.{hint} Known: {', '.join(choices)}.")
        self.kind, self.name, self.known = kind, name, tuple(choices)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it cross from one process to another: the message alone would not build it again."""
        return type(self), (self.kind, self.name, self.known)


class BudgetExceeded(LogicbenchError):
    """A deterministic work budget was used up before an answer was found."""


class GenerationError(LogicbenchError):
    """No problem with the requested properties was found within the bound on tries."""


class MissingExtraError(LogicbenchError):
    """An optional dependency is missing."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"this needs the package {package!r}; install it with: pip install 'logicbench[{extra}]'")
        self.package, self.extra = package, extra

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it cross from one process to another: the message alone would not build it again."""
        return type(self), (self.package, self.extra)


class BackendError(LogicbenchError):
    """A model backend failed in a way that retrying did not mend."""
