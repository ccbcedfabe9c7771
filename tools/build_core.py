"""Build the frozen release core-v1: one JSONL file a split, family and task, a data card and checksums.

Every file depends on the families' versions, the tables below and the solvers that give references and measure
effort, so with the versions of constraints.txt it comes out byte for byte the same on every machine. Families that are
registered later belong to later releases.

    python tools/build_core.py                     # rebuild logicbench/data/core-v1
    python tools/build_core.py --check             # rebuild in memory and compare
    python tools/build_core.py --check --only sat:decide
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core_card import card

import logicbench
from logicbench.family import get_family
from logicbench.generation import Request, check_request, run_request
from logicbench.problem import Problem, dump_line

RELEASE = Path(logicbench.__file__).parent / "data" / "core-v1"

TASKS: Mapping[str, Sequence[str]] = {
    "sat": ("decide", "certify", "assign", "maxsat", "mcs", "mus", "backbone", "count", "entail"),
    "nlsat": ("decide", "certify", "entail"),
    "coloring": ("color", "decide", "certify", "verify", "chromatic"),
    "rules": ("answer", "proof", "missing-fact"),
    "fol": ("entail", "certify", "countermodel", "translate"),
    "skills": ("judge", "certify"),
}
"""The families and tasks of the release: fixed, so that those registered later do not change it."""

SPLITS = {"test": 90, "dev": 24, "train": 48}
"""Instances of each task; all are divisible by 2 and 3, the numbers of labels that tasks have."""

BANDS = 5
"""Bands of equal width into which hardness scores are sorted."""

MAX_DRAWS = 12
"""Blocks drawn at most, for each block that is kept."""

MINI = 6
"""Instances of each task in the small subset of the test split."""

MINI_CHARACTERS = 1500
"""Longest prompt of the small subset, where the task has enough of such length."""

LADDERS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "sat": [{"variables": size} for size in (5, 8, 12, 18, 25, 35, 50, 60)],
    "sat:entail": [{"variables": size} for size in (8, 10, 12, 18, 25, 35, 50, 60)],
    "sat:maxsat": [{"variables": size} for size in (5, 8, 12, 18, 25, 35, 45)],
    "sat:count": [{"variables": size} for size in (5, 8, 12, 18, 25, 32, 40)],
    "nlsat": [
        {"variables": 5},
        {"fragment": "syllogistic", "predicates": [6, 8, 10]},
        {"variables": 8},
        {"fragment": "relative", "people": 2, "predicates": [4, 5]},
        {"fragment": "transitive", "people": 2, "predicates": [4, 5]},
        {"variables": [12, 15]},
        {"fragment": "relative", "people": [3, 4], "predicates": [5, 6, 8]},
        {"fragment": "transitive", "people": [3, 4], "predicates": [5, 6]},
        {"variables": [20, 25]},
        {"fragment": "transitive", "people": [5, 6], "predicates": 8},
        {"fragment": "relative", "people": [6, 8], "predicates": 12},
    ],
    "coloring": [
        {"vertices": [8, 9, 10], "filter": "none"},
        {"vertices": [12, 15]},
        {"vertices": [18, 22], "model": ["gnm", "small-world", "regular"]},
        {"vertices": [20, 25], "colors": [3, 4]},
        {"vertices": [30, 36], "model": ["gnm", "small-world", "regular"]},
        {"vertices": [50, 60]},
        {"vertices": [80, 90]},
        {"vertices": [30, 40], "colors": 4},
    ],
    "rules": [{"depth": depth, "world": ["open", "closed"]} for depth in (1, 2, 3, 4, 6, 8, 10, 12)],
    "rules:answer": [
        *({"depth": depth} for depth in (0, 1, 2, 3, 5, 7, 9, 12)),
        {"source": "hard-sat", "variables": [6, 8]},
        {"source": "hard-sat", "variables": [10, 12]},
    ],
    "fol": [
        {"depth": 1, "quantifiers": 1, "distractors": 1},
        {"depth": 1},
        {"depth": 2},
        {"depth": 2, "functions": True},
        {"depth": 3, "equality": True},
        {"depth": 3, "distractors": 8},
        {"depth": 4, "people": 4},
        {"depth": 4, "functions": True},
        {"depth": 5},
    ],
    "fol:translate": [{"fragment": "relative"}, {"fragment": "transitive"}],
    "skills": [{"length": length} for length in (1, 2, 3, 4, 5, 6)],
}
"""Family, or family:task -> settings from easy to hard; families without an entry are drawn with their defaults."""


@dataclass(slots=True)
class Rung:
    """One step of a ladder, drawn block by block."""

    blocks: Iterator[list[Problem]]
    idle: int = 0
    """Blocks in a row that filled no gap."""


@dataclass(slots=True)
class Band:
    """Blocks of a band of hardness."""

    kept: list[list[Problem]] = field(default_factory=list)
    surplus: list[list[Problem]] = field(default_factory=list)


def ladder(family: str, task: str) -> Sequence[Mapping[str, Any]]:
    """Return the settings to draw from."""
    return LADDERS.get(f"{family}:{task}", LADDERS.get(family, [{}]))


def blocks_of(family: str, task: str, split: str, rung: int, settings: Mapping[str, Any]) -> Iterator[list[Problem]]:
    """Yield blocks without end: every instance of one draw, in all surfaces."""
    request = Request(
        family,
        task,
        get_family(family).surfaces,
        count=10**9,
        seed=rung,
        split=f"core-v1-{split}",
        settings=settings,
    )
    check_request(request)
    for _, block in itertools.groupby(run_request(request), key=lambda problem: problem.group_id):
        yield list(block)


def place(block: Sequence[Problem]) -> int:
    """Return the band of a block's mean score; blocks without a score share the first."""
    scores = [float(problem.hardness.get("score", 0)) for problem in block]
    return min(BANDS - 1, int(sum(scores) / len(scores) * BANDS))


def fill(rungs: Sequence[Rung], wanted: int) -> list[Band]:
    """Draw until every band holds its share, or drawing on fills no gap; then share the rest out among the bands."""
    bands = [Band() for _ in range(BANDS)]
    share, drawn = -(-wanted // BANDS), 0
    active = list(rungs)
    while drawn < wanted or (active and drawn < MAX_DRAWS * wanted and any(len(band.kept) < share for band in bands)):
        for rung in active or rungs:
            block = next(rung.blocks)
            drawn += 1
            band = bands[place(block)]
            gap = len(band.kept) < share
            (band.kept if gap else band.surplus).append(block)
            rung.idle = 0 if gap else rung.idle + 1
        active = [rung for rung in active if rung.idle < 2 * BANDS]
    while sum(len(band.kept) for band in bands) > wanted:
        max(bands, key=lambda band: len(band.kept)).kept.pop()
    while sum(len(band.kept) for band in bands) < wanted:
        emptiest = min((band for band in bands if band.surplus), key=lambda band: len(band.kept))
        emptiest.kept.append(emptiest.surplus.pop(0))
    return bands


def build_problems(family: str, task: str, split: str) -> list[Problem]:
    """Return one file's problems: each instance in one surface, every prefix spread over the bands."""
    made = get_family(family)
    size = max(1, len(made.tasks[task].labels))
    rungs = [
        Rung(blocks_of(family, task, split, number, settings)) for number, settings in enumerate(ladder(family, task))
    ]
    bands = fill(rungs, SPLITS[split] // size)
    spread = [block for row in itertools.zip_longest(*(band.kept for band in bands)) for block in row if block]
    # A surface for a whole block, so that twins differ in nothing but their label.
    surfaces = itertools.cycle(made.surfaces)
    return [
        problem for block, shown in zip(spread, surfaces, strict=False) for problem in block if problem.surface == shown
    ]


def mini(problems: Sequence[Problem]) -> list[Problem]:
    """Return the first instances of modest length, whole groups only."""
    groups = [list(group) for _, group in itertools.groupby(problems, key=lambda problem: problem.group_id)]
    groups.sort(key=lambda group: max(len(problem.prompt) for problem in group) > MINI_CHARACTERS)
    return [problem for group in groups for problem in group][:MINI]


def lines(problems: Sequence[Problem]) -> bytes:
    """Return the JSONL."""
    return b"".join(dump_line(problem.to_json()) for problem in problems)


@dataclass(frozen=True, slots=True)
class Built:
    """The files of one task and split."""

    family: str
    task: str
    split: str
    files: Mapping[str, bytes]
    bands: tuple[int, ...]
    """Problems in each band of hardness."""
    ids: frozenset[str]
    seconds: float


def build(family: str, task: str, split: str) -> Built:
    """Build the files of one task and split; with the test split goes its small subset."""
    begin = time.perf_counter()
    problems = build_problems(family, task, split)
    files = {f"{split}/{family}-{task}.jsonl": lines(problems)}
    if split == "test":
        files[f"mini/{family}-{task}.jsonl"] = lines(mini(problems))
    bands = Counter(place([problem]) for problem in problems)
    return Built(
        family,
        task,
        split,
        files,
        tuple(bands[number] for number in range(BANDS)),
        frozenset(problem.instance_id for problem in problems),
        time.perf_counter() - begin,
    )


def parts(only: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (family, task, split) of every file, of the named families and tasks only if any are named."""
    return [
        (family, task, split)
        for family, tasks in TASKS.items()
        for task in tasks
        for split in SPLITS
        if not only or family in only or f"{family}:{task}" in only
    ]


def build_all(only: Sequence[str], workers: int) -> Iterator[Built]:
    """Build the files side by side and yield them in order.

    Raises:
        RuntimeError: If two splits share an instance.
    """
    seen: dict[tuple[str, str], str] = {}
    with ProcessPoolExecutor(workers) as pool:
        for future in [pool.submit(build, *part) for part in parts(only)]:
            built = future.result()
            for instance_id in built.ids:
                if seen.setdefault((built.family, instance_id), built.split) != built.split:
                    raise RuntimeError(f"{built.family}: the instance {instance_id} is in two splits")
            print(
                f"{built.family}:{built.task} {built.split}: bands {' '.join(map(str, built.bands))}, "
                f"{sum(map(len, built.files.values())) / 1e6:.2f} MB, {built.seconds:.0f} s",
                file=sys.stderr,
                flush=True,
            )
            yield built


def finish(folder: Path) -> None:
    """Write the checksums of all files in the folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in paths]
    (folder / "SHA256SUMS").write_text("\n".join(sums) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=RELEASE)
    parser.add_argument("--only", nargs="+", default=[], metavar="FAMILY[:TASK]", help="build these files only")
    parser.add_argument("--check", action="store_true", help="compare with what is there; write nothing")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    count = size = 0
    wrong = []
    for built in build_all(options.only, options.workers):
        for name, content in built.files.items():
            count, size = count + 1, size + len(content)
            path = options.output / name
            if not options.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            elif not path.is_file() or path.read_bytes() != content:
                wrong.append(name)
    if options.check:
        print("\n".join(f"differs: {name}" for name in wrong) or f"{count} files are the same")
        sys.exit(1 if wrong else 0)
    (options.output / "README.md").write_text(card(options.output, BANDS), encoding="utf-8")
    finish(options.output)
    print(f"{count} files, {size / 1e6:.1f} MB, in {options.output}")


if __name__ == "__main__":
    main()
