"""Which problems to evaluate: files, families and suites, as the user names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path

from logicbench.errors import InputError, UnknownNameError
from logicbench.family import get_family, get_task
from logicbench.generation import generate
from logicbench.problem import Problem, iter_problems

DEFAULT_COUNT = 100
"""Instances of a family selection without a limit."""

SPLIT = "eval"
"""The split that generated problems come from; it shares nothing with the one to train on."""


@dataclass(frozen=True, slots=True)
class FileSelection:
    """The problems of a JSONL file."""

    path: Path
    name: str = ""
    """How a run's record calls it, if not by its path."""

    def problems(self, limit: int | None, seed: int, workers: int) -> Iterator[Problem]:
        """Yield the file's first problems."""
        return islice(iter_problems(self.path), limit)


@dataclass(frozen=True, slots=True)
class FamilySelection:
    """Problems made for the occasion: ``family[:task][@surface]``."""

    family: str
    task: str
    surfaces: tuple[str, ...]

    def problems(self, limit: int | None, seed: int, workers: int) -> Iterator[Problem]:
        """Generate the problems; `limit` bounds the instances, each shown in every surface asked for."""
        return generate(
            self.family,
            self.task,
            surface=self.surfaces,
            count=DEFAULT_COUNT if limit is None else limit,
            seed=seed,
            split=SPLIT,
            workers=workers,
        )


Selection = FileSelection | FamilySelection


def parse_selection(text: str) -> list[Selection]:
    """Read one ``--tasks`` value: a problem file, or ``family[:task][@surface]``.

    ``all`` stands for every task or every surface; surfaces are separated by commas.

    Raises:
        InputError: If it names neither a file nor a family.
        UnknownNameError: If the family has no such task or surface.
    """
    path = Path(text)
    if path.is_file():
        return [FileSelection(path)]
    if text.endswith((".jsonl", ".json")) or "/" in text:
        raise InputError(f"--tasks {text}: no such file")
    name, _, surface = text.partition("@")
    name, _, task = name.partition(":")
    family = get_family(name)
    surfaces = _surfaces(family.surfaces, surface, name)
    tasks = list(family.tasks) if task == "all" else [get_task(family, task or None).name]
    return [FamilySelection(name, each, surfaces) for each in tasks]


def _surfaces(known: Sequence[str], asked: str, family: str) -> tuple[str, ...]:
    if asked == "all":
        return tuple(known)
    chosen = tuple(asked.split(",")) if asked else tuple(known[:1])
    for surface in chosen:
        if surface not in known:
            raise UnknownNameError(f"{family} surface", surface, known)
    return chosen


@dataclass(frozen=True, slots=True)
class Suite:
    """Files of a frozen release that ships with the package."""

    name: str
    summary: str
    folder: str
    """Below ``logicbench/data``."""

    @property
    def selections(self) -> tuple[FileSelection, ...]:
        """The suite's files, family by family."""
        folder = files("logicbench").joinpath("data", *self.folder.split("/"))
        names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".jsonl"))
        return tuple(FileSelection(Path(str(folder)) / name, f"{self.folder}/{name}") for name in names)


_SUITES = {
    suite.name: suite
    for suite in (
        Suite("core", "every family and task, spread over the hardness scale", "core-v1/test"),
        Suite("core-mini", "a few short problems of every family and task of core", "core-v1/mini"),
    )
}


def suite_names() -> list[str]:
    """Return the names of the suites that are shipped."""
    return list(_SUITES)


def load_suite(name: str) -> Suite:
    """Return a suite by name.

    Raises:
        UnknownNameError: If no suite has the name.
    """
    if name not in _SUITES:
        raise UnknownNameError("suite", name, _SUITES)
    return _SUITES[name]


def select(selections: Sequence[Selection], limit: int | None, seed: int, workers: int = 1) -> Iterator[Problem]:
    """Yield the problems of all selections in order, at most `limit` of each.

    Raises:
        InputError: If there are none.
    """
    found = False
    for selection in selections:
        for problem in selection.problems(limit, seed, workers):
            found = True
            yield problem
    if not found:
        raise InputError("the selection holds no problems; check the files and --limit")


def file_digests(selections: Sequence[Selection]) -> dict[str, str]:
    """Return the SHA-256 of each file among the selections, by name."""
    digests = {}
    for selection in selections:
        if isinstance(selection, FileSelection):
            with open(selection.path, "rb") as file:
                digests[selection.name or str(selection.path)] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
