"""Random theories of each fragment, for the tests of the English fragments."""

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
    Report,
    Rule,
    Said,
    Sentence,
    Some,
    Term,
    Universal,
    Vocabulary,
)
from logicbench.logic.english.syntax import QUANTITIES
from logicbench.seeding import Stream


def vocabulary(stream: Stream) -> Vocabulary:
    return Vocabulary.draw(stream, names=4, roles=5, adjectives=4, verbs=3, items=4)


def simple(words: Vocabulary, stream: Stream, positive: bool | None = None) -> Phrase:
    sign = stream.bit() if positive is None else positive
    if stream.bit():
        return Kind(stream.choice(words.roles), sign)
    return Quality(stream.choice(words.adjectives), sign)


def deed(words: Vocabulary, stream: Stream, objects: tuple[type, ...], positive: bool | None = None) -> Deed:
    kind = stream.choice(objects)
    target = Named(stream.choice(words.names)) if kind is Named else kind(stream.choice(words.roles))
    return Deed(stream.choice(words.verbs), target, stream.bit() if positive is None else positive)


def phrase(words: Vocabulary, stream: Stream, objects: tuple[type, ...], denies_some: bool = True) -> Phrase:
    if stream.chance(0.6):
        return simple(words, stream)
    made = deed(words, stream, objects)
    if not denies_some and isinstance(made.object, Some):
        return Deed(made.verb, made.object)
    return made


def phrases(
    words: Vocabulary, stream: Stream, objects: tuple[type, ...], denies_some: bool = True
) -> tuple[Phrase, ...]:
    return tuple(phrase(words, stream, objects, denies_some) for _ in range(1 + stream.below(4)))


def statement(words: Vocabulary, stream: Stream, objects: tuple[type, ...], things: bool) -> Said | Presence:
    if things and stream.chance(0.4):
        return Presence(stream.choice(words.items), stream.bit())
    return Said(stream.choice(words.names[:2]), phrase(words, stream, objects))


def claim(words: Vocabulary, stream: Stream, objects: tuple[type, ...] = (Named,), things: bool = False) -> Claim:
    return Claim(tuple(statement(words, stream, objects, things) for _ in range(1 + stream.below(4))))


def grounded(words: Vocabulary, stream: Stream) -> Sentence:
    if stream.chance(0.3):
        return claim(words, stream, things=True)
    if stream.bit():
        return Rule(
            tuple(statement(words, stream, (Named,), True) for _ in range(1 + stream.below(4))),
            statement(words, stream, (Named,), True),
        )
    about = [Said(None, part) for part in phrases(words, stream, (Named,))]
    return Rule(tuple(about), Said(None, phrase(words, stream, (Named,))))


def syllogistic(words: Vocabulary, stream: Stream) -> Sentence:
    terms = [Term(stream.choice(words.roles), stream.bit()) for _ in range(2)]
    return Categorical(stream.choice(QUANTITIES), *terms)


def relative(words: Vocabulary, stream: Stream) -> Sentence:
    if stream.chance(0.3):
        return claim(words, stream)
    kind = stream.choice((Universal, Existential))
    return kind(phrases(words, stream, (Named, Some), denies_some=False), (phrase(words, stream, (Named,)),))


def transitive(words: Vocabulary, stream: Stream) -> Sentence:
    objects = (Named, Some, Every)
    choice = stream.below(4)
    if choice == 0:
        return claim(words, stream, objects)
    if choice == 1:
        return Report(stream.choice(words.names), (phrase(words, stream, objects), *phrases(words, stream, objects)))
    kind = stream.choice((Universal, Existential))
    return kind(phrases(words, stream, objects), phrases(words, stream, objects))


SENTENCES = {"grounded": grounded, "syllogistic": syllogistic, "relative": relative, "transitive": transitive}


def theory(fragment: str, stream: Stream, size: int = 5) -> list[Sentence]:
    words = vocabulary(stream)
    return [SENTENCES[fragment](words, stream) for _ in range(size)]
