"""One writer a run folder.

The lock is a POSIX record lock of the kernel: it ends with its process, however that ends, and is not inherited by
children, so that an engine process that outlives a killed run does not hold it. The file's content names the holder
for the message to a second process.
"""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from pathlib import Path

import orjson

from logicbench.errors import InputError, LogicbenchError

_held: set[str] = set()
"""Folders locked by this process: record locks do not keep a process from locking twice."""


class RunLock:
    """Holds a run folder's lock from creation to `release`.

    Raises:
        InputError: If another process, or this one, holds it; the message names the holder.
        LogicbenchError: If the lock file cannot be written.
    """

    __slots__ = ("_file", "_name")

    def __init__(self, folder: Path) -> None:
        self._name = str(folder.resolve())
        if self._name in _held:
            raise InputError(f"{folder} is in use by this process already; close the other run first")
        path = folder / "lock"
        try:
            self._file = open(path, "a+b")  # noqa: SIM115
        except OSError as error:
            raise LogicbenchError(f"cannot write {path}: {error.strerror or error}") from error
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            holder = _describe(self._file.read(4096))
            self._file.close()
            raise InputError(
                f"{folder} is in use by {holder}; wait for it, stop it, or choose another --output"
            ) from None
        holder_record = {"pid": os.getpid(), "host": socket.gethostname(), "command": " ".join(sys.argv)[:500]}
        self._file.truncate(0)
        self._file.write(orjson.dumps(holder_record))
        self._file.flush()
        _held.add(self._name)

    def release(self) -> None:
        """Free the folder."""
        if not self._file.closed:
            self._file.truncate(0)
            self._file.close()
            _held.discard(self._name)


def _describe(content: bytes) -> str:
    try:
        holder = orjson.loads(content)
        return f"process {holder['pid']} on {holder['host']} ({holder['command']})"
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return "another process"
