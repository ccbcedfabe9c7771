"""An endless, seeded, resumable stream of fresh problems whose hardness follows the policy.

A *track* is a family's task with a ladder of settings, easy first. The stream deals problems of all tracks in turn; a
track's level moves up when the policy succeeds more often than the target band and down when less often. A problem
names its track and level in its `split`, so a result can be reported with nothing but the problem.

The stream is a function of the seed and of the reports in their order. Its state is a small JSON object: a stream that
is restored from it yields what the saved one would have. Worker processes make problems ahead of need; how many there
are changes nothing.

>>> curriculum = Curriculum(["sat:assign variables=3,4,5,6,8,10"], seed=1)
>>> problem = next(curriculum)
>>> curriculum.report(problem, success=1.0)
"""

from __future__ import annotations

import math
import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from logicbench.errors import InputError
from logicbench.generation import Request, check_request, make_block
from logicbench.hardness import parse_band
from logicbench.problem import Json, Problem
from logicbench.seeding import Stream

if TYPE_CHECKING:
    from torch.utils.data import IterableDataset

STATE_VERSION = 1
_PREFIX = "curriculum"


@dataclass(frozen=True, slots=True)
class Track:
    """A task and its ladder."""

    family: str
    task: str | None
    levels: tuple[Mapping[str, Json], ...]
    """Settings by level, easy first; the key ``hardness`` holds a band ``LO..HI``, all others are knobs."""
    surfaces: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Track:
        """Read ``family[:task][@surface,...] KNOB=V1,V2,... [KNOB=V]``.

        The knob with several values is the ladder; ``KNOB=LO..HI`` stands for all whole numbers between, and
        ``hardness=0..0.2,0.2..0.4`` for bands of measured hardness.

        Raises:
            InputError: If no knob, or more than one, has several values.
        """
        head, *settings = text.split()
        name, _, surfaces = head.partition("@")
        family, _, task = name.partition(":")
        fixed: dict[str, Json] = {}
        ladder: list[tuple[str, list[str]]] = []
        for setting in settings:
            knob, equals, value = setting.partition("=")
            if not equals or not value:
                raise InputError(f"track {text!r}: write KNOB=VALUE, not {setting!r}")
            values = _values(knob, value)
            if len(values) > 1:
                ladder.append((knob, values))
            else:
                fixed[knob] = values[0]
        if len(ladder) != 1:
            raise InputError(f"track {text!r}: give exactly one knob several values, as in variables=3,4,5,6,8,10")
        [(knob, values)] = ladder
        levels = tuple({**fixed, knob: value} for value in values)
        return cls(family, task or None, levels, tuple(surfaces.split(",")) if surfaces else ())


def _values(knob: str, text: str) -> list[str]:
    low, dots, high = text.partition("..")
    if knob != "hardness" and dots and low.isdecimal() and high.isdecimal():
        return [str(value) for value in range(int(low), int(high) + 1)]
    return text.split(",")


@dataclass(slots=True)
class _Progress:
    """Where a track stands."""

    level: int = 0
    trials: float = 0.0
    successes: float = 0.0
    blocks: list[int] = field(default_factory=list)
    """Blocks used of each level."""


class Curriculum:
    """An endless iterator of problems.

    Args:
        tracks: The tracks, as `Track` or as text that `Track.parse` reads.
        seed: Any integer.
        target: The band of success rates in which a level is kept.
        patience: Reports of a level before it may be left. Reports of a level that was left count for nothing, since
            they come late: trainers hold completions back.
        review: Share of problems from easier levels, drawn uniformly, so that they are not unlearnt.
        workers: Processes that make problems ahead; 0 makes them when they are asked for.
        ahead: Blocks of each track that are kept in the making.
        rank: Number of this process in distributed training; ranks share no problem.
        measure: Whether problems carry measured hardness; a track with bands measures always.

    Raises:
        InputError: If a track's settings are out of range, or an argument is.
        UnknownNameError: If a family, task, surface or knob is unknown.
    """

    def __init__(
        self,
        tracks: Sequence[Track | str],
        seed: int = 0,
        *,
        target: tuple[float, float] = (0.3, 0.7),
        patience: int = 64,
        review: float = 0.1,
        workers: int = 0,
        ahead: int = 8,
        rank: int = 0,
        measure: bool = False,
    ) -> None:
        if not tracks:
            raise InputError("a curriculum needs at least one track")
        if not 0 <= target[0] < target[1] <= 1 or not 0 <= review < 1 or patience < 1:
            raise InputError("a curriculum needs 0 <= target low < high <= 1, 0 <= review < 1 and patience >= 1")
        self.tracks = tuple(Track.parse(track) if isinstance(track, str) else track for track in tracks)
        self._seed, self._rank, self._measure = seed, rank, measure
        self._target, self._patience, self._review = target, patience, review
        self._requests = [
            [self._request(number, track, level) for level in range(len(track.levels))]
            for number, track in enumerate(self.tracks)
        ]
        self._progress = [_Progress(blocks=[0] * len(track.levels)) for track in self.tracks]
        self._index = 0
        self._waiting: list[Problem] = []
        """Problems of the last block that were not dealt yet."""
        self._ahead = ahead
        self._making: dict[tuple[int, int, int], Future[list[Problem]]] = {}
        self._pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) if workers else None

    def _request(self, number: int, track: Track, level: int) -> Request:
        settings = dict(track.levels[level])
        band = settings.pop("hardness", None)
        request = Request(
            family=track.family,
            task=track.task,
            surfaces=track.surfaces,
            count=1,
            seed=self._seed,
            split=f"{_PREFIX}/{self._rank}/{number}/{level}",
            settings=settings,
            hardness=parse_band(str(band)) if band is not None else None,
            measure=self._measure or band is not None,
        )
        check_request(request)
        return request

    def __iter__(self) -> Iterator[Problem]:
        return self

    def __next__(self) -> Problem:
        """Return the next problem."""
        if not self._waiting:
            number, level, block = self._next_block()
            self._waiting = self._make(number, level, block)
        return self._waiting.pop(0)

    def _next_block(self) -> tuple[int, int, int]:
        number = self._index % len(self.tracks)
        stream = Stream(_PREFIX, self._seed, self._rank, self._index)
        self._index += 1
        progress = self._progress[number]
        level = progress.level
        if level and stream.chance(self._review):
            level = stream.below(level)
        block = progress.blocks[level]
        progress.blocks[level] += 1
        return number, level, block

    def _make(self, number: int, level: int, block: int) -> list[Problem]:
        request = self._requests[number][level]
        if self._pool is None:
            return _block(request, block)
        wanted = self._making.pop((number, level, block), None) or self._pool.submit(_block, request, block)
        current = self._progress[number].level
        following = self._progress[number].blocks[current]
        for later in range(following, following + self._ahead):
            key = (number, current, later)
            if key not in self._making:
                self._making[key] = self._pool.submit(_block, self._requests[number][current], later)
        self._drop_stale(number, current)
        return wanted.result()

    def _drop_stale(self, number: int, current: int) -> None:
        """Forget what was made ahead for levels far away; a return to them makes it again, with the same result."""
        for key in [key for key in self._making if key[0] == number and abs(key[1] - current) > 1]:
            self._making.pop(key).cancel()

    def report(self, problem: Problem, success: float) -> None:
        """Take note of how a completion of a problem fared.

        Args:
            problem: One that this stream dealt; problems of any other source are ignored.
            success: 1 for a correct answer, 0 for any other; a mean over samples counts as one report.
        """
        place = self._place(problem)
        if place is None:
            return
        number, level = place
        progress = self._progress[number]
        if level != progress.level:
            return
        progress.trials += 1
        progress.successes += min(1.0, max(0.0, float(success)))
        if progress.trials < self._patience:
            return
        rate = progress.successes / progress.trials
        step = (rate > self._target[1]) - (rate < self._target[0])
        progress.level = min(max(progress.level + step, 0), len(self.tracks[number].levels) - 1)
        progress.trials = progress.successes = 0.0

    def _place(self, problem: Problem) -> tuple[int, int] | None:
        parts = problem.split.split("/")
        if len(parts) != 4 or parts[0] != _PREFIX or problem.seed != self._seed or parts[1] != str(self._rank):
            return None
        number, level = int(parts[2]), int(parts[3])
        return (number, level) if number < len(self.tracks) else None

    @property
    def levels(self) -> list[int]:
        """The level of each track, counted from 0."""
        return [progress.level for progress in self._progress]

    def figures(self) -> dict[str, float]:
        """Return each track's level and success rate so far at it (NaN before the first report), for logging."""
        found = {}
        for track, progress in zip(self.tracks, self._progress, strict=True):
            name = f"{track.family}:{track.task}" if track.task else track.family
            found[f"{name}/level"] = float(progress.level)
            found[f"{name}/success"] = progress.successes / progress.trials if progress.trials else math.nan
        return found

    def state_dict(self) -> dict[str, Json]:
        """Return the state as a JSON object."""
        return {
            "version": STATE_VERSION,
            "seed": self._seed,
            "rank": self._rank,
            "index": self._index,
            "waiting": [problem.to_json() for problem in self._waiting],
            "tracks": [
                {"level": p.level, "trials": p.trials, "successes": p.successes, "blocks": list(p.blocks)}
                for p in self._progress
            ],
        }

    def load_state_dict(self, state: Mapping[str, Json]) -> None:
        """Go on from a state that a stream with the same tracks and seed saved.

        Raises:
            InputError: If the state is another version's, or of another seed, rank or list of tracks.
        """
        if state.get("version") != STATE_VERSION:
            raise InputError(f"the curriculum's state has version {state.get('version')!r}, not {STATE_VERSION}")
        if (state["seed"], state["rank"]) != (self._seed, self._rank):
            raise InputError("the curriculum's state was saved with another seed or rank")
        saved = state["tracks"]
        if [len(entry["blocks"]) for entry in saved] != [len(track.levels) for track in self.tracks]:
            raise InputError("the curriculum's state was saved with other tracks")
        self._index = state["index"]
        self._waiting = [Problem.from_json(record, "curriculum state") for record in state["waiting"]]
        self._progress = [
            _Progress(entry["level"], entry["trials"], entry["successes"], list(entry["blocks"])) for entry in saved
        ]

    def close(self) -> None:
        """End the worker processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Curriculum:
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()


def _block(request: Request, block: int) -> list[Problem]:
    return make_block(request, block)[0]


def torch_dataset(curriculum: Curriculum, row: Callable[[Problem], Any] | None = None) -> IterableDataset[Any]:
    """Return a `torch` data set of the stream, with ``state_dict`` and ``load_state_dict`` of its own.

    Args:
        curriculum: The stream. It has workers of its own, so the `DataLoader` must have ``num_workers=0``: a copy in
            another process would not hear the reports.
        row: Makes a row of a problem, for example `logicbench.interop.rows.trl_row`; None yields problems.

    Raises:
        MissingExtraError: If torch is not installed.
    """
    from logicbench.errors import MissingExtraError

    try:
        from torch.utils.data import IterableDataset, get_worker_info
    except ImportError:
        raise MissingExtraError("torch", "hf") from None

    class CurriculumDataset(IterableDataset[Any]):
        def __iter__(self) -> Iterator[Any]:
            if get_worker_info() is not None:
                raise InputError("read a curriculum with num_workers=0; give Curriculum(workers=...) instead")
            return (problem if row is None else row(problem) for problem in curriculum)

        def state_dict(self) -> dict[str, Json]:
            return curriculum.state_dict()

        def load_state_dict(self, state: Mapping[str, Json]) -> None:
            curriculum.load_state_dict(state)

    return CurriculumDataset()
