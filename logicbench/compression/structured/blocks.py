"""Attention and MLP of a decoder layer, by the parts that can be removed, and removing them.

An MLP channel is one row of the gate and up projections with its column of the down projection. An attention group is
one key-value head with the query heads that share it: rows of q, k and v, columns of the output projection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from logicbench.compression.decoder import Decoder
from logicbench.compression.linears import LinearView
from logicbench.errors import InputError


@dataclass(frozen=True, slots=True)
class Block:
    """One decoder layer.

    Attributes:
        layer: Its number.
        prefix: Its name in the model.
        attention: The module with ``q_proj``, ``k_proj``, ``v_proj`` and ``o_proj``.
        mlp: The module with ``gate_proj``, ``up_proj`` and ``down_proj``.
        head_dim: Width of a head.
        groups: Number of key-value heads.
    """

    layer: int
    prefix: str
    attention: Any
    mlp: Any
    head_dim: int
    groups: int

    @property
    def channels(self) -> int:
        """Number of MLP channels."""
        return int(self.mlp.down_proj.in_features)

    @property
    def group_width(self) -> int:
        """Columns of the output projection that belong to one group."""
        return int(self.attention.o_proj.in_features) // self.groups

    @property
    def output(self) -> LinearView:
        """The attention's output projection."""
        return LinearView(f"{self.prefix}.self_attn.o_proj", self.layer, self.attention.o_proj)

    @property
    def down(self) -> LinearView:
        """The MLP's down projection."""
        return LinearView(f"{self.prefix}.mlp.down_proj", self.layer, self.mlp.down_proj)

    @property
    def linears(self) -> dict[str, nn.Linear]:
        """The seven matrices by name."""
        attention = {f"self_attn.{name}": getattr(self.attention, name) for name in ATTENTION}
        return {**attention, **{f"mlp.{name}": getattr(self.mlp, name) for name in MLP}}

    @property
    def attention_size(self) -> int:
        """Weights of the attention's matrices."""
        return sum(getattr(self.attention, name).weight.numel() for name in ATTENTION)

    @property
    def mlp_size(self) -> int:
        """Weights of the MLP's matrices."""
        return sum(getattr(self.mlp, name).weight.numel() for name in MLP)


ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
MLP = ("gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of a block.

    Attributes:
        channels: Indices of MLP channels, ascending.
        groups: Indices of attention groups, ascending.
    """

    channels: Tensor
    groups: Tensor


def blocks_of(decoder: Decoder) -> list[Block]:
    """Return the blocks of a model with gated MLPs and separate query, key and value projections.

    Raises:
        InputError: If the architecture has other parts.
    """
    config: Any = decoder.model.config
    heads = config.num_attention_heads
    groups = getattr(config, "num_key_value_heads", None) or heads
    blocks = []
    for number, layer in enumerate(decoder.layers):
        attention, mlp = getattr(layer, "self_attn", None), getattr(layer, "mlp", None)
        parts = [getattr(attention, name, None) for name in ATTENTION] + [getattr(mlp, name, None) for name in MLP]
        if not all(isinstance(part, nn.Linear) for part in parts):
            raise InputError(
                f"{type(decoder.model).__name__} has no plain q, k, v, o, gate, up and down projections in layer "
                f"{number}; structured pruning knows no other layers"
            )
        head_dim = parts[0].out_features // heads  # type: ignore[union-attr]
        blocks.append(Block(number, f"{decoder.prefix}.{number}", attention, mlp, head_dim, groups))
    return blocks


def group_sums(block: Block, columns: Tensor) -> Tensor:
    """Return the sum [groups] of figures [o_proj inputs] over each group's columns."""
    return columns.reshape(block.groups, block.group_width).sum(1)


def removed_columns(block: Block, kept: Kept) -> tuple[Tensor, Tensor]:
    """Return which columns of the output and the down projection go, as two boolean tensors."""
    groups = torch.ones(block.groups, dtype=torch.bool)
    groups[kept.groups] = False
    channels = torch.ones(block.channels, dtype=torch.bool)
    channels[kept.channels] = False
    return groups.repeat_interleave(block.group_width), channels


@torch.no_grad()
def erase(block: Block, kept: Kept) -> None:
    """Zero the columns through which what is removed reaches the residual stream; the shapes stay."""
    for linear, gone in zip((block.attention.o_proj, block.mlp.down_proj), removed_columns(block, kept), strict=True):
        linear.weight.masked_fill_(gone.to(linear.weight.device), 0)


@torch.no_grad()
def narrow(decoder: Decoder, blocks: Sequence[Block], kept: Sequence[Kept]) -> None:
    """Cut a model's matrices down to what is kept, in place, and write the new widths into its configuration.

    Raises:
        InputError: If the blocks would not all have one width.
    """
    if len({(len(each.channels), len(each.groups)) for each in kept}) != 1:
        raise InputError("all layers must keep the same number of channels and heads: no runtime loads other models")
    config: Any = decoder.model.config
    head_dim, queries = blocks[0].head_dim, blocks[0].group_width // blocks[0].head_dim
    for block, left in zip(blocks, kept, strict=True):
        keys = _expand(left.groups, block.head_dim)
        outputs = _expand(left.groups, block.group_width)
        _rows(block.attention.q_proj, outputs)
        _rows(block.attention.k_proj, keys)
        _rows(block.attention.v_proj, keys)
        _columns(block.attention.o_proj, outputs)
        _rows(block.mlp.gate_proj, left.channels)
        _rows(block.mlp.up_proj, left.channels)
        _columns(block.mlp.down_proj, left.channels)
        block.mlp.intermediate_size = len(left.channels)
    config.intermediate_size = len(kept[0].channels)
    config.head_dim = head_dim  # no longer hidden_size / num_attention_heads
    config.num_attention_heads = len(kept[0].groups) * queries
    config.num_key_value_heads = len(kept[0].groups)


def _expand(groups: Tensor, width: int) -> Tensor:
    return (groups[:, None] * width + torch.arange(width)).flatten()


def _rows(linear: nn.Linear, index: Tensor) -> None:
    index = index.to(linear.weight.device)
    linear.weight.data = linear.weight.data[index].contiguous()
    if linear.bias is not None:
        linear.bias.data = linear.bias.data[index].contiguous()
    linear.out_features = len(index)


def _columns(linear: nn.Linear, index: Tensor) -> None:
    linear.weight.data = linear.weight.data[:, index.to(linear.weight.device)].contiguous()
    linear.in_features = len(index)
