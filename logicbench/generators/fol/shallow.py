"""Shallow solvers of fol: what can be guessed without minding quantifiers and directions. An audit bounds them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from logicbench.generators.fol.argument import Argument
from logicbench.generators.fol.evidence import symbols_of
from logicbench.generators.fol.sorts import PERSON
from logicbench.logic.fol.syntax import Formula, Function, Implies, Not, Predicate, walk
from logicbench.logic.fol.transform import signature

Solver = Callable[[Argument], str]


def _is_fact(formula: Formula) -> bool:
    return isinstance(formula.body if isinstance(formula, Not) else formula, Predicate)


def _predicates(formula: Formula) -> set[str]:
    return {name for name, _ in signature([formula]).predicates}


def _conclusion(argument: Argument) -> tuple[str, bool]:
    positive = not isinstance(argument.conclusion, Not)
    return min(_predicates(argument.conclusion)), positive


def _distance(argument: Argument, reached: set[str], positive: bool) -> int:
    """Return how many rules, whichever way they go, lead from the predicates to a rule that says this of the goal."""
    goal, _ = _conclusion(argument)
    rules = [premise for premise in argument.premises if not _is_fact(premise)]
    for steps in range(len(rules)):
        for rule in rules:
            if goal in _predicates(rule) and reached & _predicates(rule) and _says(rule, goal) == positive:
                return steps
        reached = reached | {
            name for rule in rules if reached & _predicates(rule) for name in _predicates(rule) if name != goal
        }
    return len(rules)


def _says(rule: Formula, goal: str) -> bool:
    """Whether the rule, read from left to right, affirms the goal."""
    denied = {node.body for node in walk(rule) if isinstance(node, Not)}
    return not any(isinstance(node, Predicate) and node.name == goal for node in denied)


def _by_links(argument: Argument) -> str:
    _, positive = _conclusion(argument)
    facts = {name for premise in argument.premises if _is_fact(premise) for name in _predicates(premise)}
    towards, against = _distance(argument, facts, True), _distance(argument, facts, False)
    if towards == against:
        return "UNKNOWN"
    return "TRUE" if (towards < against) == positive else "FALSE"


def _by_arrows(argument: Argument) -> str:
    """Follow implications from left to right, signs aside."""
    goal, positive = _conclusion(argument)
    reached = {name for premise in argument.premises if _is_fact(premise) for name in _predicates(premise)}
    arrows = [node for premise in argument.premises for node in walk(premise) if isinstance(node, Implies)]
    found: set[bool] = set()
    for _ in arrows:
        for arrow in arrows:
            if _predicates(arrow.left) & reached:
                if goal in _predicates(arrow.right):
                    found.add(_says(arrow.right, goal))
                else:
                    reached |= _predicates(arrow.right)
    if len(found) != 1:
        return "UNKNOWN"
    return "TRUE" if found == {positive} else "FALSE"


def _by_denials(argument: Argument) -> str:
    count = sum(isinstance(node, Not) for formula in argument.formulas for node in walk(formula))
    return "TRUE" if count % 2 == 0 else "FALSE"


ENTAIL: Mapping[str, Solver] = {
    "always-unknown": lambda argument: "UNKNOWN",
    "links": _by_links,
    "arrows": _by_arrows,
    "denials": _by_denials,
}


def _situation(argument: Argument, stated: bool, everything: bool = False) -> str:
    symbols = symbols_of(argument)
    facts: list[str] = []
    if everything:
        facts = [f"{name}({', '.join(row)})" for name, arity in symbols.predicates for row in symbols.rows(name, arity)]
    elif stated:
        facts = [
            f"{premise.name}({', '.join(str(part.label[0]) for part in premise.arguments)})"
            for premise in argument.premises
            if isinstance(premise, Predicate) and not any(isinstance(part, Function) for part in premise.arguments)
        ]
    facts += [f"{name}({one}) = {one}" for name in symbols.functions for one in symbols.individuals[PERSON]]
    return f"{symbols.opening}; true: {', '.join(facts) or 'none'}"


def _everything(argument: Argument) -> str:
    return f"TRUE; {', '.join(str(number) for number in range(1, len(argument.premises) + 1))}"


CERTIFY: Mapping[str, Solver] = {
    "all-premises": _everything,
    "facts-and-nothing": lambda argument: f"UNKNOWN; {_situation(argument, True)}; {_situation(argument, False)}",
}
COUNTERMODEL: Mapping[str, Solver] = {
    "nothing-true": lambda argument: _situation(argument, False),
    "only-facts": lambda argument: _situation(argument, True),
    "everything-true": lambda argument: _situation(argument, False, everything=True),
}
