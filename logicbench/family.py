"""The Family protocol, and the registry that finds families by name without importing them all.

A family makes instances, shows them in several surfaces, reads answers and checks them::

    sample(task, knobs, stream) -> drafts      one draw: an instance for every label of the task
    measure(task, instance, stream) -> figures
    render(task, instance, surface, stream) -> Rendering
    parse(problem, text) -> Answer | Unparsable
    check(problem, answer) -> Verdict

Every method is a pure function of its arguments. Third-party packages add families through the entry-point group
``logicbench.families``: the entry's name is the family's name and its object is a `Family`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Any, ClassVar, Protocol, get_args, runtime_checkable

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from logicbench.answers import answer_part
from logicbench.errors import InputError, LogicbenchError, UnknownNameError
from logicbench.problem import Answer, Json, Problem, Unparsable, Verdict, unparsable
from logicbench.seeding import Stream

ENTRY_POINT_GROUP = "logicbench.families"

_BUILT_IN = {
    "sat": "logicbench.generators.sat:FAMILY",
    "nlsat": "logicbench.generators.nlsat:FAMILY",
    "coloring": "logicbench.generators.coloring:FAMILY",
    "rules": "logicbench.generators.rules:FAMILY",
    "fol": "logicbench.generators.fol:FAMILY",
    "skills": "logicbench.generators.skills:FAMILY",
}

_FROM_FILES = {"imported": "logicbench.generators.imported:FAMILY"}
"""Families whose problems are read and not drawn: found by name, left out where all families are listed."""

MAX_COMPLETION_BYTES = 1 << 20
"""Longer completions are cut at the front before they are read: the final answer stands at the end."""


class Knobs(BaseModel):
    """Base of every family's settings: immutable, and unknown names are refused."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _none_in_words(cls, value: Any, info: ValidationInfo) -> Any:
        """Take the word none for no value where a knob may have none, as a command line has only words."""
        optional = type(None) in get_args(cls.model_fields[info.field_name or ""].annotation)
        return None if optional and value == "none" else value


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that can be asked about an instance."""

    name: str
    question: str
    """One sentence: what is asked."""
    answer: str
    """One sentence: what a right answer is."""
    labels: tuple[str, ...] = ()
    """The classes of a yes/no-like question, balanced by construction; empty where no class is asked for."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An instance before it is rendered."""

    instance: Mapping[str, Json]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Rendering:
    """An instance shown in one surface."""

    prompt: str
    reference: str | None
    details: Mapping[str, Json] = field(default_factory=dict)
    """Stored as `Problem.rendering`."""


Baseline = Callable[[Problem], str]
"""A shallow solver: answers a problem without search, as text in the form that the prompt asks for."""


@runtime_checkable
class Family(Protocol):
    """What a problem family provides. Implementations are stateless modules or objects."""

    @property
    def name(self) -> str:
        """Registered name."""

    @property
    def version(self) -> str:
        """Bumped by any change that alters output."""

    @property
    def summary(self) -> str:
        """One sentence for tables."""

    @property
    def control(self) -> str:
        """The control parameter of hardness and where its phase transition lies, in one sentence."""

    @property
    def tasks(self) -> Mapping[str, Task]:
        """Tasks by name; the first is the default."""

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Names of the surfaces; the first is the default."""

    @property
    def variants(self) -> tuple[str, ...]:
        """Names of the meaning-preserving changes that `vary` makes."""

    @property
    def knobs(self) -> type[Knobs]:
        """The settings' model."""

    def sample(self, task: str, knobs: Any, stream: Stream) -> Sequence[Draft]:
        """Draw one group: a draft for every label of the task, or a single draft where the task has no labels.

        Raises:
            GenerationError: If the knobs admit no instance within the bound on tries.
        """

    def measure(self, task: str, instance: Mapping[str, Json], stream: Stream) -> dict[str, Json]:
        """Return the measured hardness figures, with ``score`` in [0, 1] where calibrated."""

    def render(self, task: str, instance: Mapping[str, Json], surface: str, stream: Stream) -> Rendering:
        """Show an instance in a surface."""

    def vary(self, task: str, instance: Mapping[str, Json], variant: str, stream: Stream) -> Mapping[str, Json]:
        """Return an instance of the same meaning and the same label, changed as the variant says."""

    def parse(self, problem: Problem, text: str) -> Answer | Unparsable:
        """Read the one final answer of a completion. Total: never raises, whatever the text."""

    def check(self, problem: Problem, answer: Answer) -> Verdict:
        """Check an answer against the instance, with deterministic budgets."""

    def guess(self, problem: Problem, stream: Stream) -> str:
        """Return a uniformly random well-formed answer."""

    def chance(self, problem: Problem) -> float | None:
        """Return the probability that `guess` is right, or None where it is not known."""

    def baselines(self, task: str) -> Mapping[str, Baseline]:
        """Return the shallow solvers that an audit runs, by name."""


@runtime_checkable
class FileFamily(Protocol):
    """A family that also takes the user's own instances from files."""

    def read(self, task: str, path: str, knobs: Any, stream: Stream) -> Sequence[Draft]:
        """Make instances of a file.

        Raises:
            InputError: If the file is malformed or does not fit the task; the message names it.
        """


@runtime_checkable
class HardnessFamily(Protocol):
    """A family whose random draws, taken as they come, show a phase transition."""

    @property
    def control_parameter(self) -> str:
        """The knob along which hardness rises and falls."""

    @property
    def draw_tasks(self) -> tuple[str, ...]:
        """The tasks that `draw` makes instances of; the first is the default."""

    def control_range(self, task: str, knobs: Any) -> tuple[float, float]:
        """Return two values of the control parameter with the transition between them."""

    def draw(self, task: str, knobs: Any, stream: Stream) -> Draft:
        """Draw one random instance of the knobs with its label: no balance, no twins, no filter.

        Raises:
            GenerationError: If the knobs admit no instance.
        """


@runtime_checkable
class GrammarFamily(Protocol):
    """A family whose answers can be held to their form while they are written."""

    def grammar(self, problem: Problem) -> str | None:
        """Return the EBNF of a well-formed answer and nothing else; None where the task states none."""


@runtime_checkable
class FacetFamily(Protocol):
    """A family whose results are reported by what its instances are made of, beside task, surface and hardness."""

    def facets(self, problem: Problem) -> Mapping[str, str]:
        """Return the name and value of each grouping that the problem falls under, such as rule: modus tollens."""


def facets_of(problem: Problem) -> Mapping[str, str]:
    """Return the groupings of a problem; empty where its family has none."""
    family = get_family(problem.family)
    return family.facets(problem) if isinstance(family, FacetFamily) else {}


def family_names() -> list[str]:
    """Return the names of all registered families, built-in ones first."""
    return [*_BUILT_IN, *sorted(set(_plugins()) - set(_BUILT_IN))]


def built_in_families() -> list[str]:
    """Return the names of the families that ship with logicbench."""
    return list(_BUILT_IN)


@cache
def get_family(name: str) -> Family:
    """Return the family of that name, importing its module on first use.

    Raises:
        UnknownNameError: If no family has the name.
        LogicbenchError: If a plug-in's object is not a family.
    """
    shipped = _BUILT_IN.get(name) or _FROM_FILES.get(name)
    if shipped is not None:
        module, _, attribute = shipped.partition(":")
        return getattr(importlib.import_module(module), attribute)  # type: ignore[no-any-return]
    plugins = _plugins()
    if name not in plugins:
        raise UnknownNameError("family", name, family_names())
    found = plugins[name].load()
    if not isinstance(found, Family):
        raise LogicbenchError(f"plug-in family {name!r} ({plugins[name].value}) does not follow the Family protocol")
    return found


@cache
def _plugins() -> Mapping[str, Any]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINT_GROUP)}


def get_task(family: Family, task: str | None) -> Task:
    """Return a task of the family; None means the first.

    Raises:
        UnknownNameError: If the family has no such task.
    """
    if task is None:
        return next(iter(family.tasks.values()))
    if task not in family.tasks:
        raise UnknownNameError(f"{family.name} task", task, family.tasks)
    return family.tasks[task]


def make_knobs(family: Family, settings: Mapping[str, Json]) -> Knobs:
    """Validate settings against the family's knobs.

    Raises:
        InputError: With the knob's name and what it accepts.
    """
    try:
        return family.knobs.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        if first["type"] == "extra_forbidden":
            raise UnknownNameError(f"{family.name} knob", name, family.knobs.model_fields) from None
        reason = first["msg"].removeprefix("Value error, ")
        raise InputError(f"{family.name} knob {name!r}: {reason} (given {first['input']!r})") from None


def verify(problem: Problem, completion: str) -> Verdict:
    """Read the final answer of a completion and check it.

    Total: any string gets a verdict. Only a defective `problem` raises.

    Raises:
        UnknownNameError: If the problem's family or task is not registered.
        InputError: If the problem's version is not the installed family's.
    """
    family = get_family(problem.family)
    if problem.version != family.version:
        raise InputError(
            f"problem {problem.id}: made by {problem.family} version {problem.version}, "
            f"but version {family.version} is installed; generate it anew or install the version that made it"
        )
    if problem.task not in family.tasks:
        get_task(family, problem.task)  # says which there are
    if len(completion) > MAX_COMPLETION_BYTES:
        # Thinking goes first: to cut off the tag that opens it would pass it off as an answer.
        completion = (answer_part(completion) or "")[-MAX_COMPLETION_BYTES:]
    answer = family.parse(problem, completion)
    if isinstance(answer, Unparsable):
        return unparsable(answer)
    return family.check(problem, answer)
