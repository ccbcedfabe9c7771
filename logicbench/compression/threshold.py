"""One exact threshold over the scores of a whole model, in one register of memory.

A non-negative float32 orders like its bits read as an integer, so the k-th smallest of any number of scores is found
by two streaming histograms: of the upper 16 bits, then of the lower 16 inside the bin that holds it. bfloat16 scores
need the first alone. Nothing is sorted or concatenated; `torch.quantile` refuses more than 2**24 elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor

from logicbench.compression.masks import lowest_in_matrix
from logicbench.errors import InputError

_BINS = 1 << 16

Scores = Callable[[], Iterable[Tensor]]
"""Yields the score tensors, the same each time it is called: it is called four times at most."""


def kth_smallest(scores: Scores, rank: int) -> float:
    """Return the `rank`-th smallest (from 1) of all scores.

    Args:
        scores: Non-negative float32-representable tensors; infinities are left out of the ranking.
        rank: In [1, number of finite scores].
    """
    upper, remaining = _bin(_histogram(scores, lambda bits: bits >> 16), rank)
    lower, _ = _bin(_histogram(scores, lambda bits: bits[bits >> 16 == upper] & (_BINS - 1)), remaining)
    return torch.tensor((upper << 16) + lower, dtype=torch.int32).view(torch.float32).item()


def global_masks(scores: Scores, count: int, *, min_keep: float = 0.0) -> Iterator[Tensor]:
    """Yield for each tensor the mask of the weights that are among the `count` lowest of the model.

    Exact: of the scores equal to the threshold, those of earlier tensors and lower indices go first.

    Args:
        scores: The scores, tensor by tensor.
        count: Weights to prune in all.
        min_keep: Share of each tensor's weights that is kept whatever the threshold: its highest scores are exempt.
            This is the exact optimum of what the minimum threshold of global magnitude pruning (Gupta et al., 2022,
            "Is Complexity Required for Neural Network Pruning?") approximates by repeated rescaling.

    Raises:
        InputError: If `min_keep` leaves too few weights to prune.
    """

    def exempting() -> Iterator[Tensor]:
        for tensor in scores():
            yield _exempt_highest(tensor, min_keep)

    available = sum(int(torch.isfinite(tensor).sum()) for tensor in exempting())
    if count > available:
        raise InputError(f"cannot prune {count} weights globally: a minimum kept of {min_keep:g} leaves {available}")
    if count == 0:
        for tensor in scores():
            yield torch.zeros_like(tensor, dtype=torch.bool)
        return
    threshold = kth_smallest(exempting, count)
    missing = count - sum(int((tensor < threshold).sum()) for tensor in exempting())
    for tensor in exempting():
        pruned = tensor < threshold
        ties = tensor == threshold
        found = int(ties.sum())
        if found > missing:
            ties = (ties.flatten() & (ties.flatten().cumsum(0) <= missing)).reshape(ties.shape)
        missing -= min(found, missing)
        yield pruned | ties


def _exempt_highest(tensor: Tensor, share: float) -> Tensor:
    keep = round(share * tensor.numel())
    scores = tensor.float()
    if keep == 0:
        return scores
    return scores.masked_fill(~lowest_in_matrix(scores, scores.numel() - keep), float("inf"))


def _histogram(scores: Scores, part: Callable[[Tensor], Tensor]) -> Tensor:
    total = torch.zeros(_BINS, dtype=torch.int64)
    for tensor in scores():
        flat = tensor.float().flatten()
        bits = flat[torch.isfinite(flat)].contiguous().view(torch.int32)
        if bits.numel() and int(bits.min()) < 0:
            raise InputError("a global threshold needs scores that are not negative")
        total += torch.bincount(part(bits), minlength=_BINS).cpu()
    return total


def _bin(histogram: Tensor, rank: int) -> tuple[int, int]:
    """Return the bin that holds the rank-th element, and its rank inside the bin."""
    ends = histogram.cumsum(0)
    index = int(torch.searchsorted(ends, rank))
    return index, rank - (int(ends[index - 1]) if index else 0)
