"""LogicalDeduction's sentences (BIG-bench, Srivastava et al. 2022) as constraints on the places of things.

Place 1 is the leftmost, the first to finish, the oldest and the cheapest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from logicbench.logic.fol.syntax import Comparison, ComparisonOperator, Constant, Equal, Formula, Not, Numeral
from logicbench.translation.items import split_sentences
from logicbench.translation.typed_programs import Option, TypedProgram

_INTRODUCTION = re.compile(r"^[^:]*: (?P<things>.+?)\.?$")
_ARTICLE = re.compile(r"^(?:the|an?) ", re.IGNORECASE)
_SENTENCE = re.compile(r"^(?P<subject>.+?) (?:is|are|was|were|finished) (?P<rest>.+?)\.?$")
_RELATIONS: Mapping[str, ComparisonOperator] = {
    "to the left of": "<",
    "to the right of": ">",
    "above": "<",
    "below": ">",
    "older than": "<",
    "newer than": ">",
    "cheaper than": "<",
    "less expensive than": "<",
    "more expensive than": ">",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_FROM_START = re.compile(
    r"^(?:the )?(?:(?P<number>\w+)[- ](?:from the left|oldest|cheapest)|leftmost|oldest|cheapest)$"
)
_FROM_END = re.compile(
    r"^(?:the )?(?:(?P<number>\w+)[- ](?:from the right|newest|most expensive|to-last)"
    r"|rightmost|newest|most expensive|last)$"
)


def deduction_program(context: str, options: Sequence[str]) -> TypedProgram | str:
    """The constraints and options of a puzzle; why not, if a sentence is of another form."""
    paragraph = context.strip().splitlines()[-1]
    introduction, *sentences = split_sentences(paragraph)
    match = _INTRODUCTION.match(introduction)
    if match is None:
        return "the first sentence does not list the things"
    things = [_thing(each) for each in re.split(r", and |, | and ", match["things"])]
    read = [(sentence, read_placement(sentence, things)) for sentence in (*sentences, *options)]
    formulas = [formula for _, formula in read if formula is not None]
    if len(formulas) < len(read):
        unread = next(sentence for sentence, formula in read if formula is None)
        return f"no constraint for the sentence {unread!r}"
    apart = [Not(Equal(Constant(a), Constant(b))) for a, b in combinations(things, 2)]
    constraints = (*apart, *formulas[: len(sentences)])
    asked = tuple(Option("valid", False, formula) for formula in formulas[len(sentences) :])
    places = tuple(range(1, len(things) + 1))
    return TypedProgram({}, {}, constraints, asked, dict.fromkeys(things, places))


def read_placement(sentence: str, things: Sequence[str]) -> Formula | None:
    """Read ``The owl is to the left of the robin``, ``Ana finished second-to-last``, ``The pears are the cheapest``."""
    match = _SENTENCE.match(sentence.strip())
    if match is None or (subject := _thing(match["subject"])) not in things:
        return None
    rest = match["rest"]
    for phrase, operator in _RELATIONS.items():
        if rest.startswith(f"{phrase} ") and (other := _thing(rest[len(phrase) + 1 :])) in things:
            return Comparison(operator, Constant(subject), Constant(other))
    place = _place(rest, len(things))
    return None if place is None else Equal(Constant(subject), Numeral.of(str(place)))


def _place(words: str, count: int) -> int | None:
    if words in _ORDINALS:
        return _ORDINALS.index(words) + 1
    for pattern, from_end in ((_FROM_START, False), (_FROM_END, True)):
        match = pattern.match(words)
        if match is not None and (match["number"] or "first") in _ORDINALS:
            rank = _ORDINALS.index(match["number"] or "first") + 1
            return count + 1 - rank if from_end else rank
    return None


def _thing(text: str) -> str:
    return _ARTICLE.sub("", text.strip().rstrip(".")).lower()
