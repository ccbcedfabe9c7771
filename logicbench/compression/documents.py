"""Documents to calibrate on: texts and conversations, from memory or JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from logicbench.errors import InputError

_MAX_LINE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """One text to calibrate on.

    Attributes:
        text: The text, or the completion of a conversation.
        messages: (role, content) pairs that the completion answers; empty for a plain text.
        instance_id: The problem instance behind it, where known; used to keep calibration apart from evaluation.
    """

    text: str
    messages: tuple[tuple[str, str], ...] = ()
    instance_id: str = ""


def from_texts(texts: Iterable[str]) -> list[Document]:
    """Return plain documents."""
    return [Document(text) for text in texts if text]


def read_jsonl(path: Path) -> list[Document]:
    """Read documents from JSON lines.

    A line is a string, or an object with ``text``, or ``messages`` (a chat, the assistant's turn last), or
    ``prompt`` and ``completion``.

    Raises:
        InputError: If the file cannot be read or a line is none of these.
    """
    return [_document(record, path, line) for line, record in _lines(path)]


def require_disjoint(calibrated: Iterable[str], evaluated: Iterable[str]) -> None:
    """Refuse calibration on problem instances that are also evaluated.

    Args:
        calibrated: Instance ids of the calibration documents.
        evaluated: Instance ids of the evaluation.

    Raises:
        InputError: If any instance is in both.
    """
    shared = sorted(set(calibrated) & set(evaluated))
    if shared:
        raise InputError(
            f"{len(shared)} calibration problems are also evaluated (the first is {shared[0]}); "
            "calibrate on a run with another seed or split"
        )


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(_MAX_LINE + 1):
                number += 1
                if len(raw) > _MAX_LINE:
                    raise InputError.at(str(path), number, f"the line is longer than {_MAX_LINE} bytes")
                if raw.strip():
                    yield number, orjson.loads(raw)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise InputError.at(str(path), number, f"not JSON: {error}") from error


def _document(record: Any, path: Path, line: int) -> Document:
    if isinstance(record, str) and record:
        return Document(record)
    if not isinstance(record, Mapping):
        raise InputError.at(str(path), line, "expected a string or an object with text, messages, or prompt")
    instance = str(record.get("instance_id") or "")
    text = record.get("text", record.get("completion"))
    if text is not None and not isinstance(text, str):
        raise InputError.at(str(path), line, "text and completion must be strings")
    if "messages" in record:
        messages = _messages(record["messages"], path, line)
        if text is None:
            if messages[-1][0] != "assistant":
                raise InputError.at(str(path), line, "the last message must be the assistant's, or give a completion")
            return Document(messages[-1][1], messages[:-1], instance)
        return Document(text, messages, instance)
    prompt = record.get("prompt")
    if text is None or (prompt is not None and not isinstance(prompt, str)):
        raise InputError.at(str(path), line, "expected text, messages, or prompt and completion, as strings")
    return Document(text, (("user", prompt),) if prompt else (), instance)


def _messages(value: Any, path: Path, line: int) -> tuple[tuple[str, str], ...]:
    pairs = []
    for message in value if isinstance(value, list) else ():
        if not isinstance(message, Mapping):
            break
        role, content = message.get("role"), message.get("content")
        if not isinstance(role, str) or not isinstance(content, str):
            break
        pairs.append((role, content))
    if not pairs or len(pairs) != len(value):
        raise InputError.at(str(path), line, "messages must be a list of objects with a role and a content")
    return tuple(pairs)
