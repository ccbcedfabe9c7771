"""Which runtimes run a compressed checkpoint faster, said as it is.

vLLM dropped 2:4 sparsity (a stub from 0.19, gone from 0.22, where a configuration that asks for it is an error), so a
masked checkpoint is dense with zeros and no faster anywhere that loads it as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["masked", "narrower", "shallower", "fewer-experts", "folded", "quantized"]


@dataclass(frozen=True, slots=True)
class RuntimeEffect:
    """What a runtime makes of a checkpoint.

    Attributes:
        kind: What was done to the weights.
        faster: Runtimes that run it faster, or in less memory, than the original.
        not_faster: Runtimes that do not.
        note: One sentence for the report.
    """

    kind: Kind
    faster: tuple[str, ...]
    not_faster: tuple[str, ...]
    note: str


_BOTH = ("vllm", "transformers")

EFFECTS: dict[Kind, RuntimeEffect] = {
    "masked": RuntimeEffect(
        "masked", (), _BOTH, "Dense with zeros: accuracy is real, but no runtime here stores or runs it any faster."
    ),
    "folded": RuntimeEffect(
        "folded", (), _BOTH, "Factors multiplied out to dense weights: for measuring accuracy only, nothing is faster."
    ),
    "narrower": RuntimeEffect("narrower", _BOTH, (), "Smaller matrices of a stock architecture: faster and smaller."),
    "shallower": RuntimeEffect("shallower", _BOTH, (), "Fewer layers of a stock architecture: faster and smaller."),
    "fewer-experts": RuntimeEffect(
        "fewer-experts", _BOTH, (), "Fewer experts: smaller; tokens still visit as many experts, so speed gains little."
    ),
    "quantized": RuntimeEffect(
        "quantized", ("vllm",), ("transformers",), "Quantised weights: vLLM has kernels, transformers unpacks to dense."
    ),
}
