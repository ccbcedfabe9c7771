"""What a consistent syllogistic theory makes of categorical sentences, by reachability.

*All* and *no* are implications between signed classes, and their contrapositives; *some* and *not all* are people who
are in two signed classes. This is two-variable resolution for one person at a time (Aspvall, Plass and Tarjan 1979),
so a signed class follows from others exactly if it is reachable from one of them, or from its own complement.
"""

from __future__ import annotations

from collections.abc import Iterable

from logicbench.logic.english import Categorical, Term


class Consequences:
    """The closure of a consistent theory."""

    def __init__(self, sentences: Iterable[Categorical]) -> None:
        given = tuple(sentences)
        nouns = sorted({term.noun for sentence in given for term in (sentence.subject, sentence.predicate)})
        literals = [Term(noun, sign) for noun in nouns for sign in (True, False)]
        reach = {literal: {literal} for literal in literals}
        for sentence in given:
            if sentence.quantity in ("all", "no"):
                subject, predicate = _pair(sentence)
                reach[subject].add(predicate)
                reach[_not(predicate)].add(_not(subject))
        for through in literals:
            for source in literals:
                if through in reach[source]:
                    reach[source] |= reach[through]
        self._reach = reach
        self._always = {literal for literal in literals if literal in reach[_not(literal)]}
        """What everybody is."""
        people = [set[Term]()]
        for sentence in given:
            if sentence.quantity in ("some", "not all"):
                subject, predicate = _pair(sentence)
                people.append(reach[subject] | reach[predicate])
        self._people = [person | self._always for person in people]

    def label(self, query: Categorical) -> str:
        """Return ``true``, ``false`` or ``unknown``; all classes of the query occur in the theory."""
        subject, predicate = _pair(query)
        if query.quantity in ("all", "no"):
            if self._all(subject, predicate):
                return "true"
            return "false" if self._some(subject, _not(predicate)) else "unknown"
        if self._some(subject, predicate):
            return "true"
        return "false" if self._all(subject, _not(predicate)) else "unknown"

    def _all(self, subject: Term, predicate: Term) -> bool:
        return predicate in self._reach[subject] or _not(subject) in self._always or predicate in self._always

    def _some(self, subject: Term, predicate: Term) -> bool:
        return any(subject in person and predicate in person for person in self._people)


def _not(term: Term) -> Term:
    return Term(term.noun, not term.positive)


def _pair(sentence: Categorical) -> tuple[Term, Term]:
    """Return the two signed classes of which all of the first are of the second, or one person is of both."""
    denied = sentence.quantity in ("no", "not all")
    return sentence.subject, _not(sentence.predicate) if denied else sentence.predicate
