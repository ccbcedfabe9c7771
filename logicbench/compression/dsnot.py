"""DSnoT: swap pruned and kept weights so that the mean output stays where it was (Zhang et al., ICLR 2024, 2310.08915).

A row's expected reconstruction error is e = sum over pruned j of w_j E[x_j]. Each cycle revives the pruned weight with
the greatest sign(e) w_i E[x_i] / Var[x_i]**p and prunes instead the kept weight of lowest Wanda score among those
whose removal pushes e the other way. A swap is made only if |e| falls, so e never grows and every row stops by itself;
the published code swaps until |e| is under a fixed threshold or the cycles are used up.
"""

from __future__ import annotations

import torch
from torch import Tensor

from logicbench.compression.patterns import UNSTRUCTURED, Pattern
from logicbench.compression.statistics import InputStatistics


def refine(
    weight: Tensor,
    pruned: Tensor,
    inputs: InputStatistics,
    *,
    pattern: Pattern = UNSTRUCTURED,
    cycles: int = 50,
    power: float = 1.0,
) -> Tensor:
    """Return a mask with as many pruned weights in each row (and group) and no greater expected error.

    Args:
        weight: [out, in].
        pruned: The mask to start from, True where pruned; it is not changed.
        inputs: Statistics with moments and squares.
        pattern: Swaps stay inside the groups of an N:M pattern.
        cycles: Most swaps in one row.
        power: Exponent p of the variance.
    """
    if inputs.tokens == 0 or inputs.mean is None:
        return pruned.clone()
    mask = pruned.clone()
    effect = weight.float() * inputs.mean.float()  # of each weight on its row's mean output
    grow = effect / inputs.variance.float().clamp_min(1e-12) ** power
    keep_score = weight.float().abs() * inputs.norms
    error = (effect * mask).sum(1)
    active = torch.arange(weight.shape[0], device=weight.device)
    for _ in range(cycles):
        sign = error[active].sign()[:, None]
        rows = mask[active]
        revive = (sign * grow[active]).masked_fill(~rows, -torch.inf).argmax(1)
        allowed = ~rows & (sign * effect[active] < 0)
        if pattern.structured:
            groups = torch.arange(weight.shape[1], device=weight.device) // pattern.group
            allowed &= groups == (revive // pattern.group)[:, None]
        remove = keep_score[active].masked_fill(~allowed, torch.inf).argmin(1)
        change = effect[active].gather(1, remove[:, None]) - effect[active].gather(1, revive[:, None])
        changed = error[active] + change[:, 0]
        better = allowed.any(1) & rows.any(1) & (changed.abs() < error[active].abs())
        active, revive, remove = active[better], revive[better], remove[better]
        if active.numel() == 0:
            break
        mask[active, revive] = False
        mask[active, remove] = True
        error[active] = changed[better]
    return mask
