"""Choosing exactly which weights to zero, given scores.

Selection is by index, never by ``score <= threshold``: bfloat16 scores tie by the thousand at any threshold. Of
equal scores the weight with the lower index goes first, so masks are the same on every run, nest as sparsity grows,
and hit the requested count exactly. All functions return True where a weight is pruned.
"""

from __future__ import annotations

import torch
from torch import Tensor

from logicbench.compression.patterns import Pattern
from logicbench.errors import InputError


def lowest_in_rows(scores: Tensor, count: int) -> Tensor:
    """Mark the `count` lowest scores of every row.

    Args:
        scores: [rows, columns].
        count: Weights to prune in each row, in [0, columns].
    """
    _check_finite(scores)
    if count == 0:
        return torch.zeros_like(scores, dtype=torch.bool)
    threshold = scores.kthvalue(count, dim=1, keepdim=True).values
    pruned = scores < threshold
    ties = scores == threshold
    missing = count - pruned.sum(1, keepdim=True)
    crowded = (ties.sum(1, keepdim=True) > missing).squeeze(1)
    if crowded.any():
        rows = ties[crowded]
        ties[crowded] = rows & (rows.cumsum(1) <= missing[crowded])
    return pruned | ties


def lowest_in_matrix(scores: Tensor, count: int) -> Tensor:
    """Mark the `count` lowest scores of a tensor of any shape, ties in row-major order."""
    return lowest_in_rows(scores.reshape(1, -1), count).reshape(scores.shape)


def lowest_in_groups(scores: Tensor, pattern: Pattern) -> Tensor:
    """Mark the lowest of every `group` consecutive columns so that `keep` are left.

    Raises:
        InputError: If the number of columns is no multiple of the group.
    """
    _check_finite(scores)
    rows, columns = scores.shape
    if columns % pattern.group:
        raise InputError(f"pattern {pattern} does not fit a matrix with {columns} inputs; protect it or use another")
    groups = scores.reshape(rows, columns // pattern.group, pattern.group)
    order = torch.sort(groups, dim=-1, stable=True).indices[..., : pattern.group - pattern.keep]
    return torch.zeros_like(groups, dtype=torch.bool).scatter_(-1, order, True).reshape(rows, columns)


def fits_pattern(weight: Tensor, pattern: Pattern) -> bool:
    """Tell whether a matrix has at most `keep` non-zero weights in every group."""
    groups = (weight != 0).reshape(weight.shape[0], -1, pattern.group)
    return bool((groups.sum(-1) <= pattern.keep).all())


def _check_finite(scores: Tensor) -> None:
    if not torch.isfinite(scores).all():
        raise InputError("a pruning score is not finite: the weights or the calibration activations hold inf or nan")
