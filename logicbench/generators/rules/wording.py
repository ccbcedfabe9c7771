"""The words around facts and rules: who there is, what follows in which world, and the numbered statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from logicbench.generators.nlsat.theories import Theory, spoken
from logicbench.generators.nlsat.wording import listing
from logicbench.generators.rules.notation import STYLES, Style, english, write_literal, write_sentence
from logicbench.generators.rules.words import literal
from logicbench.logic.english import Deed, Kind, Literal, Quality, Said
from logicbench.logic.english.inflect import third_person
from logicbench.logic.english.semantics import is_general
from logicbench.logic.english.syntax import Rule
from logicbench.seeding import Stream

SURFACES = ("english", "logic", "story")
"""Varied English, logical notation in one of three styles, or English inside one of three small stories."""


@dataclass(frozen=True, slots=True)
class View:
    """A theory shown in a surface.

    Attributes:
        text: Who there is, how the statements are meant, and the statements.
        nouns: What the statements are called: statements, notes, entries.
        claim: What the statement is called that is asked about.
        query: The statement that is asked about.
        say: Writes a fact or denial in the form that answers have.
    """

    text: str
    nouns: str
    claim: str
    query: str
    say: Callable[[Literal], str]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A small story: what the statements are and where."""

    nouns: str
    opening: str


_ENGLISH = (
    _Frame("statements", "The numbered statements below are facts and rules about {count} people, {names}."),
    _Frame("statements", "Here are facts and rules, numbered, about {count} people: {names}."),
    _Frame("statements", "This is about {count} people, {names}. Each numbered statement is a fact or a rule."),
)
_LOGIC = (
    _Frame("statements", "The numbered formulas below state facts and rules about {count} people, {names}."),
    _Frame("statements", "Here are facts and rules in logical notation, numbered, about {count} people: {names}."),
    _Frame("statements", "This is about {count} people, {names}. Each numbered formula states a fact or a rule."),
)
_STORIES = (
    _Frame(
        "notes",
        "A playwright keeps numbered notes on the {count} characters of a new play, {names}. Some notes state a fact "
        "about a character; the others are rules that hold in the world of the play.",
    ),
    _Frame(
        "entries",
        "The keeper of an old register has written down, in numbered entries, facts about the {count} residents of a "
        "remote island, {names}, and the rules by which life on the island goes.",
    ),
    _Frame(
        "clues",
        "For the annual mystery evening a host has invented {count} people, {names}. The guests receive numbered "
        "clues: facts about these people, and rules that connect such facts.",
    ),
)
_FRAMES = {"english": _ENGLISH, "logic": _LOGIC, "story": _STORIES}

_OPEN = (
    "All of the {nouns} are true. A rule says that its conclusion is true whenever all of its conditions are true, "
    "and says nothing more. What the {nouns} leave open may be true or false.",
    "Take all of the {nouns} to be true. A rule says only this: if all of its conditions are true, then its "
    "conclusion is true. Nothing is false just because it is not stated.",
    "The {nouns} are all true, but they do not tell everything: something that is not stated and does not follow need "
    "not be false. A rule says that if all of its conditions are true, then so is its conclusion, and nothing else.",
)
_CLOSED = (
    "The {nouns} are all true, and they are complete: something is true only if it is given as a fact or is the "
    "conclusion of a rule whose conditions all hold, and everything else is false. A condition with {not_} holds "
    "exactly if the thing that it denies is false in this sense.",
    "Take the {nouns} as all that there is to know. A thing is true if it is stated as a fact, or if some rule "
    "concludes it and all conditions of that rule hold; whatever does not become true in this way is false. "
    "Accordingly, a condition with {not_} holds if what it denies does not become true, and fails if it does.",
    "Everything that is true about these people is either one of the facts or follows from them by the rules, step by "
    "step; all the rest is false. In particular, a condition with {not_} holds exactly if what it denies is not a "
    "fact and does not follow by the rules.",
)
_GENERAL = (
    "A rule about someone, about everyone, or about all or every one of a kind holds for each of the {count} people; "
    "there is nobody else."
)
_NOTATION = {
    "arrow": 'A rule has the form conditions → conclusion; "∧" means and, "¬" means not.',
    "clause": "A rule has the form conclusion :- conditions, where a comma between conditions means and; names are "
    "written in lower case.",
    "words": "A rule has the form IF conditions THEN conclusion.",
}
_FOR_ALL = "A rule with X holds with any of the {count} people in place of X; there is nobody else."


def show(theory: Theory, closed: bool, surface: str, stream: Stream) -> View:
    """Show a theory in a surface; the template, the style and the wordings are drawn from the stream."""
    frame = stream.choice(_FRAMES[surface])
    style: Style | None = stream.choice(STYLES) if surface == "logic" else None
    names = [name.lower() if style == "clause" else name for name in theory.people]
    parts = [frame.opening.format(count=_COUNTS[len(names)], names=listing(names))]
    if style is not None:
        parts.append(_explain(theory, style))
    elif any(isinstance(sentence, Rule) and is_general(sentence) for sentence in theory.sentences):
        parts.append(_GENERAL.format(count=_COUNTS[len(names)]))
    not_ = {"arrow": '"¬"', "words": '"NOT"', "clause": '"not"'}.get(style or "", '"not" or "non-"')
    parts.append(stream.choice(_CLOSED if closed else _OPEN).format(nouns=frame.nouns, not_=not_))
    parts.append(_words(theory))
    if style is not None:
        lines = [write_sentence(sentence, style) for sentence in theory.sentences]
    else:
        lines = [theory.language.write(sentence, stream) for sentence in theory.sentences]
    numbered = "\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1))
    assert theory.query is not None
    claim = "claim" if surface == "story" else "statement"
    query = write_sentence(theory.query, style).rstrip(".") if style else theory.language.write(theory.query)
    return View(f"{' '.join(parts)}\n\n{numbered}", frame.nouns, claim, query, writer(theory, style))


def writer(theory: Theory, style: Style | None) -> Callable[[Literal], str]:
    """Return what writes a fact or denial as answers do."""
    if style is None:
        return lambda literal: english(literal, theory)
    return lambda literal: write_literal(literal, style)


_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


def _explain(theory: Theory, style: Style) -> str:
    someone = theory.people[0]
    shown, other = (name.lower() if style == "clause" else name for name in (someone, theory.people[-1]))
    kinds = [phrase for sentence in theory.sentences for _, phrase in spoken(sentence)]
    simple = next((phrase for phrase in kinds if not isinstance(phrase, Deed)), None)
    text = ""
    if simple is not None:
        said = _about(simple, someone)
        text = f"For example, {write_literal(said, style)} says that {english(said, theory)[:-1]}"
    deed = next((phrase for phrase in kinds if isinstance(phrase, Deed)), None)
    if deed is not None:
        verb = third_person(deed.verb)
        joint = f"{text}, and" if text else "For example,"
        text = f"{joint} {verb}({shown}, {other}) says that {someone} {verb} {theory.people[-1]}"
    text += f". {_NOTATION[style]}"
    if any(isinstance(sentence, Rule) and is_general(sentence) for sentence in theory.sentences):
        text += f" {_FOR_ALL.format(count=_COUNTS[len(theory.people)])}"
    return text


def _about(phrase: object, person: str) -> Literal:
    assert isinstance(phrase, Kind | Quality)
    return literal(Said(person, type(phrase)(phrase.noun if isinstance(phrase, Kind) else phrase.adjective)))


def _words(theory: Theory) -> str:
    phrases = [phrase for sentence in theory.sentences for _, phrase in spoken(sentence)]
    text = "The words are made up. " if theory.invented else ""
    text += (
        "Nothing follows from the meaning of the words themselves: a person can be any number of these things at once"
    )
    verbs = sorted({phrase.verb for phrase in phrases if isinstance(phrase, Deed)})
    if not verbs:
        return f"{text}, or none of them."
    return f"{text}, and can {listing(verbs, 'or')} any number of people, themselves included, or nobody."
