"""FOLIO (Han et al. 2022), versions 0 and 2: stories with formulas, labelled True, False or Uncertain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from logicbench.errors import LogicbenchError
from logicbench.interop.imports.files import question_row, rows
from logicbench.interop.imports.question import Question
from logicbench.logic.fol.parse import parse
from logicbench.translation.items import Item
from logicbench.translation.programs import Program


def read_folio(path: str | Path) -> Iterator[Question]:
    """Yield the questions of a FOLIO file.

    Raises:
        InputError: With file and line, if a field is missing or wrong.
    """
    for place, row in rows(path):
        item = question_row(row, str(path), place)
        context = "\n".join(item.premises)
        story = str(row.get("story_id", context))
        program = folio_program(item)
        yield Question("folio", item.name, story, context, item.conclusion, item.label or "", program=program)


def folio_program(item: Item) -> Program | str:
    """The gold formulas of an item, or why there are none to be had."""
    if item.conclusion_fol is None:
        return "the file has no formula for the conclusion"
    formulas = []
    for place, formula in enumerate((*item.premises_fol, item.conclusion_fol)):
        which = "the conclusion" if place == len(item.premises_fol) else f"premise {place + 1}"
        try:
            formulas.append(parse(formula).formula)
        except LogicbenchError as error:
            return f"the formula of {which} cannot be read: {str(error).splitlines()[0]}"
    return Program(tuple(formulas[:-1]), formulas[-1])
