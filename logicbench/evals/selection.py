"""Which problems to evaluate: files, families and suites, as the user names them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

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

    def problems(self, limit: int | None, seed: int, workers: int) -> Iterator[Problem]:
        """Yield the file's first problems."""
        return islice(iter_problems(self.path), limit)


@dataclass(frozen=True, slots=True)
class FamilySelection:
    """Problems made for the occasion: ``family[:task][@surface]``."""

    family: str
    task: str
    surfaces: tuple[str, ...]
    count: int | None = None
    knobs: dict[str, Any] = field(default_factory=dict)
    hardness: tuple[float, float] | None = None

    def problems(self, limit: int | None, seed: int, workers: int) -> Iterator[Problem]:
        """Generate the problems; `limit` bounds the instances, each shown in every surface asked for."""
        count = self.count if self.count is not None else DEFAULT_COUNT
        return generate(
            self.family,
            self.task,
            surface=self.surfaces,
            count=count if limit is None else limit if self.count is None else min(count, limit),
            seed=seed,
            split=SPLIT,
            knobs=self.knobs,
            hardness=self.hardness,
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
    """A named list of selections, shipped with the package."""

    name: str
    summary: str
    seed: int
    selections: tuple[FamilySelection, ...]


def suite_names() -> list[str]:
    """Return the names of the suites that are shipped."""
    return sorted(
        entry.name.removesuffix(".json") for entry in files("logicbench.evals").joinpath("suites").iterdir()
        if entry.name.endswith(".json")
    )  # fmt: skip


def load_suite(name: str) -> Suite:
    """Return a suite by name.

    Raises:
        UnknownNameError: If no suite has the name.
    """
    if name not in suite_names():
        raise UnknownNameError("suite", name, suite_names())
    record = json.loads(files("logicbench.evals").joinpath("suites", f"{name}.json").read_text(encoding="utf-8"))
    parts = tuple(
        FamilySelection(
            part["family"],
            part["task"],
            tuple(part["surfaces"]),
            part["count"],
            part.get("knobs", {}),
            tuple(part["hardness"]) if "hardness" in part else None,
        )
        for part in record["parts"]
    )
    return Suite(name, record["summary"], record["seed"], parts)


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
                digests[str(selection.path)] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests
