"""Partial credit from the text and the propositional skeleton: LE, operator and predicate F1, BLEU.

LE is the measure of LogicLLaMA (Yang et al. 2023): quantifiers are dropped, every atom is a proposition, and the truth
tables are compared under the best matching of atoms that a greedy search by edit distance meets.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Count,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Truth,
    Variable,
    Xor,
    fold,
    walk,
)

_ATOM_LIMIT = 14
_BINDINGS = 1000
_PAD_DISTANCE = 10_000
_SIGNS = {And: "∧", Or: "∨", Xor: "⊕", Implies: "→", Iff: "↔", Equal: "="}


def tokens(formula: Formula) -> list[str]:
    """A formula as tokens in one fixed spelling, every connective in brackets."""

    def combine(node: Any, below: list[list[str]]) -> list[str]:
        if isinstance(node, Variable | Constant | Numeral):
            return [str(node.label[0])]
        if isinstance(node, Truth):
            return ["⊤" if node.value else "⊥"]
        if isinstance(node, Predicate | Function):
            inner = [token for place, part in enumerate(below) for token in ([","] * (place > 0) + part)]
            return [node.name, "(", *inner, ")"] if below else [node.name]
        if isinstance(node, Not):
            return ["¬", *below[0]]
        if isinstance(node, Forall | Exists | Count):
            return [_quantifier(node), node.variable.name, *([":", node.sort] if node.sort else []), *below[0]]
        sign = node.operator if isinstance(node, Comparison | Arithmetic) else _SIGNS[type(node)]
        if len(below) == 1:
            return [sign, *below[0]]
        return ["(", *(token for place, part in enumerate(below) for token in ([sign] * (place > 0) + part)), ")"]

    return fold(formula, combine)


def _quantifier(node: Forall | Exists | Count) -> str:
    if isinstance(node, Count):
        return "∃" + {"exactly": "=", "at_least": "≥", "at_most": "≤"}[node.bound] + str(node.count)
    return "∀" if isinstance(node, Forall) else "∃"


def f1(left: Counter[Any], right: Counter[Any]) -> float:
    """F1 of two multisets; 1 if both are empty."""
    total = left.total() + right.total()
    return 2 * (left & right).total() / total if total else 1.0


def operator_f1(left: Formula, right: Formula) -> float:
    """F1 of the multisets of connectives and quantifiers; an n-ary connective counts n - 1 times."""
    return f1(_operators(left), _operators(right))


def _operators(formula: Formula) -> Counter[str]:
    found: Counter[str] = Counter()
    for node in walk(formula):
        if isinstance(node, Not):
            found["¬"] += 1
        elif isinstance(node, Forall | Exists | Count):
            found[_quantifier(node)] += 1
        elif isinstance(node, And | Or | Xor | Implies | Iff):
            found[_SIGNS[type(node)]] += len(node.children) - 1
    return found


def predicate_f1(left: Formula, right: Formula) -> float:
    """F1 of the multisets of predicate symbols with their arity."""
    return f1(_predicates(left), _predicates(right))


def _predicates(formula: Formula) -> Counter[tuple[str, int]]:
    return Counter((node.name, len(node.arguments)) for node in walk(formula) if isinstance(node, Predicate))


def bleu(reference: Sequence[str], candidate: Sequence[str]) -> float:
    """Sentence BLEU without smoothing (Papineni et al. 2002), n up to 4 or the shorter length."""
    order = min(4, len(reference), len(candidate))
    if not order:
        return float(list(reference) == list(candidate))
    total = 0.0
    for n in range(1, order + 1):
        theirs = Counter(zip(*(candidate[k:] for k in range(n)), strict=False))
        ours = Counter(zip(*(reference[k:] for k in range(n)), strict=False))
        hits = (theirs & ours).total()
        if not hits:
            return 0.0
        total += math.log(hits / theirs.total())
    brevity = min(0.0, 1 - len(reference) / len(candidate))
    return math.exp(brevity + total / order)


def embedding_score(reference: str, candidate: str, embed: Callable[[Sequence[str]], npt.NDArray[Any]]) -> float:
    """Cosine of the embeddings of two texts.

    Args:
        reference: One text.
        candidate: The other.
        embed: Gives an array ``(texts, dimensions)``, for instance `SentenceTransformer.encode`.
    """
    a, b = (np.asarray(vector, dtype=float) for vector in embed([reference, candidate]))
    norm = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / norm if norm else 0.0


def le_score(gold: Formula, predicted: Formula) -> float | None:
    """Share of equal rows in the truth tables, quantifiers ignored, under the best matching of atoms that is met.

    None if a formula has more than 14 distinct atoms.
    """
    ours, theirs = _atoms(gold), _atoms(predicted)
    count = max(len(ours), len(theirs))
    if count > _ATOM_LIMIT:
        return None
    table, other = _truth_table(gold, ours, count), _truth_table(predicted, theirs, count)
    distances = [
        [levenshtein(a, b) if a and b else _PAD_DISTANCE for b in _padded(theirs, count)] for a in _padded(ours, count)
    ]
    best = 0.0
    for binding in _greedy_bindings(distances):
        best = max(best, float((table == other.transpose(binding)).mean()))
        if best == 1.0:
            break
    return best


def _padded(atoms: Sequence[str], count: int) -> list[str]:
    return [*atoms, *[""] * (count - len(atoms))]


def _atoms(formula: Formula) -> list[str]:
    found = (node for node in walk(formula) if isinstance(node, Predicate | Equal | Comparison))
    return list(dict.fromkeys("".join(tokens(node)) for node in found))


def _truth_table(formula: Formula, atoms: Sequence[str], count: int) -> npt.NDArray[np.bool_]:
    """The truth table as an array with one axis of length 2 for each atom."""
    shape = (2,) * count

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Predicate | Equal | Comparison):
            axis = atoms.index("".join(tokens(node)))
            return np.arange(2).astype(bool).reshape([2 if place == axis else 1 for place in range(count)])
        if isinstance(node, Variable | Constant | Numeral | Function | Arithmetic):
            return None
        if isinstance(node, Truth):
            return np.full((1,) * count, node.value)
        if isinstance(node, Forall | Exists | Count):
            return below[0]
        if isinstance(node, Not):
            return ~below[0]
        result = ~below[0] if isinstance(node, Implies) else below[0]
        for value in below[1:]:
            if isinstance(node, And):
                result = result & value
            elif isinstance(node, Or | Implies):
                result = result | value
            else:
                result = result ^ value
        return ~result if isinstance(node, Iff) else result

    return np.broadcast_to(fold(formula, combine), shape)


def _greedy_bindings(distances: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Up to 1000 permutations, depth first, the nearest free partner first."""
    count = len(distances)
    nearest = [sorted(range(count), key=lambda place, row=row: row[place]) for row in distances]  # type: ignore[misc]
    chosen: list[int] = []
    pending: list[Iterator[int]] = [iter(nearest[0])] if count else []
    given = 0
    if not count:
        yield ()
    while pending and given < _BINDINGS:
        place = next((one for one in pending[-1] if one not in chosen), None)
        if place is None:
            pending.pop()
            if chosen:
                chosen.pop()
            continue
        chosen.append(place)
        if len(chosen) == count:
            given += 1
            yield tuple(chosen)
            chosen.pop()
        else:
            pending.append(iter(nearest[len(chosen)]))


def levenshtein(left: str, right: str) -> int:
    """Edit distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
