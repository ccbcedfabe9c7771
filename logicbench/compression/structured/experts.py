"""Fewer experts in every mixture-of-experts layer: which to remove, and removing them with their router rows.

Every layer keeps the same number, because neither transformers nor vLLM loads a number for each layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder, LayerRunner
from logicbench.compression.linears import check_expert_block, is_expert_block
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.progress import Step
from logicbench.compression.sidecar import TensorReport
from logicbench.compression.statistics import expert_activations
from logicbench.errors import InputError
from logicbench.seeding import Stream

_COUNTS = ("num_experts", "num_local_experts", "n_routed_experts")
"""Configuration entries that hold the number of experts, by architecture."""


@dataclass(frozen=True, slots=True)
class ExpertSettings:
    """How to remove experts.

    Attributes:
        method: ``reap``, ``stun`` or ``random-experts``.
        sparsity: Share of each layer's experts to remove, rounded to whole experts.
        seed: Of the random choice.
        batch_size: Windows run together.
    """

    method: str
    sparsity: float
    seed: int = 0
    batch_size: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.sparsity < 1.0:
            raise InputError(f"the sparsity must be above 0 and below 1, not {self.sparsity:g}")


@dataclass(frozen=True, slots=True)
class ExpertLayer:
    """A layer with experts.

    Attributes:
        layer: Its number.
        name: Of the experts' module.
        experts: The module with ``gate_up_proj`` and ``down_proj``, one slice an expert.
        router: The module whose ``weight`` has one row an expert.
    """

    layer: int
    name: str
    experts: Any
    router: Any

    @property
    def count(self) -> int:
        """Number of experts."""
        return int(self.experts.gate_up_proj.shape[0])


def fewer_experts(settings: ExpertSettings, calibration: Calibration | None) -> Transformation:
    """Return the transformation that removes experts."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        return remove_experts(model, settings, calibration, workplace)

    return transform


def expert_layers(decoder: Decoder) -> list[ExpertLayer]:
    """Return the layers with experts.

    Raises:
        InputError: If there are none, or their layout is unknown.
    """
    found = []
    for number, layer in enumerate(decoder.layers):
        for path, module in layer.named_modules():
            if not is_expert_block(module):
                continue
            name = f"{decoder.prefix}.{number}.{path}"
            check_expert_block(module, name)
            parent = layer.get_submodule(path.rpartition(".")[0])
            router = getattr(parent, "gate", getattr(parent, "router", None))
            if not isinstance(getattr(router, "weight", None), Tensor) or len(router.weight) != len(module.down_proj):  # type: ignore[union-attr]
                raise InputError(f"{name} has no router with one row an expert beside it")
            found.append(ExpertLayer(number, name, module, router))
    if not found:
        raise InputError(f"{type(decoder.model).__name__} has no mixture-of-experts layers")
    return found


@torch.no_grad()
def remove_experts(
    model: Any, settings: ExpertSettings, calibration: Calibration | None, workplace: Workplace
) -> Outcome:
    """Remove the least important experts of every layer, in place.

    Raises:
        InputError: If the model has no experts, too few would be left to route to, or data is missing.
    """
    decoder = Decoder.of(model)
    layers = expert_layers(decoder)
    total = layers[0].count
    gone = round(settings.sparsity * total)
    chosen = int(getattr(model.config, "num_experts_per_tok", 1))
    if not 0 < gone <= total - chosen:
        raise InputError(
            f"a sparsity of {settings.sparsity:g} removes {gone} of {total} experts; each token goes to {chosen}"
        )
    kept, details = _choose(decoder, layers, settings, calibration, total - gone, workplace)
    sizes = [_size(each) for each in layers]
    for layer, keep in zip(layers, kept, strict=True):
        cut(layer, keep)
    for name in _COUNTS:
        if isinstance(getattr(model.config, name, None), int):
            setattr(model.config, name, total - gone)
    tensors = tuple(
        TensorReport(layer.name, layer.layer, size, settings.sparsity, 1 - _size(layer) / size)
        for layer, size in zip(layers, sizes, strict=True)
    )
    return Outcome(
        "fewer-experts", settings.sparsity, gone / total, tensors, (),
        {"kept_experts": {layer.name: keep.tolist() for layer, keep in zip(layers, kept, strict=True)}, **details},
    )  # fmt: skip


def cut(layer: ExpertLayer, keep: Tensor) -> None:
    """Leave only some experts of a layer, and their rows of the router."""
    for module, names in ((layer.experts, ("gate_up_proj", "down_proj")), (layer.router, ("weight",))):
        for name in names:
            parameter = getattr(module, name)
            parameter.data = parameter.data[keep.to(parameter.device)].contiguous()
    for module in (layer.experts, layer.router):
        for name in ("num_experts", "n_routed_experts"):
            if isinstance(getattr(module, name, None), int):
                setattr(module, name, len(keep))
    bias = getattr(layer.router, "e_score_correction_bias", None)
    if isinstance(bias, Tensor):
        bias.data = bias.data[keep.to(bias.device)]


def reap_scores(experts: Any, hidden: Tensor, chosen: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return, for each expert, the sum over its tokens of gate * |output|, and its tokens (REAP, arXiv 2510.13999).

    Args:
        experts: The experts' module.
        hidden: Inputs [tokens, hidden].
        chosen: Experts of each token [tokens, k].
        weights: Gate values of the same.
    """
    count = len(experts.down_proj)
    sums, tokens = torch.zeros(count, dtype=torch.float64), torch.zeros(count, dtype=torch.int64)
    for expert in range(count):
        rows, places = (chosen == expert).nonzero(as_tuple=True)
        if len(rows):
            inner = expert_activations(experts, expert, hidden[rows])
            outputs = nn.functional.linear(inner, experts.down_proj[expert])
            sums[expert] = (outputs.float().norm(dim=-1) * weights[rows, places].float()).sum().item()
            tokens[expert] = len(rows)
    return sums, tokens


def stun_keep(router: Tensor, weights: Tensor, count: int) -> Tensor:
    """Cluster experts by their router rows and keep the one nearest to each cluster's mean (STUN, arXiv 2409.06211).

    Clusters are agglomerated with complete linkage until `count` are left: no cluster holds experts that are far apart.

    Args:
        router: [experts, hidden].
        weights: The experts' weights, [experts, anything].
        count: Clusters.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    rows = router.double().cpu().numpy()
    found = fcluster(linkage(rows, "complete"), count, "maxclust")
    labels = torch.from_numpy(found)
    kept = []
    for label in sorted(set(found.tolist())):
        members = (labels == label).nonzero().flatten()
        flat = weights[members.to(weights.device)].flatten(1).float()
        kept.append(int(members[(flat - flat.mean(0)).square().sum(1).argmin().item()]))
    # Ties can leave fewer clusters than asked for; the experts with the largest rows fill up.
    sizes = router.float().norm(dim=1).cpu()
    for expert in sizes.argsort(descending=True, stable=True).tolist():
        if len(kept) < count and expert not in kept:
            kept.append(expert)
    return torch.tensor(sorted(kept))


def _choose(
    decoder: Decoder,
    layers: Sequence[ExpertLayer],
    settings: ExpertSettings,
    calibration: Calibration | None,
    count: int,
    workplace: Workplace,
) -> tuple[list[Tensor], dict[str, Any]]:
    if settings.method == "random-experts":
        stream = Stream("random-experts", settings.seed)
        return [torch.tensor(sorted(stream.shuffled(range(layer.count))[:count])) for layer in layers], {}
    if settings.method == "stun":
        return [stun_keep(layer.router.weight, layer.experts.down_proj, count) for layer in layers], {}
    if calibration is None:
        raise InputError(f"{settings.method} needs calibration data; give --calibration")
    scores = _observe(decoder, layers, settings, calibration, workplace)
    kept = [torch.sort(score, descending=True, stable=True).indices[:count].sort().values for score in scores]
    return kept, {"scores": {layer.name: score.tolist() for layer, score in zip(layers, scores, strict=True)}}


def _observe(
    decoder: Decoder,
    layers: Sequence[ExpertLayer],
    settings: ExpertSettings,
    calibration: Calibration,
    workplace: Workplace,
) -> list[Tensor]:
    """Return each expert's REAP score, the mean over its tokens, of the dense model; 0 where no token went."""
    runner = LayerRunner(decoder, workplace.device, workplace.offload)
    runner.start(calibration.batches(settings.batch_size))
    by_number = {layer.layer: layer for layer in layers}
    scores = []
    for number in range(len(decoder.layers)):
        layer = by_number.get(number)
        with runner.on_device(decoder.layers[number]):
            if layer is None:
                runner.advance(number)
                continue
            sums, tokens = torch.zeros(layer.count, dtype=torch.float64), torch.zeros(layer.count)

            def watch(module: Any, args: tuple[Tensor, ...], sums: Tensor = sums, tokens: Tensor = tokens) -> None:
                found, seen = reap_scores(module, args[0].reshape(-1, args[0].shape[-1]), args[1], args[2])
                sums += found
                tokens += seen

            handle = layer.experts.register_forward_pre_hook(watch)
            try:
                runner.advance(number)
            finally:
                handle.remove()
        scores.append(sums / tokens.clamp_min(1))
        workplace.notify(Step("measure", number + 1, len(decoder.layers), f"layer {number}"))
    return scores


def _size(layer: ExpertLayer) -> int:
    return int(layer.experts.gate_up_proj.numel() + layer.experts.down_proj.numel())
