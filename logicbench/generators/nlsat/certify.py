"""The task `certify`: a world in which all statements are true, or statements that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import Reader, ReadError, read_index_set, read_label, refuse_other_label
from logicbench.errors import GenerationError
from logicbench.family import Draft, Task
from logicbench.generators.cache import InstanceCache
from logicbench.generators.nlsat import models
from logicbench.generators.nlsat.knobs import NlsatKnobs
from logicbench.generators.nlsat.labels import SAT_WORDS, WORDS
from logicbench.generators.nlsat.local_search import vote
from logicbench.generators.nlsat.reasoner import Reasoner
from logicbench.generators.nlsat.sampling import MAX_DRAWS, twins
from logicbench.generators.nlsat.task import Case, Shallow, case_of, verdict
from logicbench.logic.english import Literal, World
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream

CORE_SLACK = 1.25
"""Contradictory statements may be this many times as many as in the minimal set found by deletion."""

_AND = re.compile(r"[ \t]{0,8}(?:[:;,.]|and\b|with\b|because\b|[-–])?[ \t]{0,8}\n?[ \t]{0,8}", re.IGNORECASE)


class Certify:
    """Can all the statements be true together? Show why."""

    info = Task(
        "certify",
        "Can all the statements be true together, and why?",
        "YES and a world, or NO and statements that contradict each other",
        ("sat", "unsat"),
    )

    def drafts(self, knobs: NlsatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins in which naming all statements is no answer."""
        for attempt in range(MAX_DRAWS):
            consistent, contradictory = twins(knobs, stream.child(attempt))
            reasoner = Reasoner(contradictory)
            smallest = len(reasoner.contradiction(reasoner.selectors) or ())
            size = len(contradictory.sentences)
            facts: dict[str, Any] = {"refutation": knobs.refutation}
            if knobs.refutation == "core":
                facts["limit"] = min(int(CORE_SLACK * smallest), size - 1)
            if smallest < size or (knobs.source != "random" and knobs.refutation == "minimal"):
                return [
                    Draft({**consistent.to_instance(), **facts}, "sat"),
                    Draft({**contradictory.to_instance(), **facts}, "unsat"),
                ]
        raise GenerationError(
            f"in all of {MAX_DRAWS} contradictory theories every statement was needed; raise the ratio or the size"
        )

    def ask(self, case: Case, surface: str, stream: Stream) -> str:
        """Word the question."""
        numbers = "the numbers, separated by commas, of statements that cannot all be true together"
        limit = case.data.get("limit")
        if limit is None:
            numbers += ", chosen so that after leaving out any one of them the others could all be true together"
        else:
            numbers += f"; name at most {limit} of them"
        return (
            "Can all of these statements be true together? Prove your answer.\n\n"
            'If they can, finish with a line that starts with "Answer:" and then gives the word YES and, '
            f"{models.describe(case.theory)}.\n"
            f'If they cannot, finish with one line that starts with "Answer:" and then gives the word NO and {numbers}.'
        )

    def reference(self, case: Case) -> str:
        """Return a world or a contradiction."""
        if case.status == "sat":
            return f"{WORDS['sat']}\n{models.write(case.theory, _model(case))}"
        reasoner = case.reasoner
        found = reasoner.contradiction(reasoner.selectors) or []
        return f"{WORDS['unsat']} {', '.join(str(reasoner.selectors.index(one) + 1) for one in found)}"

    def reader(self, case: Case) -> Reader:
        """Read the label, then what shows it."""
        label = read_label(SAT_WORDS)
        world, numbers = models.read_model(case.theory), read_index_set(len(case.theory.sentences))

        def read(span: str) -> tuple[Any, str]:
            found, rest = label(span)
            gap = _AND.match(rest)
            body = rest[gap.end() :] if gap is not None else rest
            if not body.strip():
                raise ReadError("malformed", f"The word {WORDS[found]} alone proves nothing; add what shows it.")
            value, rest = world(body) if found == "sat" else numbers(body)
            refuse_other_label(label, found, rest)
            return (found, value), rest

        return read

    def check(self, case: Case, value: Any) -> Verdict:
        """Check what is shown; the label itself need not be looked at."""
        label, shown = value
        if label == "sat":
            broken = _broken(case, models.world_of(shown))
            return verdict(not broken, None, broken, _progress(case, len(broken)))
        faults = _faults(case, shown)
        return verdict(not faults, None, faults)

    def guess(self, case: Case, stream: Stream) -> str:
        """Give a random proof of a random label."""
        if stream.bit():
            return f"YES\n{models.write(case.theory, models.guess(case.theory, stream))}"
        size = len(case.theory.sentences)
        count = stream.between(1, min(size, case.data.get("limit") or size))
        return f"NO {', '.join(str(place + 1) for place in sorted(stream.sample(range(size), count)))}"

    def chance(self, case: Case) -> float | None:
        """Not known, but far below one half."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Answer YES with nothing true or everything true, or NO with as many statements as may be named."""
        return {
            "yes-nothing": lambda case: f"YES\n{models.write(case.theory, (case.theory.people or ('#1',), ()))}",
            "yes-everything": lambda case: f"YES\n{models.write(case.theory, models.everything(case.theory))}",
            "no-all": lambda case: f"NO {', '.join(map(str, range(1, 1 + _most(case))))}",
        }


def _most(case: Case) -> int:
    size = len(case.theory.sentences)
    return min(size, case.data.get("limit") or size)


def _model(case: Case) -> models.Facts:
    reasoner = case.reasoner
    reasoner.consistent()
    atoms = case.theory.atoms()
    facts = reasoner.facts()
    if case.theory.fragment == "syllogistic":
        roles = {atom.predicate for atom in atoms}
        return reasoner.individuals, tuple(atom for atom in sorted(facts) if atom.predicate in roles)
    return case.theory.people, tuple(atom for atom in atoms if atom in facts)


def _broken(case: Case, world: World) -> list[Violation]:
    return [
        Violation("false-statement", f"Statement {place} is not true in this description.", {"statement": place})
        for place, sentence in enumerate(case.theory.sentences, 1)
        if not world.holds(sentence)
    ]


def _progress(case: Case, broken: int) -> float:
    """Return how far a world gets from the best guess (0) towards one that fulfils all (1); 0 where there is none."""
    if not broken:
        return 1.0
    floor = _floors(case.data)
    return max(0.0, round(1 - broken / floor, 4)) if floor and case.status == "sat" else 0.0


def _guessed(data: Mapping[str, Any]) -> int:
    """Return how many statements the best guess breaks: nothing is true, everything is, or what votes say."""
    case = case_of(data)
    nothing = World(case.theory.people or ("#1",), frozenset())
    guesses = [nothing, models.world_of(models.everything(case.theory))]
    if case.theory.fragment != "syllogistic":
        signs = vote(case.reasoner.clauses)
        true = [atom for atom in case.theory.atoms() if signs.get(case.reasoner.number(Literal(atom)), True)]
        guesses.append(World(nothing.people, frozenset(true)))
    return min(len(_broken(case, guess)) for guess in guesses)


_floors: InstanceCache[int] = InstanceCache(_guessed)


def _faults(case: Case, shown: Sequence[int]) -> list[Violation]:
    limit = case.data.get("limit")
    if limit is not None and len(shown) > limit:
        return [
            Violation("too-large", f"{len(shown)} statements are named; at most {limit} may be.", {"count": len(shown)})
        ]
    reasoner = case.reasoner
    selected = [reasoner.selectors[number - 1] for number in shown]
    if reasoner.consistent(selected):
        return [Violation("consistent", "The named statements can all be true together.", {"statements": list(shown)})]
    if limit is not None:
        return []
    return [
        Violation(
            "dispensable",
            f"Without statement {number} the named ones still contradict each other.",
            {"statement": number},
        )
        for number in (reasoner.selectors.index(one) + 1 for one in reasoner.dispensable(selected))
    ]
