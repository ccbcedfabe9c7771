"""Formulas inside prose, fences, displays, boxes and scripts: taken out where there is one place, and only there."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logicbench.errors import LogicbenchError
from logicbench.logic.fol.notes import ParseError
from logicbench.logic.fol.parse import parse, readings
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.scripts import script_formulas
from logicbench.logic.fol.wrapping import unwrap

PLAIN = "∀x (Cat(x) → Lazy(x))"
WRAPPED = [
    "Here is the formula:\n\n```\nall x. (Cat(x) -> Lazy(x))\n```\nIt says that cats are lazy.",
    "Let C mean cat. Then\n\\[\n\\forall x (Cat(x) \\rightarrow Lazy(x))\n\\]\nas required.",
    "$$\\forall x \\, (Cat(x) \\to Lazy(x))$$",
    "The answer is \\boxed{\\forall x (Cat(x) \\rightarrow Lazy(x))}.",
    "\\boxed{∀x (Cat(x) → Lazy(x))}",
    "```latex\n\\begin{align*}\n\\forall x (Cat(x) \\to Lazy(x))\n\\end{align*}\n```",
    "\\[\\begin{equation}\\forall x (Cat(x) \\to Lazy(x))\\end{equation}\\]",
    "```python\nfrom z3 import *\nx = Const('x', S)\nCat = Function('Cat', S, BoolSort())\n# the formula\n"
    "formula = ForAll([x], Implies(Cat(x), Lazy(x)))  # all\nprint(formula)\n```",
    "from z3 import *\nCat, Lazy = Function('Cat', S, B), Function('Lazy', S, B)\ns = Solver()\n"
    "s.add(ForAll([x],\n    Implies(Cat(x),\n            Lazy(x))))\nprint(s.check())",
    "from z3 import *\nrule = ForAll([x], Implies(Cat(x), Lazy(x)))\nsolve(rule)",
    "from z3 import *\nrules = [ForAll([x], Implies(Cat(x), Lazy(x)))]",
    'import nltk\nformula = nltk.sem.Expression.fromstring("all x.(Cat(x) -> Lazy(x))")\nprint(formula)',
    "(forall x (Cat(x) -> Lazy(x)))",
    "(forall x)(Cat(x) → Lazy(x))",
]


@pytest.mark.parametrize("text", WRAPPED)
def test_the_formula_is_taken_out_of_what_stands_around_it(text: str) -> None:
    found = parse(text)
    assert render(found.formula) == PLAIN and found.repairs
    assert render(readings(text)[0].formula) == PLAIN
    with pytest.raises(ParseError):
        parse(text, level="strict")


@pytest.mark.parametrize(
    "text",
    [
        "Either\n```\nP(a)\n```\nor\n```\nQ(a)\n```\n",
        "\\[P(a)\\] or else \\[Q(a)\\]",
        "\\boxed{P(a)} or \\boxed{Q(a)}",
        "from z3 import *\nfor x in y:\n    s.add(P(x))",
        "from z3 import *\np = And(A, B)\nformula = Not(p)",
        "from z3 import *\ndef f(x):\n    return And(x, x)",
        "Here it is: ```\nno formula\n```",
    ],
)
def test_nothing_is_chosen_among_several(text: str) -> None:
    assert unwrap(text)[0] == text


def test_several_assertions_of_a_script_are_one_conjunction() -> None:
    text = "from z3 import *\ns = Solver()\ns.add(P(a))\ns.add(Or(Q(a), R(a)), P(b))"
    assert render(parse(text).formula) == "P(a) ∧ (Q(a) ∨ R(a)) ∧ P(b)"


def test_smtlib_stays_smtlib_and_infix_does_not_become_it() -> None:
    for text in (
        "(assert (forall ((x U)) (=> (P x) (Q x))))",
        "(declare-fun P (U -> Bool)) (assert (P a))",
        "(and (P a) (not (Q a)))",
        "(assert(forall((x U))(P x)))",
    ):
        assert parse(text).notation == "smtlib", text
    for text, wanted in (
        ("(not P(a)) & Q(a)", "¬P(a) ∧ Q(a)"),
        ("(exists x (R(x, b))) ∨ (exists x (R(x, c)))", "(∃x R(x, b)) ∨ (∃x R(x, c))"),
    ):
        assert render(parse(text).formula) == wanted


def test_names_of_programming_languages_and_hyphenated_predicates() -> None:
    assert render(parse("P(a) -> (C++(a) | Python(a))").formula) == 'P(a) → ("C++"(a) ∨ Python(a))'
    assert render(parse(r"\forall x (PhD-student(x) \to Tired(x))").formula) == "∀x (PhD-student(x) → Tired(x))"


def test_positions_stay_those_of_the_text() -> None:
    text = "Here:\n```\n∀x (Cat(x) ∧ ) \n```"
    bare, notes = unwrap(text)
    assert len(bare) == len(text) and notes[0].kind == "wrapper"
    assert bare.index("Cat") == text.index("Cat")


@given(st.text(alphabet="`\\[]$(){}\n boxedfrom import=.add#'\"∀xP", max_size=120))
def test_any_text_is_read_or_refused(text: str) -> None:
    bare, _ = unwrap(text)
    assert len(bare) == len(text)
    for begin, end in script_formulas(text):
        assert 0 <= begin <= end <= len(text)
    with contextlib.suppress(LogicbenchError):
        parse(text)
