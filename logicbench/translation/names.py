"""Merging the spelling variants of one name in a problem, as a declared normalisation.

Three steps, each of which may be asked for: letter case and separators, grammatical number, and one typing error in
names of five letters or more. Symbols are merged within their kind and arity only, never if their digits differ, and
the last step leaves the first letter alone, so that no negating prefix is swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from logicbench.logic.fol.syntax import Formula
from logicbench.logic.fol.transform import rename_symbols, signature

Merging: TypeAlias = Literal["none", "case", "number", "typo"]
MERGINGS: tuple[Merging, ...] = ("none", "case", "number", "typo")
SymbolKey: TypeAlias = tuple[str, str, int]
_TYPO_LENGTH = 5


def merge_names(formulas: Sequence[Formula], merging: Merging) -> tuple[list[Formula], dict[SymbolKey, str]]:
    """Rename variants of a name to the first of them.

    Args:
        formulas: All formulas of a problem.
        merging: The last step to take; each includes those before it.

    Returns:
        The formulas, and what was renamed: ``(kind, name, arity)`` -> new name.
    """
    if merging == "none":
        return list(formulas), {}
    mapping: dict[SymbolKey, str] = {}
    for symbols in _groups(formulas):
        mapping.update(_merge(symbols, merging))
    return [rename_symbols(formula, mapping) for formula in formulas], mapping


def _groups(formulas: Sequence[Formula]) -> Iterable[list[SymbolKey]]:
    symbols = signature(formulas)
    groups: dict[tuple[str, int], list[SymbolKey]] = {}
    for kind, found in (("predicate", symbols.predicates), ("function", symbols.functions)):
        for name, arity in found:
            groups.setdefault((kind, arity), []).append((kind, name, arity))
    groups["constant", 0] = [("constant", name, 0) for name in symbols.constants]
    return groups.values()


def _merge(symbols: Sequence[SymbolKey], merging: Merging) -> Mapping[SymbolKey, str]:
    first: dict[str, str] = {}
    mapping: dict[SymbolKey, str] = {}
    for symbol in symbols:
        key = name_key(symbol[1], number=merging != "case")
        if merging == "typo" and key not in first:
            key = next((other for other in first if one_typo(key, other)), key)
        name = first.setdefault(key, symbol[1])
        if name != symbol[1]:
            mapping[symbol] = name
    return mapping


def words(name: str) -> list[str]:
    """The words of a name, in lower case: of CamelCase, snake_case, hyphens and blanks; digits stand alone."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W_]", name)]


def name_key(name: str, number: bool = True) -> str:
    """The letters and digits of a name in lower case; with ``number``, every word in the singular."""
    if not number:
        return "".join(char for char in name.casefold() if char.isalnum()) or name
    return "".join(map(singular, words(name))) or name


def singular(word: str) -> str:
    """An English noun's singular (or a verb's plain form), by spelling only."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def one_typo(left: str, right: str) -> bool:
    """Whether two names differ by one letter inserted, left out, changed or swapped, but not the first one."""
    short, long = sorted((left, right), key=len)
    if len(short) < _TYPO_LENGTH or len(long) - len(short) > 1 or short[0] != long[0]:
        return False
    if re.sub(r"\D", "", short) != re.sub(r"\D", "", long):
        return False
    head = 0
    while head < len(short) and short[head] == long[head]:
        head += 1
    if len(short) < len(long):
        return short[head:] == long[head + 1 :]
    swapped = short[head + 1 : head + 2] + short[head : head + 1] == long[head : head + 2]
    return short[head + 1 :] == long[head + 1 :] or (swapped and short[head + 2 :] == long[head + 2 :])
