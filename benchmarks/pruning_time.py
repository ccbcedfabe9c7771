"""Time our Wanda and SparseGPT beside llmcompressor's, on one model and the same tokens, and compare the masks.

llmcompressor runs in a Python of its own. Each method runs in a process of its own; the times are those of pruning
alone, without loading and saving. Every layer is pruned on what the pruned layers before it give, so that a difference
in rounding, which moves a few weights at the threshold of the first layer, grows with depth.

    python benchmarks/pruning_time.py --model FOLDER --python .venv-llmcompressor/bin/python --device cpu
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

METHODS = ("wanda", "sparsegpt")

Seconds = tuple[float, float]
"""By the clock, and of the processors, which a busy machine does not lengthen."""


def now() -> Seconds:
    """Return the time."""
    return time.perf_counter(), time.process_time()


def since(start: Seconds) -> Seconds:
    """Return the time that has passed."""
    wall, cpu = now()
    return wall - start[0], cpu - start[1]


def ours(job: dict[str, Any]) -> Seconds:
    """Prune with logicbench."""
    import torch

    from logicbench.compression.calibration import Calibration
    from logicbench.compression.loading import load_model
    from logicbench.compression.masking import mask_model
    from logicbench.compression.settings import MaskSettings

    model = load_model(Path(job["model"]), torch.device(job["device"]))
    if job["float32"]:
        model.float()
    data = Calibration(tuple(torch.tensor(ids) for ids in job["windows"]), "benchmark")
    start = now()
    mask_model(model, MaskSettings(job["method"], job["sparsity"]), data)
    if job["device"] != "cpu":
        torch.cuda.synchronize()
    seconds = since(start)
    model.save_pretrained(job["output"])
    return seconds


def theirs(job: dict[str, Any]) -> Seconds:
    """Prune with llmcompressor."""
    import torch
    from datasets import Dataset
    from llmcompressor import oneshot
    from llmcompressor.modifiers.pruning import SparseGPTModifier, WandaPruningModifier
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype="auto").to(job["device"])
    if job["float32"]:
        model.float()
    kind = {"wanda": WandaPruningModifier, "sparsegpt": SparseGPTModifier}[job["method"]]
    rows = [{"input_ids": ids, "attention_mask": [1] * len(ids)} for ids in job["windows"]]
    start = now()
    oneshot(
        model=model,
        recipe=[kind(sparsity=job["sparsity"], mask_structure="0:0", targets=["Linear"], ignore=["re:.*lm_head"])],
        dataset=Dataset.from_list(rows),
        num_calibration_samples=len(rows),
        max_seq_length=len(job["windows"][0]),
        shuffle_calibration_samples=False,
        processor=AutoTokenizer.from_pretrained(job["model"]),
    )
    if job["device"] != "cpu":
        torch.cuda.synchronize()
    seconds = since(start)
    model.save_pretrained(job["output"])
    return seconds


def agreement(first: Path, second: Path) -> tuple[list[float], float, float]:
    """Return the share of the decoder's weights with the same mask by layer and in all, and the first's zeros."""
    from safetensors.torch import load_file

    left, right = (
        {name: tensor for file in sorted(folder.glob("*.safetensors")) for name, tensor in load_file(file).items()}
        for folder in (first, second)
    )
    same: dict[int, int] = {}
    total: dict[int, int] = {}
    zeros = 0
    for name, tensor in left.items():
        if ".layers." in name and tensor.dim() == 2:
            layer, mask = int(name.partition(".layers.")[2].partition(".")[0]), tensor == 0
            same[layer] = same.get(layer, 0) + int((mask == (right[name] == 0)).sum())
            total[layer] = total.get(layer, 0) + mask.numel()
            zeros += int(mask.sum())
    size = sum(total.values())
    return [same[layer] / total[layer] for layer in sorted(total)], sum(same.values()) / size, zeros / size


def main() -> None:
    """Run both sides and print a line a method."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--python", help="a Python that has llmcompressor")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--length", type=int, default=512)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--float32", action="store_true", help="compute in float32, as on CPUs")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        side, path = arguments.child
        job = json.loads(Path(path).read_text(encoding="utf-8"))
        seconds = (ours if side == "ours" else theirs)(job)
        Path(job["result"]).write_text(json.dumps(seconds), encoding="utf-8")
        return
    if not arguments.model or not arguments.python:
        parser.error("give --model FOLDER and --python PATH")
    from logicbench.compression.loading import load_tokenizer, model_limits
    from logicbench.compression.sources import CalibrationSource

    source = CalibrationSource("family:sat", arguments.samples, arguments.length)
    data = source.load(load_tokenizer(arguments.model), model_limits(arguments.model)[0])
    with tempfile.TemporaryDirectory() as scratch:
        for method in arguments.methods:
            seconds = {side: _run(side, method, arguments, data, Path(scratch)) for side in ("ours", "theirs")}
            layers, same, zeros = agreement(Path(scratch) / f"{method}-ours", Path(scratch) / f"{method}-theirs")
            middle = layers[len(layers) // 2]
            print(
                f"{method}: ours {_words(seconds['ours'])}, llmcompressor {_words(seconds['theirs'])}, "
                f"{seconds['theirs'][0] / seconds['ours'][0]:.2f} and {seconds['theirs'][1] / seconds['ours'][1]:.2f} "
                f"times as long; masks agree on {layers[0]:.6%} of the "
                f"first layer, {middle:.4%} of the middle one, {same:.4%} of all; {zeros:.4%} zero; "
                f"{data.tokens:,} tokens",
                flush=True,
            )


def _words(seconds: Seconds) -> str:
    return f"{seconds[0]:.1f} s ({seconds[1]:.1f} s CPU)"


def _run(side: str, method: str, arguments: argparse.Namespace, data: Any, scratch: Path) -> Seconds:
    job = {
        "model": str(arguments.model.resolve()), "method": method, "device": arguments.device,
        "sparsity": arguments.sparsity, "float32": arguments.float32,
        "windows": [window.tolist() for window in data.windows],
        "output": str(scratch / f"{method}-{side}"), "result": str(scratch / f"{method}-{side}.json"),
    }  # fmt: skip
    path = scratch / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    python = sys.executable if side == "ours" else str(Path(arguments.python).absolute())
    done = subprocess.run(
        [python, str(Path(__file__).resolve()), "--child", side, str(path)],
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{method}, {side}: {done.stderr.strip().splitlines()[-1]}")
    wall, cpu = json.loads(Path(job["result"]).read_text(encoding="utf-8"))
    return wall, cpu


if __name__ == "__main__":
    main()
