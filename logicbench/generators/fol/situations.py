"""Situations as answers: who there is and which facts are true; finite structures, written, read and checked.

people: Anna, Ben, 1; true: Baker(Anna), Admire(Anna, 1), mentor(Anna) = Ben
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from logicbench.answers import ReadError, unwrap
from logicbench.generators.fol.sorts import PERSON, SORTS
from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.transform import Signature

MAX_PEOPLE = 8
MAX_FACTS = 2_000

Value = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]
"""People, and the facts: (predicate, person, ...), (``=``, name, person), (``=``, function, person, person)."""

_KEY_PEOPLE = re.compile(r"(?:people|persons?|domain|individuals)\s{0,4}[:=]", re.IGNORECASE)
_KEYS = {
    sort: _KEY_PEOPLE if sort == PERSON else re.compile(rf"{named.one}s?\s{{0,4}}[:=]", re.IGNORECASE)
    for sort, named in SORTS.items()
}
_KEY_TRUE = re.compile(r"(?:true|facts?|true facts?|holds?)\s{0,4}[:=]", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9'-]{0,39})(?![A-Za-z0-9'-])")
_NONE = re.compile(r"(?:none|nothing|no facts?|∅|\{\s{0,4}\})(?![A-Za-z0-9])", re.IGNORECASE)
_AND = re.compile(r"and(?![A-Za-z0-9'-])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Symbols:
    """The symbols that a situation has to interpret."""

    predicates: tuple[tuple[str, int], ...]
    functions: tuple[str, ...]
    constants: tuple[str, ...]
    equality: bool
    sorts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The sorts that there are, with their constants; empty where all individuals are people. No functions then."""
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The sorts of what each predicate is said of; empty where there are no sorts."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other words for constants, which are read and never written, with the constants."""

    @classmethod
    def of(cls, found: Signature, equality: bool) -> Symbols:
        """Return the symbols of a signature without sorts."""
        return cls(found.predicates, tuple(name for name, _ in found.functions), found.constants, equality)

    @property
    def individuals(self) -> Mapping[str, tuple[str, ...]]:
        """The fewest individuals of each sort under different names: the constants, else a number."""
        if not self.sorts:
            return {PERSON: self.constants or ("1",)}
        bare = [sort for sort, names in self.sorts.items() if not names]
        return {sort: names or (str(1 + bare.index(sort)),) for sort, names in self.sorts.items()}

    @property
    def opening(self) -> str:
        """A situation with the fewest individuals, down to its facts."""
        return "; ".join(f"{SORTS[sort].many}: {', '.join(names)}" for sort, names in self.individuals.items())

    def rows(self, name: str, arity: int) -> Iterator[tuple[str, ...]]:
        """Yield what a predicate may be said of, among the fewest individuals."""
        who = self.individuals
        return product(*(who[sort] for sort in self.profiles.get(name, (PERSON,) * arity)))

    @property
    def propositional(self) -> bool:
        """Whether nobody is spoken of."""
        return not self.functions and not self.constants and all(arity == 0 for _, arity in self.predicates)


# --- writing ----------------------------------------------------------------------------------------------------------


def write(structure: Structure, symbols: Symbols) -> str:
    """Write a structure in the form that `reader` reads."""
    facts: list[str] = []
    if symbols.propositional:
        facts += [name for name, arity in symbols.predicates if structure.predicates.get((name, arity))]
        return f"true: {', '.join(facts) or 'none'}"
    names: dict[int, str] = {}
    for constant in symbols.constants:
        place = structure.constants[constant]
        if place in names:
            facts.append(f"{constant} = {names[place]}")
        names.setdefault(place, constant)
    for place in range(structure.size):
        names.setdefault(place, str(1 + sum(name.isdigit() for name in names.values())))
    for name, arity in symbols.predicates:
        for row in sorted(structure.predicates.get((name, arity), ())):
            facts.append(f"{name}({', '.join(names[place] for place in row)})" if row else name)
    for function in symbols.functions:
        for row, value in sorted(structure.functions[function, 1].items()):
            facts.append(f"{function}({names[row[0]]}) = {names[value]}")
    members = {sort: sorted(place for (place,) in structure.predicates[sort, 1]) for sort in symbols.sorts}
    who = "; ".join(
        f"{SORTS[sort].many}: {', '.join(names[place] for place in places)}"
        for sort, places in (members or {PERSON: list(range(structure.size))}).items()
    )
    return f"{who}; true: {', '.join(facts) or 'none'}"


def explain(symbols: Symbols) -> str:
    """Say in words how a situation is written, with an example that is no hint."""
    if symbols.propositional:
        return (
            'A situation is written as "true:" and the letters of the statements that are true in it, with commas, or '
            '"none"; every other statement is false. For example, if there were letters a, b and c: true: a, c'
        )
    if symbols.sorts:
        return _explain_sorts(symbols)
    parts = [
        'A situation is written as "people:" and everybody there is, then a semicolon, "true:", and all true facts, '
        f'with commas, or "none"; every other fact is false. There may be at most {MAX_PEOPLE} people; give those '
        "without a name numbers."
    ]
    if symbols.constants:
        parts.append("List every name among the people")
        parts[-1] += (
            ', unless two names belong to one person; then list one of the names and add a fact such as "Zed = Yan".'
            if symbols.equality or symbols.functions
            else "."
        )
    if symbols.functions:
        parts.append(
            f'Say for everybody who is their {symbols.functions[0]}, as in "{symbols.functions[0]}(Zed) = Yan".'
        )
    if any(arity == 0 for _, arity in symbols.predicates):
        parts.append("A letter that stands for a whole statement is a fact by itself, written without brackets.")
    parts.append("For example: people: Zed, Yan, 1; true: Happy(Zed), Knows(Zed, 1)")
    return " ".join(parts)


def _explain_sorts(symbols: Symbols) -> str:
    many = [SORTS[sort].many for sort in symbols.sorts]
    keys = ", then a semicolon, ".join(f'"{name}:" and all {name} there are' for name in many)
    text = (
        f'A situation is written as {keys}, then a semicolon, "true:", and all true facts, with commas, or "none"; '
        f"every other fact is false. There may be at most {MAX_PEOPLE} of them together, at least one of each kind; "
        "give those without a name numbers, each a different one. List every name."
    )
    shown = {"people": "Zed, 1", "places": "Yan", "things": "2"}
    fact = {"places": "Knows(Zed, Yan)", "things": "Knows(Zed, 2)"}.get(many[-1], "Knows(Zed, 1)")
    listed = "; ".join(f"{name}: {shown[name]}" for name in many)
    return f"{text} For example: {listed}; true: Happy(Zed), {fact}"


# --- reading ----------------------------------------------------------------------------------------------------------


def reader(symbols: Symbols, count: int = 1) -> Callable[[str], tuple[tuple[Value, ...], str]]:
    """Return a reader of so many situations, one after the other."""
    scanner = _Symbols(symbols)

    def read(span: str) -> tuple[tuple[Value, ...], str]:
        text = unwrap(span)
        found: list[Value] = []
        for _ in range(count):
            value, text = scanner.read(text.lstrip(" \t\r\n;,.|/"))
            found.append(value)
        return tuple(found), text

    return read


class _Symbols:
    """Reads one situation over known symbols; every step moves forward, so that the time is linear."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.arity = dict(symbols.predicates)
        self.predicates = _spellings([name for name, _ in symbols.predicates])
        self.functions = _spellings(symbols.functions)
        self.constants = {**_spellings_of(symbols.aliases), **_spellings(symbols.constants)}

    def read(self, text: str) -> tuple[Value, str]:
        people: dict[str, str] = {}
        if self.symbols.sorts:
            return self._read_sorted(text)
        key = _KEY_PEOPLE.match(text)
        position = 0
        if key is not None:
            people, position = self._people(text, key.end())
            position = _skip(text, position, ";,.\n")
        elif not self.symbols.propositional:
            raise ReadError("malformed", 'A situation begins with "people:".')
        key = _KEY_TRUE.match(text, position)
        if key is None:
            raise ReadError("malformed", 'A situation needs "true:" and the facts, or "none".')
        facts, position = self._facts(text, key.end(), people)
        return (tuple(sorted(people.values())), tuple(sorted(facts))), text[position:]

    def _read_sorted(self, text: str) -> tuple[Value, str]:
        """Read a list for each sort; what is in it becomes a fact of the sort's name."""
        people: dict[str, str] = {}
        facts: set[tuple[str, ...]] = set()
        read: set[str] = set()
        position = 0
        while (key := self._key(text, position)) is not None:
            sort, end = key
            if sort in read:
                raise ReadError("malformed", f'"{SORTS[sort].many}:" stands twice.')
            read.add(sort)
            found, position = self._people(text, end, people)
            facts |= {(sort, name) for name in found.values()}
            position = _skip(text, position, ";,.\n")
        if PERSON not in read:
            raise ReadError("malformed", 'A situation begins with "people:".')
        true = _KEY_TRUE.match(text, position)
        if true is None:
            raise ReadError("malformed", 'A situation needs "true:" and the facts, or "none".')
        told, position = self._facts(text, true.end(), people)
        return (tuple(sorted(people.values())), tuple(sorted(facts | told))), text[position:]

    def _key(self, text: str, position: int) -> tuple[str, int] | None:
        """Return the sort whose list begins here, and where its names do."""
        for sort in self.symbols.sorts:
            if (found := _KEYS[sort].match(text, position)) is not None:
                return sort, found.end()
        return None

    def _people(self, text: str, position: int, people: dict[str, str] | None = None) -> tuple[dict[str, str], int]:
        """Read names, which must not be among the people already; return all of the list."""
        people = {} if people is None else people
        listed: dict[str, str] = {}
        position = _skip(text, position, "{[")
        while (found := _NAME.match(text, position)) is not None and not (
            _KEY_TRUE.match(text, position) or self._key(text, position)
        ):
            person = self._own(found[0])
            name = person.lower()
            if name in people:
                raise ReadError("malformed", f"{found[0]} is listed twice.")
            people[name] = listed[name] = person
            if len(people) > MAX_PEOPLE:
                raise ReadError("length", f"There may be at most {MAX_PEOPLE} people.")
            position = _next(text, found.end())
            if position == found.end():
                break
        return listed, _skip(text, position, "}]")

    def _facts(self, text: str, position: int, people: dict[str, str]) -> tuple[set[tuple[str, ...]], int]:
        position = _skip(text, position, "{[")
        if (none := _NONE.match(text, position)) is not None:
            return set(), none.end()
        facts: set[tuple[str, ...]] = set()
        while (found := self._fact(text, position, people)) is not None:
            fact, end = found
            facts.add(fact)
            if len(facts) > MAX_FACTS:
                raise ReadError("length", "Too many facts are listed.")
            position = _next(text, end)
            if position == end:
                break
        if not facts:
            raise ReadError("malformed", "No fact could be read; write none if nothing is true.")
        return facts, _skip(text, position, "}]")

    def _fact(self, text: str, position: int, people: dict[str, str]) -> tuple[tuple[str, ...], int] | None:
        found = _NAME.match(text, position)
        if found is None or _KEY_PEOPLE.match(text, position):
            return None
        end = found.end()
        opening = re.compile(r"[ \t]{0,4}\(").match(text, end)
        arguments: list[str] = []
        if opening is not None:
            arguments, end = self._arguments(text, opening.end(), people)
        equals = re.compile(r"[ \t]{0,4}=[ \t]{0,4}").match(text, end)
        if equals is not None:
            value = _NAME.match(text, equals.end())
            if value is None:
                raise ReadError("malformed", "After = there must be a person.")
            return self._equation(found[0], arguments, self._person(value[0], people)), value.end()
        name = self.predicates.get(found[0], self.predicates.get(found[0].lower(), ""))
        if self.arity.get(name) == len(arguments):
            return (name, *arguments), end
        if opening is None:
            return None  # the answer has ended, and prose begins
        raise ReadError("malformed", f"{found[0]} is not a predicate of {len(arguments)} people.")

    def _arguments(self, text: str, position: int, people: dict[str, str]) -> tuple[list[str], int]:
        arguments: list[str] = []
        while True:
            position = _skip(text, position, "")
            found = _NAME.match(text, position)
            if found is None or len(arguments) == 4:
                raise ReadError("malformed", "Between brackets there must be people, with commas.")
            arguments.append(self._person(found[0], people))
            position = _skip(text, found.end(), "")
            sign = text[position : position + 1]
            position += 1
            if sign == ")":
                return arguments, position
            if sign != ",":
                raise ReadError("malformed", "Between brackets there must be people, with commas.")

    def _equation(self, name: str, arguments: list[str], value: str) -> tuple[str, ...]:
        constant = self.constants.get(name, self.constants.get(name.lower()))
        if not arguments and constant is not None:
            return ("=", constant, value)
        function = self.functions.get(name, self.functions.get(name.lower()))
        if len(arguments) == 1 and function is not None:
            return ("=", function, arguments[0], value)
        raise ReadError("malformed", f"{name} is neither a name nor somebody's relative.")

    def _person(self, name: str, people: dict[str, str]) -> str:
        person = self._own(name).lower()
        if person not in people:
            raise ReadError("range", f"{name} is not among the people listed.")
        return people[person]

    def _own(self, name: str) -> str:
        """Return the constant that a name stands for, or the name."""
        return self.constants.get(name, self.constants.get(name.lower(), name))


def _spellings(names: Sequence[str]) -> dict[str, str]:
    """Return what may be written for a name: itself, and in lower case where that is no other name."""
    lower = [name.lower() for name in names]
    folded = {one: name for one, name in zip(lower, names, strict=True) if lower.count(one) == 1}
    return {**folded, **{name: name for name in names}}


def _spellings_of(aliases: Mapping[str, str]) -> dict[str, str]:
    """Return what may be written for the other words of constants, with the constants."""
    return {spelling: aliases[word] for spelling, word in _spellings(tuple(aliases)).items()}


def _skip(text: str, position: int, signs: str) -> int:
    while position < len(text) and (text[position] in signs or text[position] in " \t\r\n"):
        position += 1
    return position


def _next(text: str, position: int) -> int:
    """Return the place after a separator, or the same place if there is none."""
    start = _skip(text, position, "")
    end = start + 1 if text[start : start + 1] in (",", ";") and start < len(text) else start
    end = _skip(text, end, "")
    joint = _AND.match(text, end)
    if joint is not None:
        return _skip(text, joint.end(), "")
    return end if end > start else position


# --- meaning ----------------------------------------------------------------------------------------------------------


def structure_of(value: Value, symbols: Symbols) -> Structure | str:
    """Return the structure that a situation describes, or one sentence that says what it leaves open."""
    people, facts = value
    places = {name: place for place, name in enumerate(people)}
    if symbols.propositional:
        places = {"": 0}
    if not places:
        return "There must be at least one person."
    constants = {name: places[name] for name in symbols.constants if name in places}
    functions: dict[tuple[str, int], dict[tuple[int, ...], int]] = {(name, 1): {} for name in symbols.functions}
    predicates: dict[tuple[str, int], set[tuple[int, ...]]] = {
        symbol: set() for symbol in (*symbols.predicates, *((sort, 1) for sort in symbols.sorts))
    }
    for fact in facts:
        if fact[0] != "=":
            predicates[fact[0], len(fact) - 1].add(tuple(places[name] for name in fact[1:]))
            continue
        name, *row, person = fact[1:]
        where = places[person]
        if row:
            told = functions[name, 1].setdefault((places[row[0]],), where)
        else:
            told = constants.setdefault(name, where)
        if told != where:
            return f"{name} is said to be two people."
    for constant in symbols.constants:
        if constant not in constants:
            return f"Nobody is {constant}." if not symbols.sorts else f"Nothing is {constant}."
    for sort, names in symbols.sorts.items():
        if not predicates[sort, 1]:
            return f"There must be at least one {SORTS[sort].one}."
        if strange := [name for name in names if (constants[name],) not in predicates[sort, 1]]:
            return f"{strange[0]} must be among the {SORTS[sort].many}."
    for (name, _), rows in functions.items():
        if missing := [one for one in product(range(len(people))) if one not in rows]:
            return f"Nobody is the {name} of {people[missing[0][0]]}."
    return Structure(
        len(places), constants, {symbol: frozenset(rows) for symbol, rows in predicates.items()}, functions
    )


def random_situation(symbols: Symbols, choose: Callable[[Sequence[bool]], bool]) -> str:
    """Return a random well-formed situation in which everybody is named, as text."""
    flip = (False, True)
    facts = [
        f"{name}({', '.join(row)})" if row else name
        for name, arity in symbols.predicates
        for row in symbols.rows(name, arity)
        if choose(flip)
    ]
    if symbols.propositional:
        return f"true: {', '.join(facts) or 'none'}"
    people = symbols.individuals[PERSON]
    facts += [f"{name}({one}) = {one}" for name in symbols.functions for one in people]
    return f"{symbols.opening}; true: {', '.join(facts) or 'none'}"
