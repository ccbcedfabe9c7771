"""Runs laid over one another: the problems that all of them answered, and why the others are left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logicbench.errors import InputError
from logicbench.evals.columns import ABSENT, Columns, Items, read_columns, read_items
from logicbench.evals.store import RunReader
from logicbench.problem import Json

EXAMPLES = 3
"""Ids given for each reason to leave problems out."""

_NOT_OF_THE_TEXT = ("logprobs",)
"""Sampling settings that change what is stored and not what is said."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """Problems that are left out for one reason."""

    run: str
    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairing:
    """The problems that every run answered, and their completions in each."""

    items: Items
    columns: tuple[Columns, ...]
    """In the order of the runs."""
    samples: int
    """Completions of each problem that are used of each run."""
    dropped: tuple[Dropped, ...]


def pair(runs: Sequence[RunReader], names: Sequence[str]) -> Pairing:
    """Return the problems that every run answered, in the plan order of the first.

    Where the runs hold different numbers of samples, the first of each are used.

    Raises:
        InputError: If there is no such problem.
    """
    items = read_items(runs[0])
    samples = min(int(run.info["config"]["samples"]) for run in runs)
    columns = [read_columns(run, items.ids.tolist(), samples) for run in runs]
    known = [set(items.ids.tolist()), *({problem.id for problem in run.problems()} for run in runs[1:])]
    keep = np.ones(len(items), dtype=bool)
    dropped = []
    for name, column, ids in zip(names, columns, known, strict=True):
        listed = np.fromiter((each in ids for each in items.ids.tolist()), dtype=bool, count=len(items))
        whole = column.whole
        begun = (column.outcome != ABSENT).all(axis=1)
        for reason, rows in (
            ("not among its problems", keep & ~listed),
            ("not completed yet", keep & listed & ~begun),
            ("a request failed", keep & listed & begun & ~whole),
        ):
            dropped += _drop(name, reason, items.ids[rows])
        keep &= whole
    for name, ids in zip(names[1:], known[1:], strict=True):
        dropped += _drop(name, f"not among the problems of {names[0]}", np.array(sorted(ids - known[0])))
    if not keep.any():
        raise InputError(
            f"no problem was completed in all of {', '.join(names)}; "
            "evaluate them on the same --tasks or --suite with the same --problem-seed"
        )
    return Pairing(items.take(keep), tuple(column.take(keep) for column in columns), samples, tuple(dropped))


def _drop(run: str, reason: str, ids: NDArray[Any]) -> list[Dropped]:
    return [Dropped(run, reason, len(ids), tuple(ids[:EXAMPLES].tolist()))] if len(ids) else []


def run_names(runs: Sequence[RunReader]) -> list[str]:
    """Return a short name for each run: its folder's, with as many parents as it takes to tell them apart.

    Raises:
        InputError: If a folder is given twice.
    """
    paths = [run.path.resolve() for run in runs]
    for place, path in enumerate(paths):
        if path in paths[:place]:
            raise InputError(f"{runs[place].path} is given twice; compare a run with another one")
    depth = 1
    while len({path.parts[-depth:] for path in paths}) < len(paths):
        depth += 1
    return [str(Path(*path.parts[-depth:])) for path in paths]


def setting_differences(first: RunReader, second: RunReader) -> list[str]:
    """Return, in words, in what prompting and sampling two runs differ, beside the model."""
    old, new = _settings(first), _settings(second)
    return [f"{name} {old.get(name)!r} against {new.get(name)!r}" for name in old if old.get(name) != new.get(name)]


def _settings(run: RunReader) -> dict[str, Json]:
    config: Mapping[str, Json] = run.info["config"]
    sampling = {f"sampling.{name}": value for name, value in config["sampling"].items() if name not in _NOT_OF_THE_TEXT}
    prompting = {f"prompting.{name}": value for name, value in config["prompting"].items()}
    # Strategies that choose among completions leave the completions as they are.
    strategy = config["strategy"] if config["strategy"]["name"] == "iterate" else "completions"
    return {**sampling, **prompting, "thinking": config["thinking"], "strategy": strategy}
