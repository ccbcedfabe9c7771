import math

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from logicbench.evals.statistics import auroc, calibration, cluster_bootstrap, cluster_sums, resample_sums

SIMULATIONS = 2000


def ratio(sums):
    return np.stack([sums[..., 1] / sums[..., 0], np.exp(sums[..., 2] / sums[..., 0])], axis=-1)


def test_bootstrap_is_seeded_and_agrees_with_scipy():
    rng = np.random.default_rng(0)
    values = rng.exponential(size=80)
    parts = np.stack([np.ones(80), values, np.log(values)], axis=1)
    for method in ("percentile", "BCa"):
        ours = cluster_bootstrap(parts, ratio, draws=20_000, seed=3, method=method.lower())
        again = cluster_bootstrap(parts, ratio, draws=20_000, seed=3, method=method.lower())
        assert (ours.low == again.low).all()
        for column, statistic in enumerate((np.mean, lambda x, axis: np.exp(np.log(x).mean(axis=axis)))):
            theirs = stats.bootstrap(
                (values,), statistic, n_resamples=20_000, method=method, rng=np.random.default_rng(1)
            ).confidence_interval
            assert (ours[column].low, ours[column].high) == pytest.approx((theirs.low, theirs.high), rel=0.02)


def test_equal_clusters_are_merged_without_changing_the_distribution():
    sums = np.repeat([[1.0, 0.0], [1.0, 1.0]], [60, 40], axis=0)
    totals = resample_sums(sums, 4000, 0)
    assert (totals[:, 0] == 100).all()
    assert totals[:, 1].mean() == pytest.approx(40, abs=0.4)
    assert totals[:, 1].std() == pytest.approx(math.sqrt(100 * 0.24), rel=0.05)


def test_clusters_are_drawn_whole():
    parts = np.stack([np.ones(40), np.tile([1.0, 0.0], 20)], axis=1)
    share = lambda sums: sums[..., 1:] / sums[..., :1]  # noqa: E731
    twins = cluster_bootstrap(parts, share, np.repeat(np.arange(20), 2), method="percentile")
    assert (twins[0].low, twins[0].high) == (0.5, 0.5)
    assert cluster_bootstrap(parts, share, method="percentile")[0].width > 0.2
    assert cluster_sums(parts, ["a"] * 40).tolist() == [[40.0, 20.0]]


def test_undefined_figures_are_not_a_number():
    parts = np.stack([np.zeros(30), np.ones(30), np.zeros(30)], axis=1)
    with np.errstate(all="ignore"):
        found = cluster_bootstrap(parts, lambda sums: sums[..., 2:] / sums[..., :1], draws=50)
    assert math.isnan(found[0].low)
    with pytest.raises(ValueError, match="nothing"):
        cluster_bootstrap(np.empty((0, 2)), ratio)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_cluster_bootstrap_of_a_ratio_covers_at_its_level(method):
    rng = np.random.default_rng(6)
    clusters, size = 100, 3
    labels = np.repeat(np.arange(clusters), size)
    truth = 0.7 / 0.5
    hits = 0
    for seed in range(SIMULATIONS):
        base = np.repeat(rng.normal(0, 0.1, clusters), size)
        parts = np.stack(
            [0.5 + base + rng.normal(0, 0.2, len(labels)), 0.7 + base + rng.normal(0, 0.2, len(labels))], axis=1
        )
        found = cluster_bootstrap(
            parts, lambda sums: sums[..., 1:] / sums[..., :1], labels, draws=400, seed=seed, method=method
        )
        hits += found[0].low <= truth <= found[0].high
    assert hits / SIMULATIONS == pytest.approx(0.95, abs=0.015)


def test_calibration_by_hand():
    found = calibration([0.95, 0.95, 0.95, 0.95, 0.25, 0.25], [1, 1, 1, 0, 0, 1])
    assert found.ece == pytest.approx((4 * abs(0.75 - 0.95) + 2 * abs(0.5 - 0.25)) / 6)
    assert found.brier == pytest.approx((3 * 0.05**2 + 0.95**2 + 0.25**2 + 0.75**2) / 6)
    assert found.counts.tolist() == [0, 0, 2, 0, 0, 0, 0, 0, 0, 4]
    assert found.accuracy[9] == 0.75
    assert math.isnan(found.accuracy[0])


def test_calibration_of_a_calibrated_forecaster():
    rng = np.random.default_rng(1)
    confidence = rng.random(200_000)
    found = calibration(confidence, rng.random(200_000) < confidence)
    assert found.ece < 0.01
    assert found.brier == pytest.approx(1 / 6, abs=0.005)
    assert found.nll == pytest.approx(0.5, abs=0.01)


def test_edges_of_bins_and_certain_errors():
    found = calibration([0.0, 0.1, 1.0], [0, 1, 0])
    assert found.counts.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert math.isfinite(found.nll)
    assert calibration([], []).items == 0
    for bad in ([1.5], [math.nan]):
        with pytest.raises(ValueError, match="confidences"):
            calibration(bad, [1])
    with pytest.raises(ValueError, match="verdicts"):
        calibration([0.5], [1, 0])


def test_auroc_agrees_with_scikit_learn():
    rng = np.random.default_rng(2)
    scores, positive = rng.integers(0, 10, 500), rng.random(500) < 0.4
    assert auroc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
    assert math.isnan(auroc([1, 2], [1, 1]))
