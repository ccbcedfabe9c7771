"""The reward function: completions and problems in, floats out.

Total on completions: any text, however long or hostile, gets a number. Deterministic: the same text and row give the
same number in any process. Bounded: text is cut to the last `logicbench.family.MAX_COMPLETION_BYTES` characters before
it is read, and solver work inside checking has budgets in conflicts; where one runs out the verdict is ``undecided``,
which earns what a wrong answer earns.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from logicbench.errors import InputError, LogicbenchError
from logicbench.family import verify
from logicbench.problem import Problem, Verdict, Violation
from logicbench.rewards.shapes import Shape, get_shape

Completion: TypeAlias = str | Sequence[Mapping[str, Any]] | None
"""Text, or chat messages of which the last one's content counts; None counts as empty text."""

Row: TypeAlias = Problem | Mapping[str, Any] | str | bytes
"""A problem, its JSON object, or one line of a problem file."""

CHARACTERS_PER_TOKEN = 4.0
"""Turns a length in characters into one in tokens where the number of tokens is not given."""

_OPENING = "<think>"
"""Put before a completion whose prompt opened the thinking block."""

_MAX_ROWS = 4096
_rows: dict[str | bytes, Problem] = {}
"""Problems read from lines: a group of completions repeats its row, and what checking derives hangs on the problem."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scored:
    """A completion, judged."""

    reward: float
    verdict: Verdict


def read_row(row: Row) -> Problem:
    """Return the problem of a row.

    Raises:
        InputError: If it is not a problem.
    """
    if isinstance(row, Problem):
        return row
    if isinstance(row, str | bytes):
        known = _rows.get(row)
        if known is not None:
            return known
        try:
            record = orjson.loads(row)
        except orjson.JSONDecodeError as error:
            raise InputError(f"a problem row is not JSON: {error}") from None
        problem = Problem.from_json(record, "problem row")
        if len(_rows) >= _MAX_ROWS:
            _rows.clear()
        _rows[row] = problem
        return problem
    return Problem.from_json(row, "problem row")


def text_of(completion: Completion) -> str:
    """Return the text of a completion.

    Raises:
        InputError: If it is neither text nor chat messages.
    """
    if isinstance(completion, str):
        return completion
    if completion is None:
        return ""
    try:
        content = completion[-1]["content"] if len(completion) else ""
    except (TypeError, KeyError, IndexError):
        raise InputError('a completion is text or a list of messages {"role": ..., "content": ...}') from None
    if isinstance(content, list):  # parts, as multimodal templates have them
        content = "".join(str(part.get("text", "")) for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""


def score(
    completion: Completion,
    problem: Row,
    *,
    shape: str | Shape = "binary",
    tokens: int | None = None,
    thinking_opened: bool = False,
) -> Scored:
    """Judge one completion.

    Args:
        completion: What the model wrote.
        problem: What was asked.
        shape: What the verdict is worth, by name or as a `Shape`.
        tokens: Length of the completion in tokens, for shapes with length limits; estimated if None.
        thinking_opened: Whether the chat template ended the prompt inside a thinking block. Then a completion that
            never closes the block holds no answer, and what it says of one inside earns nothing.

    Raises:
        InputError: If the row is not a problem, or was made by another version of its family.
        UnknownNameError: If there is no such shape, family or task.
    """
    problem = read_row(problem)
    text = text_of(completion)
    length = len(text) / CHARACTERS_PER_TOKEN if tokens is None else tokens
    verdict = _judge(problem, _OPENING + text if thinking_opened else text)
    return Scored(get_shape(shape).value(verdict, length), verdict)


def _judge(problem: Problem, text: str) -> Verdict:
    try:
        return verify(problem, text)
    except LogicbenchError:
        raise
    except Exception as error:
        # A defect of a checker must not end a training run of days; it is logged, and never pays.
        _log.exception("the checker of %s:%s broke down on problem %s", problem.family, problem.task, problem.id)
        return Verdict("undecided", 0.0, violations=(Violation("checker-error", f"{type(error).__name__}: {error}"),))


def reward(
    completions: Sequence[Completion],
    problems: Sequence[Row],
    *,
    shape: str | Shape = "binary",
    tokens: Sequence[int | None] | None = None,
    thinking_opened: bool = False,
) -> list[float]:
    """Return the reward of each of a batch of completions; `score` judges a single one.

    Args:
        completions: What the model wrote: texts, or chat messages.
        problems: As many problems (or rows of them) as completions, in the same order.
        shape: What a verdict is worth, by name (see `logicbench.rewards.shapes`) or as a `Shape`.
        tokens: Lengths in tokens, for shapes with length limits; estimated if None.
        thinking_opened: Whether prompts end inside a thinking block; see `score`.

    Raises:
        InputError: If the numbers of completions, problems and lengths differ, or a row is not a problem.
        UnknownNameError: If there is no such shape, family or task.
    """
    rows, lengths = matched(completions, problems, tokens)
    chosen = get_shape(shape)
    return [
        score(text, row, shape=chosen, tokens=length, thinking_opened=thinking_opened).reward
        for text, row, length in zip(completions, rows, lengths, strict=True)
    ]


def matched(
    completions: Sequence[Completion], problems: Sequence[Row], tokens: Sequence[int | None] | None
) -> tuple[Sequence[Row], Sequence[int | None]]:
    """Return a row and a length for every completion.

    Raises:
        InputError: If their numbers differ, or one text or one problem is given where a list of them belongs.
    """
    if isinstance(completions, str) or isinstance(problems, Problem | Mapping | str | bytes):
        raise InputError("give a list of completions and a list of as many problems; for one of each there is score()")
    if len(problems) != len(completions):
        raise InputError(f"there are {len(completions)} completions but {len(problems)} problems")
    if tokens is None:
        return problems, [None] * len(completions)
    if len(tokens) != len(completions):
        raise InputError(f"there are {len(completions)} completions but {len(tokens)} lengths in tokens")
    return problems, tokens
