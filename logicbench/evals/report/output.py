"""Writing the report's files: each appears under its name only when it is complete."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from logicbench.errors import InputError


def write_text(target: Path, text: str) -> Path:
    """Write a text file and return its path.

    Raises:
        InputError: If it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(name, 0o644)
        os.replace(name, target)
    except OSError as error:
        raise InputError(f"{target}: the report cannot be written ({error.strerror})") from None
    return target
