"""Runs an evaluation: asks the backend for what the store does not have, checks beside it, and sums up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from logicbench.errors import BackendError, InputError, LogicbenchError
from logicbench.evals.checking import admit_problems, make_checker
from logicbench.evals.config import EvalConfig
from logicbench.evals.manifest import describe_host, fingerprint, package_versions
from logicbench.evals.pipeline import Pipeline
from logicbench.evals.plan import Plan
from logicbench.evals.progress import Quiet, Reporter, Tally
from logicbench.evals.prompting import Prompter
from logicbench.evals.results import compute_results
from logicbench.evals.store import RunWriter, create_run
from logicbench.models.protocol import Backend
from logicbench.models.thinking import parse_tags
from logicbench.problem import Json, Problem

FAILURES_IN_A_ROW = 64
"""If that many requests fail before the first succeeds, the backend is taken to be broken."""

BackendMaker = Callable[[Sequence[Problem]], Backend]
"""Makes the backend, given the problems that it will be asked."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an evaluation ended."""

    path: Path
    status: Literal["complete", "incomplete", "stopped"]
    """``incomplete`` if some requests failed, ``stopped`` if the user stopped it."""
    planned: int
    finished: int
    """Completions that the run now holds."""
    failed: int
    """Requests of this session that failed."""
    results: Mapping[str, Any] | None
    """The content of ``results.json``; None if the run was stopped."""
    error: str = ""
    """The first failed request's reason."""


def evaluate(
    problems: Iterable[Problem],
    make_backend: BackendMaker,
    output: str | Path,
    config: EvalConfig,
    *,
    fresh: bool = False,
    check_workers: int = 0,
    reporter: Reporter | None = None,
    argv: Sequence[str] | None = None,
) -> Outcome:
    """Evaluate a model on problems into a run folder, or resume the run that is there.

    Args:
        problems: What to evaluate; not read if the folder holds a run with the same settings.
        make_backend: Makes the backend; called after the folder was admitted, so that a mistake costs no loading.
        output: The run folder.
        config: The settings.
        fresh: Delete a run that is there and start over.
        check_workers: Processes that check answers; 0 checks in a thread.
        reporter: Told of the progress.
        argv: The command line, for the record.

    Returns:
        How it ended. An interrupt (^C) is an orderly end: all that was finished is stored.

    Raises:
        InputError: If the folder or the settings are refused.
        BackendError: If the backend as a whole fails; what was finished is stored.
    """
    info = {"argv": list(sys.argv if argv is None else argv), "config": config.to_json()}
    writer = create_run(output, info, problems, fresh=fresh)
    try:
        return _evaluate(writer, make_backend, config, check_workers, reporter or Quiet())
    finally:
        writer.close()


def _evaluate(
    writer: RunWriter, make_backend: BackendMaker, config: EvalConfig, check_workers: int, reporter: Reporter
) -> Outcome:
    problems = writer.problems()
    admit_problems(problems)
    prompter = Prompter(config.prompting, problems)
    plan = Plan(problems, config.samples, config.seed, prompter, writer.done)
    tally = Tally(planned=plan.planned, finished=plan.planned - len(plan), correct=writer.correct)
    reporter.start(tally, writer.path)
    status: Literal["complete", "incomplete", "stopped"] = "complete"
    if len(plan):
        backend = make_backend(problems)
        try:
            _describe(writer, config, backend, plan, prompter)
            status = _generate(writer, backend, config, plan, problems, check_workers, tally, reporter)
        finally:
            backend.close()
    if status == "stopped":
        return Outcome(writer.path, "stopped", plan.planned, tally.finished, tally.failed, None, tally.first_error)
    results = compute_results(writer)
    writer.write_results(results)
    return Outcome(writer.path, status, plan.planned, tally.finished, tally.failed, results, tally.first_error)


def _describe(writer: RunWriter, config: EvalConfig, backend: Backend, plan: Plan, prompter: Prompter) -> None:
    """Write down what the run is made with."""
    account: dict[str, Json] = {
        "name": backend.name,
        "capabilities": asdict(backend.capabilities),
        "describe": dict(backend.describe()),
    }
    digest = prompter.digest()
    if writer.info.get("prompt_digest", digest) != digest:
        raise InputError(
            f"{writer.path}: the solved examples before the questions are no longer what they were; "
            "install the version of the family that drew them, or use --fresh"
        )
    settings = config.to_json()
    writer.update(
        config=settings,
        planned=plan.planned,
        prompt_digest=digest,
        fingerprint=fingerprint(settings, writer.info["problems"]["sha256"], digest, account),
        backend=account,
        host=describe_host(),
        packages=package_versions(),
    )


def _generate(
    writer: RunWriter,
    backend: Backend,
    config: EvalConfig,
    plan: Plan,
    problems: Sequence[Problem],
    check_workers: int,
    tally: Tally,
    reporter: Reporter,
) -> Literal["complete", "incomplete", "stopped"]:
    """Complete what is owed; whatever ends it, all that was finished is stored and the session's end noted."""

    def observe(sample: Any) -> None:
        tally.add(sample)
        reporter.update(tally)

    checker = make_checker(writer.path / "problems.jsonl", parse_tags(config.thinking), check_workers)
    pipeline = Pipeline(problems, config.seed, checker, writer.append, observe, writer.attempts)
    writer.begin_session()
    tally.begin()
    status: str = "failed"
    error = ""
    try:
        try:
            for completion in backend.complete(plan, config.sampling):
                problem_id, _, sample = completion.key.rpartition("/")
                pipeline.put(plan.rank(problem_id), int(sample), completion)
                if tally.failed == tally.seen >= FAILURES_IN_A_ROW:
                    raise BackendError(f"the first {tally.seen} requests all failed: {tally.first_error}")
            status = "complete"
        except KeyboardInterrupt:
            status = "stopped"
            reporter.note("stopping: storing what is finished")
        finally:
            pipeline.close()
        if status == "complete" and len(writer.done) < plan.planned:
            status, error = "incomplete", tally.first_error
    except LogicbenchError as failure:
        error = str(failure)
        status = "failed"
        raise
    finally:
        figures = {**tally.session(), "statistics": dict(backend.statistics())}
        writer.end_session(status, figures, error)
        reporter.stop()
    return status  # type: ignore[return-value]
