"""The file formats by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from logicbench.interop.imports.folio import read_folio
from logicbench.interop.imports.options import read_ar_lsat, read_logical_deduction
from logicbench.interop.imports.prontoqa import read_prontoqa
from logicbench.interop.imports.proofwriter import read_proofwriter
from logicbench.interop.imports.question import Question

FileReader: TypeAlias = Callable[[str | Path], Iterator[Question]]

FORMATS: Mapping[str, FileReader] = {
    "folio": read_folio,
    "proofwriter": read_proofwriter,
    "prontoqa": read_prontoqa,
    "ar-lsat": read_ar_lsat,
    "logical-deduction": read_logical_deduction,
}
