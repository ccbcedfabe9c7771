"""GRPO in TRL with our reward: a tiny model learns to solve a problem."""

import pytest

import logicbench
from logicbench.interop.export import Export, export
from logicbench.rewards.trl import TrlReward

trl = pytest.importorskip("trl", reason="trl is not installed; make test-adapters")
torch = pytest.importorskip("torch")


def tiny_model(words):
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    special = ["<pad>", "<end>", "<unknown>"]
    vocabulary = {word: index for index, word in enumerate([*special, *words])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unknown>"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", eos_token="<end>", unk_token="<unknown>"
    )
    tokenizer.chat_template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=len(vocabulary), n_positions=512, n_embd=32, n_layer=1, n_head=2, resid_pdrop=0, embd_pdrop=0,
        attn_pdrop=0, eos_token_id=1, pad_token_id=0, bos_token_id=None,
    )  # fmt: skip
    return GPT2LMHeadModel(config), tokenizer


def test_the_reward_rises_under_grpo_on_an_exported_data_set(tmp_path):
    from datasets import load_dataset

    problem = next(logicbench.generate("sat", "assign", count=1, knobs={"variables": 3, "ratio": 2.0}, measure=False))
    export(Export([problem]), "trl", tmp_path / "data")
    data = load_dataset(str(tmp_path / "data"), split="train", cache_dir=str(tmp_path / "cache"))
    rows = data.select([0] * 64)
    # Words it can write: all eight assignments, and some that are no answer.
    model, tokenizer = tiny_model([*(f"{number:03b}" for number in range(8)), "yes", "no", "maybe", "hm"])
    solutions = sum(logicbench.verify(problem, f"{number:03b}").correct for number in range(8))
    assert 1 <= solutions <= 4
    config = trl.GRPOConfig(
        output_dir=str(tmp_path / "out"), per_device_train_batch_size=64, num_generations=32, max_steps=80,
        max_completion_length=1, learning_rate=5e-3, lr_scheduler_type="constant", beta=0.0, temperature=1.0,
        logging_steps=1, save_strategy="no", report_to=[], use_cpu=True, seed=0, disable_tqdm=True, bf16=False,
    )  # fmt: skip
    trainer = trl.GRPOTrainer(
        model=model, reward_funcs=TrlReward("binary"), args=config, train_dataset=rows, processing_class=tokenizer
    )
    trainer.train()
    history = [entry for entry in trainer.state.log_history if "reward" in entry]
    rewards = [entry["reward"] for entry in history]
    early, late = sum(rewards[:5]) / 5, sum(rewards[-5:]) / 5
    assert early < 0.4 and late > 0.8, rewards
    assert history[-1]["logicbench/correct"] == pytest.approx(rewards[-1])
