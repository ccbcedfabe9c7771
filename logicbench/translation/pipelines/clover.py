"""CLOVER (Ryu et al. 2025): sentences taken apart, translated from the parts up, and verified by the prover.

1. The logical dependency structures of every sentence: units, couplers, dependents. Their variety makes the candidates.
2. The accumulation of each structure: sentences that grow by one component, the last one being the whole.
3. The sequential translation of the growing sentences; the formula of the last one is a candidate.
4. Verification. *Consistency* takes the largest class of equivalent candidates. *Counter-model* lets classes meet, the
   largest first: a finite structure in which one formula is true and the other is not is shown to the model, which says
   whether it can occur if the sentence is true.

Against the published program: equivalence is proved under deterministic budgets and not by generated Python under a
second of wall time, classes meet in the order of their size, the names are asked for first, and structures are shown as
checked finite models.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import Formula
from logicbench.translation.items import Item
from logicbench.translation.pipelines.classes import by_size, equivalence_classes, related
from logicbench.translation.pipelines.protocol import (
    Ask,
    Dialogue,
    Settings,
    Translation,
    decide,
    gather,
    read_formula,
    render,
)
from logicbench.translation.pipelines.replies import growing, last_translation, structures, yes_or_no
from logicbench.translation.pipelines.vocabulary import Vocabulary, ask_vocabulary


@dataclass(slots=True)
class Candidates:
    """The candidate formulas of a sentence.

    Attributes:
        sentence: The sentence.
        texts: The formulas, one for each structure.
        inexact: How many were taken from a line that does not repeat the sentence.
        notes: What the verification found.
    """

    sentence: str
    texts: list[str]
    inexact: int = 0
    notes: dict[str, Any] = field(default_factory=dict)


def clover(item: Item, settings: Settings) -> Dialogue[Translation]:
    """Translate every sentence by its structures, and choose among the candidates."""
    vocabulary = yield from ask_vocabulary(item)
    found = yield from gather([_candidates(each, vocabulary, settings) for each in item.sentences])
    chosen = yield from gather([_verify(each, settings) for each in found])
    details = {
        "vocabulary": vocabulary.text,
        "candidates": [{"texts": each.texts, "inexact": each.inexact, **each.notes} for each in found],
    }
    return decide(item, chosen, settings, details)


def _candidates(sentence: str, vocabulary: Vocabulary, settings: Settings) -> Dialogue[Candidates]:
    names = {"sentence": sentence, "vocabulary": vocabulary.text}
    (text,) = yield [Ask(render("clover-structures", **names))]
    found = structures(text, settings.samples)
    accumulations = yield [Ask(render("clover-accumulate", **names, structure=structure)) for structure in found]
    grown = [growing(accumulation, sentence) for accumulation in accumulations]
    answers = yield [Ask(render("clover-translate", **names, sentences=lines)) for lines in grown]
    translations = [last_translation(answer, sentence) for answer in answers]
    return Candidates(sentence, [text for text, _ in translations], sum(not exact for _, exact in translations))


def _verify(found: Candidates, settings: Settings) -> Dialogue[str]:
    """Choose a candidate; the first one if none can be read."""
    read = [(text, formula) for text in found.texts if (formula := read_formula(text)[0]) is not None]
    formulas = [formula for _, formula in read]
    classes = by_size(equivalence_classes(formulas, settings.budget))
    found.notes["classes"] = [len(members) for members in classes]
    if not classes:
        return found.texts[0]
    winner: int | None = classes[0][0]
    if settings.verification == "counter-model" and len(classes) > 1:
        heads = [members[0] for members in classes]
        winner = yield from disprove(found.sentence, formulas, heads, settings, found.notes)
        if winner is None:
            winner = classes[0][0]
            found.notes["undecided"] = True
    assert winner is not None
    return read[winner][0]


def disprove(
    sentence: str, formulas: Sequence[Formula], heads: Sequence[int], settings: Settings, notes: dict[str, Any]
) -> Dialogue[int | None]:
    """Let the heads of classes meet; return the one that stands at the end, or None if the answers cancel out."""
    meetings: list[dict[str, Any]] = notes.setdefault("meetings", [])
    standing: int | None = heads[0]
    for challenger in heads[1:]:
        if standing is None:
            # Both of the last meeting were found wrong: the next one stands untested.
            standing = challenger
            continue
        relation = related(formulas[standing], formulas[challenger], settings.budget)
        shown = (relation.only_gold, relation.only_predicted)
        asks = [Ask(render("clover-counter-model", sentence=sentence, structure=describe(one))) for one in shown if one]
        answers = iter((yield asks) if asks else [])
        can = [yes_or_no(next(answers)) if one else None for one in shown]
        meetings.append({"standing": standing, "challenger": challenger, "can_occur": can})
        standing = _winner(standing, challenger, can)
    return standing


def _winner(standing: int, challenger: int, can: Sequence[bool | None]) -> int | None:
    """Who stands, from whether the models of the one alone and of the other alone can occur."""
    ours, theirs = can
    if ours is not None and theirs is not None and ours == theirs:
        return None
    return challenger if ours is False or theirs is True else standing


def describe(structure: Structure) -> str:
    """A finite structure in words, individuals by their constants' names where they have one."""
    names = {place: f"individual {place + 1}" for place in range(structure.size)}
    for name, place in sorted(structure.constants.items(), reverse=True):
        names[place] = name
    lines = [f"There are exactly {structure.size} individuals: {', '.join(names.values())}."]
    lines += [
        f"{name} is {names[place]}." for name, place in sorted(structure.constants.items()) if names[place] != name
    ]
    for (name, _), rows in sorted(structure.predicates.items()):
        shown = ", ".join(f"({', '.join(names[one] for one in row)})" if row else "yes" for row in sorted(rows))
        lines.append(f"{name}: {shown or 'of none'}")
    for (name, _), table in sorted(structure.functions.items()):
        entries = (
            f"({', '.join(names[one] for one in row)}) -> {names[value]}" for row, value in sorted(table.items())
        )
        lines.append(f"{name}: {', '.join(entries)}")
    return "\n".join(lines)
