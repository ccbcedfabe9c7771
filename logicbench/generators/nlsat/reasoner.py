"""A solver over the sentences of a theory: which can be true together, minimal contradictions, entailment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from logicbench.generators.nlsat.theories import Theory, denial
from logicbench.logic.english import Atom, Categorical, Existential, Grounder, Literal, Sentence
from logicbench.seeding import Stream
from logicbench.solvers.oracle import Oracle

QUERY_WITNESS = "#query"
CONFLICT_BUDGET = 200_000
"""Conflicts that all questions about one theory may take together."""


class Reasoner:
    """The sentences of a theory behind selectors, in one incremental solver.

    Where the people are not fixed, every sentence that claims somebody's existence has a witness of its own, and one
    more serves the query: a theory of ∃*∀* sentences without equality is satisfiable if and only if it is over these.

    Raises:
        BudgetExceeded: From any method, if the conflict budget is used up.
    """

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self._open = not theory.people
        slots = [f"#{slot}" for slot, sentence in enumerate(theory.sentences) if _claims_existence(sentence)]
        self.individuals = theory.people or (*slots, QUERY_WITNESS)
        self._grounder = Grounder(self.individuals)
        self._numbers: dict[Atom, int] = {}
        self._oracle = Oracle([], CONFLICT_BUDGET)
        self._next = 0
        self.clauses: list[tuple[int, ...]] = []
        """All clauses so far, without their selectors, as they were added."""
        self.selectors = [self.add(sentence, f"#{slot}") for slot, sentence in enumerate(theory.sentences)]

    def number(self, literal: Literal) -> int:
        """Return the solver's literal."""
        variable = self._numbers.get(literal.atom)
        if variable is None:
            variable = self._numbers[literal.atom] = self._fresh()
        return variable if literal.positive else -variable

    def literal(self, fact: Sentence) -> int:
        """Return the solver's literal of a fact, a claim of one statement."""
        [(literal,)] = self._grounder.sentence(fact)
        return self.number(literal)

    def _fresh(self) -> int:
        self._next += 1
        return self._next

    def add(self, sentence: Sentence, witness: str = QUERY_WITNESS) -> int:
        """Add a sentence and return the selector that switches it on."""
        existential = self._open and _claims_existence(sentence)
        ground = self._grounder.sentence(sentence, witness if existential else None)
        selector = self._fresh()
        for clause in self._grounder.take_definitions():
            numbered = tuple(map(self.number, clause))
            self.clauses.append(numbered)
            self._oracle.add(numbered)
        for clause in ground:
            numbered = tuple(map(self.number, clause))
            self.clauses.append(numbered)
            self._oracle.add((*numbered, -selector))
        return selector

    def consistent(self, selectors: Iterable[int] | None = None) -> bool:
        """Return whether the selected sentences (all of the theory by default) can be true together."""
        return self._oracle.solve(list(self.selectors if selectors is None else selectors))

    def facts(self) -> frozenset[Atom]:
        """Return the true atoms of the last model."""
        true = set(self._oracle.model())
        return frozenset(atom for atom, number in self._numbers.items() if number in true)

    def core(self) -> list[int]:
        """Return selectors, ascending, that were contradictory in the last question."""
        return sorted(self._oracle.core())

    def contradiction(self, selectors: Sequence[int], stream: Stream | None = None) -> list[int] | None:
        """Return a minimal contradictory subset of the selected sentences, ascending; None if there is none."""
        if self.consistent(selectors):
            return None
        rest = self.core()
        needed: list[int] = []
        if stream is not None:
            stream.shuffle(rest)
        while rest:
            candidate = rest.pop()
            if self.consistent(needed + rest):
                needed.append(candidate)
            else:
                core = set(self.core())
                rest = [selector for selector in rest if selector in core]
        return sorted(needed)

    def dispensable(self, selectors: Sequence[int]) -> list[int]:
        """Return those of contradictory sentences that can be left out with the others still contradictory."""
        return [
            selector
            for selector in selectors
            if not self.consistent([other for other in selectors if other != selector])
        ]

    def verdict(self, query: Sentence) -> str:
        """Return whether a consistent theory makes the query ``true``, ``false``, or leaves it ``unknown``."""
        if not self.consistent([*self.selectors, self.add(denial(query))]):
            return "true"
        return "unknown" if self.consistent([*self.selectors, self.add(query)]) else "false"

    def support(self, query: Sentence) -> list[int]:
        """Return sentences (their places, from 0) that entail the query, none of them dispensable."""
        refuted = self.add(denial(query))
        found = self.contradiction([*self.selectors, refuted])
        assert found is not None, "the query is not entailed"
        return [self.selectors.index(selector) for selector in found if selector != refuted]


def _claims_existence(sentence: Sentence) -> bool:
    if isinstance(sentence, Categorical):
        return sentence.quantity in ("some", "not all")
    return isinstance(sentence, Existential)
