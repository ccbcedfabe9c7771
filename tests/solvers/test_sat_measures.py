import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sat_formulas import any_formulas, dense_formulas, formulas, naive_conflict, pigeonhole, random_3sat

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.cnf import CNF
from logicbench.solvers import brute, models
from logicbench.solvers.effort import measure_effort
from logicbench.solvers.models import backbone, count_models, model_cubes
from logicbench.solvers.rank import refutation_rank
from logicbench.solvers.sat import solve

HARD = random_3sat(150, 640, 3)


def shuffled(cnf, rng, rename=False):
    clauses = [rng.sample(clause, len(clause)) for clause in cnf.clauses]
    rng.shuffle(clauses)
    cnf = CNF.of(clauses, cnf.num_vars)
    if rename:
        images = [v * rng.choice((1, -1)) for v in range(1, cnf.num_vars + 1)]
        rng.shuffle(images)
        cnf = cnf.renamed(images)
    return cnf


@given(any_formulas)
def test_cubes_cover_every_model_exactly_once(cnf):
    cubes = list(model_cubes(cnf))
    for values in itertools.product([False, True], repeat=cnf.num_vars):
        covering = [cube for cube in cubes if all(values[abs(lit) - 1] == (lit > 0) for lit in cube)]
        assert len(covering) == cnf.evaluate(values)


@pytest.mark.parametrize("by_table", [True, False])
@given(cnf=any_formulas, cap=st.integers(0, 40))
def test_counts_agree_with_brute_force_up_to_the_cap(by_table, cnf, cap):
    with pytest.MonkeyPatch.context() as patch:
        if not by_table:
            patch.setattr(models, "_TABLE_VARS", -1)
        assert count_models(cnf, cap) == min(cap, brute.count(cnf))
        assert count_models(cnf, 1 << cnf.num_vars) == brute.count(cnf)


@settings(max_examples=20)
@given(dense_formulas(min_vars=15, max_vars=17))
def test_larger_counts_agree_with_brute_force(cnf):
    assert count_models(cnf, 1 << 20) == brute.count(cnf)


def test_unused_variables_multiply_the_count():
    assert count_models(CNF(60, ((1, 2),)), 1 << 70) == 3 << 58
    assert count_models(CNF(60, ()), 1 << 70) == 1 << 60
    assert count_models(CNF(60, ((),)), 5) == 0


def test_counting_is_bounded():
    with pytest.raises(InputError, match="non-negative"):
        count_models(CNF(1, ()), -1)
    with pytest.raises(BudgetExceeded):
        count_models(HARD, 10, conflict_budget=5)


@given(any_formulas | dense_formulas(max_vars=12))
def test_the_backbone_agrees_with_brute_force(cnf):
    assert backbone(cnf) == brute.backbone(cnf)


def test_the_backbone_keeps_its_budget():
    with pytest.raises(BudgetExceeded):
        backbone(HARD, conflict_budget=5)


@given(any_formulas, st.randoms(use_true_random=False))
def test_effort_does_not_depend_on_the_order_of_clauses_and_literals(cnf, rng):
    effort = measure_effort(cnf)
    assert measure_effort(shuffled(cnf, rng)) == effort
    assert (effort.status == "sat") == brute.is_satisfiable(cnf)
    assert (effort.runs, effort.gave_up) == (5, 0)


def test_effort_is_a_median_over_seeded_renamings():
    cnf = random_3sat(50, 219, 7)
    assert measure_effort(cnf, seed=3) == measure_effort(cnf, seed=3)
    assert len({measure_effort(cnf, seed=seed, renamings=1).conflicts for seed in range(5)}) > 1
    single = measure_effort(cnf, renamings=1)
    assert (single.runs, single.status) == (1, solve(cnf).status)


def test_effort_grows_with_hardness():
    figures = [measure_effort(pigeonhole(holes + 1, holes)).conflicts for holes in (2, 3, 4, 5)]
    assert figures == sorted(set(figures))


def test_effort_says_when_it_gave_up():
    effort = measure_effort(HARD, conflict_budget=10)
    assert effort.status == "unknown"
    assert effort.gave_up == effort.runs == 5
    assert 10 <= effort.conflicts <= 15


@pytest.mark.parametrize("renamings", [0, -1])
def test_effort_needs_a_run(renamings):
    with pytest.raises(InputError, match="at least 1"):
        measure_effort(CNF(1, ()), renamings=renamings)


def naive_rank(cnf, max_rank):
    """Return the least rank at which the formula is refuted, straight from the definition."""
    clauses = [set(clause) for clause in cnf.clauses]
    literals = [lit for v in range(1, cnf.num_vars + 1) for lit in (v, -v)]

    def refuted(rank, assumed):
        if rank == 0:
            return naive_conflict(clauses, assumed)
        while True:
            failed = [lit for lit in literals if -lit not in assumed and refuted(rank - 1, assumed | {lit})]
            if not failed:
                return refuted(0, assumed)
            assumed = assumed | {-failed[0]}
            if refuted(0, assumed):
                return True

    return next((rank for rank in range(max_rank + 1) if refuted(rank, frozenset())), max_rank + 1)


@settings(max_examples=60, deadline=None)
@given(formulas(max_vars=4, max_clauses=16, max_length=3) | dense_formulas(max_vars=4))
def test_the_rank_agrees_with_its_definition(cnf):
    if brute.is_satisfiable(cnf):
        assert refutation_rank(cnf) is None
    else:
        assert refutation_rank(cnf) == naive_rank(cnf, 3)


@settings(max_examples=10, deadline=None)
@given(dense_formulas(min_vars=7, max_vars=9))
def test_the_rank_of_larger_formulas_agrees_up_to_two(cnf):
    if not brute.is_satisfiable(cnf):
        assert refutation_rank(cnf, 1) == naive_rank(cnf, 1)


@given(dense_formulas(max_vars=10), st.randoms(use_true_random=False))
def test_the_rank_does_not_depend_on_names_or_order(cnf, rng):
    assert refutation_rank(shuffled(cnf, rng, rename=True)) == refutation_rank(cnf)


def all_sign_patterns(size):
    return CNF.of([[v * sign for v, sign in enumerate(signs, 1)] for signs in itertools.product((1, -1), repeat=size)])


def test_known_ranks():
    assert refutation_rank(CNF(1, ((1,), (-1,)))) == 0
    assert refutation_rank(CNF(1, ((),))) == 0
    for size in (2, 3, 4):
        assert refutation_rank(all_sign_patterns(size)) == size - 1
    assert refutation_rank(all_sign_patterns(5), max_rank=3) == 4
    assert [refutation_rank(pigeonhole(holes + 1, holes)) for holes in (1, 2, 3, 4)] == [0, 1, 2, 3]


def test_the_rank_keeps_its_budgets():
    with pytest.raises(BudgetExceeded, match="100 runs"):
        refutation_rank(pigeonhole(6, 5), call_budget=100)
    with pytest.raises(BudgetExceeded, match="conflicts"):
        refutation_rank(HARD, conflict_budget=5)
    with pytest.raises(InputError, match="non-negative"):
        refutation_rank(HARD, -1)
