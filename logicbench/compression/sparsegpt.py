"""SparseGPT: optimal brain surgery, column by column (Frantar & Alistarh, ICML 2023, arXiv 2301.00774).

For one row w with Hessian H = X'X, zeroing weight j and letting the others make up for it costs w_j**2 / [H^-1]_jj.
Columns are visited left to right; U, the upper Cholesky factor of H^-1, gives the update of the columns to the right.

What differs from the published code: matrices that share an input are solved together (their Hessian is factorised
once, and one loop over columns serves all); updates are left-looking, one column read for each column finished, where
the original rewrites the rest of the block each time; the number pruned in each block is exact; inputs that were
always zero are left to the damping, which makes their weights cheap, where the original zeroes them all and so wipes
out experts that were never called; and a Hessian that cannot be factorised is damped more, up to 100 times, and
reported, instead of being replaced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from logicbench.compression.hessian import inverse_factor
from logicbench.compression.masks import lowest_in_groups, lowest_in_matrix
from logicbench.compression.patterns import UNSTRUCTURED, Pattern
from logicbench.errors import InputError


@dataclass(frozen=True, slots=True)
class Solution:
    """What SparseGPT made of some matrices.

    Attributes:
        weights: The new matrices, [out, in], float32.
        losses: Estimate of sum of squared output errors over the calibration tokens, one for each matrix.
        damping: The share of the mean diagonal that was added to the Hessian's diagonal.
        dead: Inputs that were zero on all tokens.
    """

    weights: list[Tensor]
    losses: list[float]
    damping: float
    dead: int


def solve(
    matrices: Sequence[Tensor],
    gram: Tensor,
    sparsities: Sequence[float],
    *,
    pattern: Pattern = UNSTRUCTURED,
    block: int = 128,
    damping: float = 0.01,
    masks: Sequence[Tensor] | None = None,
) -> Solution:
    """Prune matrices that read the same input, updating the weights that stay.

    Args:
        matrices: Each [out, in].
        gram: Sum of x x' over the calibration tokens, [in, in], float32.
        sparsities: Share to prune of each matrix; ignored for N:M patterns and given masks.
        pattern: Which weights may go together.
        block: Columns that are selected together.
        damping: Share of the mean diagonal added to the diagonal.
        masks: Fixed masks (True is pruned) instead of a selection: reconstruction of the rest only.

    Raises:
        InputError: If the Hessian cannot be factorised, or the pattern does not fit the number of inputs.
    """
    columns = gram.shape[0]
    if pattern.structured and (columns % pattern.group or block % pattern.group):
        raise InputError(f"pattern {pattern} does not fit a matrix with {columns} inputs in blocks of {block}")
    work = torch.cat([matrix.float() for matrix in matrices]).t().contiguous()  # [in, rows of all]
    upper, used = inverse_factor(gram, damping)
    spans = _spans(matrices)
    fixed = torch.cat(list(masks)).t() if masks is not None else None
    loss = torch.zeros(work.shape[1], dtype=torch.float32, device=work.device)
    for start in range(0, columns, block):
        stop = min(start + block, columns)
        part = upper[start:stop, start:stop]
        target = work[start:stop].clone()
        if fixed is not None:
            pruned: Tensor | None = fixed[start:stop]
        elif pattern.structured:
            pruned = None
        else:
            pruned = _select(target, part, spans, sparsities)
        errors = _sweep(target, part, pruned, pattern)
        loss += errors.square().sum(0)
        work[start:stop] = target
        if stop < columns:
            work[stop:].addmm_(upper[start:stop, stop:].t(), errors, alpha=-1)
    result = [work[:, low:high].t().contiguous() for low, high in spans]
    return Solution(
        result, [loss[low:high].sum().item() for low, high in spans], used, int((gram.diagonal() == 0).sum())
    )


def _spans(matrices: Sequence[Tensor]) -> list[tuple[int, int]]:
    spans, start = [], 0
    for matrix in matrices:
        spans.append((start, start + matrix.shape[0]))
        start += matrix.shape[0]
    return spans


def _select(target: Tensor, upper: Tensor, spans: list[tuple[int, int]], sparsities: Sequence[float]) -> Tensor:
    """Choose what to prune in a block of columns, from the current weights: the lowest w**2 / U_jj**2."""
    scores = (target / upper.diagonal()[:, None]).square_()
    pruned = torch.empty_like(scores, dtype=torch.bool)
    for (low, high), sparsity in zip(spans, sparsities, strict=True):
        part = scores[:, low:high]
        pruned[:, low:high] = lowest_in_matrix(part, round(sparsity * part.numel()))
    return pruned


def _sweep(target: Tensor, upper: Tensor, pruned: Tensor | None, pattern: Pattern) -> Tensor:
    """Visit a block's columns (rows of `target`), pruning and correcting in place; return the scaled errors."""
    width = target.shape[0]
    errors = torch.zeros_like(target)
    chosen = torch.zeros_like(target, dtype=torch.bool) if pruned is None else pruned
    for column in range(width):
        if pruned is None and column % pattern.group == 0:
            group = slice(column, column + pattern.group)
            current = target[group] - upper[:column, group].t() @ errors[:column]
            scores = (current / upper.diagonal()[group, None]).square_()
            chosen[group] = lowest_in_groups(scores.t().contiguous(), pattern).t()
        weights = target[column]
        if column:
            weights -= upper[:column, column] @ errors[:column]
        errors[column] = weights * chosen[column] / upper[column, column]
        weights.masked_fill_(chosen[column], 0)
    return errors
