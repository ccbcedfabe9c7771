"""How long jobs tell their caller where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One finished step of a job: ``stage`` (done of total), with a line of detail."""

    stage: str
    done: int
    total: int
    detail: str = ""


Notify = Callable[[Step], None]


def silent(step: Step) -> None:
    """Ignore a step."""
