"""The stack of decoder layers of a causal language model, run one layer at a time on one device.

The inputs that the layers are called with (position embeddings, masks, by layer type) are captured by a dry pass in
which every layer is replaced by the identity, so that nothing depends on how a model prepares them, no exception is
thrown through the model, and no layer's weights need to be on the device.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.linears import LinearView, views_of
from logicbench.errors import InputError

_NORM_NAMES = ("norm", "ln_f", "final_layernorm", "final_layer_norm")


@dataclass(frozen=True, slots=True)
class Decoder:
    """A causal language model taken apart.

    Attributes:
        model: The whole model.
        base: The model without its output head.
        layers: The decoder layers.
        prefix: Name of the layers in the model, for example ``model.layers``.
    """

    model: nn.Module
    base: nn.Module
    layers: nn.ModuleList
    prefix: str

    @classmethod
    def of(cls, model: nn.Module) -> Decoder:
        """Find the decoder layers of a Hugging Face causal language model.

        Raises:
            InputError: If the model has no list of ``num_hidden_layers`` modules.
        """
        base: nn.Module = getattr(model, "base_model", model)
        count = getattr(getattr(model, "config", None), "num_hidden_layers", None)
        for name, module in base.named_modules():
            if isinstance(module, nn.ModuleList) and len(module) == count:
                base_name = next((path for path, child in model.named_modules() if child is base), "")
                return cls(model, base, module, f"{base_name}.{name}" if base_name else name)
        raise InputError(f"{type(model).__name__} has no list of decoder layers that can be run one by one")

    @property
    def device(self) -> torch.device:
        """Where the model's embeddings are."""
        return next(self.base.parameters()).device

    def views(self, layer: int) -> list[LinearView]:
        """Return the matrices of one layer."""
        return list(views_of(self.layers[layer], f"{self.prefix}.{layer}", layer))

    def all_views(self) -> list[LinearView]:
        """Return the matrices of all decoder layers, in order."""
        return [view for layer in range(len(self.layers)) for view in self.views(layer)]

    @property
    def head(self) -> nn.Linear:
        """The output head.

        Raises:
            InputError: If it shares its weights with the input embeddings, or is not a linear module.
        """
        head = self.model.get_output_embeddings()  # type: ignore[operator]
        if not isinstance(head, nn.Linear):
            raise InputError(f"{type(self.model).__name__} has no linear output head")
        embeddings = self.model.get_input_embeddings()  # type: ignore[operator]
        if embeddings.weight is head.weight or embeddings.weight.data_ptr() == head.weight.data_ptr():
            raise InputError("the output head shares its weights with the embeddings; compressing it would change both")
        return head

    def head_view(self) -> LinearView:
        """Return the view on the output head, as layer -1."""
        head = self.head
        name = next(path for path, child in self.model.named_modules() if child is head)
        return LinearView(name, -1, head)

    @property
    def final_norm(self) -> nn.Module:
        """The normalisation between the last layer and the head.

        Raises:
            InputError: If it goes by no known name.
        """
        for name in _NORM_NAMES:
            if isinstance(module := getattr(self.base, name, None), nn.Module):
                return module
        raise InputError(f"{type(self.base).__name__} has no final normalisation under a known name")


@dataclass(slots=True)
class _Call:
    """The arguments of a layer besides its hidden states."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(slots=True)
class LayerRunner:
    """Runs calibration batches through the layers in order, holding one layer at a time on the device.

    Args:
        decoder: The model.
        device: Where to compute.
        offload: Whether layers return to where they were after use; if not, the whole model moves to the device.
        store: Where hidden states wait between layers; the device unless given.

    Attributes:
        hidden: One tensor [batch, length, width] a batch: the inputs of the next layer to run.
    """

    decoder: Decoder
    device: torch.device
    offload: bool = False
    store: torch.device | None = None
    hidden: list[Tensor] = field(default_factory=list)
    _calls: dict[tuple[int, ...], list[_Call]] = field(default_factory=dict)

    @torch.no_grad()
    def start(self, batches: Iterable[Tensor]) -> None:
        """Embed the batches, so that `hidden` holds the inputs of the first layer."""
        home = self.decoder.device
        if self.offload:
            self._move_surroundings(self.device)
        else:
            self.decoder.model.to(self.device)
        self.hidden, self._calls = [], {}
        with _quiet_cache(self.decoder.model):
            for batch in batches:
                self._capture(batch.to(self.device))
        if self.offload:
            self._move_surroundings(home)

    def on_device(self, module: nn.Module) -> AbstractContextManager[nn.Module]:
        """Hold a module on the device for the length of a block."""
        return visiting(module, self.device, self.offload)

    @torch.no_grad()
    def outputs(self, layer: int) -> Iterator[Tensor]:
        """Yield a layer's outputs, batch by batch; the layer must be on the device."""
        module = self.decoder.layers[layer]
        for hidden in self.hidden:
            yield self.call(layer, module, hidden.to(self.device))

    def call(self, layer: int, module: nn.Module, hidden: Tensor) -> Tensor:
        """Return a layer's output for hidden states [batch, length, width]."""
        call = self._calls[tuple(hidden.shape)][layer]
        result: Tensor = module(hidden, *call.args, **call.kwargs)
        return result

    @torch.no_grad()
    def advance(self, layer: int) -> None:
        """Replace the hidden states by the layer's outputs; the layer must be on the device."""
        for index, output in enumerate(self.outputs(layer)):
            self.hidden[index] = output.to(self.store or self.device)

    def _capture(self, batch: Tensor) -> None:
        layers = self.decoder.layers
        seen: list[tuple[Tensor, _Call]] = []
        with _identity_layers(layers, seen):
            self.decoder.base(input_ids=batch, use_cache=False)
        hidden = seen[0][0]
        self.hidden.append(hidden.to(self.store or self.device))
        self._calls.setdefault(tuple(hidden.shape), [call for _, call in seen])

    def _move_surroundings(self, device: torch.device) -> None:
        """Move everything of the base model but its decoder layers."""
        inside = {id(module) for module in self.decoder.layers.modules()}
        for module in self.decoder.base.modules():
            if id(module) not in inside:
                for tensor in (*module.parameters(recurse=False), *module.buffers(recurse=False)):
                    tensor.data = tensor.data.to(device)


@contextmanager
def visiting(module: nn.Module, device: torch.device, offload: bool) -> Iterator[nn.Module]:
    """Hold a module on a device for the length of a block, and take it back afterwards if offloading."""
    home = next(module.parameters()).device
    module.to(device)
    try:
        yield module
    finally:
        if offload:
            module.to(home)


@contextmanager
def _identity_layers(layers: nn.ModuleList, seen: list[tuple[Tensor, _Call]]) -> Iterator[None]:
    """Make every layer return its input and note what it was called with."""

    def record(*args: Any, **kwargs: Any) -> Tensor:
        hidden: Tensor = args[0] if args else kwargs.pop("hidden_states")
        kwargs.pop("past_key_values", None)
        if seen and hidden.shape != seen[0][0].shape:
            raise InputError("this architecture's layers do not pass plain tensors on; it cannot be run layer by layer")
        seen.append((hidden, _Call(args[1:], kwargs)))
        return hidden

    for layer in layers:
        layer.forward = record
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


@contextmanager
def _quiet_cache(model: nn.Module) -> Iterator[None]:
    """Put a model in evaluation mode without a key-value cache for the length of a block."""
    config: Any = model.config
    training, cache = model.training, getattr(config, "use_cache", None)
    model.eval()
    config.use_cache = False
    try:
        yield
    finally:
        model.train(training)
        config.use_cache = cache
