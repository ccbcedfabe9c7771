r"""A reward function for verl, named in its configuration by this file's path.

.. code-block:: shell

    python -m verl.trainer.main_ppo data.train_files=train.parquet \
        custom_reward_function.path="$(python -m logicbench.rewards.verl)" \
        custom_reward_function.name=compute_score \
        +custom_reward_function.reward_kwargs.shape=binary ...

``logicbench export --to verl`` writes the Parquet files: ``reward_model.ground_truth`` holds the problem's JSON line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from logicbench.rewards.core import score
from logicbench.rewards.shapes import Shape


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    *,
    shape: str | Shape = "binary",
    thinking_opened: bool = False,
    **options: Any,
) -> dict[str, float]:
    """Return verl's dictionary: ``score`` is the reward, the other entries are logged as figures of validation.

    Args:
        data_source: The row's source, unused: the problem names its family.
        solution_str: The decoded completion.
        ground_truth: The problem's JSON line.
        extra_info: The row's further columns, unused.
        shape: What a verdict is worth; see `logicbench.rewards.shapes`.
        thinking_opened: Whether the chat template ends prompts inside a thinking block.
        options: Whatever else verl hands over, unused.
    """
    judged = score(solution_str, ground_truth, shape=shape, thinking_opened=thinking_opened)
    status = judged.verdict.status
    return {
        "score": judged.reward,
        "acc": float(status == "correct"),
        "unparsable": float(status == "unparsable"),
        "undecided": float(status == "undecided"),
    }


if __name__ == "__main__":
    print(__file__)
