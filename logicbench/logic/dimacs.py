"""Reading and writing formulas in the DIMACS CNF format.

The reader takes what real collections hold: comments anywhere, several clauses on a line, a clause over several lines,
a last clause without its closing 0, tabs, CRLF, a byte order mark, the ``%`` and ``0`` that end SATLIB's uniform random
files, and files packed by gzip, xz or bzip2 whatever their names. It refuses what is wrong and says where.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Iterable
from pathlib import Path

from logicbench.errors import InputError
from logicbench.logic.cnf import CNF, MAX_VARS, Clause

MAX_BYTES = 1 << 28
"""Default bound on the size of a file, before and after unpacking."""

_XZ_MEMORY = 1 << 28
_NUMERIC = b"0123456789- \t\r\v\f"


def read_dimacs(path: str | os.PathLike[str], *, max_bytes: int = MAX_BYTES) -> CNF:
    """Return the formula in a DIMACS file, which may be packed by gzip, xz or bzip2.

    Args:
        path: The file.
        max_bytes: Most bytes to take, before and after unpacking.

    Raises:
        InputError: If the file cannot be read, is too large, or is not DIMACS CNF; the message has file and line.
    """
    source = os.fspath(path)
    try:
        with open(path, "rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise InputError(f"{source}: cannot be read: {error.strerror}") from None
    return parse_dimacs(data, source=source, max_bytes=max_bytes)


def parse_dimacs(text: str | bytes, *, source: str = "<dimacs>", max_bytes: int = MAX_BYTES) -> CNF:
    """Return the formula in a DIMACS text, or in the bytes of a DIMACS file, which may be packed.

    Args:
        text: The text or bytes.
        source: Name of the text in error messages.
        max_bytes: Most bytes to take, before and after unpacking.

    Raises:
        InputError: If the text is too large or not DIMACS CNF; the message has source and line.
    """
    data = text.encode(errors="replace") if isinstance(text, str) else text
    _require_size(data, source, max_bytes)
    if not isinstance(text, str):
        data = _unpacked(data, source, max_bytes)
        _require_size(data, source, max_bytes)
    reader = _Reader(source)
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        reader.take(number, line)
    return reader.formula()


def format_dimacs(cnf: CNF, *, comments: Iterable[str] = ()) -> str:
    """Return the formula as DIMACS text, a clause a line, with comment lines first."""
    head = [f"c {line}".rstrip() for comment in comments for line in comment.splitlines() or [""]]
    body = [" ".join(map(str, (*clause, 0))) for clause in cnf.clauses]
    return "\n".join([*head, f"p cnf {cnf.num_vars} {cnf.num_clauses}", *body, ""])


def write_dimacs(cnf: CNF, path: str | os.PathLike[str], *, comments: Iterable[str] = ()) -> None:
    """Write the formula as a DIMACS file, packed if the name ends in ``.gz``, ``.xz`` or ``.bz2``.

    Packed files carry no name or time, so the same formula gives the same bytes.

    Raises:
        InputError: If the file cannot be written.
    """
    data = format_dimacs(cnf, comments=comments).encode()
    suffix = Path(path).suffix
    if suffix == ".gz":
        data = gzip.compress(data, mtime=0)
    elif suffix == ".xz":
        data = lzma.compress(data)
    elif suffix == ".bz2":
        data = bz2.compress(data)
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        raise InputError(f"{os.fspath(path)}: cannot be written: {error.strerror}") from None


class _Reader:
    """Takes the lines of a file one by one and knows what has been promised and seen."""

    __slots__ = ("_clauses", "_ended", "_header_line", "_lines", "_open", "_promised", "_source", "_vars")

    def __init__(self, source: str) -> None:
        self._source = source
        self._header_line = 0
        self._vars = self._promised = 0
        self._clauses: list[Clause] = []
        self._open: list[int] = []
        self._ended = False
        self._lines = 0

    def take(self, number: int, line: bytes) -> None:
        if not line or line.startswith(b"c"):
            return
        line = line.strip()
        if not line or line.startswith(b"c"):
            return
        self._lines = number
        if self._ended:
            if line != b"0":
                raise self._fault(number, f"only a 0 may follow the end marker %, not {_shown(line)}")
        elif line.startswith(b"p"):
            self._header(number, line)
        elif line == b"%":
            self._ended = True
        else:
            self._literals(number, line)

    def formula(self) -> CNF:
        if not self._lines:
            raise InputError(f"{self._source}: is empty; a DIMACS file starts with a header such as 'p cnf 3 2'")
        if not self._header_line:
            raise self._fault(self._lines, "no header such as 'p cnf 3 2' before the end of the file")
        if self._open:
            self._clauses.append(tuple(self._open))
        found = len(self._clauses)
        if found != self._promised:
            reason = f"the header promises {self._promised} clauses, but the file holds {found}"
            raise self._fault(self._header_line, reason)
        return CNF(self._vars, tuple(self._clauses))

    def _header(self, number: int, line: bytes) -> None:
        if self._header_line:
            raise self._fault(number, f"a second header; the first is in line {self._header_line}")
        fields = line.split()
        if len(fields) != 4 or fields[:2] != [b"p", b"cnf"]:
            raise self._fault(number, f"the header must read 'p cnf VARIABLES CLAUSES', not {_shown(line)}")
        if not (fields[2].isdigit() and fields[3].isdigit() and max(map(len, fields)) <= 18):
            raise self._fault(number, f"the counts of the header must be non-negative integers, not {_shown(line)}")
        self._vars, self._promised = int(fields[2]), int(fields[3])
        if self._vars > MAX_VARS:
            raise self._fault(number, f"{self._vars} variables are more than the {MAX_VARS} that are supported")
        self._header_line = number

    def _literals(self, number: int, line: bytes) -> None:
        if not self._header_line:
            raise self._fault(number, f"expected the header 'p cnf VARIABLES CLAUSES' first, found {_shown(line)}")
        values = self._integers(number, line)
        if max(values) > self._vars or min(values) < -self._vars:
            worst = max(values, key=abs)
            raise self._fault(
                number, f"the literal {str(worst)[:20]} is beyond the {self._vars} variables of the header"
            )
        if not self._open and values[-1] == 0 and values.index(0) == len(values) - 1:
            self._clauses.append(tuple(values[:-1]))
        else:
            self._split(values)

    def _integers(self, number: int, line: bytes) -> list[int]:
        words = line.split()
        if not line.translate(None, _NUMERIC) and b"-0" not in line:
            try:
                return list(map(int, words))
            except ValueError:
                pass  # the culprit is looked for below
        for word in words:
            digits = word.removeprefix(b"-")
            if not digits.isdigit() or len(digits) > 18 or word.startswith(b"-0"):
                raise self._fault(number, f"{_shown(word)} is not a literal; literals are integers ended by 0")
        raise AssertionError("called without a fault")

    def _split(self, values: list[int]) -> None:
        for value in values:
            if value:
                self._open.append(value)
            else:
                self._clauses.append(tuple(self._open))
                self._open = []

    def _fault(self, number: int, reason: str) -> InputError:
        return InputError.at(self._source, number, reason)


def _shown(text: bytes) -> str:
    return ascii((text[:40] + b"..." if len(text) > 40 else text).decode("latin-1"))


def _unpacked(data: bytes, source: str, max_bytes: int) -> bytes:
    """Return the data, unpacked if it starts like a gzip, xz or bzip2 file, at most one byte beyond the bound."""
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.GzipFile(fileobj=io.BytesIO(data)).read(max_bytes + 1)
        if data.startswith(b"BZh"):
            return bz2.BZ2File(io.BytesIO(data)).read(max_bytes + 1)
        if data.startswith(b"\xfd7zXZ\x00"):
            return _unpacked_xz(data, max_bytes)
    except (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise InputError(f"{source}: cannot be unpacked: {error}") from None
    return data


def _unpacked_xz(data: bytes, max_bytes: int) -> bytes:
    unpacked = b""
    while data and len(unpacked) <= max_bytes:
        unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        unpacked += unpacker.decompress(data, max_bytes + 1 - len(unpacked))
        if not unpacker.eof and len(unpacked) <= max_bytes:
            raise EOFError("the packed data ends early")
        data = unpacker.unused_data.lstrip(b"\0")  # streams may be padded and put one after another
    return unpacked


def _require_size(data: bytes, source: str, max_bytes: int) -> None:
    if len(data) > max_bytes:
        raise InputError(f"{source}: holds more than {max_bytes} bytes; raise the limit if that is meant")
