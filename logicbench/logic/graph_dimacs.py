"""DIMACS graph files (``.col``), plain or compressed with gzip, xz or bzip2.

The reader takes what the files in circulation hold: comments anywhere, ``p edge``, ``p edges`` and ``p col``, every
edge once or in both directions, node lines (``n``), and the descriptor lines ``d``, ``v`` and ``x`` of geometric
graphs. Numbering from 0, loops and files that were cut short are refused with the line at fault.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from logicbench.errors import InputError
from logicbench.logic.graph import Graph

MAX_BYTES = 1 << 28
"""Larger files, after decompression, are refused."""

MAX_ORDER = 1_000_000
"""Graphs with more vertices are refused."""

_OPENERS: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"BZh": bz2.BZ2File,
}
_IGNORED = frozenset("cndvx")
_FORMATS = frozenset({"edge", "edges", "col"})


def read_graph(path: str | Path) -> Graph:
    """Read a DIMACS graph file; compression is told from the content, not from the name.

    Raises:
        InputError: With file and line, if the file cannot be read or is malformed.
    """
    try:
        with open(path, "rb") as raw:
            head = raw.read(6)
            raw.seek(0)
            opener = next((opener for magic, opener in _OPENERS.items() if head.startswith(magic)), None)
            stream: IO[bytes] = raw if opener is None else opener(raw)
            data = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(f"cannot read {path}: {reason}") from None
    if len(data) > MAX_BYTES:
        raise InputError(f"{path}: larger than {MAX_BYTES >> 20} MiB")
    return parse_graph(data.decode("utf-8-sig", errors="replace"), str(path))


def parse_graph(text: str, source: str = "graph") -> Graph:
    """Return the graph that the text of a DIMACS file describes.

    Args:
        text: The file's content.
        source: What error messages call it.

    Raises:
        InputError: With source and line, if the text is malformed.
    """
    order = declared = -1
    edges: set[tuple[int, int]] = set()
    count = number = 0
    for number, raw in enumerate(io.StringIO(text), 1):
        line = raw.strip()
        if not line:
            continue
        if line[0] == "e" and line[1:2].isspace():
            if order < 0:
                raise InputError.at(
                    source, number, "an edge before the problem line; add 'p edge VERTICES EDGES' before the first edge"
                )
            edges.add(_edge(line, order, source, number))
            count += 1
        elif line[0] == "p":
            if order >= 0:
                raise InputError.at(source, number, "a second problem line; a file holds one graph")
            order, declared = _problem_line(line, source, number)
        elif line[0] not in _IGNORED:
            raise InputError.at(
                source, number, f"expected a line 'c ...', 'p edge ...' or 'e U V', found {line[:60]!r}"
            )
    if order < 0:
        raise InputError.at(source, max(number, 1), "no problem line 'p edge VERTICES EDGES'; is this a DIMACS graph?")
    # Files list an edge once or twice, and declare either number.
    if declared > max(count, 2 * len(edges)):
        raise InputError.at(
            source, number, f"the problem line declares {declared} edges but the file has {count}; it seems cut short"
        )
    return Graph(order, tuple(sorted(edges)))


def format_graph(graph: Graph, comments: Iterable[str] = ()) -> str:
    """Return the graph in DIMACS form, one ``c`` line a comment line, each edge once."""
    return "".join(f"{line}\n" for line in _lines(graph, comments))


def write_graph(graph: Graph, path: str | Path, comments: Iterable[str] = ()) -> None:
    """Write a DIMACS file, compressed if the name ends in ``.gz``, ``.xz`` or ``.bz2``.

    Raises:
        InputError: If the file cannot be written.
    """
    data = format_graph(graph, comments).encode()
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
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def _lines(graph: Graph, comments: Iterable[str]) -> Iterator[str]:
    for comment in comments:
        for line in comment.splitlines() or [""]:
            yield f"c {line}".rstrip()
    yield f"p edge {graph.order} {graph.size}"
    for u, v in graph.edges:
        yield f"e {u} {v}"


def _problem_line(line: str, source: str, number: int) -> tuple[int, int]:
    fields = line.split()
    if len(fields) != 4 or fields[0] != "p" or fields[1].lower() not in _FORMATS:
        hint = "; this is a formula, not a graph" if fields[1:2] == ["cnf"] else ""
        raise InputError.at(source, number, f"expected 'p edge VERTICES EDGES', found {line[:60]!r}{hint}")
    order, declared = _number(fields[2]), _number(fields[3])
    if order < 0 or declared < 0:
        raise InputError.at(source, number, f"the numbers of vertices and edges must be integers, found {line[:60]!r}")
    if order > MAX_ORDER:
        raise InputError.at(source, number, f"{order} vertices; at most {MAX_ORDER} are read")
    return order, declared


def _edge(line: str, order: int, source: str, number: int) -> tuple[int, int]:
    fields = line.split()
    # A third field is a weight, which colouring does not need.
    if len(fields) not in (3, 4):
        raise InputError.at(source, number, f"expected 'e U V', found {line[:60]!r}")
    u, v = _number(fields[1]), _number(fields[2])
    if u < 0 or v < 0:
        raise InputError.at(source, number, f"the ends of an edge must be vertex numbers, found {line[:60]!r}")
    if u == 0 or v == 0:
        raise InputError.at(source, number, "vertex 0: DIMACS numbers vertices from 1; add 1 to every vertex")
    if u > order or v > order:
        raise InputError.at(source, number, f"vertex {max(u, v)}, but the problem line declares {order} vertices")
    if u == v:
        raise InputError.at(
            source, number, f"a loop at vertex {u}; no colouring can give its two ends different colours"
        )
    return (u, v) if u < v else (v, u)


def _number(text: str) -> int:
    """Return a non-negative integer written in ASCII digits, or -1."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
