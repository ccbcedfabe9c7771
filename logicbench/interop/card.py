"""The README.md of an exported data set: the metadata that Hugging Face reads, then what a person needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from logicbench.problem import Problem

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

_HUB_SPLITS = {"train": "train", "dev": "validation", "validation": "validation", "test": "test"}


def split_name(split: str) -> str:
    """Return a split's name for files and for the hub: ``core-v1-dev`` is ``validation``, odd characters are ``_``."""
    known = _HUB_SPLITS.get(split.rpartition("-")[2])
    return known or re.sub(r"\W", "_", split, flags=re.ASCII) or "_"


def config_of(problem: Problem) -> str:
    """Return the name of the problem's configuration."""
    return f"{problem.family}-{problem.task}"


def card(name: str, problems: Sequence[Problem], files: dict[tuple[str, str], str]) -> str:
    """Return the card.

    Args:
        name: The data set's name, for people.
        problems: Everything in it.
        files: Path of the file of each (configuration, split).
    """
    splits = list(dict.fromkeys(split for _, split in files))
    lines = ["---", f"pretty_name: {quoted(name)}", "language:", "- en", "size_categories:"]
    lines.append("- " + next((text for limit, text in _SIZES if len(problems) < limit), "n>1M"))
    lines += ["task_categories:", "- question-answering", "- text-generation", "tags:", "- logic", "- reasoning"]
    lines += ["- solver-verified", "configs:", "- config_name: default", "  default: true", "  data_files:"]
    for split in splits:
        lines += [f"  - split: {split}", f'    path: "data/*/{split}.parquet"']
    for config in dict.fromkeys(config for config, _ in files):
        lines += [f"- config_name: {config}", "  data_files:"]
        for split in splits:
            if (config, split) in files:
                lines += [f"  - split: {split}", f"    path: {files[config, split]}"]
    lines += ["---", "", f"# {name}", "", *_body(problems)]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a string as a YAML scalar in double quotes."""
    import json

    return json.dumps(text, ensure_ascii=False)


def _body(problems: Sequence[Problem]) -> list[str]:
    counts = Counter((p.family, p.task, p.surface, split_name(p.split), p.version) for p in problems)
    table = ["| family | task | surface | split | version | problems |", "|---|---|---|---|---|---|"]
    table += [f"| {' | '.join(key)} | {number} |" for key, number in sorted(counts.items())]
    return [
        f"{len(problems)} problems of logical reasoning made by logicbench. Each row holds the prompt and all that",
        "checking an answer needs; `instance`, `rendering`, `knobs` and `hardness` are JSON text.",
        "",
        "```python",
        "from datasets import load_dataset",
        "from logicbench import verify",
        "from logicbench.interop.tables import from_row",
        "",
        'row = load_dataset("PATH/OF/THIS/FOLDER", split=SPLIT)[0]',
        "verify(from_row(row), completion).correct",
        "```",
        "",
        *table,
        "",
        "`reference` is one right answer; where many answers are right, compare with the checker and not with it.",
        "`group_id` is shared by problems that were built from one draw and is the cluster of statistics.",
    ]
