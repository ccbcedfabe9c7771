"""The words around premises and a conclusion, in the surfaces that `fol` and `skills` share."""

from __future__ import annotations

from dataclasses import dataclass

from logicbench.generators.fol.argument import Argument
from logicbench.generators.fol.sorts import SORTS
from logicbench.generators.fol.wording import sentence
from logicbench.generators.fol.words import Words
from logicbench.generators.nlsat.wording import listing
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.syntax import Exists, Forall, Function, walk
from logicbench.seeding import Stream

SURFACES = ("english", "symbols", "story")
"""English sentences, formulas, or English inside one of three small stories."""


@dataclass(frozen=True, slots=True)
class View:
    """An argument shown in a surface: the text down to the premises, what these are called, and the conclusion."""

    text: str
    nouns: str
    claim: str
    conclusion: str


_ENGLISH = (
    ("statements", "conclusion", "Here are some statements, numbered; take them to be true."),
    ("premises", "conclusion", "The following premises are given."),
    ("statements", "conclusion", "Take the numbered statements below to be true."),
)
_SYMBOLS = (
    ("formulas", "conclusion", "Here are some formulas of logic, numbered; take them to be true."),
    ("premises", "conclusion", "The following premises are given as formulas."),
    ("formulas", "conclusion", "Take the numbered formulas below to be true."),
)
_STORIES = (
    ("entries", "claim", "A traveller has kept a diary on a remote island, and all it says of the islanders is true."),
    ("lines", "claim", "In an old play the chorus, which never errs, describes the people of a city."),
    ("notes", "claim", "A detective has pinned up notes about the guests of a hotel; all are reliable."),
)  # fmt: skip
_FRAMES = {"english": _ENGLISH, "symbols": _SYMBOLS, "story": _STORIES}


def show(argument: Argument, surface: str, stream: Stream) -> View:
    """Show an argument; the frame is drawn from the stream."""
    nouns, claim, opening = stream.choice(_FRAMES[surface])
    symbolic = surface == "symbols"
    lines = [render(formula) if symbolic else sentence(formula, argument.words) for formula in argument.formulas]
    numbered = "\n".join(f"{number}. {line}" for number, line in enumerate(lines[:-1], 1))
    rules = _signs(argument) if symbolic else _readings(argument)
    return View(f"{opening} {' '.join(rules)}\n\n{numbered}", nouns, claim, lines[-1])


def _signs(argument: Argument) -> list[str]:
    found = ['"¬" means not, "∧" and, "∨" or (at least one of the two), "→" if-then, and "↔" if and only if.']
    if _quantifies(argument):
        found.append(
            '"∀x" means for every person x, and "∃x" for at least one person x; there is at least one person.'
            if not argument.used_sorts
            else '"∀x:Person" means for every person x, "∃x:Person" for at least one person x, and so on.'
        )
    found += _sorts(argument)
    if any(len(name) > 1 for name, _ in argument.signature.predicates):
        found.append("Nothing follows from the meaning of the words themselves.")
    return [*found, *_names(argument, "symbols")]


def _readings(argument: Argument) -> list[str]:
    found = [
        '"A or B" and "either A or B" are true if at least one of the two is true; "if A, then B" is false only if A '
        "is true and B is not."
    ]
    if _quantifies(argument):
        found.append(
            '"Someone" and "some" mean at least one person, not necessarily the same for everybody; "every baker is '
            'tall" is also true if nobody is a baker. There is at least one person.'
            if not argument.used_sorts
            else '"Someone" means at least one person, and "some baker" at least one baker, not necessarily the same '
            'for everybody; "every baker is tall" is also true if nobody is a baker.'
        )
    found += _sorts(argument)
    return [*found, "Nothing follows from the meaning of the words themselves.", *_names(argument, "names")]


def _sorts(argument: Argument) -> list[str]:
    """Say which sorts there are, that nothing is of two, and of which sort every name is."""
    used = [SORTS[sort] for sort in argument.used_sorts]
    if not used:
        return []
    kinds = listing([sort.many for sort in used])
    found = [f"There are {kinds}, at least one of each, and nothing is of two of these kinds."]
    for sort in argument.used_sorts:
        names = [name for name, own in sorted(argument.sorts.items()) if own == sort]
        if names:
            what = f"are {SORTS[sort].many}" if len(names) > 1 else f"is a {SORTS[sort].one}"
            found.append(f"{listing(names)} {what}.")
    return found


def _names(argument: Argument, what: str) -> list[str]:
    found = []
    if argument.equality or argument.signature.functions:
        found.append(f"Different {'constants' if what == 'symbols' else 'names'} may stand for the same person.")
    for name, _ in argument.signature.functions:
        word = argument.words.word(name)
        also = "" if what == "names" else f", written {name}(...)"
        found.append(f"Everybody has exactly one {word}{also}, who may be that very person.")
    return found


def _quantifies(argument: Argument) -> bool:
    return any(isinstance(node, Forall | Exists | Function) for formula in argument.formulas for node in walk(formula))


def glossary(argument: Argument, surface: str) -> str:
    """Say which symbols answers use for what; empty where the surface itself uses them."""
    if surface == "symbols":
        return ""
    words, symbols = argument.words, argument.signature
    parts = [gloss_line(words, name, arity) for name, arity in symbols.predicates]
    parts += [f"{name}(x): the {words.word(name)} of x" for name, _ in symbols.functions]
    parts += [f"{name}: {words.word(name)}" for name in symbols.constants if words.word(name) != name]
    return "Use these symbols:\n" + "\n".join(parts)


def _gloss(words: Words, name: str, arity: int) -> str:
    if arity == 0:
        return words.claim(name)
    return f"x {words.phrase(name, True, ['y'] * (arity - 1))}"


def gloss_line(words: Words, name: str, arity: int) -> str:
    """Return what a predicate means, as ``Admire(x, y): x admires y``."""
    variables = ("x", "y")[:arity]
    return f"{name}({', '.join(variables)}): {_gloss(words, name, arity)}" if arity else f"{name}: {words.claim(name)}"
