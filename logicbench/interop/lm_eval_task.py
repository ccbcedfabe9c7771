"""What an exported lm-evaluation-harness task calls: its documents and its scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from logicbench.family import verify
from logicbench.interop.rows import problem_of
from logicbench.problem import read_jsonl


def load_problems(path: Path) -> dict[str, Any]:
    """Return the data set of an exported task, as the key ``custom_dataset`` wants it.

    Raises:
        InputError: If the file cannot be read.
    """
    from datasets import Dataset

    return {"test": Dataset.from_list([row for _, row in read_jsonl(path)])}


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """Return the figures of one completion, of which the task takes the mean."""
    status = verify(problem_of(doc["problem"]), results[0]).status
    return {"correct": float(status == "correct"), "unparsable": float(status == "unparsable")}
