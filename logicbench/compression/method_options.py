"""Settings that single methods have besides the common ones, without torch: ``--set NAME=VALUE`` fills them in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from logicbench.compression.methods import Family
from logicbench.compression.quantization.schemes import GROUPS
from logicbench.errors import InputError


@dataclass(frozen=True, slots=True)
class WidthOptions:
    """Settings of all methods that narrow layers.

    Attributes:
        attention: Whether to remove attention groups also.
        multiple: The kept channels are a multiple of this; 0 chooses a power of two up to 128.
        compensate: FLAP: put the mean of what is removed into biases, where the architecture has them.
        order: LLM-Pruner: first or second order of the Taylor expansion, or both.
        project: AMP: weigh a channel's activation by its down projection, as the paper has it.
        cfsp: Normalise weights as CFSP's paper does, or as its released code, whose weight terms cancel out.
    """

    attention: bool = True
    multiple: int = 0
    compensate: bool = True
    order: Literal["first", "second", "mix"] = "first"
    project: bool = True
    cfsp: Literal["paper", "released"] = "paper"


@dataclass(frozen=True, slots=True)
class QuantizeOptions:
    """Settings of the methods that quantise.

    Attributes:
        scheme: Storage of weights and activations.
        group: Inputs that share a scale in W4A16 and W8A16; 0 takes the greatest of 128, 64 and 32 that fits.
        engine: Our own code, or llmcompressor in a Python of its own.
        python: That Python; found among the usual places unless given.
    """

    scheme: Literal["W4A16", "W8A16", "W8A8", "FP8"] = "W4A16"
    group: int = 0
    engine: Literal["native", "llmcompressor"] = "native"
    python: str = ""

    def __post_init__(self) -> None:
        if self.group not in (0, *GROUPS):
            raise InputError(f"--set group must be one of {', '.join(map(str, GROUPS))}, not {self.group}")


@dataclass(frozen=True, slots=True)
class NeuronOptions:
    """Settings of methods that narrow experts.

    Attributes:
        ranking: Compare the neurons of one expert, which makes a smaller checkpoint; or, as HEAPr's paper does, those
            of the whole model, which leaves experts of unequal widths that no runtime loads: they are zeroed instead.
        multiple: The kept width is a multiple of this; 0 chooses a power of two up to 128, if it can at least 8.
    """

    ranking: Literal["expert", "global"] = "expert"
    multiple: int = 0

    def __post_init__(self) -> None:
        if self.multiple < 0:
            raise InputError(f"--set multiple must not be negative, not {self.multiple}")


@dataclass(frozen=True, slots=True)
class FoldOptions:
    """Settings of methods that factorise matrices.

    Attributes:
        block: Greatest size of the blocks of the two block-diagonal factors, at least 4.
        rounds: How often every factor is set to its minimum.
    """

    block: int = 32
    rounds: int = 10

    def __post_init__(self) -> None:
        if self.block < 4 or self.rounds < 0:
            raise InputError("--set block must be at least 4, and --set rounds must not be negative")


OPTIONS: dict[Family, type] = {
    "width": WidthOptions,
    "neurons": NeuronOptions,
    "fold": FoldOptions,
    "quantize": QuantizeOptions,
}
"""Settings by family of methods; the others have none."""
