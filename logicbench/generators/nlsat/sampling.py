"""Twins: a consistent and a contradictory theory that differ in one literal; and the effort that deciding takes."""

from __future__ import annotations

from dataclasses import replace

from logicbench.errors import GenerationError
from logicbench.generators.nlsat.drawing import draw
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.local_search import satisfies, vote_and_flips
from logicbench.generators.nlsat.propagation import propagates_to_conflict
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.theories import Theory, flips, is_sound
from logicbench.logic.cnf import CNF
from logicbench.seeding import Stream
from logicbench.solvers.effort import measure_effort

MAX_DRAWS = 3000
"""Theories drawn for one group before its knobs are called impossible."""


def twins(knobs: NlsatKnobs, stream: Stream) -> tuple[Theory, Theory]:
    """Draw a consistent and a contradictory theory that differ in the sign of one literal.

    A contradictory theory is drawn, and a sentence of one of its minimal contradictions changed. Whether the change
    affirms or denies is settled by a coin before anything is drawn, so that the number of denials says nothing about
    the label.

    Returns:
        (consistent, contradictory).

    Raises:
        GenerationError: If no such pair is found.
    """
    sign = stream.bit()
    for attempt in range(MAX_DRAWS):
        source = stream.child(attempt)
        theory = draw(knobs, source)
        reasoner = Reasoner(theory)
        if reasoner.consistent():
            continue
        changed = _mended(theory, reasoner, sign, source)
        if changed is None or _is_shallow(theory, reasoner, knobs):
            continue
        if knobs.filter == "vote" and _guessed(changed):
            continue
        if not knobs.min_conflicts or min(conflicts(changed), conflicts(theory)) >= knobs.min_conflicts:
            return changed, theory
    raise GenerationError(
        f"{MAX_DRAWS} theories of the {knobs.fragment} fragment held no contradictory one with a consistent twin "
        f"and {knobs.min_conflicts} conflicts; change the size, the ratio or min_conflicts, or set filter to none"
    )


def _is_shallow(theory: Theory, reasoner: Reasoner, knobs: NlsatKnobs) -> bool:
    """Whether few statements contradict each other, or unit propagation (for syllogisms, a step of it) shows it."""
    found = reasoner.contradiction(reasoner.selectors) or ()
    if len(found) < knobs.min_support:
        return True
    return propagates_to_conflict(Reasoner(theory).clauses, (), knobs.shallow_steps)


def _guessed(theory: Theory) -> bool:
    """Whether voting and a little local search find a world in which a consistent theory is true."""
    clauses = Reasoner(theory).clauses
    return satisfies(clauses, vote_and_flips(clauses))


def _mended(theory: Theory, reasoner: Reasoner, sign: bool, stream: Stream) -> Theory | None:
    """Return the theory with one literal changed to the sign so that it is consistent, if there is such a literal."""
    core = [place for place, selector in enumerate(reasoner.selectors) if selector in set(reasoner.core())]
    for place in stream.shuffled(core):
        others = theory.sentences[:place] + theory.sentences[place + 1 :]
        selected = reasoner.selectors[:place] + reasoner.selectors[place + 1 :]
        if not reasoner.consistent(selected):
            continue
        for new_sign, sentence in stream.shuffled(flips(theory.sentences[place])):
            fits = new_sign == sign and is_sound(sentence) and theory.language.objection(sentence) is None
            if not fits or sentence in others:
                continue
            if reasoner.consistent([*selected, reasoner.add(sentence, f"#{place}")]):
                return replace(theory, sentences=(*theory.sentences[:place], sentence, *theory.sentences[place + 1 :]))
    return None


def conflicts(theory: Theory) -> int:
    """Return the median conflicts of the reference solver over renamed copies."""
    return measure_effort(ground_cnf(theory), renamings=3).conflicts


def ground_cnf(theory: Theory) -> CNF:
    """Return the theory as one propositional formula."""
    clauses = Reasoner(theory).clauses
    used = sorted({abs(literal) for clause in clauses for literal in clause})
    number = {variable: place for place, variable in enumerate(used, 1)}
    number |= {-variable: -place for variable, place in number.items()}
    return CNF(len(used), tuple(tuple(number[literal] for literal in clause) for clause in clauses))
