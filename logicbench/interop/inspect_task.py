"""What an exported Inspect task calls: its samples and its scorer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import TaskState, generate, system_message

from logicbench.family import verify
from logicbench.interop.rows import problem_of
from logicbench.problem import read_jsonl


@scorer(metrics=[accuracy(), stderr()])  # type: ignore[untyped-decorator,unused-ignore]
def verified() -> Scorer:
    """Return a scorer that checks the completion against the problem in the sample's metadata."""

    async def check(state: TaskState, target: Target) -> Score:
        verdict = verify(problem_of(state.metadata["problem"]), state.output.completion)
        return Score(
            value=CORRECT if verdict.correct else INCORRECT,
            answer=verdict.answer_key,
            explanation="; ".join(violation.message for violation in verdict.violations) or verdict.status,
            metadata={"status": verdict.status},
        )

    return check


def problem_task(path: Path, system: str | None = None) -> Task:
    """Return the task over an exported file of problems.

    Raises:
        InputError: If the file cannot be read.
    """
    samples = [_sample(row) for _, row in read_jsonl(path)]
    before = [] if system is None else [system_message(system)]
    return Task(dataset=MemoryDataset(samples, name=path.parent.name), solver=[*before, generate()], scorer=verified())


def _sample(row: dict[str, Any]) -> Sample:
    details = {name: row[name] for name in ("family", "task", "split", "problem")}
    return Sample(id=row["id"], input=row["prompt"], target=row["reference"], metadata=details)
