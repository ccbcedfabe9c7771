"""Rebuild the hardness scales that logicbench ships: one JSON table a family.

The reference population of a family is made with fixed seeds, so the table comes out the same everywhere. Run it after
a change of a family's version.

    python tools/calibrate_hardness.py sat --count 4000
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import logicbench
from logicbench.family import family_names, get_family
from logicbench.generation import generate
from logicbench.hardness import fit_scale

POPULATIONS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "sat": [("decide", {"variables": [5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 100]})],
}
"""Family -> (task, knobs) of each part of its reference population."""

TARGET = Path(logicbench.__file__).parent / "calibration"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("families", nargs="*", help=f"families to calibrate; default: {' '.join(POPULATIONS)}")
    parser.add_argument("--count", type=int, default=3000, help="instances of each part")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    for name in options.families or [name for name in family_names() if name in POPULATIONS]:
        efforts = [
            float(problem.hardness["effort"])
            for task, knobs in POPULATIONS[name]
            for problem in generate(
                name, task, count=options.count, seed=0, split="calibration", knobs=knobs, workers=options.workers
            )
        ]
        scale = fit_scale(efforts)
        table = {
            "family": name,
            "version": get_family(name).version,
            "population": POPULATIONS[name],
            "count": len(efforts),
            "efforts": scale.efforts,
            "scores": scale.scores,
        }
        path = TARGET / f"{name}.json"
        path.write_text(json.dumps(table) + "\n", encoding="utf-8")
        print(f"{path.name}: {len(efforts)} instances, effort {min(efforts):g} to {max(efforts):g}")


if __name__ == "__main__":
    main()
