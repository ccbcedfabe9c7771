"""English for any formula of people, by patterns where English has short ones and with variables where it has not.

Every connective that is not at the top opens with a word of its own (both, either, if, it is not the case that), so
that a text has one reading.
"""

from __future__ import annotations

from typing import Any

from logicbench.errors import InputError
from logicbench.generators.fol.sorts import PERSON, SORTS
from logicbench.generators.fol.words import NOUNS, Words
from logicbench.logic.fol.syntax import (
    And,
    Constant,
    Equal,
    Exists,
    Forall,
    Formula,
    Function,
    Iff,
    Implies,
    Not,
    Or,
    Predicate,
    Term,
    Variable,
    walk,
)


def sentence(formula: Formula, words: Words) -> str:
    """Return a formula as an English sentence.

    Raises:
        InputError: If the formula has a symbol without a word, or a kind of node that is never generated.
    """
    text = _say(formula, words, top=True)
    return f"{text[0].upper()}{text[1:]}."


def _say(formula: Any, words: Words, top: bool = False) -> str:
    if _is_literal(formula):
        return _literal(formula, words)
    if isinstance(formula, Not):
        return f"it is not the case that {_say(formula.body, words)}"
    if isinstance(formula, And | Or):
        return _join(formula, words, top)
    if isinstance(formula, Implies):
        nested = "it is the case that " if isinstance(formula.left, Implies | Iff) else ""
        return f"if {nested}{_say(formula.left, words)}, then {_say(formula.right, words)}"
    if isinstance(formula, Iff):
        if top and _is_literal(formula.left) and _is_literal(formula.right):
            return f"{_say(formula.left, words)} if and only if {_say(formula.right, words)}"
        left, right = _say(formula.left, words), _say(formula.right, words)
        return f"these are both true or both false: that {left}, and that {right}"
    if isinstance(formula, Forall | Exists):
        return _quantified(formula, words, top)
    raise InputError(f"there is no English for {type(formula).__name__}")


def _is_literal(formula: Any) -> bool:
    atom = formula.body if isinstance(formula, Not) else formula
    return isinstance(atom, Predicate | Equal) or _object(formula) is not None


def _object(formula: Any) -> tuple[Predicate, Predicate] | None:
    """Return the kind and the deed of ``x admires some baker`` and ``x admires every baker``, in formulas."""
    if isinstance(formula, Forall) and isinstance(formula.body, Implies):
        kind, deed = formula.body.left, formula.body.right
    elif isinstance(formula, Exists) and isinstance(formula.body, And) and len(formula.body.operands) == 2:
        kind, deed = formula.body.operands
    else:
        return None
    variable = formula.variable
    if not isinstance(kind, Predicate) or not isinstance(deed, Predicate) or kind.arguments != (variable,):
        return None
    alone = len(deed.arguments) == 2 and deed.arguments[1] == variable
    return (kind, deed) if alone and variable not in walk(deed.arguments[0]) else None


def _literal(formula: Any, words: Words) -> str:
    found = _object(formula)
    if found is not None:
        return f"{term(found[1].arguments[0], words)} {_verb_phrase(formula, words)}"
    positive = not isinstance(formula, Not)
    atom = formula if positive else formula.body
    if isinstance(atom, Equal):
        same = "is the same person as" if positive else "is not the same person as"
        return f"{term(atom.left, words)} {same} {term(atom.right, words)}"
    if not atom.arguments:
        return words.claim(atom.name, positive)
    subject, *objects = (term(argument, words) for argument in atom.arguments)
    return f"{subject} {words.phrase(atom.name, positive, objects)}"


def term(node: Term, words: Words) -> str:
    """Return a term: a name, a variable, or ``the mentor of Ben``."""
    if isinstance(node, Function):
        return f"the {words.word(node.name)} of {term(node.arguments[0], words)}"
    if isinstance(node, Constant):
        return words.word(node.name)
    if isinstance(node, Variable):
        return node.name
    raise InputError(f"there is no English for {type(node).__name__}")


def _join(formula: And | Or, words: Words, top: bool) -> str:
    conjunctive = isinstance(formula, And)
    word, mark, more = ("and", "both", "and also") if conjunctive else ("or", "either", "or else")
    head, *rest = formula.operands
    tail = rest[0] if len(rest) == 1 else type(formula)(tuple(rest))
    if conjunctive and (_opens_wide(head) or _opens_wide(tail)):
        return f"these are both true: that {_say(head, words)}, and that {_say(tail, words)}"
    simple = [_is_literal(part) or (top and _is_short(part)) for part in (head, tail)]
    if all(simple):
        return f"{'' if top else f'{mark} '}{_say(head, words)} {word} {_say(tail, words)}"
    if top and all(plain or _is_flat(part, type(formula)) for part, plain in zip((head, tail), simple, strict=True)):
        return f"{_say(head, words, top=True)}, {more} {_say(tail, words, top=True)}"
    return f"{mark} {_say(head, words)}, {word} {_say(tail, words)}"


def _opens_wide(formula: Any) -> bool:
    """Whether a formula is said with an opening after which *and* could still belong to it."""
    if isinstance(formula, Forall | Exists):
        return not _is_literal(formula) and _short(formula) is None
    return isinstance(formula, Implies | Iff)


def _is_flat(formula: Any, kind: type[And] | type[Or]) -> bool:
    return isinstance(formula, kind) and all(map(_is_literal, formula.operands))


def _is_short(formula: Any) -> bool:
    """Whether a quantified formula is said without a variable."""
    return isinstance(formula, Forall | Exists) and _short(formula) is not None


def _short(formula: Forall | Exists) -> tuple[Any, ...] | None:
    """Return the one or two literals about the variable that a short pattern says."""
    name, body = formula.variable.name, formula.body
    parts: tuple[Any, ...] = (body,)
    if isinstance(formula, Forall) and isinstance(body, Implies):
        parts = (body.left, body.right)
    elif isinstance(formula, Exists) and isinstance(body, And) and len(body.operands) == 2:
        parts = body.operands
    if not all(_is_about(part, name) for part in parts):
        return None
    return parts


def _is_about(formula: Any, name: str) -> bool:
    """Whether a literal has the variable as its subject and nowhere else."""
    found = _object(formula)
    if found is not None:
        return found[1].arguments[0] == Variable(name)
    atom = formula.body if isinstance(formula, Not) else formula
    if not isinstance(atom, Predicate) or not atom.arguments or atom.arguments[0] != Variable(name):
        return False
    return not any(isinstance(node, Variable) for argument in atom.arguments[1:] for node in walk(argument))


def _quantified(formula: Forall | Exists, words: Words, top: bool) -> str:
    universal, sort = isinstance(formula, Forall), SORTS[formula.sort or PERSON]
    parts = _short(formula)
    if parts is None:
        opening = f"for every {sort.one} {formula.variable.name}," if universal else (
            f"there is a {sort.one} {formula.variable.name} such that"
        )  # fmt: skip
        return f"{opening} {_say(formula.body, words, top=top)}"
    first, last = parts[0], parts[-1]
    denied = universal and isinstance(last, Not)  # "everyone is not tall" has two readings, "no one is tall" has one
    phrase = _verb_phrase(last.body if denied else last, words)
    everyone = sort.no if denied else sort.every
    if len(parts) == 1:
        return f"{everyone if universal else sort.some} {phrase}"
    if isinstance(first, Predicate) and words.category(first.name) in NOUNS:
        return f"{('no' if denied else 'every') if universal else 'some'} {words.word(first.name)} {phrase}"
    start = _verb_phrase(first, words)
    return f"{everyone} {sort.who} {start} {phrase}" if universal else f"{sort.some} {start} and {phrase}"


def _verb_phrase(literal: Any, words: Words) -> str:
    found = _object(literal)
    if found is not None:
        kind, deed = found
        each = "every" if isinstance(literal, Forall) else "some"
        sort = SORTS[literal.sort or PERSON]
        noun = words.category(kind.name) in NOUNS
        whom = f"{each} {words.word(kind.name)}" if noun else f"{each} {sort.one} {sort.who} {words.phrase(kind.name)}"
        return words.phrase(deed.name, True, [whom])
    positive = not isinstance(literal, Not)
    atom = literal if positive else literal.body
    return words.phrase(atom.name, positive, [term(argument, words) for argument in atom.arguments[1:]])
