import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from logicbench.evals.statistics import (
    design_effect,
    detectable_difference,
    holm,
    mcnemar_exact,
    mcnemar_midp,
    mcnemar_power,
    paired_difference,
    required_items,
    required_items_equivalence,
    required_items_unpaired,
    sign_flip,
    tango_score,
    tost,
)

SIMULATIONS = 2000
COUNTS = st.integers(0, 60)


@given(COUNTS, COUNTS)
def test_mcnemar_agrees_with_statsmodels(lost, gained):
    expected = mcnemar([[5, lost], [gained, 5]], exact=True).pvalue if lost + gained else 1.0
    assert mcnemar_exact(lost, gained) == pytest.approx(expected)
    assert mcnemar_midp(lost, gained) <= mcnemar_exact(lost, gained)


def test_midp_of_a_small_table():
    # 1 against 7: twice P(X <= 1) less P(X = 1) under a fair coin.
    assert mcnemar_midp(1, 7) == pytest.approx(2 * 9 / 256 - 8 / 256)


@settings(deadline=None)
@given(st.lists(st.sampled_from([-1.0, -0.5, -0.25, 0.0, 0.25, 1.0, 1 / 3]), min_size=1, max_size=10))
def test_sign_flip_equals_all_sign_patterns(values):
    sums = [
        abs(sum(sign * value for sign, value in zip(signs, values, strict=True)))
        for signs in product((-1, 1), repeat=len(values))
    ]
    expected = np.mean(np.asarray(sums) >= abs(sum(values)) - 1e-9)
    assert sign_flip(values) == pytest.approx(expected, abs=1e-9)


@given(COUNTS, COUNTS)
def test_sign_flip_of_single_verdicts_is_mcnemars_exact_test(lost, gained):
    values = [-1.0] * lost + [1.0] * gained + [0.0] * 5
    assert sign_flip(values) == pytest.approx(mcnemar_exact(lost, gained), abs=1e-9)


def test_sign_flip_respects_clusters():
    values = np.tile([1.0], 40)
    assert sign_flip(values) < 1e-10
    assert sign_flip(values, np.repeat(np.arange(4), 10)) == pytest.approx(2 / 16)


def test_sums_that_cancel_within_a_cluster_are_nothing():
    values = [1 / 3, 1 / 3, -2 / 3, 1.0, 1.0]
    assert sign_flip(values, [0, 0, 0, 1, 2]) == pytest.approx(0.5)


def test_sign_flip_samples_where_there_is_no_common_unit():
    rng = np.random.default_rng(2)
    values = rng.normal(0.15, 1, size=300)
    p = sign_flip(values, draws=4000, seed=1)
    assert p == sign_flip(values, draws=4000, seed=1)
    assert p == pytest.approx(stats.ttest_1samp(values, 0).pvalue, abs=0.02)


def test_exact_sign_flip_at_scale():
    rng = np.random.default_rng(4)
    values = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], p=[0.05, 0.1, 0.74, 0.07, 0.04], size=50_000)
    normal = 2 * stats.norm.sf(abs(values.sum()) / math.sqrt((values**2).sum()))
    assert sign_flip(values) == pytest.approx(normal, rel=0.05, abs=1e-12)


def constrained_score(lost, gained, items, difference):
    """The score statistic with the nuisance parameter found by numerical maximisation."""
    low, high = max(0.0, -difference), (1 - difference) / 2

    def negative(share):
        other = share + difference
        rest = 1 - share - other
        parts = ((lost, share), (gained, other), (items - lost - gained, rest))
        return -sum(count * math.log(max(chance, 1e-300)) for count, chance in parts if count)

    share = optimize.minimize_scalar(negative, bounds=(low, high), method="bounded", options={"xatol": 1e-12}).x
    return (gained - lost - items * difference) / math.sqrt(items * (2 * share + difference - difference**2))


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 60), st.floats(-0.6, 0.6))
def test_tango_score_is_the_constrained_maximum_likelihood_score(lost, gained, same, difference):
    if abs(difference) < 1e-3:
        return
    items = lost + gained + same
    expected = constrained_score(lost, gained, items, difference)
    assert tango_score(lost, gained, items, difference) == pytest.approx(expected, abs=2e-3, rel=2e-3)
    assert tango_score(gained, lost, items, -difference) == pytest.approx(-expected, abs=2e-3, rel=2e-3)


def test_no_change_at_all_is_not_certainty():
    few = paired_difference(np.ones(20), np.ones(20))
    interval = few.interval()
    assert interval.low < -0.1
    assert interval.high > 0.1
    assert tost(few, 0.02).outcome == "not shown equivalent"
    assert tost(paired_difference(np.ones(2000), np.ones(2000)), 0.02).outcome == "equivalent"


def flips(rng, items, lost, gained):
    draws = rng.random(items)
    first = (draws < lost) | (draws > 0.5)
    second = ((draws >= lost) & (draws < lost + gained)) | (draws > 0.5)
    return first.astype(float), second.astype(float)


@pytest.mark.parametrize(("items", "lost", "gained"), [(200, 0.08, 0.03), (400, 0.02, 0.01), (150, 0.15, 0.15)])
def test_paired_difference_covers_at_its_level(items, lost, gained):
    rng = np.random.default_rng(items)
    hits = 0
    for _ in range(SIMULATIONS):
        interval = paired_difference(*flips(rng, items, lost, gained)).interval()
        hits += interval.low <= gained - lost <= interval.high
    assert hits / SIMULATIONS == pytest.approx(0.95, abs=0.015)


def test_paired_difference_covers_with_clusters_and_several_samples():
    rng = np.random.default_rng(50)
    clusters, size, samples = 80, 3, 4
    labels = np.repeat(np.arange(clusters), size)
    single = several = 0
    for _ in range(SIMULATIONS):
        ability = rng.beta(2, 2, size=clusters)[labels]
        worse = np.clip(ability * 0.9, 0, 1)
        truth = -0.05
        one = paired_difference(rng.random(len(labels)) < ability, rng.random(len(labels)) < worse, labels).interval()
        many = paired_difference(
            rng.binomial(samples, ability) / samples, rng.binomial(samples, worse) / samples, labels
        ).interval()
        single += one.low <= truth <= one.high
        several += many.low <= truth <= many.high
    assert single / SIMULATIONS == pytest.approx(0.95, abs=0.015)
    assert several / SIMULATIONS == pytest.approx(0.95, abs=0.015)


def test_equivalence_keeps_its_level_at_the_margin():
    rng = np.random.default_rng(21)
    claims = sum(
        tost(paired_difference(*flips(rng, 1500, 0.06, 0.04)), 0.02).outcome == "equivalent" for _ in range(1000)
    )
    assert claims / 1000 == pytest.approx(0.05, abs=0.02)


def test_equivalence_in_words():
    rng = np.random.default_rng(0)
    same = tost(paired_difference(*flips(rng, 8000, 0.02, 0.02)), 0.02)
    assert same.sentence == "equivalent within 2 points"
    worse = tost(paired_difference(*flips(rng, 2000, 0.2, 0.02)), 0.02)
    assert (worse.outcome, worse.sentence) == ("worse", "worse")
    small = tost(paired_difference(*flips(rng, 60_000, 0.015, 0.005)), 0.02)
    assert small.sentence == "equivalent within 2 points (and a smaller drop is shown)"
    unclear = tost(paired_difference(*flips(rng, 100, 0.05, 0.05)), 0.02)
    assert unclear.sentence == "not shown equivalent within 2 points"
    assert tost(paired_difference(*flips(rng, 2000, 0.02, 0.2)), 0.02).outcome == "better"
    with pytest.raises(ValueError, match="margin"):
        tost(unclear_difference := paired_difference([0.0], [1.0]), 2)
    assert unclear_difference.interval().low == -1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_agrees_with_statsmodels(p_values):
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected)


def test_holm_leaves_out_tests_that_were_not_made():
    adjusted = holm([0.01, math.nan, 0.02])
    assert adjusted[[0, 2]].tolist() == [0.02, 0.02]
    assert math.isnan(adjusted[1])
    assert holm([]).tolist() == []


@pytest.mark.parametrize(("items", "flip_rate", "points"), [(200, 0.05, 4.4), (1000, 0.2, 4.0), (5000, 0.1, 1.3)])
def test_detectable_difference_matches_the_published_table(items, flip_rate, points):
    assert 100 * detectable_difference(items, flip_rate) == pytest.approx(points, abs=0.1)


@given(st.floats(0.01, 0.2), st.floats(0.0, 0.4), st.floats(0.5, 0.95))
def test_items_and_differences_are_inverse(delta, extra, power):
    flip_rate = min(1.0, delta + extra)
    items = required_items(delta, flip_rate, power)
    assert detectable_difference(items, flip_rate, power) <= delta + 1e-6
    if items > 1:
        found = detectable_difference(items - 1, flip_rate, power)
        assert math.isnan(found) or found > delta - 1e-6


def test_exact_power_of_the_planned_size():
    items = required_items(0.03, 0.1, 0.8)
    assert mcnemar_power(items, 0.03, 0.1, midp=True) == pytest.approx(0.8, abs=0.015)
    assert mcnemar_power(items, 0.03, 0.1) < mcnemar_power(items, 0.03, 0.1, midp=True)
    rng = np.random.default_rng(8)
    changed = rng.binomial(300, 0.1, size=SIMULATIONS)
    lost = rng.binomial(changed, 0.75)
    simulated = np.mean([mcnemar_exact(int(a), int(b)) <= 0.05 for a, b in zip(lost, changed - lost, strict=True)])
    assert mcnemar_power(300, 0.05, 0.1) == pytest.approx(simulated, abs=0.035)


def test_other_plans():
    assert required_items_unpaired(0.061, 0.6) == pytest.approx(1010, rel=0.05)
    assert required_items_equivalence(0.02, 0.1) == math.ceil(0.1 * ((1.64485 + 1.28155) / 0.02) ** 2)
    assert design_effect(4, 0.5) == 2.5
    assert math.isnan(detectable_difference(5, 0.01))
    for bad in (
        lambda: required_items(0.2, 0.1),
        lambda: required_items(0, 0.1),
        lambda: required_items(0.1, 0.2, 1.0),
    ):
        with pytest.raises(ValueError, match="must be"):
            bad()


def test_one_sample_in_a_hundred_is_not_certainty():
    """A quarter of one item changed: the t interval would say half a point."""
    second = np.zeros(100)
    second[0] = 0.25
    found = paired_difference(np.zeros(100), second)
    assert found.estimate == pytest.approx(0.0025)
    assert found.items == pytest.approx(400, rel=0.05)
    assert found.interval().low < -0.005
    assert found.interval().high > 0.012


@pytest.mark.slow
@pytest.mark.parametrize(
    ("items", "size", "samples", "shape", "ratio"),
    [
        (60, 1, 4, (0.5, 50.0), 2.0),
        (100, 1, 4, (50.0, 0.5), 0.97),
        (80, 1, 4, (2.0, 2.0), 0.9),
        (240, 3, 4, (2.0, 2.0), 0.9),
        (150, 2, 2, (0.3, 0.3), 0.95),
        (300, 2, 8, (0.3, 0.3), 1.0),
    ],
)
def test_paired_differences_of_several_samples_cover_within_a_point_and_a_half(items, size, samples, shape, ratio):
    rng = np.random.default_rng(items)
    labels = np.repeat(np.arange(items // size), size)
    truth = (ratio - 1) * shape[0] / (shape[0] + shape[1])
    hits = 0
    for _ in range(SIMULATIONS):
        ability = rng.beta(*shape, size=items // size)[labels]
        second = np.minimum(ability * ratio, 1)
        found = paired_difference(
            rng.binomial(samples, ability) / samples, rng.binomial(samples, second) / samples, labels
        ).interval()
        hits += found.low <= truth <= found.high
    assert 0.935 <= hits / SIMULATIONS <= 0.98
