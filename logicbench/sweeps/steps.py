"""Carrying a sweep out: every step in a process of its own, so that an engine's memory is returned, and resumable.

A step is done if its result says so (``compression.json`` is written last; a run's ``run.json`` says complete), so a
sweep that was stopped at any point goes on from there. The folder::

    OUTPUT/models/ARM     compressed models; only compression.json is kept of them unless keep_models is set
    OUTPUT/runs/ARM       runs
    OUTPUT/logs/ARM.log   what the steps printed
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from logicbench.compression.sidecar import NAME as SIDECAR
from logicbench.errors import LogicbenchError
from logicbench.sweeps.spec import DENSE, OWN, Arm, Sweep, compress_arguments, eval_arguments

TRIES = 2
"""A step that fails is tried once more: engines that start side by side may disturb each other's memory profiling."""

Say = Callable[[str], None]
Runner = Callable[[Sequence[str], Path], int]
"""Runs ``logicbench ARGUMENTS`` with its output appended to a file; returns the exit code."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of a sweep."""

    root: Path

    def model(self, arm: str) -> Path:
        """Return the folder of an arm's model."""
        return self.root / "models" / arm

    def run(self, arm: str) -> Path:
        """Return the folder of an arm's run."""
        return self.root / "runs" / arm

    def log(self, arm: str) -> Path:
        """Return the file that an arm's steps print to."""
        return self.root / "logs" / f"{arm}.log"


@dataclass(slots=True)
class Progress:
    """What became of the arms."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def run_process(arguments: Sequence[str], log: Path) -> int:
    """Run ``logicbench ARGUMENTS`` in a process of its own."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        file.write(f"$ logicbench {' '.join(arguments)}\n".encode())
        file.flush()
        command = [sys.executable, "-m", "logicbench", *arguments]
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT).returncode


def carry_out(sweep: Sweep, layout: Layout, say: Say, run: Runner = run_process) -> Progress:
    """Do all steps that are not done yet: the dense run, the run that calibrates, then the other arms.

    Args:
        sweep: What to do.
        layout: Where.
        say: Told one line about each finished arm.
        run: Runs a step.

    Raises:
        LogicbenchError: If the dense model, or the run that calibrates, cannot be evaluated: the rest depends on them.
    """
    progress = Progress()
    from logicbench.models.known import resolve_model

    model = str(resolve_model(sweep.model))
    _must(_evaluate(layout, DENSE, {**sweep.evaluation}, model, run), DENSE, layout)
    progress.done.append(DENSE)
    say(f"{DENSE}: evaluated")
    if sweep.own is not None:
        _must(
            _evaluate(layout, OWN, {**sweep.evaluation, "suite": None, "tasks": None, **sweep.own}, model, run),
            OWN,
            layout,
        )
        say(f"{OWN}: the dense model's completions to calibrate on")
    lock, total, start = threading.Lock(), len(sweep.arms), time.monotonic()

    def work(arm: Arm) -> None:
        try:
            error = _arm(sweep, arm, layout, model, run)
        except (OSError, LogicbenchError) as trouble:  # a full disk, a record that cannot be read: one arm's affair
            error = f"{type(trouble).__name__}: {trouble}"
        with lock:
            if error:
                progress.failed[arm.name] = error
            else:
                progress.done.append(arm.name)
            count = len(progress.done) + len(progress.failed)
            say(f"[{count}/{total}, {time.monotonic() - start:,.0f} s] {arm.name}: {error or 'done'}")

    with ThreadPoolExecutor(sweep.jobs) as pool:
        for future in [pool.submit(work, arm) for arm in sweep.arms[1:]]:
            future.result()
    return progress


def _arm(sweep: Sweep, arm: Arm, layout: Layout, dense: str, run: Runner) -> str:
    """Make and evaluate one arm; return what went wrong, or nothing."""
    options = {**sweep.evaluation, **arm.evaluation}
    if is_complete(layout.run(arm.name)):
        return ""
    if arm.kind == "reference":
        return _evaluate(layout, arm.name, _modelless(options), None, run)
    if arm.kind == "model":
        same = arm.model == sweep.dense.model  # also where the command line names another dense model
        return _evaluate(layout, arm.name, options, dense if same else arm.model, run)
    folder = layout.model(arm.name)
    if not (folder / SIDECAR).is_file() or not any(folder.glob("*.safetensors")):
        arguments = compress_arguments(arm, dense, folder, layout.run(DENSE), layout.run(OWN))
        if error := _try(arguments, layout.log(arm.name), run, lambda: shutil.rmtree(folder, ignore_errors=True)):
            return f"not compressed: {error}"
    if error := _evaluate(layout, arm.name, options, str(folder), run):
        return error
    if not sweep.keep_models:
        _drop_weights(folder)
    return ""


def _drop_weights(folder: Path) -> None:
    """Remove everything of a compressed model but its record."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != SIDECAR:
            path.unlink()


def _modelless(options: dict[str, Any]) -> dict[str, Any]:
    """Return options without those that only an engine has."""
    engine = ("backend_options", "dtype", "batch_size", "tensor_parallel_size")
    return {name: value for name, value in options.items() if name not in engine}


def _evaluate(layout: Layout, arm: str, options: dict[str, Any], model: str | None, run: Runner) -> str:
    if is_complete(layout.run(arm)):
        return ""
    chosen = {name: value for name, value in options.items() if value is not None}
    error = _try(eval_arguments(chosen, model, layout.run(arm)), layout.log(arm), run, lambda: None)
    if error:
        return f"not evaluated: {error}"
    return "" if is_complete(layout.run(arm)) else f"the run is incomplete; see {layout.log(arm)}"


def _try(arguments: Sequence[str], log: Path, run: Runner, prepare: Callable[[], None]) -> str:
    for _ in range(TRIES):
        prepare()
        code = run(arguments, log)
        if code == 0:
            return ""
        if code == 2:
            break
    return f"{_last_line(log)} (see {log})"


def _last_line(log: Path) -> str:
    return _complaint(log) or (_lines(log) or ["no output"])[-1][:300]


def _complaint(log: Path) -> str:
    """Return the last error that a log holds, or nothing."""
    said = [line for line in _lines(log) if line.startswith("logicbench:")]
    return said[-1].removeprefix("logicbench: ")[:300] if said else ""


def _lines(log: Path) -> list[str]:
    return log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.is_file() else []


def missing_arms(sweep: Sweep, layout: Layout, progress: Progress) -> dict[str, str]:
    """Return the arms without a complete run, and why: what failed now, or what their logs say of an earlier time."""
    found = {}
    for arm in sweep.arms[1:]:
        if arm.name in progress.failed:
            found[arm.name] = progress.failed[arm.name]
        elif not is_complete(layout.run(arm.name)):
            found[arm.name] = "not done yet" + (f"; {last}" if (last := _complaint(layout.log(arm.name))) else "")
    return found


def is_complete(run: Path) -> bool:
    """Return whether a folder holds a run that ended."""
    from logicbench.evals.store import open_run

    try:
        return bool(open_run(run).info["status"] == "complete")
    except LogicbenchError:
        return False


def _must(error: str, arm: str, layout: Layout) -> None:
    if error:
        raise LogicbenchError(f"the {arm} run of the sweep failed: {error}; mend it and give the same command again")
