"""The tolerant parser: what it reads, what it notes, what it refuses, and that it never breaks or slows down."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.logic.fol.notation import NOTATIONS, detect
from logicbench.logic.fol.notes import ParseError
from logicbench.logic.fol.parse import parse, readings
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import depth, walk

ONE = "∀x (P(x) → (∃y (Q(x, y) ∧ ¬R(y))))"


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        ("unicode", "∀x (P(x) → ∃y (Q(x, y) ∧ ¬R(y)))"),
        ("prover9", "all x (P(x) -> (exists y (Q(x, y) & -R(y))))."),
        ("nltk", "all x.(P(x) -> exists y.(Q(x, y) & -R(y)))"),
        ("smtlib", "(assert (forall ((x U)) (=> (P x) (exists ((y U)) (and (Q x y) (not (R y)))))))"),
        ("python", "ForAll([x], Implies(P(x), Exists([y], And(Q(x, y), Not(R(y))))))"),
        ("latex", r"\forall x \, (P(x) \to \exists y (Q(x,y) \land \lnot R(y)))"),
        ("tptp", "fof(a, axiom, ![X]: ('P'(X) => ?[Y]: ('Q'(X, Y) & ~ 'R'(Y))))."),
    ],
)
def test_every_notation_is_detected_and_read_without_repairs(notation: str, text: str) -> None:
    assert detect(text) == notation
    parsed = parse(text, level="strict")
    assert parsed.notation == notation
    assert render(parsed.formula) == ONE
    assert parse(text, notation).notes == ()


# text, what it is read as, the kinds of its notes
HABITS = [
    ("forall x,y (P(x,y) -> Q(y))", "∀x ∀y (P(x, y) → Q(y))", {"operator_spelling", "variable_list"}),
    ("∀x∀y. P(x, y) → Q(y)", "∀x ∀y (P(x, y) → Q(y))", set()),
    ("∀x P(x) → Q(x)", "∀x (P(x) → Q(x))", {"wide_scope"}),
    ("∀x P(x) → Q(a)", "(∀x P(x)) → Q(a)", set()),
    ("(∀x)(∃y)(P(x, y))", "∀x ∃y P(x, y)", set()),
    ("∀(x, y) (P(x, y))", "∀x ∀y P(x, y)", set()),
    ("for all x, P(x) implies Q(x)", "∀x (P(x) → Q(x))", {"operator_spelling", "extra_comma", "wide_scope"}),
    ("There exists x such that P(x)", "∃x P(x)", {"operator_spelling"}),
    ("∃(P(x) ∧ Q(x))", "∃x (P(x) ∧ Q(x))", {"missing_variable"}),
    ("∀X (P(X) → Q(X))", "∀X (P(X) → Q(X))", set()),
    ("∀x (P(X) → Q(x))", "∀x (P(x) → Q(x))", {"variable_case"}),
    ("∀x:Person (Rich(x))", "∀x:Person Rich(x)", set()),
    ("∃!x P(x)", "∃=1 x P(x)", set()),
    ("P(a) ∧ Q(b) ∨ R(c)", "(P(a) ∧ Q(b)) ∨ R(c)", {"mixed_operators"}),
    ("P(a) → Q(b) ⊕ R(c)", "P(a) → (Q(b) ⊕ R(c))", {"mixed_operators"}),
    ("P ⊕ Q ⊕ R", "(P ⊕ Q) ⊕ R", {"chained_xor"}),
    ("P → Q → R", "P → (Q → R)", {"chained_implies"}),
    ("P(a) —> Q(b) ^ R(c)", "P(a) → (Q(b) ∧ R(c))", {"operator_spelling"}),
    ("P(a) v Q(b)", "P(a) ∨ Q(b)", {"operator_spelling"}),
    ("P(a), Q(b)", "P(a) ∧ Q(b)", {"comma_conjunction"}),
    ("P(a) Q(b)", "P(a) ∧ Q(b)", {"missing_operator"}),
    ("P(a) ∧ ∧ Q(b) →", "P(a) ∧ Q(b)", {"missing_operand"}),
    ("In(x1, dc universe)", 'In(x1, "dc universe")', {"space_in_name", "free_variable"}),
    ("western Canada(tom)", '"western Canada"(tom)', {"space_in_name"}),
    ("∀x Fast(x bolt)", "∀x Fast(x, bolt)", {"missing_comma"}),
    ("Song(boneym,)", "Song(boneym)", {"extra_comma"}),
    ('Major(tom, "physics")', "Major(tom, physics)", set()),
    ("Grade(a+) ∨ In(c++, gpt-3)", 'Grade("a+") ∨ In("c++", "gpt-3")', set()),
    ("P(mr.smith, tom's, 26.2_miles, 50%)", 'P("mr.smith", tom\'s, "26.2_miles", "50%")', set()),
    ("P(2Sum, pSOJ318.5-22, świątek)", 'P(2Sum, "pSOJ318.5-22", świątek)', set()),
    ("Non-Breast(x1) ∧ P(3, 26.20)", "Non-Breast(x1) ∧ P(3, 26.2)", {"free_variable"}),
    ("∀x (Age(x, ≥40) → Old(x))", '∀x (Age(x, "≥40") → Old(x))', {"comparison_term"}),
    ("age(tom) ≥ 40", "age(tom) ≥ 40", set()),
    ("∀n (n-1 < n)", "∀n (n - 1 < n)", {"arithmetic_name"}),
    ("Likes(tom, cats ∧ dogs)", "Likes(tom, cats) ∧ Likes(tom, dogs)", {"formula_in_term"}),
    ("¬(a = b) ∧ a ≠ c", "a ≠ b ∧ a ≠ c", set()),
    ("P(a) ::: tom is P", "P(a)", {"explanation"}),
    ("∀x (P(x)) Never: does not exist a time", "∀x P(x)", {"trailing_text"}),
    ("P(a) // a remark", "P(a)", {"comment"}),
    ("Premise 3: P(a)", "P(a)", {"label"}),
    ("- ∀x P(x)", "∀x P(x)", {"label"}),
    ("```fol\nP(a) ∧ Q(b)\n```", "P(a) ∧ Q(b)", {"wrapper"}),
    ("∀x[P(x) → Q(x)]", "∀x (P(x) → Q(x))", {"bracket_shape"}),
    ("Round($x, True) && Red($x, True) >>> Smart($x, True)", None, {"dollar_variable", "operator_spelling"}),
    ("P(1,000)", "P(1000)", {"number_grouping"}),
    ("∀xP(x)", "∀x P(x)", {"glued_variables"}),
    ("∀xy(R(x, y))", "∀x ∀y R(x, y)", {"glued_variables", "variable_list"}),
    ("(x)(P(x) → Q(x))", "∀x (P(x) → Q(x))", {"operator_spelling"}),
    ("if P(a) then Q(a)", "P(a) → Q(a)", {"operator_spelling"}),
    ("∀x (P(x)) (All are so named)", "∀x P(x)", {"trailing_text"}),
    ("¬P(a, ∃y (Q(y)))", "¬∃y (Q(y) ∧ P(a, y))", {"formula_in_term"}),
]


@pytest.mark.parametrize(("text", "reading", "kinds"), HABITS, ids=[text for text, _, _ in HABITS])
def test_habits_of_people_and_models(text: str, reading: str | None, kinds: set[str]) -> None:
    parsed = parse(text)
    assert reading is None or render(parsed.formula) == reading
    assert {note.kind for note in parsed.notes} == kinds
    for note in parsed.notes:
        assert 0 <= note.position <= len(text) and note.message


BROKEN = [
    ("∀x (Starred(x)) → Hard(x))", "∀x (Starred(x) → Hard(x))"),
    ("Animal(sid) ⊕ Slow(sid)) → ¬Energetic(sid)", "(Animal(sid) ⊕ Slow(sid)) → ¬Energetic(sid)"),
    ("P(a) ∨ P(b) ∨ P(c)) ∧ Q(d)", "(P(a) ∨ P(b) ∨ P(c)) ∧ Q(d)"),
    ("∀x (P(x) → (Q(x) ∨ R(x))", "∀x (P(x) → (Q(x) ∨ R(x)))"),
    ("Creative(eve)) → (¬(Likes(eve, chess) ∧ Creative(eve))", "Creative(eve) → ¬(Likes(eve, chess) ∧ Creative(eve))"),
    ("Customer(lily) ∧ In(lily, family ∧ Watch(lily, tv)", "Customer(lily) ∧ In(lily, family) ∧ Watch(lily, tv)"),
    ("∀x (Imprisoned((x) → Has(x, record))", "∀x (Imprisoned(x) → Has(x, record))"),
    ("With(x1, chip)) ⊕ Mac(x1)", "With(x1, chip) ⊕ Mac(x1)"),
    # A junction whose first part alone is negated is rare, so ¬ was meant for all of it.
    ("¬Edible(kiwi) ∧ Lemon(kiwi))", "¬(Edible(kiwi) ∧ Lemon(kiwi))"),
    ("¬P(a) ∧ Q(a)) → (P(a) ⊕ Q(a))", "¬(P(a) ∧ Q(a)) → (P(a) ⊕ Q(a))"),
    ("P(a) → ¬Q(a) ∨ R(a))", "P(a) → ¬(Q(a) ∨ R(a))"),
    ("¬Own(ann, car) ∨ ¬Rent(ann, car))", "¬Own(ann, car) ∨ ¬Rent(ann, car)"),
    ("Own(ann, car) ∧ ¬Rent(ann, car))", "Own(ann, car) ∧ ¬Rent(ann, car)"),
    ("a ≠ b ∧ Likes(a, b))", "a ≠ b ∧ Likes(a, b)"),
    # A universal condition is rare, and so is an implication in ⊕.
    ("∀x ((Tall(x) ∧ Fast(x))) → ¬Idle(tom))", "∀x ((Tall(x) ∧ Fast(x)) → ¬Idle(tom))"),
    ("∀x (Shown(x) → Plant(x)) ⊕ Animal(x))", "∀x (Shown(x) → (Plant(x) ⊕ Animal(x)))"),
    # The bracket after a name may be the one that was lost.
    ("∀x (Plant x) ∨ Animal(x))", "∀x (Plant(x) ∨ Animal(x))"),
    ("Eel(kaa) → ¬Plant kaa)", "Eel(kaa) → ¬Plant(kaa)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reading"), BROKEN)
def test_brackets_are_mended_where_people_mend_them(text: str, reading: str) -> None:
    parsed = parse(text)
    assert render(parsed.formula) == reading
    assert any(note.kind in ("extra_close", "missing_close", "missing_open", "extra_open") for note in parsed.repairs)
    with pytest.raises(ParseError):
        parse(text, level="strict")


def test_readings_are_ranked_distinct_and_begin_with_the_reading_of_parse() -> None:
    text = "¬∃z (P(z) ∧ Q(z)) ∧ ¬R(a))"
    found = readings(text, 3)
    shown = [render(parsed.formula) for parsed in found]
    assert (
        shown[0]
        == render(parse(text).formula)
        == "¬∃z (P(z) ∧ Q(z)) ∧ ¬R(a)".replace("¬∃z (P(z) ∧ Q(z))", "(¬∃z (P(z) ∧ Q(z)))")
    )
    assert "¬((∃z (P(z) ∧ Q(z))) ∧ ¬R(a))" in shown
    assert len(set(shown)) == len(shown) == 3


def test_readings_of_balanced_text_differ_in_scope_grouping_and_words() -> None:
    assert [render(r.formula) for r in readings("∀x P(x) → Q(x)")] == ["∀x (P(x) → Q(x))", "(∀x P(x)) → Q(x)"]
    assert "(P → Q) ⊕ R" in [render(r.formula) for r in readings("P → Q ⊕ R")]
    assert render(readings("Fast(usain bolt)", 2)[1].formula) == "Fast(usain, bolt)"
    assert len(readings("P(a) ∧ Q(b)", 5)) == 1


def test_free_variables_are_constants_unless_told_otherwise() -> None:
    assert repr(parse("P(x, y12, year)").formula) == "Predicate('P', Constant('x'), Constant('y12'), Constant('year'))"
    assert repr(parse("P(x, tom)", free="variable").formula) == "Predicate('P', Variable('x'), Constant('tom'))"
    assert repr(parse("P(?x)").formula) == "Predicate('P', Variable('x'))"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("()", 2),
        ("∀x", 2),
        ("I cannot translate this sentence.", 2),
        ("(P(a) ∧", 6),
        ("3", 0),
        ("P(∀x Q(x))", 2),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text, level="strict")
    error = caught.value
    assert error.position == position
    assert "expected" in str(error) and str(error).endswith("^")


def test_unknown_notations_and_levels_are_refused() -> None:
    with pytest.raises(InputError, match="notation 'unicod'"):
        parse("P(a)", "unicod")
    with pytest.raises(InputError, match="level"):
        parse("P(a)", level="lenient")  # type: ignore[arg-type]


def test_smtlib_let_ite_and_several_assertions() -> None:
    assert render(parse("(let ((a (P x1))) (and a (not a)))", "smtlib").formula) == "P(x1) ∧ ¬P(x1)"
    assert render(parse("(ite A B C)", "smtlib").formula) == "(A → B) ∧ (¬A → C)"
    parsed = parse("(declare-fun P (U) Bool) (assert (P a)) (assert (Q a)) (check-sat)", "smtlib")
    assert render(parsed.formula) == "P(a) ∧ Q(a)"
    assert {note.kind for note in parsed.notes} == {"command", "missing_operator"}


def test_z3_expressions_are_read_and_never_run() -> None:
    assert (
        render(parse("ForAll([c:child], Count([l:locker], at(c, l)) == 1)").formula) == "∀c:child ∃=1 l:locker at(c, l)"
    )
    assert render(parse("Exists([c:child], c in [Nita, Rachel])").formula) == "∃c:child (c = Nita ∨ c = Rachel)"
    assert render(parse("Distinct([a, b, c])", "python").formula) == "a ≠ b ∧ a ≠ c ∧ b ≠ c"
    # Code is only names and applications here.
    assert render(parse("__import__(os)", "python").formula) == '"__import__"(os)'


signs = st.sampled_from(
    [
        *"∀∃¬∧∨⊕→↔()[]{},.:;=≠<>≤≥+-*/|&~!?^%$#@'\"`\\_ \n\t\x00٣²Ⅷéß中\u200b\ufeff\ud800",
        "x", "y", "P(", "Q(x)", "all ", "exists ", "and", " v ", "∃=", "∃!", "n__a", "v__x", "op__plus(", "fof(",
        "(and ", "(let ((a b)) ", "ForAll([x], ", "Count([x], ", "\\forall", "\\text{", ":::", "//", "26.2", "9" * 5000,
        "$x", "?x", " == 1", " in [", "->", "=>", "a b",
    ]
)  # fmt: skip
hostile = st.lists(signs, max_size=25).map("".join) | st.text(max_size=30)


@given(text=hostile, notation=st.sampled_from(["auto", *NOTATIONS]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_in_order(text: str, notation: str) -> None:
    try:
        parsed = parse(text, notation)
    except ParseError:
        return
    assert parsed.notation in NOTATIONS
    # What was read without a repair is also read by the strict reader, as the same formula.
    if not parsed.repairs:
        assert parse(text, notation, "strict") == parsed


N = 10_000
LARGE = {
    "deep brackets": "(" * N + "P(a)" + ")" * N,
    "never closed": "(" * N + "P(a)",
    "surplus": "P(a)" + ")" * N,
    "negations": "¬" * N + "P(a)",
    "implications": " → ".join(["P(a)"] * N),
    "quantifiers": "∀x " * N + "P(x)",
    "bracketed quantifiers": "(∀x)" * N + "P(x)",
    "narrow quantifiers": "∀x P(x) ∧ " * N + "Q(x)",
    "quantifiers without variable": "∃(" * N + "P(x)" + ")" * N,
    "terms": "P(" + "f(" * N + "a" + ")" * N + ")",
    "spread": "P(" + "a ∧ " * N + "b)",
    "nested spread": "P(" + ", ".join(["(a ∧ b)"] * 40) + ")",
    "digits": "P(" + "1" * N + "a, " + "2" * N + ")",
    "quotes": '"' * N,
    "words": "a " * N,
    "hyphens": "a-" * N,
    "spaces": "all x" + " " * N + "P",
    "comments": "/* " * N,
    "different": "Distinct(" + ", ".join(["a"] * N) + ")",
    "smtlib": "(and " * N + "p" + ")" * N,
    "mended many times": "P(a)) ∧ (" * 200,
}


@pytest.mark.parametrize("name", LARGE)
def test_large_inputs_take_linear_time_and_no_recursion(name: str) -> None:
    text = LARGE[name]
    start = time.process_time()
    for notation in ("auto", "tptp") if name == "comments" else ("auto",):
        try:
            formula = parse(text, notation).formula
        except ParseError:
            continue
        assert depth(formula) >= 1
    # Quadratic time would be minutes.
    assert time.process_time() - start < 20


@pytest.mark.parametrize("text", ["(" * 590 + "P(a)", "P(a)" + ")" * 300, "(P(a) ∧ Q(b)) → " * 60 + "((R(c)"])
def test_many_lost_brackets_are_mended_without_a_search(text, monkeypatch):
    from logicbench.logic.fol import brackets

    monkeypatch.setattr(
        brackets, "_edits", lambda tokens: pytest.fail("a search over hundreds of brackets takes minutes")
    )
    assert parse(text).repairs


def test_a_colon_between_digits_ends_the_variable_of_a_binder() -> None:
    for text in ("∀x1:1972Games Won(x1)", "At(a, 3:15)"):
        parsed = parse(text, level="strict")
        assert parse(render(parsed.formula), level="strict").formula == parsed.formula
    assert next(walk(parse("∀x1:1972Games Won(x1)").formula)).sort == "1972Games"
    assert "3:15" in render(parse("At(a, 3:15)").formula)
