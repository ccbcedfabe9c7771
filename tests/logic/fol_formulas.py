"""Random first-order formulas for the tests, and a naive evaluator to compare with."""

import itertools

from hypothesis import strategies as st

from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import (
    And,
    Comparison,
    Constant,
    Count,
    Equal,
    Exists,
    Forall,
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

VARIABLES = [Variable(name) for name in "xyz"]
UNARY, BINARY = ("P", "Q"), ("R",)


@st.composite
def terms(draw, bound, constants=2, functions=False):
    choices = [Constant("abc"[place]) for place in range(constants)] + list(bound)
    term = draw(st.sampled_from(choices or [Constant("a")]))
    if functions and draw(st.integers(0, 4)) == 0:
        return Function("f", (term,))
    return term


@st.composite
def fol_formulas(draw, size=4, bound=(), equality=False, functions=False, sugar=False, constants=2):
    """Closed formulas over P/1, Q/1, R/2, A/0 and constants; with sugar also counting, sorts and comparisons."""
    options = {"equality": equality, "functions": functions, "sugar": sugar, "constants": constants}
    if size <= 1:
        kind = draw(st.sampled_from(["P", "Q", "R", "P", "Q", "R", "A", "="] + ["<"] * sugar))
        term = terms(bound, constants, functions)
        if kind == "A" or (kind == "=" and not equality):
            return draw(st.sampled_from([Predicate("A"), Truth(True), Truth(False), Predicate("A")]))
        if kind == "=":
            return Equal(draw(term), draw(term))
        if kind == "<":
            right = draw(st.one_of(term, st.sampled_from([Numeral("1"), Numeral("2")])))
            return Comparison(draw(st.sampled_from(["<", "<=", ">", ">="])), draw(term), right)
        return Predicate(kind, tuple(draw(term) for _ in range(2 if kind == "R" else 1)))
    kind = draw(st.sampled_from(["not", "and", "or", "imp", "iff", "xor", "all", "some", "all", "some"]))
    if kind in ("all", "some"):
        variable = draw(st.sampled_from(VARIABLES))
        inner = tuple(dict.fromkeys((*bound, variable)))
        body = draw(fol_formulas(size - 1, inner, **options))
        if sugar and draw(st.integers(0, 3)) == 0:
            bound_kind = draw(st.sampled_from(Count.bounds))
            return Count(bound_kind, draw(st.integers(0, 2)), variable, body, draw(st.sampled_from([None, "S"])))
        sort = draw(st.sampled_from([None, None, "S"])) if sugar else None
        return (Forall if kind == "all" else Exists)(variable, body, sort)
    if kind == "not":
        return Not(draw(fol_formulas(size - 1, bound, **options)))
    left = draw(fol_formulas(size // 2, bound, **options))
    right = draw(fol_formulas(size - size // 2, bound, **options))
    if kind in ("and", "or"):
        return (And if kind == "and" else Or)((left, right))
    return {"imp": Implies, "iff": Iff, "xor": Xor}[kind](left, right)


@st.composite
def structures(draw, max_size=3):
    """Structures for the symbols that `fol_formulas` uses; 1 stands before 2 in the order."""
    size = draw(st.integers(2, max_size))
    place = st.integers(0, size - 1)

    def rows(arity):
        every = list(itertools.product(range(size), repeat=arity))
        return st.sets(st.sampled_from(every)).map(frozenset)

    predicates = {(name, 1): draw(rows(1)) for name in ("P", "Q", "S")}
    predicates["R", 2] = draw(rows(2))
    predicates["A", 0] = frozenset([()] if draw(st.booleans()) else [])
    predicates["<", 2] = frozenset((a, b) for a in range(size) for b in range(a + 1, size))
    constants = {name: draw(place) for name in "abc"}
    functions = {("f", 1): {(a,): draw(place) for a in range(size)}}
    return Structure(size, constants, predicates, functions, {"1": 0, "2": 1})


def naive(formula, structure, values=None):
    """Truth by the textbook's recursion."""
    values = values or {}
    sub = [naive(child, structure, values) for child in formula.children] if not _binds(formula) else []
    match formula:
        case Variable(name):
            return values[name]
        case Constant(name):
            return structure.constants[name]
        case Numeral(text):
            return structure.numerals[text]
        case Function(name, _):
            return structure.functions[name, len(sub)][tuple(sub)]
        case Predicate(name, _):
            return tuple(sub) in structure.predicates[name, len(sub)]
        case Truth(value):
            return value
        case Comparison(operator, _, _):
            order = structure.predicates["<", 2]
            left, right = sub
            return {
                "<": (left, right) in order,
                ">": (right, left) in order,
                "<=": (right, left) not in order,
                ">=": (left, right) not in order,
            }[operator]
        case Not():
            return not sub[0]
        case And():
            return all(sub)
        case Or():
            return any(sub)
        case Implies():
            return not sub[0] or sub[1]
        case Xor():
            return sub[0] != sub[1]
        case Iff() | Equal():
            return sub[0] == sub[1]
    domain = [d for d in range(structure.size) if formula.sort is None or (d,) in structure.predicates[formula.sort, 1]]
    found = [naive(formula.body, structure, {**values, formula.variable.name: d}) for d in domain]
    if isinstance(formula, Forall):
        return all(found)
    if isinstance(formula, Exists):
        return any(found)
    number = sum(found)
    return {
        "exactly": number == formula.count,
        "at_least": number >= formula.count,
        "at_most": number <= formula.count,
    }[formula.bound]


def _binds(node):
    return isinstance(node, Forall | Exists | Count)


def all_structures(size, symbols, constants):
    """Every structure of a size for predicate symbols and constants."""
    tables = []
    for name, arity in symbols:
        every = list(itertools.product(range(size), repeat=arity))
        subsets = itertools.chain.from_iterable(itertools.combinations(every, k) for k in range(len(every) + 1))
        tables.append([((name, arity), frozenset(rows)) for rows in subsets])
    for predicates in itertools.product(*tables):
        for places in itertools.product(range(size), repeat=len(constants)):
            yield Structure(size, dict(zip(constants, places, strict=True)), dict(predicates))
