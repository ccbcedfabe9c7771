"""The side folder of a run: token ids and log-probabilities as plain NumPy files.

A chunk is two columns of equal length, ``NNNNN.ids.npy`` (int32) and ``NNNNN.logprobs.npy`` (float32). Data is appended
first and the header's length brought up to date second, so that a file is a valid array at every moment and any row is
reached through a memory map, whatever the size of the run.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from logicbench.errors import InputError, LogicbenchError

CHUNK_TOKENS = 1 << 24
"""Tokens after which a new chunk is begun: 64 MiB a column."""

_HEADER = 128
"""Bytes of the header: a multiple of 64, as the format asks, with room for any length."""


class _Column:
    """One ``.npy`` file of one dimension, open for appending."""

    __slots__ = ("_dtype", "_file", "size")

    def __init__(self, path: Path, dtype: type[np.int32] | type[np.float32]) -> None:
        self._dtype: np.dtype[Any] = np.dtype(dtype)
        self._file: BinaryIO = open(path, "r+b" if path.exists() else "w+b", buffering=0)  # noqa: SIM115
        held = self._file.seek(0, os.SEEK_END) - _HEADER
        self.size = max(0, held) // self._dtype.itemsize

    def cut(self, size: int) -> None:
        """Keep the first `size` rows."""
        self._file.truncate(_HEADER + size * self._dtype.itemsize)
        self.size = size
        self._write(_header(self._dtype, size), 0)

    def append(self, values: Sequence[int] | Sequence[float]) -> None:
        array = np.asarray(values, dtype=self._dtype)
        self._write(array.tobytes(), _HEADER + self.size * self._dtype.itemsize)
        self.size += len(array)
        self._write(_header(self._dtype, self.size), 0)

    def _write(self, data: bytes, offset: int) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file.fileno(), view, offset)
            view, offset = view[written:], offset + written

    def close(self) -> None:
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()


def _header(dtype: np.dtype[Any], size: int) -> bytes:
    """Return the header of NumPy's format 1.0, always of the same length."""
    description = f"{{'descr': '{dtype.str}', 'fortran_order': False, 'shape': ({size},), }}"
    text = description.ljust(_HEADER - 11).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


class TokenWriter:
    """Appends the tokens of completions.

    Args:
        folder: The side folder; made if it is not there.
        chunk_tokens: Tokens after which a new chunk is begun.

    Raises:
        LogicbenchError: If the folder cannot be written.
    """

    def __init__(self, folder: Path, chunk_tokens: int = CHUNK_TOKENS) -> None:
        self._folder, self._chunk_tokens = folder, chunk_tokens
        try:
            folder.mkdir(exist_ok=True)
            chunks = sorted(int(path.name.split(".")[0]) for path in folder.glob("*.ids.npy"))
            self._open(chunks[-1] if chunks else 0)
        except OSError as error:
            raise self._refused(error) from error

    def _open(self, chunk: int) -> None:
        self._chunk = chunk
        self._ids = _Column(ids_path(self._folder, chunk), np.int32)
        self._logprobs = _Column(logprobs_path(self._folder, chunk), np.float32)
        # A kill between the two columns leaves rows without a partner; no sample points to them.
        size = min(self._ids.size, self._logprobs.size)
        self._ids.cut(size)
        self._logprobs.cut(size)

    def append(self, ids: Sequence[int], logprobs: Sequence[float] | None) -> tuple[int, int, int]:
        """Append one completion's tokens and return their place: (chunk, start, count).

        Raises:
            LogicbenchError: If the disk refuses it.
        """
        try:
            if self._ids.size and self._ids.size + len(ids) > self._chunk_tokens:
                self.close()
                self._open(self._chunk + 1)
            place = (self._chunk, self._ids.size, len(ids))
            self._ids.append(ids)
            self._logprobs.append(logprobs if logprobs is not None else [float("nan")] * len(ids))
        except OSError as error:
            raise self._refused(error) from error
        return place

    def _refused(self, error: OSError) -> LogicbenchError:
        return LogicbenchError(f"cannot write {self._folder}: {error.strerror or error}")

    def close(self) -> None:
        """Flush to the disk and close."""
        self._ids.close()
        self._logprobs.close()


class TokenReader:
    """Reads tokens by place through memory maps."""

    __slots__ = ("_folder", "_maps", "_sizes")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes: dict[int, int] = {}
        self._maps: dict[int, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}

    def has(self, place: tuple[int, int, int]) -> bool:
        """Whether the tokens at a place are all there."""
        chunk, start, count = place
        if self._sizes.get(chunk, -1) < start + count:
            self._sizes[chunk] = self._size(chunk)
        return self._sizes[chunk] >= start + count

    def _size(self, chunk: int) -> int:
        paths = (ids_path(self._folder, chunk), logprobs_path(self._folder, chunk))
        return min((path.stat().st_size - _HEADER) // 4 if path.is_file() else 0 for path in paths)

    def read(self, place: tuple[int, int, int]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return (ids, log-probabilities) at a place, each of shape (count,).

        Raises:
            InputError: If the tokens are not there.
        """
        chunk, start, count = place
        end = start + count
        columns = self._maps.get(chunk)
        if columns is None or len(columns[0]) < end:
            if not self.has(place):
                raise InputError(f"{ids_path(self._folder, chunk)}: tokens {start}..{end} are missing; copy it whole")
            columns = self._maps[chunk] = (
                np.memmap(ids_path(self._folder, chunk), dtype=np.int32, mode="r", offset=_HEADER),
                np.memmap(logprobs_path(self._folder, chunk), dtype=np.float32, mode="r", offset=_HEADER),
            )
        return columns[0][start:end], columns[1][start:end]


def ids_path(folder: Path, chunk: int) -> Path:
    """Return the path of a chunk's token ids."""
    return folder / f"{chunk:05d}.ids.npy"


def logprobs_path(folder: Path, chunk: int) -> Path:
    """Return the path of a chunk's log-probabilities."""
    return folder / f"{chunk:05d}.logprobs.npy"
