"""What each way to an answer costs in tokens and arithmetic, and which of them are worth their cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from logicbench.evals.analysis.curves import Curve
from logicbench.evals.analysis.replay import Budget
from logicbench.evals.columns import Columns
from logicbench.evals.statistics import Interval


@dataclass(frozen=True, slots=True)
class Price:
    """One way to an answer, for one problem on average."""

    name: str
    k: int
    max_tokens: int | None
    """Token limit, where it is another than the run's own."""
    accuracy: Interval
    tokens: float
    """Generated tokens of a problem."""
    flops: float | None
    """Floating-point operations of a problem; None where the number of parameters is not known."""
    flops_ideal: float | None
    """The same if zero weights cost nothing."""
    tokens_per_correct: float | None
    oracle: bool
    pareto: bool
    """Whether nothing else is at least as accurate at lower cost; bounds by the verifier stand apart."""


def prices(
    columns: Columns, found: Sequence[Curve], budgets: Sequence[Budget], max_tokens: int, backend: dict[str, Any]
) -> list[Price]:
    """Return the cost of each curve's points and of each token limit.

    A token costs two operations for each parameter (Kaplan et al. 2020, arXiv:2001.08361), the prompt once for each
    problem; attention over the context is left out, which is small against that below some thousands of tokens.

    Args:
        columns: The completions.
        found: The curves.
        budgets: The replayed token limits.
        max_tokens: The run's own limit.
        backend: The backend's account of itself.
    """
    made = columns.made
    if not made.any() or not columns.tokens.any():
        return []
    generated = float(columns.tokens[made].mean())
    prompt = float(columns.prompt[made].mean())
    model = backend.get("model")
    parameters = model.get("parameters") if isinstance(model, dict) else None
    share = model.get("nonzero_share") if isinstance(model, dict) else None

    def price(name: str, k: int, limit: int | None, accuracy: Interval, tokens: float, oracle: bool) -> Price:
        flops = None if parameters is None else 2.0 * parameters * (prompt + tokens)
        return Price(
            name, k, limit, accuracy, tokens, flops, None if flops is None or share is None else flops * share,
            tokens / accuracy.estimate if accuracy.estimate > 0 else None, oracle, False,
        )  # fmt: skip

    rows: list[Price] = []
    for curve in found:
        if curve.name == "pass^k":
            continue
        for k, value in zip(curve.k, curve.values, strict=True):
            if k == 1 and curve.name != "pass@k":
                continue
            name = "single" if k == 1 else curve.name
            rows.append(price(name, k, None, value, k * generated, curve.oracle and k > 1))
    rows += [
        price("single", 1, each.max_tokens, each.accuracy, each.mean_tokens, False)
        for each in budgets
        if each.max_tokens < max_tokens and each.cut
    ]
    return _mark_front(rows)


def _mark_front(rows: Sequence[Price]) -> list[Price]:
    best = -1.0
    front = set()
    choices = [row for row in rows if not row.oracle]
    for row in sorted(choices, key=lambda each: (each.tokens, -each.accuracy.estimate)):
        if row.accuracy.estimate > best:
            best = row.accuracy.estimate
            front.add(id(row))
    return [replace(row, pareto=id(row) in front) for row in rows]
