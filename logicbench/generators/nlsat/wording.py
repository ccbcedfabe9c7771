"""The words around the statements: who there is, how the statements are meant, and the statements themselves."""

from __future__ import annotations

from collections.abc import Sequence

from logicbench.generators.nlsat.theories import Theory, spoken
from logicbench.logic.english import Atom, Deed, Every, Existential, Presence, Sentence, Some, lexicon
from logicbench.logic.english.inflect import third_person
from logicbench.logic.english.semantics import is_general
from logicbench.logic.english.syntax import Rule
from logicbench.seeding import Stream

SURFACES = ("english", "plain")
"""Varied wordings, or the plainest wording of every statement."""

FINISH = 'Finish with one line that starts with "Answer:" and then gives'


def listing(words: Sequence[str], conjunction: str = "and") -> str:
    """Return words as a list: ``Anne, Bob and Carl``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def statements(theory: Theory, surface: str, stream: Stream) -> str:
    """Return the numbered statements."""
    wording = stream if surface == "english" else None
    write = theory.language.write
    return "\n".join(f"{place}. {write(sentence, wording)}" for place, sentence in enumerate(theory.sentences, 1))


def conventions(theory: Theory) -> str:
    """Say who there is and how the statements are to be taken: everything that a reader could ask."""
    parts = [_who(theory)]
    if theory.fragment == "syllogistic":
        parts.append(
            'Here "some", "someone" and "at least one" all mean one or more; "all", "every", "everyone", "no" and '
            '"nobody" leave it open whether there is anybody of the kind; and a non-baker is a person who is not a '
            'baker. "Not all bakers are judges" means that at least one baker is not a judge.'
        )
    else:
        parts.append(
            'Take "or" to include the case that several of the things it joins are true, and take a statement with '
            '"if" or "whenever" to say only that it does not happen that its condition is true and its conclusion '
            "false."
        )
    if theory.fragment in ("relative", "transitive"):
        parts.append(
            '"Every", "everyone", "anyone", "all", "no" and "nobody" leave it open whether there is anybody of the '
            'kind. "Every judge is not tall", say, means that no judge is tall, and so on for "everyone" and "anyone"; '
            "and a non-baker is a person who is not a baker."
        )
        parts += _quantities(theory)
    parts.append(_words(theory))
    return " ".join(parts)


def _quantities(theory: Theory) -> list[str]:
    """Say how ``some`` and ``every`` are meant where they can occur: after a verb, or where somebody exists."""
    objects = {
        type(phrase.object)
        for sentence in _all_sentences(theory)
        for _, phrase in spoken(sentence)
        if isinstance(phrase, Deed)
    }
    claimed = any(isinstance(sentence, Existential) for sentence in _all_sentences(theory))
    found = []
    if Some in objects or claimed:
        means = '"Some", "someone" and "at least one" mean one or more'
        found.append(f"{means}, not necessarily the same for everybody." if Some in objects else f"{means}.")
    if Every in objects:
        found.append(
            "That somebody does not admire every judge, say, means that there is at least one judge whom they do not "
            "admire."
        )
    return found


def _all_sentences(theory: Theory) -> tuple[Sentence, ...]:
    return theory.sentences if theory.query is None else (*theory.sentences, theory.query)


def _who(theory: Theory) -> str:
    things = any(isinstance(phrase, Presence) for sentence in theory.sentences for _, phrase in spoken(sentence))
    if theory.fragment == "syllogistic":
        return "The statements below are about a group of people. There is at least one person in the group."
    if not theory.people:
        return "The statements below say which things are in a room. Each thing either is there or is not."
    only = theory.fragment in ("relative", "transitive") or any(
        isinstance(sentence, Rule) and is_general(sentence) for sentence in theory.sentences
    )
    count = "one person" if len(theory.people) == 1 else f"{len(theory.people)} people"
    text = f"The statements below are about {count}, {listing(theory.people)}"
    text += ", and there is nobody else." if only else "."
    if things:
        text += " They also say which things are in a room: each thing either is there or is not."
    return text


def _words(theory: Theory) -> str:
    kinds = {type(phrase) for sentence in theory.sentences for _, phrase in spoken(sentence)}
    text = "The words are made up. " if theory.invented else ""
    if kinds == {Presence}:
        return f"{text}Apart from the statements, nothing follows from what the things are."
    text += "Apart from the statements, nothing follows from the meaning of the words: "
    text += "a person can be any number of these things at once, or none of them"
    if Deed in kinds:
        verbs = sorted(
            {phrase.verb for sentence in theory.sentences for _, phrase in spoken(sentence) if isinstance(phrase, Deed)}
        )
        themselves = ", themselves included," if theory.fragment in ("relative", "transitive") else ","
        text += f", and can {listing(verbs, 'or')} any number of people{themselves} or nobody"
    return text + "."


def fact_words(atom: Atom) -> str:
    """Return what an atom says of its first person: ``baker``, ``kind``, ``admires Anne``; of a thing, its name."""
    if len(atom.arguments) < 2:
        return atom.predicate
    return f"{third_person(atom.predicate)} {atom.arguments[1]}"


def sort_key(atom: Atom) -> tuple[int, str, tuple[str, ...]]:
    """Order what can be true of a person: roles, qualities, deeds."""
    form = lexicon().form(atom.predicate)
    rank = {"role": 0, "adjective": 1}.get(form.category if form else "", 2)
    return rank, atom.predicate, atom.arguments[1:]
