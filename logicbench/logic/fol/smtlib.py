"""Read a formula from SMT-LIB text with an explicit stack."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

from logicbench.logic.fol.notes import Note, ParseError
from logicbench.logic.fol.raw import Bound, Raw

_TOKEN = re.compile(
    r"(?P<blank>\s+|;[^\n]*)|(?P<open>\()|(?P<close>\))|\|(?P<quoted>[^|\\]*)\|"
    r"|\"(?P<string>(?:[^\"]|\"\")*)\"(?![^\s()])|(?P<atom>[^\s()|;]+)|(?P<other>.)"
)
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_OPERATORS = {
    "and": "and", "or": "or", "xor": "xor", "=>": "implies", "implies": "implies", "=": "equal", "iff": "iff",
    "<": "<", ">": ">", "<=": "<=", ">=": ">=", "+": "+", "-": "-", "*": "*", "/": "/",
}  # fmt: skip
_COMMANDS = ("declare-", "define-", "set-", "check-sat", "get-", "exit", "push", "pop", "reset", "echo")


class _Node:
    """An s-expression: an atom or a list."""

    __slots__ = ("items", "position", "quoted", "value")

    def __init__(self, position: int, value: str | None = None, quoted: bool = False) -> None:
        self.position, self.value, self.quoted = position, value, quoted
        self.items: list[_Node] = []

    @property
    def head(self) -> str:
        """The operator of a list, or nothing."""
        first = self.items[0] if self.items else None
        return first.value or "" if first is not None and not first.quoted else ""


def _nodes(text: str, notes: list[Note]) -> list[_Node]:
    root = _Node(0)
    stack = [root]
    for found in _TOKEN.finditer(text):
        kind, position = found.lastgroup, found.start()
        if kind == "open":
            node = _Node(position)
            stack[-1].items.append(node)
            stack.append(node)
        elif kind == "close":
            if len(stack) > 1:
                stack.pop()
            else:
                notes.append(Note("extra_close", position, "left out a closing bracket that closes nothing"))
        elif kind == "quoted":
            if found.group("quoted"):
                stack[-1].items.append(_Node(position, found.group("quoted"), True))
        elif kind == "string":
            notes.append(Note("quoted_name", position, "read a string as a name"))
            if content := found.group("string").replace('""', '"').strip():
                stack[-1].items.append(_Node(position, content, True))
        elif kind == "atom":
            stack[-1].items.append(_Node(position, found.group()))
        elif kind == "other":
            notes.append(Note("stray_character", position, f"left out {found.group()!r}"))
    for _ in stack[1:]:
        notes.append(Note("missing_close", len(text), "put in a closing bracket"))
    return root.items


def _formula_node(text: str, notes: list[Note]) -> _Node:
    forms = _nodes(text, notes)
    wanted = [form for form in forms if not form.head.startswith(_COMMANDS)]
    if len(wanted) < len(forms):
        notes.append(Note("command", forms[0].position, "left out commands that are no formulas"))
    if not wanted:
        raise ParseError(text, len(text), "a formula")
    if len(wanted) > 1:
        notes.append(Note("missing_operator", wanted[1].position, "joined several formulas by ∧"))
    bare = []
    for form in wanted:
        if form.head == "assert":
            if len(form.items) != 2:
                raise ParseError(text, form.position, "one formula in assert")
            bare.append(form.items[1])
        else:
            bare.append(form)
    if len(bare) == 1:
        return bare[0]
    whole = _Node(bare[0].position)
    whole.items = [_Node(bare[0].position, "and"), *bare]
    return whole


_Work: TypeAlias = "tuple[_Node | None, int, Callable[[list[Raw]], Raw] | None, list[str]]"


class _Builder:
    """Turns s-expressions into raw nodes."""

    def __init__(self, text: str, notes: list[Note]) -> None:
        self.text, self.notes = text, notes
        self.lets: dict[str, list[Raw]] = {}
        self.work = 0

    def run(self, root: _Node) -> Raw:
        todo: list[_Work] = [(root, 0, None, [])]
        values: list[Raw] = []
        while todo:
            node, count, build, names = todo.pop()
            if node is None:
                if build is None:  # the values of a let are ready
                    cut = len(values) - len(names)
                    for name, value in zip(names, values[cut:], strict=True):
                        self.lets.setdefault(name, []).append(value)
                    del values[cut:]
                    continue
                cut = len(values) - count
                values[cut:] = [build(values[cut:])]
                for name in names:
                    self.lets[name].pop()
                continue
            self.push(node, todo)
        return values[0]

    def push(self, node: _Node, todo: list[_Work]) -> None:
        if node.value is not None:
            leaf = self.leaf(node)
            todo.append((None, 0, lambda below: leaf, []))
            return
        items = node.items
        while node.value is None and len(items) == 1 and items[0].value is None:
            node, items = items[0], items[0].items
        if not items:
            raise ParseError(self.text, node.position, "an operator")
        head = node.head
        if head in ("forall", "exists") and len(items) == 3:
            bound = tuple(self.bound(items[1]))
            quantifier = head
            todo.append((None, 1, lambda below: Raw("quantifier", quantifier, node.position, below, bound), []))
            todo.append((items[2], 0, None, []))
        elif head == "let" and len(items) == 3:
            pairs = [pair.items for pair in items[1].items]
            if any(len(pair) != 2 or pair[0].value is None for pair in pairs):
                raise ParseError(self.text, items[1].position, "pairs of a name and a term")
            names = [pair[0].value or "" for pair in pairs]
            todo.append((None, 1, lambda below: below[0], names))
            todo.append((items[2], 0, None, []))
            todo.append((None, 0, None, names))
            todo.extend((pair[1], 0, None, []) for pair in reversed(pairs))
        elif head == "!" and len(items) > 1:
            self.push(items[1], todo)
        else:
            self.applied(node, items, todo)

    def applied(self, node: _Node, items: list[_Node], todo: list[_Work]) -> None:
        first, kids = items[0], items[1:]
        if first.value is None:
            raise ParseError(self.text, first.position, "a symbol")
        build = self.operation(node, first, len(kids))
        todo.append((None, len(kids), build, []))
        todo.extend((kid, 0, None, []) for kid in reversed(kids))

    def operation(self, node: _Node, first: _Node, count: int) -> Callable[[list[Raw]], Raw]:
        name, position = first.value or "", node.position
        if first.quoted or not count:
            return lambda below: _named(name, position, below, first.quoted)
        if name == "not" and count == 1:
            return lambda below: Raw("not", "not", position, below)
        if name == "-" and count == 1:
            return lambda below: Raw("minus", "-", position, below)
        if name in ("and", "or") and count == 1:
            return lambda below: below[0]
        if name == "ite" and count == 3:
            return lambda below: _ite(position, below)
        if name in _OPERATORS and count > 1:
            return lambda below: _grouped(_infix(_OPERATORS[name], position, below))
        if name in ("and", "or", "not", "=>", "xor", "=", "forall", "exists", "let"):
            raise ParseError(self.text, position, f"other operands of {name}")
        return lambda below: _named(name, position, below, False)

    def leaf(self, node: _Node) -> Raw:
        value = node.value or ""
        if not node.quoted:
            if self.lets.get(value):
                return self.lets[value][-1]
            if value in ("true", "false"):
                return Raw("truth", value, node.position)
            if _NUMBER.fullmatch(value):
                return Raw("number", value, node.position)
        return Raw("quoted" if node.quoted else "name", value, node.position)

    def bound(self, node: _Node) -> list[Bound]:
        found = []
        for item in node.items:
            if item.value is not None:
                self.notes.append(Note("missing_sort", item.position, f"the variable {item.value!r} has no sort"))
                found.append(Bound(item.value, None, item.position))
            elif len(item.items) == 2 and item.items[0].value and item.items[1].value:
                found.append(Bound(item.items[0].value, item.items[1].value, item.position))
            else:
                raise ParseError(self.text, item.position, "a variable and its sort")
        if not found:
            raise ParseError(self.text, node.position, "a variable and its sort")
        return found


def _named(name: str, position: int, below: list[Raw], quoted: bool) -> Raw:
    if not below:
        return Raw("quoted" if quoted else "name", name, position)
    node = Raw("apply", name, position, below)
    node.quoted = quoted
    return node


def _ite(position: int, below: list[Raw]) -> Raw:
    """(ite A B C); (ite A B (not B)) is how an equivalence of two atoms is printed."""
    condition, then, otherwise = below
    if otherwise.kind == "not" and _same(then, otherwise.kids[0]):
        return Raw("infix", "iff", position, [condition, then])
    refused = Raw("not", "not", position, [condition])
    parts = [
        Raw("infix", "implies", position, [condition, then]),
        Raw("infix", "implies", position, [refused, otherwise]),
    ]
    return Raw("infix", "and", position, parts)


def _same(left: Raw, right: Raw) -> bool:
    """Whether two small raw trees are equal."""
    todo = [(left, right)]
    for _ in range(1000):
        if not todo:
            return True
        a, b = todo.pop()
        if (a.kind, a.value, a.quoted, a.bound, len(a.kids)) != (b.kind, b.value, b.quoted, b.bound, len(b.kids)):
            return False
        todo.extend(zip(a.kids, b.kids, strict=True))
    return False


def _grouped(raw: Raw) -> Raw:
    raw.grouped = True
    return raw


def _infix(value: str, position: int, below: list[Raw]) -> Raw:
    if len(below) == 2 or value in ("and", "or", "+", "*"):
        return Raw("infix", value, position, below)
    if value == "implies":
        node = below[-1]
        for left in reversed(below[:-1]):
            node = Raw("infix", value, position, [left, node])
        return node
    if value in ("xor", "-", "/", "iff"):
        node = below[0]
        for right in below[1:]:
            node = Raw("infix", value, position, [node, right])
        return node
    pairs = [Raw("infix", value, position, [a, b]) for a, b in pairwise(below)]
    return Raw("infix", "and", position, pairs)


def read_smtlib(text: str) -> tuple[Raw, list[Note]]:
    """Read one formula, bare or in ``(assert ...)``; returns the raw tree and the repairs.

    Raises:
        ParseError: there is no formula in the text.
    """
    notes: list[Note] = []
    return _Builder(text, notes).run(_formula_node(text, notes)), notes
