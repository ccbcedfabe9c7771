"""Triples: one consistent theory with a query that it entails, one that it refutes and one that it leaves open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

from logicbench.errors import GenerationError
from logicbench.generators.nlsat.drawing import draw, grounded_clauses, grounded_theory
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.propagation import propagates_to_conflict
from logicbench.generators.nlsat.reasoner import CONFLICT_BUDGET, Reasoner
from logicbench.generators.nlsat.sampling import MAX_DRAWS, conflicts
from logicbench.generators.nlsat.syllogisms import Consequences
from logicbench.generators.nlsat.theories import Theory, denial
from logicbench.logic.cnf import Clause
from logicbench.logic.english import (
    Atom,
    Categorical,
    Claim,
    Deed,
    Kind,
    Literal,
    Named,
    Presence,
    Quality,
    Said,
    Sentence,
    Term,
)
from logicbench.logic.english.lexicon import lexicon
from logicbench.logic.english.syntax import QUANTITIES
from logicbench.seeding import Stream
from logicbench.solvers.oracle import Oracle

ENTAILMENT_FACTOR = 0.9
"""Queries are asked of theories a little below the transition, where some facts are settled and some are not."""

MAX_CLAUSE_DRAWS = 5 * MAX_DRAWS
"""The same for the grounded fragment, where most draws are refused before they are worded: with five facts, 1 in 600
is kept."""

Signature = tuple[object, ...]


def triple(knobs: NlsatKnobs, stream: Stream) -> dict[str, Theory]:
    """Draw one consistent theory with a query for each of the labels ``true``, ``false`` and ``unknown``.

    What is asked about occurs equally often in the sentences for all three, affirmed and denied, so that counting
    says nothing about the label; a decided query needs at least `min_support` sentences, and more than unit
    propagation from its denial (for syllogisms, which that decides, more than one step of it).

    Raises:
        GenerationError: If no such triple is found.
    """
    draws = MAX_CLAUSE_DRAWS if knobs.fragment == "grounded" else MAX_DRAWS
    for attempt in range(draws):
        source = stream.child(attempt)
        if knobs.fragment == "grounded":
            clauses = grounded_clauses(knobs, source, ENTAILMENT_FACTOR)
            if not _has_comparable_literals(clauses):
                continue
            theory = grounded_theory(clauses, knobs, source)
        else:
            theory = draw(knobs, source, ENTAILMENT_FACTOR)
        reasoner = Reasoner(theory)
        if not reasoner.consistent() or (knobs.min_conflicts and conflicts(theory) < knobs.min_conflicts):
            continue
        found = _matched(theory, reasoner, knobs, source)
        if found:
            return {label: replace(theory, query=query) for label, query in found.items()}
    raise GenerationError(
        f"{draws} theories of the {knobs.fragment} fragment held no three comparable queries with "
        f"min_support={knobs.min_support}; lower min_support, or change the size or the ratio"
    )


def _has_comparable_literals(clauses: Sequence[Clause]) -> bool:
    """Whether clauses can be true together and some literals that occur equally often get all three labels.

    Most theories of the grounded fragment have no such literals; asking before they are worded saves nearly all work.
    """
    counts = Counter(literal for clause in clauses for literal in clause)
    with Oracle(clauses, CONFLICT_BUDGET) as oracle:
        if not oracle.solve():
            return False
        possible = set(oracle.model())
        labels: dict[tuple[int, int], set[str]] = {}
        for variable in {abs(literal) for literal in counts}:
            for literal in (variable, -variable):
                if literal not in possible and oracle.solve([literal]):
                    possible.update(oracle.model())
            for literal in (variable, -variable):
                label = "false" if literal not in possible else "true" if -literal not in possible else "unknown"
                labels.setdefault((counts[literal], counts[-literal]), set()).add(label)
    return any(len(found) == 3 for found in labels.values())


def _matched(theory: Theory, reasoner: Reasoner, knobs: NlsatKnobs, stream: Stream) -> dict[str, Sentence] | None:
    """Return queries of equal signature for all labels, from a random signature that has them."""
    queries = _categorical_queries if theory.fragment == "syllogistic" else _fact_queries
    groups: dict[Signature, dict[str, list[Sentence]]] = {}
    for query, signature, label in queries(theory, reasoner):
        groups.setdefault(signature, {}).setdefault(label, []).append(query)
    full = [by_label for by_label in groups.values() if len(by_label) == 3]
    for by_label in stream.shuffled(full):
        found = {"unknown": stream.choice(by_label["unknown"])}
        for label in ("true", "false"):
            for query in stream.shuffled(by_label[label]):
                if _is_deep(reasoner, query, label, knobs):
                    found[label] = query
                    break
        if len(found) == 3:
            return found
    return None


def _fact_queries(theory: Theory, reasoner: Reasoner) -> Iterator[tuple[Sentence, Signature, str]]:
    """Yield facts and denials of facts: the signature is the kind of fact, and how often it is said and denied."""
    counts = Counter(literal for clause in reasoner.clauses for literal in clause)
    for atom in theory.atoms():
        if len(set(atom.arguments)) < len(atom.arguments):
            continue
        number = reasoner.number(Literal(atom))
        can = {sign: reasoner.consistent([*reasoner.selectors, sign * number]) for sign in (1, -1)}
        for sign in (1, -1):
            label = "unknown" if can[1] and can[-1] else "true" if can[sign] else "false"
            literal = sign * number
            yield fact(atom, sign > 0), (len(atom.arguments), counts[literal], counts[-literal]), label


def fact(atom: Atom, positive: bool = True) -> Claim:
    """Return the sentence that an atom is true, or false."""
    if not atom.arguments:
        return Claim((Presence(atom.predicate, positive),))
    subject, *others = atom.arguments
    if others:
        return Claim((Said(subject, Deed(atom.predicate, Named(others[0]), positive)),))
    is_role = lexicon().find(atom.predicate, "role") is not None
    phrase = Kind(atom.predicate, positive) if is_role else Quality(atom.predicate, positive)
    return Claim((Said(subject, phrase),))


def _categorical_queries(theory: Theory, reasoner: Reasoner) -> Iterator[tuple[Sentence, Signature, str]]:
    """Yield categorical sentences: the signature is their form, and how often their nouns occur, alone and together."""
    given = [sentence for sentence in theory.sentences if isinstance(sentence, Categorical)]
    pairs = [frozenset((sentence.subject.noun, sentence.predicate.noun)) for sentence in given]
    single, together = Counter(noun for pair in pairs for noun in pair), Counter(pairs)
    consequences = Consequences(given)
    for subject, predicate in permutations(sorted(single), 2):
        both = together[frozenset((subject, predicate))]
        for signs in ((True, True), (True, False), (False, True)):
            for quantity in QUANTITIES:
                query = Categorical(quantity, Term(subject, signs[0]), Term(predicate, signs[1]))
                signature = (quantity, signs, single[subject], single[predicate], both)
                yield query, signature, consequences.label(query)


def _is_deep(reasoner: Reasoner, query: Sentence, label: str, knobs: NlsatKnobs) -> bool:
    entailed = query if label == "true" else denial(query)
    if len(reasoner.support(entailed)) < knobs.min_support:
        return False
    theory = reasoner.theory
    refuted = Reasoner(replace(theory, sentences=(*theory.sentences, denial(entailed))))
    return not propagates_to_conflict(refuted.clauses, (), knobs.shallow_steps)
