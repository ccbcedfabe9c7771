"""The rows of a published file, and what their fields must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from logicbench.errors import InputError
from logicbench.problem import read_jsonl
from logicbench.translation.items import Item, read_item


def rows(path: str | Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line or place, row): of JSONL, of a JSON list, of an object's ``examples``, of an object of examples.

    Raises:
        InputError: If the file cannot be read, is not JSON, or a row is no object.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError:
        found: Iterator[tuple[int, Any]] = iter(read_jsonl(path))
    else:
        found = enumerate(_listed(document), 1)
    for place, row in found:
        if not isinstance(row, dict):
            raise InputError.at(str(path), place, f"expected an object, found {type(row).__name__}")
        yield place, row


def _listed(document: Any) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict) and isinstance(document.get("examples"), list):
        return list(document["examples"])
    if isinstance(document, dict) and document and all(isinstance(each, dict) for each in document.values()):
        return [{"id": name, **each} for name, each in document.items()]
    return [document]


def text(row: Mapping[str, Any], field: str, source: str, place: int) -> str:
    """Return a field that must be a text with something in it.

    Raises:
        InputError: If it is not.
    """
    value = row.get(field)
    if not isinstance(value, str) or not value.strip():
        raise InputError.at(source, place, f"field {field!r} must be a text")
    return value.strip()


def question_row(row: Mapping[str, Any], source: str, place: int) -> Item:
    """Read a row with context, question, options and answer, as Logic-LM's repository writes every data set.

    Raises:
        InputError: A field is missing or wrong; there is no answer.
    """
    item = read_item(dict(row), source, place)
    if item.label is None:
        raise InputError.at(source, place, "field 'answer' is missing: a question without an answer cannot be checked")
    return item
