"""Facts and rules from hard random satisfiability problems (Richardson and Sabharwal 2022, hard RuleTaker).

A random 3-SAT theory a little below its threshold is written as rules with two conditions and a conclusion, each
clause in one of its directions. Some given facts are mixed in as further conditions of rules, so that the theory has
facts to start from; they change nothing about what follows. Chaining alone settles nothing: whether the statement
asked about must be true takes reasoning by cases, at least as much as the unit propagation from its denial.
"""

from __future__ import annotations

from collections.abc import Sequence

from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.queries import triple as entailment_triple
from logicbench.generators.nlsat.theories import Theory
from logicbench.generators.rules.knobs import RulesKnobs
from logicbench.logic.english import Claim, Kind, Phrase, Quality, Rule, Said, Sentence, Vocabulary, negate
from logicbench.logic.english.syntax import Statement
from logicbench.seeding import Stream

FACT_CONDITION = 0.3
"""Share of the rules that have a given fact as one more condition."""

FACTS_PER_VARIABLE = 0.4
"""Given facts for each of the statements whose truth is the hard part."""


def triple(knobs: RulesKnobs, stream: Stream) -> dict[str, Theory]:
    """Draw one theory with a statement for each of the labels ``true``, ``false`` and ``unknown``.

    Raises:
        GenerationError: If none is found.
    """
    settings = NlsatKnobs.model_validate(
        {"variables": knobs.variables, "min_conflicts": knobs.min_conflicts, "words": knobs.words}
    )
    found = entailment_triple(settings, stream.child("theory"))
    theory = found["true"]
    source = stream.child("facts")
    facts = _facts(theory, max(1, round(FACTS_PER_VARIABLE * knobs.variables)), knobs, source)
    sentences: list[Sentence] = [Claim((fact,)) for fact in facts]
    sentences += [_as_rule(sentence, facts, source) for sentence in theory.sentences]
    source.shuffle(sentences)
    return {label: Theory("grounded", tuple(sentences), one.people, one.query) for label, one in found.items()}


def _as_rule(sentence: Sentence, facts: Sequence[Said], stream: Stream) -> Rule:
    """Return a disjunction or rule as a rule, perhaps with a given fact as one more condition."""
    assert isinstance(sentence, Rule | Claim)
    body: tuple[Statement, ...]
    if isinstance(sentence, Rule):
        body, head = sentence.body, sentence.head
    else:
        *others, head = sentence.statements
        body = tuple(negate(other) for other in others)
    if stream.chance(FACT_CONDITION):
        body = tuple(stream.shuffled([*body, stream.choice(facts)]))
    return Rule(body, head)


def _facts(theory: Theory, count: int, knobs: RulesKnobs, stream: Stream) -> list[Said]:
    """Return facts and denials in words that the theory does not use."""
    used = {atom.predicate for atom in theory.atoms()}
    words = Vocabulary.draw(stream, roles=(count + 1) // 2, adjectives=count // 2, words=knobs.words, avoid=used)
    phrases: list[Phrase] = [*map(Kind, words.roles), *map(Quality, words.adjectives)]
    facts = [Said(stream.choice(theory.people), phrase) for phrase in phrases]
    return [fact if stream.bit() else negate(fact) for fact in facts]
