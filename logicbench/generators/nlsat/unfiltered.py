"""Random theories and queries as they come: for pictures of the transition, not for problems."""

from __future__ import annotations

from dataclasses import replace

from logicbench.errors import GenerationError
from logicbench.family import Draft
from logicbench.generators.nlsat.drawing import draw
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.queries import fact
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.theories import Theory
from logicbench.logic.english import Categorical, Sentence, Term
from logicbench.logic.english.syntax import QUANTITIES
from logicbench.seeding import Stream

MAX_DRAWS = 500
"""Theories drawn for a consistent one."""


def random_theory(knobs: NlsatKnobs, stream: Stream) -> Draft:
    """Draw a theory, labelled ``sat`` or ``unsat``."""
    theory = draw(knobs, stream)
    return Draft(theory.to_instance(), "sat" if Reasoner(theory).consistent() else "unsat")


def random_query(knobs: NlsatKnobs, stream: Stream) -> Draft:
    """Draw a consistent theory and a query, labelled ``true``, ``false`` or ``unknown``.

    Raises:
        GenerationError: If no consistent theory is found.
    """
    for attempt in range(MAX_DRAWS):
        source = stream.child(attempt)
        theory = draw(knobs, source)
        reasoner = Reasoner(theory)
        if reasoner.consistent():
            query = _query(theory, source)
            return Draft(replace(theory, query=query).to_instance(), reasoner.verdict(query))
    raise GenerationError(
        f"{MAX_DRAWS} theories of the {knobs.fragment} fragment with ratio={knobs.ratio} held no consistent one; "
        "lower the ratio"
    )


def _query(theory: Theory, stream: Stream) -> Sentence:
    if theory.fragment == "syllogistic":
        spoken = [sentence for sentence in theory.sentences if isinstance(sentence, Categorical)]
        nouns = sorted({term.noun for sentence in spoken for term in (sentence.subject, sentence.predicate)})
        subject, predicate = stream.sample(nouns, 2)
        return Categorical(stream.choice(QUANTITIES), Term(subject), Term(predicate, stream.bit()))
    atoms = [atom for atom in theory.atoms() if len(set(atom.arguments)) == len(atom.arguments)]
    return fact(stream.choice(atoms), stream.bit())
