"""Checks a run's completions anew with the verifier that is installed, without the model that wrote them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import logicbench
from logicbench.errors import InputError
from logicbench.evals.checking import admit_problems, check_answer
from logicbench.evals.record import Sample
from logicbench.evals.results import compute_results
from logicbench.evals.store import RunReader, create_run, open_run
from logicbench.problem import Problem

_KEPT = ("argv", "planned", "prompt_digest", "fingerprint", "backend", "host", "packages", "sessions", "error")


@dataclass(frozen=True, slots=True)
class Rescored:
    """What a rescoring found."""

    path: Path
    samples: int
    changes: Mapping[tuple[str, str, str], int]
    """(family:task, status before, status now) -> number of completions; unchanged ones are left out."""
    results: Mapping[str, Any]


def rescore(run: str | Path, output: str | Path, *, fresh: bool = False, argv: Sequence[str] = ()) -> Rescored:
    """Copy a run into another folder with every verdict made anew.

    The completions, the span of each that is its answer, tokens and costs stay what they were. The run itself is only
    read.

    Args:
        run: The run's folder.
        output: The folder of the copy.
        fresh: Replace a run that is in the folder.
        argv: The command line of the rescoring, for the record; that of the evaluation is kept.

    Raises:
        InputError: If the folder is not a run, its problems are of another version of their family, what it asked of
            the model depended on earlier verdicts, or `output` is the run itself or holds something else.
    """
    reader = open_run(run)
    if reader.info["config"]["strategy"]["name"] == "iterate":
        raise InputError(
            f"{reader.path} was made with --strategy iterate: what the model was asked depended on the verdicts, so "
            "other verdicts would not belong to these completions; evaluate it anew"
        )
    if Path(output).resolve() == reader.path.resolve():
        raise InputError(f"--output is the run itself ({output}); give another folder, so that both can be compared")
    problems = reader.problems()
    admit_problems(problems)
    info = {"argv": list(argv), "config": reader.info["config"]}
    writer = create_run(output, info, problems, fresh=fresh)
    try:
        if writer.done:
            raise InputError(f"{output} holds a run; choose another --output, or --fresh to replace it")
        _copy_tokens(reader, writer.path)
        changes: Counter[tuple[str, str, str]] = Counter()
        number = 0
        # Samples come in plan order; those of one problem are checked together, so that it is read and prepared once.
        asked = iter(problems)
        for name, samples in groupby(reader.samples(), lambda sample: sample.problem):
            problem = next(each for each in asked if each.id == name)
            for sample in samples:
                judged = _judged(sample, problem)
                writer.append(judged)
                number += 1
                before, now = _status(sample), _status(judged)
                if before != now:
                    changes[f"{sample.family}:{sample.task}", before, now] += 1
        kept = {name: reader.info[name] for name in _KEPT if name in reader.info}
        origin = {"run": str(reader.path), "logicbench": reader.info["logicbench"], "argv": list(argv)}
        writer.update(**kept, status=reader.info["status"], logicbench=logicbench.__version__, rescored_from=origin)
        results = compute_results(writer)
        writer.write_results(results)
        return Rescored(writer.path, number, changes, results)
    finally:
        writer.close()


def _judged(sample: Sample, problem: Problem) -> Sample:
    if sample.verdict is None:
        return sample
    return replace(sample, verdict=check_answer(problem, sample.text[sample.answer_start :]))


def _status(sample: Sample) -> str:
    return "error" if sample.verdict is None else sample.verdict.status


def _copy_tokens(reader: RunReader, folder: Path) -> None:
    source = reader.path / "tokens"
    if source.is_dir():
        shutil.copytree(source, folder / "tokens", dirs_exist_ok=True)
