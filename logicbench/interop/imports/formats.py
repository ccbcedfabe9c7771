"""The file formats by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from logicbench.errors import InputError, UnknownNameError
from logicbench.interop.imports.folio import read_folio
from logicbench.interop.imports.options import read_ar_lsat, read_logical_deduction
from logicbench.interop.imports.prontoqa import read_prontoqa
from logicbench.interop.imports.proofwriter import read_proofwriter
from logicbench.interop.imports.question import Question, to_problem
from logicbench.interop.imports.reasoning_gym import read_reasoning_gym
from logicbench.interop.imports.recast import Imported
from logicbench.interop.imports.satquest import read_satquest

QuestionReader: TypeAlias = Callable[[str | Path], Iterator[Question]]
ProblemReader: TypeAlias = Callable[[str | Path, str | None], Iterator[Imported]]

QUESTIONS: Mapping[str, QuestionReader] = {
    "folio": read_folio,
    "proofwriter": read_proofwriter,
    "prontoqa": read_prontoqa,
    "ar-lsat": read_ar_lsat,
    "logical-deduction": read_logical_deduction,
}
"""Questions that are kept as they were published, and graded by the published answer."""

PROBLEMS: Mapping[str, ProblemReader] = {"satquest": read_satquest, "reasoning-gym": read_reasoning_gym}
"""Records that become problems of our own families, judged by our verifiers."""


def read_imported(data_format: str, path: str | Path, surface: str | None = None) -> Iterator[Imported]:
    """Return the problems of a published file, one after the other.

    Args:
        data_format: A name of `QUESTIONS` or `PROBLEMS`.
        path: The file.
        surface: How problems of our own families are shown; None is the file's or the family's.

    Raises:
        UnknownNameError: If there is no such format or surface.
        InputError: With file and line, if the file holds something else; if a surface is asked for questions that are
            kept as they are.
    """
    if data_format in PROBLEMS:
        return PROBLEMS[data_format](path, surface)
    if data_format not in QUESTIONS:
        raise UnknownNameError("format", data_format, [*QUESTIONS, *PROBLEMS])
    if surface is not None:
        raise InputError(f"questions of format {data_format!r} keep their words; leave out the surface")
    return _questions(QUESTIONS[data_format](path))


def _questions(found: Iterator[Question]) -> Iterator[Imported]:
    for index, question in enumerate(found):
        yield Imported(*to_problem(question, index), question.name, question.answer)
