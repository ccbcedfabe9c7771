"""Problems as Parquet, without loss: JSONL -> Parquet -> JSONL gives the same bytes.

Text and whole numbers are columns of their own, so that a table can be filtered; `instance`, `rendering`, `knobs` and
`hardness` differ from family to family and are columns of JSON text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from logicbench.errors import InputError, MissingExtraError
from logicbench.problem import Problem, iter_problems

JSON_COLUMNS = ("instance", "rendering", "knobs", "hardness")
"""Fields that are stored as JSON text."""

_WHOLE_NUMBERS = ("seed", "index")
_COLUMNS = ("id", *(f.name for f in fields(Problem) if f.name != "id"))


def to_row(problem: Problem) -> dict[str, Any]:
    """Return a problem as a flat row."""
    return {
        name: orjson.dumps(value).decode() if name in JSON_COLUMNS else value
        for name, value in problem.to_json().items()
    }


def from_row(row: Mapping[str, Any], source: str = "row") -> Problem:
    """Return the problem of a flat row.

    Raises:
        InputError: If the row is not one that `to_row` makes.
    """
    try:
        record = {name: orjson.loads(value) if name in JSON_COLUMNS else value for name, value in row.items()}
    except orjson.JSONDecodeError as error:
        raise InputError(f"{source}: a column of JSON text does not hold JSON: {error}") from None
    return Problem.from_json(record, source)


def write_rows(rows: Sequence[Mapping[str, Any]], path: Path, schema: Any) -> None:
    """Write rows as one Parquet file.

    Raises:
        InputError: If a value does not fit its column.
        MissingExtraError: If pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    try:
        table = arrow.Table.from_pylist([dict(row) for row in rows], schema=schema)
    except (arrow.ArrowInvalid, arrow.ArrowTypeError, OverflowError) as error:
        raise InputError(f"{path.name}: a value does not fit its column: {error}") from None
    parquet.write_table(table, path, compression="zstd")


def write_parquet(problems: Iterable[Problem], path: Path) -> None:
    """Write problems as one Parquet file, a row each.

    Raises:
        InputError: If a seed or index needs more than 64 bits.
        MissingExtraError: If pyarrow is not installed.
    """
    arrow, _ = _pyarrow()
    schema = arrow.schema([(name, arrow.int64() if name in _WHOLE_NUMBERS else arrow.string()) for name in _COLUMNS])
    write_rows([to_row(problem) for problem in problems], path, schema)


def read_parquet(path: str | Path) -> Iterator[Problem]:
    """Yield the problems of a Parquet file.

    Raises:
        InputError: If the file cannot be read or does not hold problems.
        MissingExtraError: If pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    try:
        file = parquet.ParquetFile(path)
    except (OSError, arrow.ArrowInvalid) as error:
        raise InputError(f"cannot read {path}: {error}") from None
    number = 0
    for batch in file.iter_batches(batch_size=1024):
        for row in batch.to_pylist():
            number += 1
            yield from_row(row, f"{path}: row {number}")


def read_problems(sources: Iterable[str]) -> Iterator[Problem]:
    """Yield the problems of files and folders in turn; a folder stands for the problem files that lie in it.

    Raises:
        InputError: If a source cannot be read, is an empty folder or holds something else than problems.
        MissingExtraError: If a Parquet file is named and pyarrow is not installed.
    """
    for source in sources:
        path = Path(source)
        files = [path]
        if path.is_dir():
            files = sorted(each for each in path.iterdir() if each.suffix in (".jsonl", ".parquet"))
            if not files:
                raise InputError(f"{source}: no .jsonl or .parquet file lies in this folder")
        for file in files:
            yield from read_parquet(file) if file.suffix == ".parquet" else iter_problems(file)


def require_pyarrow() -> None:
    """Check that Parquet can be read and written.

    Raises:
        MissingExtraError: If pyarrow is not installed.
    """
    _pyarrow()


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("pyarrow", "export") from None
    return pyarrow, pyarrow.parquet
