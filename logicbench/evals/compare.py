"""Runs compared with the first of them, on identical problems: what changed, how surely, and what could have been seen.

Everything is computed from the run folders; see ``docs/statistics.md`` for the methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from logicbench.errors import InputError
from logicbench.evals.collapse import collapse_flags
from logicbench.evals.columns import Columns, Items, read_columns
from logicbench.evals.compare_record import (
    DIMENSIONS,
    Comparison,
    Contrast,
    Noise,
    RunSummary,
    Slice,
)
from logicbench.evals.compare_slice import Settings, compare_slice, cross_disagreement, own_disagreement
from logicbench.evals.compare_words import headline
from logicbench.evals.pairing import Pairing, pair, run_names, setting_differences
from logicbench.evals.statistics import clustered_proportion, holm
from logicbench.evals.statistics.clustered import Floats, encode
from logicbench.evals.store import RunReader, open_run


def compare(
    runs: Sequence[str | Path | RunReader],
    *,
    margin: float = 0.03,
    alpha: float = 0.05,
    draws: int = 2000,
    seed: int = 0,
    noise: tuple[str | Path | RunReader, str | Path | RunReader] | None = None,
    allow_differences: bool = False,
) -> Comparison:
    """Compare runs with the first of them.

    Args:
        runs: Run folders, or runs open for reading; the first is the baseline.
        margin: Largest difference of accuracy that does not matter, for the test of equivalence.
        alpha: Two-sided level of intervals and tests.
        draws: Bootstrap samples.
        seed: Of the bootstrap.
        noise: Two runs with nothing changed between them (same model, same settings), to measure how many verdicts flip
            by themselves; None measures it between the samples of each problem, where there are several.
        allow_differences: Compare runs with different prompting or sampling all the same.

    Raises:
        InputError: If there are fewer than two runs, their settings differ, or no problem was completed in all of them.
    """
    if len(runs) < 2:
        raise InputError("give at least two runs to compare; the first is the baseline")
    if not 0 < margin < 1:
        raise InputError(f"--margin must be between 0 and 1 (0.03 is three points), not {margin:g}")
    if not 0 < alpha < 0.5:
        raise InputError(f"--alpha must be between 0 and 0.5, not {alpha:g}")
    readers = [_open(run) for run in runs]
    names = run_names(readers)
    differences = _check_settings(readers, names, allow_differences)
    pairing = pair(readers, names)
    settings = Settings(margin, alpha, draws, seed)
    floors, found = _noise_floors(pairing, names, noise, allow_differences)
    contrasts = _adjusted(
        [
            Contrast(
                name,
                "",
                _slices(pairing.items, pairing.columns[0], columns, floor, settings),
                collapse_flags(pairing.items, pairing.columns[0], columns),
            )
            for name, columns, floor in zip(names[1:], pairing.columns[1:], floors, strict=True)
        ]
    )
    return Comparison(
        tuple(_summary(run, name) for run, name in zip(readers, names, strict=True)),
        len(pairing.items),
        int(pairing.items.group.max()) + 1,
        pairing.samples,
        pairing.dropped,
        differences,
        margin,
        alpha,
        draws,
        seed,
        found,
        tuple(replace(each, headline=headline(each.overall, names[0], each.run, margin)) for each in contrasts),
        tuple(_notes(readers, names, pairing, found)),
    )


def _open(run: str | Path | RunReader) -> RunReader:
    return run if isinstance(run, RunReader) else open_run(run)


def _summary(run: RunReader, name: str) -> RunSummary:
    config = run.info["config"]
    return RunSummary(
        name, str(run.path), config["model"], run.info["backend"]["name"], run.info["status"], config["samples"],
        config["seed"],
    )  # fmt: skip


def _check_settings(readers: Sequence[RunReader], names: Sequence[str], allowed: bool) -> dict[str, tuple[str, ...]]:
    found = {}
    for reader, name in zip(readers[1:], names[1:], strict=True):
        different = setting_differences(readers[0], reader)
        if different and not allowed:
            raise InputError(
                f"{names[0]} and {name} were not asked in the same way ({'; '.join(different)}); "
                "give --allow-differences to compare them all the same"
            )
        if different:
            found[name] = tuple(different)
    return found


def _noise_floors(
    pairing: Pairing, names: Sequence[str], noise: tuple[str | Path | RunReader, ...] | None, allowed: bool
) -> tuple[list[Floats | None], Noise | None]:
    """Return, for each run but the baseline, how often each verdict flips by itself, and where that is from."""
    if noise is not None:
        readers = [_open(run) for run in noise]
        floor, source = _floor_of_runs(pairing, readers, allowed)
        return [floor] * (len(names) - 1), source
    own = [own_disagreement(columns) for columns in pairing.columns]
    if own[0] is None:
        return [None] * (len(names) - 1), None
    flips = clustered_proportion(own[0], pairing.items.group)
    floors: list[Floats | None] = [(own[0] + each) / 2 for each in own[1:] if each is not None]
    return floors, Noise("samples", (names[0],), len(pairing.items), flips)


def _floor_of_runs(pairing: Pairing, readers: Sequence[RunReader], allowed: bool) -> tuple[Floats, Noise]:
    names = tuple(run_names(readers))
    different = setting_differences(readers[0], readers[1])
    if different and not allowed:
        raise InputError(f"the runs of --noise differ ({'; '.join(different)}); give two runs with nothing changed")
    weights = [_weights(reader) for reader in readers]
    if weights[0] != weights[1]:
        raise InputError(
            f"the runs of --noise, {names[0]} and {names[1]}, are of different models; give the same twice"
        )
    ids = pairing.items.ids.tolist()
    first, second = (read_columns(reader, ids) for reader in readers)
    floor = cross_disagreement(first, second)
    known = ~np.isnan(floor)
    if not known.any():
        raise InputError(f"the runs of --noise, {names[0]} and {names[1]}, hold none of the problems compared")
    flips = clustered_proportion(floor[known], encode(pairing.items.group[known]))
    return floor, Noise("runs", names, int(known.sum()), flips)


def _weights(run: RunReader) -> object:
    """Return what identifies the model: the weights' hash where the backend gives it, otherwise its name."""
    model = run.info["backend"].get("describe", {}).get("model")
    hashed = model.get("weights_sha256_sampled") if isinstance(model, dict) else None
    return hashed or run.info["config"]["model"]


def _slices(
    items: Items, first: Columns, second: Columns, floor: Floats | None, settings: Settings
) -> tuple[Slice, ...]:
    found: list[Slice] = []
    seen: dict[bytes, Slice] = {}
    for dimension in DIMENSIONS:
        labels = np.full(len(items), "all") if dimension == "overall" else getattr(items, dimension)
        names = dict.fromkeys(labels.tolist())
        for name in sorted(names) if dimension == "band" else names:
            if not name:
                continue
            rows = labels == name
            # A slice that holds the same problems as one before it need not be computed again.
            known = seen.get(rows.tobytes())
            if known is not None:
                found.append(replace(known, dimension=dimension, name=name))
                continue
            some = None if floor is None else floor[rows]
            part = (items.take(rows), first.take(rows), second.take(rows))
            found.append(compare_slice(dimension, name, *part, some, settings))
            seen[rows.tobytes()] = found[-1]
    return tuple(found)


def _adjusted(contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Adjust the p-values by Holm's method, over all runs and all slices of a dimension together."""
    adjusted: dict[tuple[int, int], float] = {}
    for dimension in DIMENSIONS:
        places = [
            (row, column)
            for row, contrast in enumerate(contrasts)
            for column, each in enumerate(contrast.slices)
            if each.dimension == dimension
        ]
        values = holm([contrasts[row].slices[column].test.p_value for row, column in places])
        adjusted.update(zip(places, values.tolist(), strict=True))
    return [
        replace(
            contrast,
            slices=tuple(
                replace(each, test=replace(each.test, p_holm=adjusted[row, column]))
                for column, each in enumerate(contrast.slices)
            ),
        )
        for row, contrast in enumerate(contrasts)
    ]


def _notes(readers: Sequence[RunReader], names: Sequence[str], pairing: Pairing, noise: Noise | None) -> list[str]:
    notes = []
    planned = [int(run.info["config"]["samples"]) for run in readers]
    if len(set(planned)) > 1:
        notes.append(
            f"The runs hold {', '.join(map(str, planned))} samples a problem; the first {pairing.samples} count."
        )
    backends = {run.info["backend"]["name"] for run in readers}
    if len(backends) > 1:
        notes.append(f"The runs come from different backends ({', '.join(sorted(backends))}): numerical noise differs.")
    for run, name in zip(readers, names, strict=True):
        if run.info["status"] != "complete":
            notes.append(f"{name} is {run.info['status']}; only what it has completed is compared.")
    if noise is None:
        notes.append(
            "The noise floor of the flips is not measured: give --noise RUN RUN with two runs of one model, "
            "or evaluate with --samples 2 or more."
        )
    if np.isnan(pairing.items.hardness).all():
        notes.append("The hardness of the problems is not measured, so there is no threshold.")
    return notes
