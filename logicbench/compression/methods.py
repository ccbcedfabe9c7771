"""The catalogue of methods, without torch: what the command line offers and checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from logicbench.errors import UnknownNameError

Family = Literal["mask", "width", "depth", "experts", "neurons", "fold", "quantize"]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of compression.

    Attributes:
        name: As given on the command line.
        family: What kind of result it makes.
        calibrated: Whether it needs calibration data.
        summary: What it does, in a line.
        source: Where it is from.
        general: Whether it needs a second, general calibration set beside that of the domain.
    """

    name: str
    family: Family
    calibrated: bool
    summary: str
    source: str
    general: bool = False


_ALL = (
    Method("random", "mask", False, "random weights: the control", "-"),
    Method("magnitude", "mask", False, "smallest weights", "Han et al. 2015"),
    Method("wanda", "mask", True, "weight times input norm, by row", "Sun et al. 2024"),
    Method("sparsegpt", "mask", True, "optimal brain surgery with weight update", "Frantar & Alistarh 2023"),
    Method("ria", "mask", True, "relative weight times input norm, by row", "Zhang et al. 2024"),
    Method("gblm", "mask", True, "input norm plus gradient norm", "Das et al. 2023"),
    Method("dpruner", "mask", True, "domain and general importance", "Zhang et al. 2024", general=True),
    Method("gaprune", "mask", True, "domain against general Fisher", "Tang & Yang 2025", general=True),
    Method("random-width", "width", False, "random MLP channels and heads: the control", "-"),
    Method("flap", "width", True, "fluctuation of what is removed, mean kept as a bias", "An et al. 2024"),
    Method("wanda-structured", "width", True, "mean Wanda score of a channel or head", "An et al. 2024"),
    Method("llm-pruner", "width", True, "Taylor importance of coupled weights", "Ma et al. 2023"),
    Method("amp", "width", True, "norm of what is added to the residual stream", "Mugnaini et al. 2025"),
    Method("cfsp", "width", True, "relative weights times input norm, MLP only", "Wang et al. 2024"),
    Method("random-depth", "depth", False, "random layers: the control", "-"),
    Method("block-influence", "depth", True, "layers that change their input least", "Men et al. 2024"),
    Method("angular", "depth", True, "the block of layers that turns its input least", "Gromov et al. 2024"),
    Method("greedy-depth", "depth", True, "one layer at a time, by the loss without it", "Song et al. 2024"),
    Method("random-experts", "experts", False, "random experts: the control", "-"),
    Method("reap", "experts", True, "experts of least gated output norm", "Lasby et al. 2025"),
    Method("stun", "experts", False, "one expert of each cluster of router rows", "Lee et al. 2024"),
    Method("random-neurons", "neurons", False, "random neurons of experts: the control", "-"),
    Method("heapr", "neurons", True, "neurons of experts, by the loss's curvature", "Li et al. 2026"),
    Method("armor", "fold", True, "2:4 core between block-diagonal factors, accuracy only", "Liu et al. 2025"),
    Method("rtn", "quantize", False, "round to nearest", "-"),
    Method("gptq", "quantize", True, "round column by column, the rest making up for it", "Frantar et al. 2023"),
    Method("awq", "quantize", True, "scale salient inputs up before rounding, by llmcompressor", "Lin et al. 2024"),
)

METHODS: dict[str, Method] = {method.name: method for method in _ALL}

ALLOCATIONS = ("uniform", "owl", "lamp", "rd", "alpha", "pq")


def find_method(name: str) -> Method:
    """Return a method by name.

    Raises:
        UnknownNameError: If there is none.
    """
    if name not in METHODS:
        raise UnknownNameError("compression method", name, METHODS)
    return METHODS[name]
