"""Schemes: how weights and activations are stored, as vLLM's compressed-tensors loader knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

GROUPS = (128, 64, 32)
"""Group sizes that vLLM's 4-bit kernels have."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A storage scheme.

    Attributes:
        name: As compressed-tensors and llmcompressor name it.
        bits: Of a weight.
        kind: Integers, or 8-bit floats (e4m3).
        grouped: Whether scales belong to groups of inputs, or to whole output rows.
        activations: Whether activations are rounded to the same type, one scale a token, at run time.
        layout: The file layout's name in compressed-tensors.
    """

    name: str
    bits: int
    kind: Literal["int", "float"]
    grouped: bool
    activations: bool
    layout: str

    @property
    def greatest(self) -> float:
        """The greatest code; the least integer code is one below its negative."""
        return 448.0 if self.kind == "float" else float(2 ** (self.bits - 1) - 1)

    @property
    def reach(self) -> float:
        """What the scale divides the largest magnitude by, as in compressed-tensors: half of the integers' range."""
        return 448.0 if self.kind == "float" else (2**self.bits - 1) / 2

    def config(self, group: int, ignored: Sequence[str]) -> dict[str, Any]:
        """Return the ``quantization_config`` of a model's ``config.json``.

        There is never a sparsity configuration in it: vLLM refuses models that have one.
        """
        weights = {
            "num_bits": self.bits,
            "type": self.kind,
            "symmetric": True,
            "strategy": "group" if self.grouped else "channel",
            "group_size": group if self.grouped else None,
            "dynamic": False,
        }
        inputs = {"num_bits": self.bits, "type": self.kind, "symmetric": True, "strategy": "token", "dynamic": True}
        return {
            "quant_method": "compressed-tensors",
            "quantization_status": "compressed",
            "format": self.layout,
            "config_groups": {
                "group_0": {
                    "targets": ["Linear"],
                    "weights": weights,
                    "input_activations": inputs if self.activations else None,
                    "output_activations": None,
                    "format": self.layout,
                }
            },
            "ignore": list(ignored),
            "kv_cache_scheme": None,
        }


SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("W4A16", 4, "int", True, False, "pack-quantized"),
        Scheme("W8A16", 8, "int", True, False, "pack-quantized"),
        Scheme("W8A8", 8, "int", False, True, "int-quantized"),
        Scheme("FP8", 8, "float", False, True, "float-quantized"),
    )
}


def common_group(widths: Sequence[int]) -> int | None:
    """Return the greatest group size that divides all numbers of inputs, or None."""
    return next((group for group in GROUPS if all(width % group == 0 for width in widths)), None)
