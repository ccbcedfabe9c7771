"""How much an argument takes a fixed reference method: the same measure whatever the answer is."""

from __future__ import annotations

from logicbench.generators.fol.argument import Argument
from logicbench.logic.fol.syntax import Exists, Forall, Formula, Function, fold, size, walk


def effort(argument: Argument) -> int:
    """Return the nodes of all ground formulas over the names and one witness for each ∃: what grounding has to write.

    A universal formula with nested quantifiers counts once for every choice of individuals. Twins, which are made of
    the same symbols, differ little in it, so that hardness does not tell the label.
    """
    witnesses = sum(isinstance(node, Exists) for formula in argument.formulas for node in walk(formula))
    individuals = max(1, len(argument.signature.constants) + witnesses)
    return sum(size(formula) * individuals ** quantifier_depth(formula) for formula in argument.formulas)


def quantifier_depth(formula: Formula) -> int:
    """Return the number of quantifiers nested in each other; a function counts as one more."""
    return fold(formula, lambda node, below: max(below, default=0) + isinstance(node, Forall | Exists | Function))
