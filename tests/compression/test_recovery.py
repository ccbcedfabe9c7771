import pytest

torch = pytest.importorskip("torch")

from random_models import make_calibration, make_model  # noqa: E402

from logicbench.compression.masking import mask_model  # noqa: E402
from logicbench.compression.recovery import LoraSettings, mean_loss, recover  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.compression.settings import MaskSettings  # noqa: E402
from logicbench.errors import InputError  # noqa: E402

FAST = LoraSettings(learning_rate=1e-2, epochs=4, batch_size=3)


def test_loss_falls_and_the_zeros_stay(calibration):
    model = make_model()
    mask_model(model, MaskSettings("magnitude", 0.6))
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    found = recover(model, FAST, calibration)
    assert found.loss_after < 0.9 * found.loss_before
    assert found.loss_after == pytest.approx(mean_loss(model, calibration))
    after = dict(model.named_parameters())
    assert list(after) == list(before)
    for name, old in before.items():
        if "proj" in name:
            assert torch.equal(after[name] == 0, old == 0)
            assert not torch.equal(after[name], old)
        else:
            assert torch.equal(after[name], old)
        assert after[name].requires_grad


def test_the_same_seed_gives_the_same_weights(calibration):
    models = [make_model() for _ in range(3)]
    for model, seed in zip(models, (0, 0, 1), strict=True):
        recover(model, LoraSettings(epochs=1, seed=seed), calibration)
    weights = [model.model.layers[0].mlp.up_proj.weight for model in models]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_a_recovered_model_is_saved_with_its_mask(model_folder, tmp_path):
    record = run_request(
        CompressionRequest(
            model_folder, tmp_path / "out", "wanda", 0.5, calibration="random", calibration_samples=2,
            sequence_length=16, recover="lora", options={"lora_rank": "2", "lora_epochs": "1"},
        )
    )  # fmt: skip
    assert record.achieved == pytest.approx(0.5)
    assert record.reload_identical
    assert record.details["recovery"]["steps"] == 2


def test_what_cannot_be_trained_is_refused(tmp_path):
    with pytest.raises(InputError, match="linear modules only"):
        recover(make_model("qwen3_moe"), FAST, make_calibration())
    with pytest.raises(InputError, match="must be positive"):
        LoraSettings(rank=0)
    with pytest.raises(InputError, match="unknown setting of --recover lora 'lora_rnk'"):
        CompressionRequest(
            tmp_path, tmp_path, "wanda", calibration="random", recover="lora", options={"lora_rnk": "1"}
        ).check()
    with pytest.raises(InputError, match="cannot be trained"):
        CompressionRequest(tmp_path, tmp_path, "rtn", calibration="random", recover="lora").check()
