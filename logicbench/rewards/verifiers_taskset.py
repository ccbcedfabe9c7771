"""A taskset for Prime Intellect's `verifiers` from 0.4 on (`verifiers.v1`); for 0.1 there is `verifiers_env`.

`verifiers` finds it by name through a module of two lines::

    # my_logic.py, for: vf-eval my-logic --env.taskset.tasks '["sat:assign"]'
    from logicbench.rewards.verifiers_taskset import LogicTaskset
    __all__ = ["LogicTaskset"]

A task carries its problem's JSON line, so that a stored trace can be scored again without this taskset.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import verifiers.v1 as vf
from pydantic import Field

from logicbench.errors import InputError
from logicbench.generation import generate
from logicbench.interop.rows import line_of
from logicbench.interop.tables import require_pyarrow
from logicbench.rewards.core import Scored, score
from logicbench.rewards.shapes import get_shape

__all__ = ["LogicTaskset"]


class LogicTaskConfig(vf.TaskConfig):  # type: ignore[misc]
    """How answers are judged (``--env.taskset.task.*``)."""

    shape: str = "binary"
    """What a verdict is worth; see `logicbench.rewards.shapes`."""
    thinking_opened: bool = False
    """Whether the chat template ends prompts inside a thinking block."""


class LogicTasksetConfig(vf.TasksetConfig):  # type: ignore[misc]
    """Which problems there are (``--env.taskset.*``)."""

    task: LogicTaskConfig = LogicTaskConfig()
    data: Path | None = None
    """A folder that ``logicbench export --to verifiers`` wrote; None generates problems."""
    split: str = "train"
    """Of the folder, or of generation: different splits share nothing."""
    tasks: list[str] = Field(default_factory=lambda: ["sat:assign"])
    """``family:task`` names to generate, in equal numbers."""
    count: int = 1000
    """Instances to generate of each task."""
    seed: int = 0
    knobs: dict[str, Any] = Field(default_factory=dict)
    """Settings of the generators."""
    surface: str | None = None
    """How instances are shown; None is each family's default."""


class LogicData(vf.TaskData):  # type: ignore[misc]
    """A prompt and its problem."""

    problem: str
    """The problem's JSON line."""
    reference: str = ""
    """One correct answer; empty where the problem has none."""


class LogicTask(vf.Task[LogicData, vf.State, LogicTaskConfig]):  # type: ignore[misc]
    """One problem, judged by our verifier from the trace alone."""

    @vf.reward  # type: ignore[untyped-decorator]
    async def reward(self, trace: vf.Trace) -> float:
        """Return what the last reply is worth."""
        return self._judged(trace.last_reply).reward

    @vf.metric  # type: ignore[untyped-decorator]
    async def verdict(self, trace: vf.Trace) -> dict[str, float]:
        """Return the figures that are logged beside the reward."""
        status = self._judged(trace.last_reply).verdict.status
        return {name: float(status == name) for name in ("correct", "unparsable", "undecided")}

    async def validate(self, runtime: vf.Runtime) -> bool | None:
        """Whether the reference is right; None where there is none."""
        if not self.data.reference:
            return None
        closing = "</think>" if self.config.thinking_opened else ""
        return self._judged(f"{closing}Answer: {self.data.reference}").verdict.correct

    def _judged(self, text: str) -> Scored:
        return _judged(self.data.problem, text, self.config.shape, self.config.thinking_opened)


@lru_cache(maxsize=256)
def _judged(line: str, text: str, shape: str, thinking_opened: bool) -> Scored:
    """Judge a reply; kept, because the reward and the figures of one trace both ask."""
    return score(text, line, shape=shape, thinking_opened=thinking_opened)


class LogicTaskset(vf.Taskset[LogicTask, LogicTasksetConfig]):  # type: ignore[misc]
    """Problems of any family, generated or exported.

    Raises:
        UnknownNameError: On iteration, if a family, task, surface, knob or reward shape is unknown.
        InputError: On iteration, if the folder holds no such split or a setting is out of range.
    """

    def load(self) -> Iterator[LogicTask]:
        """Yield the tasks."""
        get_shape(self.config.task.shape)
        for place, (prompt, system, reference, line) in enumerate(self._rows()):
            data = LogicData(
                idx=place, prompt=prompt, system_prompt=system or None, problem=line, reference=reference or ""
            )
            yield LogicTask(data, self.config.task)

    def _rows(self) -> Iterator[tuple[str, str, str | None, str]]:
        config = self.config
        if config.data is not None:
            yield from _exported(config.data, config.split)
            return
        for name in config.tasks:
            family, _, task = name.partition(":")
            for problem in generate(
                family,
                task or None,
                surface=config.surface,
                count=config.count,
                seed=config.seed,
                split=config.split,
                knobs=config.knobs,
                measure=False,
            ):
                yield problem.prompt, "", problem.reference, line_of(problem)


def _exported(folder: Path, split: str) -> Iterator[tuple[str, str, str | None, str]]:
    """Yield prompt, system message, reference and line of the rows of ``logicbench export --to verifiers``."""
    require_pyarrow()
    import pyarrow.parquet as parquet

    path = folder / f"{split}.parquet"
    if not path.is_file():
        raise InputError(f"{path}: no such file; export the split, or name one that lies in this folder")
    for row in parquet.read_table(path).to_pylist():
        said = {message["role"]: message["content"] for message in row["prompt"]}
        yield said["user"], said.get("system", ""), row["answer"], row["info"]["problem"]
