"""The symbols of a whole problem: what is used in two ways, what is nearly the same.

Nothing here changes a formula; `logicbench.logic.fol.normalise` does when asked, and says what it changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from logicbench.logic.fol.spelling import Likeness, likeness
from logicbench.logic.fol.syntax import Constant, Formula, Function, Predicate, Variable, fold, rebuild, walk
from logicbench.logic.fol.transform import SymbolKey, free_variables

_MOST_COMPARED = 2000
_REASONS: dict[Likeness, str] = {
    "case": "differ in case or punctuation only",
    "number": "differ in number only",
    "words": "differ in small words, abbreviations or tense only",
    "typo": "differ in one letter",
    "initials": "are an acronym and its words",
}


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

    uses: dict[SymbolKey, tuple[int, ...]]
    findings: tuple[Finding, ...]


def inventory(formulas: Sequence[Formula], conclusions: Iterable[int] = ()) -> Inventory:
    """Collect the symbols of a problem and what is doubtful about them.

    Args:
        formulas: All formulas of the problem.
        conclusions: Which of them are conclusions; symbols that occur only there are reported.
    """
    uses: dict[SymbolKey, list[int]] = {}
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


def _key(node: object) -> SymbolKey | None:
    if isinstance(node, Predicate):
        return "predicate", node.name, len(node.arguments)
    if isinstance(node, Function):
        return "function", node.name, len(node.arguments)
    if isinstance(node, Constant):
        return "constant", node.name, 0
    return None


def _shown(key: SymbolKey) -> str:
    return key[1] if key[0] == "constant" else f"{key[1]}/{key[2]}"


def _union(uses: dict[SymbolKey, tuple[int, ...]], keys: Iterable[SymbolKey]) -> tuple[int, ...]:
    return tuple(sorted({place for key in keys for place in uses[key]}))


def _clashes(uses: dict[SymbolKey, tuple[int, ...]]) -> list[Finding]:
    """One name with several arities, or as a predicate and as a term."""
    by_name: dict[str, list[SymbolKey]] = {}
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


def _near_duplicates(uses: dict[SymbolKey, tuple[int, ...]]) -> list[Finding]:
    found = []
    for group in same_kind(uses):
        for left, right in combinations(group, 2):
            found_in = likeness(left[1], right[1], left[0], left[2])
            if found_in is not None:
                keys = (left, right)
                message = f"{left[1]!r} and {right[1]!r} {_REASONS[found_in]}"
                found.append(Finding("near_duplicate", tuple(_shown(key) for key in keys), _union(uses, keys), message))
    return found


def same_kind(uses: dict[SymbolKey, tuple[int, ...]]) -> list[list[SymbolKey]]:
    """Symbols that could be one: of the same kind and arity; very large groups are left out."""
    groups: dict[tuple[str, int], list[SymbolKey]] = {}
    for key in uses:
        groups.setdefault((key[0], key[2]), []).append(key)
    return [group for group in groups.values() if len(group) <= _MOST_COMPARED]


def _only_in(uses: dict[SymbolKey, tuple[int, ...]], conclusions: set[int]) -> list[Finding]:
    if not conclusions:
        return []
    return [
        Finding("only_in_conclusion", (_shown(key),), places, f"the {key[0]} {_shown(key)!r} occurs in no premise")
        for key, places in uses.items()
        if conclusions.issuperset(places)
    ]


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
