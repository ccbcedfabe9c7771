"""Semantic majority: samples over one vocabulary, and for every sentence the largest class of equivalent formulas.

Votes of texts split over rewritings; votes of verdicts forget which formula was wrong. Here formulas vote, and two
formulas vote for the same thing if the prover says so.
"""

from __future__ import annotations

from typing import Any

from logicbench.translation.items import Item
from logicbench.translation.pipelines.classes import by_size, equivalence_classes
from logicbench.translation.pipelines.protocol import Ask, Dialogue, Settings, Translation, decide, read_formula, render
from logicbench.translation.pipelines.replies import numbered
from logicbench.translation.pipelines.vocabulary import ask_vocabulary


def semantic_majority(item: Item, settings: Settings) -> Dialogue[Translation]:
    """Ask for the names, then for samples; put together what most samples say of each sentence."""
    vocabulary = yield from ask_vocabulary(item)
    count = len(item.sentences)
    grammar = vocabulary.grammar(count) if settings.grammar else None
    prompt = render("semantic-majority", item=item, vocabulary=vocabulary.text)
    texts = yield [Ask(prompt, grammar=grammar)] * settings.samples
    samples = [numbered(text, count) for text in texts]
    chosen, sizes = [], []
    for place in range(count):
        formula, found = elect([sample[place] for sample in samples], settings)
        chosen.append(formula)
        sizes.append(found)
    return decide(item, chosen, settings, {"vocabulary": vocabulary.text, "classes": sizes})


def elect(candidates: list[str], settings: Settings) -> tuple[str, dict[str, Any]]:
    """The first text of the largest class, and the sizes of the classes; the first text if none can be read."""
    read = [(text, formula) for text in candidates if (formula := read_formula(text)[0]) is not None]
    classes = by_size(equivalence_classes([formula for _, formula in read], settings.budget))
    sizes = {"sizes": [len(members) for members in classes], "unreadable": len(candidates) - len(read)}
    return (read[classes[0][0]][0] if classes else candidates[0]), sizes
