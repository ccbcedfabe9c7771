"""What a sweep found: one row an arm, one curve a method, and where each curve collapses."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from logicbench.compression.sidecar import read as read_sidecar
from logicbench.errors import LogicbenchError
from logicbench.evals.compare import compare
from logicbench.evals.compare_record import Comparison, Contrast
from logicbench.evals.statistics import finite_or_none
from logicbench.sweeps.spec import Arm, Sweep
from logicbench.sweeps.steps import Layout, Progress, is_complete, missing_arms

KEPT = 0.95
"""Share of the dense model's accuracy above chance that a model must keep not to count as collapsed."""

INFLATION = 1.5
"""Greatest ratio of tokens to the dense model's for the same."""


@dataclass(frozen=True, slots=True)
class Row:
    """One arm in figures; shares in [0, 1], None where undefined.

    Attributes:
        arm: Name.
        curve: The method with all settings but the sparsity; the name, where there is no sparsity.
        kind: ``dense``, ``compressed``, ``model`` or ``reference``.
        sparsity: Share asked to be removed of the weights worked on.
        achieved: Share removed of them, or of their bits.
        of_model: Share of all parameters, or bits, removed.
        bits: Bits a weight, of quantised models.
        accuracy: With its 95% interval, `low` and `high`.
        corrected: Accuracy above chance.
        difference: Of the accuracy from the dense model's, paired, with its interval.
        p_holm: Of the difference, adjusted over all arms.
        lost: Share of problems that only the dense model solves; `gained` the reverse.
        shift: Of the hardness threshold, with its interval.
        token_ratio: Geometric mean over problems of tokens against the dense model's, with its interval.
        tokens: Mean.
        cut_off: Share cut off without a right answer.
        unparsable: Share without a readable answer.
        flags: Signs of collapse.
        seconds: Of the compression.
        calibration_tokens: Of the compression.
        effect: What runtimes make of the checkpoint, in a word.
    """

    arm: str
    curve: str
    kind: str
    sparsity: float | None
    achieved: float | None
    of_model: float | None
    bits: float | None
    accuracy: float
    low: float | None
    high: float | None
    corrected: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_holm: float | None
    lost: float | None
    gained: float | None
    shift: float | None
    shift_low: float | None
    shift_high: float | None
    token_ratio: float | None
    token_ratio_low: float | None
    token_ratio_high: float | None
    tokens: float | None
    cut_off: float | None
    unparsable: float | None
    flags: tuple[str, ...]
    seconds: float | None
    calibration_tokens: int | None
    effect: str


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """Where one method collapses.

    Attributes:
        curve: The method with its settings.
        holds: The greatest sparsity up to which every arm keeps 95% of the dense model's accuracy above chance (of its
            accuracy where chance is unknown), stays below 1.5 times its tokens and shows no sign of collapse; None if
            not even the smallest does.
        fails: The smallest sparsity that does not; None if all hold.
        why: What failed there.
    """

    curve: str
    holds: float | None
    fails: float | None
    why: str


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """The result of a sweep.

    Attributes:
        title: The sweep's.
        model: The dense model.
        items: Problems that all arms completed.
        chance: Accuracy of a random well-formed answer on them; None where it is unknown for some of them.
        rows: One an arm, the dense model first.
        curves: One a method.
        failed: Arms without a result, and why.
        notes: Of the comparison.
    """

    title: str
    model: str
    items: int
    chance: float | None
    rows: tuple[Row, ...]
    curves: tuple[CurveSummary, ...]
    failed: Mapping[str, str]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the outcome as a JSON object."""
        return {"schema": 1, **asdict(self)}


def gather(sweep: Sweep, layout: Layout, progress: Progress) -> SweepOutcome:
    """Compare all arms that were evaluated with the dense model.

    Raises:
        LogicbenchError: If no arm but the dense model was.
    """
    arms = [arm for arm in sweep.arms[1:] if is_complete(layout.run(arm.name))]
    if not arms:
        raise LogicbenchError(f"no arm of the sweep was evaluated; see the logs in {layout.root / 'logs'}")
    runs = [layout.run(sweep.dense.name), *(layout.run(arm.name) for arm in arms)]
    found = compare(runs, draws=sweep.draws, allow_differences=True)
    rows = [_dense_row(found, layout)]
    rows += [_row(arm, contrast, layout) for arm, contrast in zip(arms, found.contrasts, strict=True)]
    _sort(rows, sweep)
    rows = _named(rows)
    return SweepOutcome(
        sweep.title,
        sweep.model,
        found.items,
        found.contrasts[0].overall.chance,
        tuple(rows),
        tuple(summarise(rows)),
        missing_arms(sweep, layout, progress),
        found.notes,
    )


def _sort(rows: list[Row], sweep: Sweep) -> None:
    """Put rows in the order of the sweep file, those of one curve together and by sparsity."""
    order = {arm.name: number for number, arm in enumerate(sweep.arms)}
    first: dict[str, int] = {}
    for row in sorted(rows, key=lambda row: order[row.arm]):
        first.setdefault(row.curve, order[row.arm])
    rows.sort(key=lambda row: (first[row.curve], _sparsity(row), order[row.arm]))


def _named(rows: Sequence[Row]) -> list[Row]:
    """Leave the calibration out of the curves' names where all curves that have one have the same."""
    parts = {part for row in rows for part in row.curve.split(" ") if part.startswith("calibration=")}
    if len(parts) != 1:
        return list(rows)
    told = f" {parts.pop()}"
    return [replace(row, curve=row.curve.replace(told, "")) for row in rows]


def summarise(rows: Sequence[Row]) -> list[CurveSummary]:
    """Return where each curve collapses."""
    dense = rows[0]
    curves: dict[str, list[Row]] = {}
    for row in rows:
        if row.sparsity is not None:
            curves.setdefault(row.curve, []).append(row)
    return [_summary(curve, sorted(group, key=_sparsity), dense) for curve, group in curves.items()]


def _sparsity(row: Row) -> float:
    return row.sparsity or 0.0


def _summary(curve: str, rows: Sequence[Row], dense: Row) -> CurveSummary:
    holds: float | None = None
    for row in rows:
        reasons = _reasons(row, dense)
        if reasons:
            return CurveSummary(curve, holds, row.sparsity, "; ".join(reasons))
        holds = row.sparsity
    return CurveSummary(curve, holds, None, "")


def _reasons(row: Row, dense: Row) -> list[str]:
    reasons = []
    own, base = (row.corrected, dense.corrected) if row.corrected is not None else (row.accuracy, dense.accuracy)
    name = "accuracy" if row.corrected is None else "accuracy above chance"
    if own is not None and base is not None and base > 0 and own < KEPT * base:
        reasons.append(f"{name} {own:.3f}, dense {base:.3f}")
    if row.token_ratio is not None and row.token_ratio > INFLATION:
        reasons.append(f"{row.token_ratio:.2f} times the tokens")
    return reasons + list(row.flags)


def _dense_row(found: Comparison, layout: Layout) -> Row:
    overall = found.contrasts[0].overall
    figures = {name: figure.baseline for name, figure in overall.figures.items()}
    return _make(
        {
            "arm": "dense", "curve": "dense", "kind": "dense", "accuracy": overall.accuracy_baseline.estimate,
            "low": overall.accuracy_baseline.low, "high": overall.accuracy_baseline.high,
            "corrected": overall.corrected_baseline, "tokens": figures["tokens"] or None,
            "cut_off": figures["cut_off"], "unparsable": figures["unparsable"],
        }
    )  # fmt: skip


def _row(arm: Arm, contrast: Contrast, layout: Layout) -> Row:
    overall = contrast.overall
    shift = overall.threshold.shift if overall.threshold else None
    ratio = overall.token_ratio
    values: dict[str, Any] = {
        "arm": arm.name, "curve": arm.curve if arm.sparsity is not None else arm.name, "kind": arm.kind,
        "sparsity": arm.sparsity, "accuracy": overall.accuracy_run.estimate, "low": overall.accuracy_run.low,
        "high": overall.accuracy_run.high, "corrected": overall.corrected_run,
        "difference": overall.accuracy.difference.estimate, "difference_low": overall.accuracy.difference.low,
        "difference_high": overall.accuracy.difference.high, "p_holm": overall.test.p_holm,
        "lost": overall.flips.lost, "gained": overall.flips.gained,
        "shift": shift and shift.estimate, "shift_low": shift and shift.low, "shift_high": shift and shift.high,
        "tokens": overall.figures["tokens"].run or None, "cut_off": overall.figures["cut_off"].run,
        "unparsable": overall.figures["unparsable"].run,
        "flags": () if arm.kind == "reference" else tuple(flag.sentence for flag in contrast.flags),
    }  # fmt: skip
    if overall.figures["tokens"].run:
        values |= {"token_ratio": ratio.estimate, "token_ratio_low": ratio.low, "token_ratio_high": ratio.high}
    record = read_sidecar(layout.model(arm.name)) if arm.kind == "compressed" else None
    if record is not None:
        values |= {
            "achieved": record["achieved"], "of_model": record["achieved_of_model"],
            "bits": record["details"].get("bits_per_weight"), "seconds": record["cost"]["seconds"],
            "calibration_tokens": record["cost"]["calibration_tokens"], "effect": record["effect"]["kind"],
        }  # fmt: skip
    return _make(values)


def _make(values: Mapping[str, Any]) -> Row:
    empty: dict[str, Any] = dict.fromkeys(Row.__dataclass_fields__)
    clean = {name: finite_or_none(value) if isinstance(value, float) else value for name, value in values.items()}
    return Row(**{**empty, "flags": (), "effect": "", **clean})


def to_csv(outcome: SweepOutcome) -> str:
    """Return one line an arm, with the reason in the last column where it has no result."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*Row.__dataclass_fields__, "failed"], restval="", lineterminator="\n")
    writer.writeheader()
    for row in outcome.rows:
        writer.writerow({**asdict(row), "flags": " | ".join(row.flags)})  # None is written as nothing
    writer.writerows({"arm": arm, "failed": why} for arm, why in outcome.failed.items())
    return out.getvalue()
