"""Measures the run store: is it flat in time and memory as a run grows?

    python benchmarks/run_store.py --completions 100000 --tokens 4000

writes that many completions with text, token ids and log-probabilities (3.2 GB of tokens and 2 GB of text at the size
above, so mind the disk), then resumes, reads and sums up the run, and prints one line for each tenth of the writing.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from logicbench.evals.config import EvalConfig
from logicbench.evals.record import Sample, SampleVerdict, TokenCounts, problem_fields
from logicbench.evals.store import create_run, open_run
from logicbench.problem import Problem


def resident_mb():
    """Return the memory in use now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def make_problems(count):
    for number in range(count):
        yield Problem("bench", "decide", "plain", "1", f"Problem {number}: " + "x1 or x2, " * 60, {"number": number})


def make_sample(problem, index, text, tokens):
    return Sample(
        **problem_fields(problem),
        sample=index,
        seed=index,
        text=text,
        finish="stop",
        tokens=TokenCounts(300, tokens // 2, tokens - tokens // 2),
        verdict=SampleVerdict("correct" if index % 2 else "wrong", float(index % 2), "yes"),
        logprob_sum=-1.0,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--completions", type=int, default=10_000)
    parser.add_argument("--tokens", type=int, default=4_000, help="of each completion")
    parser.add_argument("--samples", type=int, default=4, help="completions of each problem")
    parser.add_argument("--folder", help="where to write; a temporary folder by default")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=options.folder)) / "run"
    problems = list(make_problems(-(-options.completions // options.samples)))
    info = {"argv": sys.argv, "config": EvalConfig("bench", samples=options.samples).to_json()}
    source = np.random.default_rng(0)
    ids = tuple(source.integers(0, 150_000, options.tokens).tolist())
    logprobs = tuple((-source.random(options.tokens)).tolist())
    text = "so x1 must be true, " * (options.tokens // 5)

    start = time.perf_counter()
    run = create_run(folder, info, problems)
    print(f"set-up: {time.perf_counter() - start:.2f} s for {len(problems):,} problems")
    tenth = max(1, options.completions // 10)
    for block in range(0, options.completions, tenth):
        start, cpu = time.perf_counter(), time.process_time()
        count = min(tenth, options.completions - block)
        for number in range(block, block + count):
            problem = problems[number // options.samples]
            run.append(make_sample(problem, number % options.samples, text, options.tokens), ids, logprobs)
        seconds, used = time.perf_counter() - start, time.process_time() - cpu
        print(
            f"{block + count:>9,} completions: {count / seconds:>8,.0f}/s, {1e6 * used / count:>6,.0f} us CPU each, "
            f"{count * options.tokens / seconds / 1e6:>6.1f} M tokens/s, resident {resident_mb():>6,.0f} MB",
            flush=True,
        )
    run.close()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"on disk: {size / 1e9:.2f} GB")

    start = time.perf_counter()
    again = create_run(folder, info, [])
    print(f"resume: {time.perf_counter() - start:.2f} s, {len(again.done):,} done, resident {resident_mb():,.0f} MB")
    again.close()
    start = time.perf_counter()
    reader = open_run(folder)
    checksum = sum(int(reader.tokens(sample)[0][0]) for sample in reader.samples())
    print(f"read all: {time.perf_counter() - start:.2f} s, checksum {checksum}, resident {resident_mb():,.0f} MB")
    shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
