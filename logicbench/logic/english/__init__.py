"""English fragments: grammars that write logic as English and read it back.

- `grounded`: facts, rules and disjunctions about named people and things, RuleTaker's language and NLSat's clauses.
- `syllogistic`: All, No, Some and Not all, with and without ``non-``.
- `relative`: quantified sentences with relative clauses, and disjunctions about named people.
- `transitive`: the relative fragment with quantified objects and conjunction everywhere.

`FRAGMENTS` lists them by name. Each has `write` and `read`, which are inverse; `ground` gives a theory's clauses
over named individuals, `to_fol` a sentence's first-order formula, and `World.holds` its truth in a given world.
"""

from logicbench.logic.english.formulas import to_fol
from logicbench.logic.english.fragments import FRAGMENTS, Fragment, get_fragment
from logicbench.logic.english.lexicon import Lexicon, Vocabulary, lexicon
from logicbench.logic.english.semantics import Atom, Clause, Grounder, Grounding, Literal, ground, people, witnesses
from logicbench.logic.english.syntax import (
    Categorical,
    Claim,
    Deed,
    Every,
    Existential,
    Kind,
    Named,
    Phrase,
    Presence,
    Quality,
    Report,
    Rule,
    Said,
    Sentence,
    Some,
    Term,
    Universal,
    negate,
)
from logicbench.logic.english.worlds import World

__all__ = [
    "FRAGMENTS",
    "Atom",
    "Categorical",
    "Claim",
    "Clause",
    "Deed",
    "Every",
    "Existential",
    "Fragment",
    "Grounder",
    "Grounding",
    "Kind",
    "Lexicon",
    "Literal",
    "Named",
    "Phrase",
    "Presence",
    "Quality",
    "Report",
    "Rule",
    "Said",
    "Sentence",
    "Some",
    "Term",
    "Universal",
    "Vocabulary",
    "World",
    "get_fragment",
    "ground",
    "lexicon",
    "negate",
    "people",
    "to_fol",
    "witnesses",
]
