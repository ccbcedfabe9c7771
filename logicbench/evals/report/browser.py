"""The completions that the page's browser shows: which ones, and how they are packed into the page.

The page holds a small index of all of them (what filters need) and their texts in compressed chunks that are opened
only when they are looked at or searched. If a run has more completions than are shown, the same part of each kind and
outcome is drawn every time.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import orjson
from numpy.typing import NDArray

from logicbench.evals.record import Sample
from logicbench.evals.report.gather import RunData
from logicbench.evals.results import OUTCOMES
from logicbench.evals.store import open_run
from logicbench.family import get_family
from logicbench.problem import Answer, Json, Problem

SHOWN = 10_000
"""Completions in the browser, unless told otherwise."""

CHUNK = 128
"""Completions of one compressed chunk."""

MAX_TEXT = 6000
"""Characters of one part of a text that are kept; the middle of longer ones is left out."""

MAX_SNIPPET = 72
"""Characters of an answer in the list."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What the page embeds, all of it base64 of gzip of JSON."""

    index: str
    chunks: tuple[str, ...]
    shown: int
    total: int


def choose(run: RunData, limit: int) -> NDArray[np.int64]:
    """Return the places of the completions to show, in plan order.

    Each stratum (kind of problem and outcome) gets its share of `limit`, and at least one; within one, those
    completions are taken whose places in the plan have the smallest hashes.
    """
    total = len(run.problem)
    if total <= limit:
        return np.arange(total, dtype=np.int64)
    stratum = run.kind[run.problem].astype(np.int64) * len(OUTCOMES) + run.outcome
    rank = np.fromiter(
        (
            int.from_bytes(hashlib.blake2b(b"%d/%d" % name, digest_size=8).digest(), "little") >> 1
            for name in zip(run.problem.tolist(), run.sample.tolist(), strict=True)
        ),
        dtype=np.int64,
        count=total,
    )
    chosen = []
    for each in np.unique(stratum):
        members = np.flatnonzero(stratum == each)
        share = max(1, len(members) * limit // total)
        chosen.append(members[np.argsort(rank[members], kind="stable")[:share]])
    return np.sort(np.concatenate(chosen))


def pack(run: RunData, limit: int = SHOWN, others: Sequence[RunData] = ()) -> Payload:
    """Return the browser's content; of the other runs, what became of the same completions."""
    chosen = choose(run, limit)
    snippets: list[str] = []
    chunks: list[str] = []
    pending: list[tuple[Sample, Problem]] = []
    for pair in _read(run, chosen):
        pending.append(pair)
        if len(pending) == CHUNK:
            chunks.append(_chunk(pending, snippets))
            pending = []
    if pending:
        chunks.append(_chunk(pending, snippets))
    problem = run.problem[chosen]
    hardness = run.hardness[problem]
    index = {
        "kinds": run.kinds,
        "outcomes": OUTCOMES,
        "chunk": CHUNK,
        "kind": run.kind[problem].tolist(),
        "outcome": run.outcome[chosen].tolist(),
        "problem": problem.tolist(),
        "sample": run.sample[chosen].tolist(),
        "hardness": [None if np.isnan(score) else round(float(score), 3) for score in hardness],
        "tokens": run.tokens[chosen].tolist(),
        "thinking": run.thinking[chosen].tolist(),
        "answer": snippets,
        "others": [_other(run, chosen, other) for other in others],
    }
    return Payload(_compress(index), tuple(chunks), len(chosen), len(run.problem))


def _other(run: RunData, chosen: NDArray[np.int64], other: RunData) -> dict[str, Json]:
    """Return another run's outcomes of the chosen completions; -1 where it has none."""
    found = other.outcomes_by_name()
    names = zip(run.problem[chosen].tolist(), run.sample[chosen].tolist(), strict=True)
    return {"name": other.name, "outcome": [found.get((run.ids[problem], sample), -1) for problem, sample in names]}


def _read(run: RunData, chosen: NDArray[np.int64]) -> Iterator[tuple[Sample, Problem]]:
    reader = open_run(run.path)
    problems = reader.problems()
    wanted = iter(chosen.tolist())
    following = next(wanted, None)
    for place, sample in enumerate(reader.samples()):
        if place == following:
            yield sample, problems[int(run.problem[place])]
            following = next(wanted, None)


def _chunk(pairs: Sequence[tuple[Sample, Problem]], snippets: list[str]) -> str:
    problems: dict[str, int] = {}
    shown: list[dict[str, Json]] = []
    entries: list[dict[str, Json]] = []
    for sample, problem in pairs:
        if problem.id not in problems:
            problems[problem.id] = len(problems)
            shown.append({"id": problem.id, "prompt": shorten(problem.prompt), "reference": problem.reference})
        entry, snippet = _entry(sample, problem)
        entries.append({"problem": problems[problem.id], **entry})
        snippets.append(snippet)
    return _compress({"problems": shown, "samples": entries})


def _entry(sample: Sample, problem: Problem) -> tuple[dict[str, Json], str]:
    begin, end = sample.thinking or (0, 0)
    parts = [sample.text[:begin], sample.text[begin:end], sample.text[end:]]
    read = _answer(sample, problem)
    snippet = sample.error or (read.text if read else sample.text[sample.answer_start :])
    entry: dict[str, Json] = {
        "parts": [shorten(part) for part in parts],
        "closed": sample.thinking_closed,
        "finish": sample.finish,
    }
    verdict = sample.verdict
    optional: dict[str, Json] = {
        "read": shorten(read.text, 600) if read else None,
        "rule": (read.extractor if read else None) or (verdict.extractor if verdict else None),
        "notes": list(verdict.parse_notes) if verdict else [],
        "violations": [violation.message for violation in verdict.violations] if verdict else [],
        "more": verdict.violations_total - len(verdict.violations) if verdict else 0,
        "progress": verdict.progress if verdict else None,
        "label": sample.label,
        "error": sample.error,
        "seconds": round(sample.latency_s, 2),
        "logprob": None if sample.logprob_sum is None else round(sample.logprob_sum, 2),
    }
    entry |= {name: value for name, value in optional.items() if value not in (None, "", [], 0)}
    line = " ".join(snippet[-4 * MAX_SNIPPET :].split())
    return entry, line[:MAX_SNIPPET]


def _answer(sample: Sample, problem: Problem) -> Answer | None:
    """Read the answer again, for its words: the run keeps only its canonical form."""
    if sample.verdict is None or sample.verdict.status == "unparsable":
        return None
    found = get_family(problem.family).parse(problem, sample.text[sample.answer_start :])
    return found if isinstance(found, Answer) else None


def shorten(text: str, most: int = MAX_TEXT) -> str:
    """Return a text without its middle, if it is long."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}\n[… {len(text) - most:,} characters left out …]\n{text[-most // 2 :]}"


def _compress(value: Json) -> str:
    return base64.b64encode(gzip.compress(orjson.dumps(value), 6, mtime=0)).decode("ascii")
