"""What a run owes: problems times samples, less what the store has, as a sequence of requests made when asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import overload

import numpy as np

from logicbench.evals.prompting import Prompter
from logicbench.family import GrammarFamily, get_family
from logicbench.models.protocol import Request
from logicbench.problem import Problem
from logicbench.seeding import digest

Key = tuple[str, int]
"""(problem id, sample index)."""


def derive_seed(run_seed: int, problem_id: str, *labels: str | int) -> int:
    """Return a completion's own seed in [0, 2**63), independent of every other completion's."""
    return int.from_bytes(digest("completion", run_seed, problem_id, *labels)[:8], "little") >> 1


def request_key(problem_id: str, sample: int) -> str:
    """Return the name of a completion within one call of a backend."""
    return f"{problem_id}/{sample}"


def answer_grammar(problem: Problem) -> str | None:
    """Return the grammar of a problem's answer, or None where its task states none."""
    family = get_family(problem.family)
    return family.grammar(problem) if isinstance(family, GrammarFamily) else None


class Plan(Sequence[Request]):
    """The requests that are owed, in plan order: problem by problem, sample by sample.

    Args:
        problems: All problems of the run.
        samples: Completions wanted for each.
        seed: The run's seed.
        prompter: Builds the messages.
        done: Keys to leave out.
        grammar: Whether completions are held to the form of an answer, in tasks that state its grammar.
    """

    def __init__(
        self,
        problems: Sequence[Problem],
        samples: int,
        seed: int,
        prompter: Prompter,
        done: Collection[Key] = (),
        grammar: bool = False,
    ) -> None:
        self._problems, self._seed, self._prompter, self._grammar = problems, seed, prompter, grammar
        owed: list[tuple[int, int]] = []
        self._ranks: dict[str, int] = {}
        for rank, problem in enumerate(problems):
            self._ranks[problem.id] = rank
            owed += [(rank, sample) for sample in range(samples) if (problem.id, sample) not in done]
        self._owed = np.asarray(owed, dtype=np.int32).reshape(-1, 2)
        self.planned = samples * len(problems)

    def rank(self, problem_id: str) -> int:
        """Return a problem's place among all problems of the run."""
        return self._ranks[problem_id]

    def __len__(self) -> int:
        return len(self._owed)

    @overload
    def __getitem__(self, index: int) -> Request: ...
    @overload
    def __getitem__(self, index: slice) -> list[Request]: ...
    def __getitem__(self, index: int | slice) -> Request | list[Request]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        rank, sample = (int(number) for number in self._owed[index])
        problem = self._problems[rank]
        return Request(
            key=request_key(problem.id, sample),
            messages=self._prompter.messages(problem),
            seed=derive_seed(self._seed, problem.id, sample),
            problem_id=problem.id,
            sample=sample,
            grammar=answer_grammar(problem) if self._grammar else None,
        )
