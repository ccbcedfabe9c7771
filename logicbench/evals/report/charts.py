"""The figures of a report, from one run or several on the same problems."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from logicbench.evals.report.figures import (
    SHARES,
    Bars,
    Chart,
    Curve,
    Figure,
    Forest,
    ForestRow,
    Mark,
    Points,
    Rule,
    Stack,
    Tick,
)
from logicbench.evals.report.gather import RunData
from logicbench.evals.report.style import OUTCOME_WORDS, RUNS
from logicbench.evals.results import OUTCOMES
from logicbench.evals.statistics.clustered import clustered_proportion
from logicbench.evals.statistics.psychometric import Psychometric, fit_psychometric

POINTS = 10
"""Most measured points of a curve; each holds the same number of problems."""

MIN_PROBLEMS = 5
"""Fewest problems of a measured point."""

DRAWS = 1000
"""Bootstrap samples of a curve's band."""

_BINS_PER_DOUBLING = 2


def fit(run: RunData, members: NDArray[np.bool_] | None = None) -> Psychometric | None:
    """Fit a run's curve over the problems of known hardness; None where there are too few."""
    chosen = _measured(run, members)
    guess = np.nan_to_num(run.chance[chosen], nan=0.0)
    return fit_psychometric(
        run.hardness[chosen],
        run.hits[chosen],
        guess,
        run.cluster[chosen],
        trials=run.trials[chosen],
        draws=DRAWS,
    )


def _measured(run: RunData, members: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    known = np.isfinite(run.hardness) & (run.trials > 0)
    return known if members is None else known & members


def psychometric(
    runs: Sequence[RunData], key: str, title: str, family: str | None = None, task: str | None = None
) -> Chart | None:
    """Return accuracy over hardness with fitted curves, bands and measured points; None where nothing can be fitted."""
    curves, points, captions, floors = [], [], [], []
    for run, colour in zip(runs, RUNS, strict=False):
        members = run.members(family, task) if family is not None else None
        fitted = fit(run, members)
        if fitted is None:
            continue
        curves.append(
            Curve(
                run.name, colour, _floats(fitted.grid), _floats(fitted.curve), _floats(fitted.low), _floats(fitted.high)
            )
        )
        points.append(_points(run, _measured(run, members), colour))
        who = f"{run.name}: " if len(runs) > 1 else ""
        captions.append(f"{who}threshold {fitted.sentence}")
        floors.append(fitted.guess)
    if not curves:
        return None
    # The same axis for every task of a page, up to the hardest problem of any.
    reach = max(0.2, math.ceil(10 * max(float(np.nanmax(run.hardness)) for run in runs) - 1e-9) / 10)
    return Chart(
        key,
        title,
        "measured hardness",
        "accuracy",
        (0.0, reach),
        (0.0, 1.0),
        tuple((k / 10, f"{k / 10:.1f}") for k in range(round(10 * reach) + 1)),
        SHARES,
        tuple(curves),
        tuple(points),
        rules=(Rule("chance", floors[0]),),
        caption="; ".join(captions),
    )


def _points(run: RunData, chosen: NDArray[np.bool_], colour: str) -> Points:
    """Gather problems into bins of equal size along hardness."""
    order = np.flatnonzero(chosen)
    order = order[np.argsort(run.hardness[order], kind="stable")]
    bins = max(1, min(POINTS, len(order) // MIN_PROBLEMS))
    x, y, low, high, notes = [], [], [], [], []
    for part in np.array_split(order, bins):
        found = clustered_proportion(run.hits[part] / run.trials[part], run.cluster[part])
        x.append(float(run.hardness[part].mean()))
        y.append(found.estimate)
        low.append(found.low)
        high.append(found.high)
        notes.append(
            f"hardness {run.hardness[part[0]]:.2f} to {run.hardness[part[-1]]:.2f}: {found.estimate:.1%} "
            f"[{found.low:.1%}, {found.high:.1%}] of {len(part)} problems"
        )
    return Points(run.name, colour, tuple(x), tuple(y), tuple(low), tuple(high), tuple(notes))


def task_curves(runs: Sequence[RunData]) -> Iterator[Chart]:
    """Yield a curve for each task of the first run, if it has several."""
    tasks = list(dict.fromkeys((family, task) for family, task, _ in runs[0].kinds))
    if len(tasks) < 2:
        return
    for family, task in tasks:
        chart = psychometric(runs, f"hardness-{family}-{task}", f"{family}:{task}", family, task)
        if chart is not None:
            yield chart


def accuracies(runs: Sequence[RunData], key: str = "accuracy") -> Forest:
    """Return accuracy by task and surface, with chance and the best shallow solver."""
    tables = [
        {
            (row["family"], row["task"], row["surface"]): row
            for row in (*run.results["by_task"], *run.results["by_surface"])
        }
        for run in runs
    ]
    rows = []
    for task in runs[0].results["by_task"]:
        name = (task["family"], task["task"])
        parts = [row for row in runs[0].results["by_surface"] if (row["family"], row["task"]) == name]
        shown = [(f"{name[0]}:{name[1]}", task, True)]
        if len(parts) > 1:
            shown += [(f"@{part['surface']}", part, False) for part in parts]
        for label, row, strong in shown:
            found = [table.get((row["family"], row["task"], row["surface"])) for table in tables]
            marks = tuple(
                None if each is None or each["accuracy"] is None else Mark(each["accuracy"], each["low"], each["high"])
                for each in found
            )
            floors = {"chance": row["chance"], "shallow": row["baseline"]}
            rows.append(ForestRow(label, marks, strong, {k: v for k, v in floors.items() if v is not None}))
    return Forest(
        key,
        "Accuracy by task and surface",
        "accuracy, with 95 % intervals",
        (0.0, 1.0),
        SHARES,
        tuple((run.name, colour) for run, colour in zip(runs, RUNS, strict=False)),
        tuple(rows),
    )


def outcomes(runs: Sequence[RunData], key: str = "outcomes") -> Stack:
    """Return what became of the completions, by task, or by run where there are several."""
    if len(runs) > 1:
        rows = [(run.name, _shares(run.results["overall"])) for run in runs]
    else:
        rows = [(f"{row['family']}:{row['task']}", _shares(row)) for row in runs[0].results["by_task"]]
        if len(rows) > 1:
            rows.append(("all", _shares(runs[0].results["overall"])))
    names = tuple((OUTCOME_WORDS[name], name) for name in OUTCOMES)
    return Stack(key, "What became of the completions", names, tuple(rows))


def _shares(row: dict[str, float]) -> tuple[float, ...]:
    return tuple(row[name] or 0.0 for name in OUTCOMES)


def token_lengths(run: RunData) -> Chart | None:
    """Return how long completions are, by outcome; None where no tokens were counted."""
    counted = run.tokens > 0
    if not counted.any():
        return None
    powers = np.log2(run.tokens[counted].astype(np.float64))
    low, high = math.floor(powers.min()), math.ceil(powers.max() + 1e-9)
    edges = np.linspace(low, max(high, low + 1), _BINS_PER_DOUBLING * max(1, high - low) + 1)
    layers = []
    for code, name in enumerate(OUTCOMES):
        heights = np.histogram(powers[run.outcome[counted] == code], edges)[0]
        if heights.any():
            layers.append(Bars(OUTCOME_WORDS[name], name, _floats(heights)))
    top = float(sum(np.asarray(layer.heights) for layer in layers).max())  # type: ignore[union-attr]
    limit = math.log2(run.info["config"]["sampling"]["max_tokens"])
    rules = (Rule("--max-tokens", limit, vertical=True),) if edges[0] < limit <= edges[-1] else ()
    thinking = run.thinking.sum() / max(1, run.tokens.sum())
    middle, high_end = np.quantile(run.tokens[counted], (0.5, 0.95))
    caption = f"median {middle:,.0f} tokens, 95th percentile {high_end:,.0f}"
    if thinking > 0:
        caption += f"; {thinking:.0%} of all tokens are thinking"
    return Chart(
        "token-lengths",
        "Tokens of a completion",
        "tokens (logarithmic)",
        "completions",
        (float(edges[0]), float(edges[-1])),
        (0.0, top * 1.05),
        tuple((float(power), f"{2**power:,}") for power in range(low, math.ceil(edges[-1]) + 1)),
        _counts(top),
        edges=_floats(edges),
        bars=tuple(layers),
        rules=rules,
        caption=caption,
    )


def accuracy_by_length(runs: Sequence[RunData], key: str = "accuracy-by-length") -> Chart | None:
    """Return accuracy over the length of a completion; None where lengths do not differ."""
    points, highest, lowest = [], 1.0, math.inf
    for run, colour in zip(runs, RUNS, strict=False):
        order = np.flatnonzero((run.tokens > 0) & (run.outcome != OUTCOMES.index("errors")))
        if len(order) < 2 * MIN_PROBLEMS or np.ptp(run.tokens[order]) == 0:
            continue
        order = order[np.argsort(run.tokens[order], kind="stable")]
        x, y, low, high, notes = [], [], [], [], []
        for part in np.array_split(order, min(POINTS, len(order) // MIN_PROBLEMS)):
            right = (run.outcome[part] == OUTCOMES.index("correct")).astype(np.float64)
            found = clustered_proportion(right, run.cluster[run.problem[part]])
            lengths = run.tokens[part]
            x.append(float(np.log2(lengths).mean()))
            y.append(found.estimate)
            low.append(found.low)
            high.append(found.high)
            notes.append(f"{lengths[0]:,} to {lengths[-1]:,} tokens: {found.estimate:.1%} of {len(part)} completions")
        points.append(Points(run.name, colour, tuple(x), tuple(y), tuple(low), tuple(high), tuple(notes)))
        lowest, highest = min(lowest, math.floor(x[0])), max(highest, math.ceil(x[-1]))
    if not points:
        return None
    return Chart(
        key,
        "Accuracy by length",
        "tokens of the completion (logarithmic)",
        "accuracy",
        (float(lowest), float(highest)),
        (0.0, 1.0),
        tuple((float(power), f"{2**power:,}") for power in range(int(lowest), int(highest) + 1)),
        SHARES,
        points=tuple(points),
        caption="equal numbers of completions a point; length and hardness go together, so this is no effect of length",
    )


def latencies(run: RunData) -> Chart | None:
    """Return how long completions took; None where no times were stored."""
    seconds = run.latency[run.latency > 0]
    if not len(seconds) or float(np.ptp(seconds)) == 0:
        return None
    top_second = float(np.quantile(seconds, 0.995))
    edges = np.linspace(0, top_second, 25)
    heights = np.histogram(np.minimum(seconds, top_second), edges)[0]
    top = float(heights.max())
    step = _step(top_second / 5)
    ticks = tuple((k * step, f"{k * step:g}") for k in range(int(top_second / step) + 1))
    return Chart(
        "latencies",
        "Time of a completion",
        "seconds from submission to the last token",
        "completions",
        (0.0, top_second),
        (0.0, top * 1.05),
        ticks,
        _counts(top),
        edges=_floats(edges),
        bars=(Bars("completions", "run-1", _floats(heights)),),
        caption=f"median {np.median(seconds):,.2f} s, 95th percentile {np.quantile(seconds, 0.95):,.2f} s",
    )


def figures(run: RunData) -> list[Figure]:
    """Return all figures of one run in the order of the page."""
    alone = [run]
    found: list[Figure | None] = [
        psychometric(alone, "hardness", "Accuracy over hardness"),
        *task_curves(alone),
        accuracies(alone),
        outcomes(alone),
        token_lengths(run),
        accuracy_by_length(alone),
        latencies(run),
    ]
    return [figure for figure in found if figure is not None]


def _counts(top: float) -> tuple[Tick, ...]:
    step = max(1.0, _step(top / 4))
    return tuple((k * step, f"{k * step:,.0f}") for k in range(int(top / step) + 1))


def _step(rough: float) -> float:
    """Return the round number (1, 2 or 5 times a power of ten) that is nearest above."""
    power = 10.0 ** math.floor(math.log10(max(rough, 1e-9)))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def _floats(values: NDArray[np.generic] | Sequence[float]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.asarray(values, dtype=np.float64))
