"""Normalising the formulas of a whole problem, step by step, with a record of every change.

The first steps merge names that are nearly the same (`spelling`). Two more are about structure: a predicate that spells
out its object, ``HaveACar(x)`` beside ``Have(x, car)``; and a variable that nothing binds, which people leave behind
where they copy a rule and fill in a name everywhere but in one place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from logicbench.logic.fol.spelling import LIKENESSES, Likeness, likeness, object_words
from logicbench.logic.fol.symbols import bind_variables, inventory, same_kind, suspicious_constants
from logicbench.logic.fol.syntax import Constant, Exists, Forall, Formula, Predicate, Variable, fold, rebuild, walk
from logicbench.logic.fol.transform import SymbolKey, free_variables, rename_symbols, substitute

Normalisation: TypeAlias = Literal["none", "case", "number", "words", "typo", "initials", "objects", "variables"]
NORMALISATIONS: tuple[Normalisation, ...] = ("none", *LIKENESSES, "objects", "variables")
"""Steps; each includes the ones before it."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """Formulas after normalisation, and all that was changed.

    Attributes:
        formulas: The formulas, in their order.
        names: ``(kind, name, arity)`` -> the name that stands for it.
        objects: Predicate ``(name, arity)`` that spells out its object -> the predicate and the constant it is.
        variables: ``(number of the formula from 0, variable)`` -> ``forall``, ``exists``, or the constant it stands for
            with ``=`` in front.
    """

    formulas: tuple[Formula, ...]
    names: Mapping[SymbolKey, str] = field(default_factory=dict)
    objects: Mapping[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    variables: Mapping[tuple[int, str], str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The changes as JSON values."""
        return {
            "names": [[*key, name] for key, name in sorted(self.names.items())],
            "objects": [[*key, *found] for key, found in sorted(self.objects.items())],
            "variables": [[*key, found] for key, found in sorted(self.variables.items())],
        }


def normalise(formulas: Sequence[Formula], level: Normalisation) -> Normalised:
    """Apply the steps up to a level to all formulas of one problem.

    Args:
        formulas: The formulas, read with unbound variables as constants.
        level: One of `NORMALISATIONS`.
    """
    steps = NORMALISATIONS[: NORMALISATIONS.index(level) + 1]
    variables: dict[tuple[int, str], str] = {}
    if "variables" in steps:
        formulas, variables = bind_free(formulas)
    names = _merged(formulas, [step for step in LIKENESSES if step in steps])
    formulas = [rename_symbols(formula, names) for formula in formulas] if names else formulas
    objects: dict[tuple[str, int], tuple[str, str]] = {}
    if "objects" in steps:
        formulas, objects = _unfold(formulas)
    return Normalised(tuple(formulas), names, objects, variables)


def _merged(formulas: Sequence[Formula], allowed: Sequence[Likeness]) -> dict[SymbolKey, str]:
    """What becomes of names that are nearly the same as others of their kind and arity.

    The name that occurs in most formulas stays, the first one among equals. Two names that become it by the same step
    must be alike too: ``Interested`` and ``Interesting`` are not, though both are like ``Interest``.
    """
    uses = inventory(formulas).uses
    names: dict[SymbolKey, str] = {}
    for group in same_kind(uses) if allowed else ():
        clusters: list[list[tuple[SymbolKey, Likeness | None]]] = []
        for key in sorted(group, key=lambda key: (-len(uses[key]), uses[key][0])):
            home, step = next(
                ((one, step) for one in clusters if (step := _joins(key, one, allowed, uses))), (None, None)
            )
            if home is None:
                clusters.append([(key, None)])
            else:
                home.append((key, step))
                names[key] = home[0][0][1]
    return names


def _joins(
    key: SymbolKey,
    cluster: Sequence[tuple[SymbolKey, Likeness | None]],
    allowed: Sequence[Likeness],
    uses: Mapping[SymbolKey, tuple[int, ...]],
) -> Likeness | None:
    """The step by which a name becomes the first of a cluster; None if it does not."""
    kind, name, arity = key
    first = cluster[0][0]
    found = likeness(name, first[1], kind, arity)
    if found is None or found not in allowed:
        return None
    if found in ("typo", "initials") and set(uses[key]) & set(uses[first]):
        return None  # whoever writes both in one formula means two things
    rivals = (other[1] for other, step in cluster[1:] if step == found)
    return found if all(likeness(name, other, kind, arity) for other in rivals) else None


def _unfold(formulas: Sequence[Formula]) -> tuple[list[Formula], dict[tuple[str, int], tuple[str, str]]]:
    """Write ``HaveACar(x)`` as ``Have(x, car)`` where the problem has both, and in one way only."""
    uses = inventory(formulas).uses
    constants = {key[1]: object_words(key[1], "constant") for key in uses if key[0] == "constant"}
    spelled: dict[tuple[tuple[str, ...], int], list[tuple[str, str]]] = {}
    for kind, name, arity in uses:
        if kind == "predicate" and arity > 1:
            for constant, words in constants.items():
                if words:
                    key = (*object_words(name, "predicate"), *words), arity - 1
                    spelled.setdefault(key, []).append((name, constant))
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for kind, name, arity in uses:
        ways = spelled.get((object_words(name, "predicate"), arity), []) if kind == "predicate" else []
        if len(ways) == 1:
            found[name, arity] = ways[0]

    def combine(node: Any, below: list[Any]) -> Any:
        if isinstance(node, Predicate) and (way := found.get((node.name, len(below)))):
            return Predicate(way[0], (*below, Constant(way[1])))
        return rebuild(node, below)

    return [fold(formula, combine) for formula in formulas] if found else list(formulas), found


def bind_free(formulas: Sequence[Formula]) -> tuple[list[Formula], dict[tuple[int, str], str]]:
    """Give every variable that nothing binds a meaning; return the formulas and `Normalised.variables`.

    It stands for the one individual that the formula is about, if all its other atoms begin with one constant and it
    too begins atoms only. Else it is bound in front: by ∃ if the formula begins with ∃, and by ∀ otherwise.
    """
    result: list[Formula] = []
    found: dict[tuple[int, str], str] = {}
    for number, formula in enumerate(formulas):
        opened = bind_variables(formula, suspicious_constants([formula]))
        free = free_variables(opened)
        subject = _subject(opened, free[0]) if len(free) == 1 else None
        if subject is not None:
            result.append(substitute(opened, {free[0]: subject}))
            found[number, free[0].name] = f"={subject.name}"
            continue
        kind = Exists if isinstance(opened, Exists) else Forall
        for variable in reversed(free):
            found[number, variable.name] = kind.__name__.lower()
            opened = kind(variable, opened)
        result.append(opened)
    return result, found


def _subject(formula: Formula, variable: Variable) -> Constant | None:
    """The one constant that begins atoms of a formula, where a variable stands at the beginning of atoms only."""
    firsts: set[Constant] = set()
    for node in walk(formula):
        if isinstance(node, Predicate):
            if variable in node.arguments[1:]:
                return None
            if node.arguments and isinstance(node.arguments[0], Constant):
                firsts.add(node.arguments[0])
    return firsts.pop() if len(firsts) == 1 else None
