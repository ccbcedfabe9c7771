"""Descriptions of a world as answers: how they are asked for, written, read and guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from logicbench.answers import ReadError
from logicbench.answers.readers import unwrap
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.nlsat.wording import fact_words, listing, sort_key
from logicbench.logic.english import Atom, World
from logicbench.logic.english.inflect import plural
from logicbench.seeding import Stream

MAX_PEOPLE = 64
"""Most people that an answer may invent for a syllogistic theory."""

Facts: TypeAlias = tuple[tuple[str, ...], tuple[Atom, ...]]
"""Everybody there is, and what is true, sorted."""

THINGS = "Things"
_NOTHING = {"", "nothing", "none", "nobody", "-", "empty", "no things", "nothing else"}


def world_of(facts: Facts) -> World:
    """Return the world that an answer describes."""
    return World(facts[0], frozenset(facts[1]))


def describe(theory: Theory) -> str:
    """Say how a description must look."""
    atoms = sorted(theory.atoms(), key=sort_key)
    if theory.fragment == "syllogistic":
        roles = ", ".join(atom.predicate for atom in atoms)
        return (
            "on the lines below it, the people of such a group, one line for each person: the word Person and a "
            "number, a colon, and all that the person is, separated by commas, or the word nothing; whatever you do "
            f"not write counts as false. Choose from: {roles}"
        )
    lines = []
    if theory.people:
        general = theory.fragment != "grounded"
        what = "all that is true of that person" if general else "all of the following that is true of that person"
        options = _options(theory, atoms)
        lines.append(
            f"one line for each of {listing(theory.people)} with the name, a colon, and {what}, separated by "
            f"commas, or the word nothing ({options})"
        )
    things = [atom.predicate for atom in atoms if not atom.arguments]
    if things:
        lines.append(
            f"one line that starts with {THINGS}, a colon, and then gives all things that are in the room, separated "
            f"by commas, or the word nothing (choose from: {', '.join(things)})"
        )
    return "on the lines below it, " + " and ".join(lines) + "; whatever you do not write counts as false"


def _options(theory: Theory, atoms: Sequence[Atom]) -> str:
    if theory.fragment == "grounded":
        return "; ".join(
            f"{name}: {', '.join(fact_words(atom) for atom in atoms if atom.arguments[:1] == (name,)) or 'nothing'}"
            for name in theory.people
        )
    words = dict.fromkeys(atom.predicate for atom in atoms if len(atom.arguments) == 1)
    verbs = dict.fromkeys(fact_words(atom).split()[0] for atom in atoms if len(atom.arguments) == 2)
    options = [*words, *(f"{verb} followed by a name" for verb in verbs)]
    return f"choose from: {', '.join(options)}"


def write(theory: Theory, facts: Facts) -> str:
    """Return a description in the form that is asked for."""
    individuals, true = facts
    names = theory.people or individuals
    shown = {name: name if theory.people else f"Person {place}" for place, name in enumerate(names, 1)}
    rows = [
        (shown[name], [fact_words(atom) for atom in sorted(true, key=sort_key) if atom.arguments[:1] == (name,)])
        for name in names
        if theory.people or theory.fragment == "syllogistic"
    ]
    if any(not atom.arguments for atom in theory.atoms()) and theory.fragment != "syllogistic":
        rows.append((THINGS, [atom.predicate for atom in sorted(true, key=sort_key) if not atom.arguments]))
    return "\n".join(f"{name}: {', '.join(words) or 'nothing'}" for name, words in rows)


def guess(theory: Theory, stream: Stream) -> Facts:
    """Return a random description."""
    if theory.fragment == "syllogistic":
        people = tuple(f"#{number}" for number in range(1, 2 + stream.below(6)))
        roles = [atom.predicate for atom in theory.atoms()]
        return people, tuple(Atom(role, (person,)) for person in people for role in roles if stream.bit())
    return theory.people, tuple(atom for atom in theory.atoms() if stream.bit())


def everything(theory: Theory) -> Facts:
    """Return the description in which everything is true."""
    if theory.fragment == "syllogistic":
        return ("#1",), tuple(Atom(atom.predicate, ("#1",)) for atom in theory.atoms())
    return theory.people, theory.atoms()


_DRESS = re.compile(r"[\"'\[\]{}()|]")
_ITEM_GAP = re.compile(r"[,;\n]|\band\b")
_LEAD = re.compile(r"(?:(?:is|are|also|a|an|the)\s{1,4}){1,4}")


def read_model(theory: Theory) -> Callable[[str], tuple[Facts, str]]:
    """Return a reader of descriptions: ``Name: this, that`` for everyone, on lines of their own or as JSON."""
    options = _vocabulary(theory)
    open_ended = theory.fragment == "syllogistic"
    heads = [r"(?:person|people|individual)[ \t#_]{0,4}[0-9]{1,3}"] if open_ended else [re.escape(n) for n in options]
    name = "|".join(heads)
    head = re.compile(
        rf"(?<![A-Za-z])({name})[ \t\"'*_]{{0,4}}(?::|=|->|\bis\b|\bare\b)|"
        rf"^[ \t]{{0,4}}\|?[ \t]{{0,4}}({name})[ \t]{{0,40}}\|",
        re.IGNORECASE | re.MULTILINE,
    )
    by_lower = {name.lower(): name for name in options}

    def read(span: str) -> tuple[Facts, str]:
        text = unwrap(span)
        found = list(head.finditer(text))
        if not found:
            raise ReadError(
                "malformed", "The answer must describe the world, one line for each person or for the things."
            )
        if text[: found[0].start()].strip(" \t\r\n-*|{[(\"'"):
            raise ReadError("malformed", "The description must follow the answer's first word at once.")
        true: set[Atom] = set()
        listed: dict[str, set[Atom]] = {}
        rest = ""
        for match, following in zip(found, [*found[1:], None], strict=True):
            body = text[match.end() : following.start() if following else len(text)]
            if following is None:
                body, _, rest = body.partition("\n")
            written = match[1] or match[2]
            name = f"#{_digits(written)}" if open_ended else by_lower[written.lower()]
            atoms = _read_items(body, options[""] if open_ended else options[name], name)
            if listed.setdefault(name, atoms) != atoms:
                raise ReadError("conflict", f"{written} is described twice, and differently.")
            true |= atoms
        missing = [] if open_ended else [name for name in options if name not in listed]
        if missing:
            raise ReadError("length", f"The description leaves out {missing[0]}.")
        if len(listed) > MAX_PEOPLE:
            raise ReadError("length", f"At most {MAX_PEOPLE} people may be described.")
        people = tuple(listed) if open_ended else theory.people
        return (tuple(sorted(people)) if open_ended else people, tuple(sorted(true))), rest

    return read


def _digits(text: str) -> int:
    return int("".join(char for char in text if char in "0123456789"))


def _vocabulary(theory: Theory) -> dict[str, Mapping[str, Atom]]:
    """Return, for every line of a description, what may stand in it and what that means."""
    if theory.fragment == "syllogistic":
        return {"": {word: atom for atom in theory.atoms() for word in (atom.predicate, plural(atom.predicate))}}
    options: dict[str, dict[str, Atom]] = {name: {} for name in theory.people}
    for atom in theory.atoms():
        if not atom.arguments:
            options.setdefault(THINGS, {})[atom.predicate] = atom
            continue
        row = options[atom.arguments[0]]
        row[fact_words(atom).lower()] = atom
        if len(atom.arguments) == 2:
            row[f"{atom.predicate} {atom.arguments[1]}".lower()] = atom
    return dict(options)


def _read_items(body: str, options: Mapping[str, Atom], name: str) -> set[Atom]:
    true: set[Atom] = set()
    false: set[Atom] = set()
    for piece in _ITEM_GAP.split(_DRESS.sub(" ", body)):
        item = " ".join(piece.lower().split()).strip(" .:*_")
        item = _LEAD.sub("", item, count=1) if _LEAD.match(item) else item
        if item in _NOTHING:
            continue
        denied = item.startswith(("not ", "does not ", "no "))
        if denied:
            item = _LEAD.sub("", item.removeprefix("does ").removeprefix("not ").removeprefix("no "), count=1)
        atom = options.get(item)
        if atom is None:
            raise ReadError("malformed", f"{item[:60]!r} is not among the things that can be true of {name}.")
        placed = Atom(atom.predicate, (name,)) if name.startswith("#") else atom
        (false if denied else true).add(placed)
    if true & false:
        raise ReadError("conflict", f"Something is both affirmed and denied of {name}.")
    return true
