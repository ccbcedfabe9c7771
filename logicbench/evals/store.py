"""The run folder: opened for reading by anyone, for writing by one process. See ``docs/run-format.md``."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

import logicbench
from logicbench.errors import InputError, LogicbenchError
from logicbench.evals.journal import Journal, complete_bytes, dump_document, read_journal, write_atomically
from logicbench.evals.lock import RunLock
from logicbench.evals.manifest import differences, now
from logicbench.evals.problem_file import ProblemFile
from logicbench.evals.record import SCHEMA, Sample
from logicbench.evals.tokens import TokenReader, TokenWriter
from logicbench.problem import Json, Problem, dump_line

UPGRADES: Mapping[int, Callable[[dict[str, Json]], dict[str, Json]]] = {}
"""How to read the ``run.json`` of an older schema: from that version to the next."""

_FILES = ("run.json", "problems.jsonl", "samples.jsonl", "rounds.jsonl", "results.json", "report.html", "analyze.json")


class Line(NamedTuple):
    """Where a key's last line is, and what it says."""

    offset: int
    """In bytes from the start of the file."""
    attempt: int
    done: bool
    """False if the completion is owed again: its request failed, or its tokens are missing."""
    correct: bool


class RunReader:
    """A run folder open for reading.

    Attributes:
        path: The folder.
        info: The content of ``run.json``.
    """

    def __init__(self, path: Path, info: dict[str, Any]) -> None:
        self.path, self.info = path, info
        self._tokens = TokenReader(path / "tokens")

    def problems(self) -> ProblemFile:
        """Return the problems evaluated, in plan order, read from disk as they are asked for."""
        return ProblemFile(self.path / "problems.jsonl")

    def samples(self) -> Iterator[Sample]:
        """Yield each completion's last line, in plan order, streaming from disk."""
        last = self.last_lines()
        ranks = {problem.id: rank for rank, problem in enumerate(self.problems())}
        path = self.path / "samples.jsonl"
        order = sorted((ranks[name], index, line.offset) for (name, index), line in last.items() if name in ranks)
        if not order:
            return
        with open(path, "rb") as lines:
            for rank, index, offset in order:
                lines.seek(offset)
                yield Sample.from_json(orjson.loads(lines.readline()), f"{path} (problem {rank + 1}, sample {index})")

    def last_lines(self) -> dict[tuple[str, int], Line]:
        """Return the place and state of each key's last line."""
        path = self.path / "samples.jsonl"
        if not path.exists():
            return {}
        last: dict[tuple[str, int], Line] = {}
        for offset, number, record in read_journal(path):
            try:
                verdict = record["verdict"]
                done = verdict is not None and self._has_tokens(record["tokens_at"])
                correct = done and verdict["status"] == "correct"
                last[record["problem"], record["sample"]] = Line(offset, record["attempt"], done, correct)
            except (KeyError, TypeError):
                raise InputError.at(str(path), number, "not a sample; is this a logicbench run?") from None
        return last

    def rounds(self) -> Iterator[Sample]:
        """Yield each call's last line of ``rounds.jsonl``, in the order of its first; none without that strategy.

        What a call has beyond a sample (round, role, accepted, feedback) is in `Sample.extra`.
        """
        path = self.path / "rounds.jsonl"
        if not path.exists():
            return
        last: dict[tuple[Json, ...], int] = {}
        for offset, number, record in read_journal(path):
            try:
                last[record["problem"], record["sample"], record["round"], record["role"]] = offset
            except (KeyError, TypeError):
                raise InputError.at(str(path), number, "not a model call; is this a logicbench run?") from None
        with open(path, "rb") as lines:
            for offset in last.values():
                lines.seek(offset)
                call = Sample.from_json(orjson.loads(lines.readline()), f"{path} (byte {offset})")
                if self._has_tokens(call.tokens_at):
                    yield call

    def _has_tokens(self, place: Json) -> bool:
        return place is None or self._tokens.has((place[0], place[1], place[2]))

    def tokens(self, sample: Sample) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, log-probabilities) of a sample, each of shape (tokens,), empty where none were stored.

        Raises:
            InputError: If they were stored but are not there.
        """
        if sample.tokens_at is None:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        return self._tokens.read(sample.tokens_at)

    def results(self) -> dict[str, Any]:
        """Return the content of ``results.json``.

        Raises:
            InputError: If the run has none yet.
        """
        return _read_document(self.path / "results.json")


def open_run(path: str | Path) -> RunReader:
    """Open a run folder for reading; no lock is needed.

    Raises:
        InputError: If the folder is not a run, or of a schema version that cannot be read; the message says which.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give the folder that logicbench eval --output wrote")
    if not (folder / "run.json").exists():
        raise InputError(f"{folder} holds no run.json; give the folder that logicbench eval --output wrote")
    return RunReader(folder, _upgrade(_read_document(folder / "run.json"), folder))


def _read_document(path: Path) -> dict[str, Any]:
    try:
        document = orjson.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: not JSON ({error}); the file is damaged") from None
    if not isinstance(document, dict):
        raise InputError(f"{path}: expected a JSON object")
    return document


def _upgrade(info: dict[str, Any], folder: Path) -> dict[str, Any]:
    found = info.get("schema")
    if not isinstance(found, int):
        raise InputError(f"{folder}/run.json: field 'schema' is missing; this is not a logicbench run")
    writer = info.get("logicbench", "?")
    if found > SCHEMA:
        raise InputError(
            f"{folder} is of run format {found}, written by logicbench {writer}; this is logicbench "
            f"{logicbench.__version__}, which reads up to format {SCHEMA}; install that version or a newer one"
        )
    while info["schema"] < SCHEMA:
        step = UPGRADES.get(info["schema"])
        if step is None:
            readable = ", ".join(str(number) for number in sorted({*UPGRADES, SCHEMA}))
            raise InputError(
                f"{folder} is of run format {found}, written by logicbench {writer}; this logicbench "
                f"reads the formats {readable}; evaluate anew with --fresh, or install the version that wrote it"
            )
        info = step(info)
    return info


class RunWriter(RunReader):
    """A run folder open for writing: holds the lock until `close`.

    Attributes:
        done: Keys of the completions that are finished.
        correct: How many of them were correct when the folder was opened.
        attempts: Tries so far of the keys that are begun but not finished.
    """

    def __init__(self, path: Path, info: dict[str, Any], lock: RunLock) -> None:
        super().__init__(path, info)
        self._lock = lock
        self._samples = Journal(path / "samples.jsonl")
        self._rounds: Journal | None = None
        self._side = TokenWriter(path / "tokens")
        last = self.last_lines()
        self.done = {key for key, line in last.items() if line.done}
        self.correct = sum(line.correct for line in last.values())
        self.attempts = {key: line.attempt for key, line in last.items() if not line.done}

    def append(self, sample: Sample, ids: Sequence[int] = (), logprobs: Sequence[float] | None = None) -> None:
        """Append a completion: its tokens first, its line second.

        Raises:
            LogicbenchError: If the disk refuses it; what was appended before is safe.
        """
        if len(ids):
            sample = replace(sample, tokens_at=self._side.append(ids, logprobs))
        self._samples.append(sample.to_json())
        if sample.verdict is not None:
            self.done.add(sample.key)

    def append_round(self, call: Sample, ids: Sequence[int] = (), logprobs: Sequence[float] | None = None) -> Sample:
        """Append a call of a strategy with rounds: tokens first, line second; return it as stored.

        Raises:
            LogicbenchError: If the disk refuses it; what was appended before is safe.
        """
        if self._rounds is None:
            self._rounds = Journal(self.path / "rounds.jsonl")
        if len(ids):
            call = replace(call, tokens_at=self._side.append(ids, logprobs))
        self._rounds.append(call.to_json())
        return call

    def update(self, **changes: Json) -> None:
        """Change fields of ``run.json``."""
        self.info.update(changes)
        write_atomically(self.path / "run.json", dump_document(self.info))

    def begin_session(self) -> None:
        """Note in ``run.json`` that work begins."""
        session = {
            "started": now(),
            "ended": None,
            "status": "running",
            "pid": os.getpid(),
            "hostname": socket.gethostname(),
        }
        self.update(status="running", error="", sessions=[*self.info["sessions"], session])

    def end_session(self, status: str, figures: Mapping[str, Json], error: str = "") -> None:
        """Note in ``run.json`` how the session ended."""
        session = {**self.info["sessions"][-1], "ended": now(), "status": status, **figures}
        self.update(status=status, error=error, sessions=[*self.info["sessions"][:-1], session])

    def write_results(self, results: Mapping[str, Json]) -> None:
        """Replace ``results.json``."""
        write_atomically(self.path / "results.json", dump_document(results))

    def close(self) -> None:
        """Flush everything and free the folder."""
        self._side.close()
        self._samples.close()
        if self._rounds is not None:
            self._rounds.close()
        self._lock.release()


def create_run(
    path: str | Path, info: Mapping[str, Json], problems: Iterable[Problem], *, fresh: bool = False
) -> RunWriter:
    """Make a run folder, or resume the one that is there.

    Args:
        path: The folder.
        info: What to write into ``run.json``; `config` is compared with that of a run that is there already.
        problems: What will be evaluated; written to a new run, not read for one that is resumed.
        fresh: Delete the run that is there and start over.

    Raises:
        InputError: If another process writes there, if the folder holds something else, or a run with other settings.
        LogicbenchError: If the folder cannot be written.
    """
    folder = Path(path)
    info = orjson.loads(dump_document(info))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LogicbenchError(f"cannot make the folder {folder}: {error.strerror or error}") from error
    foreign = [entry.name for entry in folder.iterdir() if entry.name not in ("lock", "tokens", *_FILES)]
    begun = (folder / "run.json").exists()
    if not begun and any(not name.startswith(".") for name in foreign):
        raise InputError(f"{folder} is not empty and holds no run; choose another --output")
    lock = RunLock(folder)
    try:
        if begun and (fresh or _is_bare(folder)):
            _clear(folder)
            begun = False
        if not begun:
            _begin(folder, info, problems)
        reader = open_run(folder)
        if begun:
            _admit(reader, info)
        return RunWriter(folder, reader.info, lock)
    except BaseException:
        lock.release()
        raise


def _begin(folder: Path, info: Mapping[str, Json], problems: Iterable[Problem]) -> None:
    """Write the problems, then ``run.json``: a folder without the latter is begun anew."""
    for name in ("samples.jsonl", "rounds.jsonl"):
        (folder / name).unlink(missing_ok=True)
    sha256, count, kinds = hashlib.sha256(), 0, dict[tuple[str, str, str, str], int]()
    seen: set[str] = set()
    with open(folder / "problems.jsonl", "wb") as out:
        for problem in problems:
            if problem.id in seen:
                continue
            seen.add(problem.id)
            line = dump_line(problem.to_json())
            out.write(line)
            sha256.update(line)
            count += 1
            kind = (problem.family, problem.task, problem.surface, problem.version)
            kinds[kind] = kinds.get(kind, 0) + 1
        out.flush()
        os.fsync(out.fileno())
    tasks = [
        dict(zip(("family", "task", "surface", "version"), kind, strict=True), problems=n) for kind, n in kinds.items()
    ]
    document = {
        "schema": SCHEMA,
        "logicbench": logicbench.__version__,
        "status": "running",
        **info,
        "tasks": tasks,
        "problems": {"count": count, "sha256": sha256.hexdigest()},
        "sessions": [],
        "error": "",
    }
    write_atomically(folder / "run.json", dump_document(document))


def _is_bare(folder: Path) -> bool:
    """Whether a run was set up but nothing was completed, so that other settings lose nothing."""
    logs = [folder / name for name in ("samples.jsonl", "rounds.jsonl")]
    return not any(log.exists() and complete_bytes(log) for log in logs)


def _clear(folder: Path) -> None:
    """Delete the files of a run, and nothing else; ``run.json`` first, so that a kill leaves no half of a run."""
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    for column in (folder / "tokens").glob("*.npy"):
        column.unlink()


def _admit(run: RunReader, info: Mapping[str, Json]) -> None:
    changed = differences(run.info["config"], info["config"])
    if changed:
        raise InputError(
            f"{run.path} holds a run with other settings: {'; '.join(changed)}; "
            "give the same settings to resume it, --fresh to start over, or another --output"
        )
    if info["config"]["samples"] < run.info["config"]["samples"]:
        raise InputError(
            f"{run.path} was begun with --samples {run.info['config']['samples']}; it can grow but not shrink to "
            f"{info['config']['samples']}"
        )
    found = hashlib.sha256((run.path / "problems.jsonl").read_bytes()).hexdigest()
    if found != run.info["problems"]["sha256"]:
        raise InputError(f"{run.path}/problems.jsonl was changed since the run began; restore it, or use --fresh")
