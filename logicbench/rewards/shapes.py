"""What a verdict is worth: every variant of the reward, declared in one place.

A shape is safe by construction. Whatever its settings, the least that a correct answer earns exceeds the most that any
other answer earns by `MARGIN`; `Shape` refuses settings that would break this. So no amount of formatting, partial
progress or brevity can pay more than being right, and a policy that is always right has nothing left to gain elsewhere.

========== =================== ========================================================================================
name       range               what it pays, and why it cannot be farmed
========== =================== ========================================================================================
binary     {0, 1}              1 for a correct answer. There is nothing else to farm.
signed     {-1, 0, 1}          1 correct, 0 wrong, -1 where no single answer could be read. A wrong answer never beats
                               silence by more than the format is worth: 0 is below every correct answer.
format     {0, 0.05, 1}        0.05 for a readable wrong answer. Constant: once the form is learnt it is the same for
                               every sample and cancels in a group's advantage.
partial    [0, 0.3] or 1       0.3 times `Verdict.progress` for a wrong answer. Progress is 0 at what a polarity vote or
                               a random answer reaches and 1 only at a correct answer, so guessing earns nothing.
shaped     [0, 0.35] or 1      `format` and `partial` together: for policies that start with hardly any correct answer.
concise    [0.5, 1] or 0       A correct answer loses up to 0.5 for length between the soft and the hard limit. Wrong
                               answers earn 0 at any length, so short wrong answers gain nothing over long ones.
overlong   [-0.5, 1]           The soft punishment of DAPO (Yu et al. 2025, eq. 13): up to 0.5 is taken off any answer
                               for its length between the limits; beyond the hard limit a correct answer keeps 0.5.
========== =================== ========================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logicbench.errors import InputError, UnknownNameError
from logicbench.problem import Verdict

MARGIN = 0.1
"""The least correct reward exceeds the greatest incorrect one by at least this."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a verdict and the length of its completion become a number.

    Raises:
        InputError: If the settings would let an incorrect answer come within `MARGIN` of a correct one, or the limits
            are not in order.
    """

    name: str
    unparsable: float = 0.0
    """Paid where no single answer could be read."""
    readable: float = 0.0
    """Paid for a wrong answer in the right form; also where the checker's budget ran out (`undecided`)."""
    progress: float = 0.0
    """Factor on `Verdict.progress` of a wrong answer, where its task has a sound measure of progress."""
    penalty: float = 0.0
    """Taken off at the hard limit, growing linearly from the soft limit."""
    penalise_wrong: bool = False
    """Whether incorrect answers pay the penalty too."""
    soft_limit: int = 2048
    """Length from which the penalty grows: tokens where the caller gives their number, else characters / 4."""
    hard_limit: int = 4096
    """Length at which the penalty is whole."""

    def __post_init__(self) -> None:
        if not 0 <= self.soft_limit < self.hard_limit:
            raise InputError(f"reward {self.name}: the soft limit must be below the hard limit, and neither negative")
        if self.penalty < 0 or self.progress < 0:
            raise InputError(f"reward {self.name}: penalty and progress must not be negative")
        highest_wrong = max(self.unparsable, self.readable + self.progress)
        if 1.0 - self.penalty < highest_wrong + MARGIN:
            raise InputError(
                f"reward {self.name}: a correct answer may earn as little as {1.0 - self.penalty:g} and another as "
                f"much as {highest_wrong:g}; keep them {MARGIN:g} apart"
            )

    @property
    def range(self) -> tuple[float, float]:
        """The least and the greatest reward."""
        lowest = min(self.unparsable, self.readable)
        return (lowest - self.penalty if self.penalise_wrong else lowest), 1.0

    def value(self, verdict: Verdict, length: float) -> float:
        """Return the reward of a verdict on a completion of some length in tokens."""
        if verdict.status == "correct":
            return 1.0 - self.penalty * self._excess(length) if self.penalty else 1.0
        if verdict.status == "unparsable":
            earned = self.unparsable
        else:
            earned = self.readable + self.progress * (verdict.progress or 0.0)
        return earned - self.penalty * self._excess(length) if self.penalise_wrong else earned

    def _excess(self, length: float) -> float:
        return min(1.0, max(0.0, (length - self.soft_limit) / (self.hard_limit - self.soft_limit)))


_ALL = (
    Shape("binary"),
    Shape("signed", unparsable=-1.0),
    Shape("format", readable=0.05),
    Shape("partial", progress=0.3),
    Shape("shaped", readable=0.05, progress=0.3),
    Shape("concise", penalty=0.5),
    Shape("overlong", penalty=0.5, penalise_wrong=True),
)
SHAPES: Mapping[str, Shape] = {shape.name: shape for shape in _ALL}
"""The shapes by name."""


def get_shape(shape: str | Shape) -> Shape:
    """Return a shape by name; a shape is returned as it is.

    Raises:
        UnknownNameError: If no shape has the name.
    """
    if isinstance(shape, Shape):
        return shape
    if shape not in SHAPES:
        raise UnknownNameError("reward shape", shape, SHAPES)
    return SHAPES[shape]
