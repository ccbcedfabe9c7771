"""The names that a translation may use: asked for first, then shown, checked, and held to by a grammar."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from logicbench.logic.fol.syntax import Formula
from logicbench.logic.fol.transform import signature
from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import Ask, Dialogue, render

_PREDICATE = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])?\s*([^\W\d]\w*)\s*\(([^()]*)\)\s*(?::::?(.*))?$")
_CONSTANT = re.compile(r"^\s*(?:[-*•]|\d{1,3}[.)])?\s*(\w+)\s*:::(.*)$")
_TITLE = re.compile(r"^\W*(predicates|constants)\W*$", re.IGNORECASE)
_MOST = 60


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Predicates (name, number of arguments, gloss) and constants (name, gloss), as the model listed them."""

    predicates: tuple[tuple[str, int, str], ...]
    constants: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The list, as prompts show it."""
        lines = ["Predicates:"]
        lines += [f"{name}({', '.join(_arguments(arity))}) ::: {gloss}" for name, arity, gloss in self.predicates]
        lines.append("Constants:")
        return "\n".join([*lines, *(f"{name} ::: {gloss}" for name, gloss in self.constants)])

    def complaint(self, formula: Formula) -> str:
        """What a formula uses that the list has not, in one sentence; "" if nothing."""
        used = signature([formula])
        known = {(name, arity) for name, arity, _ in self.predicates}
        wrong = [f"{name} with {arity} arguments" for name, arity in used.predicates if (name, arity) not in known]
        return f"not among the predicates: {', '.join(wrong)}" if wrong and known else ""

    def grammar(self, count: int | None = None) -> str | None:
        """EBNF of one formula over these names, or of ``count`` numbered lines; None if there is no predicate.

        The grammar writes every bracket, so that what it admits can be read strictly and in one way only.
        """
        atoms = []
        for name, arity, _ in self.predicates:
            inner = ' ", " '.join(["term"] * arity)
            atoms.append(f'"{name}(" {inner} ")"' if arity else f'"{name}"')
        if not atoms:
            return None
        terms = ["variable", *(json.dumps(name, ensure_ascii=False) for name, _ in self.constants)]
        root = "formula" if count is None else ' "\\n" '.join(f'"{place}. " formula' for place in range(1, count + 1))
        return "\n".join(
            [
                f"root ::= {root}",
                'formula ::= atom | "¬" formula | quantifier variable " " formula | pair',
                'pair ::= "(" formula " " link " " formula ")"',
                f"atom ::= {' | '.join(atoms)}",
                f"term ::= {' | '.join(terms)}",
                'variable ::= "x" | "y" | "z"',
                'quantifier ::= "∀" | "∃"',
                'link ::= "∧" | "∨" | "⊕" | "→" | "↔"',
            ]
        )


def _arguments(arity: int) -> list[str]:
    return ["x", "y", "z"][:arity] if arity <= 3 else [f"n{place}" for place in range(1, arity + 1)]


def read_vocabulary(text: str) -> Vocabulary:
    """Read the list that a model wrote; lines of another form are left out."""
    predicates: dict[tuple[str, int], str] = {}
    constants: dict[str, str] = {}
    section = "predicates"
    for line in text.splitlines():
        if title := _TITLE.match(line):
            section = title[1].lower()
        elif (match := _PREDICATE.match(line)) and len(predicates) < _MOST:
            arity = len([each for each in match[2].split(",") if each.strip()])
            predicates.setdefault((match[1], arity), (match[3] or "").strip())
        elif section == "constants" and (match := _CONSTANT.match(line)) and len(constants) < _MOST:
            constants.setdefault(match[1], match[2].strip())
    return Vocabulary(
        tuple((name, arity, gloss) for (name, arity), gloss in predicates.items()), tuple(constants.items())
    )


def ask_vocabulary(item: Item) -> Dialogue[Vocabulary]:
    """Ask, once and greedily, for the names of a problem."""
    (text,) = yield [Ask(render("vocabulary", item=item), greedy=True)]
    return read_vocabulary(text)
