"""Exact arithmetic where it matters: full float32 matrix products, and 16-bit models run in float32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from logicbench.compression.decoder import Decoder


@contextmanager
def exact_matmul() -> Iterator[None]:
    """Turn TF32 and bfloat16 shortcuts in float32 products off for the length of a block.

    TF32 is too coarse for Hessians and Cholesky factors.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def computing_in_float32(decoder: Decoder) -> Iterator[None]:
    """Run a model of any precision in float32 for the length of a block.

    Its weights are the same ones before, inside and after: every 16-bit float is a float32. A decoder layer is widened
    only while it runs, so that a model that fills a device in 16 bits still fits.
    """
    layers = {id(parameter) for parameter in decoder.layers.parameters()}
    surroundings = [parameter for parameter in decoder.model.parameters() if id(parameter) not in layers]
    with ExitStack() as stack:
        stack.callback(_restore, _widen(surroundings))
        for layer in decoder.layers:
            _while_running(layer, stack)
        yield


def _while_running(layer: nn.Module, stack: ExitStack) -> None:
    """Widen a layer's parameters whenever it runs, until the stack is closed."""
    held: list[tuple[nn.Parameter, Tensor]] = []

    def before(module: nn.Module, args: Any) -> None:
        held.extend(_widen(list(module.parameters())))

    def after(module: nn.Module, args: Any, output: Any) -> None:
        _restore(held)
        held.clear()

    stack.callback(layer.register_forward_pre_hook(before).remove)
    stack.callback(layer.register_forward_hook(after, always_call=True).remove)


def _widen(parameters: list[nn.Parameter]) -> list[tuple[nn.Parameter, Tensor]]:
    """Put parameters into float32, and return those that were not with what they held."""
    narrow = [(each, each.data) for each in parameters if each.dtype != torch.float32]
    for parameter, data in narrow:
        parameter.data = data.float()
    return narrow


def _restore(held: list[tuple[nn.Parameter, Tensor]]) -> None:
    for parameter, data in held:
        parameter.data = data
