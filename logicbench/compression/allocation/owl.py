"""OWL: prune less where activations have outliers (Yin et al., ICML 2024, arXiv 2310.05175)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor


def outlier_share(scores: Sequence[Tensor], multiple: float = 5.0) -> float:
    """Return the share of a layer's Wanda scores that exceed `multiple` times the layer's mean score."""
    count = sum(score.numel() for score in scores)
    mean = sum(score.double().sum().item() for score in scores) / count
    return sum(int((score > multiple * mean).sum()) for score in scores) / count


def layer_ratios(shares: Sequence[float], target: float, spread: float = 0.08) -> list[float]:
    """Return each layer's ratio: target - (scaled share - mean of scaled shares), the shares scaled to [0, 2 spread].

    Args:
        shares: Outlier share of each layer.
        target: Mean sparsity.
        spread: The published lambda; no layer is farther than twice this from the target.
    """
    low, high = min(shares), max(shares)
    if high == low:
        return [target] * len(shares)
    scaled = [(share - low) / (high - low) * 2 * spread for share in shares]
    mean = sum(scaled) / len(scaled)
    return [target - (value - mean) for value in scaled]
