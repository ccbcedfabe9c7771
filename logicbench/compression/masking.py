"""Mask pruning of a whole model: allocate, score, select, zero, layer by layer.

Calibrated methods see each layer through its already pruned predecessors, which matters more the sparser the model.
A global threshold needs all scores at once, so its statistics are those of the dense model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from logicbench.compression import sparsegpt
from logicbench.compression.allocate import ratios_by_name
from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner, visiting
from logicbench.compression.dsnot import refine
from logicbench.compression.gradients import GradientStatistics, gradient_statistics
from logicbench.compression.linears import LinearView, unprotected
from logicbench.compression.masks import lowest_in_groups, lowest_in_matrix, lowest_in_rows
from logicbench.compression.precision import exact_matmul
from logicbench.compression.progress import Notify, Step, silent
from logicbench.compression.scores.base import Evidence, Score
from logicbench.compression.scores.registry import make_score
from logicbench.compression.settings import MaskSettings, cubic_schedule
from logicbench.compression.sidecar import TensorReport
from logicbench.compression.statistics import InputStatistics, Need, collect
from logicbench.compression.threshold import global_masks
from logicbench.errors import InputError

Gradients = Mapping[str, Mapping[str, GradientStatistics]]
"""Gradient statistics by data set, then by matrix."""


@dataclass(frozen=True, slots=True)
class MaskReport:
    """What masking did.

    Attributes:
        tensors: What became of each matrix.
        warnings: What was out of the ordinary.
        details: Figures of the method, such as SparseGPT's losses.
    """

    tensors: tuple[TensorReport, ...]
    warnings: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)

    @property
    def achieved(self) -> float:
        """Share of zeros in the matrices worked on."""
        return sum(t.achieved * t.size for t in self.tensors) / sum(t.size for t in self.tensors)


@dataclass(slots=True)
class _Job:
    """State shared by the steps of one run."""

    decoder: Decoder
    settings: MaskSettings
    device: torch.device
    offload: bool
    calibration: Calibration | None
    general: Calibration | None
    notify: Notify
    score: Score | None
    views: list[LinearView]
    ratios: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    losses: dict[str, float] = field(default_factory=dict)

    @property
    def needs(self) -> frozenset[Need]:
        """Input statistics that the method needs."""
        needs: frozenset[Need] = frozenset({"gram"}) if self.score is None else self.score.needs
        return needs | {"moments", "squares"} if self.settings.refine else needs

    def of_layer(self, layer: int) -> list[LinearView]:
        """Return the matrices of a layer that are worked on."""
        return [view for view in self.views if view.layer == layer]

    def runner(self) -> LayerRunner:
        """Return a runner at the first layer."""
        if self.calibration is None:
            raise InputError(f"{self.settings.method} needs calibration data; give --calibration")
        runner = LayerRunner(self.decoder, self.device, self.offload)
        runner.start(self.calibration.batches(self.settings.batch_size))
        return runner


def mask_model(
    model: torch.nn.Module,
    settings: MaskSettings,
    calibration: Calibration | None = None,
    *,
    general: Calibration | None = None,
    device: torch.device | None = None,
    offload: bool = False,
    notify: Notify = silent,
) -> MaskReport:
    """Zero weights of a causal language model in place.

    Args:
        model: A Hugging Face causal language model.
        settings: How.
        calibration: Data for methods that need it.
        general: General data for D-Pruner and GAPrune, `calibration` being the domain's.
        device: Where to compute; where the model is unless given.
        offload: Hold one layer at a time on the device.
        notify: Told about each finished layer.

    Raises:
        InputError: If data is missing, a pattern does not fit a matrix, or the target cannot be met.
    """
    decoder = Decoder.of(model)
    views = decoder.all_views()
    if settings.head:
        views.append(decoder.head_view())
    score = None if settings.method == "sparsegpt" else make_score(settings.method, normalise=settings.normalise)
    job = _Job(
        decoder,
        settings,
        device or decoder.device,
        offload,
        calibration,
        general,
        notify,
        score,
        unprotected(views, settings.protect),
    )
    if not offload:
        model.to(job.device)
    with exact_matmul(), torch.no_grad():
        for target in cubic_schedule(settings.sparsity, settings.rounds):
            job.settings = replace(settings, sparsity=target, rounds=1)
            _prune_once(job)
    return _report(job)


def _prune_once(job: _Job) -> None:
    gradients = _gradients(job)
    if job.settings.scope == "global":
        _prune_globally(job, gradients)
        return
    job.ratios = ratios_by_name(
        job.decoder,
        job.views,
        job.settings,
        job.calibration,
        device=job.device,
        offload=job.offload,
        notify=job.notify,
    )
    if job.needs:
        _prune_sequentially(job, gradients)
    else:
        for stage, views in _stages(job):
            layer = views[0].layer
            with visiting(job.decoder.head if layer < 0 else job.decoder.layers[layer], job.device, job.offload):
                _prune_layer(job, views, {}, gradients)
            job.notify(stage)


def _gradients(job: _Job) -> Gradients:
    wanted = job.score.gradients if job.score is not None else frozenset()
    data = {"domain": job.calibration, "general": job.general}
    result: dict[str, dict[str, GradientStatistics]] = {}
    for name in sorted(wanted):
        calibration = data[name]
        if calibration is None:
            option = "--calibration" if name == "domain" else "--general-calibration"
            raise InputError(f"{job.settings.method} needs {name} calibration data; give {option}")
        with torch.enable_grad():
            result[name] = gradient_statistics(
                job.decoder.model, job.views, calibration, job.device, job.notify, f"{name} gradients"
            )
    return result


def _stages(job: _Job) -> Iterator[tuple[Step, list[LinearView]]]:
    layers = sorted({view.layer for view in job.views}, key=lambda layer: (layer < 0, layer))
    for number, layer in enumerate(layers):
        name = "the output head" if layer < 0 else f"layer {layer}"
        yield Step("prune", number + 1, len(layers), name), job.of_layer(layer)


def _prune_sequentially(job: _Job, gradients: Gradients) -> None:
    runner = job.runner()
    count = len(job.decoder.layers)
    total = count + job.settings.head
    for layer in range(count):
        views = job.of_layer(layer)
        with runner.on_device(job.decoder.layers[layer]):
            if views:
                with collect(views, job.needs) as statistics:
                    for _ in runner.outputs(layer):
                        pass
                _prune_layer(job, views, statistics, gradients)
            runner.advance(layer)
        job.notify(Step("prune", layer + 1, total, f"layer {layer}"))
    if head := job.of_layer(-1):
        _prune_layer(job, head, _head_statistics(job, runner, head), gradients)
        job.notify(Step("prune", total, total, "the output head"))


def _head_statistics(job: _Job, runner: LayerRunner, views: list[LinearView]) -> dict[str, InputStatistics]:
    norm, head = job.decoder.final_norm, job.decoder.head
    with runner.on_device(norm), runner.on_device(head), collect(views, job.needs) as statistics:
        for hidden in runner.hidden:
            head(norm(hidden.to(job.device)))
    return statistics


def _prune_layer(
    job: _Job, views: Sequence[LinearView], statistics: Mapping[str, InputStatistics], gradients: Gradients
) -> None:
    """Prune the matrices of one layer in place."""
    if job.score is None:
        for group in _sharing(views, statistics):
            _solve(job, group, statistics.get(group[0].name))
        return
    for view in views:
        inputs = statistics.get(view.name)
        if job.needs and (inputs is None or inputs.tokens == 0):
            job.notes[view.name] = "no calibration token reached it: scored without activations"
        weight = view.weight
        scores = _scores(job, view, inputs, gradients)
        mask = _select(scores, job.ratios[view.name], job.score.comparison, job.settings)
        if job.settings.refine and inputs is not None:
            mask = refine(weight, mask, inputs, pattern=job.settings.pattern)
        weight.masked_fill_(mask, 0)


def _scores(job: _Job, view: LinearView, inputs: InputStatistics | None, gradients: Gradients) -> Tensor:
    assert job.score is not None
    evidence = Evidence(
        view.name, job.settings.seed, inputs, {data: by_name[view.name] for data, by_name in gradients.items()}
    )
    weight = view.weight
    # Zeros of an earlier round or compression go first, whatever the score says.
    return job.score(weight, evidence).masked_fill_(weight == 0, 0.0)


def _select(scores: Tensor, ratio: float, comparison: str, settings: MaskSettings) -> Tensor:
    if settings.pattern.structured:
        return lowest_in_groups(scores, settings.pattern)
    if comparison == "row":
        return lowest_in_rows(scores, int(ratio * scores.shape[1] + 1e-9))
    return lowest_in_matrix(scores, round(ratio * scores.numel()))


def _sharing(views: Sequence[LinearView], statistics: Mapping[str, InputStatistics]) -> list[list[LinearView]]:
    """Group matrices that read the same input."""
    groups: dict[int, list[LinearView]] = {}
    for position, view in enumerate(views):
        groups.setdefault(id(statistics.get(view.name, position)), []).append(view)
    return list(groups.values())


def _solve(job: _Job, views: list[LinearView], inputs: InputStatistics | None) -> None:
    """Prune matrices by SparseGPT, or by magnitude where no token came by."""
    ratios = [job.ratios[view.name] for view in views]
    if inputs is None or inputs.tokens == 0 or inputs.gram is None:
        for view, ratio in zip(views, ratios, strict=True):
            job.notes[view.name] = "no calibration token reached it: pruned by magnitude"
            view.weight.masked_fill_(_select(view.weight.float().abs(), ratio, "matrix", job.settings), 0)
        return
    solution = sparsegpt.solve(
        [view.weight for view in views],
        inputs.gram,
        ratios,
        pattern=job.settings.pattern,
        damping=job.settings.damping,
    )
    for view, matrix, loss in zip(views, solution.weights, solution.losses, strict=True):
        view.weight.copy_(matrix)
        job.losses[view.name] = loss / inputs.tokens
        if solution.dead:
            job.notes[view.name] = f"{solution.dead} inputs were zero on all tokens"
        if solution.damping > job.settings.damping:
            job.notes[view.name] = f"the Hessian needed a damping of {solution.damping:g}"


def _prune_globally(job: _Job, gradients: Gradients) -> None:
    assert job.score is not None
    statistics = _dense_statistics(job) if job.needs else {}
    settings = job.settings

    def scores() -> Iterator[Tensor]:
        for view in job.views:
            yield _scores(job, view, statistics.get(view.name), gradients)

    total = sum(view.size for view in job.views)
    masks = global_masks(scores, round(settings.sparsity * total), min_keep=settings.min_keep)
    found: list[Tensor] = []
    for number, mask in enumerate(masks):  # all are selected before any weight changes: scores are read lazily
        found.append(mask.cpu())
        job.notify(Step("select", number + 1, len(job.views), job.views[number].name))
    for view, mask in zip(job.views, found, strict=True):
        weight = view.weight
        weight.masked_fill_(mask.to(weight.device), 0)
        job.ratios[view.name] = settings.sparsity
        share = mask.float().mean().item()
        if share >= 0.99:
            job.notes[view.name] = f"{share:.1%} pruned: the layer is close to disconnected; give --min-keep"


def _dense_statistics(job: _Job) -> dict[str, InputStatistics]:
    runner = job.runner()
    result: dict[str, InputStatistics] = {}
    count = len(job.decoder.layers)
    for layer in range(count):
        with runner.on_device(job.decoder.layers[layer]), collect(job.of_layer(layer), job.needs) as statistics:
            runner.advance(layer)
        result.update(statistics)
        job.notify(Step("calibrate", layer + 1, count, f"layer {layer}"))
    if head := job.of_layer(-1):
        result.update(_head_statistics(job, runner, head))
    return result


def _report(job: _Job) -> MaskReport:
    tensors = []
    for view in job.views:
        weight = view.weight
        zeros = int((weight == 0).sum()) / weight.numel()
        note = job.notes.get(view.name, "")
        tensors.append(TensorReport(view.name, view.layer, weight.numel(), job.ratios[view.name], zeros, note))
    warnings = tuple(f"{tensor.name}: {tensor.note}" for tensor in tensors if tensor.note)
    details: dict[str, object] = {"output_error_per_token": job.losses} if job.losses else {}
    return MaskReport(tuple(tensors), warnings, details)
