"""Printers and the parser are inverse to each other, in every notation, for any names."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.logic.fol.names import NAMES
from logicbench.logic.fol.notation import NOTATIONS, Notation
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import expressible, render
from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
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
from logicbench.logic.fol.transform import signature

ORDINARY = ["P", "Rich", "rich", "x", "X", "a", "zaha", "f", "x1", "year2010"]
AWKWARD = [
    "dc universe", "c++", "l-2021", "x-1", "mr.smith", "tom's", "and", "Or", "all", "exists", "v", "V", "true", "False",
    "n__a", "v__x", "n__", "z0120", "op__plus", "'", '"', "\\", "|", "∀", "(", "P(a)", "3", "26.2", "٣", "świątek", "_",
    "__", "?x", "$x", "$true", "let", "U", "fof", "lambda", "And", "Count", "distinct", "\n", "\x00", "\ud800", "%",
    "#", "not", "1972Games", "é", "a:b", "\\text{a}", "In", "in",
]  # fmt: skip
names = st.one_of(st.sampled_from(ORDINARY), st.sampled_from(AWKWARD), st.text(min_size=1, max_size=6))
variables = st.builds(Variable, names)
numerals = st.integers(0, 3000).map(lambda n: Numeral.of(str(n))) | st.sampled_from([Numeral("26.2"), Numeral("0.05")])
sorts = st.none() | names


def _terms(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(children, min_size=1, max_size=3).map(tuple)
    two = st.tuples(children, children)
    return st.one_of(
        st.builds(Function, names, some),
        st.builds(Arithmetic, st.sampled_from(["-", "/"]), two),
        st.builds(Arithmetic, st.sampled_from(["+", "*"]), st.lists(children, min_size=2, max_size=3).map(tuple)),
        st.builds(lambda term: Arithmetic("-", (term,)), children),
    )


terms = st.recursive(variables | st.builds(Constant, names) | numerals, _terms, max_leaves=4)
atoms = st.one_of(
    st.builds(Predicate, names, st.lists(terms, max_size=3).map(tuple)),
    st.builds(Equal, terms, terms),
    st.builds(Comparison, st.sampled_from(["<", "<=", ">", ">="]), terms, terms),
    st.booleans().map(Truth),
)


def _formulas(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    many = st.lists(children, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Not, children),
        st.builds(And, many),
        st.builds(Or, many),
        st.builds(Xor, children, children),
        st.builds(Implies, children, children),
        st.builds(Iff, children, children),
        st.builds(Forall, variables, children, sorts),
        st.builds(Exists, variables, children, sorts),
        st.builds(Count, st.sampled_from(Count.bounds), st.integers(0, 2), variables, children, sorts),
    )


formulas = st.recursive(atoms, _formulas, max_leaves=8)


@pytest.mark.parametrize("notation", NOTATIONS)
@given(formula=formulas)
@settings(max_examples=100, deadline=None)
def test_what_is_printed_reads_back_exactly(notation: Notation, formula: Any) -> None:
    text = render(formula, notation)
    parsed = parse(text, notation, "strict")
    assert parsed.formula == expressible(formula, notation), text
    assert not parsed.repairs


@given(formula=formulas)
@settings(max_examples=60, deadline=None)
def test_printed_python_is_python(formula: Any) -> None:
    ast.parse(render(formula, "python"), mode="eval")


PLAIN = [
    "∀x ((P(x) ∧ Q(a)) → ∃y (R(x, y) ∨ ¬(x = f(y))))",
    '∀x (P(x) ↔ Q(x)) ⊕ ¬R("dc universe", zaha)',
    "(∀x ∃=2 y R(x, y)) → (P(a) ↔ (Q(b) → ⊥))",
    "∀let (P(let) → Q(let))",
]


@pytest.mark.parametrize("text", PLAIN)
def test_z3_reads_printed_smtlib_as_the_same_formula(text: str) -> None:
    import z3

    formula = parse(text).formula
    found = signature([formula])
    write = NAMES["smtlib"].symbol
    declared = [(name, arity, "Bool") for name, arity in found.predicates]
    declared += [(name, arity, "U") for name, arity in found.functions]
    declared += [(name, 0, "U") for name in found.constants]
    head = "(declare-sort U 0)" + "".join(
        f"(declare-fun {write(name, False)} ({' '.join(['U'] * arity)}) {sort})" for name, arity, sort in declared
    )
    first = z3.parse_smt2_string(f"{head}(assert {render(formula, 'smtlib')})")
    # Z3's own printing of the formula reads back as an equivalent one.
    again = parse(first[0].sexpr(), "smtlib").formula
    second = z3.parse_smt2_string(f"{head}(assert {render(again, 'smtlib')})")
    solver = z3.Solver()
    solver.add(first[0] != second[0])
    assert solver.check() == z3.unsat
