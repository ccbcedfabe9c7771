"""Programs over finite sorts, as language models write them for AR-LSAT and LogicalDeduction.

The layout is Logic-LM's (Pan et al. 2023): enumerations, functions, constraints in the manner of Z3's Python, and
options. A line is only ever read into a tree; quantifiers and counts are written out over the sorts, and Z3 decides.
Members of a sort stand for their numbers where all are numbers, and else for their places, so that they have an order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from logicbench.errors import InputError
from logicbench.logic.fol.parse import parse
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
    Truth,
    Variable,
    Xor,
    depth,
    walk,
)
from logicbench.translation.programs import program_lines

Mode: TypeAlias = Literal["valid", "sat", "unsat"]
_ENUM = re.compile(r"^\s*(\w+)\s*=\s*EnumSort\(\s*\[(.*)\]\s*\)")
_FUNCTION = re.compile(r"^\s*(\w+)\s*=\s*Function\(\s*\[?(.*?)\]?\s*->\s*\[?\s*(\w+)\s*\]?\s*\)")
_VARIABLE = re.compile(r"^\s*([^\[\]]+?)\s*\[IN\]\s*\[([^\]]*)\]")
_TITLE = re.compile(r"^\s*#?\s*(Declarations|Constraints|Options|Domain|Variables|Query)\s*:?\s*$", re.IGNORECASE)
_EXPRESSION = re.compile(r"[(\[=<>]")
_LETTER = re.compile(r"^\s*\(?([A-Z])\)\s*")
_WRAPPED = re.compile(r"^\s*is_(valid|sat|unsat|exception)\s*\((.*)\)\s*$", re.DOTALL)
_LOOSE = re.compile(r"[a-z]{1,2}\d?")
_DEPTH_LIMIT = 100
_WORK_LIMIT = 60_000


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose: it is right if its formula is valid, satisfiable or unsatisfiable under the constraints."""

    mode: Mode
    negated: bool
    formula: Formula


@dataclass(frozen=True, slots=True)
class TypedProgram:
    """Finite sorts, functions on them, constraints, and options.

    Attributes:
        sorts: Sort -> its members, in order.
        functions: Function -> (argument sorts, result: a sort, ``bool`` or ``int``).
        constants: Constant -> the numbers it may be.
        constraints: What holds.
        options: What is asked.
    """

    sorts: Mapping[str, tuple[str, ...]]
    functions: Mapping[str, tuple[tuple[str, ...], str]]
    constraints: tuple[Formula, ...]
    options: tuple[Option, ...]
    constants: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def run(self, rlimit: int = 20_000_000) -> tuple[bool | None, ...]:
        """Whether each option is right; None where Z3's resource limit did not suffice.

        Nothing is right or wrong, and the result is empty, where the constraints contradict each other.

        Raises:
            InputError: A symbol is not declared, or an expression has the wrong sort.
        """
        import z3

        builder = _Builder(self)
        constraints = [builder.truth(formula) for formula in self.constraints]
        goals = [builder.truth(option.formula) for option in self.options]
        solver = z3.Solver(ctx=builder.context)
        solver.set("rlimit", rlimit)
        solver.add(*builder.ranges(), *constraints)
        if solver.check() == z3.unsat:
            return ()
        found: list[bool | None] = []
        for option, goal in zip(self.options, goals, strict=True):
            answer = str(solver.check(z3.Not(goal) if option.mode == "valid" else goal))
            wanted = "sat" if option.mode == "sat" else "unsat"
            found.append(None if answer == "unknown" else (answer == wanted) is not option.negated)
        return tuple(found)

    def answer(self, rlimit: int = 20_000_000) -> str | None:
        """The letter of the first option that is right; None if there is none or the constraints are contradictory."""
        right = self.run(rlimit)
        return next((chr(ord("A") + place) for place, one in enumerate(right) if one), None)


def read_typed_program(text: str) -> TypedProgram:
    """Read a program of AR-LSAT (*Declarations*, *Constraints*, *Options*) or of LogicalDeduction.

    Raises:
        InputError: A line cannot be read, or nothing is asked.
    """
    sorts: dict[str, tuple[str, ...]] = {}
    functions: dict[str, tuple[tuple[str, ...], str]] = {}
    constants: dict[str, tuple[int, ...]] = {}
    constraints: list[str] = []
    options: list[str] = []
    section = ""
    for line in program_lines(text):
        if title := _TITLE.match(line):
            section = title.group(1).lower()
            continue
        source = line.split(":::")[0].strip()
        if not section and not _EXPRESSION.search(source):
            continue  # "Here is the program:", before the first title
        if not source or source.lower() == "question" or section == "domain":
            continue
        if match := _ENUM.match(source):
            sorts[match.group(1)] = tuple(_items(match.group(2)))
        elif match := _FUNCTION.match(source):
            functions[match.group(1)] = (tuple(_items(match.group(2))), match.group(3))
        elif match := _VARIABLE.match(source):
            constants[match.group(1)] = tuple(map(_integer, _items(match.group(2))))
        elif section in ("options", "query"):
            options.append(source)
        elif section in ("constraints", "declarations") and not re.match(r"\s*\w+\s*=[^=]", source):
            constraints.append(source)
        else:
            raise InputError(f"no declaration: {source!r}")
    if not options:
        raise InputError("a program needs options to choose from")
    largest = max(map(len, sorts.values()), default=0)
    read = tuple(parse(source, "python", largest=largest).formula for source in constraints)
    return TypedProgram(sorts, functions, read, tuple(_option(source, largest) for source in options), constants)


def _items(text: str) -> list[str]:
    return [item.strip().strip("'\"") for item in text.split(",") if item.strip()]


def _integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise InputError(f"expected a whole number, found {text!r}")
    return int(text)


def _option(source: str, largest: int) -> Option:
    source = _LETTER.sub("", source)
    mode: Mode = "valid"
    negated = False
    while match := _WRAPPED.match(source):
        source = match.group(2)
        if match.group(1) == "exception":
            negated = not negated
        else:
            mode = match.group(1)  # type: ignore[assignment]
    return Option(mode, negated, parse(source, "python", largest=largest).formula)


class _Builder:
    """Builds Z3 expressions over integers; the symbols are numbered."""

    def __init__(self, program: TypedProgram) -> None:
        import z3

        self._z3, self._program = z3, program
        self.context = z3.Context()
        self._symbols: dict[str, Any] = {}
        self._work = 0
        self._values: dict[str, dict[str, int]] = {}
        for sort, members in program.sorts.items():
            numbers = all(re.fullmatch(r"\d{1,9}", member) for member in members)
            self._values[sort] = {name: int(name) if numbers else place for place, name in enumerate(members)}
        self._loose: dict[str, str] = {}
        for formula in (*program.constraints, *(option.formula for option in program.options)):
            if depth(formula) > _DEPTH_LIMIT:
                raise InputError("a formula is nested too deeply")
            for node in walk(formula):
                if isinstance(node, Forall | Exists | Count) and node.sort in self._values:
                    self._loose.setdefault(node.variable.name, node.sort)

    def truth(self, formula: Formula) -> Any:
        """A formula as a Z3 Boolean."""
        return self._boolean(formula, {})

    def ranges(self) -> list[Any]:
        """What keeps every function and constant within its sort."""
        result = []
        for name, (arguments, codomain) in self._program.functions.items():
            if codomain in self._values and name in self._symbols:
                for row in self._rows(arguments):
                    value = self._symbols[name](*row) if row else self._symbols[name]
                    result.append(self._within(value, list(self._values[codomain].values())))
        for name, numbers in self._program.constants.items():
            if name in self._symbols:
                result.append(self._within(self._symbols[name], list(numbers)))
        for name, sort in self._loose.items():
            if name in self._symbols:
                result.append(self._within(self._symbols[name], list(self._values[sort].values())))
        return result

    def _within(self, value: Any, numbers: Sequence[int]) -> Any:
        return self._z3.Or(*[value == number for number in numbers]) if numbers else self._false()

    def _false(self) -> Any:
        return self._z3.BoolVal(False, self.context)

    def _rows(self, sorts: Sequence[str]) -> list[list[Any]]:
        rows: list[list[Any]] = [[]]
        for sort in sorts:
            numbers = [self._number(number) for number in self._members(sort).values()]
            rows = [[*row, number] for row in rows for number in numbers]
            self._charge(len(rows))
        return rows

    def _members(self, sort: str | None) -> dict[str, int]:
        if sort not in self._values:
            raise InputError(f"the sort {sort!r} is not declared as an enumeration")
        return self._values[sort]

    def _number(self, value: int) -> Any:
        return self._z3.IntVal(value, self.context)

    def _charge(self, work: int) -> None:
        self._work += work
        if self._work > _WORK_LIMIT:
            raise InputError("the quantifiers are too many to write out")

    def _boolean(self, node: Any, env: Mapping[str, Any]) -> Any:
        value = self._expression(node, env, None)
        if not self._z3.is_bool(value):
            raise InputError("an individual stands where a formula is needed")
        return value

    def _term(self, node: Any, env: Mapping[str, Any], sort: str | None) -> Any:
        return self._as_number(self._expression(node, env, sort))

    def _as_number(self, value: Any) -> Any:
        """A truth value as 0 or 1, as in Z3's Python; numbers as they are."""
        return self._z3.If(value, self._number(1), self._number(0)) if self._z3.is_bool(value) else value

    def _expression(self, node: Any, env: Mapping[str, Any], sort: str | None) -> Any:
        self._charge(1)
        z3 = self._z3
        if isinstance(node, Truth):
            return z3.BoolVal(node.value, self.context)
        if isinstance(node, Numeral):
            return self._number(_integer(node.text))
        if isinstance(node, Variable | Constant):
            return self._individual(node.name, env, sort)
        if isinstance(node, Predicate | Function):
            return self._applied(node, env) if node.arguments else self._individual(node.name, env, sort)
        if isinstance(node, Forall | Exists | Count):
            return self._quantified(node, env)
        if isinstance(node, Equal):
            return self._equal(node, env)
        if isinstance(node, Comparison | Arithmetic):
            return self._numeric(node, [self._term(child, env, None) for child in node.children])
        parts = [self._boolean(child, env) for child in node.children]
        if isinstance(node, Not):
            return z3.Not(parts[0])
        if isinstance(node, And | Or):
            return z3.And(*parts) if isinstance(node, And) else z3.Or(*parts)
        if isinstance(node, Implies):
            return z3.Implies(*parts)
        if isinstance(node, Xor):
            return z3.Xor(*parts)
        if isinstance(node, Iff):
            return parts[0] == parts[1]
        raise AssertionError(type(node).__name__)

    def _individual(self, name: str, env: Mapping[str, Any], sort: str | None) -> Any:
        if name in env:
            return env[name]
        if name in ("True", "False"):
            return self._z3.BoolVal(name == "True", self.context)
        homes = [one for one, members in self._values.items() if name in members]
        if homes:
            return self._number(self._values[sort if sort in homes else homes[0]][name])
        if name in self._program.functions:
            self._argument_sorts(name, 0)
            return self._symbol(name)
        if sort in self._values and _LOOSE.fullmatch(name):
            # A variable that nothing binds: some member of the sort that its place asks for.
            self._loose.setdefault(name, sort)
        if name in self._program.constants or name in self._loose:
            if name not in self._symbols:
                self._symbols[name] = self._z3.Int(f"c{len(self._symbols)}", self.context)
            return self._symbols[name]
        raise InputError(f"{name!r} is not declared")

    def _symbol(self, name: str) -> Any:
        if name not in self._symbols:
            arguments, codomain = self._program.functions[name]
            z3 = self._z3
            if codomain not in ("bool", "int"):
                self._members(codomain)
            result = z3.BoolSort(self.context) if codomain == "bool" else z3.IntSort(self.context)
            fresh = f"f{len(self._symbols)}"
            domain = [z3.IntSort(self.context)] * len(arguments)
            self._symbols[name] = z3.Function(fresh, *domain, result) if domain else z3.Const(fresh, result)
        return self._symbols[name]

    def _applied(self, node: Predicate | Function, env: Mapping[str, Any]) -> Any:
        if node.name in ("Abs", "abs") and len(node.arguments) == 1:
            value = self._term(node.arguments[0], env, None)
            return self._z3.If(value < 0, -value, value)
        if node.name not in self._program.functions:
            raise InputError(f"the function {node.name!r} is not declared")
        sorts = self._argument_sorts(node.name, len(node.arguments))
        values = []
        for argument, sort in zip(node.arguments, sorts, strict=True):
            value = self._expression(argument, env, sort)
            if self._z3.is_bool(value):
                raise InputError(f"a formula stands among the arguments of {node.name!r}")
            values.append(value)
        return self._symbol(node.name)(*values)

    def _argument_sorts(self, name: str, given: int) -> tuple[str, ...]:
        sorts, _ = self._program.functions[name]
        if len(sorts) != given:
            raise InputError(f"{name!r} takes {len(sorts)} arguments, not {given}")
        return sorts

    def _quantified(self, node: Forall | Exists | Count, env: Mapping[str, Any]) -> Any:
        z3 = self._z3
        members = self._members(node.sort).values()
        parts = [self._boolean(node.body, {**env, node.variable.name: self._number(one)}) for one in members]
        if isinstance(node, Forall | Exists):
            return z3.And(*parts) if isinstance(node, Forall) else z3.Or(*parts)
        number = z3.Sum([self._number(0)] + [z3.If(part, self._number(1), self._number(0)) for part in parts])
        if node.bound == "exactly":
            return number == node.count
        return number >= node.count if node.bound == "at_least" else number <= node.count

    def _equal(self, node: Equal, env: Mapping[str, Any]) -> Any:
        sorts = [self._result_sort(side) for side in (node.left, node.right)]
        left = self._expression(node.left, env, sorts[1])
        right = self._expression(node.right, env, sorts[0])
        if self._z3.is_bool(left) != self._z3.is_bool(right):
            left, right = self._as_number(left), self._as_number(right)
        return left == right

    def _result_sort(self, node: Any) -> str | None:
        found = self._program.functions.get(node.name) if isinstance(node, Function | Predicate | Constant) else None
        return found[1] if found else None

    def _numeric(self, node: Comparison | Arithmetic, parts: Sequence[Any]) -> Any:
        if isinstance(node, Comparison):
            left, right = parts
            return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[node.operator]
        if node.operator == "/":
            raise InputError("division has no place among whole numbers")
        total = parts[0]
        if len(parts) == 1:
            return -total
        for part in parts[1:]:
            total = {"+": total + part, "-": total - part, "*": total * part}[node.operator]
        return total
