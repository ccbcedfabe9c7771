"""All measures of closeness of a predicted formula to a gold one, and one number combined from them.

The combination follows what the measures are good for. A proved equivalence is 1, and nothing else is. Otherwise half
of the weight is on the random finite structures, the only measure that no rewriting deceives, and the rest is spread
over what gives credit for a right skeleton or vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy.typing as npt

from logicbench.logic.fol.syntax import Formula
from logicbench.solvers.prover.portfolio import Budget
from logicbench.translation.compare.equivalence import Comparison, compare
from logicbench.translation.compare.graph import graph_f1
from logicbench.translation.compare.overlap import bleu, embedding_score, le_score, operator_f1, predicate_f1, tokens

WEIGHTS = {"models": 0.5, "le": 0.2, "graph": 0.1, "predicates": 0.1, "operators": 0.1}
_CAP = 0.99


@dataclass(frozen=True, slots=True)
class Closeness:
    """Scores in [0, 1]; None where a measure does not apply.

    Attributes:
        models: Share of random finite structures in which the two agree; 1 only if equivalence is proved.
        le: Truth-table overlap of LogicLLaMA, quantifiers ignored.
        graph: F1 of graph triples.
        predicates: F1 of predicate symbols.
        operators: F1 of connectives and quantifiers.
        bleu: BLEU of the tokens.
        embedding: Cosine of embeddings of the texts, if a function for that was given.
        combined: 1 for a proved equivalence, else the weighted mean of those that apply, times 0.99.
    """

    models: float | None
    le: float | None
    graph: float | None
    predicates: float
    operators: float
    bleu: float
    embedding: float | None
    combined: float

    def to_json(self) -> dict[str, float | None]:
        """The scores as a JSON object."""
        return asdict(self)


def closeness(
    gold: Formula,
    predicted: Formula,
    *,
    align: bool = True,
    budget: Budget | None = None,
    embed: Callable[[Sequence[str]], npt.NDArray[Any]] | None = None,
    seed: int = 0,
) -> tuple[Comparison, Closeness]:
    """Compare two formulas in every way; symbols are aligned first, for all measures.

    Args:
        gold: The formula to compare with.
        predicted: The formula to judge.
        align: Whether symbols of different names may be matched.
        budget: The prover's limits.
        embed: Gives the embeddings ``(texts, dimensions)`` of texts.
        seed: Seed of the random structures.
    """
    relation = compare(gold, predicted, align=align, budget=budget, seed=seed)
    renamed = predicted
    if relation.alignment.renamed:
        renamed = replace(relation.alignment, reordered={}).apply(predicted)
    texts = tokens(gold), tokens(renamed)
    scores: dict[str, float | None] = {
        "models": relation.agreement,
        "le": le_score(gold, renamed),
        "graph": graph_f1(gold, renamed),
        "predicates": predicate_f1(gold, renamed),
        "operators": operator_f1(gold, renamed),
    }
    return relation, Closeness(
        **scores,  # type: ignore[arg-type]
        bleu=bleu(*texts),
        embedding=None if embed is None else embedding_score(" ".join(texts[0]), " ".join(texts[1]), embed),
        combined=1.0 if relation.equivalent else _combine(scores),
    )


def _combine(scores: dict[str, float | None]) -> float:
    known = {name: score for name, score in scores.items() if score is not None}
    weight = sum(WEIGHTS[name] for name in known)
    return _CAP * sum(WEIGHTS[name] * score for name, score in known.items()) / weight
