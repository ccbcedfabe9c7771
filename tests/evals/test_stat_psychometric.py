import math

import numpy as np
import pytest
from scipy import optimize, special, stats

from logicbench.evals.statistics import fit_psychometric, threshold_shift


def simulate(rng, items, threshold, steepness, guess=0.0, lapse=0.0, clusters=None):
    hardness = rng.random(items)
    wander = np.zeros(items) if clusters is None else rng.normal(0, 0.6, clusters.max() + 1)[clusters]
    rate = special.expit(steepness * (threshold - hardness) + wander)
    chance = guess + (1 - guess - lapse) * rate
    return hardness, (rng.random(items) < chance).astype(float)


def test_fit_agrees_with_direct_maximisation():
    rng = np.random.default_rng(0)
    hardness, correct = simulate(rng, 3000, 0.55, 9.0, guess=0.5)
    found = fit_psychometric(hardness, correct, 0.5, draws=20)

    def negative(parameters):
        rate = 0.5 + 0.5 * special.expit(parameters[1] * (parameters[0] - hardness))
        return -(correct * np.log(rate) + (1 - correct) * np.log1p(-rate)).sum()

    best = optimize.minimize(negative, [0.5, 5.0], method="Nelder-Mead").x
    assert found.threshold.estimate == pytest.approx(best[0], abs=0.01)
    assert found.slope.estimate == pytest.approx(best[1] / 4, rel=0.05)
    assert found.curve[0] == pytest.approx(0.5 + 0.5 * special.expit(best[1] * (best[0] - hardness.min())), abs=0.02)


def test_probit_agrees_with_direct_maximisation():
    rng = np.random.default_rng(1)
    hardness = rng.random(3000)
    correct = (rng.random(3000) < stats.norm.cdf(5 * (0.4 - hardness))).astype(float)
    found = fit_psychometric(hardness, correct, link="probit", draws=20)
    best = optimize.minimize(
        lambda q: (
            -(
                correct * stats.norm.logcdf(q[1] * (q[0] - hardness))
                + (1 - correct) * stats.norm.logsf(q[1] * (q[0] - hardness))
            ).sum()
        ),
        [0.5, 3.0],
        method="Nelder-Mead",
    ).x
    assert found.threshold.estimate == pytest.approx(best[0], abs=0.01)


@pytest.mark.parametrize("guess", [0.0, 0.5])
def test_threshold_interval_covers_at_its_level(guess):
    rng = np.random.default_rng(3)
    hits = 0
    for seed in range(300):
        hardness, correct = simulate(rng, 400, 0.5, 8.0, guess)
        found = fit_psychometric(hardness, correct, guess, draws=300, seed=seed, points=3)
        hits += found.threshold.low <= 0.5 <= found.threshold.high
    assert hits / 300 == pytest.approx(0.95, abs=0.03)


def test_lapse_is_recovered_and_moves_the_threshold():
    rng = np.random.default_rng(4)
    hardness, correct = simulate(rng, 20_000, 0.6, 12.0, guess=0.0, lapse=0.1)
    fitted = fit_psychometric(hardness, correct, lapse=None, draws=10)
    assert fitted.lapse == pytest.approx(0.1, abs=0.03)
    expected = 0.6 - special.logit(0.5 / 0.9) / 12
    assert fitted.threshold.estimate == pytest.approx(expected, abs=0.01)


def test_items_of_different_chance_share_one_curve():
    rng = np.random.default_rng(5)
    guess = np.where(rng.random(6000) < 0.5, 0.5, 0.0)
    hardness = rng.random(6000)
    correct = (rng.random(6000) < guess + (1 - guess) * special.expit(10 * (0.3 - hardness))).astype(float)
    found = fit_psychometric(hardness, correct, guess, draws=100)
    assert found.threshold.low < 0.3 < found.threshold.high
    assert found.guess == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize(
    ("correct", "side", "words"),
    [(1.0, "above", "stays over one half"), (0.0, "below", "under one half already")],
)
def test_no_crossing_is_said(correct, side, words):
    hardness = np.linspace(0.1, 0.9, 200)
    found = fit_psychometric(hardness, np.full(200, correct), draws=50)
    assert found.side == side
    assert words in found.sentence
    assert math.isinf(found.threshold.estimate)
    assert found.threshold.to_json()["estimate"] is None


def test_perfect_separation_stays_finite():
    hardness = np.linspace(0, 1, 100)
    found = fit_psychometric(hardness, (hardness < 0.3).astype(float), draws=50)
    assert found.side == "crossing"
    assert found.threshold.estimate == pytest.approx(0.3, abs=0.05)
    assert found.falls
    assert np.isfinite(found.curve).all()


def test_rising_accuracy_has_no_threshold():
    rng = np.random.default_rng(6)
    hardness = rng.random(500)
    correct = (rng.random(500) < 0.4 + 0.5 * hardness).astype(float)
    found = fit_psychometric(hardness, correct, draws=50)
    assert found.side == "above"
    assert found.sentence.endswith("no fall with hardness is shown")


def test_chance_performance_is_below():
    rng = np.random.default_rng(7)
    hardness = rng.random(400)
    found = fit_psychometric(hardness, (rng.random(400) < 0.5).astype(float), 0.5, draws=50)
    assert found.side == "below"


def test_nothing_to_fit():
    assert fit_psychometric([0.1] * 50, [1.0] * 50) is None
    assert fit_psychometric([0.1, 0.2], [1.0, 0.0]) is None
    assert threshold_shift([0.1, 0.2], [1.0, 0.0], [1.0, 0.0]) is None


def test_clusters_widen_the_interval():
    rng = np.random.default_rng(8)
    clusters = np.repeat(np.arange(60), 10)
    hardness = np.repeat(rng.random(60), 10)
    rate = special.expit(8 * (0.5 - hardness) + np.repeat(rng.normal(0, 1.5, 60), 10))
    correct = (rng.random(600) < rate).astype(float)
    wide = fit_psychometric(hardness, correct, clusters=clusters, draws=200).threshold.width
    assert wide > 1.5 * fit_psychometric(hardness, correct, draws=200).threshold.width


def test_threshold_shift_covers_and_finds_a_shift():
    rng = np.random.default_rng(9)
    hits = claims = 0
    for seed in range(300):
        hardness = rng.random(500)
        first = (rng.random(500) < special.expit(9 * (0.6 - hardness))).astype(float)
        second = (rng.random(500) < special.expit(9 * (0.5 - hardness))).astype(float)
        found = threshold_shift(hardness, first, second, draws=150, seed=seed)
        hits += found.shift.low <= -0.1 <= found.shift.high
        claims += found.p_value <= 0.05
    assert hits / 300 == pytest.approx(0.95, abs=0.04)
    assert claims > 270


def test_shift_beyond_the_range_is_a_bound():
    hardness = np.linspace(0, 1, 200)
    good, bad = (hardness < 0.7).astype(float), np.zeros(200)
    found = threshold_shift(hardness, good, bad, draws=50)
    assert found.bounded
    assert found.shift.estimate == pytest.approx(-0.7, abs=0.05)
    assert threshold_shift(hardness, bad, bad, draws=50) is None


def test_many_items_are_binned():
    rng = np.random.default_rng(10)
    hardness, correct = simulate(rng, 50_000, 0.45, 7.0)
    found = fit_psychometric(hardness, correct, draws=50)
    assert found.threshold.estimate == pytest.approx(0.45, abs=0.01)
    assert found.items == 50_000


@pytest.mark.slow
@pytest.mark.parametrize(("guess", "items"), [(0.0, 400), (0.5, 800), (1 / 3, 600)])
def test_threshold_interval_covers_within_a_point_and_a_half(guess, items):
    rng = np.random.default_rng(31)
    hits = 0
    for seed in range(2000):
        hardness, correct = simulate(rng, items, 0.5, 8.0, guess)
        found = fit_psychometric(hardness, correct, guess, draws=400, seed=seed, points=3)
        hits += found.threshold.low <= 0.5 <= found.threshold.high
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.slow
@pytest.mark.parametrize(("guess", "groups", "samples"), [(0.0, 250, 1), (0.5, 500, 2)])
def test_threshold_shift_of_twins_covers_within_a_point_and_a_half(guess, groups, samples):
    """Twins of one hardness and one strength, which both runs answer several times."""
    rng = np.random.default_rng(41)
    labels = np.repeat(np.arange(groups), 2)
    hits = 0
    for seed in range(2000):
        hardness = rng.random(groups)[labels]
        strength = rng.normal(0, 0.3, groups)[labels]
        runs = []
        for threshold in (0.6, 0.5):
            rate = guess + (1 - guess) * special.expit(9 * (threshold - hardness) + strength)
            runs.append(rng.binomial(samples, rate) / samples)
        found = threshold_shift(hardness, *runs, guess, labels, draws=300, seed=seed)
        hits += found.shift.low <= -0.1 <= found.shift.high
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)
