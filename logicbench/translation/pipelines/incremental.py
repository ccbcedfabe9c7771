"""Incremental translation (Thatikonda et al. 2024): the names first, then one formula after the other.

Every formula is asked for with all those before it. Where the published method lets a trained corrector look at each
step, here the reader and the list of names do, and what they find wrong is sent back to the model.
"""

from __future__ import annotations

from typing import Any

from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import Ask, Dialogue, Settings, Translation, decide, read_formula, render
from logicbench.translation.pipelines.vocabulary import Vocabulary, ask_vocabulary


def incremental(item: Item, settings: Settings) -> Dialogue[Translation]:
    """Ask for the names and then for every formula, each with the history."""
    vocabulary = yield from ask_vocabulary(item)
    grammar = vocabulary.grammar() if settings.grammar else None
    history: list[tuple[str, str]] = []
    corrections: list[dict[str, Any]] = []
    for place, sentence in enumerate(item.sentences):
        role = "Conclusion" if place == len(item.premises) else f"Premise {place + 1}"
        values = {"item": item, "vocabulary": vocabulary.text, "history": history, "sentence": sentence, "role": role}
        (text,) = yield [Ask(render("incremental", **values), grammar=grammar)]
        formula = first_line(text)
        for _ in range(settings.rounds):
            complaint = _complaint(formula, vocabulary)
            if not complaint:
                break
            (text,) = yield [Ask(render("correct", **values, formula=formula, error=complaint), grammar=grammar)]
            corrections.append({"place": place, "formula": formula, "error": complaint})
            if first_line(text) == formula:
                break
            formula = first_line(text)
        history.append((sentence, formula))
    details = {"vocabulary": vocabulary.text, "corrections": corrections}
    return decide(item, [formula for _, formula in history], settings, details)


def first_line(text: str) -> str:
    """The first line that has something on it, without the sentence after ``:::``."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line.split(":::")[0].strip()


def _complaint(text: str, vocabulary: Vocabulary) -> str:
    formula, error = read_formula(text)
    return error if formula is None else vocabulary.complaint(formula)
