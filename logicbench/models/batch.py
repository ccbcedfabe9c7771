"""A batch of sequences in the making: left-padded key-value caches that rows can join and leave at any step.

Rows that finish leave at once, so no forward pass is spent on them, and waiting rows take their places. All layers are
kept as plain full-length caches; models with sliding windows mask what lies outside them.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from logicbench.models.protocol import FinishReason, Request
from logicbench.seeding import Stream

if TYPE_CHECKING:
    import torch


@dataclass(slots=True, eq=False)
class Row:
    """One completion in the making. What it has is enough to start it again anywhere."""

    request: Request
    prompt: Sequence[int]
    limit: int
    """Most tokens to generate."""
    inside: bool
    """Whether it is inside a thinking block."""
    opened: bool
    """Whether its prompt opened the block."""
    randomness: Stream
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    thought: int = 0
    """Tokens of thinking so far."""
    started: float = field(default_factory=time.perf_counter)
    finish: FinishReason | None = None

    drawn: float | None = None
    """The next token's random number, once drawn: a step that is repeated must not draw another."""

    @property
    def length(self) -> int:
        """Tokens so far, the prompt included."""
        return len(self.prompt) + len(self.ids)

    def uniform(self) -> float:
        """Return the random number of the next token, in [0, 1)."""
        if self.drawn is None:
            self.drawn = self.randomness.random()
        return self.drawn

    def append(self, token: int, logprob: float) -> None:
        """Add a token."""
        self.ids.append(token)
        self.logprobs.append(logprob)
        self.drawn = None


@dataclass(slots=True)
class Batch:
    """Rows that share forward passes.

    Args:
        model: A causal language model of the transformers library.
        plain: Whether every layer's cache is keys and values alone, so that rows can be padded and merged. A model with
            other state (recurrent or shared layers) runs one row at a time.
    """

    model: Any
    plain: bool
    rows: list[Row] = field(default_factory=list)
    cache: Any = None
    mask: torch.Tensor | None = None
    """1 at real tokens, 0 at padding: shape (rows, length)."""
    cache_argument: str = field(init=False)
    """What the model calls its cache: newer versions of the library renamed it."""

    def __post_init__(self) -> None:
        known = inspect.signature(self.model.forward).parameters
        self.cache_argument = "cache" if "cache" in known else "past_key_values"

    @property
    def width(self) -> int:
        """Tokens that each row takes up, padding included."""
        return 0 if self.mask is None else self.mask.shape[1]

    def join(self, rows: Sequence[Row]) -> torch.Tensor:
        """Run the rows' tokens through the model, add them at the end of the batch, return their next logits."""
        import torch

        device = self.model.device
        width = max(row.length for row in rows)
        ids = torch.zeros(len(rows), width, dtype=torch.long)
        mask = torch.zeros(len(rows), width, dtype=torch.long)
        for index, row in enumerate(rows):
            ids[index, width - row.length :] = torch.tensor([*row.prompt, *row.ids])
            mask[index, width - row.length :] = 1
        mask = mask.to(device)
        cache = self._new_cache()
        logits = self._forward(ids.to(device), mask, (mask.cumsum(-1) - 1).clamp(min=0), cache)
        self._merge(cache, mask)
        self.rows.extend(rows)
        return logits

    def step(self) -> torch.Tensor:
        """Run the last token of every row through the model and return the next logits, shape (rows, vocabulary)."""
        import torch

        assert self.mask is not None
        device = self.model.device
        ids = torch.tensor([[row.ids[-1]] for row in self.rows], device=device)
        positions = torch.tensor([[row.length - 1] for row in self.rows], device=device)
        self.mask = torch.cat([self.mask, self.mask.new_ones(len(self.rows), 1)], 1)
        return self._forward(ids, self.mask, positions, self.cache)

    def drop_finished(self) -> list[Row]:
        """Remove and return the rows that have a finish reason."""
        import torch

        done = [row for row in self.rows if row.finish is not None]
        if not done:
            return []
        keep = [index for index, row in enumerate(self.rows) if row.finish is None]
        self.rows = [self.rows[index] for index in keep]
        if not keep or self.mask is None:
            self.cache = self.mask = None
            return done
        chosen = torch.tensor(keep, device=self.mask.device)
        mask = self.mask[chosen]
        unused = int(mask.argmax(1).min())
        self.mask = mask[:, unused:]
        self.cache = self._rebuilt(
            [(keys[chosen, :, unused:], values[chosen, :, unused:]) for keys, values in self._layers()]
        )
        return done

    def clear(self) -> list[Row]:
        """Give up all state on the device and return the rows, which keep what they have generated."""
        rows, self.rows = self.rows, []
        self.cache = self.mask = None
        return rows

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor, cache: Any) -> torch.Tensor:
        output = self.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            use_cache=True,
            logits_to_keep=1,
            **{self.cache_argument: cache},
        )
        logits: torch.Tensor = output.logits[:, -1]
        return logits

    def _new_cache(self) -> Any:
        from transformers import DynamicCache

        from logicbench.models.cache import GrowingCache

        return GrowingCache() if self.plain else DynamicCache(config=self.model.config)

    def _layers(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        return [(layer.keys, layer.values) for layer in self.cache.layers]

    def _rebuilt(self, layers: Sequence[tuple[torch.Tensor, torch.Tensor]]) -> Any:
        cache = self._new_cache()
        for index, (keys, values) in enumerate(layers):
            cache.update(keys, values, index)
        return cache

    def _merge(self, cache: Any, mask: torch.Tensor) -> None:
        import torch
        from torch.nn.functional import pad

        if self.mask is None:
            self.cache, self.mask = cache, mask
            return
        width = max(self.width, mask.shape[1])
        here, there = width - self.width, width - mask.shape[1]
        layers = []
        for (keys, values), layer in zip(self._layers(), cache.layers, strict=True):
            layers.append(
                (
                    torch.cat([pad(keys, (0, 0, here, 0)), pad(layer.keys, (0, 0, there, 0))]),
                    torch.cat([pad(values, (0, 0, here, 0)), pad(layer.values, (0, 0, there, 0))]),
                )
            )
        self.cache = self._rebuilt(layers)
        self.mask = torch.cat([pad(self.mask, (here, 0)), pad(mask, (there, 0))])


def has_plain_cache(model: Any) -> bool:
    """Return whether every layer of a model caches keys and values alone."""
    from transformers import DynamicCache
    from transformers.cache_utils import DynamicLayer, DynamicSlidingWindowLayer

    return all(
        type(layer) in (DynamicLayer, DynamicSlidingWindowLayer) for layer in DynamicCache(config=model.config).layers
    )
