"""Attack a data set with everything that should not work.

A label that can be told from the surface of a prompt measures reading, not reasoning. For every family, task and
surface with a yes/no-like answer the audit trains classifiers on surface features (lengths and counts through logistic
regression and gradient boosting, words through logistic regression) in folds that keep groups together, and compares
their accuracy with chance. For every task it runs the family's own shallow solvers.
"""

from __future__ import annotations

import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from logicbench.errors import InputError, MissingExtraError
from logicbench.family import get_family, verify
from logicbench.problem import Problem

SOLVER_BOUND = 0.75
"""Default bound on the accuracy of a shallow solver on a question with labels."""

CONFIDENCE = 0.99
"""A classifier fails above the upper end of this central interval of chance."""

MIN_ITEMS = 60
"""Fewer labelled problems than this cannot tell a leak from noise."""

_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What one attack reached on one part of the data."""

    family: str
    task: str
    surface: str
    attack: str
    kind: str
    """``classifier`` or ``solver``."""
    count: int
    accuracy: float
    chance: float | None
    bound: float | None
    """The accuracy above which the data fails; None where the figure is for information."""

    @property
    def passed(self) -> bool:
        """Whether the accuracy is within the bound."""
        return self.bound is None or self.accuracy <= self.bound


def audit(
    problems: Sequence[Problem], solver_bound: float = SOLVER_BOUND, confidence: float = CONFIDENCE
) -> list[Finding]:
    """Run every attack on every part (family, task, surface) of a data set.

    Args:
        problems: The data set; a part with labels needs at least `MIN_ITEMS` problems.
        solver_bound: Accuracy that no shallow solver may exceed where there are labels.
        confidence: Central interval of chance that no classifier may exceed.

    Raises:
        InputError: If a part with labels is too small to be judged.
        MissingExtraError: If scikit-learn is not installed.
    """
    parts: dict[tuple[str, str, str], list[Problem]] = {}
    for problem in problems:
        parts.setdefault((problem.family, problem.task, problem.surface), []).append(problem)
    if not parts:
        raise InputError("there is no problem to audit")
    return [finding for part in parts.values() for finding in _audit_part(part, solver_bound, confidence)]


def _audit_part(part: Sequence[Problem], solver_bound: float, confidence: float) -> Iterator[Finding]:
    first = part[0]
    where = (first.family, first.task, first.surface)
    labels = [problem.label for problem in part]
    labelled = None not in labels
    chance = max(Counter(labels).values()) / len(part) if labelled else None
    if labelled:
        if len(part) < MIN_ITEMS:
            raise InputError(f"{'/'.join(where)}: {len(part)} labelled problems are too few to audit; give {MIN_ITEMS}")
        assert chance is not None
        bound = _upper(chance, len(part), confidence)
        for name, accuracy in _classify(part):
            yield Finding(*where, name, "classifier", len(part), accuracy, chance, bound)
    for name, solver in get_family(first.family).baselines(first.task).items():
        right = sum(verify(problem, f"Answer: {solver(problem)}").correct for problem in part)
        yield Finding(*where, name, "solver", len(part), right / len(part), chance, solver_bound if labelled else None)


def _upper(chance: float, count: int, confidence: float) -> float:
    from scipy.stats import binom

    return float(binom.ppf(1 - (1 - confidence) / 2, count, chance) / count)


# --- classifiers ----------------------------------------------------------------------------------------------------

_WORDS = re.compile(r"[A-Za-z]+")
_TOKENS = re.compile(r"[A-Za-z]+|\d+|[^\sA-Za-z\d]")


def surface_features(problem: Problem) -> dict[str, float]:
    """Return counts that need no understanding: lengths, kinds of characters, repetitions, negations."""
    text = problem.prompt
    lines = text.splitlines()
    words = _WORDS.findall(text.lower())
    counts = Counter(words)
    lengths = [len(line) for line in lines if line]
    return {
        "characters": len(text),
        "lines": len(lines),
        "words": len(words),
        "distinct words": len(counts),
        "digits": sum(char.isdigit() for char in text),
        "punctuation": sum(not char.isalnum() and not char.isspace() for char in text),
        "commas": text.count(","),
        "minus signs": text.count("-"),
        "negations": sum(counts[word] for word in ("not", "no", "neg", "nor", "never", "none", "nobody"))
        + text.count("¬"),
        "conditionals": sum(counts[word] for word in ("if", "then", "every", "all", "some", "only")),
        "connectives": sum(counts[word] for word in ("and", "or", "lor", "land", "but")),
        "repeated lines": len(lines) - len(set(lines)),
        "most frequent word": max(counts.values(), default=0),
        "mean line length": float(np.mean(lengths)) if lengths else 0.0,
        "deviation of line length": float(np.std(lengths)) if lengths else 0.0,
    }


def _classify(part: Sequence[Problem]) -> Iterator[tuple[str, float]]:
    """Yield the cross-validated accuracy of each classifier; groups never straddle folds."""
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise MissingExtraError("scikit-learn", "audit") from None
    labels = np.array([problem.label for problem in part])
    folds = _folds([problem.group_id for problem in part])
    rows = [surface_features(problem) for problem in part]
    counts = np.array([list(row.values()) for row in rows], dtype=float)
    texts = np.array([" ".join(_TOKENS.findall(problem.prompt.lower())) for problem in part], dtype=object)
    attacks: dict[str, tuple[Callable[[], Any], npt.NDArray[Any]]] = {
        "counts-logistic": (lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), counts),
        "counts-boosting": (lambda: HistGradientBoostingClassifier(max_iter=60, random_state=0), counts),
        "bag-of-words": (
            lambda: make_pipeline(
                CountVectorizer(token_pattern=r"\S+", max_features=2000, ngram_range=(1, 2)),
                StandardScaler(with_mean=False),
                LogisticRegression(max_iter=100, C=0.01),
            ),
            texts,
        ),
    }
    for name, (make, features) in attacks.items():
        right = 0
        for fold in range(_FOLDS):
            train, test = folds != fold, folds == fold
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)  # a rough fit is as good an attack
                model = make().fit(features[train], labels[train])
            right += int((model.predict(features[test]) == labels[test]).sum())
        yield name, right / len(part)


def _folds(groups: Sequence[str]) -> npt.NDArray[np.int64]:
    numbers: Mapping[str, int] = {group: index for index, group in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[group] % _FOLDS for group in groups])
