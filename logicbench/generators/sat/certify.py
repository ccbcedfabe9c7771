"""The task `certify`: a model, or a refutation. Guessing the label earns nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from logicbench.answers import (
    Reader,
    ReadError,
    read_assignment,
    read_clauses,
    read_index_set,
    read_label,
    refuse_other_label,
)
from logicbench.family import Draft, Task
from logicbench.generators.sat import questions
from logicbench.generators.sat.formula import CONFLICT_BUDGET, Formula
from logicbench.generators.sat.knobs import SatKnobs
from logicbench.generators.sat.labels import SAT_WORDS
from logicbench.generators.sat.sampling import MAX_DRAWS, twins
from logicbench.generators.sat.subsets import check_minimal, numbers
from logicbench.generators.sat.task import (
    Shallow,
    climb,
    decided,
    digits,
    falsified,
    instance,
    progress,
    random_assignment,
    verdict,
)
from logicbench.generators.sat.views import View
from logicbench.logic.cnf import CNF
from logicbench.problem import Verdict, Violation
from logicbench.seeding import Stream
from logicbench.solvers.drup import refute
from logicbench.solvers.mus import mus
from logicbench.solvers.rup import check_rup
from logicbench.solvers.sat import solve

CORE_SLACK = 1.25
"""A core may be this many times as large as the one found by deletion."""

_PROPAGATION_BUDGET = 500_000
_AND = re.compile(r"[ \t]{0,8}(?:[:;,.]|and\b|with\b|because\b|[-–])?[ \t]{0,8}\n?[ \t]{0,8}", re.IGNORECASE)


class Certify:
    """Is the formula satisfiable? Show why."""

    info = Task("certify", "Is the formula satisfiable, and why?", "a model, or a refutation", ("sat", "unsat"))
    searches = True

    def drafts(self, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Draw twins, and state how large an answer may be."""
        for attempt in range(MAX_DRAWS):
            satisfiable, unsatisfiable = twins(knobs, stream.child(attempt))
            facts = _limits(unsatisfiable, knobs)
            if facts is not None:
                break
        return [
            Draft(instance(satisfiable, **facts or {}), "sat"),
            Draft(instance(unsatisfiable, **facts or {}), "unsat"),
        ]

    def adopt(self, cnf: CNF, knobs: SatKnobs, stream: Stream) -> Sequence[Draft]:
        """Decide the formula, and state how large an answer may be."""
        label = decided(cnf)
        if label == "sat":
            facts: dict[str, Any] = {"refutation": knobs.refutation}
            if knobs.refutation != "mus":
                facts["limit"] = _proof_lines(cnf) if knobs.refutation == "rup" else cnf.num_clauses // 2
            return [Draft(instance(cnf, **facts), label)]
        return [Draft(instance(cnf, **(_limits(cnf, knobs) or {"refutation": knobs.refutation})), label)]

    def ask(self, formula: Formula, view: View) -> str:
        """Word the question."""
        if formula.data["refutation"] == "rup":
            return questions.certify(view, questions.proof_evidence(view, formula.data["limit"]))
        return questions.certify(view, questions.subset_evidence(view, formula.data.get("limit")))

    def reference(self, formula: Formula, view: View) -> str:
        """Return a model or a refutation."""
        yes, no = view.words
        if formula.status == "sat":
            return f"{yes} {digits(formula.model)}"
        if formula.data["refutation"] == "rup":
            proof = refute(formula.cnf)
            lemmas = proof.lemmas if proof is not None else ()
            return f"{no}\n" + "\n".join(" ".join(map(str, (*lemma, 0))) for lemma in lemmas)
        return f"{no} {numbers(mus(formula.cnf) or ())}"

    def reader(self, formula: Formula, names: tuple[str, ...], values: Mapping[str, bool]) -> Reader:
        """Read the label, then the certificate that goes with it."""
        label = read_label(SAT_WORDS)
        model = read_assignment(names, values)
        if formula.data["refutation"] == "rup":
            evidence: Reader = read_clauses(formula.cnf.num_vars, formula.data["limit"])
        else:
            evidence = read_index_set(formula.cnf.num_clauses)

        def read(span: str) -> tuple[Any, str]:
            found, rest = label(span)
            gap = _AND.match(rest)
            body = rest[gap.end() :] if gap is not None else rest
            if not body.strip():
                raise ReadError("malformed", f"The word {found.upper()} alone proves nothing; add what shows it.")
            value, rest = model(body) if found == "sat" else evidence(body)
            refuse_other_label(label, found, rest)
            return (found, value), rest

        return read

    def check(self, formula: Formula, value: Any) -> Verdict:
        """Check the certificate; the label itself need not be looked at. Many answers are right, so there is no key."""
        label, shown = value
        if label == "sat":
            broken = falsified(formula, shown)
            return verdict(not broken, None, broken, _progress(formula, len(broken)))
        wrong = self._refutation_fault(formula, shown)
        return verdict(wrong is None, None, () if wrong is None else (wrong,))

    def _refutation_fault(self, formula: Formula, shown: Any) -> Violation | None:
        kind, limit = formula.data["refutation"], formula.data.get("limit")
        if kind == "rup":
            proof = check_rup(formula.cnf, shown, max_lines=limit, propagation_budget=_PROPAGATION_BUDGET)
            if proof.ok:
                return None
            where = "" if proof.first_bad_line is None else f"Line {proof.first_bad_line}: "
            return Violation("bad-proof", f"{where}{proof.reason}.", {"line": proof.first_bad_line})
        indices = [number - 1 for number in shown]
        if kind == "mus":
            return check_minimal(formula, indices)
        if limit is not None and len(indices) > limit:
            return Violation("too-large", f"{len(indices)} are named; at most {limit} may be.", {"count": len(indices)})
        if solve(formula.cnf.subset(indices), conflict_budget=CONFLICT_BUDGET).status == "unsat":
            return None
        return Violation("satisfiable-subset", "The chosen ones can all be fulfilled together.")

    def guess(self, formula: Formula, stream: Stream) -> str:
        """Give a random certificate of a random label."""
        if stream.bit():
            return f"SAT {digits(random_assignment(formula, stream))}"
        if formula.data["refutation"] == "rup":
            return "UNSAT\n0"
        size = formula.cnf.num_clauses
        count = stream.between(1, min(size, formula.data.get("limit") or size))
        return f"UNSAT {numbers(sorted(stream.sample(range(size), count)))}"

    def chance(self, formula: Formula) -> float | None:
        """Not known, but far below one half."""
        return None

    def baselines(self) -> Mapping[str, Shallow]:
        """Answer SAT with the polarity vote, or UNSAT with the most that may be named."""
        return {
            "sat-by-vote": lambda formula: f"SAT {digits(formula.vote)}",
            "sat-by-flips": lambda formula: f"SAT {digits(climb(formula, formula.vote, 5))}",
            "unsat-all": _name_all,
        }


def _progress(formula: Formula, broken: int) -> float:
    """Return the progress of an assignment; none where no assignment is right, and a refutation is asked for."""
    return progress(formula, broken) if not broken or formula.status == "sat" else 0.0


def _limits(cnf: CNF, knobs: SatKnobs) -> dict[str, Any] | None:
    """Return how large a refutation may be, or None if the task would be trivial on this formula."""
    facts: dict[str, Any] = {"refutation": knobs.refutation}
    smallest = len(mus(cnf) or ())
    if knobs.refutation == "rup":
        facts["limit"] = _proof_lines(cnf)
    elif knobs.refutation == "core":
        facts["limit"] = min(int(CORE_SLACK * smallest), cnf.num_clauses - 1)
    trivial = smallest == cnf.num_clauses and knobs.refutation != "rup"
    return None if trivial and knobs.source in ("uniform", "mixed") else facts


def _proof_lines(cnf: CNF) -> int:
    return 4 * cnf.num_vars**2 + 4


def _name_all(formula: Formula) -> str:
    if formula.data["refutation"] == "rup":
        return "UNSAT\n0"
    limit = formula.data.get("limit") or formula.cnf.num_clauses
    return f"UNSAT {numbers(range(min(limit, formula.cnf.num_clauses)))}"
