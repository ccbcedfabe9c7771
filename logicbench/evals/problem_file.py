"""A problem file as a sequence, read from disk line by line as it is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import overload

import numpy as np
import orjson

from logicbench.errors import InputError
from logicbench.problem import Problem


class ProblemFile(Sequence[Problem]):
    """A problem file as a sequence that holds only the lines' offsets in memory."""

    __slots__ = ("_file", "_offsets", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open(path, "rb")  # noqa: SIM115
        except OSError as error:
            raise InputError(f"cannot read {path}: {error.strerror or error}") from None
        lengths = [len(line) for line in self._file]
        self._offsets = np.cumsum([0, *lengths], dtype=np.int64)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    @overload
    def __getitem__(self, index: int) -> Problem: ...
    @overload
    def __getitem__(self, index: slice) -> list[Problem]: ...
    def __getitem__(self, index: int | slice) -> Problem | list[Problem]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        index %= len(self)
        start, end = int(self._offsets[index]), int(self._offsets[index + 1])
        line = os.pread(self._file.fileno(), end - start, start)
        try:
            return Problem.from_json(orjson.loads(line), f"{self.path}:{index + 1}")
        except orjson.JSONDecodeError as error:
            raise InputError.at(str(self.path), index + 1, f"not JSON: {error}") from None

    def close(self) -> None:
        """Close the file."""
        self._file.close()
