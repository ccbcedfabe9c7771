"""compression.json: what was done to a model, kept beside its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from logicbench import __version__
from logicbench.compression.runtimes import RuntimeEffect
from logicbench.errors import InputError

NAME = "compression.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class TensorReport:
    """What became of one matrix.

    Attributes:
        name: The matrix.
        layer: Its decoder layer, -1 for the output head.
        size: Number of weights before.
        requested: Share asked to be removed.
        achieved: Share of zeros, counted in the saved precision, or share of weights, or of bits, removed.
        note: What was out of the ordinary.
    """

    name: str
    layer: int
    size: int
    requested: float
    achieved: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The record of one compression.

    Attributes:
        method: Name of the method.
        settings: Its settings, as given.
        source: Path or name of the model that was compressed.
        effect: What runtimes make of the result.
        requested: Share asked to be removed of the weights that the method works on; of their bits, if it quantises.
        achieved: Share really removed of those.
        achieved_of_model: Zeros, removed weights or removed bits as a share of all of the original's parameters.
        parameters_before: Parameters of the original, tied ones once.
        parameters_after: Parameters of the result, tied ones once, zeros included.
        calibration: Source, hash of the token ids, and counts; empty where none was used.
        tensors: What became of each matrix.
        cost: Time and memory.
        warnings: What the user should know.
        reload_identical: Whether the saved checkpoint, loaded again, gave bit-identical logits.
        parent: The source's own record, if it was itself compressed.
        details: What only this method reports.
    """

    method: str
    settings: Mapping[str, Any]
    source: str
    effect: RuntimeEffect
    requested: float
    achieved: float
    achieved_of_model: float
    parameters_before: int
    parameters_after: int
    calibration: Mapping[str, Any] = field(default_factory=dict)
    tensors: tuple[TensorReport, ...] = ()
    cost: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reload_identical: bool | None = None
    parent: Mapping[str, Any] | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def layers(self) -> dict[int, float]:
        """Achieved share of each decoder layer, by number."""
        sums: dict[int, tuple[float, int]] = {}
        for tensor in self.tensors:
            removed, size = sums.get(tensor.layer, (0.0, 0))
            sums[tensor.layer] = (removed + tensor.achieved * tensor.size, size + tensor.size)
        return {layer: removed / size for layer, (removed, size) in sorted(sums.items())}

    def to_json(self) -> bytes:
        """Return the file's content."""
        record = {"format": FORMAT, "logicbench": __version__, **asdict(self)}
        record["layers"] = {str(layer): share for layer, share in self.layers.items()}
        return orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

    def write(self, folder: Path) -> None:
        """Write the record into a model's folder."""
        (folder / NAME).write_bytes(self.to_json())


def calibrated_instances(record: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids of the problem instances that a model, or any of its parents, was calibrated on."""
    found: set[str] = set()
    current: Mapping[str, Any] | None = record
    while current is not None:
        for data in current.get("calibration", {}).values():
            found.update(data.get("instances", ()))
        current = current.get("parent")
    return frozenset(found)


def read(folder: Path) -> dict[str, Any] | None:
    """Return the record of a model's folder as JSON, or None if it has none.

    Raises:
        InputError: If the file is no such record.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        record = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise InputError(f"{path} is not a compression record of format {FORMAT}")
    return record
