import pytest
from hypothesis import given
from hypothesis import strategies as st
from sat_formulas import any_formulas, dense_formulas, pigeonhole, random_3sat

from logicbench.errors import BudgetExceeded, InputError, LogicbenchError
from logicbench.logic.cnf import CNF
from logicbench.solvers import brute
from logicbench.solvers.mcs import check_mcs, is_mcs, mcs
from logicbench.solvers.mus import check_mus, is_mus, mus, unsat_core
from logicbench.solvers.oracle import Oracle

HARD = random_3sat(150, 700, 3)


def subsets(cnf, data):
    return data.draw(st.lists(st.integers(0, cnf.num_clauses - 1), unique=True)) if cnf.num_clauses else []


@given(any_formulas)
def test_a_core_is_unsatisfiable(cnf):
    core = unsat_core(cnf)
    assert (core is None) == brute.is_satisfiable(cnf)
    if core is not None:
        assert list(core) == sorted(set(core))
        assert not brute.is_satisfiable(cnf.subset(core))


@given(any_formulas, st.randoms(use_true_random=False))
def test_a_mus_is_minimal(cnf, rng):
    order = rng.sample(range(cnf.num_clauses), rng.randint(0, cnf.num_clauses))
    for found in (mus(cnf), mus(cnf, order=order)):
        assert (found is None) == brute.is_satisfiable(cnf)
        if found is not None:
            assert list(found) == sorted(set(found))
            assert brute.is_mus(cnf, found)
    assert mus(cnf, order=order) == mus(cnf, order=order)


def test_the_order_sways_which_subset_is_found():
    cnf = CNF(2, ((1,), (-1, 2), (-2,), (-1, 2)))
    assert mus(cnf, order=[1]) == (0, 2, 3)
    assert mus(cnf, order=[3]) == (0, 1, 2)


@given(any_formulas, st.data())
def test_mus_checks_agree_with_brute_force(cnf, data):
    indices = subsets(cnf, data)
    check = check_mus(cnf, indices)
    assert check.ok == is_mus(cnf, indices) == brute.is_mus(cnf, indices)
    if check.outcome == "satisfiable":
        assert cnf.subset(indices).evaluate(check.model)
    elif check.outcome == "redundant":
        rest = [index for index in indices if index != check.redundant]
        assert len(rest) == len(indices) - 1
        assert not brute.is_satisfiable(cnf.subset(rest))


@given(dense_formulas(max_vars=10), st.randoms(use_true_random=False))
def test_near_misses_of_a_mus_are_told_apart(cnf, rng):
    found = mus(cnf)
    if found is None:
        return
    shuffled = rng.sample(found, len(found))
    assert check_mus(cnf, shuffled).outcome == "minimal"
    assert check_mus(cnf, shuffled[1:]).outcome == "satisfiable"
    extra = [index for index in range(cnf.num_clauses) if index not in found]
    if extra:
        check = check_mus(cnf, [*shuffled, rng.choice(extra)])
        assert check.outcome == "redundant"


@pytest.mark.parametrize("holes", [1, 2, 3, 4])
def test_the_mus_of_a_pigeonhole_formula_is_all_of_it(holes):
    cnf = pigeonhole(holes + 1, holes)
    everything = tuple(range(cnf.num_clauses))
    assert mus(cnf) == everything
    assert is_mus(cnf, everything)
    assert not is_mus(cnf, everything[1:])


def test_duplicates_empty_clauses_and_tautologies():
    assert mus(CNF(1, ((1,), (-1,), (1,)))) == (0, 1)
    assert is_mus(CNF(1, ((1,), (-1,), (1,))), [2, 1])
    assert check_mus(CNF(1, ((1,), (-1,), (1,))), [0, 1, 2]).redundant in {0, 2}
    assert mus(CNF(1, ((1,), (), (-1,)))) == (1,)
    assert check_mus(CNF(1, ((), (), (1,))), [0, 1]).outcome == "redundant"
    assert check_mus(CNF(1, ((1, -1), (1,), (-1,))), [0, 1, 2]).redundant == 0
    assert check_mus(CNF(0, ()), []).outcome == "satisfiable"


@pytest.mark.parametrize("check", [check_mus, check_mcs])
@pytest.mark.parametrize("indices", [[0, 0], [2], [-1], [True], ["0"], [None]])
def test_indices_must_be_of_different_clauses(check, indices):
    with pytest.raises(InputError, match=r"clause"):
        check(CNF(1, ((1,), (-1,))), indices)


@given(any_formulas)
def test_a_correction_set_is_minimal(cnf):
    found = mcs(cnf)
    assert list(found) == sorted(set(found))
    assert brute.is_mcs(cnf, found)
    assert (found == ()) == brute.is_satisfiable(cnf)


@given(any_formulas, st.data())
def test_mcs_checks_agree_with_brute_force(cnf, data):
    removed = subsets(cnf, data)
    check = check_mcs(cnf, removed)
    assert check.ok == is_mcs(cnf, removed) == brute.is_mcs(cnf, removed)
    left = [index for index in range(cnf.num_clauses) if index not in removed]
    if check.outcome == "unsatisfiable":
        assert not brute.is_satisfiable(cnf.subset(left))
    elif check.outcome == "unneeded":
        assert check.unneeded in removed
        assert cnf.subset([*left, check.unneeded]).evaluate(check.model)
    else:
        assert cnf.subset(left).evaluate(check.model)


@given(dense_formulas(max_vars=10), st.randoms(use_true_random=False))
def test_near_misses_of_a_correction_set_are_told_apart(cnf, rng):
    found = mcs(cnf)
    extra = [index for index in range(cnf.num_clauses) if index not in found]
    assert is_mcs(cnf, rng.sample(found, len(found)))
    assert check_mcs(cnf, [*found, rng.choice(extra)]).outcome == "unneeded"
    if found:
        assert check_mcs(cnf, found[1:]).outcome == "unsatisfiable"


def test_one_clause_is_enough_to_correct_a_pigeonhole_formula():
    cnf = pigeonhole(5, 4)
    assert len(mcs(cnf)) == 1
    assert all(is_mcs(cnf, [index]) for index in range(cnf.num_clauses))


@pytest.mark.parametrize("search", [unsat_core, mus, mcs])
def test_searches_keep_their_budget(search):
    with pytest.raises(BudgetExceeded, match="20 conflicts"):
        search(HARD, conflict_budget=20)


def test_checks_keep_their_budget():
    with pytest.raises(BudgetExceeded):
        check_mus(HARD, range(HARD.num_clauses), conflict_budget=20)
    with pytest.raises(BudgetExceeded):
        check_mcs(HARD, [], conflict_budget=20)


def test_a_wrong_model_does_not_make_a_clause_critical(monkeypatch):
    monkeypatch.setattr(Oracle, "model", lambda self: [1, 2, 3, 4])
    with pytest.raises(LogicbenchError, match="not a model"):
        check_mus(CNF(1, ((1,), (-1,))), [0, 1])
