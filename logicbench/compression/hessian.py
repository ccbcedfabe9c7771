"""The factor of the inverse Hessian that SparseGPT and GPTQ read their updates from."""

from __future__ import annotations

import torch
from torch import Tensor

from logicbench.errors import InputError


def inverse_factor(gram: Tensor, damping: float) -> tuple[Tensor, float]:
    """Return the upper Cholesky factor of the inverse of the damped Hessian, and the damping it took.

    A Hessian that cannot be factorised is damped more, up to 100 times.

    Args:
        gram: Sum of x x' over the calibration tokens, [in, in], float32.
        damping: Share of the mean diagonal added to the diagonal.

    Raises:
        InputError: If even the greatest damping does not help.
    """
    hessian = gram.clone()
    diagonal = hessian.diagonal()
    mean = gram.diagonal().mean()
    if not mean > 0:
        return torch.eye(len(gram), device=gram.device), damping
    added = 0.0
    for factor in (1, 10, 100):
        share = damping * factor
        diagonal += (share - added) * mean
        added = share
        lower, failed = torch.linalg.cholesky_ex(hessian)
        if int(failed):
            continue
        upper, failed = torch.linalg.cholesky_ex(torch.cholesky_inverse(lower), upper=True)
        if not int(failed) and bool(torch.isfinite(upper).all()):
            return upper, share
    raise InputError(
        f"the Hessian of {gram.shape[0]} inputs is not positive definite even with a damping of {damping * 100:g}: "
        "give more calibration tokens, or use a method without weight updates"
    )
