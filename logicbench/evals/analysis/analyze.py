"""Everything that a run's folder tells without a model call, gathered in one record."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from logicbench.errors import InputError
from logicbench.evals.analysis.costs import Price, prices
from logicbench.evals.analysis.curves import Curve, curves, sample_calibration, votable, vote_shares
from logicbench.evals.analysis.facets import FacetFigures, facets
from logicbench.evals.analysis.iteration import Iteration, iteration
from logicbench.evals.analysis.lengths import Lengths, Redundancy, lengths, redundancy
from logicbench.evals.analysis.replay import Budget, Replay, spread
from logicbench.evals.analysis.traces import (
    Convergence,
    Overthinking,
    Reflection,
    Trace,
    convergence,
    overthinking,
    read_trace,
    reflection,
)
from logicbench.evals.collapse import constant_share
from logicbench.evals.columns import CUT_OFF, UNPARSABLE, Columns, Items, read_columns, read_items
from logicbench.evals.compare_record import jsonable
from logicbench.evals.record import Sample
from logicbench.evals.statistics import (
    Calibration,
    Interval,
    chance_corrected,
    clustered_proportion,
    finite_or_none,
    fit_psychometric,
)
from logicbench.evals.store import RunReader, open_run
from logicbench.problem import Json

SCHEMA = 1
"""Version of the form of ``analyze.json``."""

REREAD = 1000
"""Completions whose texts are read and checked again, evenly spread, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """One task, or all of them."""

    name: str
    items: int
    accuracy: Interval
    chance: float | None
    corrected: float | None
    """Accuracy above chance: 0 at guessing, 1 at perfection."""
    unparsable: float
    cut_off: float
    looped: float
    """Share of completions that end in a loop."""
    constant: float
    """Share of completions that say the commonest thing."""
    threshold: Interval | None
    """Hardness of half performance above chance."""
    threshold_words: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a run says beyond its accuracy."""

    run: str
    model: str
    problems: int
    samples: int
    tasks: tuple[TaskFigures, ...]
    facets: tuple[FacetFigures, ...]
    """Each task by the groupings that its family names."""
    curves: tuple[Curve, ...]
    """Over all problems whose planned completions are all there."""
    voting: tuple[Curve, ...]
    """The same and the votes, over the problems where votes mean something."""
    vote_shares: tuple[Mapping[str, float | int], ...]
    sample_calibration: Calibration | None
    """Of exp(mean log-probability) against being right, over completions."""
    prices: tuple[Price, ...]
    prices_items: int
    """Problems that the prices are over."""
    lengths: Lengths | None
    redundancy: Redundancy | None
    reread: int
    """Completions whose texts were read again, for what follows."""
    budgets: tuple[Budget, ...]
    overthinking: Overthinking | None
    convergence: Convergence | None
    reflection: Reflection | None
    iteration: Iteration | None

    def to_json(self) -> dict[str, Json]:
        """Return the analysis as a JSON object; numbers that are not finite are null."""
        document: dict[str, Json] = {"schema": SCHEMA}
        for each in dataclasses.fields(self):
            document[each.name] = jsonable(getattr(self, each.name))
        return document


@contextmanager
def _silent(_total: int) -> Iterator[Callable[[], None]]:
    yield lambda: None


def analyze(
    run: str | Path | RunReader,
    *,
    reread: int = REREAD,
    seed: int = 0,
    samples_from: str | Path | None = None,
    progress: Callable[[int], AbstractContextManager[Callable[[], None]]] = _silent,
) -> Analysis:
    """Analyse a run from its folder alone.

    Args:
        run: A run folder, or a run open for reading.
        reread: Completions whose texts are read and checked again, evenly spread; 0 leaves that out.
        seed: Of random subsets and bootstraps.
        samples_from: For a run with the iterate strategy, a run of the same model with independent samples.
        progress: Given how many completions will be read again, yields what is called after each.

    Raises:
        InputError: If the run holds no completion, or the other run does not fit.
    """
    reader = run if isinstance(run, RunReader) else open_run(run)
    iterated = reader.info["config"]["strategy"]["name"] == "iterate"
    if samples_from is not None and not iterated:
        raise InputError(f"--samples-from goes with a run of --strategy iterate, which {reader.path} is not")
    items = read_items(reader)
    columns = read_columns(reader, items.ids.tolist())
    if not columns.made.any():
        raise InputError(f"{reader.path} holds no completion yet; evaluate first")
    whole = columns.whole
    all_items, all_columns = items.take(whole), columns.take(whole)
    votes = votable(all_items, all_columns)
    voting = _curves(all_items.take(votes), all_columns.take(votes), True, seed)
    everything = _curves(all_items, all_columns, False, seed)
    replay, traces = _reread(reader, reread, columns, progress)
    max_tokens = int(reader.info["config"]["sampling"]["max_tokens"])
    budgets = replay.results()
    priced, price_columns = (voting, all_columns.take(votes)) if voting else (everything, all_columns)
    # Limits are on the same footing as the rest only where they were replayed on all of it.
    comparable = budgets if len(price_columns.outcome) == len(items) and reread >= columns.made.sum() else []
    backend = reader.info["backend"].get("describe", {})
    return Analysis(
        str(reader.path),
        reader.info["config"]["model"],
        len(items),
        columns.outcome.shape[1],
        tuple(_tasks(items, columns, seed)),
        tuple(facets(reader.problems(), items, columns)),
        tuple(everything),
        tuple(voting),
        tuple(vote_shares(items, columns)),
        sample_calibration(columns),
        tuple(prices(price_columns, priced, comparable, max_tokens, backend)),
        len(price_columns.outcome),
        lengths(items, columns),
        redundancy(reader, items, columns),
        len(traces),
        tuple(budgets),
        overthinking(traces) if traces else None,
        convergence(traces),
        reflection(traces),
        iteration(reader, open_run(samples_from) if samples_from is not None else None) if iterated else None,
    )


def _curves(items: Items, columns: Columns, voting: bool, seed: int) -> list[Curve]:
    return curves(items, columns, voting=voting, seed=seed) if len(items) else []


def _tasks(items: Items, columns: Columns, seed: int) -> Iterable[TaskFigures]:
    names = list(dict.fromkeys(items.task.tolist()))
    for name in names:
        rows = items.task == name
        yield _figures(name, items.take(rows), columns.take(rows), seed)
    if len(names) > 1:
        yield _figures("all", items, columns, seed)


def _figures(name: str, items: Items, columns: Columns, seed: int) -> TaskFigures:
    answered = np.asarray(columns.made.any(axis=1))
    items, columns = items.take(answered), columns.take(answered)
    if not len(items):
        return TaskFigures(name, 0, Interval(np.nan, 0, 1), None, None, np.nan, np.nan, np.nan, np.nan, None, "")
    groups = items.group
    right = columns.item_mean(columns.correct)
    accuracy = clustered_proportion(right, groups)
    chance = finite_or_none(float(items.chance.mean()))
    known = ~np.isnan(items.hardness) & (items.chance < 1)
    fit = fit_psychometric(items.hardness[known], right[known], items.chance[known], groups[known], seed=seed, points=2)
    made = columns.made
    return TaskFigures(
        name,
        len(items),
        accuracy,
        chance,
        None if chance is None else finite_or_none(float(chance_corrected(accuracy.estimate, chance))),
        float((columns.outcome[made] == UNPARSABLE).mean()),
        float((columns.outcome[made] == CUT_OFF).mean()),
        float(columns.looped[made].mean()),
        constant_share(columns),
        None if fit is None else fit.threshold,
        "not enough problems of measured hardness" if fit is None else fit.sentence,
    )


def _reread(
    run: RunReader,
    most: int,
    columns: Columns,
    progress: Callable[[int], AbstractContextManager[Callable[[], None]]],
) -> tuple[Replay, list[Trace]]:
    """Read chosen completions' texts again, one at a time."""
    replay, traces = Replay(int(run.info["config"]["sampling"]["max_tokens"])), list[Trace]()
    chosen = set(spread(int(columns.made.sum()), most)) if most else set()
    problems = run.problems()
    ranks = {problem.id: rank for rank, problem in enumerate(problems)} if chosen else {}
    with progress(len(chosen)) as step:
        for place, sample in enumerate(_made(run) if chosen else ()):
            if place in chosen:
                problem = problems[ranks[sample.problem]]
                replay.add(problem, sample)
                if sample.text.strip():
                    traces.append(read_trace(problem, sample))
                step()
    return replay, traces


def _made(run: RunReader) -> Iterator[Sample]:
    return (sample for sample in run.samples() if sample.verdict is not None)
