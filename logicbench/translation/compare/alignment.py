"""Which symbol of one formula may stand for which of another.

Symbols are matched one to one within their kind and arity. The same name is always itself. Otherwise predicates and
functions match if their words do, apart from grammatical number, from words such as *is* or *the* and from a
preposition that one of them leaves out; constants match if they differ in case, separators, accents or *the* only.
Opposites never match, nor do different constants, nor names that differ in a digit or a sign.
Pairs that merely resemble each other may be matched for partial credit, but nothing is called equivalent on them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import accumulate, islice, permutations, product
from typing import Any

from logicbench.logic.fol.opposites import NEGATIONS, PREFIXES, opposite
from logicbench.logic.fol.spelling import ARTICLES, COPULAS, one_typo
from logicbench.logic.fol.syntax import Formula, Predicate, fold, rebuild
from logicbench.logic.fol.transform import SymbolKey, rename_symbols, signature
from logicbench.logic.fol.words import folded, plain, singular, stem, words

_PREPOSITIONS = frozenset(("of", "in", "at", "on"))
_EMPTY = ARTICLES | COPULAS | _PREPOSITIONS
# The past and *been* say another thing than the present.
_PRESENT = frozenset(("is", "are", "be"))
# *IsHurt* is not *Hurt*: the participle is the verb too.
_PARTICIPLES = frozenset(
    "beat bid burst cast cost cut hit hurt let put quit read rid set shed shut split spread".split()
)
# Words after which a preposition may be left out, unlike in *turn on*, *give in* and *live on*.
_LEAVES_OUT = {
    "in": "arrive based born employed enrolled interested involved live located participate reside situated study work",
    "at": "arrive based employed enrolled live located reside situated study work",
    "on": "based located situated",
}
_DROPPED = {(stem(word), preposition) for preposition, every in _LEAVES_OUT.items() for word in every.split()}
# *Made of*, *free of*: other things than *made* and *free*.
_KEEP_OF = frozenset("cure die dream free hear know made make out rid rob short speak tell think".split())
# What an article follows, unlike the letter in *GradeAStudent*.
_BEFORE_ARTICLES = COPULAS | _PREPOSITIONS | frozenset("as by for from had has have not own owns to with".split())
# Of two names with the same letters, one must not have such a word more: *IsLand*, *TheRapist*, *NotAble*, *ReSign*.
_PARTING = (_EMPTY | NEGATIONS | frozenset(PREFIXES) | {"re", "co"}) - {"of", "non"}


def content(name: str) -> frozenset[str]:
    """The stems of the words that carry the meaning of a name."""
    every = words(plain(name))
    return frozenset(stem(word) for word in every if word not in _EMPTY) or frozenset(every)


def alike(left: str, right: str, kind: str) -> bool:
    """Whether two names of one kind surely name the same.

    Args:
        left: One name.
        right: The other.
        kind: ``predicate``, ``function``, ``sort`` or ``constant``.
    """
    return left == right or (_says_the_same(left, right, kind) and not opposite(left, right))


def _says_the_same(left: str, right: str, kind: str) -> bool:
    a, b = words(plain(left)), words(plain(right))
    if not a or not b:
        return False
    if a == b or (folded(left) == folded(right) and _same_parts(a, b)):
        return True
    if kind == "constant":
        return _without_articles(a, {"the"}) == _without_articles(b, {"the"})
    a, b = _said(a), _said(b)
    return a == b or _shortened(a) == b or a == _shortened(b)


def _same_parts(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether words that make up the same letters differ at most by some that are run together on one side."""
    ends = [set(accumulate(map(len, every))) for every in (a, b)]
    if not (ends[0] <= ends[1] or ends[1] <= ends[0]):
        return False  # *NowHere*, *NoWhere*
    coarse, fine = sorted((a, b), key=len)
    closing = _PREPOSITIONS & {fine[-1]}  # *LivesIn*, *Livesin*
    return not (Counter(fine) - Counter(coarse)).keys() & (_PARTING - closing)


def _said(every: Sequence[str]) -> list[str]:
    """The words of a predicate without articles and a leading *is*, in the singular."""
    said = _without_articles(every, ARTICLES)
    if len(said) > 1 and said[0] in _PRESENT and said[1].isalpha() and said[1] not in _PARTICIPLES | ARTICLES:
        said = said[1:]
    return [singular(word) for word in said]


def _without_articles(every: Sequence[str], articles: Set[str]) -> list[str]:
    """Words without articles; without a word that follows, *a* is a letter, as in *plan A* and *a1*."""
    return [word for place, word in enumerate(every) if word not in articles or not _is_article(every, place)]


def _is_article(every: Sequence[str], place: int) -> bool:
    following = every[place + 1 : place + 2]
    if not following or len(following[0]) < 2 or not following[0].isalpha():
        return False
    return every[place] == "the" or place == 0 or every[place - 1] in _BEFORE_ARTICLES


def _shortened(every: Sequence[str]) -> list[str]:
    """The words of a predicate without the prepositions that it may leave out."""
    return [word for place, word in enumerate(every) if not (place and _needless(every[place - 1], word))]


def _needless(before: str, word: str) -> bool:
    return (before not in _KEEP_OF) if word == "of" else (stem(before), word) in _DROPPED


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
    doubtful: set[tuple[SymbolKey, str]] = set()
    known, found = _symbols(gold), _symbols(predicted)
    for symbol in sorted(found - known):
        kind, name, arity = symbol
        targets = sorted(other for other in known - found if (other[0], other[2]) == (kind, arity))
        fitting = [other[1] for other in targets if alike(name, other[1], kind)]
        near = [other[1] for other in targets if other[1] not in fitting and resembling(name, other[1], kind)]
        doubtful |= {(symbol, other) for other in near}
        candidates.append((symbol, [*fitting, *near, None]))
    result = []
    for choice in islice(product(*(names for _, names in candidates)), 40 * limit):
        renamed = {symbol: name for (symbol, _), name in zip(candidates, choice, strict=True) if name is not None}
        if len({(key[0], key[2], name) for key, name in renamed.items()}) == len(renamed):
            result.append(Alignment(renamed, {}, doubtful.isdisjoint(renamed.items())))
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
