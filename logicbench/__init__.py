"""Logical-reasoning benchmarks with solver-checked answers and measured hardness.

>>> import logicbench
>>> problem = next(logicbench.generate("sat", "assign", count=1, knobs={"variables": 5}))
>>> logicbench.verify(problem, f"Answer: {problem.reference}").correct
True

The public API is this page: `generate` makes problems, `load` reads them, `verify` checks a completion, `reward` turns
checks into numbers to train on; `Problem`, `Answer`, `Unparsable`, `Verdict` and `Violation` are the records. All of it
is imported on first use, so that ``import logicbench`` is instant and needs no optional package.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from logicbench.family import verify as verify
    from logicbench.generation import generate as generate
    from logicbench.hardness import Band as Band
    from logicbench.problem import Answer as Answer
    from logicbench.problem import Problem as Problem
    from logicbench.problem import Unparsable as Unparsable
    from logicbench.problem import Verdict as Verdict
    from logicbench.problem import Violation as Violation
    from logicbench.problem import load as load
    from logicbench.rewards import reward as reward

_HOMES = {
    "Answer": "problem",
    "Band": "hardness",
    "Problem": "problem",
    "Unparsable": "problem",
    "Verdict": "problem",
    "Violation": "problem",
    "generate": "generation",
    "load": "problem",
    "reward": "rewards",
    "verify": "family",
}

__all__ = [*sorted(_HOMES), "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'logicbench' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"logicbench.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
