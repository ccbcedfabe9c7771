"""Tiny random models with a tokenizer trained on the spot: real files, real code paths, milliseconds a token."""

from __future__ import annotations

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% if think %}<think>\n{% endif %}{% endif %}"
)
NO_SYSTEM = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}" + CHATML

_CORPUS = [
    "Is the formula satisfiable? Answer: yes or no. Is 3 even or odd? Answer: odd. Answer: even.",
    "x1 or not x2 and x3 implies x4. The quick brown fox jumps over the lazy dog. User: hello. Assistant: hi.",
    "0 1 2 3 4 5 6 7 8 9 a b c d e f g h i j k l m n o p q r s t u v w x y z, ABCDEFGHIJKLMNOPQRSTUVWXYZ\n\n",
]


def make_tokenizer(template=CHATML, vocabulary=300):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    alphabet = sorted({letter for word, _ in inner.pre_tokenizer.pre_tokenize_str("".join(_CORPUS)) for letter in word})
    trainer = trainers.BpeTrainer(vocab_size=vocabulary, special_tokens=special, initial_alphabet=alphabet)
    inner.train_from_iterator(_CORPUS, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, eos_token="<|im_end|>", bos_token="<|im_start|>", pad_token="<|endoftext|>"
    )
    tokenizer.add_tokens(["<think>", "</think>"])
    tokenizer.chat_template = template
    return tokenizer


def _config(kind, vocabulary):
    import transformers

    shape = {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 512,
        "initializer_range": 0.4,
    }
    if kind == "llama-wide":  # vLLM's kernels want heads of 64
        return transformers.LlamaConfig(
            **shape | {"hidden_size": 256, "initializer_range": 0.15}, tie_word_embeddings=True
        )
    if kind == "llama":
        return transformers.LlamaConfig(**shape, tie_word_embeddings=True)
    if kind == "mistral":
        return transformers.MistralConfig(**shape, sliding_window=8)
    if kind == "gemma3":
        layers = ["sliding_attention", "full_attention"]
        shape["initializer_range"] = 0.15  # its embeddings are scaled up, and a wider one would drown the context
        return transformers.Gemma3TextConfig(**shape, head_dim=8, sliding_window=8, layer_types=layers)
    if kind == "lfm2":
        return transformers.Lfm2Config(**shape, layer_types=["conv", "full_attention"])
    raise ValueError(kind)


def make_model(folder, kind="llama", template=CHATML, ends=(2, 10, 11), seed=0):
    """Save a tiny model with several end tokens, so that some completions stop early, and return the folder."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    tokenizer = make_tokenizer(template)
    model = AutoModelForCausalLM.from_config(_config(kind, len(tokenizer)))
    model.generation_config.eos_token_id = list(ends)
    model.generation_config.pad_token_id = tokenizer.pad_token_id
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
