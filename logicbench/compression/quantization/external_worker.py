"""Runs one llmcompressor job; started as a file by a Python that has llmcompressor and needs nothing of logicbench.

``python -I external_worker.py JOB.json`` reads the job, writes the model, and writes what it did to the job's result.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any


def main(job_path: str) -> None:
    """Carry out a job: model, output, method, scheme, group, ignore, threads, windows and probes as ids, result."""
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    import compressed_tensors
    import llmcompressor
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    torch.set_num_threads(max(1, job["threads"]))
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if not torch.accelerator.is_available():
        # llmcompressor 0.14's AWQ pins its activations for copies to a device, and fails where there is none.
        torch.Tensor.pin_memory = _unpinned  # type: ignore[method-assign, assignment]
    models: Any = AutoModelForCausalLM
    model = models.from_pretrained(job["model"], dtype="auto", local_files_only=True).to(device)
    tokenizer = AutoTokenizer.from_pretrained(job["model"], local_files_only=True)
    options: dict[str, Any] = {}
    if job["windows"]:
        from datasets import Dataset

        rows = [{"input_ids": ids, "attention_mask": [1] * len(ids)} for ids in job["windows"]]
        options = {
            "dataset": Dataset.from_list(rows),
            "num_calibration_samples": len(rows),
            "max_seq_length": max(map(len, job["windows"])),
            "shuffle_calibration_samples": False,
            "processor": tokenizer,
        }
    start = time.perf_counter()
    llmcompressor.oneshot(model=model, recipe=_modifiers(job), **options)
    seconds = time.perf_counter() - start
    expected = _logits(model, job["probes"])
    model.save_pretrained(job["output"], save_compressed=True)
    loaded = models.from_pretrained(job["output"], dtype="auto", local_files_only=True).to(device)
    difference = max(
        (left - right).abs().max().item() for left, right in zip(expected, _logits(loaded, job["probes"]), strict=True)
    )
    peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
    versions = {"llmcompressor": llmcompressor.__version__, "compressed-tensors": compressed_tensors.__version__}
    host = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    result = {
        "seconds": seconds,
        "device": device,
        "difference": difference,
        "peak": peak,
        "host": host,
        "versions": versions,
    }
    with open(job["result"], "w", encoding="utf-8") as file:
        json.dump(result, file)


def _unpinned(tensor: Any, device: Any = None) -> Any:
    return tensor


def _modifiers(job: dict[str, Any]) -> list[Any]:
    from compressed_tensors.quantization import preset_name_to_scheme
    from llmcompressor.modifiers.quantization import GPTQModifier, QuantizationModifier

    scheme = preset_name_to_scheme(job["scheme"], ["Linear"])
    if job["group"]:
        scheme.weights.group_size = job["group"]
    settings = {"config_groups": {"group_0": scheme}, "ignore": job["ignore"]}
    if job["method"] == "gptq":
        return [GPTQModifier(**settings)]
    if job["method"] == "awq":
        from llmcompressor.modifiers.transform.awq import AWQModifier

        return [AWQModifier(), QuantizationModifier(**settings)]
    return [QuantizationModifier(**settings)]


def _logits(model: Any, probes: list[list[int]]) -> list[Any]:
    import torch

    with torch.no_grad():
        return [
            model(input_ids=torch.tensor([ids], device=model.device), use_cache=False).logits.float().cpu()
            for ids in probes
        ]


if __name__ == "__main__":
    main(sys.argv[1])
