import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysat.solvers import Minisat22
from sat_formulas import any_formulas, formulas, pigeonhole, random_3sat

from logicbench.errors import BudgetExceeded, InputError, LogicbenchError
from logicbench.logic.cnf import CNF
from logicbench.logic.dimacs import parse_dimacs
from logicbench.solvers import brute
from logicbench.solvers.drup import refute
from logicbench.solvers.oracle import Oracle, checked_model
from logicbench.solvers.sat import solve

SOLVERS = ["minisat22", "cadical153"]
HARD = random_3sat(150, 640, 3)


@given(formulas())
def test_truth_tables_agree_with_evaluating_every_assignment(cnf):
    expected = [values for values in itertools.product([False, True], repeat=cnf.num_vars) if cnf.evaluate(values)]
    assert sorted(brute.models(cnf)) == expected
    assert brute.count(cnf) == len(expected)
    assert brute.is_satisfiable(cnf) == bool(expected)
    costs = brute.falsified_weights(cnf).tolist()
    assert costs == [len(cnf.falsified(brute.assignment(cnf.num_vars, a))) for a in range(1 << cnf.num_vars)]
    if expected:
        columns = enumerate(zip(*expected, strict=True), 1)
        assert brute.backbone(cnf) == tuple(v if column[0] else -v for v, column in columns if len(set(column)) == 1)
    else:
        assert brute.backbone(cnf) is None


def test_truth_tables_are_bounded():
    with pytest.raises(InputError, match="at most 24 variables"):
        brute.count(CNF(25, ()))


@pytest.mark.parametrize("solver", SOLVERS)
@given(cnf=any_formulas)
def test_status_and_model_agree_with_brute_force(solver, cnf):
    result = solve(cnf, solver=solver)
    assert (result.status == "sat") == brute.is_satisfiable(cnf)
    if result.status == "sat":
        assert cnf.evaluate(result.model)
        assert result.core is None
    else:
        assert result.status == "unsat"
        assert result.model is None
        assert result.core == ()


@pytest.mark.parametrize("solver", SOLVERS)
@given(cnf=any_formulas, data=st.data())
def test_assumptions_hold_in_the_model_or_contradict_the_formula(solver, cnf, data):
    literals = [lit for v in range(1, cnf.num_vars + 1) for lit in (v, -v)]
    assumed = data.draw(st.lists(st.sampled_from(literals), max_size=5)) if literals else []
    result = solve(cnf, assumptions=assumed, solver=solver)
    with_units = CNF(cnf.num_vars, (*cnf.clauses, *((lit,) for lit in assumed)))
    assert (result.status == "sat") == brute.is_satisfiable(with_units)
    if result.status == "sat":
        assert with_units.evaluate(result.model)
    else:
        assert set(result.core) <= set(assumed)
        core = CNF(cnf.num_vars, (*cnf.clauses, *((lit,) for lit in result.core)))
        assert not brute.is_satisfiable(core)


def test_a_file_in_the_layout_of_satlib_is_solved():
    text = "c ratio 4.55\np cnf 20  91\n" + "".join(
        " ".join(map(str, clause)) + " 0\n" for clause in random_3sat(20, 91, 5).clauses
    )
    cnf = parse_dimacs(text + "%\n0\n\n")
    assert cnf == random_3sat(20, 91, 5)
    assert (solve(cnf).status == "sat") == brute.is_satisfiable(cnf)


@pytest.mark.parametrize("holes", [1, 2, 3, 4, 5])
def test_pigeons_fit_only_into_as_many_holes(holes):
    assert solve(pigeonhole(holes, holes)).status == "sat"
    assert solve(pigeonhole(holes + 1, holes)).status == "unsat"


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("budget", [1, 10, 77])
def test_a_conflict_budget_is_kept(solver, budget):
    result = solve(HARD, conflict_budget=budget, solver=solver)
    assert result.status == "unknown"
    assert result.model is None
    assert result.core is None
    assert budget <= result.conflicts <= budget + 5


def test_a_budget_that_is_not_used_up_changes_nothing():
    assert solve(HARD, conflict_budget=10**6) == solve(HARD)


def test_results_are_the_same_every_time():
    assert len({solve(HARD) for _ in range(3)}) == 1


@pytest.mark.parametrize("budget", [0, -1])
def test_a_budget_below_one_is_refused(budget):
    for use in (solve, refute, lambda cnf, conflict_budget: Oracle(cnf.clauses, conflict_budget)):
        with pytest.raises(InputError, match="budget must be at least 1"):
            use(HARD, conflict_budget=budget)


@pytest.mark.parametrize("literal", [0, 4, -4, True, "1", None])
def test_assumptions_must_be_literals(literal):
    with pytest.raises(InputError, match="not a literal"):
        solve(CNF(3, ((1, 2),)), assumptions=[literal])


def test_an_unknown_solver_is_refused():
    with pytest.raises(InputError, match="unknown solver 'dpll'"):
        solve(CNF(1, ()), solver="dpll")


def test_a_wrong_model_is_never_handed_on(monkeypatch):
    cnf = CNF(2, ((1, 2), (-1, -2)))
    monkeypatch.setattr(Minisat22, "get_model", lambda self: [1, 2])
    with pytest.raises(LogicbenchError, match="not a model"):
        solve(cnf)
    assert checked_model(cnf, [1, -2]) == (True, False)
    with pytest.raises(LogicbenchError, match="not a model"):
        checked_model(cnf, [1, -2], assumptions=[2])


def test_the_budget_of_an_oracle_is_for_all_its_calls_together():
    with Oracle(HARD.clauses, conflict_budget=40) as oracle:
        for calls in range(3):
            with pytest.raises(BudgetExceeded, match="40 conflicts"):
                oracle.solve()
            assert oracle.conflicts <= 45 + calls
