import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysat.examples.rc2 import RC2
from pysat.formula import WCNF
from sat_formulas import any_formulas, dense_formulas, formulas, pigeonhole, random_3sat

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.cnf import CNF
from logicbench.solvers import brute
from logicbench.solvers.lower_bound import Core, LowerBound, cheap_hitting_set, check_lower_bound, lower_bound
from logicbench.solvers.maxsat import falsified_weight, maxsat


@st.composite
def weighted(draw, cnfs=any_formulas):
    cnf = draw(cnfs)
    weight = st.integers(1, draw(st.sampled_from([1, 3, 50])))
    return cnf, draw(st.none() | st.lists(weight, min_size=cnf.num_clauses, max_size=cnf.num_clauses))


def rc2_cost(cnf, weights):
    problem = WCNF()
    for clause, weight in zip(cnf.clauses, weights or [1] * cnf.num_clauses, strict=True):
        problem.append(list(clause), weight=weight)
    with RC2(problem, solver="m22") as solver:
        solver.compute()
        return solver.cost


@given(weighted())
def test_the_optimum_agrees_with_brute_force(problem):
    cnf, weights = problem
    result = maxsat(cnf, weights)
    assert result.cost == brute.optimum(cnf, weights)
    assert falsified_weight(cnf, result.model, weights) == result.cost
    assert list(result.falsified) == cnf.falsified(result.model)


@settings(max_examples=30)
@given(weighted(dense_formulas(min_vars=10, max_vars=18)))
def test_the_optimum_agrees_with_rc2(problem):
    cnf, weights = problem
    assert maxsat(cnf, weights).cost == rc2_cost(cnf, weights)


def test_a_clause_heavier_than_all_others_is_hard():
    cnf = CNF(1, ((1,), (-1,), (-1,)))
    assert maxsat(cnf).cost == 1
    assert maxsat(cnf, [10, 3, 4]) == maxsat(cnf, [10, 3, 4])
    assert maxsat(cnf, [10, 3, 4]).falsified == (1, 2)


def test_the_optimum_of_pigeonhole_formulas_is_one():
    assert maxsat(pigeonhole(5, 4)).cost == 1
    assert maxsat(pigeonhole(4, 4)).cost == 0


@pytest.mark.parametrize("weights", [[1], [1, 1, 1], [1, 0], [1, -1], [1, 1.0], [1, True], [1, "1"]])
def test_weights_must_fit(weights):
    cnf = CNF(1, ((1,), (-1,)))
    for use in (maxsat, lambda c, w: falsified_weight(c, [True], w), lambda c, w: lower_bound(c, 1, w)):
        with pytest.raises(InputError, match="weight"):
            use(cnf, weights)


def test_maxsat_keeps_its_budget():
    with pytest.raises(BudgetExceeded):
        maxsat(random_3sat(100, 600, 1), conflict_budget=50)


@st.composite
def set_systems(draw):
    size = draw(st.integers(1, 7))
    members = st.lists(st.integers(0, size - 1), min_size=1, max_size=4)
    return draw(st.lists(members, max_size=6)), draw(st.lists(st.integers(1, 5), min_size=size, max_size=size))


@given(set_systems(), st.integers(0, 12))
def test_cheap_hitting_sets_are_found_exactly_if_they_exist(system, below):
    sets, weights = system
    best = brute.hitting_weight(sets, dict(enumerate(weights)))
    found = cheap_hitting_set(sets, weights, below)
    assert (found is not None) == (best < below)
    if found is not None:
        assert all(set(found) & set(members) for members in sets)
        assert sum(weights[element] for element in found) < below


def test_an_empty_set_cannot_be_met_and_the_search_is_bounded():
    assert cheap_hitting_set([[]], [1], 10) is None
    triples = [[a, b, c] for a in range(12) for b in range(a) for c in range(b)]
    with pytest.raises(BudgetExceeded, match="50 nodes"):
        cheap_hitting_set(triples, [1] * 12, 10, node_budget=50)


@settings(max_examples=60)
@given(weighted(formulas(max_vars=5, max_clauses=12) | dense_formulas(max_vars=6)))
def test_the_optimum_is_certified_and_nothing_more(problem):
    cnf, weights = problem
    cost = brute.optimum(cnf, weights)
    certificate = lower_bound(cnf, cost, weights)
    assert check_lower_bound(cnf, certificate, weights).ok
    for core in certificate.cores:
        assert not brute.is_satisfiable(cnf.subset(core.clauses))
    assert not check_lower_bound(cnf, LowerBound(cost + 1, certificate.cores), weights).ok
    with pytest.raises(InputError, match="not a lower bound"):
        lower_bound(cnf, cost + 1, weights)
    assert LowerBound.from_json(json.loads(json.dumps(certificate.to_json()))) == certificate


@given(dense_formulas(max_vars=8), st.randoms(use_true_random=False))
def test_no_damaged_certificate_proves_too_much(cnf, rng):
    cost = brute.optimum(cnf)
    cores = list(lower_bound(cnf, cost).cores)
    if not cores:
        return
    victim = rng.randrange(len(cores))
    core = cores[victim]
    damaged = rng.choice(
        [
            Core(core.clauses[1:], core.proof),
            Core(core.clauses, core.proof[:-1]),
            Core(core.clauses, ((1,), *core.proof)),
            Core(tuple(range(cnf.num_clauses)), core.proof),
        ]
    )
    cores[victim] = damaged
    for bound in (cost + 1, cost + 2):
        assert not check_lower_bound(cnf, LowerBound(bound, tuple(cores))).ok


def test_certificates_name_what_is_wrong():
    cnf = CNF(1, ((1,), (-1,)))
    good = lower_bound(cnf, 1)
    assert check_lower_bound(cnf, good).ok
    assert "names a clause" in check_lower_bound(cnf, LowerBound(1, (Core((0, 2), ((),)),))).reason
    assert "proof of core 0 fails" in check_lower_bound(cnf, LowerBound(1, (Core((0,), ((),)),))).reason
    assert "meet all the cores" in check_lower_bound(cnf, LowerBound(2, good.cores)).reason


def test_certificates_keep_their_budgets():
    cnf = random_3sat(12, 110, 4)
    cost = maxsat(cnf).cost
    assert cost > 2
    with pytest.raises(BudgetExceeded, match="2 cores"):
        lower_bound(cnf, cost, max_cores=2)
    with pytest.raises(BudgetExceeded, match="1 nodes"):
        lower_bound(cnf, cost, node_budget=1)


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"bound": 1}, {"bound": "1", "cores": []}, {"bound": 1, "cores": [3]}, {"bound": 1, "cores": 3}],
)
def test_malformed_certificates_are_refused(data):
    with pytest.raises(InputError, match="lower bound"):
        LowerBound.from_json(data)
