"""Full float32 matrix products: TF32 is too coarse for Hessians and Cholesky factors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def exact_matmul() -> Iterator[None]:
    """Turn TF32 and bfloat16 shortcuts in float32 products off for the length of a block."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
