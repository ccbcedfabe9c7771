"""Derivations as answers: how they are written, read and checked step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from logicbench.answers import ReadError
from logicbench.answers.readers import unwrap
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.rules.notation import read_fact
from logicbench.generators.rules.program import Program, RuleInstance, Step, proof
from logicbench.logic.english import Literal
from logicbench.problem import Violation

MAX_STEPS = 400
"""Longer derivations are refused."""

MAX_LINE_CHARS = 2000
"""Longer lines are refused."""


class DerivationStep(NamedTuple):
    """One line of a derivation: a rule, what fulfils its conditions, and the conclusion."""

    rule: int
    """Number of the rule, from 1."""
    facts: tuple[int, ...]
    """Numbers of given facts."""
    steps: tuple[int, ...]
    """Numbers of earlier steps."""
    conclusion: Literal


def write(program: Program, known: dict[Literal, Step], query: Literal, say: Callable[[Literal], str]) -> str:
    """Return a derivation of a literal that follows, one line a step.

    Args:
        program: The facts and rules.
        known: What can be derived from them.
        query: What is derived.
        say: Writes a conclusion.
    """
    steps = [(literal, step.rule) for literal, step in proof(query, known, program.closed) if step.rule is not None]
    names = {literal: f"S{number}" for number, (literal, _) in enumerate(steps, 1)}
    names |= {literal: str(place + 1) for literal, place in program.facts.items() if literal not in names}
    lines = []
    for literal, rule in steps:
        used = [names[part] for part in rule.body if program.needs(part)]
        lines.append(f"{names[literal]}: {rule.place + 1} from {', '.join(used) or 'nothing'}: {say(literal)}")
    return "\n".join(lines)


# --- reading --------------------------------------------------------------------------------------------------------

_HEAD = re.compile(
    r"[ \t>|(\[*_•-]{0,8}(?:s|step[ \t]{0,2}s?)[ \t]{0,2}(?P<name>[0-9]{1,4})(?![0-9])[ \t*_)\]]{0,4}[:.=|-]",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"[ \t]{0,4}(?:by[ \t]{1,4}|apply(?:ing)?[ \t]{1,4})?(?:rule[ \t]{0,4}|statement[ \t]{0,4})?#?"
    r"(?P<rule>[0-9]{1,6})(?![0-9])",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(r":|=>|->|→|∴|\|-|\||⊢|\bgives\b|\btherefore\b", re.IGNORECASE)
_USED = re.compile(
    r"(?P<step>\b(?:s|step[ \t]{0,2}s?)[ \t]{0,2})?(?P<number>(?<![0-9])[0-9]{1,6}(?![0-9]))", re.IGNORECASE
)
_BETWEEN = re.compile(
    r"\b(?:applied|from|with|using|on|to|and|facts?|steps?|statements?|nothing|none|premises?)\b|[ \t,;&()\[\]{}|#-]",
    re.IGNORECASE,
)


def read_derivation(theory: Theory) -> Callable[[str], tuple[tuple[DerivationStep, ...], str]]:
    """Return a reader of derivations, which are lines of the form ``S1: 7 from 2, 5: Anne is kind``."""
    conclusion = read_fact(theory)

    def read(span: str) -> tuple[tuple[DerivationStep, ...], str]:
        lines = unwrap(span).splitlines()
        steps: list[DerivationStep] = []
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            head = _HEAD.match(line)
            if head is None:
                if steps:
                    return tuple(steps), "\n".join(["", *lines[number:]])
                raise ReadError(
                    "malformed", "The answer must be the steps of a derivation, each like: S1: 7 from 2, 5: ..."
                )
            if len(steps) == MAX_STEPS or len(line) > MAX_LINE_CHARS:
                raise ReadError(
                    "length", f"The derivation has more than {MAX_STEPS} steps, or a step that is too long."
                )
            steps.append(_read_step(line[head.end() :], int(head["name"]), len(steps) + 1, conclusion))
        if not steps:
            raise ReadError("malformed", "The answer holds no step of a derivation.")
        return tuple(steps), ""

    return read


def _read_step(text: str, name: int, expected: int, conclusion: Callable[[str], tuple[Literal, str]]) -> DerivationStep:
    if name != expected:
        raise ReadError(
            "malformed", f"The steps must be named S1, S2 and so on; S{name} stands where S{expected} should."
        )
    form = ReadError("malformed", f"Step S{expected} is not of the form 'S{expected}: RULE from NUMBERS: CONCLUSION'.")
    rule = _RULE.match(text)
    end = None if rule is None else _CONCLUDES.search(text, rule.end())
    if rule is None or end is None:
        raise form
    used = text[rule.end() : end.start()]
    if _BETWEEN.sub("", _USED.sub("", used)):
        raise form
    numbers = [(match["step"] is not None, int(match["number"])) for match in _USED.finditer(used)]
    literal, rest = conclusion(text[end.end() :])
    if rest.strip(" \t.,;:|*_`\"')]}"):
        raise form
    return DerivationStep(
        int(rule["rule"]),
        tuple(number for is_step, number in numbers if not is_step),
        tuple(number for is_step, number in numbers if is_step),
        literal,
    )


# --- checking -------------------------------------------------------------------------------------------------------


def faults(
    program: Program, known: Mapping[Literal, Step], steps: Sequence[DerivationStep], query: Literal
) -> tuple[list[Violation], list[Literal]]:
    """Return what is wrong with a derivation, and what its right steps establish.

    A step is right if its rule has its conclusion and exactly the conditions that the facts and right earlier steps
    named fulfil. In the closed world a denied condition holds where its fact cannot be derived; it takes no reference.
    """
    checker = _Checker(program, known)
    found: list[Violation] = []
    right: dict[int, Literal] = {}
    for number, step in enumerate(steps, 1):
        fault = checker.fault(step, number, right)
        if fault is None:
            right[number] = step.conclusion
        else:
            found.append(Violation(fault[0], f"Step S{number}: {fault[1]}", {"step": number}))
    if steps[-1].conclusion != query:
        found.append(Violation("missing-goal", "The last step does not conclude the statement that was asked for."))
    return found, list(right.values())


class _Checker:
    """Looks up the rules and facts that steps name."""

    def __init__(self, program: Program, known: Mapping[Literal, Step]) -> None:
        self.program, self.known = program, known
        self.rules: dict[int, list[RuleInstance]] = {}
        for rule in program.rules:
            self.rules.setdefault(rule.place + 1, []).append(rule)
        self.given = {place + 1: literal for literal, place in program.facts.items()}

    def fault(self, step: DerivationStep, number: int, right: Mapping[int, Literal]) -> tuple[str, str] | None:
        """Return what is wrong with a step, given the right ones before it."""
        if step.rule not in self.rules:
            return "no-rule", f"statement {step.rule} is not a rule."
        instances = [rule for rule in self.rules[step.rule] if rule.head == step.conclusion]
        if not instances:
            return "wrong-conclusion", f"rule {step.rule} does not give this conclusion."
        premises: set[Literal] = set()
        for place in step.facts:
            if place not in self.given:
                return "no-fact", f"statement {place} is not a fact."
            premises.add(self.given[place])
        for place in step.steps:
            if not 1 <= place < number:
                return "no-step", f"there is no earlier step S{place}."
            if place not in right:
                return "unestablished-premise", f"step S{place}, on which it rests, is wrong itself."
            premises.add(right[place])
        return self._conditions(instances[0], premises)

    def _conditions(self, rule: RuleInstance, premises: set[Literal]) -> tuple[str, str] | None:
        needed = {part for part in rule.body if self.program.needs(part)}
        place = rule.place + 1
        if needed - premises:
            return "unmet-condition", f"a condition of rule {place} is fulfilled by none of the statements named."
        if premises - needed:
            return "unused-premise", f"a statement is named that fulfils no condition of rule {place}."
        if any(-part in self.known for part in rule.body if not self.program.needs(part)):
            return (
                "denied-condition",
                f"a condition of rule {place} with 'not' fails, for what it denies can be derived.",
            )
        return None
