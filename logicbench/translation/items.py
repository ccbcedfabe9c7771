"""Problems to translate: sentences with a conclusion or options, read from the published file formats.

A row is ``{"premises": [...], "conclusion": ..., "label": ...}`` with optional ``premises_fol`` and ``conclusion_fol``;
FOLIO's own spelling of these fields; or a question with options as Logic-LM's repository writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import orjson

from logicbench.errors import InputError
from logicbench.problem import read_jsonl

Kind: TypeAlias = Literal["fol", "rules", "typed"]
"""What is asked: entailment; entailment from facts and rules; or the choice of an option under constraints."""

_LABELS = {"true": "True", "false": "False", "uncertain": "Uncertain", "unknown": "Uncertain"}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'“])")
_OPTION = re.compile(r"^\s*\(?([A-Z])[).:]\s*(.*)$", re.DOTALL)
_STATEMENT = re.compile(r"^[^?]*\?\s*(.+)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One problem to translate.

    Attributes:
        name: Unique in its file.
        premises: The sentences.
        conclusion: What is asked about; empty for a choice among options.
        label: ``True``, ``False``, ``Uncertain``, or the letter of the right option; None if it is not known.
        kind: What is asked.
        labels: The labels there can be.
        question: The question, for a choice among options.
        options: The options without their letters.
        premises_fol: The gold formulas, if there are any.
        conclusion_fol: The gold conclusion, if there is one.
    """

    name: str
    premises: tuple[str, ...]
    conclusion: str
    label: str | None = None
    kind: Kind = "fol"
    labels: tuple[str, ...] = ("True", "False", "Uncertain")
    question: str = ""
    options: tuple[str, ...] = ()
    premises_fol: tuple[str, ...] = ()
    conclusion_fol: str | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The premises and, last, the conclusion."""
        return (*self.premises, self.conclusion)

    @property
    def closed(self) -> bool:
        """Whether what does not follow is false: there is no label for what is neither."""
        return "Uncertain" not in self.labels


def load_items(path: str | Path) -> list[Item]:
    """Read a file of problems, JSONL or one JSON list; a name that occurs again gets a number.

    Raises:
        InputError: With file and line, if it cannot be read.
    """
    items: list[Item] = []
    seen: dict[str, int] = {}
    for line, record in read_rows(path):
        item = read_item(record, str(path), line)
        count = seen[item.name] = seen.get(item.name, 0) + 1
        items.append(item if count == 1 else replace(item, name=f"{item.name}#{count}"))
    if not items:
        raise InputError(f"{path}: no problems in it")
    return items


def read_rows(path: str | Path) -> Iterator[tuple[int, Any]]:
    """Yield (line or place, value) of a JSONL file or of a JSON list.

    Raises:
        InputError: If the file cannot be read or is not JSON.
    """
    try:
        with open(path, "rb") as file:
            start = file.read(64).lstrip()[:1]
            if start != b"[":
                yield from read_jsonl(path)
                return
            file.seek(0)
            try:
                rows = orjson.loads(file.read())
            except orjson.JSONDecodeError as error:
                raise InputError(f"{path}: not JSON: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    yield from enumerate(rows, 1)


def read_item(record: Any, source: str, line: int) -> Item:
    """Read one row.

    Raises:
        InputError: A field is missing or not what it should be; the message names file and line.
    """
    if not isinstance(record, dict):
        raise InputError.at(source, line, 'a problem is {"premises": [...], "conclusion": "...", "label": "True"}')
    name = str(record.get("id", record.get("example_id", f"line {line}")))
    if "options" in record:
        return _question(record, name, source, line)
    return _entailment(record, name, source, line)


def _entailment(record: dict[str, Any], name: str, source: str, line: int) -> Item:
    premises = _lines(record.get("premises"), "premises", source, line)
    conclusion = record.get("conclusion")
    if not isinstance(conclusion, str) or not conclusion.strip():
        raise InputError.at(source, line, "field 'conclusion' must be a sentence")
    gold = record.get("premises_fol", record.get("premises-FOL"))
    formula = record.get("conclusion_fol", record.get("conclusion-FOL"))
    return Item(
        name,
        premises,
        conclusion.strip(),
        _label(record.get("label"), source, line),
        premises_fol=() if gold is None else _lines(gold, "premises_fol", source, line),
        conclusion_fol=formula if isinstance(formula, str) and formula.strip() else None,
    )


def _lines(value: Any, field: str, source: str, line: int) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [each for each in value.splitlines() if each.strip()]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InputError.at(source, line, f"field {field!r} must be a list of strings")
    return tuple(each.strip() for each in value)


def _label(value: Any, source: str, line: int) -> str | None:
    if value is None:
        return None
    if isinstance(value, str) and value.strip().lower() in _LABELS:
        return _LABELS[value.strip().lower()]
    raise InputError.at(source, line, f"field 'label' must be True, False or Uncertain, not {value!r}")


def _question(record: dict[str, Any], name: str, source: str, line: int) -> Item:
    context, question = record.get("context"), record.get("question")
    if not isinstance(context, str) or not isinstance(question, str):
        raise InputError.at(source, line, "a question needs the strings 'context' and 'question'")
    options = strip_letters(record["options"], source, line)
    letter = record.get("answer", record.get("gold"))
    letters = tuple(chr(ord("A") + place) for place in range(len(options)))
    if letter is not None and letter not in letters:
        raise InputError.at(source, line, f"field 'answer' must be one of {', '.join(letters)}, not {letter!r}")
    labels = tuple(_LABELS.get(option.lower(), "") for option in options)
    if not all(labels):
        return Item(name, split_sentences(context), "", letter, "typed", letters, question.strip(), options)
    statement = _STATEMENT.match(question)
    return Item(
        name,
        split_sentences(context),
        (statement.group(1) if statement else question).strip(),
        None if letter is None else labels[ord(letter) - ord("A")],
        "fol" if "uncertain" in {option.lower() for option in options} else "rules",
        labels,
    )


def strip_letters(options: Any, source: str, line: int) -> tuple[str, ...]:
    """Return the options without their letters.

    Raises:
        InputError: They are not a list of strings, or their letters are not A, B, C, ... in order.
    """
    if not isinstance(options, list) or not options or not all(isinstance(option, str) for option in options):
        raise InputError.at(source, line, "field 'options' must be a list of strings")
    matches = [_OPTION.match(option) for option in options]
    if not all(match is not None and ord(match[1]) == ord("A") + place for place, match in enumerate(matches)):
        return tuple(option.strip() for option in options)
    return tuple(match[2].strip() for match in matches if match is not None)


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, by their full stops."""
    return tuple(part.strip() for part in _SENTENCE_END.split(text.strip()) if part.strip())
