"""A reward function for TRL: ``GRPOTrainer(reward_funcs=TrlReward(), ...)``.

The data set has the columns that ``logicbench export --to trl`` writes: ``prompt`` (chat messages) and ``problem`` (the
problem's JSON line); TRL hands every column to the reward function. Rows of other tasks, which have no problem, get
None, as TRL wants it of a reward function that does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from logicbench.rewards.core import Completion, Row, read_row, score
from logicbench.rewards.curriculum import Curriculum
from logicbench.rewards.shapes import Shape, get_shape


class TrlReward:
    """Scores completions against the column ``problem``.

    Besides the reward it logs, through TRL's ``log_metric``, the shares of correct, unparsable and undecided
    completions: with a shaped reward its mean alone does not tell them.

    Args:
        shape: What a verdict is worth; see `logicbench.rewards.shapes`.
        thinking_opened: Whether the chat template ends prompts inside a thinking block.
        curriculum: Hears of every completion, so that hardness follows the policy; its figures are logged too.
    """

    def __init__(
        self, shape: str | Shape = "binary", *, thinking_opened: bool = False, curriculum: Curriculum | None = None
    ) -> None:
        self.shape = get_shape(shape)
        self.thinking_opened = thinking_opened
        self.curriculum = curriculum
        self.__name__ = f"logicbench_{self.shape.name}"

    def __call__(
        self,
        completions: Sequence[Completion],
        problem: Sequence[Row | None] | None = None,
        completion_ids: Sequence[Sequence[int]] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """Return a reward for each completion; None where the row holds no problem.

        Args:
            completions: Texts or chat messages.
            problem: The rows' problems.
            completion_ids: Token ids, whose number is the length that shapes with limits use.
            log_metric: TRL's hook for further figures.
            columns: The data set's other columns, unused.
        """
        rewards: list[float | None] = []
        counts = {"correct": 0, "wrong": 0, "unparsable": 0, "undecided": 0}
        for index, completion in enumerate(completions):
            row = problem[index] if problem is not None else None
            if row is None:
                rewards.append(None)
                continue
            judged = score(
                completion,
                row,
                shape=self.shape,
                tokens=None if completion_ids is None else len(completion_ids[index]),
                thinking_opened=self.thinking_opened,
            )
            counts[judged.verdict.status] += 1
            rewards.append(judged.reward)
            if self.curriculum is not None:
                self.curriculum.report(read_row(row), float(judged.verdict.correct))
        total = sum(counts.values())
        if log_metric is not None and total:
            for status in ("correct", "unparsable", "undecided"):
                log_metric(f"logicbench/{status}", counts[status] / total)
            for name, figure in self.curriculum.figures().items() if self.curriculum is not None else ():
                log_metric(f"logicbench/{name}", figure)
        return rewards
