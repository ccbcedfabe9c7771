"""An analysis in words and aligned rows, for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import IO

from logicbench.evals.analysis.analyze import Analysis
from logicbench.evals.analysis.curves import Curve
from logicbench.evals.analysis.facets import FacetFigures
from logicbench.evals.analysis.iteration import Iteration
from logicbench.evals.analysis.traces import AGREEING
from logicbench.evals.compare_words import percent
from logicbench.evals.statistics import Calibration, Interval

_ABSENT = "-"
WIDTH = 110

SHOWN = 20
"""Most values of one grouping that are printed, the least accurate."""


def with_bounds(found: Interval | None) -> str:
    """Return a share with its interval, in percent."""
    if found is None or math.isnan(found.estimate):
        return _ABSENT
    return f"{percent(found.estimate)} [{percent(found.low)}, {percent(found.high)}]"


def table(rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Return rows, the first of them headings, as aligned lines; the first `left` columns are words."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return [line(rows[0]), "-" * (sum(widths) + 2 * (len(widths) - 1)), *(line(row) for row in rows[1:])]


def sections(found: Analysis) -> Iterator[tuple[str, list[str]]]:
    """Yield (heading, lines) of each part that has something to say."""
    yield f"{found.model}: {found.problems:,} problems, {found.samples} samples each", _task_lines(found)
    for heading, figures in _by_facet(found):
        yield heading, _facet_lines(figures)
    if found.curves and found.samples > 1 and not _votes_everywhere(found):
        yield "Samples", [*_curve_lines(found.curves), "", *_notes("pass@k is a bound: it takes the exact verifier.")]
    if found.voting and found.samples > 1:
        yield (
            f"Choosing among samples, on the {found.voting[0].items:,} problems where votes mean something",
            [
                *_curve_lines(found.voting),
                "",
                *_confidence_lines(found),
            ],
        )
    elif found.sample_calibration is not None:
        yield "Confidence", _notes(_sample_confidence(found.sample_calibration))
    if found.prices:
        yield f"Cost of one problem, over {found.prices_items:,} problems", _price_lines(found)
    if found.lengths is not None or found.redundancy is not None:
        yield "Length and repetition", _length_lines(found)
    if found.budgets:
        yield f"Replayed token limits, over {found.reread:,} completions", _budget_lines(found)
    if found.reflection is not None and found.reflection.thoughts > 1:
        yield f"Traces, over {found.reread:,} completions", _trace_lines(found)
    if found.iteration is not None:
        yield "Iteration", _iteration_lines(found.iteration)


def _votes_everywhere(found: Analysis) -> bool:
    return bool(found.voting) and found.voting[0].items == found.curves[0].items


def _task_lines(found: Analysis) -> list[str]:
    rows = [("", "n", "accuracy [95%]", "chance", "above", "unread", "cut", "loops", "constant", "hardness threshold")]
    for task in found.tasks:
        rows.append(
            (
                task.name,
                f"{task.items:,}",
                with_bounds(task.accuracy),
                percent(task.chance),
                percent(task.corrected),
                percent(task.unparsable),
                percent(task.cut_off),
                percent(task.looped),
                percent(task.constant),
                _threshold(task.threshold, task.threshold_words),
            )
        )
    notes = (
        "above: accuracy above chance, 0 at guessing and 100 at perfection; loops: completions that end in a loop; "
        "constant: completions that say the commonest thing; threshold: hardness of half performance above chance."
    )
    return [*table(rows), "", *_notes(notes)]


def _by_facet(found: Analysis) -> Iterator[tuple[str, list[FacetFigures]]]:
    groups: dict[str, list[FacetFigures]] = {}
    for each in found.facets:
        groups.setdefault(f"{each.task} by {each.facet}", []).append(each)
    yield from ((heading, figures) for heading, figures in groups.items() if len(figures) > 1)


def _facet_lines(figures: Sequence[FacetFigures]) -> list[str]:
    rows = [(figures[0].facet, "n", "accuracy [95%]", "chance", "above")]
    for each in figures[:SHOWN]:
        shares = (with_bounds(each.accuracy), percent(each.chance), percent(each.corrected))
        rows.append((each.value, f"{each.items:,}", *shares))
    left_out = len(figures) - SHOWN
    more = f"The {SHOWN} least accurate; {left_out:,} more are in analyze.json and in the report."
    return [*table(rows), *(["", *_notes(more)] if left_out > 0 else [])]


def _threshold(found: Interval | None, words: str) -> str:
    if found is None:
        return _ABSENT
    return words.split(":")[0].split(";")[0]


def _curve_lines(curves: Sequence[Curve]) -> list[str]:
    head = ("", *(f"k={k}" for k in curves[0].k), "at the last k [95%]")
    rows = [head]
    for curve in curves:
        name = f"{curve.name} (bound)" if curve.oracle else curve.name
        rows.append((name, *(percent(value.estimate) for value in curve.values), with_bounds(curve.values[-1])))
    return table(rows)


def _confidence_lines(found: Analysis) -> list[str]:
    rows = [("confidence in the choice among all samples", "ECE", "Brier", "NLL", "AUROC")]
    for curve in found.voting:
        if curve.calibration is not None:
            rows.append((curve.name, *_scores(curve.calibration)))
    if found.sample_calibration is not None:
        rows.append(("a completion's own probability, exp(mean log-probability)", *_scores(found.sample_calibration)))
    lines = table(rows)
    notes = [curve.note for curve in found.voting if curve.note]
    if found.vote_shares:
        sure = found.vote_shares[0]
        notes.append(
            f"where at least {sure['votes']} of {sure['of']} samples agree, in {percent(sure['coverage'])}% of the "
            f"problems, the vote is right in {percent(sure['accuracy'])}%"
        )
    return [*lines, "", *_notes(*(f"{note}." for note in notes))]


def _scores(found: Calibration) -> tuple[str, str, str, str]:
    area = _ABSENT if math.isnan(found.auroc) else f"{found.auroc:.3f}"
    return f"{found.ece:.3f}", f"{found.brier:.3f}", f"{found.nll:.3f}", area


def _sample_confidence(found: Calibration) -> str:
    ece, brier, nll, area = _scores(found)
    return (
        f"exp(mean log-probability) of a completion as confidence: ECE {ece}, Brier {brier}, NLL {nll}, AUROC {area}."
    )


def _price_lines(found: Analysis) -> list[str]:
    rows = [("", "k", "limit", "accuracy [95%]", "tokens", "FLOPs", "tokens per right", "front")]
    shown = [price for price in found.prices if price.pareto or price.k in (1, found.samples)]
    for price in sorted(shown, key=lambda each: (each.tokens, each.accuracy.estimate)):
        rows.append(
            (
                f"{price.name} (bound)" if price.oracle else price.name,
                str(price.k),
                _ABSENT if price.max_tokens is None else f"{price.max_tokens:,}",
                with_bounds(price.accuracy),
                f"{price.tokens:,.0f}",
                _ABSENT if price.flops is None else f"{price.flops:.1e}",
                _ABSENT if price.tokens_per_correct is None else f"{price.tokens_per_correct:,.0f}",
                "*" if price.pareto else "",
            )
        )
    notes = "*: nothing cheaper is as accurate. FLOPs: two for each parameter and token, the prompt once; no attention."
    return [*table(rows), "", *_notes(notes)]


def _length_lines(found: Analysis) -> list[str]:
    notes = []
    lengths, repeated = found.lengths, found.redundancy
    if lengths is not None:
        if lengths.wrong_to_right is not None:
            ratio = lengths.wrong_to_right
            notes.append(
                f"Within the {lengths.mixed_items:,} problems with right and wrong completions, wrong ones take "
                f"x{ratio.estimate:.2f} [{ratio.low:.2f}, {ratio.high:.2f}] the tokens of right ones."
            )
        notes.append(
            f"Accuracy of the shortest of each problem's completions {with_bounds(lengths.shortest)}, of the longest "
            f"{with_bounds(lengths.longest)}, of all {with_bounds(lengths.single)}."
        )
        if lengths.by_rank:
            quarters = ", ".join(percent(each.estimate) for each in lengths.by_rank)
            notes.append(f"By quarter of the lengths within a problem, from short to long: {quarters}.")
    if repeated is not None:
        parts = [f"are the same text with chance {percent(repeated.same_text)}%"]
        if repeated.same_answer is not None:
            parts.append(f"give the same answer with chance {percent(repeated.same_answer)}%")
        if repeated.ngram_overlap is not None:
            parts.append(f"share {percent(repeated.ngram_overlap)}% of their runs of four tokens")
        notes.append(f"Two samples of a problem {', '.join(parts)}.")
    return _notes(*notes)


def _budget_lines(found: Analysis) -> list[str]:
    rows = [("limit", "accuracy [95%]", "tokens", "cut off")]
    for budget in found.budgets:
        if not budget.cut and budget is not found.budgets[-1]:
            continue
        tokens, cut = f"{budget.mean_tokens:,.0f}", percent(budget.cut)
        rows.append((f"{budget.max_tokens:,}", with_bounds(budget.accuracy), tokens, cut))
    last = found.budgets[-1]
    notes = ["Cut in proportion to the text's length, and checked again."]
    if last.flips:
        notes.append(f"{percent(last.flips)}% of the verdicts at the full limit differ from the stored ones.")
    return [*table(rows, left=0), "", *_notes(*notes)]


def _trace_lines(found: Analysis) -> list[str]:
    notes = []
    over, turned, stopped = found.overthinking, found.reflection, found.convergence
    if over is not None and over.ratio is not None:
        notes.append(
            f"The final answer is stated for the first time with {with_bounds(over.ratio)}% of the trace still to come "
            f"({over.traces:,} traces); a right answer with {with_bounds(over.ratio_correct)}%."
        )
    if over is not None:
        notes.append(
            f"Of completions that are not right, {with_bounds(over.abandoned)}% state a right answer on their way; of "
            f"right ones, {with_bounds(over.rescued)}% state a wrong one first."
        )
    if stopped is not None and stopped.converged:
        notes.append(
            f"Stopping once an answer is stated {AGREEING} times in a row would save {percent(stopped.saved_tokens)}% "
            f"of the tokens; accuracy {with_bounds(stopped.accuracy)} -> {with_bounds(stopped.accuracy_cut)} "
            f"({percent(stopped.regret)}% lost, {percent(stopped.rescue)}% gained)."
        )
    if turned is not None:
        marks = ", ".join(f"{name} {rate:.1f}" for name, rate in turned.per_thousand_words.items())
        notes.append(f"Marks in 1,000 words: {marks}; {turned.thoughts:.1f} thoughts a trace.")
        if turned.accuracy_by_rate:
            thirds = ", ".join(with_bounds(each) for each in turned.accuracy_by_rate)
            notes.append(f"Accuracy of the third that turns back least, the middle, the most: {thirds}.")
        if turned.productive is not None:
            notes.append(
                f"Of the changes of a stated answer, {percent(turned.productive)}% go from wrong to right and "
                f"{percent(turned.destructive)}% from right to wrong."
            )
    return _notes(*notes)


def _iteration_lines(found: Iteration) -> list[str]:
    rows = [("answers", "calls", "success [95%]", "no feedback", "pass@calls", "gain [95%]")]
    for each in found.rounds:
        gain = _ABSENT
        if each.gain is not None:
            gain = f"{100 * each.gain.estimate:+.1f} [{100 * each.gain.low:+.1f}, {100 * each.gain.high:+.1f}]"
        passed = _ABSENT if each.passed is None else percent(each.passed.estimate)
        rows.append((str(each.answers), str(each.calls), with_bounds(each.success), percent(each.null), passed, gain))
    notes = [
        f"{found.chains:,} chains over {found.problems:,} problems; feedback {found.feedback}; "
        f"verifier {found.verifier}: accepted {percent(found.accepts_right)}% of right and "
        f"{percent(found.accepts_wrong)}% of wrong answers.",
        "no feedback: what retries would give if feedback changed nothing, in closed form from each problem's own "
        "independent samples. pass@calls: such samples at equal calls, an oracle choosing; gain: success less that.",
    ]
    if any(each.passed is None for each in found.rounds):
        notes.append(
            f"There are {found.samples} independent samples a problem ({found.samples_from}); for more rounds give "
            "--samples-from RUN, a run of the same model and settings without a strategy."
        )
    return [*table(rows, left=0), "", *_notes(*notes)]


def _notes(*texts: str) -> list[str]:
    return [line for text in texts for line in wrap(text, WIDTH, break_on_hyphens=False)]


def print_analysis(found: Analysis, out: IO[str]) -> None:
    """Write the analysis: with weight on a terminal, in plain text elsewhere."""
    bold, plain = ("\x1b[1m", "\x1b[0m") if out.isatty() else ("", "")
    parts = ["\n".join([f"{bold}{heading}{plain}", "", *lines]) for heading, lines in sections(found)]
    print("\n\n".join(parts), file=out)
