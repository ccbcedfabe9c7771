import json

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from random_models import make_calibration, make_model  # noqa: E402
from test_sparsegpt import output_error, trained_layer  # noqa: E402, F401

from logicbench.compression.armor import CORE, factorise  # noqa: E402
from logicbench.compression.folding import FoldSettings, fold_model  # noqa: E402
from logicbench.compression.masks import fits_pattern, lowest_in_groups  # noqa: E402
from logicbench.compression.method_options import FoldOptions  # noqa: E402
from logicbench.compression.pipeline import Workplace  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.errors import InputError  # noqa: E402

HERE = Workplace(torch.device("cpu"), False, lambda step: None)


def block_diagonal(blocks):
    return torch.block_diag(*blocks)


def test_error_on_a_trained_layer_is_below_that_of_wandas_2_of_4(trained_layer):  # noqa: F811
    weight, inputs = trained_layer
    mask = lowest_in_groups(weight.abs() * inputs.norm(dim=0), CORE)
    wanda = output_error(weight, weight.masked_fill(mask, 0), inputs)
    errors = [
        output_error(weight, factorise(weight, inputs.square().mean(0), block=8, rounds=rounds).dense(), inputs)
        for rounds in (0, 1, 10)
    ]
    assert errors[1] < 0.9 * wanda
    assert errors[2] < 0.7 * wanda
    assert errors == sorted(errors, reverse=True)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10**6), high=st.sampled_from([4, 8, 12]), wide=st.sampled_from([4, 8, 16]),
    block=st.sampled_from([4, 8, 32]), dead=st.booleans(),
)  # fmt: skip
def test_the_loss_never_rises_and_the_core_stays_2_of_4(seed, high, wide, block, dead):
    generator = torch.Generator().manual_seed(seed)
    weight = torch.randn(high, wide, generator=generator)
    squares = torch.rand(wide, generator=generator)
    if dead:
        squares[0], weight[0] = 0.0, 0.0
        weight[:, 1] = 0.0
    factors = factorise(weight, squares, block=block, rounds=4)
    assert torch.isfinite(factors.dense()).all()
    assert fits_pattern(factors.core, CORE)
    assert list(factors.losses) == sorted(factors.losses, reverse=True)
    # The product is what the three matrices give, and the loss is the one that is documented.
    product = block_diagonal(factors.outer) @ factors.core @ block_diagonal(factors.inner)
    torch.testing.assert_close(factors.rows[:, None] * product * factors.columns, factors.dense(), atol=1e-4, rtol=1e-4)
    target = weight / torch.where(weight.norm(dim=0) > 0, weight.norm(dim=0), 1)
    target = target / torch.where(target.norm(dim=1) > 0, target.norm(dim=1), 1)[:, None]
    assert ((product - target).square() * squares).sum().item() == pytest.approx(factors.losses[-1], rel=1e-3, abs=1e-6)


def test_without_rounds_it_is_the_mask_alone():
    """Two of four by the square of the scaled weight times the input's mean square (NoWag-P)."""
    weight, squares = torch.randn(8, 16), torch.rand(16)
    factors = factorise(weight, squares, rounds=0)
    scaled = weight / weight.norm(dim=0)
    scaled = scaled / scaled.norm(dim=1, keepdim=True)
    mask = lowest_in_groups(scaled.square() * squares, CORE)
    torch.testing.assert_close(factors.dense(), weight.masked_fill(mask, 0))


def test_a_matrix_that_has_such_factors_is_found_again():
    generator = torch.Generator().manual_seed(3)
    core = torch.randn(16, 16, generator=generator)
    core = core.masked_fill(lowest_in_groups(core.abs(), CORE), 0)
    near = torch.eye(16) + 0.05 * block_diagonal([torch.randn(8, 8, generator=generator) for _ in range(2)])
    factors = factorise(near @ core @ near.T, torch.ones(16), block=8, rounds=60)
    assert factors.losses[-1] < 0.02 * factors.losses[0]


def test_a_folded_model_is_dense_and_says_what_it_is_for(model_folder, tmp_path):
    output = tmp_path / "armor"
    record = run_request(
        CompressionRequest(
            model_folder, output, "armor", calibration="random", calibration_samples=4, sequence_length=32,
            options={"block": "8", "rounds": "3"}, device="cpu",
        )
    )  # fmt: skip
    assert record.reload_identical
    saved = json.loads((output / "compression.json").read_text())
    assert saved["effect"]["kind"] == "folded"
    assert saved["effect"]["faster"] == [] and "accuracy only" in saved["effect"]["note"]
    assert saved["achieved_of_model"] == 0
    assert 0 < saved["achieved"] < 0.5
    assert saved["details"]["loss_against_mask"] < 1
    assert any("accuracy only" in warning for warning in saved["warnings"])
    assert "quantization_config" not in json.loads((output / "config.json").read_text())


def test_experts_are_factorised_too():
    model = make_model("qwen3_moe")
    before = model.model.layers[0].mlp.experts.down_proj.detach().clone()
    outcome = fold_model(model, FoldSettings("armor", FoldOptions(rounds=1)), make_calibration(), HERE)
    assert not torch.equal(before, model.model.layers[0].mlp.experts.down_proj)
    assert len(outcome.tensors) == 3 * (4 + 2 * 6)


def test_what_cannot_be_done_is_refused(tmp_path):
    with pytest.raises(InputError, match="multiples of 4, not 6"):
        factorise(torch.randn(6, 8), torch.ones(8))
    with pytest.raises(InputError, match="needs calibration"):
        fold_model(make_model(), FoldSettings("armor"), None, HERE)
    request = {"calibration": "random"}
    with pytest.raises(InputError, match="--sparsity does not apply to armor, which makes its cores 2:4"):
        CompressionRequest(tmp_path, tmp_path, "armor", 0.5, **request).check()
    with pytest.raises(InputError, match="block must be at least 4"):
        CompressionRequest(tmp_path, tmp_path, "armor", options={"block": "2"}, **request).check()
    with pytest.raises(InputError, match="leave out --recover"):
        CompressionRequest(tmp_path, tmp_path, "armor", recover="lora", **request).check()
