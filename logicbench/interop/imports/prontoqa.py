"""ProntoQA (Saparov and He 2022): chains of made-up kinds; a statement is true or false."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from logicbench.errors import InputError
from logicbench.interop.imports.files import question_row, rows, text
from logicbench.interop.imports.question import Question
from logicbench.logic.fol.syntax import Constant, Forall, Formula, Implies, Not, Predicate, Variable
from logicbench.translation.items import split_sentences
from logicbench.translation.programs import Program

_QUERY = re.compile(r"^\s*(?:is the following statement true or false\?|true or false:)\s*", re.IGNORECASE)
_SENTENCE = re.compile(
    r"^(?P<every>Every |Each |All |Everything that is (?:a |an )?)?(?P<subject>[\w-]+) (?:is|are) (?P<no>not )?"
    r"(?:an? )?(?P<what>[\w-]+)\.?$"
)
_ANSWERS = ("True", "False")


def read_prontoqa(path: str | Path) -> Iterator[Question]:
    """Yield the questions of a ProntoQA file: its own layout (the test example of each), or rows with options.

    Raises:
        InputError: With file and line, if a field is missing or wrong.
    """
    for place, row in rows(path):
        if "options" in row:
            item = question_row(row, str(path), place)
            name, context, statement, answer = item.name, " ".join(item.premises), item.conclusion, item.label or ""
        else:
            found = row.get("test_example", row)
            if not isinstance(found, dict):
                raise InputError.at(str(path), place, "field 'test_example' must be an object")
            name, context = str(row.get("id", place)), text(found, "question", str(path), place)
            statement = _QUERY.sub("", text(found, "query", str(path), place))
            answer = str(found.get("answer"))
        if answer not in _ANSWERS:
            raise InputError.at(str(path), place, f"field 'answer' must be True or False, not {answer!r}")
        program = english_program(context, statement)
        yield Question("prontoqa", name, context, context, statement, answer, _ANSWERS, closed=True, program=program)


def english_program(context: str, statement: str) -> Program | str:
    """The sentences as formulas; why not, if one is of another form."""
    formulas = []
    for sentence in (*split_sentences(context), statement):
        formula = read_sentence(sentence)
        if formula is None:
            return f"no formula for the sentence {sentence!r}"
        formulas.append(formula)
    return Program(tuple(formulas[:-1]), formulas[-1])


def read_sentence(sentence: str) -> Formula | None:
    """Read ``Every wumpus is (not) a tumpus``, ``Wumpuses are (not) red``, ``Max is (not) a wumpus``."""
    match = _SENTENCE.match(sentence.strip())
    if match is None:
        return None
    general = match["every"] is not None or re.search(rf"\b{re.escape(match['subject'])} are\b", sentence) is not None
    x = Variable("x")
    atom: Formula = Predicate(_kind(match["what"]), (x if general else Constant(match["subject"]),))
    if match["no"]:
        atom = Not(atom)
    return Forall(x, Implies(Predicate(_kind(match["subject"]), (x,)), atom)) if general else atom


def _kind(word: str) -> str:
    """The singular: the kinds end in -us, plural -uses."""
    word = word.lower()
    for plural, singular in (("puses", "pus"), ("animals", "animal"), ("ies", "y"), ("s", "")):
        if word.endswith(plural) and not word.endswith(("pus", "ss")):
            return word[: -len(plural)] + singular
    return word
