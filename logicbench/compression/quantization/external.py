"""Quantising with llmcompressor in a process, and an environment, of its own: its requirements conflict with vLLM's.

Any Python that has llmcompressor will do; it needs nothing of logicbench. Nothing that the library reports is taken on
trust: the codes are read back from the files, zeros are counted again, and what has no meaning to vLLM is removed from
the configuration.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import torch

from logicbench.compression.calibration import Calibration
from logicbench.compression.decoder import Decoder
from logicbench.compression.linears import unprotected
from logicbench.compression.loading import count_parameters, load_model
from logicbench.compression.pipeline import describe
from logicbench.compression.progress import Notify, Step
from logicbench.compression.quantization.checkpoint import load_dequantised
from logicbench.compression.quantization.quantise import QuantizeSettings, choose_group, ignored_modules
from logicbench.compression.quantization.schemes import SCHEMES
from logicbench.compression.runtimes import EFFECTS
from logicbench.compression.saving import copy_companions, default_probes
from logicbench.compression.sidecar import Sidecar, TensorReport
from logicbench.compression.sidecar import read as read_sidecar
from logicbench.errors import BackendError, InputError

ENVIRONMENT = ".venv-llmcompressor"
"""Where a Python with llmcompressor is looked for, beside the environment that logicbench runs in."""

_PRESETS = {"FP8": "FP8_DYNAMIC"}
_WORKER = Path(__file__).with_name("external_worker.py")


def find_python(given: str = "") -> Path:
    """Return a Python that has llmcompressor: the one given, this one, or that of an environment beside this one.

    Raises:
        InputError: If there is none.
    """
    if given:
        if not Path(given).is_file():
            raise InputError(f"--set python={given}: no such file")
        return Path(given).absolute()
    if importlib.util.find_spec("llmcompressor") is not None:
        return Path(sys.executable)
    beside = Path(sys.prefix).parent / ENVIRONMENT / "bin" / "python"
    if beside.is_file():
        return beside
    raise InputError(
        f"no Python with llmcompressor: make one (python -m venv {beside.parent.parent} && "
        f"{beside.parent}/pip install llmcompressor), or give --set python=PATH"
    )


def quantise_folder(
    source: Path,
    output: Path,
    settings: QuantizeSettings,
    record_settings: Mapping[str, Any],
    calibration: Calibration | None,
    warnings: tuple[str, ...],
    notify: Notify,
) -> Sidecar:
    """Quantise a model's folder with llmcompressor and describe the result.

    Raises:
        InputError: If there is no llmcompressor, or the widths fit no group size.
        BackendError: If llmcompressor fails; the message has its last line.
    """
    python = find_python(settings.options.python)
    scheme = SCHEMES[settings.options.scheme]
    model = load_model(source)
    views = unprotected(Decoder.of(model).all_views(), settings.protect)
    chosen = [view for view in views if view.kind == "linear"]
    group = choose_group(scheme, settings, chosen)
    zeros = {view.name: view.weight == 0 for view in chosen}
    probes = default_probes(model.config.vocab_size)
    job = {
        "model": str(source.resolve()), "output": str(output.resolve()), "method": settings.method,
        "scheme": _PRESETS.get(scheme.name, scheme.name), "group": group,
        "ignore": ignored_modules(model, {view.name for view in chosen}),
        "windows": [window.tolist() for window in calibration.windows] if calibration else [],
        "probes": [probe[0].tolist() for probe in probes], "threads": torch.get_num_threads(),
    }  # fmt: skip
    notify(Step("llmcompressor", 0, 1, str(python)))
    result = _run(python, job)
    notify(Step("llmcompressor", 1, 1, f"{result['seconds']:.0f} s"))
    _clean_config(output / "config.json")
    copy_companions(source, output)
    found = load_dequantised(output, torch.device("cpu"), scheme)
    after = {view.name: view.weight == 0 for view in Decoder.of(found).all_views()}
    before_bits = 8.0 * (model.config.dtype or torch.float32).itemsize
    asked = 1 - scheme.bits / before_bits
    tensors = []
    for view in chosen:
        bits = scheme.bits + before_bits / (group or view.weight.shape[1])
        tensors.append(TensorReport(view.name, view.layer, view.size, asked, 1 - bits / before_bits))
    achieved = sum(tensor.achieved * tensor.size for tensor in tensors) / sum(tensor.size for tensor in tensors)
    details: dict[str, Any] = {
        "scheme": scheme.name, "group": group or "row", "bits_per_weight": round(before_bits * (1 - achieved), 4),
        "engine": "llmcompressor", "versions": result["versions"], "reload_difference": result["difference"],
    }  # fmt: skip
    survival = _survival(zeros, after)
    if survival is not None:
        details["mask_survival"] = survival
        if survival < 1:
            warnings += (f"{1 - survival:.1%} of the zeros did not survive; --set engine=native keeps them all",)
    if result["difference"]:
        warnings += (f"the reloaded checkpoint's logits differ by up to {result['difference']:.2g}",)
    parameters = count_parameters(model)
    record = Sidecar(
        method=settings.method,
        settings=dict(record_settings),
        source=str(source),
        effect=EFFECTS["quantized"],
        requested=asked,
        achieved=achieved,
        achieved_of_model=achieved * sum(tensor.size for tensor in tensors) / parameters,
        parameters_before=parameters,
        parameters_after=parameters,
        calibration={"domain": describe(calibration)} if calibration else {},
        tensors=tuple(tensors),
        cost={
            "device": result["device"], "seconds": result["seconds"], "peak_device_bytes": result["peak"],
            "peak_host_bytes": result["host"], "calibration_tokens": calibration.tokens if calibration else 0,
        },
        warnings=warnings,
        reload_identical=result["difference"] == 0,
        parent=read_sidecar(source),
        details=details,
    )  # fmt: skip
    record.write(output)
    return record


def _run(python: Path, job: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="logicbench-") as scratch:
        job_path, result_path, log_path = (Path(scratch) / name for name in ("job.json", "result.json", "log.txt"))
        job_path.write_bytes(orjson.dumps({**job, "result": str(result_path)}))
        # The library writes a log folder into the working directory, which is therefore the scratch folder.
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        with log_path.open("wb") as log:
            command = [str(python), "-I", str(_WORKER), str(job_path)]  # isolated: our modules must not shadow others
            done = subprocess.run(command, cwd=scratch, env=environment, stdout=log, stderr=subprocess.STDOUT)
        if done.returncode or not result_path.is_file():
            lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no output"]
            raise BackendError(f"llmcompressor failed ({python}): {lines[-1][:400]}")
        result: dict[str, Any] = orjson.loads(result_path.read_bytes())
        return result


def _clean_config(path: Path) -> None:
    """Remove the entry for sparsity, which vLLM refuses unless it is empty."""
    config = orjson.loads(path.read_bytes())
    if config.get("quantization_config", {}).pop("sparsity_config", None) is not None:
        path.write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _survival(before: Mapping[str, torch.Tensor], after: Mapping[str, torch.Tensor]) -> float | None:
    """Return the share of zeros that are still zero, or None if there were hardly any."""
    total = sum(int(zeros.sum()) for zeros in before.values())
    if total <= 0.01 * sum(zeros.numel() for zeros in before.values()):
        return None
    return sum(int((zeros & after[name]).sum()) for name, zeros in before.items()) / total
