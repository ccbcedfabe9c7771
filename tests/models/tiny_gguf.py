"""Writes a tiny llama as a GGUF file."""

from __future__ import annotations

from tiny_models import CHATML, make_tokenizer


def write_gguf(path, layers=2, width=32, heads=4, key_heads=2, inner=48, seed=0):
    import json

    import gguf
    import numpy

    tokenizer = make_tokenizer()
    vocabulary = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(256)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(inner)
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(width // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if token.startswith("<|") else gguf.TokenType.NORMAL for token in tokens]
    )
    writer.add_token_merges([" ".join(merge) for merge in vocabulary["merges"]])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(CHATML)
    draw = numpy.random.default_rng(seed)
    key_width = width // heads * key_heads
    shapes = {"token_embd.weight": (len(tokens), width)}
    for layer in range(layers):
        block = f"blk.{layer}."
        shapes |= {
            f"{block}attn_q.weight": (width, width),
            f"{block}attn_k.weight": (key_width, width),
            f"{block}attn_v.weight": (key_width, width),
            f"{block}attn_output.weight": (width, width),
            f"{block}ffn_gate.weight": (inner, width),
            f"{block}ffn_up.weight": (inner, width),
            f"{block}ffn_down.weight": (width, inner),
            f"{block}attn_norm.weight": (width,),
            f"{block}ffn_norm.weight": (width,),
        }
    shapes["output_norm.weight"] = (width,)
    for name, shape in shapes.items():
        value = numpy.ones(shape) if len(shape) == 1 else draw.normal(0, 0.4, shape)
        writer.add_tensor(name, value.astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
