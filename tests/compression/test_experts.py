import json

import pytest

torch = pytest.importorskip("torch")

from random_models import make_calibration, make_model  # noqa: E402

from logicbench.compression.decoder import Decoder  # noqa: E402
from logicbench.compression.pipeline import Workplace, compress_folder  # noqa: E402
from logicbench.compression.structured.experts import (  # noqa: E402
    ExpertSettings,
    expert_layers,
    fewer_experts,
    reap_scores,
    remove_experts,
    stun_keep,
)
from logicbench.errors import InputError  # noqa: E402

HERE = Workplace(torch.device("cpu"), False, lambda step: None)


@pytest.mark.parametrize("kind", ["qwen3_moe", "olmoe"])
@pytest.mark.parametrize("method", ["reap", "stun", "random-experts"])
def test_saved_models_have_fewer_experts_and_load_again(kind, method, tmp_path):
    make_model(kind).save_pretrained(tmp_path / "dense")
    settings = ExpertSettings(method, 0.34)
    record = compress_folder(
        tmp_path / "dense", tmp_path / "out", method, {}, fewer_experts(settings, make_calibration())
    )
    assert record.reload_identical
    assert record.parameters_after < record.parameters_before
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config.get("num_experts", config.get("num_local_experts")) == 4


@pytest.mark.parametrize("kind", ["qwen3_moe", "olmoe"])
def test_experts_that_no_token_reaches_go_first_and_nothing_changes(kind):
    """Experts 1 and 4 are never routed to: their router rows point away from every input that occurs."""
    model, data = make_model(kind), make_calibration()
    for layer in expert_layers(Decoder.of(model)):
        layer.router.weight.data[[1, 4]] = 0
        layer.router.weight.data[[0, 2, 3, 5]] *= 0.01
        layer.experts.down_proj.data[[1, 4]] = 0
    outcome = remove_experts(model, ExpertSettings("reap", 0.34), data, HERE)
    assert all(kept == [0, 2, 3, 5] for kept in outcome.details["kept_experts"].values())


def test_reap_against_a_loop():
    layer = expert_layers(Decoder.of(make_model("qwen3_moe")))[0]
    experts = layer.experts
    hidden = torch.randn(7, 32)
    chosen = torch.tensor([[0, 1], [1, 2], [0, 5], [5, 1], [2, 0], [1, 0], [2, 5]])
    weights = torch.rand(7, 2)
    sums, tokens = reap_scores(experts, hidden, chosen, weights)
    expected, count = [0.0] * 6, [0] * 6
    for token in range(7):
        for place in range(2):
            expert = int(chosen[token, place])
            gate, up = (experts.gate_up_proj[expert] @ hidden[token]).chunk(2)
            output = experts.down_proj[expert] @ (torch.nn.functional.silu(gate) * up)
            expected[expert] += (output.norm() * weights[token, place]).item()
            count[expert] += 1
    assert sums.tolist() == pytest.approx(expected, rel=1e-5)
    assert tokens.tolist() == count


def test_stun_keeps_one_of_each_group_of_twins():
    rows = torch.randn(3, 16).repeat_interleave(2, 0) + 0.01 * torch.randn(6, 16)
    kept = stun_keep(rows, torch.randn(6, 8, 4), 3)
    assert sorted(expert // 2 for expert in kept.tolist()) == [0, 1, 2]
    assert len(stun_keep(torch.zeros(6, 16), torch.randn(6, 8, 4), 3)) == 3


def test_what_cannot_be_done_is_refused():
    with pytest.raises(InputError, match="no mixture-of-experts"):
        remove_experts(make_model(), ExpertSettings("stun", 0.5), None, HERE)
    with pytest.raises(InputError, match="each token goes to 2"):
        remove_experts(make_model("qwen3_moe"), ExpertSettings("stun", 0.9), None, HERE)
    with pytest.raises(InputError, match="needs calibration"):
        remove_experts(make_model("qwen3_moe"), ExpertSettings("reap", 0.5), None, HERE)
