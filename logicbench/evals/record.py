"""The records of a run: one `Sample` for each completion, as documented in ``docs/run-format.md``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from logicbench.errors import InputError
from logicbench.models.protocol import FinishReason
from logicbench.problem import Json, Problem, Status, Verdict, Violation

SCHEMA = 1
"""Version of the run format that this package writes."""

MAX_VIOLATIONS = 8
"""Violations kept for each sample; the total is kept beside them."""

CUT_OFF: frozenset[FinishReason] = frozenset({"length", "repetition"})
"""Finish reasons that mean that the engine cut the completion off."""


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """How many tokens a completion took."""

    prompt: int = 0
    thinking: int = 0
    answer: int = 0

    @property
    def generated(self) -> int:
        """Tokens that the model wrote."""
        return self.thinking + self.answer


@dataclass(frozen=True, slots=True)
class SampleVerdict:
    """A verdict as it is stored: the same as `Verdict`, with the number of violations capped."""

    status: Status
    score: float
    answer_key: str | None = None
    progress: float | None = None
    violations: tuple[Violation, ...] = ()
    violations_total: int = 0
    extractor: str = ""
    parse_notes: tuple[str, ...] = ()

    @property
    def correct(self) -> bool:
        """Whether the answer is right."""
        return self.status == "correct"

    @classmethod
    def of(cls, verdict: Verdict, keep: int = MAX_VIOLATIONS) -> SampleVerdict:
        """Return the stored form of a verdict, with at most `keep` violations."""
        return cls(
            verdict.status,
            verdict.score,
            verdict.answer_key,
            verdict.progress,
            verdict.violations[:keep],
            len(verdict.violations),
            verdict.extractor,
            verdict.parse_notes,
        )

    @classmethod
    def from_json(cls, record: Mapping[str, Json]) -> SampleVerdict:
        """Return the verdict that a JSON object describes; unknown fields are ignored."""
        known = {name: record[name] for name in _VERDICT_FIELDS if name in record}
        known["violations"] = tuple(
            Violation(found["kind"], found["message"], found.get("data", {})) for found in record.get("violations", ())
        )
        known["parse_notes"] = tuple(record.get("parse_notes", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Sample:
    """One completion of one problem, its verdict and its cost."""

    problem: str
    """The problem's id."""
    sample: int
    """Which of the problem's completions, from 0."""
    family: str
    task: str
    surface: str
    variant: str
    instance_id: str
    group_id: str
    label: str | None
    hardness: float | None
    """The problem's hardness score."""
    seed: int
    """The derived seed of this completion."""
    text: str
    """The whole completion, thinking included."""
    finish: FinishReason
    tokens: TokenCounts
    verdict: SampleVerdict | None
    """None where there is no completion."""
    thinking: tuple[int, int] | None = None
    """Half-open span of `text`, in characters, that is thinking, tags included."""
    thinking_closed: bool = True
    """False if the completion ended inside its thinking."""
    answer_start: int = 0
    """What was checked is ``text[answer_start:]``."""
    truncated: bool = False
    """Whether the engine cut the completion off."""
    logprob_sum: float | None = None
    """Sum of the raw log-probabilities of the generated tokens, in nats."""
    tokens_at: tuple[int, int, int] | None = None
    """(chunk, start, count) of the token ids in the side folder."""
    latency_s: float = 0.0
    error: str = ""
    """Why there is no completion."""
    attempt: int = 1
    calls: int = 1
    """Model calls behind this sample."""
    extra: Mapping[str, Json] = field(default_factory=dict)
    """Fields that this version does not know."""

    @property
    def key(self) -> tuple[str, int]:
        """(problem id, sample index): the name of the completion."""
        return self.problem, self.sample

    @property
    def correct(self) -> bool:
        """Whether there is a completion and its answer is right."""
        return self.verdict is not None and self.verdict.correct

    @property
    def score(self) -> float:
        """The verdict's score; 0 where there is no completion."""
        return self.verdict.score if self.verdict is not None else 0.0

    def to_json(self) -> dict[str, Json]:
        """Return the sample as a JSON object, key first."""
        record = {name: getattr(self, name) for name in _SAMPLE_FIELDS}
        record["tokens"] = asdict(self.tokens)
        record["verdict"] = None if self.verdict is None else asdict(self.verdict)
        return {**record, **self.extra}

    @classmethod
    def from_json(cls, record: Mapping[str, Any], source: str = "sample") -> Sample:
        """Return the sample that a JSON object describes.

        Raises:
            InputError: If a field is missing or of the wrong form; the message names it.
        """
        try:
            known = {name: record[name] for name in _SAMPLE_FIELDS}
            known["tokens"] = TokenCounts(**record["tokens"])
            known["verdict"] = None if record["verdict"] is None else SampleVerdict.from_json(record["verdict"])
            for name in ("thinking", "tokens_at"):
                known[name] = None if record[name] is None else tuple(record[name])
        except KeyError as error:
            raise InputError(f"{source}: missing field {error.args[0]!r}; is this a logicbench run?") from None
        except (TypeError, AttributeError) as error:
            raise InputError(f"{source}: a field has the wrong form ({error}); is this a logicbench run?") from None
        extra = {name: value for name, value in record.items() if name not in known}
        return cls(**known, extra=extra)


_VERDICT_FIELDS = tuple(f.name for f in fields(SampleVerdict))
_SAMPLE_FIELDS = tuple(f.name for f in fields(Sample) if f.name != "extra")


def problem_fields(problem: Problem) -> dict[str, Json]:
    """Return the fields that a sample copies from its problem."""
    score = problem.hardness.get("score")
    return {
        "problem": problem.id,
        "family": problem.family,
        "task": problem.task,
        "surface": problem.surface,
        "variant": problem.variant,
        "instance_id": problem.instance_id,
        "group_id": problem.group_id,
        "label": problem.label,
        "hardness": None if score is None else float(score),
    }
