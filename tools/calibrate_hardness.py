"""Rebuild the hardness scales that logicbench ships: one JSON table a family, or a task with figures of its own.

The reference population of a scale is made with fixed seeds, so the table comes out the same everywhere. Run it after
a change of a family's version.

    python tools/calibrate_hardness.py sat
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import logicbench
from logicbench.family import get_family
from logicbench.generation import generate
from logicbench.hardness import fit_scale


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a reference population."""

    task: str
    knobs: dict[str, Any]
    count: int


POPULATIONS: dict[str, list[Part]] = {
    "sat": [Part("decide", {"variables": [5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 100]}, 3000)],
    "nlsat": [
        Part("decide", {"variables": [5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60]}, 1200),
        Part("decide", {"fragment": "syllogistic", "predicates": [6, 8, 10, 12]}, 300),
        Part("decide", {"fragment": "relative", "people": [2, 3, 4, 5, 6, 8], "predicates": [3, 4, 5, 6, 8, 12]}, 600),
        Part("decide", {"fragment": "transitive", "people": [2, 3, 4, 5, 6], "predicates": [3, 4, 5, 6, 8]}, 300),
    ],
    "coloring": [
        Part("decide", {"vertices": [6, 8, 10], "filter": "none"}, 400),
        Part("decide", {"vertices": [12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120]}, 1800),
        Part("decide", {"vertices": [15, 20, 25, 30, 40, 50], "colors": 4}, 600),
    ],
    "coloring-verify": [Part("verify", {"vertices": [5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150]}, 1500)],
    "rules": [
        Part("answer", {"depth": list(range(13)), "distractors": [5, 10, 20]}, 1500),
        Part("answer", {"world": "closed", "depth": list(range(13)), "distractors": [5, 10, 20]}, 900),
        Part("answer", {"source": "hard-sat", "variables": [5, 6, 8, 10, 12, 15, 20, 25, 30]}, 600),
    ],
    "fol": [
        Part("entail", {"depth": [1, 2, 3, 4, 5, 6], "distractors": [0, 4, 8], "functions": [False, True]}, 300),
        Part("entail", {"depth": [1, 2, 3, 4], "quantifiers": 1}, 90),
    ],
    "fol-translate": [Part("translate", {"quantifiers": [1, 2]}, 600)],
    "fol-verbalize": [Part("verbalize", {"quantifiers": [1, 2]}, 600)],
    "skills": [Part("judge", {"length": [1, 2, 3, 4, 5, 6], "distractors": [0, 1, 2, 4]}, 1200)],
}
"""Scale, named FAMILY or FAMILY-TASK -> its reference population."""

TARGET = Path(logicbench.__file__).parent / "calibration"


def calibrate(scale_name: str, factor: float, workers: int) -> dict[str, Any]:
    """Return the table of one scale."""
    family = scale_name.partition("-")[0]
    parts = POPULATIONS[scale_name]
    efforts = [
        float(problem.hardness["effort"])
        for seed, part in enumerate(parts)
        for problem in generate(
            family,
            part.task,
            count=round(part.count * factor),
            seed=seed,
            split="calibration",
            knobs=part.knobs,
            workers=workers,
        )
    ]
    scale = fit_scale(efforts)
    return {
        "family": family,
        "version": get_family(family).version,
        "population": [asdict(part) for part in parts],
        "count": len(efforts),
        "efforts": scale.efforts,
        "scores": scale.scores,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scales", nargs="*", help=f"scales to rebuild; default: {' '.join(POPULATIONS)}")
    parser.add_argument("--factor", type=float, default=1.0, help="multiplies the size of the populations")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    for name in options.scales:
        if name not in POPULATIONS:
            parser.error(f"there is no scale {name!r}; choose among {' '.join(POPULATIONS)}")
    TARGET.mkdir(exist_ok=True)
    for name in options.scales or POPULATIONS:
        begin = time.perf_counter()
        table = calibrate(name, options.factor, options.workers)
        (TARGET / f"{name}.json").write_text(json.dumps(table) + "\n", encoding="utf-8")
        efforts = table["efforts"]
        print(
            f"{name}.json: {table['count']} instances, effort {efforts[0]:g} to {efforts[-1]:g}, "
            f"{time.perf_counter() - begin:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
