"""How much each measure of closeness notices of the metrics study's perturbations (Thatikonda et al. 2025).

Every formula is changed in seven ways, five of its operators and two of its text, and each changed formula is scored
against its original. A measure that stays near 1 under a change of meaning is blind to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any, Literal, TypeAlias

from logicbench.errors import InputError, LogicbenchError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Formula
from logicbench.seeding import Stream
from logicbench.translation.compare.closeness import closeness
from logicbench.translation.items import read_rows
from logicbench.translation.perturb import METRIC_PERTURBATIONS, metric_perturbation
from logicbench.translation.run import LOG

Level: TypeAlias = Literal["operators", "text"]
TEXT_PERTURBATIONS = ("predicate", "variable")
"""The perturbations that change how names are written; the others change operators."""
MEASURES = ("models", "le", "graph", "predicates", "operators", "bleu", "combined")
_BLOCK = 256

Scores: TypeAlias = Mapping[str, tuple[bool, Mapping[str, float | None]]]
"""Perturbation -> whether the result is proved equivalent, and its scores; only those that change the formula."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one perturbation does to the scores.

    Attributes:
        perturbation: One of `METRIC_PERTURBATIONS`.
        level: What it changes: operators or text.
        formulas: Formulas that were read.
        changed: How many of them the perturbation changes; the scores are over these.
        equivalent: How many of these are proved to mean the same all the same.
        means: Measure -> mean score; None where it applies to none.
    """

    perturbation: str
    level: Level
    formulas: int
    changed: int
    equivalent: int
    means: Mapping[str, float | None]

    def to_json(self) -> dict[str, Any]:
        """The figures as JSON values; means to six places."""
        return {
            "perturbation": self.perturbation,
            "level": self.level,
            "formulas": self.formulas,
            "changed": self.changed,
            "changed_share": round(self.changed / self.formulas, 6) if self.formulas else None,
            "equivalent": self.equivalent,
            "means": {name: None if mean is None else round(mean, 6) for name, mean in self.means.items()},
        }


def load_formulas(path: Path, field: str = "fol") -> list[str]:
    """The texts of formulas in a file, or those that could be read in the folder of a translation run.

    A row of the file is a string, or an object with ``field``, or a problem with gold formulas (``premises_fol`` and
    ``conclusion_fol``). Empty and missing formulas are left out.

    Raises:
        InputError: It cannot be read, or a row has no formula's field.
    """
    if path.is_dir():
        if not (path / LOG).is_file():
            raise InputError(f"{path}: no run of logicbench translate: it has no {LOG}")
        return [text for _, record in read_rows(path / LOG) for text in _translated(record, path)]
    return [text for line, record in read_rows(path) for text in _texts(record, field, str(path), line)]


def _translated(record: Any, run: Path) -> list[str]:
    if not isinstance(record, dict) or not {"formulas", "readable"} <= record.keys():
        raise InputError(f"{run / LOG}: a line has no formulas of a translation")
    return [text for text, read in zip(record["formulas"], record["readable"], strict=False) if read and text]


def _texts(record: Any, field: str, source: str, line: int) -> list[str]:
    if isinstance(record, str):
        found: list[Any] = [record]
    elif isinstance(record, dict) and field in record:
        found = [record[field]]
    elif isinstance(record, dict) and "premises_fol" in record:
        premises = record["premises_fol"]
        found = [*(premises.splitlines() if isinstance(premises, str) else premises), record.get("conclusion_fol")]
    else:
        raise InputError.at(source, line, f"expected a formula as a string, field {field!r} or field 'premises_fol'")
    if not all(text is None or isinstance(text, str) for text in found):
        raise InputError.at(source, line, "a formula must be a string")
    return [text for text in found if text and text.strip()]


def draw(texts: Iterable[str], limit: int | None = None, seed: int = 0) -> list[str]:
    """Different texts; with ``limit``, so many of them at random."""
    found = list(dict.fromkeys(texts))
    if limit is None or limit >= len(found):
        return found
    return Stream("metric sensitivity", seed).sample(found, limit)


def score_perturbations(formula: Formula) -> Scores:
    """Score a formula's perturbations against it; symbols stand for themselves, nothing is aligned."""
    found: dict[str, tuple[bool, Mapping[str, float | None]]] = {}
    for name in METRIC_PERTURBATIONS:
        other = metric_perturbation(formula, name)
        if other != formula:
            relation, scores = closeness(formula, other, align=False)
            found[name] = relation.equivalent, {measure: getattr(scores, measure) for measure in MEASURES}
    return found


def _score_text(text: str, notation: str) -> Scores | None:
    try:
        formula = parse(text, notation).formula
    except LogicbenchError:
        return None
    return score_perturbations(formula)


def score_texts(texts: Sequence[str], notation: str = "auto", workers: int = 1) -> Iterator[Scores | None]:
    """Score the perturbations of each text, in order; None for a text that cannot be read."""
    one = partial(_score_text, notation=notation)
    if workers <= 1:
        yield from map(one, texts)
        return
    waiting = iter(texts)
    with ProcessPoolExecutor(workers) as pool:
        while block := list(islice(waiting, _BLOCK)):
            yield from pool.map(one, block, chunksize=4)


def summarise(scored: Sequence[Scores]) -> list[Sensitivity]:
    """The mean scores of every perturbation, in the study's order."""
    return [_summary(name, scored) for name in METRIC_PERTURBATIONS]


def _summary(perturbation: str, scored: Sequence[Scores]) -> Sensitivity:
    found = [scores[perturbation] for scores in scored if perturbation in scores]
    means: dict[str, float | None] = {}
    for measure in MEASURES:
        known = [value for _, scores in found if (value := scores[measure]) is not None]
        means[measure] = fmean(known) if known else None
    level: Level = "text" if perturbation in TEXT_PERTURBATIONS else "operators"
    return Sensitivity(perturbation, level, len(scored), len(found), sum(same for same, _ in found), means)
