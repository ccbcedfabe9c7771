"""Which symbol of one formula may stand for which of another.

Symbols are matched one to one within their kind and arity. The same name is always itself. Otherwise predicates and
functions match if their words do, apart from grammatical number and from words such as *is* or *the*; constants
match if they differ in case, separators, accents or articles only. Opposites never match, nor do different constants.
Pairs that merely resemble each other may be matched for partial credit, but nothing is called equivalent on them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations, product
from typing import Any

from logicbench.logic.fol.opposites import opposite
from logicbench.logic.fol.spelling import ARTICLES, COPULAS, one_typo
from logicbench.logic.fol.syntax import Formula, Predicate, fold, rebuild
from logicbench.logic.fol.transform import SymbolKey, rename_symbols, signature
from logicbench.logic.fol.words import folded, plain, singular, stem, words

_EMPTY = ARTICLES | COPULAS | {"of", "in", "at", "on"}


def content(name: str) -> frozenset[str]:
    """The stems of the words that carry the meaning of a name."""
    every = words(plain(name))
    return frozenset(stem(word) for word in every if word not in _EMPTY) or frozenset(every)


def alike(left: str, right: str, kind: str) -> bool:
    """Whether two names of one kind surely name the same."""
    if left == right or folded(left) == folded(right) != "":
        return True
    empty = ARTICLES if kind == "constant" else _EMPTY
    a, b = ([word for word in words(plain(name)) if word not in empty] for name in (left, right))
    if kind != "constant":
        a, b = list(map(singular, a)), list(map(singular, b))
    return bool(a) and a == b


def resembling(left: str, right: str, kind: str) -> bool:
    """Whether two names may name the same: half of their words are shared, or they differ by a typing error."""
    if alike(left, right, kind):
        return True
    if kind == "constant" or opposite(left, right):
        return False
    a, b = content(left), content(right)
    return 2 * len(a & b) >= len(a | b) or one_typo(folded(left), folded(right))


@dataclass(frozen=True, slots=True)
class Alignment:
    """A one-to-one renaming of the symbols of a formula, and new orders of their arguments.

    Attributes:
        renamed: ``(kind, name, arity)`` -> new name.
        reordered: Predicate ``(name, arity)``, by its new name -> place that each argument is taken from.
        sure: Whether every pair of names surely names the same.
    """

    renamed: Mapping[SymbolKey, str] = field(default_factory=dict)
    reordered: Mapping[tuple[str, int], tuple[int, ...]] = field(default_factory=dict)
    sure: bool = True

    def apply(self, formula: Formula) -> Formula:
        """The formula with its symbols renamed and its arguments reordered."""
        formula = rename_symbols(formula, self.renamed) if self.renamed else formula
        if not self.reordered:
            return formula

        def combine(node: Any, below: list[Any]) -> Any:
            if isinstance(node, Predicate) and (order := self.reordered.get((node.name, len(below)))):
                return Predicate(node.name, tuple(below[place] for place in order))
            return rebuild(node, below)

        result: Formula = fold(formula, combine)
        return result

    def to_json(self) -> dict[str, Any]:
        """The alignment as JSON values."""
        return {
            "renamed": [[*key, name] for key, name in sorted(self.renamed.items())],
            "reordered": [[name, arity, list(order)] for (name, arity), order in sorted(self.reordered.items())],
            "sure": self.sure,
        }


def alignments(gold: Formula, predicted: Formula, limit: int = 24) -> list[Alignment]:
    """Renamings of the predicted formula's symbols to the gold formula's, sure ones first, then the fullest."""
    candidates: list[tuple[SymbolKey, list[str | None]]] = []
    known, found = _symbols(gold), _symbols(predicted)
    for symbol in sorted(found - known):
        kind, name, arity = symbol
        targets = sorted(other for other in known - found if (other[0], other[2]) == (kind, arity))
        fitting = [other[1] for other in targets if alike(name, other[1], kind)]
        fitting += [other[1] for other in targets if other[1] not in fitting and resembling(name, other[1], kind)]
        candidates.append((symbol, [*fitting, None]))
    result = []
    for choice in islice(product(*(names for _, names in candidates)), 40 * limit):
        renamed = {symbol: name for (symbol, _), name in zip(candidates, choice, strict=True) if name is not None}
        if len({(key[0], key[2], name) for key, name in renamed.items()}) == len(renamed):
            result.append(Alignment(renamed, {}, all(alike(key[1], name, key[0]) for key, name in renamed.items())))
    result.sort(key=lambda one: -len(one.renamed))
    sure = [one for one in result if one.sure]
    return [*sure[:1], *(one for one in result if one not in sure[:1])][:limit]


def reorderings(gold: Formula, predicted: Formula, limit: int = 64) -> Iterator[dict[tuple[str, int], tuple[int, ...]]]:
    """New argument orders for the predicates that both formulas have, the fewest changes first."""
    shared = [
        symbol for symbol in signature([predicted]).predicates
        if symbol in signature([gold]).predicates and 2 <= symbol[1] <= 4
    ]  # fmt: skip
    orders: Sequence[list[tuple[int, ...]]] = [list(permutations(range(arity))) for _, arity in shared]
    found = []
    for choice in islice(product(*orders), limit):
        changed = {symbol: order for symbol, order in zip(shared, choice, strict=True) if order != tuple(sorted(order))}
        if changed:
            found.append(changed)
    yield from sorted(found, key=len)


def _symbols(formula: Formula) -> set[SymbolKey]:
    symbols = signature([formula])
    result = {("predicate", name, arity) for name, arity in symbols.predicates}
    result |= {("function", name, arity) for name, arity in symbols.functions}
    result |= {("sort", name, 0) for name in symbols.sorts}
    return result | {("constant", name, 0) for name in symbols.constants}
