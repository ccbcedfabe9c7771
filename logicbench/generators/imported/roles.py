"""Puzzles of truth-tellers and liars: everybody says something, and it is true exactly if they are a truth-teller.

A statement is ``["telling-truth", i]``, ``["lying", i]`` with the place of a person, or ``["not", s]``,
``["and", s, ...]``, ``["or", s, ...]``, ``["->", s, t]`` or ``["<=>", s, t]``, as reasoning-gym and Xie et al. (2024)
write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from logicbench.answers import ReadError, unwrap
from logicbench.errors import InputError
from logicbench.generators.cache import InstanceCache
from logicbench.problem import Verdict, Violation

MAX_PEOPLE = 12
MAX_NODES = 2_000
_ARITIES = {"not": (1, 1), "and": (1, MAX_NODES), "or": (1, MAX_NODES), "->": (2, 2), "<=>": (2, 2)}
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]{0,39}")

Roles = tuple[bool, ...]
"""For each person, whether they are a truth-teller."""


@dataclass(frozen=True)
class Puzzle:
    """Who there is, what they say, and what truth-tellers and liars are called."""

    names: tuple[str, ...]
    words: tuple[str, str]
    statements: tuple[Any, ...]

    def faults(self, roles: Roles) -> list[int]:
        """Return the places of those whose statement does not fit their role."""
        return [place for place, said in enumerate(self.statements) if _holds(said, roles) != roles[place]]

    @cached_property
    def solutions(self) -> tuple[Roles, ...]:
        """All choices of roles that fit the statements."""
        return tuple(roles for roles in product((True, False), repeat=len(self.names)) if not self.faults(roles))

    def write(self, roles: Roles) -> str:
        """Return an answer."""
        said = zip(self.names, roles, strict=True)
        return ", ".join(f"{name} is a {self.words[0] if true else self.words[1]}" for name, true in said)

    def check(self, roles: Roles) -> Verdict:
        """Judge an answer; no answer that is partly right earns anything."""
        key = "".join("1" if true else "0" for true in roles)
        wrong = tuple(
            Violation(
                "wrong-role",
                f"If so, what {self.names[place]} says is {'false' if roles[place] else 'true'}.",
                {"person": place + 1},
            )
            for place in self.faults(roles)
        )
        return Verdict("wrong", 0.0, key, wrong) if wrong else Verdict("correct", 1.0, key)


def _prepare(instance: Mapping[str, Any]) -> Puzzle:
    names, words, statements = (_listed(instance, name) for name in ("names", "words", "statements"))
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in (*names, *words)):
        raise InputError("a puzzle of roles needs the lists names, words and statements, and names of one word")
    if len({name.lower() for name in names}) < len(names) or len({*words}) != 2:
        raise InputError("a puzzle of roles needs different names, and two different words for the roles")
    if not 1 <= len(names) <= MAX_PEOPLE or len(statements) != len(names):
        raise InputError(f"a puzzle of roles needs 1 to {MAX_PEOPLE} people with one statement each")
    for said in statements:
        _check_statement(said, len(names))
    return Puzzle(tuple(names), (words[0], words[1]), tuple(statements))


def _listed(instance: Mapping[str, Any], field: str) -> list[Any]:
    value = instance.get(field)
    if not isinstance(value, list):
        raise InputError(f"a puzzle of roles needs the lists names, words and statements; {field!r} is none")
    return value


puzzle_of: InstanceCache[Puzzle] = InstanceCache(_prepare)
"""Returns the prepared puzzle of an instance."""


def _check_statement(statement: Any, people: int) -> None:
    todo, nodes = [(statement, 0)], 0
    while todo:
        said, depth = todo.pop()
        nodes += 1
        kind = said[0] if isinstance(said, list | tuple) and said and isinstance(said[0], str) else ""
        if kind in ("telling-truth", "lying"):
            right = len(said) == 2 and type(said[1]) is int and 0 <= said[1] < people
        else:
            low, high = _ARITIES.get(kind, (1, 0))
            right = low <= len(said) - 1 <= high if kind else False
            todo += [(part, depth + 1) for part in said[1:]] if right else []
        if not right or depth > 40 or nodes > MAX_NODES:
            raise InputError(f"this is no statement about {people} people: {str(said)[:80]}")


def _holds(said: Any, roles: Roles) -> bool:
    kind = said[0]
    if kind in ("telling-truth", "lying"):
        return roles[int(said[1])] if kind == "telling-truth" else not roles[int(said[1])]
    parts = [_holds(part, roles) for part in said[1:]]
    if kind == "not":
        return not parts[0]
    if kind == "and":
        return all(parts)
    if kind == "or":
        return any(parts)
    return parts[0] <= parts[1] if kind == "->" else parts[0] == parts[1]


def question(puzzle: Puzzle) -> str:
    """Say how to answer, without showing an answer."""
    *others, last = puzzle.names
    listed = f"{', '.join(others)} and {last}" if others else last
    forms = " or ".join(f'"NAME is a {word}"' for word in puzzle.words)
    return (
        'Finish with one line that starts with "Answer:" and then says of each of '
        f"{listed}, separated by commas, what they are, in the form {forms}."
    )


_GAP = re.compile(r"[ \t.}\"']{0,4}(?:[,;\n]|\band\b|&|\|)[ \t\n]{0,8}(?:and\b[ \t]{0,4})?", re.IGNORECASE)
_HEDGE = re.compile(r"[ \t]{0,4}(?:/|\bor\b)", re.IGNORECASE)


def read_roles(puzzle: Puzzle) -> Callable[[str], tuple[Roles, str]]:
    """Return a reader of a role for everybody: ``Ann is a knight, Ben is a knave``, ``Ann: knight``, or as JSON."""
    places = {name.lower(): place for place, name in enumerate(puzzle.names)}
    names = "|".join(sorted(map(re.escape, puzzle.names), key=lambda name: -len(name)))
    pair = re.compile(
        r"[ \t{\[(|]{0,8}(?:[-*•][ \t]{1,4}|\(?[0-9]{1,2}[.)][ \t]{1,4})?[\"']?"
        rf"(?P<name>{names})[\"']?[ \t]{{0,4}}(?:\bis\b|:|=|->|→|-|\|)[ \t]{{0,4}}[\"']?(?P<no>not[ \t]{{1,4}})?"
        rf"(?:(?:an?|the)[ \t]{{1,4}})?(?P<word>{'|'.join(map(re.escape, puzzle.words))})(?![A-Za-z'-])[\"']?",
        re.IGNORECASE,
    )
    honest = puzzle.words[0].lower()

    def read(span: str) -> tuple[Roles, str]:
        text = unwrap(span)
        found: dict[int, bool] = {}
        position = 0
        for _ in range(4 * len(puzzle.names)):
            match = pair.match(text, position)
            if match is None:
                break
            role = (match["word"].lower() == honest) != bool(match["no"])
            if found.setdefault(places[match["name"].lower()], role) != role:
                raise ReadError("conflict", f"{match['name']} is said to be both.")
            end = match.end()
            if _HEDGE.match(text, end):
                raise ReadError("conflict", f"Two roles are given for {match['name']}; give one.")
            gap = _GAP.match(text, end)
            position = end
            if gap is None or pair.match(text, gap.end()) is None:
                break
            position = gap.end()
        if not found:
            raise ReadError("malformed", f"The answer must say of each person what they are: {question(puzzle)}")
        missing = [name for place, name in enumerate(puzzle.names) if place not in found]
        if missing:
            raise ReadError("length", f"The answer does not say what {missing[0]} is.")
        return tuple(found[place] for place in range(len(puzzle.names))), text[position:]

    return read
