"""``logicbench eval``: how well a model reasons, with error bars, into a folder that can be resumed."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from logicbench.errors import InputError, LogicbenchError, UnknownNameError

if TYPE_CHECKING:
    from logicbench.evals.config import EvalConfig
    from logicbench.evals.runner import Outcome
    from logicbench.models.protocol import Backend
    from logicbench.models.ray import RayOptions
    from logicbench.problem import Problem

MODELLESS = ("oracle", "random", "constant")
"""Backends that need no --model."""

_MODEL, _TASKS, _SAMPLING, _PROMPT, _STRATEGY, _ENGINE, _RUN = (
    "Model", "Problems", "Sampling", "Prompting and thinking", "Strategy", "Engine", "Run",
)  # fmt: skip


app = typer.Typer(add_completion=False)


@app.command()
def eval_command(
    model: Annotated[
        str | None,
        typer.Option(help="Folder of a model, or its name; for scripted, a JSONL file.", rich_help_panel=_MODEL),
    ] = None,
    backend: Annotated[
        str,
        typer.Option(
            help="auto, vllm, transformers, openai, oracle, random, constant or scripted.", rich_help_panel=_MODEL
        ),
    ] = "auto",
    base_url: Annotated[
        str | None, typer.Option(help="Address of an OpenAI-compatible server.", rich_help_panel=_MODEL)
    ] = None,
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            help="FILE.jsonl, family, family:task or family:task@surface; repeatable.", rich_help_panel=_TASKS
        ),
    ] = None,
    suite: Annotated[
        str | None, typer.Option(help="core or core-mini, which ship with logicbench.", rich_help_panel=_TASKS)
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most that many of each selection.", rich_help_panel=_TASKS)
    ] = None,
    problem_seed: Annotated[int, typer.Option(help="Seed of generated problems.", rich_help_panel=_TASKS)] = 0,
    samples: Annotated[int, typer.Option(min=1, help="Completions of each problem.", rich_help_panel=_SAMPLING)] = 1,
    seed: Annotated[int, typer.Option(help="Seed of the sampling.", rich_help_panel=_SAMPLING)] = 0,
    max_tokens: Annotated[
        int, typer.Option(min=1, help="Most tokens of a completion.", rich_help_panel=_SAMPLING)
    ] = 1024,
    temperature: Annotated[float, typer.Option(min=0.0, help="0 is greedy.", rich_help_panel=_SAMPLING)] = 0.0,
    top_p: Annotated[float, typer.Option(help="Nucleus sampling.", rich_help_panel=_SAMPLING)] = 1.0,
    top_k: Annotated[int, typer.Option(min=0, help="0 keeps all tokens.", rich_help_panel=_SAMPLING)] = 0,
    min_p: Annotated[
        float, typer.Option(help="Least probability against the best's.", rich_help_panel=_SAMPLING)
    ] = 0.0,
    repetition_penalty: Annotated[float, typer.Option(help="1 is none.", rich_help_panel=_SAMPLING)] = 1.0,
    logprobs: Annotated[
        bool, typer.Option(help="Store the log-probabilities of the sampled tokens.", rich_help_panel=_SAMPLING)
    ] = True,
    system: Annotated[str | None, typer.Option(help="System message.", rich_help_panel=_PROMPT)] = None,
    shots: Annotated[
        int, typer.Option(min=0, help="Solved examples before each question.", rich_help_panel=_PROMPT)
    ] = 0,
    shot_seed: Annotated[int, typer.Option(help="Seed of the solved examples.", rich_help_panel=_PROMPT)] = 0,
    chat_template_kwargs: Annotated[
        str, typer.Option(help="JSON object for the chat template.", rich_help_panel=_PROMPT)
    ] = "{}",
    thinking: Annotated[
        str, typer.Option(help="auto, off, or an opening and a closing tag.", rich_help_panel=_PROMPT)
    ] = "auto",
    thinking_budget: Annotated[
        int | None, typer.Option(min=0, help="Most tokens of thinking.", rich_help_panel=_PROMPT)
    ] = None,
    grammar: Annotated[
        bool,
        typer.Option(
            "--grammar", help="Hold completions to the answer's form (vllm; some tasks).", rich_help_panel=_PROMPT
        ),
    ] = False,
    repetition_stop: Annotated[
        int | None,
        typer.Option(
            min=2, help="End a completion that repeats a pattern of tokens so many times.", rich_help_panel=_SAMPLING
        ),
    ] = None,
    batch_size: Annotated[str, typer.Option(help="auto, or a number.", rich_help_panel=_ENGINE)] = "auto",
    dtype: Annotated[str, typer.Option(help="auto, float32, bfloat16 or float16.", rich_help_panel=_ENGINE)] = "auto",
    tensor_parallel_size: Annotated[
        int, typer.Option(min=1, help="Devices that share one copy of the model.", rich_help_panel=_ENGINE)
    ] = 1,
    backend_option: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VALUE for the backend, as JSON or text; may be given again.", rich_help_panel=_ENGINE),
    ] = None,
    check_workers: Annotated[
        int, typer.Option(min=-1, help="Processes that check answers; -1 chooses.", rich_help_panel=_ENGINE)
    ] = -1,
    executor: Annotated[
        str, typer.Option(help="local, or ray: one engine a worker of a Ray cluster.", rich_help_panel=_ENGINE)
    ] = "local",
    workers: Annotated[
        int | None, typer.Option(min=1, help="ray: engines; by default one a GPU.", rich_help_panel=_ENGINE)
    ] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(help="ray: auto or HOST:PORT of a cluster; by default this machine.", rich_help_panel=_ENGINE),
    ] = None,
    strategy: Annotated[
        str, typer.Option(help="single, vote, rpc, best-of-n or iterate.", rich_help_panel=_STRATEGY)
    ] = "single",
    rounds: Annotated[
        int, typer.Option(min=1, help="iterate: most answers to a problem.", rich_help_panel=_STRATEGY)
    ] = 5,
    verifier: Annotated[
        str, typer.Option(help="iterate: sound, self or adversarial.", rich_help_panel=_STRATEGY)
    ] = "sound",
    feedback: Annotated[
        str, typer.Option(help="iterate: none, first or all errors.", rich_help_panel=_STRATEGY)
    ] = "first",
    history: Annotated[
        int, typer.Option(help="iterate: earlier answers shown; -1 is all.", rich_help_panel=_STRATEGY)
    ] = -1,
    output: Annotated[
        Path | None, typer.Option(help="The run's folder; by default one under runs/.", rich_help_panel=_RUN)
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option("--fresh/--resume", help="Start over, or go on with the run in the folder.", rich_help_panel=_RUN),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the results as JSON.", rich_help_panel=_RUN)] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.", rich_help_panel=_RUN)] = False,
) -> None:
    """Evaluate a model on problems with solver-checked answers.

    Progress goes to standard error, the table or JSON to standard output, all else into the run's folder.

    A run that was stopped or killed goes on where it was when the same command is given again.
    """
    from logicbench.evals.config import EvalConfig, Prompting
    from logicbench.evals.selection import file_digests, load_suite, parse_selection, select
    from logicbench.models.protocol import RepetitionStop, Sampling

    if suite is None and not tasks:
        raise InputError("what should be evaluated? give --tasks FILE.jsonl, --tasks family:task, or --suite NAME")
    if suite is not None and tasks:
        raise InputError("give either --tasks or --suite")
    if strategy == "rpc" and not logprobs:
        raise InputError("--strategy rpc weighs completions by their log-probabilities; leave out --no-logprobs")
    if model is None and backend not in MODELLESS:
        raise InputError("give --model PATH|NAME, or a reference backend such as --backend oracle")
    chosen = load_suite(suite) if suite is not None else None
    selections = list(chosen.selections) if chosen else [each for name in tasks or () for each in parse_selection(name)]
    options = backend_options(
        batch_size, dtype, tensor_parallel_size, base_url, _json_object(chat_template_kwargs), backend_option or ()
    )
    config = EvalConfig(
        model=model if model is not None else backend,
        samples=samples,
        seed=seed,
        sampling=Sampling(
            max_tokens=max_tokens,
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            min_p=min_p,
            repetition_penalty=repetition_penalty,
            logprobs=logprobs,
            thinking_budget=thinking_budget,
            repetition=None if repetition_stop is None else RepetitionStop(min_count=repetition_stop),
        ),
        prompting=Prompting(system, shots, shot_seed, _json_object(chat_template_kwargs)),
        thinking=thinking,
        grammar=grammar,
        strategy=_strategy(strategy, samples, rounds, verifier, feedback, history),
        tasks=tuple(tasks or ()),
        task_files=file_digests(selections),
        problem_seed=problem_seed,
        suite=suite,
        limit=limit,
        backend=backend,
        backend_options=options,
    )
    problems = select(selections, limit, config.problem_seed, workers=max(1, (os.cpu_count() or 1) - 1))
    cluster = _cluster(executor, workers, ray_address)
    run_evaluation(
        config,
        problems,
        output,
        fresh=fresh,
        check_workers=check_workers,
        as_json=as_json,
        quiet=quiet,
        cluster=cluster,
    )


def run_evaluation(
    config: EvalConfig,
    problems: Iterator[Problem],
    output: Path | None,
    *,
    fresh: bool,
    check_workers: int,
    as_json: bool,
    quiet: bool,
    cluster: RayOptions | None = None,
) -> None:
    """Carry out an evaluation from the command line, and end the program as its outcome says."""
    from logicbench.evals.progress import make_reporter
    from logicbench.evals.runner import evaluate

    folder = output if output is not None else default_output(config)
    reporter = make_reporter(quiet)

    def make(asked: Sequence[Problem]) -> Backend:
        if cluster is not None:
            from logicbench.models.ray import RayBackend

            return RayBackend(config.backend, config.model, asked, config.backend_options, cluster, reporter.note)
        from logicbench.models import make_backend

        return make_backend(config.backend, config.model, asked, config.backend_options, reporter.note)

    workers = check_workers if check_workers >= 0 else default_check_workers()
    try:
        with _terminable():
            outcome = evaluate(
                problems, make, folder, config, fresh=fresh, check_workers=workers, reporter=reporter, argv=sys.argv
            )
    except LogicbenchError:
        reporter.stop()
        _say_what_is_safe(folder)
        raise
    if as_json:
        print(json.dumps(_document(outcome)))
    else:
        _show(outcome, config)
    raise typer.Exit({"complete": 0, "incomplete": 1, "stopped": 130}[outcome.status])


def default_output(config: EvalConfig) -> Path:
    """Return ``runs/MODEL-HASH``: the same settings give the same folder, so that they resume."""
    from logicbench.evals.manifest import EXACT_CONFIG
    from logicbench.problem import content_id

    settings = config.to_json()
    name = Path(config.model.rstrip("/")).name or "model"
    return Path("runs") / f"{name}-{content_id({each: settings[each] for each in EXACT_CONFIG}, size=8)}"


def default_check_workers() -> int:
    """Return 0 (a thread) on small machines and a few processes where there are cores to spare."""
    cores = os.cpu_count() or 1
    return 0 if cores < 8 else min(4, cores // 4)


def _strategy(name: str, samples: int, rounds: int, verifier: str, feedback: str, history: int) -> dict[str, Any]:
    from logicbench.evals.iterate import IterateOptions

    if name == "iterate":
        options = IterateOptions(rounds, verifier, feedback, None if history < 0 else history)  # type: ignore[arg-type]
        return options.to_json()
    if name not in ("single", "vote", "rpc", "best-of-n"):
        raise UnknownNameError("strategy", name, ("single", "vote", "rpc", "best-of-n", "iterate"))
    if name != "single" and samples < 2:
        raise InputError(f"--strategy {name} chooses among several completions; give --samples 2 or more")
    return {"name": name}


def _cluster(executor: str, workers: int | None, address: str | None) -> RayOptions | None:
    """Return where the engines run, if not here."""
    if executor == "ray":
        from logicbench.models.ray import RayOptions

        return RayOptions(address, workers)
    if executor != "local":
        raise UnknownNameError("executor", executor, ("local", "ray"))
    if workers is not None or address is not None:
        raise InputError("--workers and --ray-address need --executor ray")
    return None


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"--chat-template-kwargs is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise InputError('--chat-template-kwargs must be a JSON object such as {"enable_thinking": false}')
    return value


def backend_options(
    batch_size: str,
    dtype: str,
    tensor_parallel_size: int,
    base_url: str | None,
    chat_template_kwargs: Mapping[str, Any],
    pairs: Sequence[str],
) -> dict[str, Any]:
    """Return the options that were given; a default is left to the backend."""
    options: dict[str, Any] = {}
    if batch_size != "auto":
        if not batch_size.isdecimal() or int(batch_size) < 1:
            raise InputError(f"--batch-size must be auto or a positive number, not {batch_size!r}")
        options["batch_size"] = int(batch_size)
    if dtype != "auto":
        options["dtype"] = dtype
    if tensor_parallel_size != 1:
        options["tensor_parallel_size"] = tensor_parallel_size
    if base_url is not None:
        options["base_url"] = base_url
    if chat_template_kwargs:
        options["chat_template_kwargs"] = dict(chat_template_kwargs)
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InputError(f"--backend-option must be NAME=VALUE, not {pair!r}")
        try:
            options[name.replace("-", "_")] = json.loads(value)
        except json.JSONDecodeError:
            options[name.replace("-", "_")] = value
    return options


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a termination signal (a scheduler's, for example) stop the run as the interrupt key does."""

    def stop(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say_what_is_safe(folder: Path) -> None:
    log = folder / "samples.jsonl"
    if log.exists() and log.stat().st_size:
        print(f"What was finished is safe in {folder}; the same command goes on from there.", file=sys.stderr)


def _document(outcome: Outcome) -> dict[str, Any]:
    return {
        "output": str(outcome.path),
        "status": outcome.status,
        "planned": outcome.planned,
        "finished": outcome.finished,
        "failed": outcome.failed,
        "error": outcome.error,
        "results": outcome.results,
    }


def _show(outcome: Outcome, config: EvalConfig) -> None:
    from logicbench.evals.report import write_report
    from logicbench.evals.table import print_table

    if outcome.results is not None:
        print_table(outcome.results, headline(outcome, config), sys.stdout)
        print()
    print(f"Run folder: {outcome.path}")
    if outcome.status == "stopped":
        print(f"Stopped at {outcome.finished:,} of {outcome.planned:,}; the same command goes on from there.")
    elif outcome.status == "incomplete":
        print(f"{outcome.failed:,} requests failed ({outcome.error}); the same command retries them.")
    else:
        print(f"Report: {write_report(outcome.path)}")


def headline(outcome: Outcome, config: EvalConfig) -> str:
    """Return the table's title: the model, how much was asked, and how fast the last session was."""
    from logicbench.evals.progress import duration
    from logicbench.evals.store import open_run

    info = open_run(outcome.path).info
    name = Path(config.model.rstrip("/")).name or config.model
    kind = info["backend"]["name"]
    parts = [name if name == kind else f"{name} ({kind})"]
    sessions = info["sessions"]
    seconds = sum(session.get("seconds", 0) for session in sessions)
    tokens = sum(session.get("completion_tokens", 0) for session in sessions)
    parts.append(f"{outcome.finished:,} completions in {duration(seconds)}")
    if tokens and seconds:
        parts.append(f"{tokens / seconds:,.0f} tokens/s")
    return " · ".join(parts)
