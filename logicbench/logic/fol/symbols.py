"""The symbols of a whole problem: what is used in two ways, what is nearly the same, and a mapping that merges it.

Nothing here changes a formula by itself; `normalise` does when asked, and says what it renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeAlias

from logicbench.logic.fol.syntax import Constant, Formula, Function, Predicate, Variable, fold, rebuild, walk
from logicbench.logic.fol.transform import free_variables, rename_symbols

Kind: TypeAlias = Literal["predicate", "function", "constant"]
Normalisation: TypeAlias = Literal["case", "number", "typo"]
NORMALISATIONS: tuple[Normalisation, ...] = ("case", "number", "typo")
"""What `normalise` merges, each including the ones before it: letter case and ``_ - .``; plural forms; one edit."""
_SHORTEST_TYPO = 5
_MOST_COMPARED = 2000
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")
_OPPOSITES = ("un", "in", "im", "il", "ir", "non", "dis", "anti", "not", "no", "mis", "a", "de")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is often a slip.

    Attributes:
        kind: ``arity_clash``, ``two_kinds``, ``near_duplicate``, ``free_variable``, ``only_in_conclusion``.
        names: The symbols concerned, with ``/arity`` for predicates and functions.
        places: The numbers of the formulas, counted from 0, in which they occur.
        message: One sentence for people.
    """

    kind: str
    names: tuple[str, ...]
    places: tuple[int, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The symbols of a list of formulas.

    Attributes:
        uses: For each (kind, name, arity) the numbers of the formulas in which it occurs, ascending.
        findings: What is doubtful, in the order of the formulas.
    """

    uses: dict[tuple[Kind, str, int], tuple[int, ...]]
    findings: tuple[Finding, ...]


def inventory(formulas: Sequence[Formula], conclusions: Iterable[int] = ()) -> Inventory:
    """Collect the symbols of a problem and what is doubtful about them.

    Args:
        formulas: All formulas of the problem.
        conclusions: Which of them are conclusions; symbols that occur only there are reported.
    """
    uses: dict[tuple[Kind, str, int], list[int]] = {}
    free: dict[str, list[int]] = {}
    for number, formula in enumerate(formulas):
        for node in walk(formula):
            key = _key(node)
            if key is not None and (key not in uses or uses[key][-1] != number):
                uses.setdefault(key, []).append(number)
        for variable in free_variables(formula):
            free.setdefault(variable.name, []).append(number)
    fixed = {key: tuple(places) for key, places in uses.items()}
    findings = [
        *_clashes(fixed),
        *_near_duplicates(fixed),
        *(
            Finding("free_variable", (name,), tuple(places), f"the variable {name!r} is not bound")
            for name, places in free.items()
        ),
        *_only_in(fixed, set(conclusions)),
    ]
    return Inventory(fixed, tuple(sorted(findings, key=lambda finding: (finding.places, finding.kind, finding.names))))


def _key(node: object) -> tuple[Kind, str, int] | None:
    if isinstance(node, Predicate):
        return "predicate", node.name, len(node.arguments)
    if isinstance(node, Function):
        return "function", node.name, len(node.arguments)
    if isinstance(node, Constant):
        return "constant", node.name, 0
    return None


def _shown(key: tuple[Kind, str, int]) -> str:
    return key[1] if key[0] == "constant" else f"{key[1]}/{key[2]}"


def _union(
    uses: dict[tuple[Kind, str, int], tuple[int, ...]], keys: Iterable[tuple[Kind, str, int]]
) -> tuple[int, ...]:
    return tuple(sorted({place for key in keys for place in uses[key]}))


def _clashes(uses: dict[tuple[Kind, str, int], tuple[int, ...]]) -> list[Finding]:
    """One name with several arities, or as a predicate and as a term."""
    by_name: dict[str, list[tuple[Kind, str, int]]] = {}
    for key in uses:
        by_name.setdefault(key[1], []).append(key)
    found = []
    for name, keys in by_name.items():
        if len(keys) < 2:
            continue
        names, places = tuple(_shown(key) for key in keys), _union(uses, keys)
        if len({key[0] for key in keys}) > 1:
            what = " and as a ".join(sorted({key[0] for key in keys}))
            found.append(Finding("two_kinds", names, places, f"{name!r} is used as a {what}"))
        for kind in ("predicate", "function"):
            arities = sorted(key[2] for key in keys if key[0] == kind)
            if len(arities) > 1:
                listed = " and ".join(map(str, arities))
                message = f"the {kind} {name!r} is used with {listed} arguments"
                same = [key for key in keys if key[0] == kind]
                found.append(Finding("arity_clash", tuple(_shown(key) for key in same), _union(uses, same), message))
    return found


def _near_duplicates(uses: dict[tuple[Kind, str, int], tuple[int, ...]]) -> list[Finding]:
    found = []
    for group in _comparable(uses):
        for left, right in combinations(group, 2):
            reason = resemblance(left[1], right[1])
            if reason is not None:
                keys = (left, right)
                message = f"{left[1]!r} and {right[1]!r} {reason[1]}"
                found.append(Finding("near_duplicate", tuple(_shown(key) for key in keys), _union(uses, keys), message))
    return found


def _comparable(uses: dict[tuple[Kind, str, int], tuple[int, ...]]) -> list[list[tuple[Kind, str, int]]]:
    """Symbols that could be one: of the same kind and arity; very large groups are left out."""
    groups: dict[tuple[Kind, int], list[tuple[Kind, str, int]]] = {}
    for key in uses:
        groups.setdefault((key[0], key[2]), []).append(key)
    return [group for group in groups.values() if len(group) <= _MOST_COMPARED]


def _only_in(uses: dict[tuple[Kind, str, int], tuple[int, ...]], conclusions: set[int]) -> list[Finding]:
    if not conclusions:
        return []
    return [
        Finding("only_in_conclusion", (_shown(key),), places, f"the {key[0]} {_shown(key)!r} occurs in no premise")
        for key, places in uses.items()
        if conclusions.issuperset(places)
    ]


def fold_case(name: str) -> str:
    """A name without letter case, blanks, ``_``, ``-``, ``.`` and apostrophes."""
    return re.sub(r"[\s_.'’‘-]+", "", name).casefold()


def fold_number(name: str) -> str:
    """The folded name with the plural ending of its last word taken off."""
    words = _WORD.findall(name)
    folded = fold_case(name)
    last = words[-1].casefold() if words else folded
    return folded[: len(folded) - len(last)] + _singular(last) if folded.endswith(last) else _singular(folded)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def resemblance(left: str, right: str) -> tuple[Normalisation, str] | None:
    """In what two different names are nearly the same, or None."""
    if left == right:
        return None
    a, b = fold_case(left), fold_case(right)
    if not a or not b:
        return None
    if a == b:
        return "case", "differ in case or punctuation only"
    if fold_number(left) == fold_number(right):
        return "number", "differ in number only"
    if _one_edit(a, b) and not _opposite(a, b) and not _numbered(left, right):
        return "typo", "differ in one letter"
    return None


def _opposite(a: str, b: str) -> bool:
    """Whether one word is the other with a negating prefix: one edit apart and yet opposite."""
    short, long = sorted((a, b), key=len)
    return any(long == prefix + short for prefix in _OPPOSITES)


def _numbered(left: str, right: str) -> bool:
    """Whether two names differ in one very short word: ``tower-a`` and ``tower-b``, ``teamAWon`` and ``teamBWon``."""
    pairs = [(a, b) for a, b in zip(_WORD.findall(left), _WORD.findall(right), strict=False) if a != b]
    return len(pairs) == 1 and min(len(pairs[0][0]), len(pairs[0][1])) <= 2


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter inserted, deleted or changed, or two neighbours swapped, makes one name the other.

    Short names, digits, changed first letters and changed last letters do not count: ``tom`` and ``tim``, ``room1`` and
    ``room2``, ``legal`` and ``regal``, ``employer`` and ``employee`` are different things.
    """
    if min(len(a), len(b)) < _SHORTEST_TYPO or abs(len(a) - len(b)) > 1 or a[0] != b[0]:
        return False
    place = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) != len(b):
        short, long = sorted((a, b), key=len)
        return short[place:] == long[place + 1 :] and not long[place].isdigit()
    swapped = a[place : place + 2] == b[place : place + 2][::-1] and a[place + 2 :] == b[place + 2 :]
    changed = a[place + 1 :] == b[place + 1 :] and place + 1 < len(a)
    return (swapped or changed) and not (a[place].isdigit() or b[place].isdigit())


@dataclass(frozen=True, slots=True)
class Renaming:
    """Formulas after merging names, and what was renamed: (kind, name, arity) to the name that stands for it."""

    formulas: tuple[Formula, ...]
    names: dict[tuple[Kind, str, int], str]


def normalise(formulas: Sequence[Formula], level: Normalisation) -> Renaming:
    """Merge symbols of the same kind and arity whose names are nearly the same.

    The name that occurs in most formulas stays, the first one among equals. Names that differ by a negating prefix are
    never merged. ``typo`` merges greedily, and never two names that both occur in one formula.

    Args:
        formulas: All formulas of one problem.
        level: ``case``, ``number`` or ``typo``; each includes the ones before it.
    """
    uses = inventory(formulas).uses
    allowed = NORMALISATIONS[: NORMALISATIONS.index(level) + 1]
    names: dict[tuple[Kind, str, int], str] = {}
    for group in _comparable(uses):
        ranked = sorted(group, key=lambda key: (-len(uses[key]), uses[key][0]))
        kept: list[tuple[Kind, str, int]] = []
        for key in ranked:
            target = next((other for other in kept if _merges(key, other, allowed, uses)), None)
            if target is None:
                kept.append(key)
            else:
                names[key] = target[1]
    mapping: dict[tuple[str, str, int], str] = {(kind, name, arity): new for (kind, name, arity), new in names.items()}
    return Renaming(tuple(rename_symbols(formula, mapping) for formula in formulas), names)


def _merges(
    key: tuple[Kind, str, int],
    other: tuple[Kind, str, int],
    allowed: Sequence[Normalisation],
    uses: dict[tuple[Kind, str, int], tuple[int, ...]],
) -> bool:
    reason = resemblance(key[1], other[1])
    if reason is None or reason[0] not in allowed:
        return False
    return reason[0] != "typo" or not set(uses[key]) & set(uses[other])


def suspicious_constants(formulas: Sequence[Formula]) -> tuple[str, ...]:
    """Constants named like variables, such as ``x``: perhaps variables whose quantifier was forgotten."""
    names = {node.name for formula in formulas for node in walk(formula) if isinstance(node, Constant)}
    return tuple(sorted(name for name in names if re.fullmatch(r"[u-zU-Z][0-9]{0,2}'*", name)))


def bind_variables(formula: Formula, names: Iterable[str]) -> Formula:
    """Turn the constants of these names into free variables; `closure` then binds them."""
    wanted = set(names)

    def combine(node: object, below: list[object]) -> object:
        if isinstance(node, Constant) and node.name in wanted:
            return Variable(node.name)
        return rebuild(node, below)

    result: Formula = fold(formula, combine)  # type: ignore[assignment]
    return result
