"""How far a run is, for people: a tally, and reporters that show it on a terminal or as plain lines."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from logicbench.evals.record import Sample
from logicbench.evals.statistics.intervals import wilson
from logicbench.problem import Json

PLAIN_INTERVAL_S = 15.0
"""Seconds between plain lines."""

LIVE_INTERVAL_S = 0.2
"""Seconds between refreshes of the live line."""


@dataclass(slots=True)
class Tally:
    """Counts of one session; added to by the writer's thread alone, read by anyone."""

    planned: int
    finished: int = 0
    """Completions that the run holds, those of earlier sessions included."""
    correct: int = 0
    """How many of them are correct."""
    seen: int = 0
    """Samples of this session, failed requests included."""
    failed: int = 0
    first_error: str = ""
    truncated: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    begun: float = field(default_factory=time.monotonic)

    def begin(self) -> None:
        """Start the clock, once the model is loaded."""
        self.begun = time.monotonic()

    def add(self, sample: Sample) -> None:
        """Count a sample."""
        self.seen += 1
        if sample.verdict is None:
            self.failed += 1
            self.first_error = self.first_error or sample.error
            return
        self.finished += 1
        self.correct += sample.correct
        self.truncated += sample.truncated

    def spend(self, sample: Sample) -> None:
        """Count the cost of a model call."""
        self.prompt_tokens += sample.tokens.prompt
        self.completion_tokens += sample.tokens.generated

    @property
    def seconds(self) -> float:
        """Seconds since the clock was started."""
        return time.monotonic() - self.begun

    def remaining_s(self) -> float | None:
        """Return the seconds still needed at the rate so far, or None if nothing is known yet."""
        if not self.seen:
            return None
        return self.seconds / self.seen * max(0, self.planned - self.finished - self.failed)

    def session(self) -> dict[str, Json]:
        """Return the figures that ``run.json`` keeps of a session."""
        return {
            "completions": self.seen - self.failed,
            "errors": self.failed,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "seconds": round(self.seconds, 3),
        }

    def line(self) -> str:
        """Return the state in one line of words."""
        parts = [f"{self.finished:,}/{self.planned:,}"]
        if self.finished:
            found = wilson(self.correct, self.finished)
            parts.append(f"accuracy {found.estimate:.1%} [{found.low:.1%}, {found.high:.1%}]")
        if self.seen and self.seconds > 0:
            rates = f"{self.seen / self.seconds:,.1f} items/s"
            if self.completion_tokens:
                rates = f"{self.completion_tokens / self.seconds:,.0f} tokens/s, {rates}"
            parts.append(rates)
        if self.truncated:
            parts.append(f"{self.truncated / max(1, self.seen - self.failed):.0%} cut off")
        if self.failed:
            parts.append(f"{self.failed:,} failed")
        left = self.remaining_s()
        if left is not None:
            parts.append(f"{duration(left)} left")
        return " · ".join(parts)


class Reporter(Protocol):
    """Shows a run's progress. All methods return at once."""

    def start(self, tally: Tally, folder: Path) -> None:
        """The plan is made; the model will be loaded next."""

    def update(self, tally: Tally) -> None:
        """A sample was stored."""

    def note(self, text: str) -> None:
        """Something worth a line happened."""

    def stop(self) -> None:
        """Nothing more will be shown; may be called more than once."""


class Quiet:
    """Shows nothing."""

    def start(self, tally: Tally, folder: Path) -> None:
        """Show nothing."""

    def update(self, tally: Tally) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""

    def stop(self) -> None:
        """Show nothing."""


class PlainReporter:
    """Writes a line now and then: for logs and pipes."""

    def __init__(self, out: IO[str] | None = None, interval_s: float = PLAIN_INTERVAL_S) -> None:
        self._out, self._interval, self._next = out or sys.stderr, interval_s, 0.0

    def start(self, tally: Tally, folder: Path) -> None:
        """Say what is owed."""
        self.note(opening(tally, folder))
        self._next = time.monotonic() + min(2.0, self._interval)

    def update(self, tally: Tally) -> None:
        """Write the state if it is time, or the end."""
        moment = time.monotonic()
        if moment >= self._next or tally.finished + tally.failed >= tally.planned:
            self._next = moment + self._interval
            self.note(tally.line())

    def note(self, text: str) -> None:
        """Write a line."""
        print(text, file=self._out, flush=True)

    def stop(self) -> None:
        """Do nothing: every line is written already."""


class LiveReporter:
    """Keeps one line and a bar up to date on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=24),
            TextColumn("{task.description}", markup=False),
            console=self._console,
            transient=True,
        )
        self._task: Any = None
        self._next = 0.0

    def start(self, tally: Tally, folder: Path) -> None:
        """Show the bar."""
        self.note(opening(tally, folder))
        if tally.finished < tally.planned:
            self._task = self._progress.add_task("getting ready", total=tally.planned, completed=tally.finished)
            self._progress.start()

    def update(self, tally: Tally) -> None:
        """Refresh the line if it is time, or the end."""
        moment = time.monotonic()
        if self._task is not None and (moment >= self._next or tally.finished + tally.failed >= tally.planned):
            self._next = moment + LIVE_INTERVAL_S
            self._progress.update(self._task, completed=tally.finished, description=tally.line())

    def note(self, text: str) -> None:
        """Print a line above the bar."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    def stop(self) -> None:
        """Take the bar away."""
        self._progress.stop()


def make_reporter(quiet: bool = False) -> Reporter:
    """Return the reporter that suits standard error."""
    if quiet:
        return Quiet()
    return LiveReporter() if sys.stderr.isatty() else PlainReporter()


def opening(tally: Tally, folder: Path) -> str:
    """Return the line that says what is owed."""
    if tally.finished >= tally.planned:
        return f"{folder}: all {tally.planned:,} completions are there already"
    if tally.finished:
        owed = tally.planned - tally.finished
        return f"{folder}: resuming, {tally.finished:,} of {tally.planned:,} completions are there, {owed:,} are owed"
    return f"{folder}: {tally.planned:,} completions to do"


def duration(seconds: float) -> str:
    """Return a span of time in words, for example ``2 min 05 s``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
