"""Scores by the name of their method."""

from __future__ import annotations

from logicbench.compression.scores.base import Score
from logicbench.compression.scores.dpruner import DPrunerScore
from logicbench.compression.scores.gaprune import GaPruneScore
from logicbench.compression.scores.gblm import GblmScore
from logicbench.compression.scores.magnitude import MagnitudeScore
from logicbench.compression.scores.random import RandomScore
from logicbench.compression.scores.ria import RiaScore
from logicbench.compression.scores.wanda import WandaScore
from logicbench.errors import UnknownNameError

SCORES: dict[str, type[Score]] = {
    "random": RandomScore,
    "magnitude": MagnitudeScore,
    "wanda": WandaScore,
    "ria": RiaScore,
    "gblm": GblmScore,
    "dpruner": DPrunerScore,
    "gaprune": GaPruneScore,
}


def make_score(method: str, *, normalise: bool = False) -> Score:
    """Return the score of a masking method other than SparseGPT, which is no score but a solver.

    Raises:
        UnknownNameError: If the method has no score.
    """
    if method not in SCORES:
        raise UnknownNameError("score", method, SCORES)
    return MagnitudeScore(normalise=normalise) if method == "magnitude" else SCORES[method]()
