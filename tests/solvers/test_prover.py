"""The prover: verdicts against brute force, every pair of engines against each other, certificates checked apart."""

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from logic.fol_formulas import all_structures, fol_formulas, naive

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
    Variable,
    Xor,
)
from logicbench.logic.fol.transform import signature
from logicbench.solvers.prover.batch import prove_all
from logicbench.solvers.prover.certificates import check_model, check_refutation
from logicbench.solvers.prover.entailment import prove
from logicbench.solvers.prover.external import ExternalOutcome, external_decide, installed
from logicbench.solvers.prover.portfolio import Budget, Session

X, Y, Z = Variable("x"), Variable("y"), Variable("z")
A, B = Constant("a"), Constant("b")
SMALL = Budget(conflicts=2_000, clauses=40_000, rounds=1, extra=2, size=3, rlimit=300_000, steps=500)
SEPARATE = Budget(conflicts=5_000, clauses=100_000, rounds=2, extra=2, size=3, rlimit=400_000, steps=2_000)


def p(name, *terms):
    return Predicate(name, terms)


def certificates_hold(premises, conclusion, result):
    if result.holds is not None:
        assert check_model(result.holds, [*premises, conclusion])
    if result.fails is not None:
        assert check_model(result.fails, [*premises, Not(conclusion)])
    if result.refutation is not None and result.refutation.engine == "ground":
        assert check_refutation(premises, conclusion, result.verdict, result.refutation.instances)


problems = st.tuples(
    st.lists(fol_formulas(size=4, equality=True, functions=True, sugar=True), max_size=3),
    fol_formulas(size=3, equality=True, sugar=True),
)


@settings(max_examples=60, deadline=None)
@given(problems)
def test_certificates_hold_in_the_full_language(problem):
    premises, conclusion = problem
    result = prove(premises, conclusion, SMALL, external=False)
    certificates_hold(premises, conclusion, result)
    if result.verdict == "Uncertain":
        assert result.holds is not None and result.fails is not None


@settings(max_examples=40, deadline=None)
@given(st.lists(fol_formulas(size=4, equality=True), min_size=1, max_size=2), fol_formulas(size=3, equality=True))
def test_no_small_structure_contradicts_a_verdict(premises, conclusion):
    result = prove(premises, conclusion, SMALL, external=False)
    symbols = signature([*premises, conclusion])
    assume(sum(2**arity for _, arity in symbols.predicates) <= 8)
    truths = {
        naive(conclusion, structure)
        for size in (1, 2)
        for structure in all_structures(size, symbols.predicates, symbols.constants)
        if all(naive(premise, structure) for premise in premises)
    }
    allowed = {"True": [{True}], "False": [{False}], "Inconsistent": [set()]}
    if result.verdict in allowed:
        assert truths <= set().union(*allowed[result.verdict])
    elif truths == {True, False}:
        assert result.verdict == "Uncertain"


@settings(max_examples=40, deadline=None)
@given(st.lists(fol_formulas(size=5, equality=True, functions=True), min_size=1, max_size=3))
def test_engines_never_disagree(formulas):
    session = Session(formulas, SEPARATE)
    engines = ["ground", "finite", "z3-mbqi", "z3-triggers", *installed()]
    said = {engine: session.opinion(engine, range(len(formulas))) for engine in engines}
    assert len(set(said.values()) - {"unknown"}) <= 1, said


@settings(max_examples=60, deadline=None)
@given(st.lists(fol_formulas(size=4), max_size=3), fol_formulas(size=3))
def test_the_core_alone_gives_the_verdict(premises, conclusion):
    result = prove(premises, conclusion, SMALL, external=False)
    if result.refutation is not None:
        alone = prove([premises[place] for place in result.core], conclusion, SMALL, external=False)
        assert alone.verdict in (result.verdict, "Inconsistent")


FOLIO_LIKE = [
    ([Forall(X, Implies(p("M", X), p("D", X))), p("M", A)], p("D", A), "True"),
    ([Forall(X, Xor(p("M", X), p("D", X))), p("M", A)], p("D", A), "False"),
    ([Forall(X, Implies(p("M", X), p("D", X)))], p("D", A), "Uncertain"),
    ([p("M", A), Not(p("M", A))], p("D", B), "Inconsistent"),
    ([Forall(X, Exists(Y, p("R", X, Y)))], Exists(Y, p("R", A, Y)), "True"),
    ([Exists(Y, Forall(X, p("R", X, Y)))], Forall(X, Exists(Y, p("R", X, Y))), "True"),
    ([Forall(X, Exists(Y, p("R", X, Y)))], Exists(Y, Forall(X, p("R", X, Y))), "Uncertain"),
    ([Equal(A, B), p("P", A)], p("P", B), "True"),
    ([Not(Equal(A, B))], Exists(X, Not(Equal(X, A))), "True"),
    ([Forall(X, Forall(Y, Equal(X, Y))), p("P", A)], Forall(X, p("P", X)), "True"),
    ([Forall(X, Equal(Function("f", (Function("f", (X,)),)), X)), Equal(Function("f", (A,)), B)],
     Equal(Function("f", (B,)), A), "True"),
    ([Count("exactly", 2, X, p("P", X)), p("P", A)], Exists(X, And((p("P", X), Not(Equal(X, A))))), "True"),
    ([Count("at_most", 1, X, p("P", X)), p("P", A), p("P", B)], Equal(A, B), "True"),
    ([Forall(X, p("P", X), "S")], Exists(X, p("P", X)), "True"),
    ([Forall(X, p("P", X), "S")], p("P", A), "Uncertain"),
    ([p("Free", X)], Exists(Y, p("Free", Y)), "True"),
    ([p("Free", X)], Forall(Y, p("Free", Y)), "Uncertain"),
]  # fmt: skip


@pytest.mark.parametrize(("premises", "conclusion", "verdict"), FOLIO_LIKE)
def test_known_verdicts(premises, conclusion, verdict):
    result = prove(premises, conclusion)
    assert result.verdict == verdict
    certificates_hold(premises, conclusion, result)


def test_numbers_keep_their_order():
    price = Function("price", (A,))
    premises = [Comparison("<", price, Numeral("3"))]
    assert prove(premises, Comparison("<", price, Numeral("20"))).verdict == "True"
    assert prove(premises, Comparison(">=", price, Numeral("3.5"))).verdict == "False"
    assert prove(premises, Comparison("<", price, Numeral("2"))).verdict == "Uncertain"
    assert prove([], Comparison("<", Arithmetic("+", (Numeral("2"), Numeral("2"))), Numeral("5"))).verdict == "True"
    assert prove([p("Is", A, Numeral("2"))], Equal(Numeral("2"), Numeral("3"))).verdict == "False"
    minus = Arithmetic("-", (Numeral("3"),))
    result = prove([Comparison("<", price, minus)], Comparison("<", price, Numeral("0")))
    assert result.verdict == "True"
    certificates_hold([Comparison("<", price, minus)], Comparison("<", price, Numeral("0")), result)


def test_arithmetic_on_unknowns_goes_to_the_reals():
    total = Arithmetic("+", (A, Numeral("1")))
    result = prove([Equal(total, Numeral("3"))], Equal(A, Numeral("2")))
    assert result.verdict == "True" and result.refutation.engine == "z3-reals"
    assert prove([Comparison(">", total, Numeral("3"))], Comparison(">", A, Numeral("5"))).verdict == "Uncertain"


def test_without_a_finite_model_the_verdict_is_undecided():
    chain = [
        Forall(X, Exists(Y, p("R", X, Y))),
        Forall(X, Not(p("R", X, X))),
        Forall(X, Forall(Y, Forall(Z, Implies(And((p("R", X, Y), p("R", Y, Z))), p("R", X, Z))))),
    ]
    result = prove(chain, p("Q", A), SMALL)
    assert result.verdict == "Undecided" and "budget" in result.reason
    assert prove(chain, Exists(X, p("R", A, X)), SMALL).verdict == "True"


def test_names_cannot_collide_with_what_engines_write():
    odd = ["all x.", "$true", "P)", "∀", "x", "_1", "a b", "'", "true", "sk1", "not"]
    for name, engine in itertools.product(odd, ("ground", "finite", "z3-mbqi", "z3-triggers", *installed())):
        constant, other = Constant(name), Constant(name + "'")
        formulas = [p(name, constant), Not(p(name, other)), Forall(Variable(name), p(name, Variable(name), constant))]
        assert Session(formulas).ask(engine, [0, 1]).status != "unsat"
        assert Session([*formulas, Not(p(name, other, constant))]).ask(engine, [2, 3]).status != "sat"


def test_batches_keep_order_and_verdicts():
    questions = [(premises, conclusion) for premises, conclusion, _ in FOLIO_LIKE]
    expected = [verdict for *_, verdict in FOLIO_LIKE]
    alone = list(prove_all(questions))
    assert [result.verdict for result in alone] == expected
    assert list(prove_all(questions, workers=2)) == alone


def test_a_grounding_beyond_its_budget_ends_undecided_or_right():
    body = p("R", *[Variable(f"v{k}") for k in range(9)])
    for k in reversed(range(9)):
        body = Forall(Variable(f"v{k}"), body)
    premises = [body, *(p("P", Constant(f"c{k}")) for k in range(12))]
    result = prove(premises, p("Q", A), SMALL, external=False)
    assert result.verdict in ("Uncertain", "Undecided")


def test_deep_formulas_do_not_overflow():
    formula = p("A")
    for _ in range(3_000):
        formula = Or((Not(formula), p("B")))
    assert prove([formula], Iff(p("A"), p("A")), SMALL, external=False).verdict in ("True", "Undecided")


PROVER9_PROOF = """
============================== PROOF =================================
1 (all x0 (p1(x0) -> p2(x0))) # label(a0) # label(non_clause).  [assumption].
2 -p1(x) | p2(x) # label(a0).  [clausify(1)].
3 p1(c3) # label(a2).  [assumption].
4 -p2(c3) # label(a3).  [assumption].
5 p2(c3).  [resolve(3,a,2,a)].
6 $F.  [resolve(5,a,4,a)].
============================== end of proof ==========================
"""


def test_prover9_on_the_search_path_is_asked_in_its_own_notation(tmp_path, monkeypatch):
    program = tmp_path / "prover9"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/question\ncat <<'END'\n{PROVER9_PROOF}END\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "prover9" in installed()
    formulas = {
        2: Forall(X, Implies(p("M", X), p("D", X))),
        4: Forall(X, Xor(p("M", X), Not(p("all", X)))),
        5: p("M", Constant("usha")),
        9: Not(p("D", Constant("usha"))),
    }
    assert external_decide("prover9", formulas, 20_000) == ExternalOutcome("unsat", (2, 5, 9))
    question = (tmp_path / "question").read_text()
    assert "(all x0 (p1(x0) -> p2(x0))) # label(a0)." in question
    assert "-(p1(x0) <-> -(p3(x0)))" in question and "usha" not in question, "⊕ by ↔, and no name that is a variable"
    assert "assign(max_given, 200)." in question
    program.write_text("#!/bin/sh\necho SEARCH FAILED\n")
    assert external_decide("prover9", formulas, 20_000) == ExternalOutcome("unknown")


@pytest.mark.parametrize("name", installed())
def test_an_installed_prover_refutes_with_several_negative_facts(name):
    formulas = {
        0: Forall(X, Implies(p("M", X), p("D", X))), 1: p("M", A), 2: Not(p("D", A)), 3: Not(p("Q", B)),
        4: Not(Equal(A, B)),
    }  # fmt: skip
    found = external_decide(name, formulas, 20_000)
    assert found.status == "unsat" and (found.core is None or set(found.core) == {0, 1, 2})
    assert external_decide(name, {place: formulas[place] for place in (0, 1, 3, 4)}, 20_000).status != "unsat"
