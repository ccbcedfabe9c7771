"""Problems as the rows that trainers read.

Each row carries the whole problem as its JSON line, so that the reward needs nothing but the row.
"""

from __future__ import annotations

from typing import Any

import orjson

from logicbench.errors import InputError
from logicbench.problem import Problem, dump_line


def line_of(problem: Problem) -> str:
    """Return the problem's JSON line, without the newline."""
    return dump_line(problem.to_json()).decode().rstrip("\n")


def problem_of(line: str) -> Problem:
    """Return the problem of a JSON line.

    Raises:
        InputError: If the line does not hold a problem.
    """
    try:
        return Problem.from_json(orjson.loads(line), "problem row")
    except orjson.JSONDecodeError as error:
        raise InputError(f"a problem row is not JSON: {error}") from None


def messages(problem: Problem, system: str | None = None) -> list[dict[str, str]]:
    """Return the prompt as chat messages."""
    before = [{"role": "system", "content": system}] if system is not None else []
    return [*before, {"role": "user", "content": problem.prompt}]


def trl_row(problem: Problem, system: str | None = None) -> dict[str, Any]:
    """Return a row for TRL's online trainers: ``prompt``, and the columns that reward functions receive."""
    return {
        "prompt": messages(problem, system),
        "problem": line_of(problem),
        "family": problem.family,
        "task": problem.task,
        "hardness": problem.hardness.get("score"),
    }


def verl_row(problem: Problem, system: str | None = None) -> dict[str, Any]:
    """Return a row in verl's schema; ``ground_truth`` is the problem's line, which `rewards.verl` reads."""
    return {
        "data_source": f"logicbench/{problem.family}",
        "prompt": messages(problem, system),
        "ability": "logic",
        "reward_model": {"style": "rule", "ground_truth": line_of(problem)},
        "extra_info": {"split": problem.split, "index": problem.index, "id": problem.id, "task": problem.task},
    }


def verifiers_row(problem: Problem, system: str | None = None) -> dict[str, Any]:
    """Return a row in the schema of the package `verifiers`: ``prompt``, ``answer`` and ``info``."""
    return {
        "prompt": messages(problem, system),
        "answer": problem.reference or "",
        "info": {"problem": line_of(problem)},  # no key "task": verifiers routes by it
    }


def openai_row(problem: Problem, system: str | None = None) -> dict[str, Any]:
    """Return a sample in the form of OpenAI's `evals`: ``input``, ``ideal``, and the problem for the check."""
    return {"input": messages(problem, system), "ideal": problem.reference or "", "problem": line_of(problem)}


def eval_row(problem: Problem) -> dict[str, Any]:
    """Return the flat document that lm-evaluation-harness and Inspect read: all columns are text."""
    return {
        "id": problem.id,
        "prompt": problem.prompt,
        "reference": problem.reference or "",
        "family": problem.family,
        "task": problem.task,
        "split": problem.split,
        "problem": line_of(problem),
    }
