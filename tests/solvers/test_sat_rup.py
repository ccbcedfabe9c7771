import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.solvers import Glucose4
from sat_formulas import any_formulas, dense_formulas, naive_rup, pigeonhole, random_3sat

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.cnf import CNF
from logicbench.solvers import brute
from logicbench.solvers.drup import refute, trim
from logicbench.solvers.rup import check_rup

SQUARE = CNF(2, ((1, 2), (1, -2), (-1, 2), (-1, -2)))


def raw_proof(cnf):
    with Glucose4(with_proof=True) as engine:
        engine.append_formula(cnf.clauses)
        assert not engine.solve()
        lines = [line.split() for line in engine.get_proof()]
    return [tuple(map(int, words[:-1])) for words in lines if words[0] != "d"]


@st.composite
def proofs(draw):
    cnf = draw(any_formulas)
    literals = [lit for v in range(1, cnf.num_vars + 1) for lit in (v, -v)]
    lemma = st.lists(st.sampled_from(literals), max_size=4).map(tuple) if literals else st.just(())
    return cnf, draw(st.lists(lemma, max_size=6))


@given(proofs())
def test_verdict_and_line_agree_with_the_definition(problem):
    cnf, lemmas = problem
    result = check_rup(cnf, lemmas)
    assert (result.ok, result.first_bad_line) == naive_rup(cnf, lemmas)
    for lemma in lemmas[: result.accepted]:
        assert brute.entails(cnf, lemma)
    if result.ok:
        assert not brute.is_satisfiable(cnf)


@given(dense_formulas(max_vars=9), st.randoms(use_true_random=False))
def test_real_proofs_and_their_mutations(cnf, rng):
    if brute.is_satisfiable(cnf):
        assert refute(cnf) is None
        return
    lemmas = raw_proof(cnf)
    assert check_rup(cnf, [*lemmas, ()]).ok
    mutated = [list(lemma) for lemma in refute(cnf).lemmas]
    victim = rng.choice(mutated)
    if victim and rng.random() < 0.5:
        place = rng.randrange(len(victim))
        victim[place] = -victim[place]
    else:
        mutated.remove(victim)
    result = check_rup(cnf, mutated)
    assert (result.ok, result.first_bad_line) == naive_rup(cnf, mutated)


@given(dense_formulas(max_vars=9))
def test_a_refutation_is_trimmed_valid_and_names_its_core(cnf):
    refutation = refute(cnf)
    if refutation is None:
        assert brute.is_satisfiable(cnf)
        return
    assert refutation.lemmas[-1] == ()
    assert check_rup(cnf, refutation.lemmas).ok
    assert naive_rup(cnf, refutation.lemmas) == (True, None)
    core = cnf.subset(refutation.core)
    assert not brute.is_satisfiable(core)
    assert check_rup(core, refutation.lemmas).ok
    assert len(refutation.lemmas) <= len(raw_proof(cnf)) + 1


def test_trimming_drops_lines_and_literals_that_are_not_needed():
    lemmas = [(1, 2), (2, 1, 2), (-1, 2), (1, -2, 1), (1,), ()]
    assert trim(SQUARE, lemmas).lemmas == ((1,), ())
    assert trim(SQUARE, [(-1,), (1,)]).lemmas in {((-1,), ()), ((1,), ())}
    assert trim(CNF(1, ((1,), (-1,), (1,))), []).lemmas == ((),)
    assert trim(CNF(2, ((1, 2), (), (1,))), [(1,)]) == trim(CNF(2, ((1, 2), (), (1,))), [])
    assert trim(CNF(2, ((1, 2), ())), []).core == (1,)


def test_trimming_refuses_what_is_no_refutation():
    with pytest.raises(InputError, match="line 1 of the proof"):
        trim(CNF(2, ((1, 2),)), [(1,)])
    with pytest.raises(InputError, match="line 2 of the proof"):
        trim(CNF(2, ((1, 2), (1, -2))), [(1,)])


@pytest.mark.parametrize("holes", [2, 3, 4])
def test_pigeonhole_proofs_need_every_clause(holes):
    cnf = pigeonhole(holes + 1, holes)
    refutation = refute(cnf)
    assert refutation.core == tuple(range(cnf.num_clauses))
    assert check_rup(cnf, refutation.lemmas).ok


def test_a_larger_real_proof():
    cnf = random_3sat(50, 260, 2)
    refutation = refute(cnf)
    assert len(refutation.lemmas) > 15
    assert check_rup(cnf, refutation.lemmas).ok
    assert not check_rup(cnf, refutation.lemmas[len(refutation.lemmas) // 2 :]).ok
    assert naive_rup(cnf, refutation.lemmas) == (True, None)


@pytest.mark.parametrize(
    ("lemmas", "line", "reason", "accepted"),
    [
        ([], None, "does not reach the empty clause", 0),
        ([(1,)], None, "does not reach the empty clause", 1),
        ([(1,), (-1,)], None, "does not reach the empty clause", 2),
        ([()], 1, "no conflict", 0),
        ([(1, 2), ()], 2, "no conflict", 1),
        ([(1,), (3,)], 2, "'3' is not a literal", 0),
        ([(1,), (0,)], 2, "'0' is not a literal", 0),
        ([(True,)], 1, "'True' is not a literal", 0),
        ([("1",)], 1, "'1' is not a literal", 0),
    ],
)
def test_faults_are_located(lemmas, line, reason, accepted):
    result = check_rup(SQUARE, lemmas)
    assert result.status == "invalid"
    assert result.first_bad_line == line
    assert reason in result.reason
    assert result.accepted == accepted


def test_lines_after_the_empty_clause_are_not_looked_at():
    assert check_rup(SQUARE, [(2,), (), (1, -2)]).accepted == 2


def test_tautologies_are_accepted_and_prove_nothing():
    result = check_rup(CNF(2, ((1, 2),)), [(1, -1), (2, 1, -2), ()])
    assert result.first_bad_line == 3


def test_sizes_are_bounded():
    proof = [(1,), ()]
    assert check_rup(SQUARE, proof, max_lines=2, max_literals=1).ok
    assert "2 lines" in check_rup(SQUARE, proof, max_lines=1).reason
    assert "1 literals" in check_rup(SQUARE, proof, max_literals=0).reason


def test_the_propagation_budget_leaves_the_question_open():
    cnf = random_3sat(30, 170, 1)
    proof = refute(cnf).lemmas
    needed = check_rup(cnf, proof).propagations
    assert check_rup(cnf, proof, propagation_budget=needed).ok
    short = check_rup(cnf, proof, propagation_budget=needed - 1)
    assert short.status == "undecided"
    assert short.first_bad_line is None
    assert not short.ok
    assert "budget" in short.reason
    with pytest.raises(BudgetExceeded):
        refute(cnf, propagation_budget=10)


def test_glucose_stops_at_its_budget():
    with pytest.raises(BudgetExceeded, match="Glucose"):
        refute(random_3sat(250, 1065, 3), conflict_budget=1)


def test_a_formula_too_large_for_the_tables_is_left_open():
    assert check_rup(CNF(4_000_000, ((1,), (-1,))), [()]).status == "undecided"


_SCALARS = st.integers(-9, 9) | st.booleans() | st.text(max_size=2) | st.none() | st.integers()


@settings(max_examples=50)
@given(st.lists(st.lists(_SCALARS, max_size=4), max_size=5))
def test_the_checker_never_raises(lemmas):
    assert check_rup(SQUARE, lemmas).status in {"valid", "invalid"}
