"""The PQ index: how sparse a vector already is, and how much can go (Diao et al., ICLR 2023, arXiv 2302.05601)."""

from __future__ import annotations

from torch import Tensor


def pq_index(values: Tensor, p: float = 0.5, q: float = 1.0) -> float:
    """Return 1 - d**(1/q - 1/p) * |w|_p / |w|_q over the non-zero entries: 0 for a flat vector, near 1 for a spiky one.

    Args:
        values: Of any shape; zeros are left out, so an index after pruning is that of what is left.
        p: The smaller norm's exponent, below `q`.
        q: The greater norm's exponent.
    """
    size = values[values != 0].abs().double()
    if size.numel() == 0:
        return 0.0
    norm_p = size.pow(p).sum().pow(1 / p)
    norm_q = size.pow(q).sum().pow(1 / q)
    index: float = (1 - size.numel() ** (1 / q - 1 / p) * norm_p / norm_q).item()
    return max(index, 0.0)


def prunable_share(index: float, p: float = 0.5, q: float = 1.0, slack: float = 0.0, gamma: float = 1.0) -> float:
    """Return the share that the index says may be pruned: gamma * (1 - m / d), m / d the least share to retain.

    m = d * (1 + slack)**(q / (p - q)) * (1 - index)**(q p / (q - p)).
    """
    retain: float = (1 + slack) ** (q / (p - q)) * (1 - index) ** (q * p / (q - p))
    return min(max(gamma * (1 - retain), 0.0), 1.0)
