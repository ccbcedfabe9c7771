"""Quantising the linear modules of a whole model, and saving the result so that vLLM loads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner, visiting
from logicbench.compression.linears import LinearView
from logicbench.compression.method_options import QuantizeOptions
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.precision import exact_matmul
from logicbench.compression.progress import Step
from logicbench.compression.quantization.checkpoint import load_dequantised, write_codes
from logicbench.compression.quantization.rounding import Codes, gptq, round_to_nearest
from logicbench.compression.quantization.schemes import GROUPS, SCHEMES, Scheme, common_group
from logicbench.compression.sidecar import TensorReport
from logicbench.compression.statistics import InputStatistics, collect
from logicbench.errors import InputError

MARLIN_INPUTS = 128
"""vLLM's fast 4-bit kernel takes numbers of inputs that are multiples of this."""


@dataclass(frozen=True, slots=True)
class QuantizeSettings:
    """How to quantise a model.

    Attributes:
        method: ``rtn`` or ``gptq``.
        options: The scheme and its details.
        protect: Shell-style patterns of matrices to leave alone.
        damping: Of GPTQ's Hessian.
        batch_size: Windows run together.
    """

    method: str
    options: QuantizeOptions = field(default_factory=QuantizeOptions)
    protect: tuple[str, ...] = ()
    damping: float = 0.01
    batch_size: int = 1

    def __post_init__(self) -> None:
        if self.method == "awq" and self.options.engine != "llmcompressor":
            raise InputError("awq is done by llmcompressor: leave out --set engine, or use gptq")


@dataclass(slots=True)
class _Job:
    """State shared by the steps of one run."""

    settings: QuantizeSettings
    scheme: Scheme
    group: int
    scale_type: torch.dtype
    codes: dict[str, Codes] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    zeros: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Zeros before, and how many of them are zeros after, of each matrix."""


def quantised(settings: QuantizeSettings, calibration: Calibration | None) -> Transformation:
    """Return the transformation that quantises a model."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        return quantise_model(model, settings, calibration, workplace)

    return transform


def quantise_model(
    model: Any, settings: QuantizeSettings, calibration: Calibration | None, workplace: Workplace
) -> Outcome:
    """Round the weights of all linear modules but the output head, in place, and keep their codes for saving.

    Raises:
        InputError: If the model holds fused experts, or its widths fit no group size.
    """
    from logicbench.compression.linears import unprotected

    decoder = Decoder.of(model)
    views = decoder.all_views()
    if any(view.kind != "linear" for view in views):
        raise InputError(
            f"{type(model).__name__} keeps weights outside of linear modules; give --set engine=llmcompressor"
        )
    chosen = unprotected(views, settings.protect)
    scheme = SCHEMES[settings.options.scheme]
    job = _Job(settings, scheme, choose_group(scheme, settings, chosen), model.config.dtype or torch.float32)
    with exact_matmul(), torch.no_grad():
        if settings.method == "gptq":
            _sequentially(job, decoder, chosen, calibration, workplace)
        else:
            for layer in range(len(decoder.layers)):
                with visiting(decoder.layers[layer], workplace.device, workplace.offload):
                    for view in _of(chosen, layer):
                        _round(job, view, None)
                workplace.notify(Step("quantise", layer + 1, len(decoder.layers), f"layer {layer}"))
    ignored = ignored_modules(model, {view.name for view in chosen})
    return _outcome(job, chosen, ignored)


def choose_group(scheme: Scheme, settings: QuantizeSettings, views: Sequence[LinearView]) -> int:
    """Return the group size, or 0 for one scale a row."""
    if not scheme.grouped:
        return 0
    widths = [view.weight.shape[1] for view in views]
    group = settings.options.group or common_group(widths)
    if group is None or any(width % group for width in widths):
        raise InputError(
            f"{scheme.name} needs numbers of inputs that are multiples of {group or GROUPS[-1]}, "
            f"not {min(width for width in widths if width % (group or GROUPS[-1]))}; protect such matrices or use W8A8"
        )
    return group


def _of(views: Sequence[LinearView], layer: int) -> list[LinearView]:
    return [view for view in views if view.layer == layer]


def _sequentially(
    job: _Job,
    decoder: Decoder,
    views: Sequence[LinearView],
    calibration: Calibration | None,
    workplace: Workplace,
) -> None:
    if calibration is None:
        raise InputError("gptq needs calibration data; give --calibration")
    runner = LayerRunner(decoder, workplace.device, workplace.offload)
    runner.start(calibration.batches(job.settings.batch_size))
    for layer in range(len(decoder.layers)):
        mine = _of(views, layer)
        with runner.on_device(decoder.layers[layer]):
            with collect(mine, frozenset({"gram"})) as statistics:
                for _ in runner.outputs(layer):
                    pass
            for view in mine:
                _round(job, view, statistics.get(view.name))
            runner.advance(layer)
        workplace.notify(Step("quantise", layer + 1, len(decoder.layers), f"layer {layer}"))


def _round(job: _Job, view: LinearView, inputs: InputStatistics | None) -> None:
    weight = view.weight
    group = job.group or weight.shape[1]
    if inputs is not None and inputs.gram is not None and inputs.tokens:
        codes, loss = gptq(weight, inputs.gram, job.scheme, group, job.scale_type, job.settings.damping)
        job.losses[view.name] = loss / inputs.tokens
    else:
        codes = round_to_nearest(weight, job.scheme, group, job.scale_type)
        if job.settings.method == "gptq":
            job.notes[view.name] = "no calibration token reached it: rounded to nearest"
    zeros = weight == 0
    before = int(zeros.sum())
    weight.copy_(codes.dequantise())
    job.zeros[view.name] = before, int((zeros & (weight == 0)).sum())
    job.codes[view.name] = Codes(codes.values.cpu(), codes.scales.cpu())


def ignored_modules(model: Any, chosen: set[str]) -> list[str]:
    """Return the names of the linear modules that stay as they are."""
    return [
        name for name, module in model.named_modules() if isinstance(module, torch.nn.Linear) and name not in chosen
    ]


def _outcome(job: _Job, views: Sequence[LinearView], ignored: Sequence[str]) -> Outcome:
    scheme = job.scheme
    before = 8.0 * job.scale_type.itemsize
    asked = 1 - scheme.bits / before
    tensors = []
    for view in views:
        bits = scheme.bits + before / (job.group or view.weight.shape[1])
        note = job.notes.get(view.name, "")
        tensors.append(TensorReport(view.name, view.layer, view.size, asked, 1 - bits / before, note))
    achieved = sum(tensor.achieved * tensor.size for tensor in tensors) / sum(tensor.size for tensor in tensors)
    zeros = sum(count for count, _ in job.zeros.values())
    details: dict[str, Any] = {
        "scheme": scheme.name,
        "group": job.group or "row",
        "bits_per_weight": round(before * (1 - achieved), 4),
        "engine": "native",
    }
    if job.losses:
        details["output_error_per_token"] = job.losses
    warnings = [f"{tensor.name}: {tensor.note}" for tensor in tensors if tensor.note]
    if zeros > 0.01 * sum(view.size for view in views):
        details["mask_survival"] = sum(kept for _, kept in job.zeros.values()) / zeros
    if scheme.layout == "pack-quantized" and any(view.weight.shape[1] % MARLIN_INPUTS for view in views):
        warnings.append(
            f"some matrices have a number of inputs that is no multiple of {MARLIN_INPUTS}: on a GPU, vLLM releases "
            "whose Marlin kernel does not pad run this in float16 only (--dtype float16)"
        )
    return Outcome(
        "quantized",
        asked,
        achieved,
        tuple(tensors),
        tuple(warnings),
        details,
        finish=partial(write_codes, codes=job.codes, scheme=scheme, config=scheme.config(job.group, ignored)),
        loader=partial(load_dequantised, scheme=scheme),
    )
