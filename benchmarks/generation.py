"""Problems a second of every family and task, by phase, beside comparable tasks of the package `reasoning-gym`.

Run with: python benchmarks/generation.py [--families sat,coloring] [--seconds 2.0]

Seconds of processor time on one core, default knobs. The phases are those of `generate`: *draw* samples and labels an
instance (twins, rejection and solving included), *measure* counts a reference solver's work on renamed copies, *render*
writes prompt, reference and record. *all* is the three together, *unmeasured* is without the second. The last columns
give the peer's dataset, which neither measures hardness nor balances labels, and our rate over its rate, unmeasured and
all.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reasoning_gym
from rich.console import Console
from rich.table import Table

from logicbench.family import Family, built_in_families, get_family, make_knobs
from logicbench.problem import Problem, content_id, dump_line
from logicbench.seeding import Stream

PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sat:decide": ("propositional_logic", {}),
    "sat:entail": ("propositional_logic", {}),
    "nlsat:decide": ("knights_knaves", {}),
    "nlsat:certify": ("knights_knaves", {}),
    "nlsat:entail": ("syllogism", {}),
    "coloring:color": ("graph_color", {"num_colors": 3, "min_num_vertices": 20, "max_num_vertices": 20}),
    "rules:answer": ("zebra_puzzles", {}),
}
"""Our task -> the dataset that asks the most similar thing, and its settings where they can be matched."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Instances and seconds of each phase."""

    instances: int
    draw: float
    measure: float
    render: float

    def per_second(self, *phases: str) -> float:
        """Return instances a second over some phases."""
        return self.instances / sum(getattr(self, phase) for phase in phases)


def ours(family: Family, task: str, seconds: float) -> Rates:
    """Generate for so long and return the time of each phase."""
    knobs = make_knobs(family, {})
    clock = time.process_time
    spent = [0.0, 0.0, 0.0]
    made = block = 0
    while sum(spent) < seconds:
        stream = Stream("benchmark", family.name, task, block)
        begin = clock()
        drafts = family.sample(task, knobs, stream.child("sample"))
        drawn = clock()
        figures = [family.measure(task, draft.instance, stream.child("measure")) for draft in drafts]
        measured = clock()
        for draft, figure in zip(drafts, figures, strict=True):
            write(family, task, draft.instance, figure, stream)
        rendered = clock()
        # The first draw warms caches and imports.
        if block:
            spent = [spent[0] + drawn - begin, spent[1] + measured - drawn, spent[2] + rendered - measured]
            made += len(drafts)
        block += 1
    return Rates(made, *spent)


def write(family: Family, task: str, instance: Any, figures: Any, stream: Stream) -> bytes:
    """Render an instance and return its line."""
    surface = family.surfaces[0]
    shown = family.render(task, instance, surface, stream.child("render", surface))
    problem = Problem(
        family=family.name,
        task=task,
        surface=surface,
        version=family.version,
        prompt=shown.prompt,
        instance=instance,
        rendering=shown.details,
        reference=shown.reference,
        hardness=figures,
        instance_id=content_id(family.name, family.version, instance),
    )
    return dump_line(problem.to_json())


def theirs(dataset: str, settings: dict[str, Any], seconds: float) -> float:
    """Return the peer's items a second."""
    data = reasoning_gym.create_dataset(dataset, size=10**6, seed=1, **settings)
    _ = data[0]
    made, begin = 0, time.process_time()
    while (elapsed := time.process_time() - begin) < seconds:
        made += 1
        _ = data[made]
    return made / elapsed


def compare(name: str, rates: Rates, seconds: float, peer: Callable[..., float]) -> list[str]:
    """Return the cells about the peer."""
    if name not in PEERS:
        return ["", "", "", ""]
    dataset, settings = PEERS[name]
    rate = peer(dataset, settings, seconds)
    unmeasured, whole = rates.per_second("draw", "render"), rates.per_second("draw", "measure", "render")
    return [dataset, f"{rate:,.0f}", f"{unmeasured / rate:.2g}", f"{whole / rate:.2g}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", default=",".join(built_in_families()), help="names with commas")
    parser.add_argument("--seconds", type=float, default=2.0, help="time for each figure")
    options = parser.parse_args()
    table = Table(title="problems a second on one core", box=None, pad_edge=False, header_style="bold")
    for heading in (
        "task",
        "draw",
        "measure",
        "render",
        "unmeasured",
        "all",
        "10,000 in",
        "peer",
        "rate",
        "ratio",
        "(all)",
    ):
        table.add_column(heading, justify="left" if heading in ("task", "peer") else "right", no_wrap=True)
    for name in options.families.split(","):
        family = get_family(name)
        for task in family.tasks:
            rates = ours(family, task, options.seconds)
            phases = [f"{rates.per_second(phase):,.0f}" for phase in ("draw", "measure", "render")]
            whole = rates.per_second("draw", "measure", "render")
            cells = [*phases, f"{rates.per_second('draw', 'render'):,.0f}", f"{whole:,.0f}", f"{10_000 / whole:,.0f} s"]
            table.add_row(f"{name}:{task}", *cells, *compare(f"{name}:{task}", rates, options.seconds, theirs))
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
