"""Tiny random models of real architectures, in float32 on one CPU thread."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from logicbench.compression.calibration import Calibration  # noqa: E402

VOCABULARY = 96


def make_model(kind="llama", seed=0, **changes):
    from transformers import (
        GPT2Config,
        GPT2LMHeadModel,
        LlamaConfig,
        LlamaForCausalLM,
        OlmoeConfig,
        OlmoeForCausalLM,
        Qwen2Config,
        Qwen2ForCausalLM,
        Qwen3MoeConfig,
        Qwen3MoeForCausalLM,
    )

    torch.manual_seed(seed)
    common = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 128,
        "initializer_range": 0.15,
        "bos_token_id": None,
        "eos_token_id": None,
        "pad_token_id": None,
    }
    experts = {"num_experts": 6, "num_experts_per_tok": 2}
    if kind == "gpt2":
        config = GPT2Config(
            vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=128, bos_token_id=None, eos_token_id=None
        )
        return GPT2LMHeadModel(config).eval()
    if kind == "qwen3_moe":
        settings = {**common, **experts, "moe_intermediate_size": 24, "head_dim": 8, "norm_topk_prob": True, **changes}
        return Qwen3MoeForCausalLM(Qwen3MoeConfig(**settings)).eval()
    if kind == "olmoe":
        return OlmoeForCausalLM(OlmoeConfig(**{**common, **experts, "intermediate_size": 24, **changes})).eval()
    if kind == "qwen2":
        return Qwen2ForCausalLM(Qwen2Config(**{**common, **changes})).eval()
    return LlamaForCausalLM(LlamaConfig(**{**common, **changes})).eval()


def make_calibration(windows=6, length=24, seed=0):
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(VOCABULARY, (windows, length), generator=generator)
    return Calibration(tuple(ids), "test", seed, windows)


def make_tokenizer():
    """A word-level tokenizer of the printable characters, with a chat template."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {chr(code): number for number, code in enumerate(range(33, 33 + VOCABULARY - 2))}
    words.update({"<eos>": VOCABULARY - 2, "<unk>": VOCABULARY - 1})
    core = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<eos>", unk_token="<unk>")
    tokenizer.chat_template = (
        "{% for message in messages %}{{ message.role[0] }}>{{ message.content }}{% endfor %}"
        "{% if add_generation_prompt %}a>{% endif %}"
    )
    return tokenizer
