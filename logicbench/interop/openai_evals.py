"""The class that an exported OpenAI evals registry names: samples are scored by logicbench, not by comparison."""

from __future__ import annotations

import importlib
from typing import Any

from logicbench.family import verify
from logicbench.interop.rows import problem_of

# By name: a folder called `evals` in the working directory is not this package to tools that read the source.
evals: Any = importlib.import_module("evals")


class Verified(evals.Eval):  # type: ignore[misc]
    """Asks each sample once and reports the share of right answers and of unreadable ones."""

    def eval_sample(self, sample: dict[str, Any], rng: Any) -> None:
        """Ask a sample and record what became of it."""
        completion = self.completion_fn(prompt=sample["input"]).get_completions()[0]
        verdict = verify(problem_of(sample["problem"]), completion)
        evals.record.record_match(
            verdict.correct, expected=sample["ideal"], picked=completion, sampled=completion, status=verdict.status
        )

    def run(self, recorder: Any) -> dict[str, float]:
        """Ask all samples and return the figures."""
        self.eval_all_samples(recorder, self.get_samples())
        events = [event.data for event in recorder.get_events("match")]
        total = max(1, len(events))
        return {
            "accuracy": sum(event["correct"] for event in events) / total,
            "unparsable": sum(event["status"] == "unparsable" for event in events) / total,
        }
