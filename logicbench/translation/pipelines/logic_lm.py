"""Logic-LM (Pan et al. 2023): a program in sections, and self-refinement on the messages of the reader and solver.

The published pipeline runs the program with Prover9, a rule engine, generated Python or a constraint solver; here it is
read into formulas and never run. Where its interpreter fails it falls back on a random guess or another answer; here
the item is left without a prediction, and the table says what a guess would add.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from logicbench.errors import LogicbenchError
from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import Ask, Dialogue, Settings, Translation, answered, decide, render
from logicbench.translation.programs import read_rule_program, sections
from logicbench.translation.typed_programs import read_typed_program


def logic_lm(item: Item, settings: Settings) -> Dialogue[Translation]:
    """Ask for a program, and as long as it cannot be executed, for a better one."""
    (program,) = yield [Ask(render(f"logic-lm-{item.kind}", item=item))]
    found = execute(item, program, settings)
    rounds: list[dict[str, Any]] = [{"text": program, "error": found.error}]
    while found.error and len(rounds) <= settings.rounds:
        (better,) = yield [Ask(render(f"logic-lm-refine-{item.kind}", item=item, program=program, error=found.error))]
        if better.strip() == program.strip():
            # The same text fails in the same way.
            break
        program, found = better, execute(item, better, settings)
        rounds.append({"text": program, "error": found.error})
    return replace(found, details={**found.details, "rounds": rounds})


def execute(item: Item, text: str, settings: Settings) -> Translation:
    """Read a program in the dialect of its kind, and answer it."""
    if item.kind == "fol":
        found = sections(text)
        premises, conclusion = found.get("premises", []), found.get("conclusion", [])
        if not premises or not conclusion:
            return Translation(error="a program needs the sections Premises and Conclusion")
        return decide(item, [*premises, conclusion[0]], settings)
    try:
        if item.kind == "rules":
            return answered(item, read_rule_program(text), settings, Translation(parsed=True))
        program = read_typed_program(text)
    except LogicbenchError as error:
        return Translation(error=str(error))
    try:
        right = program.run()
    except LogicbenchError as error:
        return Translation(parsed=True, error=str(error))
    if not right:
        return Translation(parsed=True, executed=True, verdict="Inconsistent")
    if None in right and not any(right):
        return Translation(parsed=True, verdict="Undecided", error="the resource limit did not suffice")
    letter = next((chr(ord("A") + place) for place, one in enumerate(right) if one), None)
    verdict = "".join(chr(ord("A") + place) for place, one in enumerate(right) if one) or "none"
    return Translation(
        parsed=True, executed=True, verdict=verdict, prediction=letter if letter in item.labels else None
    )
