"""RIA: relative importance and activations (Zhang et al., ICLR 2024, "Plug-and-Play")."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from logicbench.compression.scores.base import Comparison, Evidence
from logicbench.compression.statistics import Need


@dataclass(frozen=True, slots=True)
class RiaScore:
    """S_ij = (|W_ij| / sum_i |W_ij| + |W_ij| / sum_j |W_ij|) * rms(x_j)**a, compared inside each row; a = 1/2.

    The relative weight keeps whole input or output channels from being emptied. The published score has the l2 norm
    in place of the root mean square: the same masks, as the two differ by one factor for the matrix.
    """

    exponent: float = 0.5
    needs: frozenset[Need] = frozenset({"squares"})
    gradients: frozenset[str] = frozenset()
    comparison: Comparison = "row"

    def __call__(self, weight: Tensor, evidence: Evidence) -> Tensor:
        """Return the scores."""
        size = weight.float().abs()
        tiny = 1e-30
        relative = size / size.sum(0, keepdim=True).clamp_min(tiny) + size / size.sum(1, keepdim=True).clamp_min(tiny)
        inputs = evidence.inputs
        return (
            relative * inputs.norms.to(weight.device) ** self.exponent
            if inputs is not None and inputs.tokens
            else relative
        )
