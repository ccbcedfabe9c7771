"""Collapse on a real model: seen where nearly everything is gone at random, not seen where nothing is."""

import pytest

pytest.importorskip("torch")

from logicbench.compression.request import CompressionRequest, run_request
from logicbench.evals.compare import compare
from logicbench.evals.config import EvalConfig
from logicbench.evals.runner import evaluate
from logicbench.generation import generate
from logicbench.models import make_backend
from logicbench.models.known import resolve_model
from logicbench.models.protocol import Sampling

pytestmark = [pytest.mark.slow, pytest.mark.model]


def test_a_random_mask_of_95_percent_raises_flags_and_the_dense_model_raises_none(tmp_path):
    dense = resolve_model("smollm2-135m")
    pruned = tmp_path / "random-95"
    run_request(CompressionRequest(dense, pruned, "random", 0.95, device="cpu"))
    runs = []
    for name, model in (("dense", dense), ("dense-again", dense), ("pruned", pruned)):
        sampling = Sampling(max_tokens=32, temperature=0.0)
        config = EvalConfig(str(model), tasks=("sat:decide",), backend="transformers", sampling=sampling)
        problems = generate("sat", "decide", count=20, split="eval", measure=False, knobs={"variables": 4})
        options = {"device": "cpu"}
        runs.append(tmp_path / f"run-{name}")
        evaluate(
            iter(list(problems)),
            lambda asked, model=model, options=options: make_backend("transformers", model, asked, options),
            runs[-1],
            config,
        )
    again, collapsed = compare(runs, draws=200).contrasts
    assert not again.flags
    assert again.overall.flips.lost == again.overall.flips.gained == 0
    assert {flag.kind for flag in collapsed.flags} >= {"truncation"}
