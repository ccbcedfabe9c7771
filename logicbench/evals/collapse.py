"""Signs that a model broke down, which a mean does not tell from a model that got a little worse."""

from __future__ import annotations

from collections import Counter

import numpy as np

from logicbench.evals.columns import CUT_OFF, UNPARSABLE, Columns, Items
from logicbench.evals.compare_record import Flag
from logicbench.evals.statistics.clustered import Floats
from logicbench.evals.texts import hash_text

RISE = 0.1
"""Rise of a share of completions, over the baseline's, that raises a flag."""

CONSTANT = 0.9
"""Share of the completions of a task that say the same thing, from which on the answer is called constant."""

ENTROPY_LOSS = 0.5
"""Share of the baseline's label entropy whose loss raises a flag."""

LEAST = 20
"""Completions of a task below which nothing is said of it."""


def collapse_flags(items: Items, first: Columns, second: Columns) -> tuple[Flag, ...]:
    """Return the flags of a run against the baseline, task by task and then over all.

    Args:
        items: The problems compared.
        first: The baseline's completions.
        second: The run's.
    """
    flags: list[Flag] = []
    tasks = list(dict.fromkeys(items.task.tolist()))
    for task in tasks:
        rows = items.task == task
        if second.take(rows).made.sum() >= LEAST:
            flags += _of_task(task, items.take(rows), first.take(rows), second.take(rows))
    if second.made.sum() >= LEAST:
        flags += _rises("all" if len(tasks) > 1 else tasks[0], first, second)
    return tuple(flags)


def _of_task(task: str, items: Items, first: Columns, second: Columns) -> list[Flag]:
    flags = []
    before, after = constant_share(first), constant_share(second)
    if after >= CONSTANT and after - before >= RISE:
        words = f"says the same in {after:.0%} of its completions to {len(items)} problems (baseline {before:.0%})"
        flags.append(Flag("constant-answer", task, before, after, f"{task}: {words}"))
    labels = sorted(set(items.label.tolist()) - {""})
    if len(labels) > 1:
        had, has = label_entropy(first, labels), label_entropy(second, labels)
        if had - has > ENTROPY_LOSS * had:
            words = f"its answers carry {has:.2f} bits over the labels {', '.join(labels)} (baseline {had:.2f})"
            flags.append(Flag("label-entropy", task, had, has, f"{task}: {words}"))
    return flags


def _rises(where: str, first: Columns, second: Columns) -> list[Flag]:
    checks = (
        ("repetition", "end in a loop", first.looped, second.looped),
        ("format-loss", "hold no readable answer", first.outcome == UNPARSABLE, second.outcome == UNPARSABLE),
        ("truncation", "are cut off without a right answer", first.outcome == CUT_OFF, second.outcome == CUT_OFF),
        ("empty", "say nothing", first.made & (first.said == 0), second.made & (second.said == 0)),
    )
    flags = []
    for kind, words, old, new in checks:
        before, after = _mean(first.item_mean(old)), _mean(second.item_mean(new))
        if after - before >= RISE:
            flags.append(
                Flag(kind, where, before, after, f"{after:.0%} of completions {words} (baseline {before:.0%})")
            )
    return flags


def constant_share(columns: Columns) -> float:
    """Return the share of all completions that say the commonest thing: the same key, or the same text where none."""
    said = np.where(columns.key != 0, columns.key, columns.said)[columns.made]
    return max(Counter(said.tolist()).values()) / len(said) if len(said) else 0.0


def label_entropy(columns: Columns, labels: list[str]) -> float:
    """Return the entropy, in bits, of the answers among the labels; 0 where fewer than two answers are labels."""
    keys = [hash_text(label) for label in labels]
    counts = np.array([np.count_nonzero(columns.key[columns.made] == key) for key in keys], dtype=float)
    if counts.sum() < 2:
        return 0.0
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def _mean(values: Floats) -> float:
    return float(values.mean())
