"""From a GGUF file to an ordinary Hugging Face folder that every engine loads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from logicbench.errors import BackendError
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
