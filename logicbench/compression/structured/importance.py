"""How much each MLP channel and each attention group of a layer matters, by method; the lowest are removed.

The activations are those of the dense model, collected in one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.gradients import GradientStatistics
from logicbench.compression.method_options import WidthOptions
from logicbench.compression.statistics import InputStatistics, Need
from logicbench.compression.structured.blocks import Block, group_sums


@dataclass(frozen=True, slots=True)
class Importance:
    """Importance within one layer.

    Attributes:
        channels: Of each MLP channel, [channels], float64.
        groups: Of each attention group, [groups], float64.
    """

    channels: Tensor
    groups: Tensor


@dataclass(slots=True)
class LayerEvidence:
    """What calibration saw of a layer.

    Attributes:
        output: Inputs of the output projection.
        down: Inputs of the down projection.
        gradients: Gradient statistics of the seven matrices by name, for LLM-Pruner.
        head_norms: Mean over tokens of the l1 norm of each head's contribution to the residual stream, for AMP.
        sizes: Mean over tokens of each channel's absolute activation, for AMP.
        rotation: Mean angle between the layer's input and output, in units of pi, for CFSP.
    """

    output: InputStatistics | None = None
    down: InputStatistics | None = None
    gradients: Mapping[str, GradientStatistics] = field(default_factory=dict)
    head_norms: Tensor | None = None
    sizes: Tensor | None = None
    rotation: float = 0.0


Measure = Callable[[Block, LayerEvidence, WidthOptions], Importance]


def random_structures(block: Block, evidence: LayerEvidence, options: WidthOptions) -> Importance:
    """Return the order of a fixed shuffle: the control."""
    from logicbench.seeding import Stream

    stream = Stream("random-structures", block.prefix)
    channels = torch.tensor([stream.random() for _ in range(block.channels)], dtype=torch.float64)
    return Importance(channels, torch.tensor([stream.random() for _ in range(block.groups)], dtype=torch.float64))


def flap(block: Block, evidence: LayerEvidence, options: WidthOptions) -> Importance:
    """Return WIFV, var(x_j) * |W_:j|^2: what is lost by replacing an input with its mean.

    An et al., AAAI 2024, arXiv 2312.11983. The published code squares the attention's figures once more and updates
    its mean in place while it still reads the old one; neither is in the paper, and neither is done here.
    """
    assert evidence.down is not None
    assert evidence.output is not None
    channels = evidence.down.variance.cpu() * _column_squares(block.mlp.down_proj)
    columns = evidence.output.variance.cpu() * _column_squares(block.attention.o_proj)
    return Importance(channels, group_sums(block, columns))


def wanda_structured(block: Block, evidence: LayerEvidence, options: WidthOptions) -> Importance:
    """Return rms(x_j) * mean_i |W_ij|: Wanda's score, averaged over the outputs (Wanda-sp of An et al. 2024)."""
    assert evidence.down is not None
    assert evidence.output is not None
    channels = evidence.down.norms.cpu().double() * _column_means(block.mlp.down_proj)
    columns = evidence.output.norms.cpu().double() * _column_means(block.attention.o_proj)
    return Importance(channels, group_sums(block, columns))


def llm_pruner(block: Block, evidence: LayerEvidence, options: WidthOptions) -> Importance:
    """Return the summed Taylor importance of all weights that go together (Ma et al., NeurIPS 2023, arXiv 2305.11627).

    First order |w g|, second w^2 F / 2 with the Fisher diagonal F, or |w g - w^2 F / 2| for both.
    """
    taylor = {name: _taylor(block, name, evidence, options) for name in block.linears}
    channels = taylor["mlp.gate_proj"].sum(1) + taylor["mlp.up_proj"].sum(1) + taylor["mlp.down_proj"].sum(0)
    groups = group_sums(block, taylor["self_attn.q_proj"].sum(1) + taylor["self_attn.o_proj"].sum(0))
    for name in ("self_attn.k_proj", "self_attn.v_proj"):
        groups = groups + taylor[name].sum(1).reshape(block.groups, -1).sum(1)
    return Importance(channels, groups)


def amp(block: Block, evidence: LayerEvidence, options: WidthOptions) -> Importance:
    """Return the mean l1 norm of what each head, and each channel, adds to the residual stream.

    AMP (Mugnaini et al. 2025, arXiv 2504.21174). The published code leaves the channel's projection out, the paper
    does not; ``project=false`` does as the code.
    """
    assert evidence.sizes is not None
    assert evidence.head_norms is not None
    channels = evidence.sizes.cpu()
    if options.project:
        channels = channels * block.mlp.down_proj.weight.detach().double().abs().sum(0).cpu()
    return Importance(channels, evidence.head_norms.cpu().reshape(block.groups, -1).sum(1))


def cfsp(block: Block, evidence: LayerEvidence, options: WidthOptions) -> Importance:
    """Return rms(x_j) times the channel's mean relative weight in its three matrices (CFSP, arXiv 2409.13199).

    A weight is relative to those of the other channels at the same place of the residual stream. The released code
    divides by the channel's own sum instead and then sums over the channel, which gives 1 for every channel and leaves
    the activation's norm alone; ``cfsp=released`` does so. Attention is left alone, its groups all count the same.
    """
    assert evidence.down is not None
    norms = evidence.down.norms.cpu().double()
    groups = torch.zeros(block.groups, dtype=torch.float64)
    if options.cfsp == "released":
        return Importance(norms, groups)
    relative = torch.zeros_like(norms)
    for linear, transposed in ((block.mlp.gate_proj, False), (block.mlp.up_proj, False), (block.mlp.down_proj, True)):
        sizes = linear.weight.detach().float().abs()
        sizes = sizes.t() if transposed else sizes  # [channels, hidden]
        relative += (sizes / sizes.sum(0, keepdim=True).clamp_min(1e-12)).mean(1).double().cpu()
    return Importance(norms * relative, groups)


MEASURES: dict[str, tuple[Measure, frozenset[Need]]] = {
    "random-width": (random_structures, frozenset()),
    "flap": (flap, frozenset({"moments"})),
    "wanda-structured": (wanda_structured, frozenset({"squares"})),
    "llm-pruner": (llm_pruner, frozenset()),
    "amp": (amp, frozenset()),
    "cfsp": (cfsp, frozenset({"squares"})),
}
"""Method -> its measure and the input statistics that it reads."""


def _taylor(block: Block, name: str, evidence: LayerEvidence, options: WidthOptions) -> Tensor:
    weight = block.linears[name].weight.detach().cpu().double()
    gradients = evidence.gradients[name]
    first = weight * gradients.mean.double()
    if options.order == "first":
        return first.abs()
    second = weight.square() * gradients.squares.double() / 2
    return second if options.order == "second" else (first - second).abs()


def _column_squares(linear: nn.Linear) -> Tensor:
    return linear.weight.detach().double().square().sum(0).cpu()


def _column_means(linear: nn.Linear) -> Tensor:
    return linear.weight.detach().double().abs().mean(0).cpu()


@contextmanager
def watch_contributions(block: Block, evidence: LayerEvidence) -> Iterator[None]:
    """Fill in `head_norms` and `sizes` while the model runs inside the block."""
    heads = block.group_width * block.groups // block.head_dim
    norms = torch.zeros(heads, dtype=torch.float64)
    sizes = torch.zeros(block.channels, dtype=torch.float64)
    tokens = 0

    def at_output(module: Any, args: tuple[Tensor, ...]) -> None:
        inputs = args[0].reshape(-1, args[0].shape[-1])
        for head in range(heads):
            part = slice(head * block.head_dim, (head + 1) * block.head_dim)
            projected = nn.functional.linear(inputs[:, part], module.weight[:, part])
            norms[head] += projected.float().abs().sum().item()

    def at_down(module: Any, args: tuple[Tensor, ...]) -> None:
        nonlocal tokens
        inputs = args[0].reshape(-1, args[0].shape[-1])
        sizes.add_(inputs.float().abs().sum(0).double().cpu())
        tokens += len(inputs)

    handles = [
        block.attention.o_proj.register_forward_pre_hook(at_output),
        block.mlp.down_proj.register_forward_pre_hook(at_down),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
    evidence.head_norms, evidence.sizes = norms / max(tokens, 1), sizes / max(tokens, 1)
