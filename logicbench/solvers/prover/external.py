"""Provers that are found on the search path: E, Vampire, cvc5 and Prover9. None is required.

E and Vampire read TPTP, cvc5 SMT-LIB, Prover9 its own notation.

Symbols are numbered in what is written, so that no name of a formula can be misread. Budgets are counts of the
prover's own steps; there is no time limit.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Truth,
    Variable,
    Xor,
    fold,
    size,
)
from logicbench.logic.fol.transform import free_variables, rename_apart
from logicbench.solvers.prover.herbrand import leaf_key

_SIZE_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class ExternalOutcome:
    """What a prover said: ``sat``, ``unsat`` (with the places used, if it told), or ``unknown``."""

    status: Literal["sat", "unsat", "unknown"]
    core: tuple[int, ...] | None = None


def installed() -> tuple[str, ...]:
    """The provers on the search path, in the order in which they are asked."""
    return tuple(name for name in _PROVERS if shutil.which(name) is not None)


def external_decide(name: str, formulas: Mapping[int, Formula], steps: int) -> ExternalOutcome:
    """Ask one prover whether the formulas have a model together.

    Args:
        name: One of `installed`.
        formulas: Place -> formula, in the shared language of `prepare`, without arithmetic terms.
        steps: The prover's own budget: processed clauses, and ten times as many generated ones (E), activations
            (Vampire), resource units (cvc5), or given clauses, a hundredth, since each meets all before it (Prover9).
    """
    if sum(map(size, formulas.values())) > _SIZE_LIMIT:
        return ExternalOutcome("unknown")
    return _PROVERS[name](formulas, steps)


def _run(arguments: list[str], text: str) -> str:
    done = subprocess.run(arguments, input=text, capture_output=True, text=True, check=False)
    return done.stdout


def _szs(output: str) -> Literal["sat", "unsat", "unknown"]:
    found = re.search(r"SZS status (\w+)", output)
    status = found.group(1) if found else ""
    if status in ("Unsatisfiable", "Theorem", "ContradictoryAxioms"):
        return "unsat"
    return "sat" if status in ("Satisfiable", "CounterSatisfiable") else "unknown"


def _ask_eprover(formulas: Mapping[int, Formula], steps: int) -> ExternalOutcome:
    # Some problems generate thousands of clauses for every one that is processed.
    limits = [f"--processed-clauses-limit={steps}", f"--generated-limit={10 * steps}"]
    output = _run(["eprover", "--auto", "-s", "--tptp3-format", "--proof-object", *limits], tptp(formulas))
    used = {int(place) for place in re.findall(r"file\([^,]*, a(\d+)\)", output)}
    places = list(formulas)
    return ExternalOutcome(_szs(output), tuple(sorted(places[place] for place in used)) or None)


def _ask_vampire(formulas: Mapping[int, Formula], steps: int) -> ExternalOutcome:
    options = ["--mode", "vampire", "-t", "0", "--activation_limit", str(steps), "--input_syntax", "tptp"]
    return ExternalOutcome(_szs(_run(["vampire", *options], tptp(formulas))))


def _ask_cvc5(formulas: Mapping[int, Formula], steps: int) -> ExternalOutcome:
    options = ["--lang=smt2", f"--rlimit={steps * 20}", "--finite-model-find"]
    output = _run(["cvc5", *options], smtlib(formulas)).strip()
    return ExternalOutcome("sat" if output == "sat" else "unsat" if output == "unsat" else "unknown")


def _ask_prover9(formulas: Mapping[int, Formula], steps: int) -> ExternalOutcome:
    output = _run(["prover9"], prover9(formulas, steps))
    # Its automatic mode drops heavy clauses, so that running out of clauses does not mean that there is a model.
    proof = output.partition("= PROOF =")[2].partition("= end of proof =")[0]
    if not proof:
        return ExternalOutcome("unknown")
    used = {int(place) for place in re.findall(r"# label\(a(\d+)\)", proof)}
    places = list(formulas)
    return ExternalOutcome("unsat", tuple(sorted(places[place] for place in used)) or None)


_PROVERS: dict[str, Callable[[Mapping[int, Formula], int], ExternalOutcome]] = {
    "eprover": _ask_eprover,
    "vampire": _ask_vampire,
    "cvc5": _ask_cvc5,
    "prover9": _ask_prover9,
}


class _Numbering:
    """Numbers for symbols, in the order of their first use."""

    def __init__(self) -> None:
        self.names: dict[tuple[Any, ...], str] = {}

    def __call__(self, prefix: str, *key: Any) -> str:
        return self.names.setdefault((prefix, *key), f"{prefix}{len(self.names)}")


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How an infix notation writes what is not a name."""

    variable: str
    forall: str
    exists: str
    truths: tuple[str, str]
    signs: tuple[str, ...]
    """Of ¬, ∧, ∨, ⊕, →, ↔ and =."""


_TPTP = _Spelling("X", "! [{}] : ", "? [{}] : ", ("$false", "$true"), ("~", "&", "|", "<~>", "=>", "<=>", "="))
_PROVER9 = _Spelling("x", "all {} ", "exists {} ", ("$F", "$T"), ("-", "&", "|", "", "->", "<->", "="))


def tptp(formulas: Mapping[int, Formula]) -> str:
    """The formulas as TPTP axioms ``a0``, ``a1`` and so on, with numbered symbols."""
    lines = [f"fof(a{place}, axiom, {text})." for place, text in enumerate(_infix(formulas, _TPTP))]
    return "\n".join(lines) + "\n"


def prover9(formulas: Mapping[int, Formula], steps: int) -> str:
    """The formulas as Prover9's assumptions, labelled ``a0``, ``a1`` and so on, with numbered symbols."""
    limits = [f"assign(max_given, {max(1, steps // 100)}).", "assign(max_seconds, -1).", "assign(max_megs, 400)."]
    # Without auto_denials cleared, it takes several negative facts for several goals, and a proof of one is not enough.
    head = [*limits, "clear(auto_denials).", "clear(print_given).", "formulas(assumptions)."]
    lines = [f"{text} # label(a{place})." for place, text in enumerate(_infix(formulas, _PROVER9))]
    return "\n".join([*head, *lines, "end_of_list."]) + "\n"


def _infix(formulas: Mapping[int, Formula], spelling: _Spelling) -> list[str]:
    """The formulas in an infix notation; free variables are constants."""
    numbering = _Numbering()

    def build(node: Any, below: list[str]) -> str:
        if isinstance(node, Variable) and node.name not in free:
            return numbering(spelling.variable, node.name)
        if isinstance(node, Variable | Constant | Numeral):
            return numbering("c", *leaf_key(node))
        if isinstance(node, Truth):
            return spelling.truths[node.value]
        if isinstance(node, Forall | Exists):
            quantifier = spelling.forall if isinstance(node, Forall) else spelling.exists
            return f"({quantifier.format(numbering(spelling.variable, node.variable.name))}{below[0]})"
        if isinstance(node, Predicate | Function):
            name = numbering("p" if isinstance(node, Predicate) else "f", node.name, len(below))
            return f"{name}({','.join(below)})" if below else name
        if isinstance(node, Comparison):
            left, right = reversed(below) if node.operator in (">", "<=") else below
            less = f"{numbering('p', '<', 2)}({left},{right})"
            return f"{spelling.signs[0]}({less})" if node.operator in ("<=", ">=") else less
        return _connective(node, below, spelling.signs)

    texts = []
    for formula in formulas.values():
        free = {variable.name for variable in free_variables(formula)}
        texts.append(fold(rename_apart(formula), build))
    return texts


def _connective(node: Any, below: list[str], signs: tuple[str, ...]) -> str:
    if isinstance(node, Not):
        return f"{signs[0]}({below[0]})"
    if isinstance(node, Xor) and not signs[3]:
        return f"{signs[0]}({below[0]} {signs[5]} {below[1]})"
    kinds = (And, Or, Xor, Implies, Iff, Equal)
    for kind, sign in zip(kinds, signs[1:], strict=True):
        if isinstance(node, kind):
            return "(" + f" {sign} ".join(below) + ")"
    if isinstance(node, Arithmetic):
        raise ValueError("arithmetic terms have no place here")
    raise AssertionError(type(node).__name__)


def smtlib(formulas: Mapping[int, Formula]) -> str:
    """The formulas as an SMT-LIB script over one uninterpreted sort, with numbered symbols."""
    numbering = _Numbering()
    declared: dict[str, str] = {}

    def build(node: Any, below: list[str]) -> str:
        if isinstance(node, Variable) and node.name not in free:
            return numbering("x", node.name)
        if isinstance(node, Variable | Constant | Numeral):
            name = numbering("c", *leaf_key(node))
            declared[name] = f"(declare-fun {name} () U)"
            return name
        if isinstance(node, Truth):
            return "true" if node.value else "false"
        if isinstance(node, Forall | Exists):
            word = "forall" if isinstance(node, Forall) else "exists"
            return f"({word} (({numbering('x', node.variable.name)} U)) {below[0]})"
        if isinstance(node, Predicate | Function | Comparison):
            return apply(node, below)
        words = {Not: "not", And: "and", Or: "or", Xor: "xor", Implies: "=>", Iff: "=", Equal: "="}
        return f"({words[type(node)]} {' '.join(below)})"

    def apply(node: Any, below: list[str]) -> str:
        name, negated = getattr(node, "name", "<"), False
        if isinstance(node, Comparison):
            below = below[::-1] if node.operator in (">", "<=") else below
            negated = node.operator in ("<=", ">=")
        kind, codomain = ("f", "U") if isinstance(node, Function) else ("p", "Bool")
        symbol = numbering(kind, name, len(below))
        declared[symbol] = f"(declare-fun {symbol} ({' '.join(['U'] * len(below))}) {codomain})"
        text = f"({symbol} {' '.join(below)})" if below else symbol
        return f"(not {text})" if negated else text

    lines = []
    for formula in formulas.values():
        free = {variable.name for variable in free_variables(formula)}
        lines.append(f"(assert {fold(rename_apart(formula), build)})")
    head = ["(set-logic UF)", "(declare-sort U 0)", *declared.values()]
    return "\n".join([*head, *lines, "(check-sat)"]) + "\n"
