"""Loading a causal language model and its tokenizer from a folder or a GGUF file, with errors a person can act on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from logicbench.errors import BackendError, InputError, MissingExtraError

DTYPES = ("auto", "float32", "bfloat16", "float16")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model's weights are."""

    folder: Path
    gguf: str | None = None
    """Name of the GGUF file in the folder, or None for safetensors."""

    @property
    def path(self) -> Path:
        """The GGUF file, or the folder."""
        return self.folder / self.gguf if self.gguf else self.folder


def find_source(path: str | Path) -> Source:
    """Return what a path holds: a folder in Hugging Face form, a folder with one GGUF file, or a GGUF file.

    Raises:
        InputError: If it is none of these.
    """
    path = Path(path).expanduser()
    if path.is_file() and path.suffix == ".gguf":
        return Source(path.parent, path.name)
    if not path.is_dir():
        raise InputError(f"no model at {path}: expected a folder with config.json and safetensors, or a GGUF file")
    if (path / "config.json").is_file():
        if not any(path.glob("*.safetensors")):
            raise InputError(f"{path}: no .safetensors file in it; save the model with save_pretrained")
        return Source(path)
    ggufs = sorted(file.name for file in path.glob("*.gguf"))
    if len(ggufs) == 1:
        return Source(path, ggufs[0])
    if ggufs:
        raise InputError(f"{path}: several GGUF files in it; name one of {', '.join(ggufs)}")
    raise InputError(f"{path}: neither config.json nor a GGUF file in it, so it is not a model folder")


def choose_device(device: str) -> str:
    """Return the device to use: ``auto`` is the first CUDA device, else MPS, else the CPU.

    Raises:
        InputError: If the device asked for is not there.
    """
    torch = import_torch()
    if device == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind = device.partition(":")[0]
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if kind not in there:
        raise InputError(f"unknown device {device!r}; use auto, cpu, cuda, cuda:N or mps")
    if not there[kind]:
        raise InputError(f"device {device!r} is not available on this machine; use cpu")
    return device


def choose_dtype(dtype: str, device: str) -> Any:
    """Return the torch dtype: ``auto`` is float32 on the CPU and the checkpoint's own elsewhere.

    Raises:
        InputError: If the name is unknown.
    """
    torch = import_torch()
    if dtype not in DTYPES:
        raise InputError(f"unknown dtype {dtype!r}; use one of {', '.join(DTYPES)}")
    if dtype == "auto":
        return torch.float32 if device == "cpu" else "auto"
    return getattr(torch, dtype)


def set_threads(threads: int | None) -> int:
    """Set torch's CPU threads and return how many it uses.

    The default is ``OMP_NUM_THREADS`` where it is set, else torch's own choice.
    """
    torch = import_torch()
    wanted = threads or int(os.environ.get("OMP_NUM_THREADS", "0") or 0)
    if wanted > 0:
        torch.set_num_threads(wanted)
    return int(torch.get_num_threads())


def load_tokenizer(source: Source, trust_remote_code: bool = False) -> Any:
    """Return the tokenizer of a model, with a padding token.

    Raises:
        BackendError: If it cannot be loaded.
    """
    transformers = import_transformers()
    options: dict[str, Any] = {"gguf_file": source.gguf} if source.gguf else {}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            source.folder, local_files_only=True, trust_remote_code=trust_remote_code, **options
        )
    except Exception as error:  # the loaders raise whatever their file formats raise
        raise BackendError(f"cannot load the tokenizer of {source.path}: {first_line(error)}") from error
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(source: Source, dtype: Any, device: str, trust_remote_code: bool = False) -> Any:
    """Return a causal language model in evaluation mode on the device.

    Args:
        source: Where it is.
        dtype: A torch dtype or ``"auto"``.
        device: A torch device.
        trust_remote_code: Whether to run modelling code that lies in the folder.

    Raises:
        BackendError: If it cannot be loaded.
    """
    transformers = import_transformers()
    options: dict[str, Any] = {"dtype": dtype}
    if source.gguf:
        options |= {"gguf_file": source.gguf} | gguf_options(transformers)
    try:
        with quiet(transformers):
            model = transformers.AutoModelForCausalLM.from_pretrained(
                source.folder, local_files_only=True, trust_remote_code=trust_remote_code, **options
            )
        return model.to(device).eval()
    except Exception as error:  # the loaders raise whatever their file formats raise
        raise BackendError(f"cannot load the model {source.path}: {first_line(error)}") from error


@contextmanager
def quiet(transformers: Any) -> Iterator[None]:
    """Keep the library's progress bars off the terminal, which has ours."""
    logging = transformers.utils.logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        # The bar of GGUF conversion heeds no setting: it is drawn wherever standard error goes.
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere):
            yield
    finally:
        if shown:
            logging.enable_progress_bar()


def gguf_options(transformers: Any) -> dict[str, Any]:
    """Return the options that make a GGUF file load as a dense model in the installed transformers."""
    config = getattr(transformers, "GgufConfig", None)
    return {} if config is None else {"quantization_config": config(dequantize=True)}


def end_tokens(tokenizer: Any, generation_config: Any) -> frozenset[int]:
    """Return the ids that end a completion: the tokenizer's end token and those of the generation settings."""
    ids = [tokenizer.eos_token_id]
    configured = getattr(generation_config, "eos_token_id", None)
    ids.extend(configured if isinstance(configured, list | tuple) else [configured])
    return frozenset(int(token) for token in ids if token is not None)


def import_torch() -> Any:
    """Return torch.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("torch", "hf") from error
    return torch


def import_transformers() -> Any:
    """Return transformers.

    Raises:
        MissingExtraError: If it, or torch, is not installed.
    """
    import_torch()
    try:
        import transformers
    except ImportError as error:
        raise MissingExtraError("transformers", "hf") from error
    return transformers


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its type where it has none."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
