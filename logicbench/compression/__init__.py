"""Pruning, structured removal and quantisation of language models.

Importing this package loads no torch; its names are loaded when first used.

Example::

    from pathlib import Path
    from logicbench.compression import CompressionRequest, run_request

    request = CompressionRequest(Path("model"), Path("pruned"), "wanda", 0.5, calibration="run:runs/dense")
    record = run_request(request)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logicbench.compression.calibration import Calibration, from_documents, random_tokens
    from logicbench.compression.documents import Document, from_texts, read_jsonl, require_disjoint
    from logicbench.compression.masking import MaskReport, mask_model
    from logicbench.compression.methods import ALLOCATIONS, METHODS, Method, find_method
    from logicbench.compression.patterns import UNSTRUCTURED, Pattern
    from logicbench.compression.pipeline import Outcome, Workplace, compress_folder, masked
    from logicbench.compression.progress import Step
    from logicbench.compression.request import CompressionRequest, run_request
    from logicbench.compression.settings import MaskSettings
    from logicbench.compression.sidecar import Sidecar, TensorReport
    from logicbench.compression.sources import CalibrationSource

_HOMES = {
    "calibration": ("Calibration", "from_documents", "random_tokens"),
    "documents": ("Document", "from_texts", "read_jsonl", "require_disjoint"),
    "masking": ("MaskReport", "mask_model"),
    "methods": ("ALLOCATIONS", "METHODS", "Method", "find_method"),
    "patterns": ("UNSTRUCTURED", "Pattern"),
    "pipeline": ("Outcome", "Workplace", "compress_folder", "masked"),
    "progress": ("Step",),
    "request": ("CompressionRequest", "run_request"),
    "settings": ("MaskSettings",),
    "sidecar": ("Sidecar", "TensorReport"),
    "sources": ("CalibrationSource",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ALLOCATIONS",
    "METHODS",
    "UNSTRUCTURED",
    "Calibration",
    "CalibrationSource",
    "CompressionRequest",
    "Document",
    "MaskReport",
    "MaskSettings",
    "Method",
    "Outcome",
    "Pattern",
    "Sidecar",
    "Step",
    "TensorReport",
    "Workplace",
    "compress_folder",
    "find_method",
    "from_documents",
    "from_texts",
    "mask_model",
    "masked",
    "random_tokens",
    "read_jsonl",
    "require_disjoint",
    "run_request",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
