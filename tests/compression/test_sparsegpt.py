import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_models import make_calibration

torch = pytest.importorskip("torch")

from logicbench.compression import sparsegpt  # noqa: E402
from logicbench.compression.dsnot import refine  # noqa: E402
from logicbench.compression.masks import fits_pattern, lowest_in_matrix, lowest_in_rows  # noqa: E402
from logicbench.compression.patterns import Pattern  # noqa: E402
from logicbench.compression.statistics import InputStatistics  # noqa: E402
from logicbench.errors import InputError  # noqa: E402


def correlated_inputs(tokens=400, width=32, seed=0):
    generator = torch.Generator().manual_seed(seed)
    factors = torch.randn(tokens, width // 4, generator=generator)
    mixing = torch.randn(width // 4, width, generator=generator)
    scale = torch.logspace(-1, 1, width)[torch.randperm(width, generator=generator)]
    return (factors @ mixing + 0.3 * torch.randn(tokens, width, generator=generator)) * scale


@pytest.fixture(scope="module")
def trained_layer():
    """A linear layer trained on correlated inputs of very unequal scale, with those inputs."""
    torch.manual_seed(1)
    inputs = correlated_inputs()
    target = torch.tanh(inputs @ torch.randn(32, 24) / 10)
    layer = torch.nn.Linear(32, 24, bias=False)
    optimiser = torch.optim.Adam(layer.parameters(), lr=0.02)
    for _ in range(200):
        optimiser.zero_grad()
        (layer(inputs) - target).square().mean().backward()
        optimiser.step()
    return layer.weight.detach(), inputs


def output_error(weight, pruned, inputs):
    return ((inputs @ (weight - pruned).t()) ** 2).sum().item()


@pytest.mark.parametrize("sparsity", [0.3, 0.5, 0.7])
def test_error_falls_from_magnitude_to_wanda_to_sparsegpt(trained_layer, sparsity):
    weight, inputs = trained_layer
    gram = inputs.t() @ inputs
    magnitude = weight.masked_fill(lowest_in_matrix(weight.abs(), round(sparsity * weight.numel())), 0)
    wanda = weight.masked_fill(lowest_in_rows(weight.abs() * inputs.norm(dim=0), int(sparsity * 32)), 0)
    solved = sparsegpt.solve([weight], gram, [sparsity]).weights[0]
    errors = [output_error(weight, pruned, inputs) for pruned in (solved, wanda, magnitude)]
    assert errors == sorted(errors)
    finer = sparsegpt.solve([weight], gram, [sparsity], damping=1e-3).weights[0]
    assert output_error(weight, finer, inputs) < 0.6 * errors[1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(2, 10), st.floats(0.1, 0.9))
def test_a_one_column_block_is_the_closed_form_of_optimal_brain_surgery(seed, rows, columns, damping):
    """Pruning column p alone by OBS: w - w_p / [H^-1]_pp * H^-1_p, at a cost of w_p**2 / [H^-1]_pp."""
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(rows, columns, generator=generator)
    inputs = torch.randn(3 * columns, columns, generator=generator)
    gram = inputs.t() @ inputs
    mask = torch.zeros(rows, columns, dtype=torch.bool)
    mask[:, 0] = True
    solution = sparsegpt.solve([weight], gram, [0.0], damping=damping, masks=[mask])
    damped = (gram + damping * gram.diagonal().mean() * torch.eye(columns)).double()
    inverse = torch.linalg.inv(damped)
    expected = weight.double() - weight[:, :1].double() / inverse[0, 0] * inverse[0]
    torch.testing.assert_close(solution.weights[0].double(), expected, atol=1e-4, rtol=1e-3)
    assert solution.losses[0] == pytest.approx((weight[:, 0].double() ** 2 / inverse[0, 0]).sum().item(), rel=1e-3)


def right_looking(weight, gram, masks, damping=0.01):
    """The published sweep, rewriting the rest of the matrix after every column, in float64."""
    hessian = gram.double() + damping * gram.diagonal().mean().double() * torch.eye(len(gram), dtype=torch.float64)
    upper = torch.linalg.cholesky(torch.linalg.inv(hessian), upper=True)
    work = weight.double().clone()
    for column in range(work.shape[1]):
        error = torch.where(masks[:, column], work[:, column], 0) / upper[column, column]
        work[:, column:] -= error[:, None] * upper[column, column:]
        work[masks[:, column], column] = 0
    return work


@pytest.mark.parametrize("block", [4, 7, 32, 128])
def test_left_looking_blocks_equal_the_published_sweep(trained_layer, block):
    weight, inputs = trained_layer
    gram = inputs.t() @ inputs
    mask = torch.rand(weight.shape, generator=torch.Generator().manual_seed(3)) < 0.5
    found = sparsegpt.solve([weight], gram, [0.0], masks=[mask], block=block).weights[0]
    torch.testing.assert_close(found.double(), right_looking(weight, gram, mask), atol=1e-4, rtol=1e-3)


def test_an_identity_hessian_means_magnitude_in_each_block(trained_layer):
    weight = trained_layer[0]
    found = sparsegpt.solve([weight], torch.eye(32), [0.5], block=8).weights[0]
    for start in range(0, 32, 8):
        part = weight[:, start : start + 8]
        mask = lowest_in_matrix(part.abs().t(), part.numel() // 2).t()
        torch.testing.assert_close(found[:, start : start + 8], part.masked_fill(mask, 0))


def test_nothing_is_changed_at_zero_sparsity(trained_layer):
    weight, inputs = trained_layer
    assert torch.equal(sparsegpt.solve([weight], inputs.t() @ inputs, [0.0]).weights[0], weight)


@pytest.mark.parametrize("pattern", ["2:4", "1:4", "4:8"])
def test_patterns_hold_and_beat_wanda(trained_layer, pattern):
    weight, inputs = trained_layer
    form = Pattern.parse(pattern)
    found = sparsegpt.solve([weight], inputs.t() @ inputs, [0.5], pattern=form).weights[0]
    assert fits_pattern(found, form)
    from logicbench.compression.masks import lowest_in_groups

    wanda = weight.masked_fill(lowest_in_groups(weight.abs() * inputs.norm(dim=0), form), 0)
    assert output_error(weight, found, inputs) < output_error(weight, wanda, inputs)


def test_matrices_solved_together_equal_matrices_solved_alone(trained_layer):
    weight, inputs = trained_layer
    gram = inputs.t() @ inputs
    other = weight.flip(0)[:10] * 2
    together = sparsegpt.solve([weight, other], gram, [0.5, 0.3])
    for matrix, ratio, found, loss in zip((weight, other), (0.5, 0.3), together.weights, together.losses, strict=True):
        alone = sparsegpt.solve([matrix], gram, [ratio])
        torch.testing.assert_close(found, alone.weights[0], atol=1e-5, rtol=1e-4)
        assert loss == pytest.approx(alone.losses[0], rel=1e-4)


def test_the_reported_loss_is_the_output_error(trained_layer):
    weight, inputs = trained_layer
    solution = sparsegpt.solve([weight], inputs.t() @ inputs, [0.5], damping=1e-6)
    assert solution.losses[0] == pytest.approx(output_error(weight, solution.weights[0], inputs), rel=0.02)


def test_weights_of_inputs_that_are_always_zero_are_cheap_but_not_all_gone(trained_layer):
    weight, inputs = trained_layer
    inputs = inputs.clone()
    inputs[:, 5:25] = 0
    solution = sparsegpt.solve([weight], inputs.t() @ inputs, [0.5])
    zeros = solution.weights[0] == 0
    assert solution.dead == 20
    assert zeros.float().mean().item() == 0.5
    assert zeros[:, 5:25].float().mean() > 0.5
    blank = sparsegpt.solve([weight], torch.zeros(32, 32), [0.5])
    assert torch.equal(blank.weights[0] == 0, lowest_in_matrix(weight.abs(), weight.numel() // 2))


def test_a_hessian_that_cannot_be_factorised_is_damped_then_refused():
    poor = torch.ones(8, 8) - 0.05 * torch.eye(8)  # slightly indefinite
    solution = sparsegpt.solve([torch.randn(4, 8)], poor, [0.5])
    assert solution.damping == pytest.approx(0.1)
    hopeless = torch.ones(8, 8) - 5 * torch.eye(8)
    hopeless.diagonal().abs_()
    with pytest.raises(InputError, match="not positive definite"):
        sparsegpt.solve([torch.randn(4, 8)], hopeless - 8 * (1 - torch.eye(8)), [0.5])


@pytest.mark.parametrize("pattern", ["unstructured", "2:4"])
def test_refinement_keeps_the_counts_and_lowers_the_expected_error(trained_layer, pattern):
    weight, inputs = trained_layer
    shifted = inputs + torch.linspace(-2, 3, 32)
    form = Pattern.parse(pattern)
    statistics = InputStatistics(32, torch.device("cpu"), frozenset({"squares", "moments"}))
    statistics.add(shifted[:100])
    statistics.add(shifted[100:])
    torch.testing.assert_close(statistics.mean, shifted.double().mean(0))
    torch.testing.assert_close(statistics.variance, shifted.double().var(0, correction=0))
    before = weight.abs().argsort(1).argsort(1) < 16
    if form.structured:
        from logicbench.compression.masks import lowest_in_groups

        before = lowest_in_groups(weight.abs(), form)
    after = refine(weight, before, statistics, pattern=form)
    assert torch.equal(after.sum(1), before.sum(1))
    if form.structured:
        assert fits_pattern(~after, form)
    mean = statistics.mean.float()
    error = lambda mask: (weight * mask @ mean).abs()  # noqa: E731
    assert (error(after) <= error(before) + 1e-6).all()
    assert error(after).sum() < 0.7 * error(before).sum()


def test_dsnot_runs_inside_a_model():
    from random_models import make_model

    from logicbench.compression.masking import mask_model
    from logicbench.compression.settings import MaskSettings

    report = mask_model(make_model(), MaskSettings("wanda", 0.6, refine=True), make_calibration())
    assert report.achieved == pytest.approx(19 / 32, abs=0.01)
