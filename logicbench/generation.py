"""From a request to problems: the same bytes with one worker or many, in any process.

The unit of work is a block: one draw of the family, which holds an instance for every label of the task. Block `b`
depends on nothing but the request and `b`, so blocks are made in parallel and put in order afterwards.
"""

from __future__ import annotations

import itertools
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from logicbench.errors import GenerationError, InputError, UnknownNameError
from logicbench.family import Draft, Family, FileFamily, Knobs, Task, get_family, get_task, make_knobs
from logicbench.hardness import Band
from logicbench.problem import Json, Problem, content_id
from logicbench.seeding import Place, Stream, digest

MAX_TRIES = 400
"""Draws for one block before a hardness band, or a fresh instance, is given up as out of reach."""

_BLOCKS_PER_CHUNK = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What to generate. Two equal requests give equal bytes."""

    family: str
    task: str | None = None
    surfaces: tuple[str, ...] = ()
    """Every instance is shown in each; empty means the family's first."""
    count: int = 10
    """Number of instances."""
    seed: int = 0
    split: str = "train"
    settings: Mapping[str, Json] = field(default_factory=dict)
    """Knob values; a list or a `range` means that each block draws one of its values."""
    hardness: Band | None = None
    measure: bool = True
    """Whether to measure hardness; a band needs it."""
    variants: tuple[str, ...] = ()
    """Meaning-preserving variants written after each base problem."""


def generate(
    family: str,
    task: str | None = None,
    *,
    surface: str | Sequence[str] | None = None,
    count: int = 10,
    seed: int = 0,
    split: str = "train",
    knobs: Mapping[str, Json] | None = None,
    hardness: Band | tuple[float, float] | None = None,
    measure: bool = True,
    variants: Sequence[str] = (),
    workers: int = 1,
) -> Iterator[Problem]:
    """Yield problems of one family and task.

    Args:
        family: Name of a registered family.
        task: One of its tasks; None means the first.
        surface: A surface, several, or ``"all"``; every instance is shown in each. None means the first.
        count: Number of instances.
        seed: Any integer; different seeds share nothing.
        split: Any name; different splits share nothing.
        knobs: Settings of the family; a list of values is drawn from.
        hardness: Only instances whose score lies in this closed interval.
        measure: Whether to measure hardness (a band always does).
        variants: Names of meaning-preserving variants to add after each problem.
        workers: Processes to use; the output does not depend on it.

    Raises:
        UnknownNameError: If the family, task, surface, knob or variant is unknown.
        InputError: If a setting is out of range.
        GenerationError: If the band or the number of different instances cannot be reached.

    Example:
        >>> first, second = generate("sat", "decide", count=2, knobs={"variables": 6})
        >>> sorted([first.label, second.label])
        ['sat', 'unsat']
    """
    found = get_family(family)
    if isinstance(surface, str):
        surfaces = tuple(found.surfaces) if surface == "all" else (surface,)
    else:
        surfaces = tuple(surface or ())
    band = Band(*hardness) if isinstance(hardness, tuple) else hardness
    request = Request(
        family,
        task,
        surfaces,
        count,
        seed,
        split,
        dict(knobs or {}),
        band,
        measure or band is not None,
        tuple(variants),
    )
    check_request(request)
    return run_request(request, workers)


def check_request(request: Request) -> None:
    """Check a request before any work is done.

    Raises:
        UnknownNameError, InputError: As `generate`.
    """
    family = get_family(request.family)
    get_task(family, request.task)
    for surface in request.surfaces:
        if surface not in family.surfaces:
            raise UnknownNameError(f"{family.name} surface", surface, family.surfaces)
    for variant in request.variants:
        if variant not in family.variants:
            raise UnknownNameError(f"{family.name} variant", variant, family.variants)
    if request.count < 0:
        raise InputError(f"count must not be negative (given {request.count})")
    for name, value in request.settings.items():
        options = _options(value)
        if not options:
            raise InputError(f"{family.name} knob {name!r}: the range is empty")
        for option in (options[0], options[-1]):
            make_knobs(family, {**{n: _options(v)[0] for n, v in request.settings.items()}, name: option})


Block = tuple[list[Problem], int]
"""A block's problems and the number of its next try."""

ChunkMaker = Callable[[Callable[[range], list[Block]], Iterable[range]], Iterator[list[Block]]]
"""Calls a function on ranges of blocks, anywhere, and yields the results in order."""


def run_request(request: Request, workers: int = 1, make_chunks: ChunkMaker | None = None) -> Iterator[Problem]:
    """Yield the problems of a checked request in order.

    Args:
        request: What to generate.
        workers: Processes of this machine.
        make_chunks: Does the work instead, for example on a cluster.
    """
    family = get_family(request.family)
    size = max(1, len(get_task(family, request.task).labels))
    blocks = -(-request.count // size)
    seen: set[str] = set()
    made = 0
    for block, (problems, tries) in enumerate(_blocks(request, blocks, workers, make_chunks)):
        while any(problem.instance_id in seen for problem in problems):
            problems, tries = make_block(request, block, tries)
        seen.update(problem.instance_id for problem in problems)
        for _, group in itertools.groupby(problems, key=lambda problem: problem.index):
            if made == request.count:
                return
            made += 1
            yield from group


def _blocks(request: Request, blocks: int, workers: int, make_chunks: ChunkMaker | None) -> Iterator[Block]:
    chunks = (range(start, min(start + _BLOCKS_PER_CHUNK, blocks)) for start in range(0, blocks, _BLOCKS_PER_CHUNK))
    if make_chunks is not None:
        for made in make_chunks(partial(_make_chunk, request), chunks):
            yield from made
        return
    if workers <= 1 or blocks <= _BLOCKS_PER_CHUNK:
        yield from (make_block(request, block) for block in range(blocks))
        return
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context)
    try:
        pending: list[Future[list[Block]]] = []
        for chunk in chunks:
            pending.append(pool.submit(partial(_make_chunk, request), chunk))
            if len(pending) >= 4 * workers:
                yield from pending.pop(0).result()
        while pending:
            yield from pending.pop(0).result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _make_chunk(request: Request, blocks: range) -> list[Block]:
    return [make_block(request, block) for block in blocks]


def make_block(request: Request, block: int, first_try: int = 0) -> Block:
    """Return one block's problems and the number of the next try, should these not be wanted.

    Raises:
        GenerationError: If no draw within the bound on tries is in the hardness band.
    """
    family = get_family(request.family)
    task = get_task(family, request.task)
    scores: list[float] = []
    for attempt in range(first_try, MAX_TRIES):
        key = (family.name, family.version, task.name, request.split, request.seed, block, attempt)
        stream = Stream(*key, place=_place(request, family, task, block))
        knobs = _draw_knobs(family, request.settings, stream.child("knobs"))
        drafts = list(family.sample(task.name, knobs, stream.child("sample")))
        measured = [
            family.measure(task.name, draft.instance, stream.child("measure")) if request.measure else {}
            for draft in drafts
        ]
        if request.hardness is not None:
            found = [figures.get("score") for figures in measured]
            if None in found:
                raise InputError(
                    f"family {family.name!r} has no hardness scale for task {task.name!r}; leave out the band"
                )
            scores += [float(score) for score in found if score is not None]
            if not all(score in request.hardness for score in found):
                continue
        return _render_block(request, family, task, block, knobs, drafts, measured, stream), attempt + 1
    raise GenerationError(_out_of_reach(request, family, scores))


def generate_from_files(request: Request, paths: Sequence[str]) -> Iterator[Problem]:
    """Yield problems made of the user's own instances, in the order of the files; `Request.count` is not used.

    Raises:
        InputError: If the family reads no files, or a file is malformed or does not fit the task.
    """
    family = get_family(request.family)
    if not isinstance(family, FileFamily):
        raise InputError(f"family {family.name!r} does not read instances from files")
    task = get_task(family, request.task)
    for number, path in enumerate(paths):
        key = (family.name, family.version, task.name, request.split, request.seed, "file", number)
        stream = Stream(*key, place=_place(request, family, task, number))
        knobs = _draw_knobs(family, request.settings, stream.child("knobs"))
        drafts = list(family.read(task.name, path, knobs, stream.child("sample")))
        measured = [
            family.measure(task.name, draft.instance, stream.child("measure")) if request.measure else {}
            for draft in drafts
        ]
        yield from _render_block(request, family, task, number, knobs, drafts, measured, stream)


def _place(request: Request, family: Family, task: Task, number: int) -> Place:
    """Return a draw's place in its data set, which is all that is made of one family, task, split and seed."""
    return Place(digest("data set", family.name, family.version, task.name, request.split, request.seed), number)


def _out_of_reach(request: Request, family: Family, scores: list[float]) -> str:
    if request.hardness is None or not scores:
        return (
            f"{MAX_TRIES} draws gave no further {family.name} instance that is not in the set already; "
            "ask for fewer, or for larger instances"
        )
    return (
        f"hardness {request.hardness} is out of reach with these knobs: the scores of {len(scores)} draws "
        f"lie in {min(scores):.2f}..{max(scores):.2f}; change the size knobs or the band. {family.control}"
    )


def _draw_knobs(family: Family, settings: Mapping[str, Json], stream: Stream) -> Knobs:
    drawn = {name: stream.choice(options) for name, options in ((n, _options(v)) for n, v in sorted(settings.items()))}
    return make_knobs(family, drawn)


def _options(value: Json) -> Sequence[Json]:
    return value if isinstance(value, range | list | tuple) else (value,)


def _render_block(
    request: Request,
    family: Family,
    task: Task,
    block: int,
    knobs: Knobs,
    drafts: Sequence[Draft],
    measured: Sequence[Mapping[str, Json]],
    stream: Stream,
) -> list[Problem]:
    order = stream.child("order").permutation(len(drafts))
    draft_ids = [content_id(family.name, family.version, draft.instance) for draft in drafts]
    group_id = content_id("group", *draft_ids) if len(drafts) > 1 else draft_ids[0]
    problems = []
    for slot, which in enumerate(order):
        for variant in ("base", *request.variants):
            instance = drafts[which].instance
            if variant != "base":
                instance = family.vary(task.name, instance, variant, stream.child("vary", variant, which))
            for surface in request.surfaces or family.surfaces[:1]:
                # Variants other than paraphrase keep the wording, so that they differ in nothing else.
                wording = variant if variant == "paraphrase" else "base"
                shown = family.render(task.name, instance, surface, stream.child("render", surface, which, wording))
                problems.append(
                    Problem(
                        family=family.name,
                        task=task.name,
                        surface=surface,
                        version=family.version,
                        prompt=shown.prompt,
                        instance=instance,
                        rendering=shown.details,
                        reference=shown.reference,
                        label=drafts[which].label,
                        knobs=knobs.model_dump(mode="json"),
                        hardness=measured[which],
                        seed=request.seed,
                        split=request.split,
                        index=block * len(drafts) + slot,
                        instance_id=draft_ids[which],
                        group_id=group_id,
                        variant=variant,
                    )
                )
    return problems
