"""Measures what the harness costs: tokens/s of an evaluation against a bare loop over the same engine.

    python benchmarks/gpu_throughput.py --model PATH --output throughput.json

starts one vLLM engine and lets it answer the same prompts, with the same seeds and sampling, in turns:

- ``bare``: ``LLM.generate`` over token ids made beforehand, nothing checked and nothing stored;
- ``eval``: what ``logicbench eval`` does: prompts rendered, answers checked, samples and tokens stored;
- ``unseeded`` (with ``--unseeded``): the bare loop without a seed of its own for each completion.

The prefix cache is emptied before each turn and the order is reversed every time. Printed are tokens/s of each turn and
the ratio of ``eval`` to ``bare`` within each repetition. Time runs from the first request to the last stored sample.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from logicbench.cli.eval import default_check_workers
from logicbench.evals.config import EvalConfig
from logicbench.evals.manifest import describe_host, package_versions
from logicbench.evals.plan import Plan
from logicbench.evals.prompting import Prompter
from logicbench.evals.runner import evaluate
from logicbench.evals.selection import parse_selection, select
from logicbench.evals.store import open_run
from logicbench.models.known import resolve_model
from logicbench.models.protocol import Sampling
from logicbench.models.vllm import VllmBackend, VllmOptions

TASKS = ("sat:decide@math", "sat:assign@story", "coloring:color@english", "nlsat:decide@english")


class Borrowed:
    """A backend that outlives the evaluation that uses it."""

    def __init__(self, backend):
        self._backend = backend
        self.name, self.capabilities = backend.name, backend.capabilities
        self.describe, self.statistics, self.complete = backend.describe, backend.statistics, backend.complete

    def close(self):
        pass


def bare_turn(backend, plan, sampling, seeded):
    """Return (tokens, seconds) of ``LLM.generate`` over a plan's prompts."""
    from vllm import SamplingParams

    requests = list(plan)
    prompts = backend._prompter.encode(request.messages for request in requests)
    ids = [prompts[request.messages].ids.tolist() for request in requests]
    params = [
        SamplingParams(
            max_tokens=min(sampling.max_tokens, backend.context - len(prompt)),
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            seed=request.seed if seeded else None,
            logprobs=0 if sampling.logprobs else None,
            **{"stop_token_ids": sorted(backend._ends)} | sampling.extra,
        )
        for request, prompt in zip(requests, ids, strict=True)
    ]
    start = time.perf_counter()
    outputs = backend._llm.generate([{"prompt_token_ids": each} for each in ids], params, use_tqdm=False)
    return sum(len(output.outputs[0].token_ids) for output in outputs), time.perf_counter() - start


def eval_turn(backend, problems, config, folder, check_workers):
    """Return (tokens, seconds) of an evaluation, as its run.json has them."""
    outcome = evaluate(problems, lambda asked: Borrowed(backend), folder, config, check_workers=check_workers)
    if outcome.status != "complete":
        raise SystemExit(f"the evaluation ended {outcome.status}: {outcome.error}")
    session = open_run(folder).info["sessions"][-1]
    shutil.rmtree(folder)
    return session["completion_tokens"], session["seconds"]


def measure(options, backend, problems):
    sampling = Sampling(
        max_tokens=options.max_tokens,
        temperature=options.temperature,
        logprobs=options.logprobs,
        # The stop tokens are given by number as well, and those the engine does not ignore.
        extra={"ignore_eos": True, "stop_token_ids": []} if options.ignore_eos else {},
    )
    config = EvalConfig(options.model, samples=options.samples, sampling=sampling, backend="vllm", tasks=options.tasks)
    prompter = Prompter(config.prompting, problems)
    scratch = Path(tempfile.mkdtemp(prefix="throughput-", dir=options.scratch))
    arms = {
        "bare": lambda plan, folder, asked: bare_turn(backend, plan, sampling, True),
        "eval": lambda plan, folder, asked: eval_turn(backend, asked, config, folder, options.check_workers),
    }
    if options.unseeded:
        arms["unseeded"] = lambda plan, folder, asked: bare_turn(backend, plan, sampling, False)
    warm = problems[: max(1, len(problems) // 10)]
    for turn in arms.values():
        turn(Plan(warm, 1, 0, prompter), scratch / "warm", warm)
    repetitions = []
    for repetition in range(options.repetitions):
        found = {}
        for name in list(arms)[:: 1 if repetition % 2 == 0 else -1]:
            backend._llm.reset_prefix_cache()
            plan = Plan(problems, options.samples, config.seed, prompter)
            tokens, seconds = arms[name](plan, scratch / name, problems)
            found[name] = {"tokens": tokens, "seconds": round(seconds, 3), "tokens_per_s": round(tokens / seconds, 1)}
            print(f"repetition {repetition + 1}: {name:>8} {tokens:>9,} tokens in {seconds:7.1f} s, "
                  f"{tokens / seconds:>9,.0f} tokens/s", flush=True)  # fmt: skip
        found["ratio"] = round(found["eval"]["tokens_per_s"] / found["bare"]["tokens_per_s"], 4)
        repetitions.append(found)
    shutil.rmtree(scratch)
    return repetitions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="folder of a model, GGUF file, or known name")
    parser.add_argument("--tasks", action="append", help=f"as for logicbench eval; default: {' '.join(TASKS)}")
    parser.add_argument("--limit", type=int, default=500, help="problems of each selection")
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--max-tokens", type=int, default=512)
    parser.add_argument("--temperature", type=float, default=0.7)
    parser.add_argument("--logprobs", action=argparse.BooleanOptionalAction, default=True, help="in all turns")
    parser.add_argument("--ignore-eos", action="store_true", help="let every completion have all its tokens")
    parser.add_argument("--unseeded", action="store_true", help="also a bare loop without seeds")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--check-workers", type=int, default=default_check_workers())
    parser.add_argument("--option", action="append", default=[], metavar="NAME=JSON", help="of the vllm backend")
    parser.add_argument("--output", help="JSON file")
    parser.add_argument("--scratch", help="folder for the runs, which are deleted")
    options = parser.parse_args()
    options.tasks = tuple(options.tasks or TASKS)
    settings = {}
    for pair in options.option:
        name, _, value = pair.partition("=")
        try:
            settings[name] = json.loads(value)
        except json.JSONDecodeError:
            settings[name] = value
    selections = [each for name in options.tasks for each in parse_selection(name)]
    problems = list(select(selections, options.limit, 0, workers=max(1, (os.cpu_count() or 1) - 1)))
    backend = VllmBackend(resolve_model(options.model, print), VllmOptions(**settings))
    try:
        print(f"{len(problems):,} problems, {options.samples} completions of each", flush=True)
        repetitions = measure(options, backend, problems)
        ratios = [found["ratio"] for found in repetitions]
        rates = {
            name: statistics.median(found[name]["tokens_per_s"] for found in repetitions)
            for name in repetitions[0]
            if name != "ratio"
        }
        print("median tokens/s: " + ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items()))
        print(f"eval / bare: median {statistics.median(ratios):.3f}, {min(ratios):.3f} to {max(ratios):.3f}")
        document = {
            "command": sys.argv,
            "problems": len(problems),
            "samples": options.samples,
            "engine": dict(backend.describe()),
            "host": describe_host(),
            "packages": package_versions(),
            "repetitions": repetitions,
            "median_tokens_per_s": rates,
            "ratio": {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)},
        }
        if options.output:
            Path(options.output).write_text(json.dumps(document, indent=2, default=str) + "\n", encoding="utf-8")
            print(f"Written: {options.output}")
    finally:
        backend.close()


if __name__ == "__main__":
    main()
