"""The syntax tree of first-order logic with equality, numerals and optional sorts.

Nodes are frozen, slotted dataclasses. Conjunction and disjunction are n-ary (two operands or more) and are *not*
flattened: ``And((And((a, b)), c))`` and ``And((a, b, c))`` are different trees that every printer keeps apart by
brackets. Exclusive or, implication and equivalence are binary. A quantifier binds one variable; ``∀x,y`` is two nested
nodes. A sort stands on the binder. ``a ≠ b`` is ``Not(Equal(a, b))``.

Every node carries a 160-bit BLAKE2 fingerprint of its structure, made from its children's when it is built. Equality
and hashing read the fingerprint, so they cost the same at any depth, never recurse, and agree between processes.
Building, ``repr``, pickling and copying do not recurse either: trees 100,000 levels deep are ordinary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar, cast

Label: TypeAlias = tuple[str | int | None, ...]
ComparisonOperator: TypeAlias = Literal["<", "<=", ">", ">="]
ArithmeticOperator: TypeAlias = Literal["+", "-", "*", "/"]
CountBound: TypeAlias = Literal["exactly", "at_least", "at_most"]

_NUMERAL = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_R = TypeVar("_R")


class Node:
    """What terms and formulas share: fingerprint equality, iterative ``repr``, pickling and copying."""

    __slots__ = ("fingerprint",)
    fingerprint: bytes

    @property
    def label(self) -> Label:
        """Everything of the node except its children: names, operators, numbers."""
        raise NotImplementedError

    @property
    def children(self) -> tuple[Any, ...]:
        """The direct subterms or subformulas, left to right."""
        raise NotImplementedError

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Any:
        """Build a node of this class from a label and children; the inverse of reading the two properties."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return int.from_bytes(self.fingerprint[:8], "big") >> 3

    def __repr__(self) -> str:
        return _repr(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _unflatten, (_flatten(self),)

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        return self


def _seal(node: Node) -> None:
    """Fingerprint a node that has just been built."""
    label = "".join(f"{type(part).__name__}{len(str(part))}:{part}" for part in node.label)
    head = f"{type(node).__name__} {len(label)} {label}".encode("utf-8", "surrogatepass")
    digest = blake2b(head, digest_size=20)
    for child in node.children:
        digest.update(child.fingerprint)
    object.__setattr__(node, "fingerprint", digest.digest())


def _check_name(name: object, what: str) -> None:
    if not isinstance(name, str) or not name:
        raise ValueError(f"{what} needs a non-empty name, not {name!r}")


def _check_tuple(items: object, least: int, what: str) -> None:
    if not isinstance(items, tuple) or len(items) < least:
        raise ValueError(f"{what} needs a tuple of at least {least} items")


class _Leaf(Node):
    """A node without children whose label is its fields."""

    __slots__ = ()

    @property
    def children(self) -> tuple[Any, ...]:
        return ()

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Any:
        return cast(Any, cls)(*label)


class _Pair(Node):
    """A node with fields ``left`` and ``right`` and no label."""

    __slots__ = ()
    left: Any
    right: Any

    @property
    def label(self) -> Label:
        return ()

    @property
    def children(self) -> tuple[Any, ...]:
        return self.left, self.right

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Any:
        return cast(Any, cls)(*children)


class _Binder(Node):
    """A node that binds ``variable`` in ``body``."""

    __slots__ = ()
    variable: Variable
    body: Any
    sort: str | None

    @property
    def label(self) -> Label:
        return self.variable.name, self.sort

    @property
    def children(self) -> tuple[Any, ...]:
        return (self.body,)

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Any:
        name, sort = label
        return cast(Any, cls)(Variable(cast(str, name)), children[0], sort)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Variable(_Leaf):
    """A variable, bound or free."""

    name: str

    def __post_init__(self) -> None:
        _check_name(self.name, "a variable")
        _seal(self)

    @property
    def label(self) -> Label:
        """The name."""
        return (self.name,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Constant(_Leaf):
    """An individual constant."""

    name: str

    def __post_init__(self) -> None:
        _check_name(self.name, "a constant")
        _seal(self)

    @property
    def label(self) -> Label:
        """The name."""
        return (self.name,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Numeral(_Leaf):
    """A non-negative decimal number in normal form: ``"0"``, ``"42"``, ``"26.2"``; not ``"042"`` or ``"1.50"``.

    A negative number is ``Arithmetic("-", (Numeral("3"),))``.
    """

    text: str

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not _NUMERAL.fullmatch(self.text):
            raise ValueError(f"a numeral needs a decimal number in normal form, not {self.text!r}")
        _seal(self)

    @classmethod
    def of(cls, text: str) -> Numeral:
        """Bring decimal digits, with at most one dot, into normal form."""
        whole, _, part = text.partition(".")
        whole, part = whole.lstrip("0") or "0", part.rstrip("0")
        return cls(f"{whole}.{part}" if part else whole)

    @property
    def value(self) -> Fraction:
        """The number itself."""
        return Fraction(self.text)

    @property
    def label(self) -> Label:
        """The digits."""
        return (self.text,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Function(Node):
    """A function symbol applied to one term or more."""

    name: str
    arguments: tuple[Term, ...]

    def __post_init__(self) -> None:
        _check_name(self.name, "a function")
        _check_tuple(self.arguments, 1, "a function application")
        _seal(self)

    @property
    def label(self) -> Label:
        """The function symbol."""
        return (self.name,)

    @property
    def children(self) -> tuple[Term, ...]:
        """The arguments."""
        return self.arguments

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Function:
        """Apply the function symbol to new arguments."""
        return cls(cast(str, label[0]), tuple(children))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Arithmetic(Node):
    """An arithmetic term: n-ary ``+`` and ``*`` (two operands or more), binary ``-`` and ``/``, unary ``-``."""

    operator: ArithmeticOperator
    arguments: tuple[Term, ...]

    def __post_init__(self) -> None:
        count = len(self.arguments)
        _check_tuple(self.arguments, 1 if self.operator == "-" else 2, "an arithmetic term")
        if self.operator not in ("+", "-", "*", "/") or (self.operator in ("-", "/") and count > 2):
            raise ValueError(f"no arithmetic operator {self.operator!r} with {count} operands")
        _seal(self)

    @property
    def label(self) -> Label:
        """The operator."""
        return (self.operator,)

    @property
    def children(self) -> tuple[Term, ...]:
        """The operands."""
        return self.arguments

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Arithmetic:
        """Apply the operator to new operands."""
        return cls(cast(ArithmeticOperator, label[0]), tuple(children))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Predicate(Node):
    """An atom: a predicate symbol applied to terms; without arguments a proposition."""

    name: str
    arguments: tuple[Term, ...] = ()

    def __post_init__(self) -> None:
        _check_name(self.name, "a predicate")
        _check_tuple(self.arguments, 0, "a predicate")
        _seal(self)

    @property
    def label(self) -> Label:
        """The predicate symbol."""
        return (self.name,)

    @property
    def children(self) -> tuple[Term, ...]:
        """The arguments."""
        return self.arguments

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Predicate:
        """Apply the predicate symbol to new arguments."""
        return cls(cast(str, label[0]), tuple(children))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Equal(_Pair):
    """The atom ``left = right`` over terms."""

    left: Term
    right: Term

    def __post_init__(self) -> None:
        _seal(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comparison(Node):
    """The atom ``left < right`` or its like over terms."""

    operator: ComparisonOperator
    left: Term
    right: Term

    def __post_init__(self) -> None:
        if self.operator not in ("<", "<=", ">", ">="):
            raise ValueError(f"no comparison {self.operator!r}")
        _seal(self)

    @property
    def label(self) -> Label:
        """The operator."""
        return (self.operator,)

    @property
    def children(self) -> tuple[Term, ...]:
        """Left and right."""
        return self.left, self.right

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Comparison:
        """Compare two new terms."""
        return cls(cast(ComparisonOperator, label[0]), children[0], children[1])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Truth(_Leaf):
    """The constant true or false."""

    value: bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", bool(self.value))
        _seal(self)

    @property
    def label(self) -> Label:
        """The truth value."""
        return (self.value,)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(Node):
    """Negation."""

    body: Formula

    def __post_init__(self) -> None:
        _seal(self)

    @property
    def label(self) -> Label:
        """Nothing."""
        return ()

    @property
    def children(self) -> tuple[Formula, ...]:
        """The negated formula."""
        return (self.body,)

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Not:
        """Negate another formula."""
        return cls(children[0])


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class And(Node):
    """Conjunction of two formulas or more."""

    operands: tuple[Formula, ...]

    def __post_init__(self) -> None:
        _check_tuple(self.operands, 2, "a conjunction")
        _seal(self)

    @property
    def label(self) -> Label:
        """Nothing."""
        return ()

    @property
    def children(self) -> tuple[Formula, ...]:
        """The conjuncts."""
        return self.operands

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> And:
        """Conjoin other formulas."""
        return cls(tuple(children))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Or(Node):
    """Inclusive disjunction of two formulas or more."""

    operands: tuple[Formula, ...]

    def __post_init__(self) -> None:
        _check_tuple(self.operands, 2, "a disjunction")
        _seal(self)

    @property
    def label(self) -> Label:
        """Nothing."""
        return ()

    @property
    def children(self) -> tuple[Formula, ...]:
        """The disjuncts."""
        return self.operands

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Or:
        """Disjoin other formulas."""
        return cls(tuple(children))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Xor(_Pair):
    """Exclusive disjunction of two formulas; a chain is a tree of these and means odd parity."""

    left: Formula
    right: Formula

    def __post_init__(self) -> None:
        _seal(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Implies(_Pair):
    """Material implication."""

    left: Formula
    right: Formula

    def __post_init__(self) -> None:
        _seal(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Iff(_Pair):
    """Material equivalence."""

    left: Formula
    right: Formula

    def __post_init__(self) -> None:
        _seal(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Forall(_Binder):
    """Universal quantification over one variable."""

    variable: Variable
    body: Formula
    sort: str | None = None

    def __post_init__(self) -> None:
        _seal(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Exists(_Binder):
    """Existential quantification over one variable."""

    variable: Variable
    body: Formula
    sort: str | None = None

    def __post_init__(self) -> None:
        _seal(self)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Count(Node):
    """Sugar: exactly, at least or at most ``count`` individuals satisfy ``body``; `expand_counting` writes it out."""

    bound: CountBound
    count: int
    variable: Variable
    body: Formula
    sort: str | None = None
    bounds: ClassVar[tuple[CountBound, ...]] = ("exactly", "at_least", "at_most")

    def __post_init__(self) -> None:
        if self.bound not in Count.bounds or not isinstance(self.count, int) or self.count < 0:
            raise ValueError(f"no counting quantifier {self.bound!r} {self.count!r}")
        _seal(self)

    @property
    def label(self) -> Label:
        """Bound, number, variable and sort."""
        return self.bound, self.count, self.variable.name, self.sort

    @property
    def children(self) -> tuple[Formula, ...]:
        """The body."""
        return (self.body,)

    @classmethod
    def make(cls, label: Label, children: Sequence[Any]) -> Count:
        """Count over another body."""
        bound, count, name, sort = label
        return cls(
            cast(CountBound, bound), cast(int, count), Variable(cast(str, name)), children[0], cast("str | None", sort)
        )


Term: TypeAlias = Variable | Constant | Numeral | Function | Arithmetic
Atom: TypeAlias = Predicate | Equal | Comparison | Truth
Binder: TypeAlias = Forall | Exists | Count
Formula: TypeAlias = Atom | Not | And | Or | Xor | Implies | Iff | Binder

TRUE, FALSE = Truth(True), Truth(False)
TERMS = (Variable, Constant, Numeral, Function, Arithmetic)
BINDERS = (Forall, Exists, Count)
_CLASSES: Mapping[str, type[Node]] = {
    cls.__name__: cls
    for cls in (*TERMS, *BINDERS, Predicate, Equal, Comparison, Truth, Not, And, Or, Xor, Implies, Iff)
}


def fold(root: Node, combine: Callable[[Any, list[_R]], _R]) -> _R:
    """Compute a value bottom-up: ``combine(node, values of its children)``, without recursion.

    Args:
        root: A term or formula.
        combine: Called once for every occurrence of a node, children first and left to right.
    """
    todo: list[tuple[Node, bool]] = [(root, False)]
    values: list[_R] = []
    while todo:
        node, ready = todo.pop()
        children = node.children
        if ready or not children:
            cut = len(values) - len(children)
            values[cut:] = [combine(node, values[cut:])]
        else:
            todo.append((node, True))
            todo.extend((child, False) for child in reversed(children))
    return values[0]


def walk(root: Node) -> Iterator[Any]:
    """Yield every node of a tree, parents before children and left to right."""
    todo = [root]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(node.children))


def rebuild(node: Any, children: Sequence[Any]) -> Any:
    """Return ``node`` over other children; the node itself when they are the very same objects."""
    if all(new is old for new, old in zip(children, node.children, strict=True)):
        return node
    return type(node).make(node.label, children)


def size(root: Node) -> int:
    """The number of nodes, terms included."""
    return sum(1 for _ in walk(root))


def depth(root: Node) -> int:
    """The number of nodes on the longest path from the root."""
    return fold(root, lambda _, below: 1 + max(below, default=0))


def conjunction(operands: Sequence[Formula]) -> Formula:
    """Conjoin any number of formulas: none is true, one is itself."""
    return And(tuple(operands)) if len(operands) > 1 else operands[0] if operands else TRUE


def disjunction(operands: Sequence[Formula]) -> Formula:
    """Disjoin any number of formulas: none is false, one is itself."""
    return Or(tuple(operands)) if len(operands) > 1 else operands[0] if operands else FALSE


def _repr(root: Node) -> str:
    pieces: list[str] = []
    todo: list[Node | str] = [root]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        label = ", ".join(repr(part) for part in item.label if part is not None)
        pieces.append(f"{type(item).__name__}({label}")
        todo.append(")")
        for place in reversed(range(len(item.children))):
            todo.append(item.children[place])
            if place or label:
                todo.append(", ")
    return "".join(pieces)


def _flatten(root: Node) -> tuple[tuple[str, Label, tuple[int, ...]], ...]:
    """List the distinct nodes, children first; each entry refers to its children by their places."""
    places: dict[bytes, int] = {}
    entries: list[tuple[str, Label, tuple[int, ...]]] = []
    todo: list[tuple[Node, bool]] = [(root, False)]
    while todo:
        node, ready = todo.pop()
        if node.fingerprint in places:
            continue
        if not ready:
            todo.append((node, True))
            todo.extend((child, False) for child in node.children)
            continue
        places[node.fingerprint] = len(entries)
        below = tuple(places[child.fingerprint] for child in node.children)
        entries.append((type(node).__name__, node.label, below))
    return tuple(entries)


def _unflatten(entries: Sequence[tuple[str, Label, tuple[int, ...]]]) -> Node:
    nodes: list[Node] = []
    for name, label, below in entries:
        nodes.append(_CLASSES[name].make(label, [nodes[place] for place in below]))
    return nodes[-1]
