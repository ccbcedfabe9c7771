"""The records that everything exchanges: Problem, Answer, Unparsable, Violation and Verdict, and their JSONL form.

A `Problem` is one line of JSONL and can be checked from itself alone. `id` names the content: the same content has
the same id everywhere, so a resumed run, two data sets or two machines agree on what an item is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO, Any, Literal

import orjson

from logicbench.errors import InputError

Json = Any
"""A value made of None, bool, int, float, str, lists and dicts with string keys."""

Status = Literal["correct", "wrong", "unparsable", "undecided"]
STATUSES: tuple[Status, ...] = ("correct", "wrong", "unparsable", "undecided")


def canonical_json(value: Json) -> bytes:
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def content_id(*parts: Json, size: int = 20) -> str:
    """Return the first `size` hexadecimal digits of the SHA-256 of the parts' canonical JSON."""
    return hashlib.sha256(canonical_json(list(parts))).hexdigest()[:size]


@dataclass(frozen=True, slots=True)
class Problem:
    """One question put to a model, with all that checking an answer needs."""

    family: str
    """Name of the family that made the problem and checks its answers."""
    task: str
    """What is asked about the instance, for example ``decide`` or ``certify``."""
    surface: str
    """How the instance is shown, for example ``dimacs`` or ``story``."""
    version: str
    """Version of the family; a change that alters output bumps it."""
    prompt: str
    """The text that the model reads."""
    instance: Mapping[str, Json]
    """What the prompt was derived from and the answer is checked against."""
    rendering: Mapping[str, Json] = field(default_factory=dict)
    """Details of the surface that reading an answer needs, such as the names that stand for variables."""
    reference: str | None = None
    """One correct answer in the form that the prompt asks for."""
    label: str | None = None
    """The class of a yes/no-like question (sat, unsat, true, ...), or None where no class is asked for."""
    knobs: Mapping[str, Json] = field(default_factory=dict)
    """The generator's settings."""
    hardness: Mapping[str, Json] = field(default_factory=dict)
    """Measured figures, and ``score`` in [0, 1] where the family is calibrated."""
    seed: int = 0
    split: str = "train"
    index: int = 0
    """Position in the request that made it: (family, task, split, seed, index) reproduces the instance."""
    instance_id: str = ""
    """Shared by all surfaces and variants of one instance."""
    group_id: str = ""
    """Shared by instances built from one draw, such as sat/unsat twins; the cluster for statistics."""
    variant: str = "base"
    """Name of the meaning-preserving change that made this variant of the instance."""
    id: str = ""
    """Hash of the content; filled in when empty."""

    def __post_init__(self) -> None:
        if not self.instance_id:
            object.__setattr__(self, "instance_id", content_id(self.family, self.version, self.instance))
        if not self.group_id:
            object.__setattr__(self, "group_id", self.instance_id)
        if not self.id:
            content = (self.family, self.version, self.task, self.surface, self.prompt, self.instance, self.rendering)
            object.__setattr__(self, "id", content_id(*content))

    def to_json(self) -> dict[str, Json]:
        """Return the problem as a JSON object, ``id`` first."""
        return {name: getattr(self, name) for name in _PROBLEM_FIELDS}

    @classmethod
    def from_json(cls, record: Mapping[str, Json], source: str = "problem") -> Problem:
        """Return the problem that a JSON object describes.

        Raises:
            InputError: If a field is missing, unknown or of the wrong type; the message names it.
        """
        if not isinstance(record, Mapping):
            raise InputError(f"{source}: expected a JSON object, found {type(record).__name__}")
        unknown = [name for name in record if name not in _PROBLEM_FIELDS]
        if unknown:
            raise InputError(f"{source}: unknown field {unknown[0]!r}; is this a logicbench problem file?")
        for name, kind in _REQUIRED.items():
            if name not in record:
                raise InputError(f"{source}: missing field {name!r}")
            if not isinstance(record[name], kind):
                raise InputError(f"{source}: field {name!r} must be {_KIND_NAMES[kind]}")
        for name, kind in _OPTIONAL.items():
            value = record.get(name)
            if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
                raise InputError(f"{source}: field {name!r} must be {_KIND_NAMES[kind]}")
        return cls(**{name: value for name, value in record.items() if value is not None or name in _NULLABLE})


_PROBLEM_FIELDS = ("id", *(f.name for f in fields(Problem) if f.name != "id"))
_NULLABLE = frozenset({"reference", "label"})
_KIND_NAMES: dict[type, str] = {str: "a string", dict: "an object", int: "an integer"}
_REQUIRED: dict[str, type] = {
    "family": str, "task": str, "surface": str, "version": str, "prompt": str, "instance": dict,
}  # fmt: skip
_OPTIONAL: dict[str, type] = {
    "id": str, "rendering": dict, "reference": str, "label": str, "knobs": dict, "hardness": dict, "seed": int,
    "split": str, "index": int, "instance_id": str, "group_id": str, "variant": str,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """One final answer, read from a completion."""

    value: Json
    """The answer in the task's own form, for example a tuple of bools."""
    text: str = ""
    """The span of the completion that was read."""
    extractor: str = ""
    """Which rule found the span: ``tag``, ``boxed``, ``marker``, ``fence`` or ``whole``."""
    notes: tuple[str, ...] = ()
    """What the reader had to forgive."""


@dataclass(frozen=True, slots=True)
class Unparsable:
    """No single final answer could be read."""

    reason: str
    """A short code: ``empty``, ``no-answer``, ``conflict``, ``malformed``, ``length``, ``range`` or ``oversized``."""
    message: str
    """One sentence that a person, or a model that tries again, can act on."""
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that an answer breaks; the text of feedback strategies is rendered from these."""

    kind: str
    """A short code such as ``falsified-clause`` or ``monochromatic-edge``."""
    message: str
    """One sentence in the words of the prompt's surface."""
    data: Mapping[str, Json] = field(default_factory=dict)
    """Which clause, edge or step, for programs."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker says of a completion."""

    status: Status
    score: float
    """In [0, 1]; 1 only if the status is ``correct``, 0 where it is ``unparsable`` or ``undecided``."""
    answer_key: str | None = None
    """Canonical form of the answer for voting; None where many answers are right and votes mean nothing."""
    violations: tuple[Violation, ...] = ()
    progress: float | None = None
    """A sound measure of nearness in [0, 1], 0 at or below what guessing reaches; None where the task has none."""
    parse_notes: tuple[str, ...] = ()
    extractor: str = ""

    @property
    def correct(self) -> bool:
        """Whether the answer is right."""
        return self.status == "correct"

    def to_json(self) -> dict[str, Json]:
        """Return the verdict as a JSON object."""
        return asdict(self)


CORRECT = Verdict("correct", 1.0)


def unparsable(problem: Unparsable) -> Verdict:
    """Return the verdict on a completion from which no answer could be read."""
    return Verdict(
        "unparsable", 0.0, violations=(Violation(problem.reason, problem.message),), extractor=problem.extractor
    )


def dump_line(record: Mapping[str, Json]) -> bytes:
    """Return one JSONL line, newline included, in the record's own key order."""
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY)


def read_jsonl(path: str | Path) -> Iterator[tuple[int, Json]]:
    """Yield (line number, value) of each non-empty line.

    Raises:
        InputError: If the file cannot be read or a line is not JSON; the message names file and line.
    """
    try:
        with open(path, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    yield number, orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise InputError.at(str(path), number, f"not JSON: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def iter_problems(path: str | Path) -> Iterator[Problem]:
    """Yield the problems of a JSONL file, one at a time.

    Raises:
        InputError: With file and line, if a line is not a problem.
    """
    for number, record in read_jsonl(path):
        yield Problem.from_json(record, f"{path}:{number}")


def load(path: str | Path) -> list[Problem]:
    """Return the problems of a JSONL file.

    Raises:
        InputError: With file and line, if the file cannot be read or a line is not a problem.
    """
    return list(iter_problems(path))


def write_problems(problems: Iterable[Problem], out: IO[bytes]) -> int:
    """Write problems as JSONL and return how many."""
    count = 0
    for problem in problems:
        out.write(dump_line(problem.to_json()))
        count += 1
    return count
