"""Tasks whose answer is a class: `decide` and `entail`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from logicbench.answers import Reader, read_label
from logicbench.errors import GenerationError, InputError
from logicbench.family import Draft, Task
from logicbench.generators.sat import questions
from logicbench.generators.sat.formula import Formula
from logicbench.generators.sat.knobs import SatKnobs
from logicbench.generators.sat.sampling import MAX_DRAWS, draw, twins
from logicbench.generators.sat.task import Shallow, climb, decided, implied_by_units, instance, require, verdict
from logicbench.generators.sat.views import View
from logicbench.logic.cnf import CNF
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.models import backbone
from logicbench.solvers.sat import solve

SAT_WORDS = {
    "sat": "sat", "satisfiable": "sat", "yes": "sat", "true": "sat", "possible": "sat", "is satisfiable": "sat",
    "unsat": "unsat", "unsatisfiable": "unsat", "no": "unsat", "not satisfiable": "unsat", "not sat": "unsat",
    "false": "unsat", "impossible": "unsat", "not possible": "unsat", "inconsistent": "unsat",
}  # fmt: skip
ENTAIL_WORDS = {
    "true": "true", "yes": "true", "entailed": "true", "false": "false", "no": "false", "contradicted": "false",
    "refuted": "false", "unknown": "unknown", "uncertain": "unknown", "undetermined": "unknown",
    "not determined": "unknown", "cannot be determined": "unknown", "not true": "not true", "not false": "not false",
    "not entailed": "not entailed",
}  # fmt: skip


class Decide:
    """Is the formula satisfiable?"""

    info = Task("decide", "Is the formula satisfiable?", "SAT or UNSAT", ("sat", "unsat"))
    searches = False

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins."""
        satisfiable, unsatisfiable = twins(knobs, stream)
        return [
            Draft(instance(satisfiable, status="sat"), "sat"),
            Draft(instance(unsatisfiable, status="unsat"), "unsat"),
        ]

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Decide the formula."""
        status = decided(cnf)
        return [Draft(instance(cnf, status=status), status)]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.decide(view)

    def reference(self, formula: Formula, view: View) -> str:
        """Return the label's word."""
        return view.words[formula.status == "unsat"]

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read one of two classes."""
        return _READ_SAT

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Compare with the solver's word."""
        return _labelled(value, formula.status, "The answer is the other one.")

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Toss a coin."""
        return ("SAT", "UNSAT")[stream.bit()]

    def chance(self, formula: Formula) -> float:
        """One half."""
        return 0.5

    def baselines(self) -> Mapping[str, Shallow]:
        """Guess from votes, local search, unit propagation and repeated clauses."""
        return {
            "always-sat": lambda formula: "SAT",
            "always-unsat": lambda formula: "UNSAT",
            "polarity-vote": lambda formula: _word(formula.cost(formula.vote) == 0),
            "vote-and-flips": lambda formula: _word(formula.cost(climb(formula, formula.vote, 5)) == 0),
            "unit-propagation": lambda formula: _word(not implied_by_units(formula.cnf)[1]),
            "repeated-clause": lambda formula: _word(
                len({*map(frozenset, formula.cnf.clauses)}) < formula.cnf.num_clauses
            ),
        }


@lru_cache(maxsize=64)
def _labelled(given: str, right: str, message: str) -> Verdict:
    return verdict(given == right, given, () if given == right else (Violation("wrong-label", message),))


def _word(satisfiable: bool) -> str:
    return "SAT" if satisfiable else "UNSAT"


_READ_SAT = read_label(SAT_WORDS)
_READ_ENTAIL = read_label(ENTAIL_WORDS)


class Entail:
    """Does a literal follow from the formula?"""

    info = Task(
        "entail", "Does the statement follow from the formula?", "TRUE, FALSE or UNKNOWN", ("true", "false", "unknown")
    )
    searches = False

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw one satisfiable formula with a query of each class, alike in how often its literal occurs."""
        for attempt in range(MAX_DRAWS):
            source = stream.child(attempt)
            cnf = draw(knobs, source, 0.9)
            queries = _matched_queries(cnf, source)
            if queries is not None:
                return [Draft(instance(cnf, query=query, entailment=label), label) for label, query in queries.items()]
        raise GenerationError(
            f"{MAX_DRAWS} formulas with variables={knobs.variables}, ratio={knobs.ratio} held none with matched true, "
            "false and unknown queries; use more variables or another ratio"
        )

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Choose queries of all three classes."""
        require(cnf, "sat", "entail")
        queries = _matched_queries(cnf, stream)
        if queries is None:
            raise InputError("the formula has no true, false and unknown literals that occur equally often")
        return [Draft(instance(cnf, query=query, entailment=label), label) for label, query in queries.items()]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        return questions.entail(view, formula.data["query"])

    def reference(self, formula: Formula, view: View) -> str:
        """Return the class in capitals."""
        return formula.entailment.upper()

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read one of three classes."""
        return _READ_ENTAIL

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Compare with the solver's word."""
        return _labelled(value, formula.entailment, "The answer is another one.")

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Choose one of three."""
        return stream.choice(("TRUE", "FALSE", "UNKNOWN"))

    def chance(self, formula: Formula) -> float:
        """One third."""
        return 1 / 3

    def baselines(self) -> Mapping[str, Shallow]:
        """Guess from the query's sign counts and from unit propagation."""
        return {
            "always-unknown": lambda formula: "UNKNOWN",
            "always-true": lambda formula: "TRUE",
            "polarity-vote": _by_vote,
            "unit-propagation": _by_units,
        }


def _matched_queries(cnf: CNF, stream: Stream) -> dict[str, int] | None:
    """Return literals that are entailed, contradicted and open, equal in how often they and their negations occur.

    So a count of signs, even with a threshold, says the same of all three.
    """
    if solve(cnf).status != "sat":
        return None
    fixed = backbone(cnf)
    if not fixed:
        return None
    occurs: dict[int, int] = {}
    for clause in cnf.clauses:
        for literal in clause:
            occurs[literal] = occurs.get(literal, 0) + 1
    settled = {abs(literal) for literal in fixed}
    pools: dict[tuple[int, int], dict[str, list[int]]] = {}

    def file(label: str, literal: int) -> None:
        profile = (occurs.get(literal, 0), occurs.get(-literal, 0))
        pools.setdefault(profile, {}).setdefault(label, []).append(literal)

    for literal in fixed:
        file("true", literal)
        file("false", -literal)
    for variable in range(1, cnf.num_vars + 1):
        if variable not in settled:
            file("unknown", variable)
            file("unknown", -variable)
    complete = [pools[profile] for profile in sorted(pools) if len(pools[profile]) == 3]
    if not complete:
        return None
    pool = stream.choice(complete)
    return {label: stream.choice(pool[label]) for label in ("true", "false", "unknown")}


def _by_vote(formula: Formula) -> str:
    query = formula.data["query"]
    balance = sum(clause.count(query) - clause.count(-query) for clause in formula.cnf.clauses)
    return "TRUE" if balance > 0 else "FALSE" if balance < 0 else "UNKNOWN"


def _by_units(formula: Formula) -> str:
    query = formula.data["query"]
    for literal, label in ((-query, "TRUE"), (query, "FALSE")):
        if implied_by_units(CNF(formula.cnf.num_vars, (*formula.cnf.clauses, (literal,))))[1]:
            return label
    return "UNKNOWN"
