"""Sizes that are planned are sizes that suffice: simulated with the design that was stated."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from logicbench.cli.plan import app
from logicbench.errors import InputError
from logicbench.evals.planning import Design, detectable, plan_sizes
from logicbench.evals.statistics import paired_difference, required_items

ROUNDS = 1000


def simulate(rng, items, samples, delta, spread, base):
    """Two runs whose problems have success rates `base` apart by -delta +- spread, each sampled `samples` times."""
    shift = np.where(rng.random(items) < 0.5, spread, -spread) - delta
    first = rng.binomial(samples, base, items) / samples
    second = rng.binomial(samples, base + shift) / samples
    return first, second


@pytest.mark.parametrize("samples", [1, 4])
def test_the_planned_size_has_the_planned_power(samples):
    delta, spread, base = 0.06, 0.25, 0.5
    # Flips and their floor in closed form: the excess is the mean squared change of an item's success rate.
    changes = np.array([spread, -spread]) - delta
    floor = float(np.mean(base * (1 - base) + (base + changes) * (1 - base - changes)))
    flips = floor + float(np.mean(changes**2))
    design = Design(delta=delta, samples=samples, noise_floor=floor, cluster_size=1)
    size = plan_sizes(design, flips)[0]
    rng = np.random.default_rng(samples)
    found = sum(
        paired_difference(*simulate(rng, size.paired, samples, delta, spread, base)).interval().high < 0
        for _ in range(ROUNDS)
    )
    assert found / ROUNDS == pytest.approx(0.8, abs=0.04)


def test_the_unpaired_size_has_the_planned_power():
    design = Design(delta=0.1, accuracy=0.7)
    size = plan_sizes(design, 0.3)[0].unpaired
    rng = np.random.default_rng(1)
    a, b = rng.binomial(size, 0.7, 4000) / size, rng.binomial(size, 0.6, 4000) / size
    errors = np.sqrt((a * (1 - a) + b * (1 - b)) / size)
    assert np.mean((a - b) / errors > 1.96) == pytest.approx(0.8, abs=0.03)


def test_clusters_inflate_and_samples_deflate():
    plain = plan_sizes(Design(), 0.2)[0]
    assert plain.paired == required_items(0.03, 0.2)
    assert plain.exact_power == pytest.approx(0.8, abs=0.02)
    clustered = plan_sizes(Design(icc=0.5, cluster_size=3), 0.2)[0]
    assert clustered.paired == pytest.approx(2 * plain.paired, abs=1)
    sampled = plan_sizes(Design(samples=4), 0.2)[0]
    assert sampled.paired < plain.paired and sampled.exact_power is None
    assert sampled.paired == required_items(0.03, 0.125)


def test_the_difference_shown_is_the_inverse():
    design = Design(delta=0.04)
    size = plan_sizes(design, 0.15)[0].paired
    assert detectable(design, size, 0.15) == pytest.approx(0.04, abs=2e-4)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"delta": 0.0}, "--delta"),
        ({"delta": 3}, "--delta"),
        ({"power": 1.0}, "--power"),
        ({"accuracy": 0.01}, "--accuracy"),
        ({"icc": 2}, "--icc"),
        ({"samples": 0}, "--samples"),
    ],
)
def test_bad_designs_are_named(settings, words):
    with pytest.raises(InputError, match=words):
        Design(**settings)


def test_impossible_flips_are_named():
    with pytest.raises(InputError, match="--discordance"):
        plan_sizes(Design(delta=0.1), 0.05)
    with pytest.raises(InputError, match="--noise-floor"):
        plan_sizes(Design(noise_floor=0.3), 0.2)


def test_the_command_prints_a_table_and_json():
    out = CliRunner().invoke(app, ["--delta", "0.03", "--power", "0.8"])
    assert out.exit_code == 0 and "paired" in out.output
    assert len([line for line in out.output.splitlines() if "%" in line]) == 4
    document = json.loads(CliRunner().invoke(app, ["--discordance", "0.1", "--json", "--items", "500"]).output)
    assert document["sizes"][0]["paired"] == required_items(0.03, 0.1)
    assert document["sizes"][0]["detectable"] == pytest.approx(0.04, abs=0.003)
