"""Many questions at once, on several processes; results come in the order of the questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import islice

from logicbench.logic.fol.syntax import Formula
from logicbench.solvers.prover.entailment import Result, prove
from logicbench.solvers.prover.portfolio import Budget

Question = tuple[Sequence[Formula], Formula]
_CHUNK = 16


def prove_all(
    questions: Iterable[Question], workers: int = 1, budget: Budget | None = None, external: bool = True
) -> Iterator[Result]:
    """Yield the result of each question (premises, conclusion); the same for any number of workers.

    Args:
        questions: The questions; they are read as they are needed.
        workers: Processes; with 1, everything happens in this one.
        budget: Limits for each.
        external: Whether provers on the search path may be asked.
    """
    ask = partial(_ask, budget=budget, external=external)
    if workers <= 1:
        yield from map(ask, questions)
        return
    waiting = iter(questions)
    with ProcessPoolExecutor(workers) as pool:
        while block := list(islice(waiting, _CHUNK * workers * 4)):
            yield from pool.map(ask, block, chunksize=_CHUNK)


def _ask(question: Question, budget: Budget | None, external: bool) -> Result:
    return prove(question[0], question[1], budget, external)
