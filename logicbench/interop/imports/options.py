"""Questions with options: AR-LSAT (Zhong et al. 2022) and BIG-bench's LogicalDeduction, in their layouts or as rows.

A row may come with a ``program`` (declarations, constraints, options); it is read into typed formulas, and Z3 says over
integers and enumerations which options are right. LogicalDeduction's sentences are read into such a program themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from logicbench.errors import InputError, LogicbenchError
from logicbench.interop.imports.deduction import deduction_program
from logicbench.interop.imports.files import question_row, rows, text
from logicbench.interop.imports.question import Question
from logicbench.translation.items import strip_letters
from logicbench.translation.typed_programs import TypedProgram, read_typed_program

_BBH_OPTIONS = re.compile(r"\nOptions:\s*\n")
_LEAD = re.compile(r"^Q:\s*")


def read_ar_lsat(path: str | Path) -> Iterator[Question]:
    """Yield the questions of an AR-LSAT file: passages with their questions, or rows with options.

    Raises:
        InputError: With file and line, if a field is missing or wrong.
    """
    for place, row in rows(path):
        if not isinstance(row.get("questions"), list):
            yield _row("ar-lsat", row, str(path), place)
            continue
        passage = text(row, "passage", str(path), place)
        name = str(row.get("id", place))
        for number, asked in enumerate(row["questions"], 1):
            if not isinstance(asked, dict):
                raise InputError.at(str(path), place, "field 'questions' must hold objects")
            identity = str(asked.get("id", f"{name}_{number}"))
            merged = {**asked, "id": identity, "context": passage}
            yield _row("ar-lsat", merged, str(path), place, story=name)


def read_logical_deduction(path: str | Path) -> Iterator[Question]:
    """Yield the questions of a LogicalDeduction file: BIG-bench's, BIG-bench Hard's, or rows with options.

    Raises:
        InputError: With file and line, if a field is missing or wrong.
    """
    for place, row in rows(path):
        found = row if "options" in row else _big_bench(row, str(path), place)
        yield _row("logical-deduction", found, str(path), place)


def _row(dataset: str, row: Mapping[str, Any], source: str, place: int, story: str = "") -> Question:
    item = question_row(row, source, place)
    if item.kind != "typed":
        raise InputError.at(source, place, "the options are truth values; this is another data set")
    context = text(row, "context", source, place)
    program: TypedProgram | str = "the file has no formulas"
    if isinstance(row.get("program"), str):
        program = _program(row["program"])
    elif dataset == "logical-deduction":
        program = deduction_program(context, item.options)
    return Question(
        dataset,
        item.name,
        story or context,
        context,
        item.question,
        item.label or "",
        item.labels,
        item.options,
        program=program,
    )


def _program(source: str) -> TypedProgram | str:
    try:
        return read_typed_program(source)
    except LogicbenchError as error:
        return f"the program cannot be read: {str(error).splitlines()[0]}"


def _big_bench(row: Mapping[str, Any], source: str, place: int) -> dict[str, Any]:
    """A row with options from BIG-bench's ``target_scores`` or BIG-bench Hard's ``target``."""
    given = _LEAD.sub("", text(row, "input", source, place))
    scores = row.get("target_scores")
    if isinstance(scores, dict):
        options, right = list(scores), [place for place, score in enumerate(scores.values()) if score == 1]
        answer = chr(ord("A") + right[0]) if len(right) == 1 else ""
    else:
        given, *rest = _BBH_OPTIONS.split(given)
        options = list(strip_letters((rest or [""])[0].splitlines(), source, place))
        answer = text(row, "target", source, place).strip("() ")
    return {
        "id": str(row.get("id", f"logical_deduction_{place}")),
        "context": given,
        "question": "Which of the following is true?",
        "options": _lettered(options),
        "answer": answer,
    }


def _lettered(options: Sequence[str]) -> list[str]:
    return [f"{chr(ord('A') + place)}) {option}" for place, option in enumerate(options)]
