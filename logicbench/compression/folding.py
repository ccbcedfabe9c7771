"""Replacing the matrices of a model by products of ARMOR's factors, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from logicbench.compression.armor import CORE, factorise
from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner
from logicbench.compression.linears import LinearView, unprotected
from logicbench.compression.method_options import FoldOptions
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.precision import exact_matmul
from logicbench.compression.progress import Step
from logicbench.compression.sidecar import TensorReport
from logicbench.compression.statistics import InputStatistics, collect
from logicbench.errors import InputError


@dataclass(frozen=True, slots=True)
class FoldSettings:
    """How to factorise a model's matrices.

    Attributes:
        method: ``armor``.
        options: Size of the blocks, and how long to optimise.
        protect: Shell-style patterns of matrices to leave alone.
        batch_size: Windows run together.
    """

    method: str
    options: FoldOptions = field(default_factory=FoldOptions)
    protect: tuple[str, ...] = ()
    batch_size: int = 1


def folded(settings: FoldSettings, calibration: Calibration | None) -> Transformation:
    """Return the transformation that factorises a model's matrices and multiplies the factors out."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        return fold_model(model, settings, calibration, workplace)

    return transform


def fold_model(model: Any, settings: FoldSettings, calibration: Calibration | None, workplace: Workplace) -> Outcome:
    """Replace the matrices of all decoder layers by their factors' products, in place.

    Every layer sees its inputs through the layers already replaced.

    Raises:
        InputError: If data is missing, or a width is no multiple of four.
    """
    if calibration is None:
        raise InputError(f"{settings.method} needs calibration data; give --calibration")
    decoder = Decoder.of(model)
    views = unprotected(decoder.all_views(), settings.protect)
    reports: list[TensorReport] = []
    losses: dict[str, tuple[float, float]] = {}
    with exact_matmul(), torch.no_grad():
        runner = LayerRunner(decoder, workplace.device, workplace.offload)
        runner.start(calibration.batches(settings.batch_size))
        for layer in range(len(decoder.layers)):
            mine = [view for view in views if view.layer == layer]
            with runner.on_device(decoder.layers[layer]):
                with collect(mine, frozenset({"squares"})) as statistics:
                    for _ in runner.outputs(layer):
                        pass
                for view in mine:
                    reports.append(_fold(view, statistics.get(view.name), settings.options, losses))
                runner.advance(layer)
            workplace.notify(Step("factorise", layer + 1, len(decoder.layers), f"layer {layer}"))
    return _outcome(reports, losses)


def _fold(
    view: LinearView, inputs: InputStatistics | None, options: FoldOptions, losses: dict[str, tuple[float, float]]
) -> TensorReport:
    weight, note = view.weight, ""
    squares = torch.ones(weight.shape[1], device=weight.device)
    if inputs is not None and inputs.tokens:
        squares = inputs.norms.square()
    else:
        note = "no calibration token reached it: all inputs weighed alike"
    factors = factorise(weight, squares, block=options.block, rounds=options.rounds)
    weight.copy_(factors.dense())
    losses[view.name] = factors.losses[0], factors.losses[-1]
    return TensorReport(view.name, view.layer, view.size, 1 - CORE.sparsity, 1 - factors.parameters / view.size, note)


def _outcome(reports: Sequence[TensorReport], losses: dict[str, tuple[float, float]]) -> Outcome:
    size = sum(report.size for report in reports)
    achieved = sum(report.achieved * report.size for report in reports) / size
    warnings = [f"{report.name}: {report.note}" for report in reports if report.note]
    worth = f"a runtime with a kernel for them would store {achieved:.1%} less"
    if achieved <= 0:
        worth = "they have more parameters than the matrices themselves: give a smaller --set block"
    warnings.append(
        f"for measuring accuracy only: the factors are multiplied out, so that the folder is dense; {worth}"
    )
    share = sum(last for _, last in losses.values()) / (sum(first for first, _ in losses.values()) or 1.0)
    details = {"loss_against_mask": share, "losses": losses}
    return Outcome("folded", CORE.sparsity, achieved, tuple(reports), tuple(warnings), details)
