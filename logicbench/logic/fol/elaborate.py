"""From the untyped tree to the syntax tree: tell terms from formulas and variables from constants."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeAlias

from logicbench.logic.fol.counting import TUPLES_LIMIT, all_different, pairwise_distinct, quantify
from logicbench.logic.fol.escape import unescape, unescape_nltk_variable
from logicbench.logic.fol.notation import CONNECTIVES, DIALECTS, RELATIONS, Notation
from logicbench.logic.fol.notes import Note, ParseError, Severity
from logicbench.logic.fol.raw import Raw
from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Equal,
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
)

Want: TypeAlias = Literal["formula", "term"]
Free: TypeAlias = Literal["constant", "variable"]
_Plan: TypeAlias = "tuple[list[tuple[Raw, Want]], Callable[[list[Any]], Any]]"
_VARIABLE_LIKE = re.compile(r"[u-zU-Z][0-9]{0,2}'*")
_ARITHMETIC = frozenset("+-*/")
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_PYTHON_WORDS = frozenset(
    (
        "And",
        "Or",
        "Not",
        "Implies",
        "Xor",
        "Iff",
        "Equiv",
        "Equivalent",
        "If",
        "Distinct",
        "Count",
        "AllDifferentConstraint",
    )
)
_CALLED = {"and": "And", "or": "Or", "not": "Not", "implies": "Implies", "xor": "Xor", "iff": "Iff", "equiv": "Iff"}
_FORMULA_KINDS = frozenset(("apply", "infix", "not", "quantifier", "truth", "list"))
_TPTP_ARITHMETIC = {"$sum": "+", "$difference": "-", "$product": "*", "$quotient": "/", "$uminus": "-"}
_TPTP_COMPARISON = {"$less": "<", "$lesseq": "<=", "$greater": ">", "$greatereq": ">="}
_NLTK_OPERATORS = {
    "op__plus": "+", "op__minus": "-", "op__times": "*", "op__divide": "/",
    "op__less": "<", "op__lesseq": "<=", "op__greater": ">", "op__greatereq": ">=",
}  # fmt: skip
_SPREAD_LIMIT = 20_000
_CASES_LIMIT = 2_000
_DISTINCT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Conventions:
    """What a text does not say about itself.

    Attributes:
        notation: Its notation.
        free: What a name such as ``x`` is where no quantifier binds it.
        largest: The most that a ``Count(...)`` can come to; None if that is not known.
    """

    notation: Notation
    free: Free = "constant"
    largest: int | None = None


class Elaborator:
    """Elaborates one raw tree; `run` is called once."""

    def __init__(self, text: str, conventions: Conventions) -> None:
        self.text, self.notation, self.free = text, conventions.notation, conventions.free
        self.largest = conventions.largest
        self.capital = DIALECTS[self.notation].capital_variables
        self.notes: list[Note] = []
        self.scope: dict[str, int] = {}
        self.folded: dict[str, str] = {}
        self.reported: set[tuple[str, str]] = set()
        self.spreads = self.cases = 0

    def note(self, kind: str, position: int, message: str, severity: Severity = "repair") -> None:
        """Add a note."""
        self.notes.append(Note(kind, position, message, severity))

    def once(self, kind: str, name: str, position: int, message: str, severity: Severity = "repair") -> None:
        """Note something about a name the first time it is met."""
        if (kind, name) not in self.reported:
            self.reported.add((kind, name))
            self.note(kind, position, message, severity)

    def fail(self, raw: Raw, expected: str) -> NoReturn:
        """Refuse the text here."""
        raise ParseError(self.text, raw.position, expected)

    def run(self, root: Raw) -> Formula:
        """Elaborate a formula.

        Raises:
            ParseError: a term stands where only a formula can, or the other way round.
        """
        todo: list[tuple[Any, Any, Any]] = [(root, "formula", None)]
        values: list[Any] = []
        while todo:
            raw, want, build = todo.pop()
            if build is not None:
                cut = len(values) - want
                values[cut:] = [build(values[cut:])]
                continue
            kids, build = self.formula(raw) if want == "formula" else self.term(raw)
            todo.append((raw, len(kids), build))
            todo.extend((kid, wanted, None) for kid, wanted in reversed(kids))
        formula: Formula = values[0]
        return formula

    # Formulas

    def formula(self, raw: Raw) -> Any:
        """How a raw node becomes a formula: the children to elaborate, and what to build of them."""
        kind = raw.kind
        if kind == "apply":
            return self.applied(raw)
        if kind == "infix":
            return self.infix(raw)
        if kind == "not":
            return [(raw.kids[0], "formula")], lambda below: Not(below[0])
        if kind == "quantifier":
            return self.quantifier(raw)
        if kind == "truth":
            value = raw.value == "true"
            return [], lambda below: Truth(value)
        if kind in ("name", "quoted"):
            return self.proposition(raw)
        if kind == "minus":
            self.once("operator_spelling", "-", raw.position, "read '-' as 'not'")
            return [(raw.kids[0], "formula")], lambda below: Not(below[0])
        if kind == "list" and len(raw.kids) == 1:
            if not (raw.value == "[" and self.notation == "python"):
                self.note("bracket_shape", raw.position, f"read {raw.value!r} as a bracket")
            return [(raw.kids[0], "formula")], lambda below: below[0]
        what = "a number" if kind == "number" else "a term" if kind in ("infix", "minus") else "a list"
        return self.fail(raw, f"a formula and not {what}")

    def proposition(self, raw: Raw) -> Any:
        """A name alone where a formula is due."""
        name, _ = self.plain(raw)
        if (
            raw.kind == "name"
            and self.notation in ("python", "smtlib")
            and raw.value in ("True", "False", "true", "false")
        ):
            value = raw.value in ("True", "true")
            return [], lambda below: Truth(value)
        if raw.kind == "name" and self.notation == "unicode" and raw.value in ("True", "False", "TRUE", "FALSE"):
            value = raw.value[0] == "T"
            self.note("operator_spelling", raw.position, f"read {raw.value!r} as a truth value")
            return [], lambda below: Truth(value)
        if raw.kind == "name" and raw.value in self.scope and not self.capital:
            self.once(
                "variable_as_formula", raw.value, raw.position, f"the variable {raw.value!r} stands for a formula"
            )
        return [], lambda below: Predicate(name)

    def applied(self, raw: Raw) -> Any:
        """``P(a, b)``, or one of the functions that stand for connectives in Python and TPTP."""
        name = raw.value
        if not raw.quoted:
            if self.notation == "python" and name in _PYTHON_WORDS and raw.kids:
                plan = self.python_call(raw)
                if plan is not None:
                    return plan
            if name in _TPTP_COMPARISON and len(raw.kids) == 2:
                return self.terms(raw.kids, lambda below: _compare(_TPTP_COMPARISON[name], below))
            if name == {"smtlib": "distinct", "tptp": "$distinct"}.get(self.notation) and len(raw.kids) > 1:
                return self.distinct(raw, raw.kids)
            compared = self.notation in ("prover9", "nltk") and _NLTK_OPERATORS.get(name, "+") not in _ARITHMETIC
            if compared and len(raw.kids) == 2:
                return self.terms(raw.kids, lambda below: _compare(_NLTK_OPERATORS[name], below))
            if (
                name.lower() in _CALLED
                and self.notation != "python"
                and any(kid.kind in _FORMULA_KINDS for kid in raw.kids)
            ):
                plan = self.python_call(Raw("apply", _CALLED[name.lower()], raw.position, raw.kids))
                if plan is not None:
                    self.note("operator_spelling", raw.position, f"read {name}(...) as a connective")
                    return plan
            if name in ("fof", "tff", "cnf") and len(raw.kids) >= 3:
                if self.notation != "tptp":
                    self.note("wrapper", raw.position, f"took the formula out of {name}(...)")
                return [(raw.kids[2], "formula")], lambda below: below[0]
        spread = self.spread(raw)
        if spread is not None:
            return spread
        if not raw.kids:
            if self.notation != "python":
                self.note("empty_arguments", raw.position, f"read {name}() as a proposition")
        elif name in self.scope and not raw.quoted and not self.capital:
            self.once("variable_as_predicate", name, raw.position, f"the variable {name!r} is used as a predicate")
        symbol = self.symbol(raw)
        return self.terms(raw.kids, lambda below: Predicate(symbol, tuple(below)))

    def spread(self, raw: Raw) -> Any:
        """``P(a ∧ b)``: the connective goes outside, ``P(a) ∧ P(b)``; ``P(¬a)`` likewise."""
        for place, kid in enumerate(raw.kids):
            inner = kid
            if inner.kind == "quantifier" and inner.value in ("forall", "exists") and len(inner.bound) == 1:
                return self.quantified_argument(raw, place, inner)
            if inner.kind != "not" and not (inner.kind == "infix" and inner.value in CONNECTIVES):
                continue
            parts = inner.kids
            what = "a connective" if inner.kind == "infix" else "a negation"
            self.note("formula_in_term", inner.position, f"moved {what} out of the arguments of {raw.value}")
            copies = []
            for part in parts:
                copy = Raw("apply", raw.value, raw.position, [*raw.kids[:place], part, *raw.kids[place + 1 :]])
                copy.quoted = raw.quoted
                copies.append(copy)
            self.spreads += len(raw.kids) + len(copies)
            if self.spreads > _SPREAD_LIMIT:
                self.fail(raw, "fewer connectives among arguments")
            return self.formula(Raw(inner.kind, inner.value, inner.position, copies))
        return None

    def quantified_argument(self, raw: Raw, place: int, inner: Raw) -> Any:
        """``P(a, ∃y F(y))`` is ∃y (F(y) ∧ P(a, y)), and with ∀ it is ∀y (F(y) → P(a, y))."""
        self.note("formula_in_term", inner.position, f"moved a quantifier out of the arguments of {raw.value}")
        variable = Raw("name", inner.bound[0].name, inner.position)
        atom = Raw("apply", raw.value, raw.position, [*raw.kids[:place], variable, *raw.kids[place + 1 :]])
        atom.quoted = raw.quoted
        connective = "and" if inner.value == "exists" else "implies"
        body = Raw("infix", connective, inner.position, [inner.kids[0], atom])
        self.spreads += len(raw.kids)
        return self.formula(Raw("quantifier", inner.value, inner.position, [body], inner.bound))

    def python_call(self, raw: Raw) -> Any:
        """One of Python's functions for connectives; None where it is none."""
        name, kids = raw.value, raw.kids
        if name in ("And", "Or") and len(kids) == 1 and kids[0].kind == "list":
            kids = kids[0].kids
        wanted: list[tuple[Raw, Want]] = [(kid, "formula") for kid in kids]
        if name in ("And", "Or") and kids:
            node = And if name == "And" else Or
            return wanted, lambda below: node(tuple(below)) if len(below) > 1 else below[0]
        if name == "Not" and len(kids) == 1:
            return wanted, lambda below: Not(below[0])
        if name in ("Implies", "Iff", "Equiv", "Equivalent", "Xor") and len(kids) == 2:
            pair = {"Implies": Implies, "Xor": Xor}.get(name, Iff)
            return wanted, lambda below: pair(*below)
        if name == "If" and len(kids) == 3:
            return wanted, lambda below: And((Implies(below[0], below[1]), Implies(Not(below[0]), below[2])))
        if name in ("Distinct", "AllDifferentConstraint"):
            if len(kids) == 1 and kids[0].kind == "list":
                kids = kids[0].kids
            if len(kids) > 1:
                return self.distinct(raw, kids)
        return None

    def distinct(self, raw: Raw, kids: Sequence[Raw]) -> Any:
        """Pairwise inequations."""
        if len(kids) > _DISTINCT_LIMIT:
            self.fail(raw, f"at most {_DISTINCT_LIMIT} different terms")
        return self.terms(kids, pairwise_distinct)

    def terms(self, kids: Sequence[Raw], build: Callable[[list[Any]], Any]) -> Any:
        """All children are terms."""
        return [(kid, "term") for kid in kids], build

    def infix(self, raw: Raw) -> Any:
        """A connective or a relation."""
        value = raw.value
        if value in CONNECTIVES:
            return [(kid, "formula") for kid in raw.kids], _CONNECT[value]
        if value in RELATIONS:
            return self.relation(raw)
        return self.fail(raw, "a formula and not a term")

    def relation(self, raw: Raw) -> Any:
        """An equation, comparison or membership."""
        value, (left, right) = raw.value, raw.kids
        if left.kind == "infix" and left.value in RELATIONS and not left.grouped:
            # a < b < c
            if self.notation != "python":
                self.note("chained_relation", raw.position, "read a chain of comparisons as a conjunction")
            second = Raw("infix", value, raw.position, [left.kids[1], right])
            return [(left, "formula"), (second, "formula")], lambda below: And(tuple(below))
        count = self.count(value, left, right)
        if count is not None:
            return count
        if value in ("in", "not_in"):
            return self.membership(raw)
        if value in ("equal", "unequal"):
            if _is_formula(left, self.notation) or _is_formula(right, self.notation):
                if self.notation != "smtlib" and self.notation != "python":
                    self.note("operator_spelling", raw.position, "read = between formulas as ↔")
                build = (lambda below: Iff(*below)) if value == "equal" else (lambda below: Not(Iff(*below)))
                return [(left, "formula"), (right, "formula")], build
            if value == "equal":
                return self.terms(raw.kids, lambda below: Equal(*below))
            return self.terms(raw.kids, lambda below: Not(Equal(*below)))
        return self.terms(raw.kids, lambda below: _compare(value, below))

    def count(self, value: str, left: Raw, right: Raw) -> Any:
        """``Count([x:S], F) == 2`` and the like."""
        if left.kind == "number":
            left, right, value = right, left, _MIRRORED.get(value, value)
        if not _is_count(left) or right.kind != "number":
            return self.open_count(value, left, right)
        if not right.value.isdigit() or len(right.value) > 9:
            self.fail(right, "a whole number below 1000000000")
        number = int(right.value)
        negated = False
        if value == "equal":
            shape = "exactly"
        elif value == "unequal":
            shape, negated = "exactly", True
        elif value in ("<", "<="):
            shape, number = "at_most", number - (value == "<")
        else:
            shape, number = "at_least", number + (value == ">")
        if number < 0:
            return [], lambda below: Truth(False)
        if len(left.bound) > 1 and number > TUPLES_LIMIT:
            self.fail(right, f"at most {TUPLES_LIMIT} where several variables are counted together")
        together = " together" if len(left.bound) > 1 else ""
        inner = Raw("quantifier", f"{shape} {number}{together}", left.position, left.kids, left.bound)
        outer = Raw("not", "not", left.position, [inner]) if negated else inner
        return self.formula(outer)

    def open_count(self, value: str, left: Raw, right: Raw) -> Any:
        """A count compared with more than a number, as one case for each number that it can come to."""
        found = _counts(left) or _counts(right)
        if found is None:
            return None
        if self.largest is None:
            self.fail(found, "a comparison of Count(...) with a number")
        self.cases += self.largest + 1
        if self.cases > _CASES_LIMIT:
            self.fail(found, "fewer counts in one formula")
        cases = []
        for number in range(self.largest + 1):
            known = Raw("number", str(number), found.position)
            sides = [_put(side, found, known) for side in (left, right)]
            case = Raw("infix", "equal", found.position, [found, known])
            cases.append(Raw("infix", "and", found.position, [case, Raw("infix", value, found.position, sides)]))
        return self.formula(Raw("infix", "or", found.position, cases))

    def membership(self, raw: Raw) -> Any:
        """``x in [a, b]`` is a disjunction of equations, ``x ∈ S`` an atom."""
        left, right = raw.kids
        negated = raw.value == "not_in"
        if right.kind == "list" and right.kids:
            parts = [Raw("infix", "equal", raw.position, [left, kid]) for kid in right.kids]
            whole = parts[0] if len(parts) == 1 else Raw("infix", "or", raw.position, parts)
            return self.formula(Raw("not", "not", raw.position, [whole]) if negated else whole)
        if self.notation != "python":
            self.note("membership", raw.position, "read ∈ as a predicate of two places")
        build: Callable[[list[Any]], Any] = lambda below: Predicate("∈", tuple(below))  # noqa: E731
        return self.terms(raw.kids, (lambda below: Not(build(below))) if negated else build)

    def quantifier(self, raw: Raw) -> Any:
        """Bind the variables until the body is built."""
        kind = raw.value
        if kind == "count":
            self.fail(raw, "a comparison of Count(...) with a number")
        wanted: Want = "term" if kind == "distinct" and not _is_formula(raw.kids[0], self.notation) else "formula"
        names: list[tuple[str, str | None]] = []
        written = [self.bound_name(bound.name) for bound in raw.bound]
        for bound, name in zip(raw.bound, written, strict=True):
            sort = bound.sort if bound.quoted else self.sort_name(bound.sort)
            names.append((name, sort))
            if name in self.scope:
                self.once("shadowed_variable", name, bound.position, f"{name!r} is bound again", "warning")
            self.scope[name] = self.scope.get(name, 0) + 1
            self.folded.setdefault(name.lower(), name)

        def build(below: list[Any]) -> Any:
            for name in written:
                self.scope[name] -= 1
                if not self.scope[name]:
                    del self.scope[name]
                    if self.folded.get(name.lower()) == name:
                        del self.folded[name.lower()]
            return all_different(names, below[0]) if kind == "distinct" else quantify(kind, names, below[0])

        return [(raw.kids[0], wanted)], build

    def bound_name(self, name: str) -> str:
        """The name of a variable where it is bound."""
        found = unescape("v" + name[1:]) if self.capital and name[:3] == "V__" else unescape(name)
        if found is not None:
            return found[0]
        if self.notation == "nltk":
            return unescape_nltk_variable(name) or name
        if name[0] in "?$" and len(name) > 1:
            return name[1:]
        return name[0].lower() + name[1:] if self.capital else name

    def sort_name(self, sort: str | None) -> str | None:
        """The name of a sort; the default sort of a notation is none."""
        if sort is None or (self.notation == "smtlib" and sort == "U") or (self.notation == "tptp" and sort == "$i"):
            return None
        found = unescape(sort)
        return found[0] if found is not None else sort

    # Terms

    def term(self, raw: Raw) -> Any:
        """How a raw node becomes a term."""
        kind = raw.kind
        if kind in ("name", "quoted"):
            node = self.individual(raw)
            return [], lambda below: node
        if kind == "number":
            return [], lambda below: Numeral.of(raw.value)
        if kind == "apply":
            return self.function(raw)
        if kind == "infix" and raw.value in _ARITHMETIC:
            operator: Any = raw.value
            return self.terms(raw.kids, lambda below: Arithmetic(operator, tuple(below)))
        if kind == "minus":
            return self.terms(raw.kids, lambda below: Arithmetic("-", tuple(below)))
        if kind == "truth":
            name = raw.value
            return [], lambda below: Constant(name)
        if kind == "list" and len(raw.kids) == 1:
            self.note("bracket_shape", raw.position, f"read {raw.value!r} as a bracket")
            return [(raw.kids[0], "term")], lambda below: below[0]
        return self.fail(raw, "a term and not a formula" if kind != "list" else "a term and not a list")

    def function(self, raw: Raw) -> Any:
        """A function application."""
        name, kids = raw.value, raw.kids
        if not kids:
            inner = Raw("quoted" if raw.quoted else "name", name, raw.position)
            return self.term(inner)
        if not raw.quoted:
            operator: Any = None
            if name in _TPTP_ARITHMETIC and len(kids) == (1 if name == "$uminus" else 2):
                operator = _TPTP_ARITHMETIC[name]
            elif self.notation in ("prover9", "nltk") and _NLTK_OPERATORS.get(name, "<") in _ARITHMETIC:
                operator = _NLTK_OPERATORS[name]
                operator = operator if len(kids) == 2 or (len(kids) == 1 and operator == "-") else None
            if operator is not None:
                return self.terms(kids, lambda below: Arithmetic(operator, tuple(below)))
        if any(kid.kind == "quantifier" or (kid.kind == "infix" and kid.value in CONNECTIVES) for kid in kids):
            self.fail(raw, "a term and not a formula")
        symbol = self.symbol(raw)
        return self.terms(kids, lambda below: Function(symbol, tuple(below)))

    # Names

    def symbol(self, raw: Raw) -> str:
        """The name of a predicate or function."""
        if raw.quoted:
            return raw.value
        found = unescape(raw.value)
        if found is not None:
            return found[0]
        return raw.value

    def plain(self, raw: Raw) -> tuple[str, bool | None]:
        """A name without its escapes, and whether these say that it is a variable's."""
        if raw.kind == "quoted":
            return raw.value, False
        found = unescape(raw.value)
        return found if found is not None else (raw.value, None)

    def individual(self, raw: Raw) -> Any:
        """A variable or a constant."""
        name, marked = self.plain(raw)
        if marked is not None:
            return Variable(name) if marked else Constant(name)
        if self.notation in ("prover9", "nltk"):
            number = _NLTK_NUMBER.fullmatch(name)
            if number:
                return Numeral.of(number.group(1).replace("_", "."))
            decoded = unescape_nltk_variable(name) if self.notation == "nltk" else None
            if decoded is not None:
                return Variable(decoded)
        if name[0] == "?" and len(name) > 1:
            return Variable(name[1:])
        if name[0] == "$" and len(name) > 1 and not name[1].isdigit():
            if name[1:] not in self.scope:
                self.once("dollar_variable", name, raw.position, f"read {name!r} as a variable")
            return Variable(name[1:])
        if self.capital:
            return self.tptp_individual(name, raw)
        if name in self.scope:
            return Variable(name)
        difference = _DIFFERENCE.fullmatch(name)
        if difference and difference.group(1) in self.scope:
            self.note("arithmetic_name", raw.position, f"read {name!r} as a difference")
            return Arithmetic("-", (Variable(difference.group(1)), Numeral.of(difference.group(2))))
        if _VARIABLE_LIKE.fullmatch(name) and name.lower() in self.folded:
            bound = self.folded[name.lower()]
            self.note("variable_case", raw.position, f"read {name!r} as the bound variable {bound!r}")
            return Variable(bound)
        if _VARIABLE_LIKE.fullmatch(name):
            if self.free == "variable":
                self.once("free_variable", name, raw.position, f"{name!r} is not bound", "warning")
                return Variable(name)
            self.once("free_variable", name, raw.position, f"{name!r} is not bound; read as a constant", "warning")
        return Constant(name)

    def tptp_individual(self, name: str, raw: Raw) -> Any:
        """A variable if it begins with a capital."""
        if not name[0].isupper():
            return Constant(name)
        found = unescape("v" + name[1:]) if name[:3] == "V__" else None
        if found is not None:
            return Variable(found[0])
        variable = name[0].lower() + name[1:]
        if variable not in self.scope:
            if len(name) > 2:
                self.once("capital_constant", name, raw.position, f"{name!r} is not bound; read as a constant")
                return Constant(name)
            self.once("free_variable", name, raw.position, f"{name!r} is not bound", "warning")
        return Variable(variable)


_DIFFERENCE = re.compile(r"(\w+)-([0-9]+)")
_NLTK_NUMBER = re.compile(r"op__num_([0-9]+(?:_[0-9]+)?)")


def _is_formula(raw: Raw, notation: Notation) -> bool:
    """Whether an operand of = is certainly a formula."""
    if raw.kind in ("not", "quantifier", "truth") or (raw.kind == "infix" and raw.value in CONNECTIVES | RELATIONS):
        return True
    if raw.kind == "name" and notation in ("python", "smtlib") and raw.value in ("True", "False", "true", "false"):
        return True
    return notation == "python" and raw.kind == "apply" and raw.value in _PYTHON_WORDS


def _is_count(raw: Raw) -> bool:
    return raw.kind == "quantifier" and raw.value == "count"


def _counts(raw: Raw) -> Raw | None:
    """The first ``Count(...)`` in a term, not inside the arguments of functions."""
    todo = [raw]
    while todo:
        node = todo.pop()
        if _is_count(node):
            return node
        if node.kind == "minus" or (node.kind == "infix" and node.value in _ARITHMETIC):
            todo.extend(reversed(node.kids))
    return None


def _put(root: Raw, old: Raw, new: Raw) -> Raw:
    """The term with one node replaced; what lies beside the way down is shared."""
    if root is old:
        return new
    if root.kind != "minus" and not (root.kind == "infix" and root.value in _ARITHMETIC):
        return root
    copy = Raw(root.kind, root.value, root.position, list(root.kids))
    todo = [copy]
    while todo:
        node = todo.pop()
        for place, kid in enumerate(node.kids):
            if kid is old:
                node.kids[place] = new
                return copy
            if kid.kind == "minus" or (kid.kind == "infix" and kid.value in _ARITHMETIC):
                node.kids[place] = Raw(kid.kind, kid.value, kid.position, list(kid.kids))
                todo.append(node.kids[place])
    return copy


def _compare(operator: Any, below: list[Any]) -> Any:
    return Comparison(operator, below[0], below[1])


def _left(node: Any) -> Callable[[list[Any]], Any]:
    return lambda below: node(below[0], below[1])


_CONNECT: dict[str, Callable[[list[Any]], Any]] = {
    "and": lambda below: And(tuple(below)),
    "or": lambda below: Or(tuple(below)),
    "xor": _left(Xor),
    "implies": _left(Implies),
    "implied": lambda below: Implies(below[1], below[0]),
    "iff": _left(Iff),
    "nand": lambda below: Not(And(tuple(below))),
    "nor": lambda below: Not(Or(tuple(below))),
}
