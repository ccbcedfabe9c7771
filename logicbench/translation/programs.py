"""Logic programs as language models write them for FOLIO, ProofWriter and ProntoQA, read into formulas.

The layout is Logic-LM's (Pan et al. 2023): sections with a title, and a formula a line with its English after ``:::``.
Nothing in a program is ever run: facts and rules become formulas, and the prover answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from logicbench.errors import InputError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import (
    Constant,
    Formula,
    Implies,
    Not,
    Predicate,
    Term,
    Truth,
    Variable,
    conjunction,
    fold,
    rebuild,
)
from logicbench.logic.fol.transform import closure
from logicbench.solvers.prover.entailment import Result, prove
from logicbench.solvers.prover.portfolio import Budget

_TITLE = re.compile(r"^[#*\s]*(Predicates|Premises|Conclusion|Facts|Rules|Query)\b[*\s]*:?[*\s]*$", re.IGNORECASE)
_ATOM = re.compile(
    r"^\s*(?P<no>not\s+|~|¬|-)?\s*(?P<name>[^(),&]+?)\s*(?:\((?P<arguments>[^()]*)\))?\s*$", re.IGNORECASE
)
_NOT = re.compile(r"^\s*Not\s*\((.*)\)\s*$", re.IGNORECASE | re.DOTALL)
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Program:
    """Premises and a conclusion, read from a program."""

    premises: tuple[Formula, ...]
    conclusion: Formula

    def run(self, budget: Budget | None = None) -> Result:
        """Decide what the premises say of the conclusion."""
        return prove(self.premises, self.conclusion, budget)

    def run_rules(self, budget: Budget | None = None) -> Result:
        """Decide as `run` does, but let rules that contradict each other still say what they derive.

        If the premises are inconsistent, every negated atom is read as an atom of its own (Belnap 1977), so that a
        contradiction elsewhere entails nothing. What is derived alone counts; both or neither is ``Uncertain``.
        """
        result = self.run(budget)
        if result.verdict != "Inconsistent":
            return result
        apart = Program(tuple(map(_apart, self.premises)), _apart(self.conclusion))
        against = _apart(self.conclusion.body if isinstance(self.conclusion, Not) else Not(self.conclusion))
        positive = apart.run(budget)
        negative = prove(apart.premises, against, budget)
        if (positive.verdict == "True") == (negative.verdict == "True"):
            return Result("Uncertain", consistent=False)
        if positive.verdict == "True":
            return replace(positive, consistent=False)
        return replace(negative, verdict="False", consistent=False)


def _apart(formula: Formula) -> Formula:
    """The formula with ``¬P(t)`` as an atom of a new predicate."""

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Not) and isinstance(node.body, Predicate):
            return Predicate(f"{node.body.name}⁻", node.body.arguments)
        return rebuild(node, below)

    result: Formula = fold(formula, combine)
    return result


def program_lines(text: str) -> list[str]:
    """The lines of a program: those of the first code fence, where there is one.

    What stands before it counts too if it has formulas: a reply goes on with the section that the prompt has begun.
    """
    lines = text.splitlines()
    fences = [place for place, line in enumerate(lines) if line.lstrip().startswith("```")]
    if not fences:
        return lines
    inside = lines[fences[0] + 1 : fences[1] if len(fences) > 1 else None]
    begun = any(":::" in line for line in lines[: fences[0]])
    return [*(lines[: fences[0]] if begun else []), *inside]


def sections(text: str) -> dict[str, list[str]]:
    """The lines of each section, titles in lower case, empty lines and the English left out."""
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in program_lines(text):
        title = _TITLE.match(line)
        if title:
            lines = found.setdefault(title.group(1).lower(), [])
        elif lines is not None and (formula := line.split(":::")[0].strip()):
            lines.append(formula)
    return found


def read_folio_program(text: str) -> Program:
    """Read a program with *Premises* and *Conclusion*.

    Raises:
        InputError: A section is missing or a formula cannot be read.
    """
    found = sections(text)
    premises = found.get("premises", [])
    conclusion = found.get("conclusion", [])
    if not premises or not conclusion:
        raise InputError("a program needs the sections Premises and Conclusion")
    return Program(tuple(parse(line).formula for line in premises), parse(conclusion[0]).formula)


def read_rule_program(text: str) -> Program:
    """Read a program with *Facts*, *Rules* (``A($x, True) && B($x, True) >>> C($x, True)``) and a *Query*.

    A variable of a rule is universal; in a fact it stands for some individual, as it does in the rule engine.

    Raises:
        InputError: The query is missing or a line is no rule.
    """
    found = sections(text)
    if not found.get("query"):
        raise InputError("a program needs the section Query")
    read = map(_rule, [*found.get("facts", []), *found.get("rules", [])])
    return Program(tuple(closure(one) if isinstance(one, Implies) else one for one in read), _rule(found["query"][0]))


def _rule(line: str) -> Formula:
    sides = [_conjunction(side) for side in line.split(">>>")]
    if len(sides) > 2:
        raise InputError(f"a rule has one '>>>': {line!r}")
    return sides[0] if len(sides) == 1 else Implies(sides[0], sides[1])


def _conjunction(text: str) -> Formula:
    return conjunction([_atom(part) for part in text.replace("&&", "∧").replace("&", "∧").split("∧")])


def _atom(text: str) -> Formula:
    wrapped = _NOT.match(text)
    if wrapped is not None:
        inner = _atom(wrapped.group(1))
        return inner.body if isinstance(inner, Not) else Not(inner)
    match = _ATOM.match(text)
    if match is None:
        raise InputError(f"expected an atom such as Kind($x, True), found {text.strip()!r}")
    arguments = [one.strip() for one in (match["arguments"] or "").split(",") if one.strip()]
    positive = match["no"] is None
    if arguments and arguments[-1].lower() in _TRUTHS:
        positive ^= not _TRUTHS[arguments.pop().lower()]
    name = match["name"]
    atom: Formula = Predicate(name, tuple(map(_term, arguments)))
    if not arguments and name.lower() in _TRUTHS:
        atom = Truth(_TRUTHS[name.lower()])
    return atom if positive else Not(atom)


def _term(text: str) -> Term:
    return Variable(text) if text.startswith(("$", "?")) else Constant(text)
