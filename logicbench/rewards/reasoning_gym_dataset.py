"""logicbench as a data set of reasoning-gym: ``dataset[i]``, ``score_answer(answer, entry)`` and its factory.

>>> import reasoning_gym
>>> from logicbench.rewards.reasoning_gym_dataset import register
>>> register()
>>> dataset = reasoning_gym.create_dataset("logicbench", family="sat", task="assign", seed=1, size=10)
>>> dataset.score_answer("Answer: " + dataset[3]["answer"], dataset[3])
1.0

Different seeds share nothing, unlike in data sets that number their items from the seed on.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from reasoning_gym.dataset import ProceduralDataset
from reasoning_gym.factory import DATASETS, register_dataset

from logicbench.errors import InputError
from logicbench.family import get_family, get_task
from logicbench.generation import Request, check_request, make_block
from logicbench.interop.rows import line_of
from logicbench.rewards.core import reward

NAME = "logicbench"
"""The name in reasoning-gym's registry."""


@dataclass
class LogicbenchConfig:
    """What to generate."""

    family: str = "sat"
    task: str | None = None
    """None means the family's first."""
    surface: str | None = None
    """None means the family's first."""
    knobs: dict[str, Any] = field(default_factory=dict)
    split: str = "train"
    measure: bool = False
    """Whether to measure each problem's hardness, which takes longer than making it."""
    shape: str = "binary"
    """What a verdict is worth; see `logicbench.rewards.shapes`."""
    seed: int | None = None
    size: int = 500

    def validate(self) -> None:
        """Check the settings.

        Raises:
            UnknownNameError, InputError: If one is unknown or out of range.
        """
        if self.size < 1:
            raise InputError(f"size must be positive (given {self.size})")
        check_request(self.request(0))

    def request(self, seed: int) -> Request:
        """Return the request that generates the data set."""
        surfaces = () if self.surface is None else (self.surface,)
        return Request(
            self.family, self.task, surfaces, self.size, seed, self.split, dict(self.knobs), measure=self.measure
        )


class LogicbenchDataset(ProceduralDataset):  # type: ignore[misc]
    """Problems of one family and task, made when they are asked for."""

    def __init__(self, config: LogicbenchConfig) -> None:
        chosen = random.SystemRandom().getrandbits(32) if config.seed is None else config.seed
        super().__init__(config=config, seed=chosen, size=config.size)
        request = config.request(chosen)
        self._labels = max(1, len(get_task(get_family(config.family), config.task).labels))
        self._block = lru_cache(maxsize=64)(lambda block: make_block(request, block)[0])

    def __getitem__(self, idx: int) -> dict[str, Any]:
        """Return the entry of an index: question, answer and metadata.

        Raises:
            IndexError: If the index is out of range.
        """
        if not -self.size <= idx < self.size:
            raise IndexError(idx)
        block, slot = divmod(idx % self.size, self._labels)
        problem = self._block(block)[slot]
        return {
            "question": problem.prompt,
            "answer": problem.reference,
            "metadata": {
                "source_dataset": NAME,
                "source_index": idx % self.size,
                "problem": line_of(problem),
                "difficulty": dict(problem.knobs),
            },
        }

    def score_answer(self, answer: str | None, entry: dict[str, Any]) -> float:
        """Return the reward of an answer; the entry alone says what is right.

        Args:
            answer: The completion, or what was taken out of it.
            entry: An entry of any data set of this class.
        """
        return reward([answer], [entry["metadata"]["problem"]], shape=self.config.shape)[0]


def register() -> None:
    """Register the data set with reasoning-gym's factory, once."""
    if NAME not in DATASETS:
        register_dataset(NAME, LogicbenchDataset, LogicbenchConfig)
