"""Drawing random theories of each fragment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from logicbench.errors import GenerationError
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.theories import Theory, is_sound
from logicbench.generators.nlsat.transitions import statements_at_transition
from logicbench.generators.sat.sampling import uniform_clauses
from logicbench.generators.sat.structured import structured
from logicbench.logic.cnf import Clause
from logicbench.logic.english import (
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
    Rule,
    Said,
    Sentence,
    Some,
    Term,
    Universal,
    Vocabulary,
    negate,
)
from logicbench.logic.english.syntax import QUANTITIES, Object, Statement
from logicbench.seeding import Stream


def draw(knobs: NlsatKnobs, stream: Stream, factor: float = 1.0) -> Theory:
    """Draw one theory, consistent or not.

    Args:
        knobs: The settings.
        stream: Randomness.
        factor: Multiplies the default number of statements (not one that the knobs give).

    Raises:
        GenerationError: If there are not enough different statements.
    """
    if knobs.fragment == "grounded":
        return grounded_theory(grounded_clauses(knobs, stream, factor), knobs, stream)
    size = knobs.predicates
    if knobs.ratio is not None:
        count = max(1, round(knobs.ratio * size))
    else:
        count = max(1, round(factor * statements_at_transition(knobs)))
    if knobs.fragment == "syllogistic":
        words = Vocabulary.draw(stream, roles=size, words=knobs.words)
        return Theory("syllogistic", _distinct(lambda: _categorical(words.roles, stream), count))
    roles = (size + 1) // 2
    words = Vocabulary.draw(
        stream, names=knobs.people, roles=roles, adjectives=size - roles, verbs=knobs.verbs, words=knobs.words
    )
    sentence = _relative if knobs.fragment == "relative" else _transitive
    return Theory(knobs.fragment, _distinct(lambda: sentence(words, stream), count), tuple(sorted(words.names)))


def _distinct(make: Callable[[], Sentence], count: int) -> tuple[Sentence, ...]:
    """Return different sentences that say something."""
    found: dict[Sentence, None] = {}
    for _ in range(60 * count):
        sentence = make()
        if is_sound(sentence):
            found[sentence] = None
        if len(found) == count:
            return tuple(found)
    raise GenerationError(f"{count} different statements cannot be drawn from so few words; lower the ratio")


# --- grounded -------------------------------------------------------------------------------------------------------


def grounded_clauses(knobs: NlsatKnobs, stream: Stream, factor: float = 1.0) -> Sequence[Clause]:
    """Draw the clauses of a theory of the grounded fragment; the arguments are those of `draw`."""
    if knobs.source != "random":
        return structured(knobs.source, knobs.variables, stream).clauses
    if knobs.ratio is not None:
        count = max(1, round(knobs.ratio * knobs.variables))
    else:
        count = max(1, round(factor * statements_at_transition(knobs)))
    return uniform_clauses(knobs.variables, count, knobs.clause_length, stream)


def grounded_theory(clauses: Sequence[Clause], knobs: NlsatKnobs, stream: Stream) -> Theory:
    """Return clauses as statements about random facts."""
    facts = _facts(max(abs(literal) for clause in clauses for literal in clause), knobs, stream)
    sentences = tuple(_clause_sentence(clause, facts, stream) for clause in clauses)
    return Theory("grounded", sentences, _subjects(facts))


def _subjects(facts: Sequence[Statement]) -> tuple[str, ...]:
    names = {fact.subject for fact in facts if isinstance(fact, Said) and fact.subject}
    objects = {
        fact.phrase.object.name
        for fact in facts
        if isinstance(fact, Said) and isinstance(fact.phrase, Deed) and isinstance(fact.phrase.object, Named)
    }
    return tuple(sorted(names | objects))


def _facts(count: int, knobs: NlsatKnobs, stream: Stream) -> list[Statement]:
    """Return different affirmed facts: things, or what few people are and do."""
    things = count if knobs.world == "things" else count // 2 if knobs.world == "mixed" else 0
    said = count - things
    names = max(2, round(said**0.5))
    kinds = 1 + said // names // 2
    words = Vocabulary.draw(
        stream, names=names, roles=kinds, adjectives=kinds, verbs=2, items=things, words=knobs.words
    )
    personal: list[Statement] = []
    for name in words.names:
        personal += [Said(name, Kind(role)) for role in words.roles]
        personal += [Said(name, Quality(adjective)) for adjective in words.adjectives]
        personal += [
            Said(name, Deed(verb, Named(other))) for verb in words.verbs for other in words.names if other != name
        ]
    return stream.shuffled([*stream.sample(personal, said), *(Presence(item) for item in words.items)])


def _clause_sentence(clause: Sequence[int], facts: Sequence[Statement], stream: Stream) -> Sentence:
    """Say a clause as a rule with a random literal as its head, or as a disjunction."""
    literals = [facts[abs(lit) - 1] if lit > 0 else negate(facts[abs(lit) - 1]) for lit in stream.shuffled(clause)]
    if len(literals) == 1 or stream.chance(0.3):
        return Claim(tuple(literals))
    *body, head = literals
    return Rule(tuple(negate(part) for part in body), head)


# --- quantified -----------------------------------------------------------------------------------------------------


def _categorical(roles: Sequence[str], stream: Stream) -> Sentence:
    subject, predicate = (Term(role, stream.bit()) for role in stream.sample(roles, 2))
    return Categorical(stream.choice(QUANTITIES), subject, predicate)


def _simple(words: Vocabulary, stream: Stream) -> Phrase:
    place = stream.below(len(words.roles) + len(words.adjectives))
    if place < len(words.roles):
        return Kind(words.roles[place], stream.bit())
    return Quality(words.adjectives[place - len(words.roles)], stream.bit())


def _deed(words: Vocabulary, target: Object, stream: Stream) -> Deed:
    return Deed(stream.choice(words.verbs), target, stream.bit())


def _length(stream: Stream) -> int:
    """Return the number of literals of a sentence: mixed as in 2+p-SAT with p well above the tractable 0.4."""
    return 3 if stream.chance(0.7) else 2


def _claim(words: Vocabulary, stream: Stream) -> Claim:
    """Say at least one of some facts about one person, or about people at random."""
    one = stream.choice(words.names) if stream.bit() else None
    statements = []
    for _ in range(_length(stream)):
        phrase = _simple(words, stream)
        subject = one or stream.choice(words.names)
        if words.verbs and stream.chance(0.25):
            others = [name for name in words.names if name != subject]
            phrase = _deed(words, Named(stream.choice(others)), stream)
        statements.append(Said(subject, phrase))
    return Claim(tuple(statements))


def _relative(words: Vocabulary, stream: Stream) -> Sentence:
    """Draw a disjunction, or a universal, one of whose conditions may be *who admires some singer*."""
    if stream.bit():
        return _claim(words, stream)
    body = [_simple(words, stream) for _ in range(_length(stream) - 1)]
    if words.verbs and stream.chance(0.4):
        target = Some(stream.choice(words.roles)) if stream.bit() else Named(stream.choice(words.names))
        deed = _deed(words, target, stream)
        body[-1] = Deed(deed.verb, target) if isinstance(target, Some) else deed
    head = _simple(words, stream)
    if words.verbs and stream.chance(0.25):
        head = _deed(words, Named(stream.choice(words.names)), stream)
    return Universal(tuple(body), (head,))


def _transitive(words: Vocabulary, stream: Stream) -> Sentence:
    """Draw a universal with quantified objects, a disjunction, or a claim that somebody exists."""
    kind = stream.below(10)
    if kind < 4:
        return _claim(words, stream)
    more = [_predicate(words, stream) for _ in range(_length(stream) - 1)]
    *body, head = _simple(words, stream), *more
    return Existential(tuple(body), (head,)) if kind == 4 else Universal(tuple(body), (head,))


def _predicate(words: Vocabulary, stream: Stream) -> Phrase:
    if stream.bit():
        return _simple(words, stream)
    noun = stream.choice(words.roles)
    targets: tuple[Object, ...] = (Some(noun), Every(noun), Named(stream.choice(words.names)))
    return _deed(words, stream.choice(targets), stream)
