"""Mend brackets: every place where one may have been lost or added is tried, and the readings are ranked.

A text whose brackets balance has one reading here, plus those that differ in the reach of quantifiers and connectives.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeAlias

from logicbench.logic.fol.elaborate import Conventions, Elaborator
from logicbench.logic.fol.infix import VARIANTS, Reader, Variant
from logicbench.logic.fol.notes import Note, ParseError
from logicbench.logic.fol.syntax import (
    And,
    Count,
    Equal,
    Exists,
    Forall,
    Formula,
    Implies,
    Not,
    Or,
    Predicate,
    Variable,
    Xor,
    fold,
    rebuild,
)
from logicbench.logic.fol.tokens import Token

_LARGEST_SEARCH = 600
"""Most tokens times unmatched brackets for which every place is tried; the work grows with the square of it."""

_MOST_EDITS = 6
"""Most brackets mended by search; more than that are mended from left to right."""

_BEAM = 24
_MOST_READ = 300


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading: the formula, the notes on it, and its cost (less is likelier)."""

    formula: Formula
    notes: list[Note]
    cost: float
    end: int
    """Where the formula ends and text that was left out begins."""


@dataclass(frozen=True, slots=True)
class _Edited:
    """A list of tokens with some brackets put in or left out, each edit with a note."""

    tokens: list[Token]
    notes: tuple[Note, ...]
    cost: float


def balanced_tokens(
    text: str,
    tokens: Sequence[Token],
    how: Conventions,
    search: bool,
    alternatives: int = 1,
) -> list[Candidate]:
    """Read tokens, mending their brackets where needed; the likeliest readings first, at least one.

    Raises:
        ParseError: no reading.
    """
    surplus = _first_surplus(tokens)
    missing = _missing(tokens)
    if surplus is None and not missing:
        whole = _Edited(list(tokens), (), 0.0)
        found = [_read(text, whole, how)]
        return _with_variants(text, found, [whole], how, alternatives) if alternatives > 1 else found
    if not search:
        return [_read(text, _greedy(tokens), how)]
    edits = [_greedy(tokens)]
    unmatched = _surplus(tokens) + missing
    if unmatched <= _MOST_EDITS and len(tokens) * unmatched <= _LARGEST_SEARCH:
        edits.extend(_edits(tokens))
    if alternatives == 1:
        return [_likeliest(text, edits, how)]
    best = _rank(text, edits, how, alternatives)
    return _with_variants(text, best, sorted(edits, key=lambda edited: edited.cost)[:2], how, alternatives)


def _with_variants(
    text: str, found: list[Candidate], edits: Sequence[_Edited], how: Conventions, wanted: int
) -> list[Candidate]:
    """Add the other readings of the same brackets behind those found."""
    best = {flatten(candidate.formula): candidate for candidate in found}
    for edited in edits:
        for variant in VARIANTS:
            try:
                candidate = _read(text, edited, how, variant)
            except ParseError:
                continue
            best.setdefault(flatten(candidate.formula), candidate)
    first, *others = best.values()
    return [first, *sorted(others, key=lambda candidate: candidate.cost)][:wanted]


def _rank(text: str, edits: Sequence[_Edited], how: Conventions, wanted: int) -> list[Candidate]:
    best: dict[Formula, Candidate] = {}
    error: ParseError | None = None
    for edited in sorted(edits, key=lambda edited: edited.cost)[:_MOST_READ]:
        # Reading only adds to the cost of the edits.
        if len(best) >= wanted and edited.cost >= sorted(found.cost for found in best.values())[wanted - 1]:
            break
        try:
            candidate = _read(text, edited, how)
        except ParseError as refused:
            error = error or refused
            continue
        key = flatten(candidate.formula)
        if key not in best or candidate.cost < best[key].cost:
            best[key] = candidate
    if not best:
        assert error is not None
        raise error
    return sorted(best.values(), key=lambda candidate: candidate.cost)[:wanted]


def _likeliest(text: str, edits: Sequence[_Edited], how: Conventions) -> Candidate:
    """Return what `_rank` puts first; a reading is given up once it is sure to be less likely than another."""
    tried: list[tuple[_Edited, Candidate | None]] = []
    best: list[Candidate] = []
    first = 0  # place of the first of the best among those tried
    error: ParseError | None = None
    for edited in sorted(edits, key=lambda edited: edited.cost)[:_MOST_READ]:
        if best and edited.cost >= best[0].cost:
            break
        try:
            candidate = _read_within(best[0].cost if best else math.inf, text, edited, how)
        except ParseError as refused:
            error = error or refused
            continue
        if candidate is not None and best and candidate.cost == best[0].cost:
            best.append(candidate)
        elif candidate is not None and (not best or candidate.cost < best[0].cost):
            best, first = [candidate], len(tried)
        tried.append((edited, candidate))
    if not best:
        assert error is not None
        raise error
    rivals: dict[Formula, Candidate] = {}
    for candidate in best:
        rivals.setdefault(flatten(candidate.formula), candidate)
    if len(rivals) > 1:  # the formula that was met first wins, even if it cost more then
        for edited, earlier in tried[:first]:
            with suppress(ParseError):
                found = rivals.get(flatten((earlier or _read(text, edited, how)).formula))
                if found is not None:
                    return found
    return best[0]


def flatten(formula: Formula) -> Formula:
    """Merge nested conjunctions and nested disjunctions, so that brackets without meaning make no difference."""

    def combine(node: object, below: list[Formula]) -> Formula:
        if isinstance(node, And | Or):
            parts: list[Formula] = []
            for child in below:
                parts.extend(child.operands if type(child) is type(node) else [child])
            return type(node)(tuple(parts))
        result: Formula = rebuild(node, below)
        return result

    return fold(formula, combine)


def _first_surplus(tokens: Sequence[Token]) -> int | None:
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth -= 1
            if depth < 0:
                return index
    return None


def _surplus(tokens: Sequence[Token]) -> int:
    """Return how many closing brackets close nothing."""
    depth = surplus = 0
    for token in tokens:
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            surplus += depth == 0
            depth = max(0, depth - 1)
    return surplus


def _missing(tokens: Sequence[Token]) -> int:
    depth = 0
    for token in tokens:
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth = max(0, depth - 1)
    return depth


def _greedy(tokens: Sequence[Token]) -> _Edited:
    """Leave out every closing bracket that closes nothing, and close what is open at the end; linear."""
    kept: list[Token] = []
    notes: list[Note] = []
    opened: list[str] = []
    for token in tokens[:-1]:
        if token.kind == "open":
            opened.append(token.value)
        elif token.kind == "close":
            if not opened:
                notes.append(_note("extra_close", token.position))
                continue
            opened.pop()
        kept.append(token)
    end = tokens[-1]
    for shape in reversed(opened):
        kept.append(Token("close", {"(": ")", "[": "]", "{": "}"}[shape], end.position, end.position))
        notes.append(_note("missing_close", end.position))
    return _Edited([*kept, end], tuple(notes), float(len(notes)))


_Step: TypeAlias = tuple[float, str, int, int]
"""An edit that is not made yet: its cost, the kind of its note, the index of the token that it leaves out or goes
before, and its position in the text.
"""


def _edits(tokens: Sequence[Token]) -> list[_Edited]:
    """Ways to balance the brackets, cheapest first: one bracket is mended at a time, the best few are kept."""
    beam = [_Edited(list(tokens), (), 0.0)]
    done: list[_Edited] = []
    for _ in range(_MOST_EDITS):
        following: dict[tuple[int, ...], tuple[float, _Edited, _Step]] = {}
        for edited in beam:
            surplus = _first_surplus(edited.tokens)
            if surplus is None and not _missing(edited.tokens):
                done.append(edited)
                continue
            # Edits that leave the same brackets at the same places are one.
            brackets = tuple(
                [_code(token.kind, token.position, token.end) for token in edited.tokens if _is_bracket(token)]
            )
            before = [0, *accumulate(map(_is_bracket, edited.tokens))]
            for step in _too_many(edited, surplus) if surplus is not None else _too_few(edited):
                cost, kind, index, position = step
                place, put = before[index], _PUT_IN.get(kind)
                if put is None:
                    key = brackets[:place] + brackets[place + 1 :]
                else:
                    key = brackets[:place] + (_code(put[0], position, position),) + brackets[place:]  # noqa: RUF005
                cost += edited.cost
                known = following.get(key)
                if known is None or cost < known[0]:
                    following[key] = cost, edited, step
        limit = _BEAM if len(following) > 4 * _BEAM else 4 * _BEAM
        chosen = sorted(following.values(), key=lambda found: found[0])[:limit]
        beam = [_made(edited, step) for _, edited, step in chosen]
        if not beam:
            break
    return done


_PUT_IN = {"missing_open": ("open", "("), "missing_close": ("close", ")")}
_MESSAGES = {
    "extra_close": "left out a closing bracket that closes nothing",
    "missing_close": "put in a closing bracket",
    "missing_open": "put in an opening bracket",
    "extra_open": "left out an opening bracket that is never closed",
}


_CLOSABLE = frozenset(("word", "string", "number", "truth", "close"))


def _is_bracket(token: Token) -> bool:
    return token.kind in ("open", "close")


def _code(kind: str, position: int, end: int) -> int:
    """Return a number for a bracket: no two begin at one place, but for those put in, which are 0 long."""
    return position * 4 + (end > position) * 2 + (kind == "open")


def _made(edited: _Edited, step: _Step) -> _Edited:
    cost, kind, index, position = step
    put, tokens = _PUT_IN.get(kind), edited.tokens
    if put is None:
        tokens = tokens[:index] + tokens[index + 1 :]
    else:
        tokens = [*tokens[:index], Token(*put, position, position), *tokens[index:]]
    return _Edited(tokens, (*edited.notes, _note(kind, position)), edited.cost + cost)


def _note(kind: str, position: int) -> Note:
    return Note(kind, position, _MESSAGES[kind])


def _too_many(edited: _Edited, surplus: int) -> Iterator[_Step]:
    """The closing bracket at ``surplus`` closes nothing: leave it or an earlier one out, or put an opening one in."""
    tokens = edited.tokens
    last = surplus
    for index in range(surplus, -1, -1):
        token = tokens[index]
        if token.kind == "close":
            cost = 1.0 if index == surplus else 1.6 if last == index + 1 else 2.2
            yield cost, "extra_close", index, token.position
    for index in range(surplus):
        if _starts_operand(tokens, index):
            yield 1.2 if index == 0 else 1.7, "missing_open", index, tokens[index].position
        elif _follows_name(tokens, index):
            yield 2.2, "missing_open", index, tokens[index].position


def _too_few(edited: _Edited) -> Iterator[_Step]:
    """A bracket is never closed: close it somewhere after it, or leave it out."""
    tokens = edited.tokens
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            opened.append(index)
        elif token.kind == "close" and opened:
            opened.pop()
    start = opened[0]
    for index in range(start + 2, len(tokens)):
        if tokens[index - 1].kind in _CLOSABLE:
            yield 1.0 if index == len(tokens) - 1 else 1.5, "missing_close", index, tokens[index - 1].end
    for index, token in enumerate(tokens):
        if (
            token.kind == "open"
            and token.value == "("
            and (index == 0 or tokens[index - 1].kind not in ("word", "string"))
        ):
            yield 1.9 if index in opened else 2.3, "extra_open", index, token.position


def _follows_name(tokens: Sequence[Token], index: int) -> bool:
    """Whether a term may begin here whose opening bracket was lost: ``Plant x)``."""
    return (
        index > 0
        and tokens[index].kind in ("word", "string", "number")
        and tokens[index - 1].kind == "word"
        and (index == 1 or tokens[index - 2].kind != "quantifier")
    )


def _starts_operand(tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if token.kind not in ("word", "string", "number", "truth", "not", "quantifier", "open"):
        return False
    if index == 0:
        return True
    before = tokens[index - 1]
    if before.kind in ("infix", "not"):
        return True
    if before.kind == "open":
        return index < 2 or tokens[index - 2].kind not in ("word", "string")
    return before.kind == "word" and index > 1 and tokens[index - 2].kind == "quantifier"


_COSTS = {
    "missing_operator": 3.0,
    "missing_comma": 3.0,
    "comma_conjunction": 3.0,
    "formula_in_term": 4.0,
    "missing_operand": 3.0,
    "missing_variable": 2.0,
    "empty_brackets": 2.0,
    "trailing_text": 4.0,
    "extra_comma": 1.5,
    "free_variable": 1.5,
    "space_in_name": 1.0,
    "variable_as_formula": 4.0,
    "variable_as_predicate": 3.0,
    "mixed_operators": 0.3,
    "wide_scope": 0.6,
}


_RARE = 0.8
"""The cost of a shape that hardly one in a hundred formulas that people write has."""


def _rare_shapes(node: Formula) -> int:
    """Return how many rare shapes a node makes with the formulas right below it.

    These are an implication in ∧, ∨ or ⊕, a universal condition, (∀x A) → B, and a ∧, ∨ or ⊕ of which the first part
    alone is negated: people write ¬(A ∧ B) or B ∧ ¬A rather than ¬A ∧ B.
    """
    parts = node.children
    if isinstance(node, Implies):
        return int(isinstance(parts[0], Forall))
    if not isinstance(node, And | Or | Xor):
        return 0
    negated = [isinstance(part, Not) and not isinstance(part.body, Equal) for part in parts]
    return sum(isinstance(part, Implies) for part in parts) + (negated[:1] == [True] and sum(negated) == 1)


def oddity(formula: Formula) -> float:
    """How unlike what people write a formula is: rare shapes, idle quantifiers, two arities."""
    total = 0.0
    arities: dict[str, set[int]] = {}

    def combine(node: Any, below: list[frozenset[str]]) -> frozenset[str]:
        nonlocal total
        total += _RARE * _rare_shapes(node)
        names: frozenset[str] = frozenset().union(*below)
        if isinstance(node, Variable):
            names = frozenset((node.name,))
        elif isinstance(node, Forall | Exists | Count):
            total += 1.5 * (node.variable.name not in names)
            names -= {node.variable.name}
        elif isinstance(node, Predicate):
            arities.setdefault(node.name, set()).add(len(node.arguments))
        return names

    fold(formula, combine)
    return total + 1.5 * sum(len(found) - 1 for found in arities.values())


def _read(text: str, edited: _Edited, how: Conventions, variant: Variant | None = None) -> Candidate:
    candidate = _read_within(math.inf, text, edited, how, variant)
    assert candidate is not None
    return candidate


class _TooCostly(Exception):
    """A reading costs more than it may."""


def _read_within(
    limit: float, text: str, edited: _Edited, how: Conventions, variant: Variant | None = None
) -> Candidate | None:
    """Return a reading, or None once it is sure to cost more than the limit."""
    spent = 0.0

    def spend(kind: str) -> None:
        nonlocal spent
        spent += _COSTS.get(kind, 0.0)
        if edited.cost + spent > limit:
            raise _TooCostly

    reader = Reader(text, edited.tokens, how.notation, variant, spend)
    try:
        raw = reader.read()
    except _TooCostly:
        return None
    elaborator = Elaborator(text, how)
    formula = elaborator.run(raw)
    notes = [*edited.notes, *reader.notes, *elaborator.notes]
    cost = edited.cost + sum(_COSTS.get(note.kind, 0.0) for note in notes)
    if variant is not None:
        cost += 1.0
    if cost > limit:
        return None
    if edited.notes:
        cost += oddity(formula)
    return Candidate(formula, notes, cost, reader.end)
