"""Append-only JSONL that is safe against a kill at any byte.

Each record is one line, handed to the kernel whole. A kill can tear only the last line, so opening a journal for
writing cuts what follows the last complete line, and reading one ignores it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from logicbench.errors import InputError, LogicbenchError
from logicbench.problem import Json, dump_line

_BLOCK = 1 << 16


class Journal:
    """A JSONL file open for appending.

    Raises:
        LogicbenchError: If the file cannot be opened.
    """

    __slots__ = ("_file", "path")

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = open(path, "ab", buffering=0)  # noqa: SIM115
            end = complete_bytes(path)
            if end != self._file.tell():
                self._file.truncate(end)
                self._file.seek(end)
        except OSError as error:
            raise LogicbenchError(f"cannot write {path}: {error.strerror or error}") from error

    def append(self, record: Mapping[str, Json]) -> None:
        """Append one record.

        Raises:
            LogicbenchError: If the disk refuses it; what was appended before is safe.
        """
        line = memoryview(dump_line(record))
        try:
            while line:
                line = line[self._file.write(line) or 0 :]
        except OSError as error:
            raise LogicbenchError(
                f"cannot write {self.path}: {error.strerror or error}; what was written before is safe, "
                "run the same command again once this is mended"
            ) from error

    def close(self) -> None:
        """Flush to the disk and close."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()


def complete_bytes(path: Path) -> int:
    """Return the length of the file up to and including its last newline."""
    with open(path, "rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                return start + newline + 1
            end = start
    return 0


def read_journal(path: Path) -> Iterator[tuple[int, int, Json]]:
    """Yield (byte offset, line number, record) of each complete line; a torn last line is left out.

    Raises:
        InputError: If the file cannot be read, or a line before the last is not JSON.
    """
    offset = 0
    try:
        with open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    record = orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InputError.at(
                        str(path), number, f"not JSON ({error}); the file is damaged: restore it or delete this line"
                    ) from None
                yield offset, number, record
                offset += len(line)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file's content so that a reader, or a kill, sees the old content or the new and nothing between.

    Raises:
        LogicbenchError: If the disk refuses it; the old content stands.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise LogicbenchError(f"cannot write {path}: {error.strerror or error}") from error


def dump_document(value: Json) -> bytes:
    """Return the indented JSON form of a small document such as ``run.json``."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)
