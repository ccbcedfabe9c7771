"""The data card of a frozen release, in the form of the Hugging Face hub, made from the files that are there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from logicbench.family import get_family
from logicbench.problem import Problem, load

_HEAD = """---
pretty_name: logicbench {name}
license: apache-2.0
language:
- en
size_categories:
- {size}
task_categories:
- question-answering
- text-generation
tags:
- logic
- reasoning
- satisfiability
- graph-coloring
- solver-verified
configs:
{configs}
---
"""

_TEXT = """
# logicbench {name}

Problems of logical reasoning with solver-checked answers and measured hardness: {problems:,} problems of {tasks} tasks
in {families} families. Every problem is one JSON line that can be checked from itself alone:

```python
import logicbench

problem = logicbench.load("test/sat-decide.jsonl")[0]
verdict = logicbench.verify(problem, "... Answer: SAT")
```

`logicbench eval --model MODEL --suite core` evaluates a model on the test split, `--suite core-mini` on the few short
problems of each task in `mini/`, which are part of the test split.

## Splits

| split | use |
|---|---|
| `test` | evaluation; do not train on it |
| `dev` | choosing prompts and settings |
| `train` | training; `logicbench generate` makes as much more as you want |
| `mini` | a subset of `test` for a first look: {mini} problems |

No two splits of a family share an instance. Labels are balanced exactly in every file; problems that differ in one
literal or edge and in their label (twins) stand next to each other and share `group_id`. Every instance is shown in one
surface; a group keeps to one. Any prefix of a file is spread over its bands of hardness.

## Contents

Number of test problems in each fifth of the hardness scale (`hardness.score`: the share of the family's reference
population that took a reference solver less work). Bands are filled evenly as far as a task's problems reach them.

| family | task | question | labels | 0-0.2 | 0.2-0.4 | 0.4-0.6 | 0.6-0.8 | 0.8-1 | train / dev / test |
|---|---|---|---|---|---|---|---|---|---|
{rows}

## Fields

`id` (hash of the content), `family`, `task`, `surface`, `version` (of the family), `prompt`, `instance` (all that
checking needs), `rendering` (what reading an answer needs of the surface), `reference` (one right answer, or null),
`label`, `knobs`, `hardness`, `seed`, `split`, `index`, `instance_id`, `group_id`, `variant`.

## Origin

Made by `python tools/build_core.py` of logicbench from fixed seeds, without any third-party data; the same script with
`--check` rebuilds all files byte for byte and compares them. `sha256sum --check SHA256SUMS` checks a copy. Labels
come from complete solvers and are tested against independent ones. Persons in the problems have invented names
and are described by common words; there is no personal information.
"""


def card(folder: Path, bands: int) -> str:
    """Return the card of the files in a folder: ``SPLIT/FAMILY-TASK.jsonl``.

    Args:
        folder: The release.
        bands: Number of bands into which the hardness scale is cut.
    """
    data = {path.relative_to(folder).as_posix(): load(path) for path in sorted(folder.glob("*/*.jsonl"))}
    names = sorted({name.partition("/")[2].removesuffix(".jsonl") for name in data})
    problems = sum(len(found) for name, found in data.items() if not name.startswith("mini/"))
    families = dict.fromkeys(name.partition("-")[0] for name in names)
    head = _HEAD.format(
        name=folder.name,
        size="1K<n<10K" if problems < 10_000 else "10K<n<100K",
        configs="\n".join(_config(name, number == 0) for number, name in enumerate(names)),
    )
    text = _TEXT.format(
        name=folder.name,
        problems=problems,
        tasks=len(names),
        families=len(families),
        mini=sum(len(found) for name, found in data.items() if name.startswith("mini/")),
        rows="\n".join(_row(name, data, bands) for name in names),
    )
    return head + text


def _config(name: str, first: bool) -> str:
    files = "\n".join(
        f"  - split: {split}\n    path: {folder}/{name}.jsonl"
        for split, folder in (("train", "train"), ("validation", "dev"), ("test", "test"))
    )
    return f"- config_name: {name}\n" + ("  default: true\n" if first else "") + f"  data_files:\n{files}"


def _row(name: str, data: dict[str, list[Problem]], bands: int) -> str:
    family, _, task = name.partition("-")
    test = data[f"test/{name}.jsonl"]
    scores = [problem.hardness.get("score") for problem in test]
    counts = Counter(min(bands - 1, int(score * bands)) for score in scores if score is not None)
    asked = get_family(family).tasks[task]
    sizes = " / ".join(str(len(data[f"{split}/{name}.jsonl"])) for split in ("train", "dev", "test"))
    cells = (
        family,
        task,
        asked.question,
        " ".join(asked.labels) or "-",
        *(str(counts[n]) for n in range(bands)),
        sizes,
    )
    return f"| {' | '.join(cells)} |"
