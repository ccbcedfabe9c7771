"""A sweep's table for people, as cells that the terminal and the page share."""

from __future__ import annotations

from typing import IO

from logicbench.sweeps.outcome import CurveSummary, Row, SweepOutcome

COLUMNS = (
    "arm", "removed", "accuracy [95%]", "difference", "p", "lost", "gained", "threshold", "tokens", "cut off",
    "unread", "signs of collapse",
)  # fmt: skip
_ABSENT = "-"


def cells(row: Row) -> tuple[str, ...]:
    """Return an arm's cells, one a column."""
    accuracy = percent(row.accuracy)
    if row.low is not None and row.high is not None:
        accuracy += f" [{percent(row.low)}, {percent(row.high)}]"
    return (
        row.arm,
        f"{row.bits:.3g} bits" if row.bits is not None else percent(row.achieved),
        accuracy,
        _ABSENT if row.difference is None else f"{100 * row.difference:+.1f}",
        _ABSENT if row.p_holm is None else "<.001" if row.p_holm < 0.001 else f"{row.p_holm:.3f}",
        percent(row.lost),
        percent(row.gained),
        _ABSENT if row.shift is None else f"{row.shift:+.3f}",
        _tokens(row),
        percent(row.cut_off),
        percent(row.unparsable),
        f"{len(row.flags)}" if row.flags else "",
    )


def empty_cells(arm: str) -> tuple[str, ...]:
    """Return the cells of an arm without a result; the reason is a footnote."""
    return (arm, _ABSENT, "no result", *[_ABSENT] * (len(COLUMNS) - 4), "")


def _tokens(row: Row) -> str:
    ratio = f" x{row.token_ratio:.2f}" if row.token_ratio is not None else ""
    return _ABSENT if row.tokens is None else f"{row.tokens:,.0f}{ratio}"


def percent(share: float | None) -> str:
    """Return a share as a percentage without its sign."""
    return _ABSENT if share is None else f"{100 * share:.1f}"


def collapse(summary: CurveSummary) -> str:
    """Return where a curve collapses, in a sentence."""
    if summary.fails is None:
        return f"{summary.curve}: holds up to {summary.holds:.0%}, the most that was tried"
    start = "does not hold at all" if summary.holds is None else f"holds up to {summary.holds:.0%}"
    return f"{summary.curve}: {start}; at {summary.fails:.0%}: {summary.why}"


def kept(outcome: SweepOutcome) -> str:
    """Return what a method must keep of the dense model's to hold."""
    return "accuracy" if outcome.chance is None else "accuracy above chance"


def footnotes(outcome: SweepOutcome) -> list[str]:
    """Return what a reader of the table needs to know."""
    chance = "" if outcome.chance is None else f" A random well-formed answer scores {percent(outcome.chance)}%."
    notes = [
        f"{outcome.items:,} problems that all arms completed; percentages. removed: of the weights worked on; "
        "difference, lost (only the dense model right), gained (only the arm), p (adjusted over all arms by Holm's "
        f"method) and threshold (shift of the hardness of half performance) are against the dense model.{chance}",
        f"holds: at least 95% of the dense model's {kept(outcome)}, at most 1.5 times its tokens, no sign of collapse, "
        "at this and every smaller sparsity; by point estimates.",
    ]
    if outcome.chance is None:
        notes.append(
            "For some of these tasks the chance of a guess is unknown, so none is taken off: an arm that only guesses "
            "labels keeps what guesses earn."
        )
    dense = outcome.rows[0]
    if outcome.chance is not None and dense.low is not None and dense.low <= outcome.chance:
        notes.append(
            "The dense model is not shown to beat chance on these problems, so its accuracy cannot tell where a method "
            "collapses; choose easier problems."
        )
    masked = [row for row in outcome.rows if row.effect == "masked"]
    if masked:
        notes.append("Masked models are dense with zeros: their accuracy is real, but nothing runs them any faster.")
    reasons: dict[str, list[str]] = {}
    for arm, why in outcome.failed.items():
        reasons.setdefault(why, []).append(arm)
    return notes + [f"Without a result: {', '.join(arms)} ({why})." for why, arms in reasons.items()]


def print_outcome(outcome: SweepOutcome, out: IO[str]) -> None:
    """Print the table, the collapse points and the notes."""
    rows = [COLUMNS, *(cells(row) for row in outcome.rows), *map(empty_cells, outcome.failed)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) if not number else cell.rjust(width) for number, (cell, width) in enumerate(line))
        for line in (zip(row, widths, strict=True) for row in rows)
    ]
    print("\n".join([outcome.title, "", *(line.rstrip() for line in lines), ""]), file=out)
    for summary in outcome.curves:
        print(collapse(summary), file=out)
    print(file=out)
    for note in footnotes(outcome):
        print(note, file=out)
