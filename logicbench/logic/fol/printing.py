"""Write formulas in every notation; what is written is valid there and reads back as the same tree.

What a notation has no sign for is first put into other words by `expressible`: ⊕ for Prover9 and NLTK, counting
quantifiers and sorts wherever they are missing. Connectives are always bracketed, so that no reader needs precedences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from logicbench.logic.fol.escape import escape
from logicbench.logic.fol.names import NAMES, Names
from logicbench.logic.fol.notation import Notation
from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Count,
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
    Term,
    Truth,
    Variable,
    Xor,
    fold,
    rebuild,
)
from logicbench.logic.fol.transform import FreshNames, expand_counting, relativise, variable_names

_Piece: TypeAlias = "str | tuple[Any, bool] | _Leave"
_BINARY = (And, Or, Xor, Implies, Iff)
_BINDERS = (Forall, Exists, Count)
_ARITHMETIC_NAMES = {"+": "op__plus", "-": "op__minus", "*": "op__times", "/": "op__divide"}
_COMPARISON_NAMES = {"<": "op__less", "<=": "op__lesseq", ">": "op__greater", ">=": "op__greatereq"}
_TPTP_ARITHMETIC = {"+": "$sum", "-": "$difference", "*": "$product", "/": "$quotient"}
_TPTP_COMPARISON = {"<": "$less", "<=": "$lesseq", ">": "$greater", ">=": "$greatereq"}
_BOUND_SIGNS = {"exactly": "=", "at_least": "≥", "at_most": "≤"}
_LATEX_BOUND_SIGNS = {"exactly": "=", "at_least": r"\geq ", "at_most": r"\leq "}


@dataclass(frozen=True, slots=True)
class _Leave:
    """Marks the end of a variable's scope."""

    name: str


@dataclass(frozen=True, slots=True)
class _Style:
    """The signs of one infix notation."""

    connectives: dict[type[Any], str]
    negation: str
    equal: str
    unequal: str
    comparisons: dict[str, str]
    true: str
    false: str
    quantify: Callable[[Any, str, str | None], str]


def _unicode_binder(node: Any, variable: str, sort: str | None) -> str:
    sign = "∀" if isinstance(node, Forall) else "∃"
    if isinstance(node, Count):
        sign = f"∃{_BOUND_SIGNS[node.bound]}{node.count} "
    return f"{sign}{variable}{f':{sort}' if sort is not None else ''} "


def _latex_binder(node: Any, variable: str, sort: str | None) -> str:
    sign = r"\forall" if isinstance(node, Forall) else r"\exists"
    if isinstance(node, Count):
        sign = rf"\exists^{{{_LATEX_BOUND_SIGNS[node.bound]}{node.count}}}"
    sorted_as = "" if sort is None else rf" \colon {sort}"
    return rf"{sign} {variable}{sorted_as} \, "


_SAME = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_STYLES: dict[Notation, _Style] = {
    "unicode": _Style(
        {And: " ∧ ", Or: " ∨ ", Xor: " ⊕ ", Implies: " → ", Iff: " ↔ "}, "¬", " = ", " ≠ ",
        {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}, "⊤", "⊥", _unicode_binder,
    ),
    "prover9": _Style(
        {And: " & ", Or: " | ", Implies: " -> ", Iff: " <-> "}, "-", " = ", " != ", _SAME, "$T", "$F",
        lambda node, variable, _: f"{'all' if isinstance(node, Forall) else 'exists'} {variable} ",
    ),
    "nltk": _Style(
        {And: " & ", Or: " | ", Implies: " -> ", Iff: " <-> "}, "-", " = ", " != ", _SAME, "", "",
        lambda node, variable, _: f"{'all' if isinstance(node, Forall) else 'exists'} {variable}.",
    ),
    "tptp": _Style(
        {And: " & ", Or: " | ", Xor: " <~> ", Implies: " => ", Iff: " <=> "}, "~ ", " = ", " != ", _SAME,
        "$true", "$false",
        lambda node, variable, _: f"{'!' if isinstance(node, Forall) else '?'} [{variable}] : ",
    ),
    "latex": _Style(
        {And: r" \land ", Or: r" \lor ", Xor: r" \oplus ", Implies: r" \rightarrow ", Iff: r" \leftrightarrow "},
        r"\neg ", " = ", r" \neq ", {"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq"}, r"\top", r"\bot", _latex_binder,
    ),
}  # fmt: skip


def render(formula: Formula, notation: Notation = "unicode") -> str:
    """Write a formula; `parse` reads the result back as ``expressible(formula, notation)``, with no repairs.

    Raises:
        BudgetExceeded: counting quantifiers that the notation lacks are too large to be written out.
    """
    return _Printer(notation).run(expressible(formula, notation))


def expressible(formula: Formula, notation: Notation) -> Formula:
    """The formula in terms of what the notation has signs for; itself where it has all.

    Prover9 and NLTK have no ⊕ (written as a negated ↔), NLTK no truth constants, and only Unicode, LaTeX, SMT-LIB and
    Python have sorts (else written as predicates), only Unicode and LaTeX counting quantifiers (else written out).
    """
    if notation in ("prover9", "nltk", "tptp"):
        formula = relativise(formula)
    elif notation in ("smtlib", "python"):
        formula = expand_counting(formula)
    fresh = FreshNames(variable_names(formula)) if notation == "nltk" else None

    def combine(node: Any, below: list[Any]) -> Any:
        node = rebuild(node, below)
        if isinstance(node, Xor) and notation in ("prover9", "nltk"):
            return Not(Iff(node.left, node.right))
        if isinstance(node, Truth) and fresh is not None:
            variable = Variable(fresh("z"))
            tautology = Forall(variable, Equal(variable, variable))
            return tautology if node.value else Not(tautology)
        if isinstance(node, Arithmetic) and notation in ("prover9", "nltk", "tptp") and len(node.arguments) > 2:
            term: Term = node.arguments[0]
            for argument in node.arguments[1:]:
                term = Arithmetic(node.operator, (term, argument))
            return term
        return node

    result: Formula = fold(formula, combine)
    return result


class _Printer:
    """Writes one formula with an explicit stack."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation
        self.names: Names = NAMES[notation]
        self.scope: dict[str, int] = {}
        self.folded: dict[str, int] = {}
        self.style = _STYLES.get(notation)

    def run(self, root: Any) -> str:
        if self.notation == "unicode" and isinstance(root, Predicate) and not root.arguments:
            return self.lone_proposition(root.name)
        pieces: list[str] = []
        todo: list[_Piece] = [(root, False)]
        while todo:
            item = todo.pop()
            if isinstance(item, str):
                pieces.append(item)
            elif isinstance(item, _Leave):
                self.scope[item.name] -= 1
                self.folded[item.name.lower()] -= 1
            else:
                node, bracketed = item
                parts = self.parts(node)
                todo.extend(reversed(["(", *parts, ")"] if bracketed else parts))
        return "".join(pieces)

    def lone_proposition(self, name: str) -> str:
        """A formula that is one quoted name would look like a quoted formula."""
        written = self.names.symbol(name, False)
        return escape(name) if written.startswith('"') else written

    def bound(self, name: str) -> bool:
        """Whether a variable of this name is in scope."""
        return bool(self.scope.get(name))

    def clashes(self, name: str) -> bool:
        """Whether a variable in scope has this name, or has it in other letter case."""
        return bool(self.folded.get(name.lower()))

    def parts(self, node: Any) -> list[_Piece]:
        """The pieces of a node: text, and children with whether they need brackets."""
        if isinstance(node, Variable):
            return [self.names.variable(node.name) if self.bound(node.name) else self.names.free(node.name)]
        if isinstance(node, Constant):
            return [self.names.constant(node.name, self.clashes(node.name))]
        if isinstance(node, Numeral):
            return [self.numeral(node)]
        if self.notation == "smtlib":
            return self.smtlib(node)
        if isinstance(node, Predicate | Function):
            name = self.names.symbol(node.name, self.clashes(node.name))
            return self.call(name, node.arguments) if node.arguments else [name]
        return self.python(node) if self.notation == "python" else self.infix(node)

    def numeral(self, node: Numeral) -> str:
        if self.notation in ("prover9", "nltk") and "." in node.text:
            return f"op__num_{node.text.replace('.', '_')}"
        return node.text

    def call(self, name: str, arguments: Sequence[Any]) -> list[_Piece]:
        pieces: list[_Piece] = [f"{name}("]
        for place, argument in enumerate(arguments):
            if place:
                pieces.append(", ")
            pieces.append((argument, False))
        pieces.append(")")
        return pieces

    def enter(self, node: Any) -> tuple[str, str | None]:
        """Open the scope of a quantifier; returns its variable and sort as written."""
        name = node.variable.name
        self.scope[name] = self.scope.get(name, 0) + 1
        self.folded[name.lower()] = self.folded.get(name.lower(), 0) + 1
        sort = self.names.sort(node.sort) if node.sort is not None else None
        return self.names.variable(name), sort

    # The infix notations

    def infix(self, node: Any) -> list[_Piece]:
        style = self.style
        assert style is not None
        if isinstance(node, _BINARY):
            return self.chain(style.connectives[type(node)], node.children, _needs_brackets)
        if isinstance(node, Not):
            body = node.body
            if isinstance(body, Equal):
                return self.chain(style.unequal, body.children, _is_negative)
            return [style.negation, (body, isinstance(body, (*_BINARY, Comparison)) or _is_relation(body))]
        if isinstance(node, _BINDERS):
            variable, sort = self.enter(node)
            bracketed = isinstance(node.body, _BINARY) or _is_relation(node.body)
            return [style.quantify(node, variable, sort), (node.body, bracketed), _Leave(node.variable.name)]
        if isinstance(node, Equal):
            return self.chain(style.equal, node.children, _is_negative)
        if isinstance(node, Truth):
            return [style.true if node.value else style.false]
        if isinstance(node, Comparison):
            return self.comparison(node, style)
        return self.arithmetic(node)

    def chain(self, sign: str, operands: Sequence[Any], bracket: Callable[[Any], bool]) -> list[_Piece]:
        pieces: list[_Piece] = []
        for place, operand in enumerate(operands):
            if place:
                pieces.append(sign)
            pieces.append((operand, bracket(operand)))
        return pieces

    def comparison(self, node: Comparison, style: _Style) -> list[_Piece]:
        if self.notation == "nltk":
            return self.call(_COMPARISON_NAMES[node.operator], node.children)
        if self.notation == "tptp":
            return self.call(_TPTP_COMPARISON[node.operator], node.children)
        return self.chain(f" {style.comparisons[node.operator]} ", node.children, _is_negative)

    def arithmetic(self, node: Arithmetic) -> list[_Piece]:
        if self.notation in ("prover9", "nltk"):
            return self.call(_ARITHMETIC_NAMES[node.operator], node.arguments)
        if self.notation == "tptp":
            unary = len(node.arguments) == 1
            return self.call("$uminus" if unary else _TPTP_ARITHMETIC[node.operator], node.arguments)
        if len(node.arguments) == 1:
            return ["-", (node.arguments[0], isinstance(node.arguments[0], Arithmetic))]
        sign = r" \cdot " if self.notation == "latex" and node.operator == "*" else f" {node.operator} "
        return self.chain(sign, node.arguments, lambda operand: isinstance(operand, Arithmetic))

    # Python

    def python(self, node: Any) -> list[_Piece]:
        if isinstance(node, And | Or | Xor | Implies):
            return self.call(type(node).__name__, node.children)
        if isinstance(node, Iff):
            # And(P(x)) == Q(x) cannot be taken for an equation of terms.
            left: list[_Piece] = (
                self.call("And", [node.left])
                if isinstance(node.left, Predicate)
                else [(node.left, _is_relation(node.left))]
            )
            return [*left, " == ", (node.right, _is_relation(node.right))]
        if isinstance(node, Not):
            if isinstance(node.body, Equal):
                return self.chain(" != ", node.body.children, _is_negative)
            return self.call("Not", [node.body])
        if isinstance(node, Forall | Exists):
            variable, sort = self.enter(node)
            binder = variable if sort is None else f'Const("{variable}", {sort})'
            name = "ForAll" if isinstance(node, Forall) else "Exists"
            return [f"{name}([{binder}], ", (node.body, False), ")", _Leave(node.variable.name)]
        if isinstance(node, Equal):
            return self.chain(" == ", node.children, _is_negative)
        if isinstance(node, Comparison):
            return self.chain(f" {node.operator} ", node.children, _is_negative)
        if isinstance(node, Truth):
            return [str(node.value)]
        return self.arithmetic(node)

    # SMT-LIB

    def smtlib(self, node: Any) -> list[_Piece]:
        if isinstance(node, Predicate | Function):
            name = self.names.symbol(node.name, self.clashes(node.name))
            return self.prefix(name, node.arguments) if node.arguments else [name]
        if isinstance(node, Iff):
            if isinstance(node.left, Predicate) and isinstance(node.right, Predicate):
                # (= F G) would look like an equation of terms.
                right = node.right
                return ["(ite ", (node.left, False), " ", (right, False), " (not ", (right, False), "))"]
            return self.prefix("=", node.children)
        if isinstance(node, Forall | Exists):
            variable, sort = self.enter(node)
            name = "forall" if isinstance(node, Forall) else "exists"
            return [f"({name} (({variable} {sort or 'U'})) ", (node.body, False), ")", _Leave(node.variable.name)]
        if isinstance(node, Truth):
            return ["true" if node.value else "false"]
        if isinstance(node, Arithmetic | Comparison):
            return self.prefix(node.operator, node.children)
        signs = {And: "and", Or: "or", Xor: "xor", Implies: "=>", Equal: "=", Not: "not"}
        return self.prefix(signs[type(node)], node.children)

    def prefix(self, head: str, children: Sequence[Any]) -> list[_Piece]:
        pieces: list[_Piece] = [f"({head}"]
        for child in children:
            pieces.append(" ")
            pieces.append((child, False))
        pieces.append(")")
        return pieces


def _needs_brackets(operand: Any) -> bool:
    """Whether an operand of a connective needs brackets: another connective, or a quantifier, perhaps negated."""
    while isinstance(operand, Not):
        operand = operand.body
        if isinstance(operand, _BINARY):
            return False
    return isinstance(operand, (*_BINARY, *_BINDERS))


def _is_negative(operand: Any) -> bool:
    return isinstance(operand, Arithmetic) and len(operand.arguments) == 1


def _is_relation(operand: Any) -> bool:
    return isinstance(operand, Equal | Comparison | Iff) or (
        isinstance(operand, Not) and isinstance(operand.body, Equal)
    )
