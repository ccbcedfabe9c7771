"""From a GGUF file to an ordinary Hugging Face folder that every engine loads."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from logicbench.errors import BackendError, InputError
from logicbench.models.fingerprint import package_versions, weights_hash
from logicbench.models.known import MANIFEST, cache_folder, is_fetched
from logicbench.models.loading import (
    Source,
    choose_dtype,
    first_line,
    import_torch,
    import_transformers,
    load_model,
    load_tokenizer,
    quiet,
)


def convert_gguf(gguf: str | Path, folder: str | Path, dtype: str = "bfloat16") -> None:
    """Write the weights, configuration, tokenizer and chat template of a GGUF file as a Hugging Face folder.

    Quantised weights are dequantised and rounded to the type asked for.

    Args:
        gguf: The file.
        folder: Where to write; made if it is not there.
        dtype: float32, bfloat16 or float16.

    Raises:
        BackendError: If the file cannot be read or its architecture is not supported.
    """
    gguf, folder = Path(gguf), Path(folder)
    source = Source(gguf.parent, gguf.name)
    tokenizer = load_tokenizer(source)
    model = load_model(source, choose_dtype(dtype, "cpu"), "cpu")
    try:
        with quiet(import_transformers()):
            _dense(model).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    except (OSError, ValueError, RuntimeError) as error:
        raise BackendError(f"cannot save {gguf.name} as a model folder: {first_line(error)}") from error


def as_folder(source: Source, progress: Callable[[str], None] = lambda _: None) -> Path:
    """Return a Hugging Face folder with a model's weights: its own, or one converted from its GGUF file and kept.

    Raises:
        BackendError: If the conversion fails.
        InputError: If the cache folder cannot be written.
    """
    if source.gguf is None:
        return source.folder
    folder = cache_folder() / f"{source.path.stem}-{weights_hash([source.path])[:16]}"
    if not is_fetched(folder):
        progress(f"converting {source.gguf} to {folder}")
        build(folder, lambda made: convert_gguf(source.path, made), {"gguf": source.gguf, "dtype": "bfloat16"})
    return folder


def build(folder: Path, make: Callable[[Path], None], manifest: Mapping[str, object]) -> None:
    """Make a model folder that appears under its name only when it is complete.

    Args:
        folder: The folder to make.
        make: Writes the model into the folder it is given.
        manifest: Written beside the model, with the versions of the packages that made it.

    Raises:
        InputError: If the folder cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as work:
            made = Path(work) / "model"
            make(made)
            record = {**manifest, "converted_with": package_versions()}
            (made / MANIFEST).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
            _put(made, folder)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror or error}") from error


def _put(made: Path, folder: Path) -> None:
    try:
        os.replace(made, folder)
    except OSError:
        # Another process may have put the same model there in the meantime.
        if not is_fetched(folder):
            raise


def _dense(model: Any) -> Any:
    """Return the model without its memory of the quantised file, which would forbid saving it in some versions."""
    torch = import_torch()
    config = model.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    with torch.device("meta"):
        fresh = type(model)(config)
    fresh.load_state_dict(model.state_dict(), assign=True)
    fresh.tie_weights()
    fresh.generation_config = model.generation_config
    return fresh
