"""Checking labelled problems: what do the formulas say, does the label agree, and if not, why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any

from logicbench.errors import InputError, LogicbenchError
from logicbench.logic.fol.normalise import Normalisation, Normalised, normalise
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.syntax import Formula
from logicbench.logic.fol.transform import signature
from logicbench.solvers.prover.entailment import Result, prove
from logicbench.solvers.prover.portfolio import Budget

LABELS = ("True", "False", "Uncertain")
_SAME_AS = {"unknown": "Uncertain", "uncertain": "Uncertain", "true": "True", "false": "False"}
_BLOCK = 128


@dataclass(frozen=True, slots=True)
class LabelledProblem:
    """A problem in text: premises, a conclusion, and the label it came with, if any."""

    name: str
    premises: tuple[str, ...]
    conclusion: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found about one problem.

    Attributes:
        problem: The problem.
        result: The prover's result; None if a formula could not be read.
        reason: ``None`` where the label agrees (or there is none); else ``unparsed``, ``undecided``,
            ``inconsistent premises``, ``opposite``, ``entailed though labelled Uncertain``, or for what is not
            entailed ``unlinked symbols`` (of the conclusion, in no premise) or ``not entailed``.
        detail: The parser's message, or the unlinked symbols.
        repairs: Kinds of repairs that the parser made, by their number.
        changes: What the declared normalisation changed; None without one or where a formula could not be read.
    """

    problem: LabelledProblem
    result: Result | None
    reason: str | None
    detail: str = ""
    repairs: Mapping[str, int] = field(default_factory=dict)
    changes: Normalised | None = None

    @property
    def verdict(self) -> str | None:
        """The prover's verdict; None if a formula could not be read."""
        return self.result.verdict if self.result else None

    @property
    def agrees(self) -> bool:
        """Whether the verdict is the label."""
        return self.problem.label is not None and self.verdict == self.problem.label

    def to_json(self) -> dict[str, Any]:
        """The judgement as JSON values."""
        return {
            "id": self.problem.name,
            "label": self.problem.label,
            "verdict": self.verdict,
            "reason": self.reason,
            "detail": self.detail,
            "repairs": dict(sorted(self.repairs.items())),
            "changes": self.changes.to_json() if self.changes else None,
            "result": self.result.to_json() if self.result else None,
        }


def read_problem(record: Any, source: str, line: int) -> LabelledProblem:
    """Read one line: ``premises``, ``conclusion``, ``label``; FOLIO's ``premises_fol``, ``conclusion_fol`` go first.

    Raises:
        InputError: A field is missing or not what it should be; the message names file and line.
    """
    if not isinstance(record, dict):
        raise InputError.at(source, line, 'a problem is {"premises": [...], "conclusion": "...", "label": "True"}')
    premises = record.get("premises_fol", record.get("premises"))
    conclusion = record.get("conclusion_fol", record.get("conclusion"))
    if isinstance(premises, str):
        premises = premises.splitlines()
    if not isinstance(premises, list) or not all(isinstance(premise, str) for premise in premises):
        raise InputError.at(source, line, "field 'premises' must be a list of formulas")
    if not isinstance(conclusion, str):
        raise InputError.at(source, line, "field 'conclusion' must be a formula")
    label = record.get("label")
    if label is not None and (not isinstance(label, str) or label.lower() not in _SAME_AS):
        raise InputError.at(source, line, f"field 'label' must be one of {', '.join(LABELS)}, not {label!r}")
    name = record.get("id", f"line {line}")
    return LabelledProblem(str(name), tuple(premises), conclusion, None if label is None else _SAME_AS[label.lower()])


def judge(
    problem: LabelledProblem,
    *,
    notation: str = "auto",
    level: Normalisation = "none",
    budget: Budget | None = None,
    external: bool = True,
) -> Judgement:
    """Read a problem, decide it, and compare with its label.

    Args:
        problem: The problem.
        notation: Notation of all its formulas.
        level: How far formulas are normalised; see `normalise`.
        budget: The prover's limits.
        external: Whether installed provers may be asked.
    """
    formulas: list[Formula] = []
    repairs: dict[str, int] = {}
    for number, text in enumerate([*problem.premises, problem.conclusion]):
        try:
            parsed = parse(text, notation)
        except LogicbenchError as error:
            which = "the conclusion" if number == len(problem.premises) else f"premise {number + 1}"
            return Judgement(problem, None, "unparsed", f"{which}: {error}")
        formulas.append(parsed.formula)
        for note in parsed.repairs:
            repairs[note.kind] = repairs.get(note.kind, 0) + 1
    changes = normalise(formulas, level) if level != "none" else None
    formulas = list(changes.formulas) if changes else formulas
    result = prove(formulas[:-1], formulas[-1], budget, external)
    reason, detail = _explain(problem.label, result, formulas)
    return Judgement(problem, result, reason, detail, repairs, changes)


def _explain(label: str | None, result: Result, formulas: Sequence[Formula]) -> tuple[str | None, str]:
    verdict = result.verdict
    if label is None or verdict == label:
        return None, ""
    if verdict == "Undecided":
        return "undecided", result.reason or ""
    if verdict == "Inconsistent":
        return "inconsistent premises", "premises " + ", ".join(str(place + 1) for place in result.core)
    if verdict == "Uncertain":
        unlinked = unlinked_symbols(formulas[:-1], formulas[-1])
        return ("unlinked symbols", ", ".join(unlinked)) if unlinked else ("not entailed", "")
    used = "follows from premises " + ", ".join(str(place + 1) for place in result.core)
    return ("opposite" if label in ("True", "False") else "entailed though labelled Uncertain"), used


def unlinked_symbols(premises: Sequence[Formula], conclusion: Formula) -> list[str]:
    """Symbols of the conclusion that no premise mentions, predicates with their arity."""
    known, asked = signature(premises), signature([conclusion])
    found = [f"{name}/{arity}" for name, arity in asked.predicates if (name, arity) not in known.predicates]
    found += [f"{name}/{arity}" for name, arity in asked.functions if (name, arity) not in known.functions]
    return found + [name for name in asked.constants if name not in known.constants]


def judge_all(problems: Iterable[LabelledProblem], workers: int = 1, **options: Any) -> Iterator[Judgement]:
    """Judge many problems on several processes; judgements come in the order of the problems."""
    one = partial(judge, **options)
    if workers <= 1:
        yield from map(one, problems)
        return
    waiting = iter(problems)
    with ProcessPoolExecutor(workers) as pool:
        while block := list(islice(waiting, _BLOCK)):
            yield from pool.map(one, block, chunksize=8)
