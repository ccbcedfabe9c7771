"""The task `proof`: derive a statement, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader
from logicbench.errors import InputError
from logicbench.family import Draft, Task
from logicbench.generators.nlsat.task import verdict
from logicbench.generators.rules import chains, derivations
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.generators.rules.program import proof
from logicbench.generators.rules.task import Case, Shallow, plain_view, to_instance
from logicbench.generators.rules.wording import View
from logicbench.logic.english import Literal
from logicbench.problem import Verdict
from logicbench.seeding import Stream

_ASK = (
    "Derive the following {claim} from the facts, applying one rule after another:\n\n{query}",
    "Show that the facts and rules lead to this {claim}:\n\n{query}",
    "Prove the following {claim}, one application of a rule after another:\n\n{query}",
)


def need_chains(knobs: RulesKnobs, task: str) -> None:
    """Refuse settings that leave nothing to derive.

    Raises:
        InputError: If the theory is not made of chains of at least one rule.
    """
    if knobs.source != "chains":
        raise InputError(f"rules task {task!r} needs source 'chains' (given {knobs.source!r})")
    if knobs.depth < 1:
        raise InputError(f"rules task {task!r} needs a depth of at least 1 (given {knobs.depth})")


class Proof:
    """Derive a statement from facts and rules."""

    info = Task(
        "proof",
        "How does a statement follow from the facts by the rules?",
        "a derivation: one line a step, with the rule, what fulfils its conditions, and its conclusion",
    )

    def drafts(self, knobs: RulesKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw a theory in which the statement follows at the given depth."""
        need_chains(knobs, self.info.name)
        frame = chains.draw(knobs, stream, inversions=False)
        return [Draft(to_instance(frame.theory(0), knobs))]

    def ask(self, case: Case, view: View, stream: Stream) -> str:
        """Word the question."""
        named = "the numbers of the facts and the names of the earlier steps that fulfil the conditions of the rule"
        if case.closed:
            named += " (a condition with a negation must hold, as said above, but needs no number)"
        return (
            f"{stream.choice(_ASK).format(claim=view.claim, query=view.query)}\n\n"
            "Each step applies one rule, all of whose conditions must be fulfilled by facts and by the conclusions of "
            "earlier steps. Write one line for each step, in the form\n\n"
            "S1: RULE from PREMISES: CONCLUSION\n\n"
            "where S1, S2, S3 and so on are the names of the steps in order, RULE is the number of the rule, PREMISES "
            f"are {named}, separated by commas (for example 4, S1), no more and no fewer than needed, and CONCLUSION "
            "is what the rule concludes, said of the people by name in the same form as the facts. The last step must "
            f"conclude the {view.claim} above.\n\n"
            'Finish with a line that consists of "Answer:", and write the steps on the lines below it.'
        )

    def reference(self, case: Case, view: View) -> str:
        """Return the derivation with the fewest rounds."""
        return derivations.write(case.program, case.known, case.query, view.say)

    def reader(self, case: Case) -> Reader:
        """Read the steps."""
        return derivations.read_derivation(case.theory)

    def check(self, case: Case, value: Any) -> Verdict:
        """Check every step."""
        faults, right = derivations.faults(case.program, case.known, value, case.query)
        return verdict(not faults, None, faults, _progress(case, right))

    def guess(self, case: Case, stream: Stream) -> str:
        """Claim that a random rule gives the statement at once."""
        rule = stream.choice(case.program.rules)
        facts = sorted(place + 1 for place in stream.sample(list(case.program.facts.values()), min(2, len(rule.body))))
        return f"S1: {rule.place + 1} from {', '.join(map(str, facts))}: {plain_view(case).say(case.query)}"

    def chance(self, case: Case) -> float | None:
        """Not known, but next to nothing."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Claim that a rule which concludes the statement applies at once."""
        return {"one-step": _one_step}


def _progress(case: Case, right: Sequence[Literal]) -> float:
    """Return the share of the derivation's conclusions that right steps establish."""
    if case.query not in case.known:
        return 0.0
    needed = {literal for literal, step in proof(case.query, case.known, case.closed) if step.rule is not None}
    return round(len(needed.intersection(right)) / len(needed), 4) if needed else 0.0


def _one_step(case: Case) -> str:
    from logicbench.generators.rules.notation import english

    program = case.program
    rules = [rule for rule in program.rules if rule.head == case.query]
    best = max(rules, key=lambda rule: sum(part in program.facts for part in rule.body), default=program.rules[0])
    used = [str(program.facts[part] + 1) for part in best.body if part in program.facts]
    return f"S1: {best.place + 1} from {', '.join(used) or 'nothing'}: {english(case.query, case.theory)}"
