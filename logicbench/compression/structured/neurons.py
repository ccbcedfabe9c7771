"""Narrower experts: which neurons of mixture-of-experts layers to remove, and removing them.

A neuron of an expert (HEAPr calls it an atomic expert) is a row of the gate and of the up projection with its column of
the down projection. All experts keep the same number: neither transformers nor vLLM loads a width for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder
from logicbench.compression.masks import lowest_in_matrix
from logicbench.compression.method_options import NeuronOptions
from logicbench.compression.pipeline import Outcome, Transformation, Workplace
from logicbench.compression.precision import exact_matmul
from logicbench.compression.progress import Step
from logicbench.compression.sidecar import TensorReport
from logicbench.compression.statistics import expert_activations
from logicbench.compression.structured.experts import ExpertLayer, expert_layers
from logicbench.compression.structured.width import common_multiple, cut_and_compare
from logicbench.errors import InputError
from logicbench.seeding import Stream

_WIDTHS = ("moe_intermediate_size", "intermediate_size")
"""Configuration entries that hold the width of an expert, by architecture; the first one present."""


@dataclass(frozen=True, slots=True)
class NeuronSettings:
    """How to narrow experts.

    Attributes:
        method: ``heapr`` or ``random-neurons``.
        sparsity: Share of the experts' weights to remove.
        options: The method's own settings.
        seed: Of the random choice.
    """

    method: str
    sparsity: float
    options: NeuronOptions = field(default_factory=NeuronOptions)
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0.0 < self.sparsity < 1.0:
            raise InputError(f"the sparsity must be above 0 and below 1, not {self.sparsity:g}")


@dataclass(slots=True)
class NeuronStatistics:
    """Sums over the tokens that are routed to each expert of a layer.

    Attributes:
        activations: Sum of the squares of every neuron's activation, [experts, neurons], float64.
        slopes: Sum of the squares of the loss's derivative by every neuron's activation, [experts, neurons], float64.
        tokens: Number of tokens, [experts].
    """

    activations: Tensor
    slopes: Tensor
    tokens: Tensor

    @classmethod
    def empty(cls, experts: int, neurons: int) -> NeuronStatistics:
        """Return sums over nothing."""
        shape = (experts, neurons)
        return cls(
            torch.zeros(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64), torch.zeros(experts)
        )

    @torch.no_grad()
    def add(self, experts: Any, hidden: Tensor, chosen: Tensor, weights: Tensor, gradient: Tensor) -> None:
        """Count one pass through a layer.

        Args:
            experts: The experts' module.
            hidden: Its inputs [tokens, hidden].
            chosen: Experts of each token [tokens, k].
            weights: Gate values of the same.
            gradient: The loss's derivative by the module's output, [tokens, hidden].
        """
        for expert in sorted(set(chosen.flatten().tolist())):
            if expert >= len(self.tokens):  # transformers may pad with the number of experts
                continue
            rows, places = (chosen == expert).nonzero(as_tuple=True)
            inner = expert_activations(experts, expert, hidden[rows])
            # The derivative by the expert's own output is the gate value times that by the layer's.
            outer = gradient[rows] * weights[rows, places, None].to(gradient.dtype)
            self.activations[expert] += inner.double().square().sum(0).cpu()
            self.slopes[expert] += (outer @ experts.down_proj[expert]).double().square().sum(0).cpu()
            self.tokens[expert] += len(rows)

    def scores(self) -> Tensor:
        """Return HEAPr's importance of every neuron, [experts, neurons], float64; -1 for experts without a token.

        It is E[a_k**2] * w_k' G w_k / 2, with a_k the neuron's activation, w_k its column of the down projection, and G
        the mean of g g', g being the loss's derivative by the expert's output: an estimate of the loss's rise without
        the neuron, by the empirical Fisher matrix (Li et al., ICLR 2026, arXiv 2509.22299). As w_k' G w_k is the mean
        of (g' w_k)**2, no expert's matrix G, [hidden, hidden], ever has to exist, and one forward pass is saved.
        """
        count = self.tokens.clamp_min(1)[:, None].double()
        found = 0.5 * (self.activations / count) * (self.slopes / count)
        return torch.where(self.tokens[:, None] > 0, found, -1.0)


def narrower_experts(settings: NeuronSettings, calibration: Calibration | None) -> Transformation:
    """Return the transformation that narrows experts."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        return narrow_experts(model, settings, calibration, workplace)

    return transform


def narrow_experts(
    model: Any, settings: NeuronSettings, calibration: Calibration | None, workplace: Workplace
) -> Outcome:
    """Remove the least important neurons of all experts, in place.

    Raises:
        InputError: If the model has no experts, none of their neurons would be left, or data is missing.
        LogicbenchError: If the cut model's logits are not those of the masked one.
    """
    decoder = Decoder.of(model)
    layers = expert_layers(decoder)
    neurons = int(layers[0].experts.down_proj.shape[2])
    left = _left(neurons, settings)
    with exact_matmul():
        if settings.method == "random-neurons":
            scores = [_random(layer, neurons, settings.seed) for layer in layers]
            tokens = None
        elif calibration is None:
            raise InputError(f"{settings.method} needs calibration data; give --calibration")
        else:
            found = observe(decoder, layers, calibration, workplace)
            scores, tokens = [each.scores() for each in found], [each.tokens.tolist() for each in found]
        details: dict[str, Any] = {}
        if tokens is not None:
            details["tokens"] = {layer.name: counts for layer, counts in zip(layers, tokens, strict=True)}
        if settings.options.ranking == "global":
            return _zero(layers, scores, settings, details)
        kept = [_keep(score, left) for score in scores]
        sizes = [layer.experts.gate_up_proj.numel() + layer.experts.down_proj.numel() for layer in layers]
        with torch.no_grad():
            for layer, keep in zip(layers, kept, strict=True):
                erase(layer, keep)
            difference = cut_and_compare(decoder, lambda: _cut(model, layers, kept))
    share = 1 - left / neurons
    tensors = tuple(
        TensorReport(layer.name, layer.layer, size, settings.sparsity, share)
        for layer, size in zip(layers, sizes, strict=True)
    )
    details |= {"kept_neurons": left, "masked_difference": difference}
    return Outcome("narrower", settings.sparsity, share, tensors, _unreached(details), details)


def observe(
    decoder: Decoder, layers: Sequence[ExpertLayer], calibration: Calibration, workplace: Workplace
) -> list[NeuronStatistics]:
    """Return the statistics of every layer with experts: one forward and one backward pass over the data.

    The whole model must fit on the device with the activations of one window; it is left there. Each window's loss is
    its mean over tokens.
    """
    model: Any = decoder.model
    model.to(workplace.device).eval()
    model.requires_grad_(False)
    found = [NeuronStatistics.empty(layer.count, layer.experts.down_proj.shape[2]) for layer in layers]
    try:
        with torch.enable_grad(), _watching(layers, found):
            for number, window in enumerate(calibration.windows):
                ids = window.to(workplace.device)[None]
                embedded = model.get_input_embeddings()(ids).detach().requires_grad_(True)
                logits = model(inputs_embeds=embedded, use_cache=False).logits
                loss = nn.functional.cross_entropy(logits[0, :-1].float(), ids[0, 1:])
                torch.autograd.backward(loss, inputs=[embedded])
                workplace.notify(Step("measure", number + 1, len(calibration.windows)))
    finally:
        model.requires_grad_(True)
    return found


@contextmanager
def _watching(layers: Sequence[ExpertLayer], found: Sequence[NeuronStatistics]) -> Iterator[None]:
    """Count what passes through the experts, as soon as the loss's derivative reaches them."""

    def watcher(statistics: NeuronStatistics) -> Callable[[Any, tuple[Tensor, ...], Tensor], None]:
        def watch(module: Any, args: tuple[Tensor, ...], output: Tensor) -> None:
            hidden, chosen, weights = (each.detach() for each in args[:3])

            def count(gradient: Tensor) -> None:
                width = hidden.shape[-1]
                statistics.add(module, hidden.reshape(-1, width), chosen, weights, gradient.reshape(-1, width))

            output.register_hook(count)  # type: ignore[no-untyped-call]

        return watch

    handles = [
        layer.experts.register_forward_hook(watcher(statistics))
        for layer, statistics in zip(layers, found, strict=True)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@torch.no_grad()
def erase(layer: ExpertLayer, keep: Tensor) -> None:
    """Zero the columns of the down projections of all neurons but those in `keep`, [experts, kept]."""
    down = layer.experts.down_proj
    gone = torch.ones(down.shape[0], down.shape[2], dtype=torch.bool).scatter_(1, keep, False)
    down.data.masked_fill_(gone[:, None].to(down.device), 0)


def _cut(model: Any, layers: Sequence[ExpertLayer], kept: Sequence[Tensor]) -> None:
    left = kept[0].shape[1]
    for layer, keep in zip(layers, kept, strict=True):
        experts = layer.experts
        index = keep.to(experts.down_proj.device)
        down, fused = experts.down_proj, experts.gate_up_proj
        both = torch.cat([index, index + down.shape[2]], 1)[..., None].expand(-1, -1, fused.shape[2])
        fused.data = fused.data.gather(1, both).contiguous()
        down.data = down.data.gather(2, index[:, None].expand(-1, down.shape[1], -1)).contiguous()
        for name in ("intermediate_dim", "intermediate_size", "moe_intermediate_size"):
            if isinstance(getattr(experts, name, None), int):
                setattr(experts, name, left)
    name = next(name for name in _WIDTHS if isinstance(getattr(model.config, name, None), int))
    setattr(model.config, name, left)


def _zero(
    layers: Sequence[ExpertLayer], scores: Sequence[Tensor], settings: NeuronSettings, details: dict[str, Any]
) -> Outcome:
    """Zero the least important neurons of the whole model, wherever they are."""
    every = torch.stack(list(scores))  # [layers, experts, neurons]
    gone = lowest_in_matrix(every, round(settings.sparsity * every.numel()))
    tensors = []
    for layer, lost in zip(layers, gone, strict=True):
        down, fused = layer.experts.down_proj, layer.experts.gate_up_proj
        with torch.no_grad():
            down.data.masked_fill_(lost[:, None].to(down.device), 0)
            fused.data.masked_fill_(lost.repeat(1, 2)[..., None].to(down.device), 0)
        size, zeros = down.numel() + fused.numel(), int((down == 0).sum() + (fused == 0).sum())
        tensors.append(TensorReport(layer.name, layer.layer, size, settings.sparsity, zeros / size))
    details["kept_neurons"] = {layer.name: (~lost).sum(1).tolist() for layer, lost in zip(layers, gone, strict=True)}
    achieved = sum(tensor.achieved * tensor.size for tensor in tensors) / sum(tensor.size for tensor in tensors)
    return Outcome("masked", settings.sparsity, achieved, tuple(tensors), _unreached(details), details)


def _left(neurons: int, settings: NeuronSettings) -> int:
    """Return how many neurons each expert keeps."""
    # Grouped products of 16-bit matrices need rows of 16 bytes.
    multiple = settings.options.multiple or max(common_multiple(neurons), math.gcd(neurons, 8))
    left = round(neurons * (1 - settings.sparsity) / multiple) * multiple
    if not 0 < left <= neurons:
        raise InputError(f"a sparsity of {settings.sparsity:g} would leave {left} of an expert's {neurons} neurons")
    return left


def _keep(scores: Tensor, left: int) -> Tensor:
    """Return the most important neurons of each expert, [experts, left], ascending; of equals those that come first."""
    return torch.sort(scores, dim=1, descending=True, stable=True).indices[:, :left].sort(1).values


def _random(layer: ExpertLayer, neurons: int, seed: int) -> Tensor:
    stream = Stream("random-neurons", seed, layer.name)
    return torch.tensor([[stream.random() for _ in range(neurons)] for _ in range(layer.count)], dtype=torch.float64)


def _unreached(details: dict[str, Any]) -> tuple[str, ...]:
    """Warn of experts that no token was routed to."""
    count = sum(tokens == 0 for counts in details.get("tokens", {}).values() for tokens in counts)
    return (f"{count} experts saw no calibration token: their neurons could not be told apart",) if count else ()
