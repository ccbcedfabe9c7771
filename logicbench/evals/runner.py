"""Runs an evaluation: asks the backend for what the store does not have, checks beside it, and sums up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from logicbench.errors import BackendError, InputError, LogicbenchError
from logicbench.evals.checking import Checker, admit_problems, make_checker
from logicbench.evals.config import EvalConfig
from logicbench.evals.feedback import MAX_LISTED
from logicbench.evals.iterate import IterateOptions, Iteration, resume, run_waves
from logicbench.evals.iterate_results import iterate_results
from logicbench.evals.manifest import changed_model, describe_host, fingerprint, package_versions
from logicbench.evals.pipeline import Pipeline
from logicbench.evals.plan import Plan
from logicbench.evals.progress import Quiet, Reporter, Tally
from logicbench.evals.prompting import Prompter
from logicbench.evals.record import MAX_VIOLATIONS, Sample
from logicbench.evals.results import compute_results
from logicbench.evals.store import RunWriter, create_run
from logicbench.models.protocol import Backend
from logicbench.models.thinking import parse_tags
from logicbench.problem import Json, Problem

FAILURES_IN_A_ROW = 64
"""If that many requests fail before the first succeeds, the backend is taken to be broken."""

BackendMaker = Callable[[Sequence[Problem]], Backend]
"""Makes the backend, given the problems that it will be asked."""


Ending = Literal["complete", "incomplete", "stopped"]
"""``incomplete`` if some requests failed, ``stopped`` if the user stopped it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an evaluation ended."""

    path: Path
    status: Ending
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
    planned = config.samples * len(problems)
    tally = Tally(planned=planned, finished=len(writer.done), correct=writer.correct)
    reporter.start(tally, writer.path)
    status: Ending = "complete"
    if tally.finished < planned:
        backend = make_backend(problems)
        try:
            _describe(writer, config, backend, planned, prompter)
            session = Session(writer, backend, config, problems, prompter, check_workers, tally, reporter)
            status = session.run()
        finally:
            backend.close()
    if status == "stopped":
        return Outcome(writer.path, "stopped", planned, tally.finished, tally.failed, None, tally.first_error)
    results = compute_results(writer)
    if config.strategy["name"] == "iterate":
        results["iterate"] = iterate_results(writer)
    writer.write_results(results)
    return Outcome(writer.path, status, planned, tally.finished, tally.failed, results, tally.first_error)


def _describe(writer: RunWriter, config: EvalConfig, backend: Backend, planned: int, prompter: Prompter) -> None:
    """Write down what the run is made with, and refuse to go on with another model or other examples.

    Raises:
        InputError: If the run was begun with another model, or with other solved examples.
    """
    account: dict[str, Json] = {
        "name": backend.name,
        "capabilities": asdict(backend.capabilities),
        "describe": dict(backend.describe()),
    }
    digest = prompter.digest()
    if writer.done:
        if writer.info.get("prompt_digest", digest) != digest:
            raise InputError(
                f"{writer.path}: the solved examples before the questions are no longer what they were; "
                "install the version of the family that drew them, or use --fresh"
            )
        changed = changed_model(writer.info.get("backend", account), account)
        if changed:
            raise InputError(
                f"{writer.path} was begun with another model: {changed}; use the one it was begun with, "
                "--fresh to start over, or another --output"
            )
    settings = config.to_json()
    writer.update(
        config=settings,
        planned=planned,
        prompt_digest=digest,
        fingerprint=fingerprint(settings, writer.info["problems"]["sha256"], digest, account),
        backend=account,
        host=describe_host(),
        packages=package_versions(),
    )


@dataclass(frozen=True, slots=True)
class Session:
    """One stretch of work on a run, from the loaded model to its end, however that comes."""

    writer: RunWriter
    backend: Backend
    config: EvalConfig
    problems: Sequence[Problem]
    prompter: Prompter
    check_workers: int
    tally: Tally
    reporter: Reporter

    def run(self) -> Ending:
        """Complete what is owed; all that was finished is stored, and the session's end noted in ``run.json``.

        Raises:
            BackendError: If the backend as a whole fails.
            LogicbenchError: If a result cannot be stored or checked.
        """
        self.writer.begin_session()
        self.tally.begin()
        status: Ending | Literal["failed"] = "failed"
        error = ""
        try:
            status = self._work()
            error = self.tally.first_error if status == "incomplete" else ""
        except LogicbenchError as failure:
            error = str(failure)
            raise
        finally:
            figures = {**self.tally.session(), "statistics": dict(self.backend.statistics())}
            self.writer.end_session(status, figures, error)
            self.reporter.stop()
        return status

    def _work(self) -> Ending:
        interrupted = False
        body = self._iterate if self.config.strategy["name"] == "iterate" else self._complete
        try:
            body()
        except KeyboardInterrupt:
            interrupted = True
        if interrupted:
            return "stopped"
        return "complete" if len(self.writer.done) == self.tally.planned else "incomplete"

    def _complete(self) -> None:
        """Ask for every completion that is owed, in one call."""
        config = self.config
        plan = Plan(self.problems, config.samples, config.seed, self.prompter, self.writer.done, config.grammar)
        checker = self._checker(MAX_VIOLATIONS)
        pipeline = Pipeline(
            self.problems, self.config.seed, checker, self.writer.append, self._observe, self.writer.attempts
        )
        try:
            for completion in self.backend.complete(plan, self.config.sampling):
                problem_id, _, sample = completion.key.rpartition("/")
                pipeline.put(plan.rank(problem_id), int(sample), completion)
                self._give_up_if_broken()
        except KeyboardInterrupt:
            self.reporter.note("stopping: storing what is finished")
            raise
        finally:
            pipeline.close()

    def _iterate(self) -> None:
        """Carry every chain that is owed to its end."""
        options = IterateOptions.from_json(self.config.strategy)
        tags = parse_tags(self.config.thinking)
        iteration = Iteration(
            self.problems, self.config.samples, self.config.seed, self.prompter, options, tags, self.writer.done
        )
        for chain in resume(iteration, self.writer.rounds()):
            self._store_chain(chain.outcome())
        checker = self._checker(MAX_LISTED)
        try:
            run_waves(iteration, self.backend, self.config.sampling, checker, self._store_call, self._store_chain)
        finally:
            checker.close()

    def _checker(self, violations: int) -> Checker:
        path = self.writer.path / "problems.jsonl"
        return make_checker(path, parse_tags(self.config.thinking), self.check_workers, violations)

    def _observe(self, sample: Sample) -> None:
        self.tally.add(sample)
        self.tally.spend(sample)
        self.reporter.update(self.tally)

    def _store_call(self, call: Sample, ids: Sequence[int], logprobs: Sequence[float] | None) -> Sample:
        self.tally.spend(call)
        stored = self.writer.append_round(call, ids, logprobs)
        self.reporter.update(self.tally)
        return stored

    def _store_chain(self, sample: Sample) -> None:
        attempt = self.writer.attempts.get(sample.key, 0) + 1
        self.writer.append(replace(sample, attempt=attempt))
        self.tally.add(sample)
        self.reporter.update(self.tally)
        self._give_up_if_broken()

    def _give_up_if_broken(self) -> None:
        if self.tally.failed == self.tally.seen >= FAILURES_IN_A_ROW:
            raise BackendError(f"the first {self.tally.seen} requests all failed: {self.tally.first_error}")
