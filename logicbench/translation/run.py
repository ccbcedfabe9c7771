"""Running a pipeline over a file of items, into a folder from which it can be resumed.

Many items are in work at a time, so that the backend always has a batch: every round of questions of all of them goes
out together. A finished item is one line of ``translations.jsonl``, appended whole; ``run.json`` holds the settings,
which a resumed run must share.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from logicbench.errors import InputError
from logicbench.evals.journal import Journal, dump_document, read_journal, write_atomically
from logicbench.evals.lock import RunLock
from logicbench.models.protocol import Backend, Completion, Message, Request, Sampling
from logicbench.seeding import digest
from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import SEPARATOR, Ask, Dialogue, Settings, Translation
from logicbench.translation.pipelines.registry import Pipeline
from logicbench.translation.score import score

IN_WORK = 64
"""Items in work at a time."""
LOG = "translations.jsonl"


@dataclass(frozen=True, slots=True)
class RunConfig:
    """What fixes a run's results; a resumed run must have the same."""

    model: str
    backend: str
    pipeline: str
    data: str
    settings: Settings
    sampling: Sampling
    seed: int = 0
    backend_options: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON values."""
        return {**asdict(self), "backend_options": dict(self.backend_options)}


@dataclass(slots=True)
class _Work:
    """An item in work."""

    item: Item
    dialogue: Dialogue[Translation]
    asked: Sequence[Ask] = ()
    answers: list[str | None] = field(default_factory=list)
    count: int = 0
    tokens: list[int] = field(default_factory=lambda: [0, 0])
    exchanges: list[dict[str, str]] = field(default_factory=list)
    failure: str = ""
    result: Translation | None = None

    def advance(self, answers: Sequence[str] | None) -> None:
        """Go on with the dialogue; what breaks it fails this item and not the run, which may have taken hours."""
        try:
            self.asked = next(self.dialogue) if answers is None else self.dialogue.send(answers)
            self.answers = [None] * len(self.asked)
        except StopIteration as stop:
            self.result, self.asked = stop.value, ()
        except Exception as error:  # model text may hit any fault of the readers and solvers
            self.failure, self.asked = f"cannot be judged ({type(error).__name__}: {error})", ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: the records of the finished items, and the messages of those that failed."""

    records: list[dict[str, Any]]
    failed: list[str]
    seconds: float


def translate(
    items: Sequence[Item],
    backend: Backend,
    pipeline: Pipeline,
    config: RunConfig,
    folder: Path,
    *,
    fresh: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Outcome:
    """Translate items into a folder, those left out that it has already.

    Args:
        items: The items.
        backend: Who answers.
        pipeline: How to ask.
        config: The run's settings.
        folder: The run's folder, made if need be.
        fresh: Whether to throw away what the folder has.
        step: Called after every item.

    Raises:
        InputError: If the folder holds a run with other settings, or an item does not fit the pipeline.
    """
    for item in items:
        pipeline.check(item)
    folder.mkdir(parents=True, exist_ok=True)
    lock = RunLock(folder)
    try:
        before = _open(folder, config, fresh)
        done = {record["id"]: record for _, _, record in read_journal(folder / LOG)} if before else {}
        settings = replace(config.settings, grammar=backend.capabilities.grammar)
        owed = iter([item for item in items if item.name not in done])
        failed: list[str] = []
        started = time.monotonic()
        journal = Journal(folder / LOG)
        try:
            for work in _finished(owed, backend, pipeline, config, settings):
                record = None if work.failure else _record(work, settings)
                if record is None:
                    failed.append(f"{work.item.name}: {work.failure}")
                    continue
                journal.append(record)
                done[work.item.name] = record
                step()
        finally:
            journal.close()
            seconds = before.get("seconds", 0.0) + time.monotonic() - started
            state = {"config": config.to_json(), "backend": dict(backend.describe()), "seconds": round(seconds, 3)}
            write_atomically(folder / "run.json", dump_document(state))
        return Outcome([done[item.name] for item in items if item.name in done], failed, seconds)
    finally:
        lock.release()


def _open(folder: Path, config: RunConfig, fresh: bool) -> dict[str, Any]:
    """The state of an earlier session with the same settings; empty where there is none."""
    path = folder / "run.json"
    if fresh:
        for each in (path, folder / LOG):
            each.unlink(missing_ok=True)
    if not path.exists():
        write_atomically(path, dump_document({"config": config.to_json()}))
        (folder / LOG).unlink(missing_ok=True)
        (folder / LOG).touch()
        return {"seconds": 0.0}
    state: dict[str, Any] = orjson.loads(path.read_bytes())
    ours, theirs = orjson.loads(orjson.dumps(config.to_json())), state["config"]
    differing = [name for name in ours if ours[name] != theirs.get(name)]
    if differing:
        name = differing[0]
        raise InputError(
            f"{folder} holds a run with another {name} ({theirs.get(name)!r}, now {ours[name]!r}); "
            "choose another --output, or give --fresh to start over"
        )
    return state


def _finished(
    owed: Iterator[Item], backend: Backend, pipeline: Pipeline, config: RunConfig, settings: Settings
) -> Iterator[_Work]:
    """Yield the items as they are finished."""
    active: list[_Work] = []
    while True:
        while len(active) < IN_WORK and (item := next(owed, None)) is not None:
            work = _Work(item, pipeline.run(item, settings))
            work.advance(None)
            active.append(work)
        if not active:
            return
        _round(active, backend, config)
        for work in active:
            if not work.failure and work.result is None:
                work.advance([answer or "" for answer in work.answers])
        yield from (work for work in active if work.failure or work.result is not None)
        active = [work for work in active if not work.failure and work.result is None]


def _round(active: Sequence[_Work], backend: Backend, config: RunConfig) -> None:
    """Have all questions of the items in work answered."""
    requests: dict[bool, list[Request]] = {False: [], True: []}
    places: dict[str, tuple[_Work, int, int]] = {}
    for work in active:
        for place, ask in enumerate(work.asked):
            key = f"{work.item.name}/{work.count}"
            places[key] = work, place, len(work.exchanges)
            work.exchanges.append({"prompt": ask.prompt, "completion": ""})
            seed = int.from_bytes(digest("translate", config.seed, work.item.name, work.count)[:8], "little") >> 1
            requests[ask.greedy].append(Request(key, _messages(ask), seed, work.item.name, work.count, ask.grammar))
            work.count += 1
    for greedy, batch in requests.items():
        if batch:
            sampling = replace(config.sampling, temperature=0.0) if greedy else config.sampling
            for completion in backend.complete(batch, sampling):
                _receive(completion, *places[completion.key])


def _messages(ask: Ask) -> tuple[Message, ...]:
    return tuple(Message("assistant" if place % 2 else "user", turn) for place, turn in enumerate(ask.turns))


def _receive(completion: Completion, work: _Work, place: int, slot: int) -> None:
    """Keep a completion; exchanges stand in the order of the questions, whichever was answered first."""
    if completion.finish_reason == "error":
        work.failure = completion.error or "the backend gave no reason"
        return
    text = completion.text.split(SEPARATOR)[0]
    work.answers[place] = text
    work.tokens[0] += completion.prompt_tokens
    work.tokens[1] += completion.generated_tokens
    work.exchanges[slot]["completion"] = completion.text


def _record(work: _Work, settings: Settings) -> dict[str, Any] | None:
    """The line of a finished item; None, and a failure, where its translation cannot be scored."""
    found = work.result
    assert found is not None
    try:
        points = score(work.item, found, settings.budget).to_json()
    except Exception as error:  # as in `_Work.advance`
        work.failure = f"cannot be scored ({type(error).__name__}: {error})"
        return None
    return {
        "id": work.item.name,
        "kind": work.item.kind,
        "label": work.item.label,
        "labels": list(work.item.labels),
        "formulas": list(found.formulas),
        "readable": list(found.readable),
        "parsed": found.parsed,
        "executed": found.executed,
        "verdict": found.verdict,
        "prediction": found.prediction,
        "error": found.error,
        "score": points,
        "details": dict(found.details),
        "calls": work.count,
        "tokens": {"prompt": work.tokens[0], "completion": work.tokens[1]},
        "exchanges": work.exchanges,
    }
