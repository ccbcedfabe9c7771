"""Train a small model by GRPO on fresh problems, and measure what it learnt on held-out ones.

    pip install 'logicbench[hf,train,plots]'
    python examples/grpo.py --model smollm2-135m --tasks sat:assign --set variables=4 --set ratio=2 --steps 200 \\
        --output out/grpo

Writes ``curve.json`` and ``curve.svg`` (reward and accuracy by step), ``result.json`` (held-out accuracy before and
after, with an exact paired test on the same problems) and the trained model. The held-out problems come from another
split, so no training problem is among them.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

import logicbench
from logicbench.cli.generate import parse_settings
from logicbench.evals.statistics import mcnemar_exact, wilson
from logicbench.interop.rows import messages, trl_row
from logicbench.models.known import resolve_model
from logicbench.rewards.trl import TrlReward


def problems(arguments: argparse.Namespace, split: str, count: int) -> list[logicbench.Problem]:
    family, _, task = arguments.tasks.partition(":")
    return list(
        logicbench.generate(
            family, task or None, surface=arguments.surface, count=count, seed=arguments.seed, split=split,
            knobs=parse_settings(arguments.set), measure=False,
        )
    )  # fmt: skip


@torch.inference_mode()
def accuracy(
    model, tokenizer, held_out, max_tokens: int, system: str | None, batch: int = 128
) -> tuple[list[bool], int]:
    """Return whether the greedy answer to each problem is right, and how many could not be read."""
    model.eval()
    right, unread = [], 0
    for start in range(0, len(held_out), batch):
        part = held_out[start : start + batch]
        texts = [
            tokenizer.apply_chat_template(messages(p, system), tokenize=False, add_generation_prompt=True) for p in part
        ]
        inputs = tokenizer(texts, return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False)
        out = model.generate(
            **inputs.to(model.device), max_new_tokens=max_tokens, do_sample=False, pad_token_id=tokenizer.pad_token_id
        )
        for problem, row in zip(part, out[:, inputs["input_ids"].shape[1] :], strict=True):
            verdict = logicbench.verify(problem, tokenizer.decode(row, skip_special_tokens=True))
            right.append(verdict.correct)
            unread += verdict.status == "unparsable"
    model.train()
    return right, unread


class Deadline(TrainerCallback):
    """Ends training after a number of seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def on_train_begin(self, args, state, control, **rest):
        self.end = time.perf_counter() + self.seconds

    def on_step_end(self, args, state, control, **rest):
        control.should_training_stop |= time.perf_counter() > self.end


def plot(curve: list[dict[str, float]], path: Path) -> None:
    """Draw reward and shares by step."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 3.2), layout="constrained")
    steps = [entry["step"] for entry in curve]
    for name, label in (
        ("reward", "reward"),
        ("logicbench/correct", "correct"),
        ("logicbench/unparsable", "unparsable"),
    ):
        axes.plot(steps, [entry[name] for entry in curve], label=label)
    axes.set(xlabel="step", ylabel="mean of the step's completions", ylim=(0, 1))
    axes.legend()
    figure.savefig(path)
    pyplot.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="a known name or a model folder")
    parser.add_argument("--tasks", default="sat:assign", help="family:task")
    parser.add_argument("--surface", default="dimacs")
    parser.add_argument("--set", action="append", default=[], metavar="KNOB=VALUE")
    parser.add_argument("--shape", default="binary")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--problems", type=int, default=4000)
    parser.add_argument("--held-out", type=int, default=500)
    parser.add_argument("--groups", type=int, default=32, help="problems in a step")
    parser.add_argument("--samples", type=int, default=16, help="completions of each problem")
    parser.add_argument("--max-tokens", type=int, default=48)
    parser.add_argument("--system", help="system message")
    parser.add_argument("--max-seconds", type=float, help="end training after that long")
    parser.add_argument("--learning-rate", type=float, default=2e-5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    folder = resolve_model(arguments.model, print)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    held_out = problems(arguments, "test", arguments.held_out)
    before, unread_before = accuracy(model, tokenizer, held_out, arguments.max_tokens, arguments.system)
    print(f"before: {sum(before) / len(before):.3f} right, {unread_before} unread", flush=True)

    config = GRPOConfig(
        output_dir=str(arguments.output / "checkpoints"),
        per_device_train_batch_size=arguments.groups * arguments.samples,
        num_generations=arguments.samples,
        max_completion_length=arguments.max_tokens,
        max_steps=arguments.steps,
        learning_rate=arguments.learning_rate,
        lr_scheduler_type="constant_with_warmup",
        warmup_steps=5,
        beta=0.0,
        temperature=1.0,
        bf16=torch.cuda.is_available(),
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        seed=arguments.seed,
        use_cpu=not torch.cuda.is_available(),
    )
    rows = [trl_row(problem, arguments.system) for problem in problems(arguments, "train", arguments.problems)]
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=TrlReward(arguments.shape),
        args=config,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        callbacks=[Deadline(arguments.max_seconds)] if arguments.max_seconds else None,
    )
    begin = time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - begin
    after, unread_after = accuracy(trainer.model, tokenizer, held_out, arguments.max_tokens, arguments.system)
    curve = [
        {
            name: entry[name]
            for name in ("step", "reward", "logicbench/correct", "logicbench/unparsable")
            if name in entry
        }
        for entry in trainer.state.log_history
        if "reward" in entry
    ]
    better = sum(b and not a for a, b in zip(before, after, strict=True))
    worse = sum(a and not b for a, b in zip(before, after, strict=True))
    low, high = wilson(sum(before), len(before)), wilson(sum(after), len(after))
    result = {
        "model": arguments.model, "tasks": arguments.tasks, "knobs": arguments.set, "shape": arguments.shape,
        "steps": (steps := trainer.state.global_step), "completions": steps * arguments.groups * arguments.samples,
        "seconds": round(seconds, 1), "held_out": len(before),
        "before": {"accuracy": sum(before) / len(before), "low": low.low, "high": low.high, "unread": unread_before},
        "after": {"accuracy": sum(after) / len(after), "low": high.low, "high": high.high, "unread": unread_after},
        "turned_right": better, "turned_wrong": worse, "mcnemar_p": float(mcnemar_exact(better, worse)),
    }  # fmt: skip
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "curve.json").write_text(json.dumps(curve, indent=1))
    (arguments.output / "result.json").write_text(json.dumps(result, indent=2))
    plot(curve, arguments.output / "curve.svg")
    trainer.save_model(str(arguments.output / "model"))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
