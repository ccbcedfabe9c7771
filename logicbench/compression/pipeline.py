"""From a model's folder to a compressed model's folder: load, transform, measure, save, load again, compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from logicbench.compression.calibration import Calibration
from logicbench.compression.cost import measured
from logicbench.compression.loading import count_parameters, load_model, should_offload
from logicbench.compression.masking import MaskReport, mask_model
from logicbench.compression.progress import Notify, silent
from logicbench.compression.runtimes import EFFECTS, Kind
from logicbench.compression.saving import check_output, default_probes, save
from logicbench.compression.settings import MaskSettings
from logicbench.compression.sidecar import Sidecar, TensorReport
from logicbench.compression.sidecar import read as read_sidecar


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a transformation did to a model.

    Attributes:
        kind: What the weights have become.
        requested: Share asked to be removed of the weights worked on.
        achieved: Share removed of those.
        tensors: What became of each matrix.
        warnings: What the user should know.
        details: What only this method reports.
        finish: Rewrites the saved folder, where the method has a file layout of its own.
        loader: Loads such a folder as the model that it stands for, on a device.
    """

    kind: Kind
    requested: float
    achieved: float
    tensors: tuple[TensorReport, ...] = ()
    warnings: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    finish: Callable[[Path], None] | None = None
    loader: Callable[[Path, torch.device], Any] = load_model


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a transformation runs, and whom it tells."""

    device: torch.device
    offload: bool
    notify: Notify


Transformation = Callable[[Any, Workplace], Outcome]
"""Changes a model in place, where the workplace says."""


def compress_folder(
    source: Path,
    output: Path,
    method: str,
    settings: Mapping[str, Any],
    transformation: Transformation,
    *,
    calibrations: Mapping[str, Calibration] | None = None,
    device: torch.device | None = None,
    offload: bool | None = None,
    warnings: tuple[str, ...] = (),
    notify: Notify = silent,
) -> Sidecar:
    """Compress a model and save the result.

    Args:
        source: A Hugging Face folder.
        output: Folder to make; it must not exist or be empty.
        method: Name of the method, for the record.
        settings: Its settings, for the record.
        transformation: Does the work.
        calibrations: The data used, by role, for the record.
        device: Where to compute; the CPU unless given.
        offload: Whether to hold one layer at a time on the device; decided by the free memory unless given.
        warnings: What the user should know besides the transformation's own warnings.
        notify: Told about each step.

    Returns:
        The record that was written beside the weights.

    Raises:
        InputError: If the source or the output is not usable, or the transformation refuses.
        ReloadError: If the saved model does not load to the same logits.
    """
    check_output(output)
    device = device or torch.device("cpu")
    model = load_model(source)
    before = count_parameters(model)
    if offload is None:
        offload = should_offload(model, device)
    exact = {id(parameter) for parameter in model.parameters() if parameter.dtype == torch.float32}
    widened = device.type == "cpu" and model.dtype == torch.bfloat16
    if widened:  # CPUs multiply bfloat16 many times slower; the range is the same, so no weight underflows to 0
        _cast(model, torch.float32, exact)
    if not offload:
        model.to(device)
    with measured(device) as cost:
        outcome = transformation(model, Workplace(device, offload, notify))
    if widened:
        _cast(model, torch.bfloat16, exact)
    after = count_parameters(model)
    stored = after == before and outcome.kind != "folded"  # zeros, or bits; factors are stored multiplied out
    zeros = sum(tensor.achieved * tensor.size for tensor in outcome.tensors) if stored else 0.0
    record = Sidecar(
        method=method,
        settings=dict(settings),
        source=str(source),
        effect=EFFECTS[outcome.kind],
        requested=outcome.requested,
        achieved=outcome.achieved,
        achieved_of_model=(before - after + zeros) / before,
        parameters_before=before,
        parameters_after=after,
        calibration={role: describe(data) for role, data in (calibrations or {}).items()},
        tensors=outcome.tensors,
        cost={**asdict(cost), "calibration_tokens": sum(data.tokens for data in (calibrations or {}).values())},
        warnings=warnings + outcome.warnings,
        parent=read_sidecar(source),
        details=outcome.details,
    )
    probes = default_probes(model.config.vocab_size)
    return save(model, source, output, record, probes, outcome.finish, outcome.loader)


def _cast(model: torch.nn.Module, new: torch.dtype, exact: set[int]) -> None:
    """Change the type of a model's parameters but those in `exact`; buffers (rotary frequencies) keep theirs."""
    for parameter in model.parameters():
        if id(parameter) not in exact:
            parameter.data = parameter.data.to(new)


def describe(calibration: Calibration) -> dict[str, Any]:
    """Return what the record says of calibration data."""
    return {
        "source": calibration.source,
        "sha256": calibration.sha256,
        "windows": len(calibration.windows),
        "tokens": calibration.tokens,
        "documents": calibration.documents,
        "seed": calibration.seed,
        "instances": list(calibration.instances),
    }


def masked(
    settings: MaskSettings, calibration: Calibration | None = None, general: Calibration | None = None
) -> Transformation:
    """Return the transformation that masks a model."""

    def transform(model: Any, workplace: Workplace) -> Outcome:
        report: MaskReport = mask_model(
            model,
            settings,
            calibration,
            general=general,
            device=workplace.device,
            offload=workplace.offload,
            notify=workplace.notify,
        )
        return Outcome("masked", settings.sparsity, report.achieved, report.tensors, report.warnings, report.details)

    return transform
