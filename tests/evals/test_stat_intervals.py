import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from logicbench.evals.statistics import (
    Interval,
    clopper_pearson,
    clustered_mean,
    clustered_proportion,
    effective_trials,
    encode,
    nested_mean,
    wilson,
)

SIMULATIONS = 2000


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_and_clopper_pearson_agree_with_statsmodels(case):
    successes, trials = case
    low, high = proportion_confint(successes, trials, method="wilson")
    found = wilson(successes, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    low, high = proportion_confint(successes, trials, method="beta")
    exact = clopper_pearson(successes, trials)
    assert (exact.low, exact.high) == pytest.approx((low, high), abs=1e-9)
    assert exact.low <= successes / trials <= exact.high


def test_intervals_never_collapse_at_the_ends():
    assert wilson(0, 8).high == pytest.approx(0.324, abs=1e-3)
    assert wilson(100, 100).low == pytest.approx(0.963, abs=1e-3)
    assert (wilson(0, 8).low, wilson(8, 8).high) == (0.0, 1.0)
    assert math.isnan(wilson(0, 0).estimate)
    assert clopper_pearson(0, 0) != Interval(0.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="successes"):
        clopper_pearson(3, 2)


def test_interval_in_json_has_no_nan():
    assert Interval(0.5, -math.inf, math.nan).to_json() == {"estimate": 0.5, "low": None, "high": None}
    assert Interval(0.5, 0.25, 0.75).scaled(2) == Interval(1.0, 0.5, 1.5)


@given(st.data())
def test_clustered_error_is_that_of_a_regression_on_a_constant(data):
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=3, max_size=20))
    seed = data.draw(st.integers(0, 10_000))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    values = np.random.default_rng(seed).normal(size=len(groups)) + groups % 3
    found = clustered_mean(values, [f"g{group}" for group in groups])
    fit = OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    correction = math.sqrt(len(sizes) / (len(sizes) - 1))
    assert found.mean == pytest.approx(float(fit.params[0]))
    assert found.standard_error == pytest.approx(float(fit.bse[0]) * correction)
    assert (found.clusters, found.df) == (len(sizes), len(sizes) - 1)


def test_unclustered_interval_is_students():
    values = np.array([1.0, 2.0, 4.0, 8.0])
    interval = clustered_mean(values).interval(0.9)
    low, high = stats.t.interval(0.9, 3, loc=values.mean(), scale=stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx((low, high))


def test_one_cluster_says_nothing():
    found = clustered_mean([0.0, 1.0, 1.0], ["a", "a", "a"])
    assert math.isinf(found.interval().high)
    assert clustered_proportion([0.0, 1.0], ["a", "a"]).width > 0.85
    assert math.isnan(clustered_mean([]).mean)


def test_effective_trials_of_perfectly_correlated_clusters_is_their_number():
    values = np.repeat([1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0], 10)
    clusters = np.repeat(np.arange(8), 10)
    assert effective_trials(clustered_mean(values, clusters)) == pytest.approx(7.0)
    assert effective_trials(clustered_mean(np.ones(80), clusters)) == 8
    twins = np.tile([1.0, 0.0], 40)
    assert effective_trials(clustered_mean(twins, np.repeat(np.arange(40), 2))) == 80


def covered(lows, highs, truth):
    return float(np.mean((np.asarray(lows) <= truth) & (truth <= np.asarray(highs))))


def clustered_rates(rng, clusters, mean, correlation):
    """Rates of clusters from a beta distribution with the given mean and intra-cluster correlation."""
    total = (1 - correlation) / correlation
    return rng.beta(mean * total, (1 - mean) * total, size=clusters)


@pytest.mark.parametrize(("mean", "clusters"), [(0.5, 60), (0.8, 100), (0.93, 150)])
def test_clustered_proportion_covers_at_its_level(mean, clusters):
    rng = np.random.default_rng(11)
    labels = np.repeat(np.arange(clusters), 4)
    found = []
    for _ in range(SIMULATIONS):
        rates = clustered_rates(rng, clusters, mean, 0.3)
        values = rng.random(4 * clusters) < np.repeat(rates, 4)
        found.append(clustered_proportion(values, labels))
    assert covered([i.low for i in found], [i.high for i in found], mean) == pytest.approx(0.95, abs=0.015)


def test_wilson_covers_at_its_level():
    rng = np.random.default_rng(5)
    for share, trials in ((0.5, 100), (0.9, 200), (0.03, 300)):
        intervals = {k: wilson(k, trials) for k in range(trials + 1)}
        draws = rng.binomial(trials, share, size=SIMULATIONS)
        found = [intervals[int(draw)] for draw in draws]
        assert covered([i.low for i in found], [i.high for i in found], share) == pytest.approx(0.95, abs=0.015)


def test_clustered_t_interval_covers_with_unequal_clusters_while_the_naive_one_does_not():
    rng = np.random.default_rng(7)
    sizes = np.tile([1, 2, 4, 8], 12)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    right, naive = [], []
    for _ in range(SIMULATIONS):
        values = rng.normal(size=len(sizes))[labels] + rng.normal(size=len(labels))
        right.append(clustered_mean(values, labels).interval())
        naive.append(clustered_mean(values).interval())
    assert covered([i.low for i in right], [i.high for i in right], 0.0) == pytest.approx(0.95, abs=0.02)
    assert covered([i.low for i in naive], [i.high for i in naive], 0.0) < 0.75


def test_nested_mean_covers_and_tells_sampling_from_items():
    rng = np.random.default_rng(3)
    groups, items, samples = 50, 3, 4
    item_codes = np.repeat(np.arange(groups * items), samples)
    group_codes = item_codes // items
    found, shares = [], []
    for _ in range(SIMULATIONS):
        rates = np.clip(clustered_rates(rng, groups, 0.6, 0.2)[:, None] + rng.normal(0, 0.05, (groups, items)), 0, 1)
        values = rng.random(len(item_codes)) < rates.reshape(-1)[item_codes]
        nested = nested_mean(values, item_codes, group_codes)
        found.append(nested.mean.interval())
        shares.append(nested.sampling_variance)
        truth_of_sampling = (rates * (1 - rates)).mean() / samples / (groups * items)
    assert covered([i.low for i in found], [i.high for i in found], 0.6) == pytest.approx(0.95, abs=0.015)
    assert np.mean(shares) == pytest.approx(truth_of_sampling, rel=0.1)


def test_nested_mean_weighs_items_equally():
    nested = nested_mean([1, 1, 1, 0], ["a", "a", "a", "b"])
    assert nested.mean.mean == 0.5
    assert math.isnan(nested.sampling_share)
    assert math.isnan(nested.error_with(4))
    pure = nested_mean([1, 0, 1, 0, 0, 1], [0, 0, 1, 1, 2, 2])
    assert pure.mean.standard_error == 0
    assert math.isnan(pure.sampling_share)
    mixed = nested_mean([1, 1, 1, 0, 0, 0, 1, 0], [0, 0, 1, 1, 2, 2, 3, 3])
    assert 0 < mixed.sampling_share <= 1
    assert mixed.error_with(1e9) <= mixed.error_with(2) <= mixed.mean.standard_error


def test_codes_follow_first_appearance():
    assert encode(["b", "a", "b", "c"]).tolist() == [0, 1, 0, 2]
