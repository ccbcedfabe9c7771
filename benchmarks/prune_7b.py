"""Prune a 7B-shaped model with random weights and say what it took: time, peak memory, share of zeros.

Nothing is downloaded: the model is built from its configuration, that of Llama-2-7B unless told otherwise, in bfloat16.

    python benchmarks/prune_7b.py --device cuda
    python benchmarks/prune_7b.py --device cuda --offload          # the model in host memory, one layer on the device
    python benchmarks/prune_7b.py --device cpu --layers 1 --hidden 256 --intermediate 512 --samples 2 --length 64
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import torch

from logicbench.compression.calibration import random_tokens
from logicbench.compression.cost import measured
from logicbench.compression.masking import mask_model
from logicbench.compression.settings import MaskSettings


def build(arguments: argparse.Namespace, device: torch.device) -> Any:
    """Return a Llama-shaped model with random weights, made directly on a device."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=arguments.vocabulary,
        hidden_size=arguments.hidden,
        intermediate_size=arguments.intermediate,
        num_hidden_layers=arguments.layers,
        num_attention_heads=arguments.hidden // 128 or 1,
        num_key_value_heads=arguments.hidden // 128 or 1,
        max_position_embeddings=4096,
    )
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with device:
            return LlamaForCausalLM(config).eval()
    finally:
        torch.set_default_dtype(before)


def main() -> None:
    """Run the benchmark and print one line a method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", default=["magnitude", "wanda", "ria", "sparsegpt"])
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--samples", type=int, default=128)
    parser.add_argument("--length", type=int, default=2048)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--offload", action="store_true", help="keep the model in host memory")
    parser.add_argument("--hidden", type=int, default=4096)
    parser.add_argument("--intermediate", type=int, default=11008)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--vocabulary", type=int, default=32000)
    parser.add_argument("--json", help="also write the figures to this file")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    calibration = random_tokens(arguments.vocabulary, samples=arguments.samples, length=arguments.length)
    figures = []
    for method in arguments.methods:
        start = time.perf_counter()
        model = build(arguments, torch.device("cpu") if arguments.offload else device)
        parameters = sum(parameter.numel() for parameter in model.parameters())
        print(f"{method}: {parameters / 1e9:.2f} B parameters built in {time.perf_counter() - start:.1f} s", flush=True)
        settings = MaskSettings(method, arguments.sparsity, batch_size=arguments.batch_size)
        with measured(device) as cost:
            report = mask_model(model, settings, calibration, device=device, offload=arguments.offload)
        print(f"{method}: {cost}; {report.achieved:.4f} zero, {calibration.tokens:,} tokens", flush=True)
        figures.append(
            {"method": method, "parameters": parameters, "seconds": cost.seconds, "device": cost.device,
             "peak_device_gib": cost.peak_device_bytes / 2**30, "peak_host_gib": cost.peak_host_bytes / 2**30,
             "achieved": report.achieved, "tokens": calibration.tokens, "offload": arguments.offload}
        )  # fmt: skip
        del model
        if device.type == "cuda":
            torch.cuda.empty_cache()
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
