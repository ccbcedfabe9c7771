"""Ratios of all matrices of a model under an allocation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from logicbench.compression.allocation import alpha, lamp, owl, pq, rate_distortion
from logicbench.compression.allocation.budget import CEILING, meet_target
from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner
from logicbench.compression.linears import LinearView
from logicbench.compression.masks import lowest_in_rows
from logicbench.compression.progress import Notify, Step, silent
from logicbench.compression.scores.base import Evidence
from logicbench.compression.scores.wanda import WandaScore
from logicbench.compression.settings import MaskSettings
from logicbench.compression.statistics import InputStatistics, collect
from logicbench.compression.threshold import kth_smallest
from logicbench.errors import InputError

RD_STEPS = 9
RD_REACH = 0.3


def ratios_by_name(
    decoder: Decoder,
    views: Sequence[LinearView],
    settings: MaskSettings,
    calibration: Calibration | None = None,
    *,
    device: torch.device | None = None,
    offload: bool = False,
    notify: Notify = silent,
) -> dict[str, float]:
    """Return the share to prune of each matrix so that the shares' weighted mean is the settings' sparsity.

    OWL, RD and Alpha give all matrices of a decoder layer one ratio; LAMP and PQ give each its own.

    Raises:
        InputError: If the allocation needs calibration data and there is none, or the target cannot be met.
    """
    target, name = settings.sparsity, settings.allocation
    if name == "uniform" or target == 0:
        return dict.fromkeys((view.name for view in views), target)
    sizes = [view.size for view in views]
    if name == "lamp":
        return _named(views, meet_target(_lamp_ratios(views, target), sizes, target))
    if name == "pq":
        shares = [pq.prunable_share(pq.pq_index(view.weight)) for view in views]
        return _named(views, meet_target(shares, sizes, target))
    layers = sorted({view.layer for view in views})
    if name == "alpha":
        exponents = [_layer_exponent([view for view in views if view.layer == layer]) for layer in layers]
        ratios = alpha.layer_ratios(exponents, target)
    else:
        if calibration is None:
            raise InputError(f"the allocation {name} needs calibration data; give --calibration")
        if -1 in layers:
            raise InputError(f"the allocation {name} measures decoder layers only; leave the output head out")
        runner = LayerRunner(decoder, device or decoder.device, offload)
        runner.start(calibration.batches(settings.batch_size))
        measure = _owl_measure if name == "owl" else _distortion_measure(target)
        measured = list(_measured(runner, views, layers, measure, notify, name))
        if name == "owl":
            ratios = owl.layer_ratios([values[0] for values in measured], target)
        else:
            layer_sizes = [sum(view.size for view in views if view.layer == layer) for layer in layers]
            ratios = rate_distortion.allocate(measured, rd_ratios(target), layer_sizes, target)
    by_layer = dict(zip(layers, ratios, strict=True))
    return _named(views, meet_target([by_layer[view.layer] for view in views], sizes, target))


def rd_ratios(target: float) -> list[float]:
    """Return the candidate ratios of the rate-distortion allocation, evenly spaced around the target."""
    low, high = max(0.0, target - RD_REACH), min(CEILING, target + RD_REACH)
    return [low + (high - low) * step / (RD_STEPS - 1) for step in range(RD_STEPS)]


Measure = Callable[[LayerRunner, int, Sequence[LinearView]], list[float]]


def _measured(
    runner: LayerRunner,
    views: Sequence[LinearView],
    layers: Sequence[int],
    measure: Measure,
    notify: Notify,
    stage: str,
) -> Iterator[list[float]]:
    """Yield a measure of each wanted layer of the dense model."""
    count = len(runner.decoder.layers)
    for layer in range(count):
        with runner.on_device(runner.decoder.layers[layer]):
            if layer in layers:
                yield measure(runner, layer, [view for view in views if view.layer == layer])
            runner.advance(layer)
        notify(Step(f"allocate {stage}", layer + 1, count, f"layer {layer}"))


def _wanda_scores(runner: LayerRunner, layer: int, views: Sequence[LinearView]) -> list[Tensor]:
    with collect(views, frozenset({"squares"})) as statistics:
        for _ in runner.outputs(layer):
            pass
    return [_wanda(view, statistics.get(view.name)) for view in views]


def _wanda(view: LinearView, inputs: InputStatistics | None) -> Tensor:
    return WandaScore()(view.weight, Evidence(view.name, inputs=inputs))


def _owl_measure(runner: LayerRunner, layer: int, views: Sequence[LinearView]) -> list[float]:
    return [owl.outlier_share(_wanda_scores(runner, layer, views))]


def _distortion_measure(target: float) -> Measure:
    """Return a measure of a layer's output error at each candidate ratio, masked by Wanda scores.

    The error of each token is relative to that token's output, so that the few tokens with massive activations do
    not drown the rest; the layer's distortion is the mean over tokens.
    """

    def measure(runner: LayerRunner, layer: int, views: Sequence[LinearView]) -> list[float]:
        scores = _wanda_scores(runner, layer, views)
        dense = [view.weight.clone() for view in views]
        sums, tokens = [0.0] * RD_STEPS, 0
        outputs = [output.to("cpu") for output in runner.outputs(layer)]
        for step, ratio in enumerate(rd_ratios(target)):
            for view, matrix, score in zip(views, dense, scores, strict=True):
                mask = lowest_in_rows(score, int(ratio * score.shape[1] + 1e-9))
                view.weight.copy_(matrix.masked_fill(mask, 0))
            for reference, output in zip(outputs, runner.outputs(layer), strict=True):
                exact = reference.to(output.device).float()
                error = (output.float() - exact).square().sum(-1) / exact.square().sum(-1).clamp_min(1e-12)
                sums[step] += error.sum().item()
                tokens += error.numel() if step == 0 else 0
        for view, matrix in zip(views, dense, strict=True):
            view.weight.copy_(matrix)
        return [total / tokens for total in sums]

    return measure


def _lamp_ratios(views: Sequence[LinearView], target: float) -> list[float]:
    def scores() -> Iterator[Tensor]:
        for view in views:
            yield lamp.lamp_scores(view.weight)

    threshold = kth_smallest(scores, max(1, round(target * sum(view.size for view in views))))
    return [int((tensor <= threshold).sum()) / tensor.numel() for tensor in scores()]


def _layer_exponent(views: Sequence[LinearView]) -> float:
    exponents = [alpha.hill_exponent(view.weight) for view in views]
    return sum(exponents) / len(exponents)


def _named(views: Sequence[LinearView], ratios: Sequence[float]) -> dict[str, float]:
    return {view.name: ratio for view, ratio in zip(views, ratios, strict=True)}
