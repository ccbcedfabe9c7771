"""LINC (Olausson et al. 2023): several samples, the prover's verdict on each, and the majority of those that run.

Samples that cannot be read or decided are discarded; among equal votes the verdict that was seen first wins. The
option ``lint`` also discards samples that use one name with two numbers of arguments or as two kinds of symbol: they
can be executed but are mostly wrong.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.symbols import inventory
from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import Ask, Dialogue, Settings, Translation, decide, render
from logicbench.translation.pipelines.replies import paired

_LINT = ("arity_clash", "two_kinds")


def linc(item: Item, settings: Settings) -> Dialogue[Translation]:
    """Ask for samples, and take the majority's verdict."""
    texts = yield [Ask(render("linc", item=item))] * settings.samples
    found = [decide(item, paired(text, item.sentences), settings) for text in texts]
    valid = [one for one in found if one.prediction is not None]
    clean = [one for one in valid if not doubtful(one)] if settings.lint else valid
    votes = Counter(one.prediction for one in clean or valid)
    details = {
        "votes": dict(votes),
        "verdicts": [one.verdict or "Error" for one in found],
        "errors": [one.error for one in found],
        "discarded": len(found) - len(clean or valid),
    }
    if not votes:
        return replace(found[0], details=details)
    winner = votes.most_common(1)[0][0]
    return replace(next(one for one in clean or valid if one.prediction == winner), details=details)


def doubtful(found: Translation) -> bool:
    """Whether a translation that was read uses a name in two ways."""
    formulas = [parse(text).formula for text in found.formulas]
    return any(finding.kind in _LINT for finding in inventory(formulas).findings)
