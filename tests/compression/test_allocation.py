import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from logicbench.compression.allocation import alpha, lamp, owl, pq, rate_distortion  # noqa: E402
from logicbench.compression.allocation.budget import meet_target  # noqa: E402
from logicbench.errors import InputError  # noqa: E402


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 1000)), min_size=1, max_size=8),
    st.floats(0.01, 0.95),
)
def test_the_weighted_mean_meets_the_target(parts, target):
    ratios, sizes = zip(*parts, strict=True)
    found = meet_target(ratios, sizes, target)
    assert sum(r * n for r, n in zip(found, sizes, strict=True)) / sum(sizes) == pytest.approx(target, abs=1e-9)
    assert all(0 <= ratio <= 0.99 for ratio in found)
    order = np.argsort(ratios, kind="stable")
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(np.array(found)[order]))


def test_targets_out_of_reach_are_refused():
    with pytest.raises(InputError, match="cannot be shared out"):
        meet_target([0.5], [10], 0.995)
    with pytest.raises(InputError, match="cannot be reached"):
        rate_distortion.allocate([[0.0, 1.0]], [0.0, 0.5], [10], 0.6)


@settings(max_examples=60)
@given(
    st.integers(1, 4).flatmap(
        lambda layers: st.tuples(
            st.lists(st.lists(st.floats(0, 10), min_size=4, max_size=4), min_size=layers, max_size=layers),
            st.lists(st.integers(1, 50), min_size=layers, max_size=layers),
        )
    ),
    st.floats(0.05, 0.75),
)
def test_rate_distortion_is_never_worse_than_brute_force(layers, target):
    distortions, sizes = layers
    ratios = [0.0, 0.25, 0.5, 0.75]
    total = sum(sizes)
    best = min(
        sum(distortions[layer][choice] for layer, choice in enumerate(choices))
        for choices in itertools.product(range(4), repeat=len(sizes))
        if sum(ratios[choice] * size for choice, size in zip(choices, sizes, strict=True)) >= target * total
    )
    found = rate_distortion.allocate(distortions, ratios, sizes, target)
    cost = sum(distortions[layer][ratios.index(ratio)] for layer, ratio in enumerate(found))
    pruned = sum(ratio * size for ratio, size in zip(found, sizes, strict=True)) / total
    assert cost <= best + 1e-9
    assert pruned >= target - len(sizes) / 20_000 - 1e-9


def test_rate_distortion_spares_the_sensitive_layer():
    curves = [[0, 1, 2, 3], [0, 10, 20, 30]]
    assert rate_distortion.allocate(curves, [0.0, 0.25, 0.5, 0.75], [100, 100], 0.375) == [0.75, 0.0]


def test_owl_gives_outlier_layers_less():
    assert owl.outlier_share([torch.tensor([1.0] * 9 + [100.0])], 5) == pytest.approx(0.1)
    ratios = owl.layer_ratios([0.01, 0.02, 0.05], 0.7, spread=0.08)
    assert ratios == sorted(ratios, reverse=True)
    assert sum(ratios) / 3 == pytest.approx(0.7)
    assert ratios[0] - ratios[-1] == pytest.approx(0.16)
    assert owl.layer_ratios([0.01, 0.01], 0.7) == [0.7, 0.7]


def test_lamp_scores_are_the_formula():
    weight = torch.tensor([[3.0, -1.0], [2.0, 0.0]])
    assert lamp.lamp_scores(weight).tolist() == pytest.approx([0.0, 1 / 14, 4 / 13, 1.0])


def test_hill_exponent_of_a_known_tail():
    """For Pareto eigenvalues with density exponent a the estimate tends to a."""
    generator = np.random.default_rng(0)
    eigenvalues = (1 - generator.random(600)) ** (-1 / 1.5)  # survival x**-1.5: density exponent 2.5
    weight = torch.diag(torch.tensor(eigenvalues).sqrt().float())
    assert alpha.hill_exponent(weight) == pytest.approx(2.5, abs=0.2)
    assert alpha.layer_ratios([2.0, 3.0, 4.0], 0.5) == pytest.approx([0.35, 0.5, 0.65])
    assert alpha.layer_ratios([2.0, float("inf"), 4.0], 0.5) == pytest.approx([0.35, 0.65, 0.65])


@given(st.integers(2, 200), st.floats(0.1, 100))
def test_pq_index_of_flat_and_spiky_vectors(size, scale):
    flat = torch.full((size,), scale)
    assert pq.pq_index(flat) == pytest.approx(0, abs=1e-6)
    assert pq.prunable_share(pq.pq_index(flat)) == pytest.approx(0, abs=1e-6)
    spiky = torch.full((size,), 1e-12 * scale)
    spiky[0] = scale
    assert pq.pq_index(spiky) > 0.45 * (1 - 1 / size)
    assert pq.pq_index(flat * 3) == pytest.approx(pq.pq_index(flat), abs=1e-6)
    assert pq.prunable_share(pq.pq_index(spiky)) > pq.prunable_share(pq.pq_index(flat))
