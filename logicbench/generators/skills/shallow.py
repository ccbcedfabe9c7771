"""Shallow solvers of skills: guesses from what conclusion and premises share. An audit bounds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logicbench.generators.fol import evidence
from logicbench.generators.fol.argument import Argument
from logicbench.generators.skills.twins import repetitions
from logicbench.logic.fol.syntax import Formula, Not, Predicate, fold, walk
from logicbench.logic.fol.transform import signature

Solver = Callable[[Argument], str]


def _letters(formula: Formula) -> set[str]:
    return {name for name, _ in signature([formula]).predicates}


def _signs(formula: Formula) -> set[tuple[str, bool]]:
    """Return the letters with the parity of the negations above them."""

    def combine(node: object, below: list[set[tuple[str, bool]]]) -> set[tuple[str, bool]]:
        if isinstance(node, Predicate):
            return {(node.name, True)}
        found = {one for part in below for one in part}
        return {(name, not sign) for name, sign in found} if isinstance(node, Not) else found

    return fold(formula, combine)


def _by_signs(argument: Argument) -> str:
    """VALID if every letter of the conclusion has its sign in some premise."""
    given = {one for premise in argument.premises for one in _signs(premise)}
    return "VALID" if _signs(argument.conclusion) <= given else "INVALID"


def _by_overlap(argument: Argument) -> str:
    """VALID if two premises or more share a letter with the conclusion."""
    letters = _letters(argument.conclusion)
    sharing = sum(bool(_letters(premise) & letters) for premise in argument.premises)
    return "VALID" if sharing >= 2 else "INVALID"


def _by_size(argument: Argument) -> str:
    """VALID if the conclusion is no longer than the longest premise."""
    sizes = [sum(1 for _ in walk(premise)) for premise in argument.premises]
    return "VALID" if sum(1 for _ in walk(argument.conclusion)) <= max(sizes) else "INVALID"


def _by_denials(argument: Argument) -> str:
    """VALID if the number of negations is even."""
    count = sum(isinstance(node, Not) for formula in argument.formulas for node in walk(formula))
    return "VALID" if count % 2 == 0 else "INVALID"


def _by_repetition(argument: Argument) -> str:
    """INVALID if a connective joins something with itself."""
    return "INVALID" if repetitions(argument.formulas) else "VALID"


JUDGE: Mapping[str, Solver] = {
    "always-valid": lambda argument: "VALID",
    "signs": _by_signs,
    "overlap": _by_overlap,
    "size": _by_size,
    "denials": _by_denials,
    "repetition": _by_repetition,
}


def _everything(argument: Argument) -> str:
    return f"VALID; {', '.join(str(number) for number in range(1, len(argument.premises) + 1))}"


def _nothing_true(argument: Argument) -> str:
    symbols = evidence.symbols_of(argument)
    people = "" if symbols.propositional else f"people: {', '.join(symbols.constants or ('1',))}; "
    return f"INVALID; {people}true: none"


CERTIFY: Mapping[str, Solver] = {"all-premises": _everything, "nothing-true": _nothing_true}
