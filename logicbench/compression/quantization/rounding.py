"""Codes and scales: rounding to nearest, and GPTQ, which lets later weights make up for earlier ones' errors."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from logicbench.compression.hessian import inverse_factor
from logicbench.compression.quantization.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Codes:
    """A quantised matrix: weight = code * scale.

    Attributes:
        values: [out, in], int8 or float8_e4m3fn.
        scales: [out, in / group], in the model's own type.
    """

    values: Tensor
    scales: Tensor

    def dequantise(self) -> Tensor:
        """Return the weights [out, in] in float32."""
        scales = self.scales.float().repeat_interleave(self.values.shape[1] // self.scales.shape[1], dim=1)
        return self.values.float() * scales


def round_to_nearest(weight: Tensor, scheme: Scheme, group: int, scale_type: torch.dtype) -> Codes:
    """Quantise a matrix without data.

    Args:
        weight: [out, in].
        scheme: How.
        group: Inputs that share a scale; the number of inputs for one scale a row.
        scale_type: Type that scales are stored in; codes are chosen for the scale as stored.
    """
    grouped = weight.float().reshape(weight.shape[0], -1, group)
    scales = _scales(grouped.abs().amax(-1), scheme, scale_type)
    values = _encode(grouped, scales.float()[..., None], scheme).reshape(weight.shape)
    return Codes(values, scales)


def gptq(
    weight: Tensor, gram: Tensor, scheme: Scheme, group: int, scale_type: torch.dtype, damping: float, block: int = 128
) -> tuple[Codes, float]:
    """Quantise a matrix column by column, updating the columns to the right (Frantar et al., ICLR 2023, 2210.17323).

    A group's scales are those of its weights as they are when the group is reached. Weights that are exactly zero stay
    so, which keeps the mask of a pruned model; their part is spread over the others like any rounding error.

    Args:
        weight: [out, in].
        gram: Sum of x x' over the calibration tokens, [in, in], float32.
        scheme: How.
        group: Inputs that share a scale; the number of inputs for one scale a row.
        scale_type: Type that scales are stored in.
        damping: Share of the mean diagonal added to the Hessian's diagonal.
        block: Columns between two updates of the rest.

    Returns:
        The codes, and the estimate of the sum of squared output errors.

    Raises:
        InputError: If the Hessian cannot be factorised.
    """
    columns = weight.shape[1]
    upper, _ = inverse_factor(gram, damping)
    work = weight.float().t().contiguous()  # [in, out]
    pruned = work == 0
    values = torch.empty(work.shape, dtype=_code_type(scheme), device=work.device)
    scales = torch.empty(columns // group, weight.shape[0], dtype=scale_type, device=work.device)
    if group == columns:
        scales[0] = _scales(work.abs().amax(0), scheme, scale_type)
    loss = 0.0
    step = min(block, group)
    for start in range(0, columns, step):
        stop = min(start + step, columns)
        if group != columns and start % group == 0:
            scales[start // group] = _scales(work[start : start + group].abs().amax(0), scheme, scale_type)
        scale = scales[start // group].float()
        part, errors = upper[start:stop, start:stop], torch.zeros_like(work[start:stop])
        for column in range(stop - start):
            current = work[start + column]
            if column:
                current = current - part[:column, column] @ errors[:column]
            code = _encode(current.masked_fill(pruned[start + column], 0), scale, scheme)
            values[start + column] = code
            errors[column] = (current - code.float() * scale) / part[column, column]
        loss += errors.square().sum().item()
        if stop < columns:
            work[stop:].addmm_(upper[start:stop, stop:].t(), errors, alpha=-1)
    return Codes(values.t().contiguous(), scales.t().contiguous()), loss


def _scales(largest: Tensor, scheme: Scheme, scale_type: torch.dtype) -> Tensor:
    scales = (largest / scheme.reach).to(scale_type)
    # A row of zeros, or one that underflows, gets the scale 1: all its codes are 0.
    return torch.where(scales > 0, scales, torch.ones_like(scales))


def _encode(weight: Tensor, scale: Tensor, scheme: Scheme) -> Tensor:
    ratio = weight / scale
    if scheme.kind == "float":
        return ratio.clamp_(-scheme.greatest, scheme.greatest).to(torch.float8_e4m3fn)
    return ratio.round_().clamp_(-scheme.greatest - 1, scheme.greatest).to(torch.int8)


def _code_type(scheme: Scheme) -> torch.dtype:
    return torch.float8_e4m3fn if scheme.kind == "float" else torch.int8
