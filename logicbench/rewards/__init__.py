"""Verification as a reward: exact, bounded, and hard to game.

>>> import logicbench
>>> problem = next(logicbench.generate("sat", "assign", count=1, knobs={"variables": 5}))
>>> logicbench.reward(["Answer: " + problem.reference, "I give up."], [problem, problem])
[1.0, 0.0]

`reward` judges a batch and `score` a single completion, `Shape` says what a verdict is worth, and `RewardPool` spreads
the work over processes.
"""

from logicbench.rewards.core import Completion, Row, Scored, read_row, reward, score
from logicbench.rewards.pool import Judged, RewardPool
from logicbench.rewards.shapes import SHAPES, Shape, get_shape

__all__ = [
    "SHAPES",
    "Completion",
    "Judged",
    "RewardPool",
    "Row",
    "Scored",
    "Shape",
    "get_shape",
    "read_row",
    "reward",
    "score",
]
