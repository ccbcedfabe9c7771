"""A key-value cache that appends in place, so that a token does not cost a copy of all tokens before it."""

from __future__ import annotations

from typing import Any

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

ROOM = 128
"""Tokens that memory is taken for ahead of time."""


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]
    """One layer's keys and values: views of the filled part of two buffers of shape (rows, heads, tokens, size)."""

    _buffers: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append keys and values and return all of them."""
        if self._buffers is None:
            self.lazy_initialization(key_states, value_states)
            self._buffers = key_states, value_states
            self.keys, self.values = self._buffers
            return self._buffers
        keys, values = self._buffers
        before = self.get_seq_length()
        after = before + key_states.shape[-2]
        if after > keys.shape[-2]:
            keys, values = _extended(keys, before, after + ROOM), _extended(values, before, after + ROOM)
            self._buffers = keys, values
        keys[..., before:after, :] = key_states
        values[..., before:after, :] = value_states
        self.keys, self.values = keys[..., :after, :], values[..., :after, :]
        return self.keys, self.values


class GrowingCache(DynamicCache):
    """A cache of `GrowingLayer` for a model whose layers all keep plain keys and values."""

    def __init__(self) -> None:
        super().__init__()
        self.layer_class_to_replicate = GrowingLayer


def _extended(buffer: torch.Tensor, filled: int, tokens: int) -> torch.Tensor:
    """Return a buffer for that many tokens that begins with the filled part of another."""
    larger = buffer.new_empty(*buffer.shape[:-2], tokens, buffer.shape[-1])
    larger[..., :filled, :] = buffer[..., :filled, :]
    return larger
