"""Whether a model answers alike when one instance is shown in several variants, or on several surfaces."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from logicbench.evals.record import Sample
from logicbench.evals.statistics.clustered import clustered_proportion
from logicbench.problem import Json, Problem


@dataclass(slots=True)
class _Member:
    """One showing of an instance, and whether and what each sample answered."""

    problem: Problem
    answers: dict[int, tuple[bool, str | None]] = field(default_factory=dict)

    @property
    def accuracy(self) -> float:
        return sum(correct for correct, _ in self.answers.values()) / len(self.answers)


class Invariance:
    """Gathers the samples of instances that are shown in several ways.

    Args:
        problems: All problems of the run, in plan order.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        shown: dict[tuple[str, str, str], list[Problem]] = {}
        for problem in problems:
            shown.setdefault((problem.family, problem.task, problem.instance_id), []).append(problem)
        several = [problem for group in shown.values() if len(group) > 1 for problem in group]
        self._members = {problem.id: _Member(problem) for problem in several}

    def add(self, sample: Sample) -> None:
        """Take a completion; one that failed, or whose problem is shown in one way only, is passed over."""
        member = self._members.get(sample.problem)
        if member is not None and sample.verdict is not None:
            member.answers[sample.sample] = (sample.verdict.correct, sample.verdict.answer_key)

    def rows(self) -> list[dict[str, Json]]:
        """Return a row for each family and task that has several variants, and one that has several surfaces."""
        members = [member for member in self._members.values() if member.answers]
        kinds = dict.fromkeys((member.problem.family, member.problem.task) for member in members)
        rows = []
        for family, task in kinds:
            of_kind = [m for m in members if (m.problem.family, m.problem.task) == (family, task)]
            for across in ("variants", "surfaces"):
                groups = list(_groups(of_kind, across))
                if groups:
                    rows.append({"family": family, "task": task, **_row(groups, across)})
        return rows


def _shown_as(problem: Problem, across: str) -> tuple[str, str]:
    """Return what differs within a group, and what is the same."""
    pair = problem.variant, problem.surface
    return pair if across == "variants" else (pair[1], pair[0])


def _groups(members: Sequence[_Member], across: str) -> Iterator[list[_Member]]:
    found: dict[tuple[str, str], list[_Member]] = {}
    for member in members:
        found.setdefault((member.problem.instance_id, _shown_as(member.problem, across)[1]), []).append(member)
    yield from (group for group in found.values() if len(group) > 1)


def _row(groups: Sequence[Sequence[_Member]], across: str) -> dict[str, Json]:
    accuracy = _accuracies(groups, across)
    verdicts, answers, right, independent, clusters = [], [], [], [], []
    comparable = all(len({member.problem.reference for member in group}) == 1 for group in groups)
    for group in groups:
        common = set.intersection(*(set(member.answers) for member in group))
        if not common:
            continue
        drawn = [[member.answers[sample] for member in group] for sample in sorted(common)]
        verdicts.append(_mean([len({correct for correct, _ in each}) == 1 for each in drawn]))
        answers.append(_mean([len({key for _, key in each}) == 1 and each[0][1] is not None for each in drawn]))
        right.append(_mean([all(correct for correct, _ in each) for each in drawn]))
        chances = [accuracy[_shown_as(member.problem, across)[0]] for member in group]
        independent.append(math.prod(chances) + math.prod(1 - chance for chance in chances))
        clusters.append(group[0].problem.group_id)
    row: dict[str, Json] = {"across": across, "members": list(accuracy), "instances": len(verdicts)}
    row |= dict.fromkeys(("same_verdict", "low", "high", "independent", "same_answer", "all_correct"))
    if verdicts:
        interval = clustered_proportion(verdicts, clusters)
        row |= {"same_verdict": interval.estimate, "low": interval.low, "high": interval.high}
        row |= {"independent": _mean(independent), "all_correct": _mean(right)}
        row["same_answer"] = _mean(answers) if comparable else None
    return row


def _accuracies(groups: Sequence[Sequence[_Member]], across: str) -> Mapping[str, float]:
    """Return the accuracy on each variant, or surface, in the order of first appearance."""
    values: dict[str, list[float]] = {}
    for group in groups:
        for member in group:
            values.setdefault(_shown_as(member.problem, across)[0], []).append(member.accuracy)
    return {name: _mean(found) for name, found in values.items()}


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
