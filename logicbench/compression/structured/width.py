"""Narrower layers: measure, choose what to keep, cut, and prove that the cut model is the masked one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner
from logicbench.compression.gradients import gradient_statistics
from logicbench.compression.linears import LinearView
from logicbench.compression.method_options import WidthOptions
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.precision import computing_in_float32, exact_matmul
from logicbench.compression.progress import Step
from logicbench.compression.saving import default_probes, logits_of
from logicbench.compression.sidecar import TensorReport
from logicbench.compression.statistics import collect
from logicbench.compression.structured.blocks import Block, Kept, blocks_of, erase, narrow, removed_columns
from logicbench.compression.structured.importance import (
    MEASURES,
    Importance,
    LayerEvidence,
    watch_contributions,
)
from logicbench.errors import InputError, LogicbenchError

FREE_HEADS = frozenset({"llama", "mistral", "qwen3"})
"""Architectures of which both transformers and vLLM read ``head_dim``, so that heads can go without changing it."""

BIASED = frozenset({"llama"})
"""Architectures that both load with biases on the output and the down projection (attention_bias, mlp_bias)."""

_TOLERANCE = 1e-3
"""Greatest root mean square difference of logits between the masked and the cut model, relative to their spread.

Cutting only reorders sums. In float32 that moves logits by about 1e-6 of their spread, times what the layers amplify; a
wrong cut moves them by about 1. In 16-bit types the two cannot be told apart: rounding alone reaches 0.3 in models
that lost most of their weights. So both are run in float32, whatever the model's own type is."""


@dataclass(frozen=True, slots=True)
class WidthSettings:
    """How to narrow a model.

    Attributes:
        method: One of `MEASURES`.
        sparsity: Share of the attention's and MLPs' weights to remove.
        options: The method's own settings.
        batch_size: Windows run together.
    """

    method: str
    sparsity: float
    options: WidthOptions = field(default_factory=WidthOptions)
    batch_size: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.sparsity < 1.0:
            raise InputError(f"the sparsity must be above 0 and below 1, not {self.sparsity:g}")
        if self.options.multiple < 0:
            raise InputError(f"--set multiple must not be negative, not {self.options.multiple}")


def narrowed(settings: WidthSettings, calibration: Calibration | None) -> Transformation:
    """Return the transformation that narrows a model."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        return narrow_model(model, settings, calibration, workplace)

    return transform


def narrow_model(model: Any, settings: WidthSettings, calibration: Calibration | None, workplace: Workplace) -> Outcome:
    """Remove the least important MLP channels and attention groups of every layer, in place.

    Every layer loses the same number of each. The share of attention groups is rounded down to whole groups and the
    channels make up for the rest.

    Raises:
        InputError: If the architecture does not fit, data is missing, or the target cannot be met.
        LogicbenchError: If the cut model's logits are not those of the masked one.
    """
    decoder = Decoder.of(model)
    blocks = blocks_of(decoder)
    with exact_matmul(), torch.no_grad():
        evidence = _observe(decoder, blocks, settings, calibration, workplace)
        measure, _ = MEASURES[settings.method]
        found = [measure(block, seen, settings.options) for block, seen in zip(blocks, evidence, strict=True)]
        warnings: list[str] = []
        groups, channels = _widths(model, blocks, settings, warnings)
        kept = [_keep(importance, channels, groups) for importance in found]
        sizes = {name: linear.weight.numel() for block in blocks for name, linear in _named(block)}
        if settings.method == "flap" and settings.options.compensate:
            warnings += _compensate(model, blocks, kept, evidence)
        for block, left in zip(blocks, kept, strict=True):
            erase(block, left)
        difference = cut_and_compare(decoder, lambda: narrow(decoder, blocks, kept))
    tensors = tuple(
        TensorReport(name, block.layer, sizes[name], settings.sparsity, 1 - linear.weight.numel() / sizes[name])
        for block in blocks
        for name, linear in _named(block)
    )
    removed = sum(tensor.achieved * tensor.size for tensor in tensors) / sum(sizes.values())
    details = {
        "kept_channels": channels,
        "kept_groups": groups,
        "masked_difference": difference,
        **({"layer_rotation": [each.rotation for each in evidence]} if settings.method == "cfsp" else {}),
    }
    return Outcome("narrower", settings.sparsity, removed, tensors, tuple(warnings), details)


def _named(block: Block) -> list[tuple[str, nn.Linear]]:
    return [(f"{block.prefix}.{name}", linear) for name, linear in block.linears.items()]


def _observe(
    decoder: Decoder,
    blocks: Sequence[Block],
    settings: WidthSettings,
    calibration: Calibration | None,
    workplace: Workplace,
) -> list[LayerEvidence]:
    """Run the calibration data through the dense model and note what the method needs."""
    evidence = [LayerEvidence() for _ in blocks]
    if settings.method == "random-width":
        return evidence
    if calibration is None:
        raise InputError(f"{settings.method} needs calibration data; give --calibration")
    if settings.method == "llm-pruner":
        return _observe_gradients(decoder, blocks, calibration, workplace)
    needs = MEASURES[settings.method][1]
    runner = LayerRunner(decoder, workplace.device, workplace.offload)
    runner.start(calibration.batches(settings.batch_size))
    for block, seen in zip(blocks, evidence, strict=True):
        with runner.on_device(decoder.layers[block.layer]), ExitStack() as stack:
            statistics = stack.enter_context(collect([block.output, block.down], needs)) if needs else {}
            if settings.method == "amp":
                stack.enter_context(watch_contributions(block, seen))
            before = [hidden.clone() for hidden in runner.hidden] if settings.method == "cfsp" else []
            runner.advance(block.layer)
        seen.output, seen.down = statistics.get(block.output.name), statistics.get(block.down.name)
        if before:
            seen.rotation = _rotation(before, runner.hidden)
        workplace.notify(Step("calibrate", block.layer + 1, len(blocks), f"layer {block.layer}"))
    return evidence


def _observe_gradients(
    decoder: Decoder, blocks: Sequence[Block], calibration: Calibration, workplace: Workplace
) -> list[LayerEvidence]:
    views = [LinearView(name, block.layer, linear) for block in blocks for name, linear in _named(block)]
    with torch.enable_grad():
        found = gradient_statistics(decoder.model, views, calibration, workplace.device, workplace.notify)
    return [
        LayerEvidence(gradients={name: found[f"{block.prefix}.{name}"] for name in block.linears}) for block in blocks
    ]


def _rotation(before: Sequence[Tensor], after: Sequence[Tensor]) -> float:
    angles = [
        torch.arccos(nn.functional.cosine_similarity(one.float(), two.float(), dim=-1).clamp(-1, 1)) / torch.pi
        for one, two in zip(before, after, strict=True)
    ]
    return torch.cat([angle.flatten() for angle in angles]).mean().item()


def _widths(model: Any, blocks: Sequence[Block], settings: WidthSettings, warnings: list[str]) -> tuple[int, int]:
    """Return how many attention groups and MLP channels each layer keeps."""
    block = blocks[0]
    attention, mlp = block.attention_size, block.mlp_size
    gone = 0
    if settings.options.attention and settings.method != "cfsp":
        if model.config.model_type in FREE_HEADS:
            gone = int(settings.sparsity * block.groups + 1e-9)
        else:
            warnings.append(
                f"attention heads were kept: vLLM derives the head size of {model.config.model_type} models from the "
                "number of heads"
            )
    wanted = settings.sparsity * (attention + mlp) - attention * gone / block.groups
    multiple = settings.options.multiple or common_multiple(block.channels)
    left = block.channels * (1 - wanted / mlp)
    channels = round(left / multiple) * multiple
    if channels < multiple:
        raise InputError(
            f"a sparsity of {settings.sparsity:g} would leave no MLP channel; the most that can go this way is "
            f"{(mlp * (1 - multiple / block.channels) + attention * gone / block.groups) / (attention + mlp):.2f}"
        )
    return block.groups - gone, min(channels, block.channels)


def common_multiple(channels: int) -> int:
    """Return the greatest power of two up to 128 that divides the width and is at most 1/32 of it, or 1."""
    return max((2**power for power in range(8) if channels % 2**power == 0 and 2**power * 32 <= channels), default=1)


def _keep(importance: Importance, channels: int, groups: int) -> Kept:
    """Keep the most important; of equals, those that come first."""

    def most(values: Tensor, count: int) -> Tensor:
        order = torch.sort(values, descending=True, stable=True).indices
        return order[:count].sort().values

    return Kept(most(importance.channels, channels), most(importance.groups, groups))


def _compensate(
    model: Any, blocks: Sequence[Block], kept: Sequence[Kept], evidence: Sequence[LayerEvidence]
) -> list[str]:
    """Put what the removed inputs give on average into biases (FLAP), and turn biases on in the configuration."""
    if model.config.model_type not in BIASED:
        return [
            f"FLAP's bias compensation was left out: {model.config.model_type} has no biases to put it into that both "
            "transformers and vLLM load"
        ]
    for block, left, seen in zip(blocks, kept, evidence, strict=True):
        assert seen.output is not None
        assert seen.down is not None
        pairs = zip((block.attention.o_proj, block.mlp.down_proj), (seen.output, seen.down), strict=True)
        for (linear, inputs), gone in zip(pairs, removed_columns(block, left), strict=True):
            assert inputs.mean is not None
            lost = linear.weight.double() @ (inputs.mean * gone.to(inputs.mean.device)).to(linear.weight.device)
            _add_bias(linear, lost)
        for linear in block.linears.values():
            _add_bias(linear, torch.zeros(linear.out_features))
    model.config.attention_bias = True
    model.config.mlp_bias = True
    return []


def _add_bias(linear: nn.Linear, bias: Tensor) -> None:
    bias = bias.to(linear.weight.device, linear.weight.dtype)
    present: Tensor | None = linear.bias
    if present is None:
        linear.bias = nn.Parameter(bias, requires_grad=linear.weight.requires_grad)
    else:
        present.data += bias


def cut_and_compare(decoder: Decoder, cut: Callable[[], None]) -> float:
    """Cut a masked model and return the root mean square difference of logits, relative to their spread.

    Raises:
        LogicbenchError: If the cut model's logits are not those of the masked one.
    """
    model: Any = decoder.model
    probes = default_probes(model.config.vocab_size)
    with computing_in_float32(decoder):
        expected = logits_of(model, probes)
    cut()
    with computing_in_float32(decoder):
        found = logits_of(model, probes)
    worst = 0.0
    for masked, left in zip(expected, found, strict=True):
        worst = max(worst, ((masked - left).square().mean().sqrt() / masked.std()).item())
    if not worst <= _TOLERANCE:
        raise LogicbenchError(f"the cut model's logits differ from the masked model's by {worst:.2g} of their spread")
    return worst
