"""Which symbol of one formula may stand for which of another.

Symbols are matched one to one within their kind and arity. The same name is always itself. Otherwise predicates and
functions match if their words do, apart from grammatical number and from words such as *is* or *the*; constants
match if they differ in case, separators, accents or articles only. Opposites never match, nor do different constants.
Pairs that merely resemble each other may be matched for partial credit, but nothing is called equivalent on them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, permutations, product
from typing import Any

from logicbench.logic.fol.syntax import Formula, Predicate, fold, rebuild
from logicbench.logic.fol.transform import rename_symbols, signature
from logicbench.translation.names import SymbolKey, name_key, one_typo, singular, words

_ARTICLES = frozenset(("a", "an", "the"))
_EMPTY = _ARTICLES | frozenset(("is", "are", "was", "were", "be", "been", "being", "of", "in", "at", "on"))
_PREFIXES = tuple("un in im il ir dis non mis anti counter a de wo fe ex pre post".split())
_NEGATIONS = frozenset(("not", "non", "no", "never", "without", "cannot", "lacks", "lack", "neither", "fail", "fails"))
_OPPOSITES = """
man woman|boy girl|male female|father mother|son daughter|brother sister|uncle aunt|husband wife|
king queen|prince princess|actor actress|increase decrease|increasing decreasing|legal illegal|happy sad|
good bad|good evil|big small|large small|large little|tall short|long short|high low|hot cold|
warm cool|fast slow|quick slow|old young|old new|older younger|taller shorter|larger smaller|
bigger smaller|greater less|greater smaller|more less|more fewer|most least|maximum minimum|max min|
upper lower|above below|over under|up down|left right|north south|east west|before after|earlier later|
early late|first last|begin end|start end|start stop|open close|opened closed|open closed|win lose|
won lost|winner loser|pass fail|passed failed|true false|right wrong|correct incorrect|live die|
alive dead|life death|love hate|like dislike|like hate|friend enemy|buy sell|buyer seller|give take|
give receive|send receive|teacher student|employer employee|parent child|doctor patient|lend borrow|
rich poor|strong weak|hard soft|hard easy|difficult easy|heavy light|dark light|black white|day night|
wet dry|full empty|clean dirty|safe dangerous|public private|present absent|accept reject|accept refuse|
allow forbid|allowed forbidden|include exclude|inside outside|in out|on off|enter leave|arrive leave|
arrive depart|come go|import export|expensive cheap|positive negative|odd even|single married|
guilty innocent|near far|wide narrow|thick thin|fat thin|deep shallow|loud quiet|noisy quiet|
active passive|asleep awake|domestic foreign|major minor|senior junior|urban rural|vertical horizontal|
ancient modern|always never|all none|predator prey|host guest|plaintiff defendant|attack defend|
push pull|rise fall|raise lower|lengthen shorten|gain lose|profit loss|succeed fail|success failure|
remember forget|find lose|create destroy|build destroy|birth death|summer winter|yes no|useful useless|
careful careless|before since|superior inferior|interior exterior|internal external|ally enemy
"""
_PAIRS = frozenset(frozenset(pair.split()) for pair in _OPPOSITES.replace("\n", "").split("|"))


def plain(name: str) -> str:
    """A name without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


def stem(word: str) -> str:
    """A word without plural, third person, *-ed* or *-ing*, by spelling only."""
    word = singular(word)
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def content(name: str) -> frozenset[str]:
    """The stems of the words that carry the meaning of a name."""
    every = words(plain(name))
    return frozenset(stem(word) for word in every if word not in _EMPTY) or frozenset(every)


def opposite(left: str, right: str) -> bool:
    """Whether two names look like each other's negation or opposite."""
    a, b = words(plain(left)), words(plain(right))
    if sum(word in _NEGATIONS for word in a) % 2 != sum(word in _NEGATIONS for word in b) % 2:
        return True
    for one in [word for word in a if word not in b]:
        for other in [word for word in b if word not in a]:
            if frozenset((one, other)) in _PAIRS or frozenset((stem(one), stem(other))) in _STEM_PAIRS:
                return True
            if _negates(one, other):
                return True
    return _negates("".join(a), "".join(b))


def _negates(left: str, right: str) -> bool:
    short, long = sorted((left, right), key=len)
    if len(short) >= 3 and any(stem(long) == prefix + stem(short) or long == prefix + short for prefix in _PREFIXES):
        return True
    return long.endswith("less") and long.removesuffix("less") in (short, short.removesuffix("ful"))


_STEM_PAIRS = frozenset(frozenset(map(stem, pair)) for pair in _PAIRS)


def alike(left: str, right: str, kind: str) -> bool:
    """Whether two names of one kind surely name the same."""
    if name_key(plain(left), number=False) == name_key(plain(right), number=False):
        return True
    empty = _ARTICLES if kind == "constant" else _EMPTY
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
    return 2 * len(a & b) >= len(a | b) or one_typo(name_key(left), name_key(right))


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
