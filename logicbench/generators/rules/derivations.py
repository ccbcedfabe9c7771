"""Derivations as answers: how they are written, read and checked step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from logicbench.answers import ReadError
from logicbench.answers.readers import unwrap
from logicbench.errors import InputError
from logicbench.generators.nlsat.queries import fact
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.rules.program import Program, RuleInstance, proof
from logicbench.logic.english import Claim, Grounder, Literal
from logicbench.problem import Violation

MAX_STEPS = 400
"""Longer derivations are refused."""


class DerivationStep(NamedTuple):
    """One line of a derivation: a rule, what fulfils its conditions, and the conclusion."""

    rule: int
    """Number of the rule, from 1."""
    facts: tuple[int, ...]
    """Numbers of given facts."""
    steps: tuple[int, ...]
    """Numbers of earlier steps."""
    conclusion: Literal


def write(theory: Theory, program: Program, query: Literal) -> str:
    """Return a derivation of a literal that follows."""
    steps = [(literal, step) for literal, step in proof(query, program.derive(), program.closed) if step.rule]
    names = {literal: f"S{number}" for number, (literal, _) in enumerate(steps, 1)}
    names |= {literal: str(place + 1) for literal, place in program.facts.items() if literal not in names}
    lines = []
    for literal, step in steps:
        assert step.rule is not None
        used = [names[part] for part in step.rule.body if program.needs(part)]
        sentence = theory.language.write(fact(literal.atom, literal.positive))
        lines.append(f"{names[literal]}: {step.place + 1} from {', '.join(used) or 'nothing'}: {sentence}")
    return "\n".join(lines)


_STEP = re.compile(
    r"[ \t>|(\[*-]{0,6}(?:s|step[ \t]{0,2}s?)[ \t]{0,2}(?P<name>[0-9]{1,4})[ \t*)\]]{0,4}[:.=|-][ \t]{0,4}"
    r"(?:by[ \t]{1,4})?(?:apply(?:ing)?[ \t]{1,4})?(?:rule[ \t]{0,4})?#?(?P<rule>[0-9]{1,6})[ \t]{0,4}"
    r"(?:from|with|using|on|to|,|:|\(|\||applied[ \t]to)[ \t]{0,4}"
    r"(?P<used>(?:nothing|none|(?:s|step[ \t]{0,2}s?|fact[ \t]{0,2})?[ \t]{0,2}[0-9]{1,6}|,|and|&|[ \t])*?)[ \t)]{0,4}"
    r"(?::|=>|->|→|∴|\|-|\||gives\b)[ \t]{0,4}(?P<text>[^\n|]{1,400})$",
    re.IGNORECASE,
)
_USED = re.compile(r"(s|step[ \t]{0,2}s?)?[ \t]{0,2}([0-9]{1,6})", re.IGNORECASE)
_LINE_START = re.compile(
    r"[ \t>|(\[*-]{0,6}(?:s|step[ \t]{0,2}s?)[ \t]{0,2}[0-9]{1,4}[ \t*)\]]{0,4}[:.=|-]", re.IGNORECASE
)


def read_derivation(theory: Theory) -> Callable[[str], tuple[tuple[DerivationStep, ...], str]]:
    """Return a reader of derivations: lines ``S1: 7 from 2, 5: Anne is kind.``"""

    def read(span: str) -> tuple[tuple[DerivationStep, ...], str]:
        lines = unwrap(span).splitlines()
        steps: list[DerivationStep] = []
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            if _LINE_START.match(line) is None:
                if steps:
                    return tuple(steps), "\n".join(["", *lines[number:]])
                raise ReadError(
                    "malformed", "The answer must be the steps of a derivation, each like: S1: 7 from 2: ..."
                )
            steps.append(_read_step(line, len(steps) + 1, theory))
            if len(steps) > MAX_STEPS:
                raise ReadError("length", f"The derivation has more than {MAX_STEPS} steps.")
        if not steps:
            raise ReadError("malformed", "The answer holds no step of a derivation.")
        return tuple(steps), ""

    return read


def _read_step(line: str, expected: int, theory: Theory) -> DerivationStep:
    match = _STEP.match(line[:1000].rstrip())
    if match is None:
        raise ReadError(
            "malformed", f"Step {expected} is not of the form 'S{expected}: RULE from NUMBERS: CONCLUSION'."
        )
    if int(match["name"]) != expected:
        raise ReadError(
            "malformed", f"The steps must be named S1, S2 and so on; S{match['name']} stands at {expected}."
        )
    used = [(bool(found[1]), int(found[2])) for found in _USED.finditer(match["used"])]
    return DerivationStep(
        int(match["rule"]),
        tuple(number for is_step, number in used if not is_step),
        tuple(number for is_step, number in used if is_step),
        read_fact(match["text"], theory),
    )


def read_fact(text: str, theory: Theory) -> Literal:
    """Return what a sentence about a named person says; the full stop may be missing.

    Raises:
        ReadError: If it is no such sentence.
    """
    sentence = " ".join(text.split()).strip(" *_`\"'").rstrip(".") + "."
    try:
        claim = theory.language.read(sentence)
    except InputError as error:
        raise ReadError("malformed", f"{sentence[:80]!r} is not a fact about somebody ({error}).") from None
    if not isinstance(claim, Claim) or len(claim.statements) != 1:
        raise ReadError("malformed", f"{sentence[:80]!r} is not a single fact.")
    [(literal,)] = Grounder(()).sentence(claim)
    return literal


def faults(
    theory: Theory, program: Program, steps: Sequence[DerivationStep], query: Literal
) -> tuple[list[Violation], int]:
    """Return what is wrong with a derivation, and how many steps from its beginning are right.

    A rule's denied conditions, in the closed world, hold where their facts cannot be derived; they take no reference.
    """
    by_rule: dict[int, list[RuleInstance]] = {}
    for rule in program.rules:
        by_rule.setdefault(rule.place + 1, []).append(rule)
    given = {place + 1: literal for literal, place in program.facts.items()}
    derivable = program.derive()
    found: list[Violation] = []
    right = 0
    for number, step in enumerate(steps, 1):
        reason = _fault(step, number, steps, by_rule, given, program, derivable)
        if reason is not None:
            found.append(Violation(reason[0], f"Step S{number}: {reason[1]}", {"step": number}))
        elif not found:
            right = number
    if steps[-1].conclusion != query:
        found.append(Violation("missing-goal", "The last step does not conclude the statement that was asked for."))
    return found, right


def _fault(
    step: DerivationStep,
    number: int,
    steps: Sequence[DerivationStep],
    by_rule: dict[int, list[RuleInstance]],
    given: dict[int, Literal],
    program: Program,
    derivable: Mapping[Literal, object],
) -> tuple[str, str] | None:
    if step.rule not in by_rule:
        return "no-rule", f"statement {step.rule} is not a rule."
    instances = [rule for rule in by_rule[step.rule] if rule.head == step.conclusion]
    if not instances:
        return "wrong-conclusion", f"rule {step.rule} does not give this conclusion."
    premises: set[Literal] = set()
    for place in step.facts:
        if place not in given:
            return "no-fact", f"statement {place} is not a fact."
        premises.add(given[place])
    for place in step.steps:
        if not 1 <= place < number:
            return "no-step", f"there is no earlier step S{place}."
        premises.add(steps[place - 1].conclusion)
    [rule] = instances
    needed = {part for part in rule.body if program.needs(part)}
    if needed - premises:
        return "unmet-condition", f"a condition of rule {step.rule} is fulfilled by none of the statements named."
    if premises - needed:
        return "unused-premise", f"a statement is named that fulfils no condition of rule {step.rule}."
    if any(-part in derivable for part in rule.body if not program.needs(part)):
        return "denied-condition", f"a condition of rule {step.rule} is denied by what can be derived."
    return None
