"""What an evaluation is asked to do, as records that go into ``run.json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from logicbench.errors import InputError
from logicbench.models.protocol import Sampling
from logicbench.problem import Json


@dataclass(frozen=True, slots=True)
class Prompting:
    """What is put before a problem's own prompt."""

    system: str | None = None
    """System message; None leaves it to the model's chat template."""
    shots: int = 0
    """Solved examples of the same family, task and surface, shown as earlier turns of the conversation."""
    shot_seed: int = 0
    """Seed of the split that the examples come from."""
    chat_template_kwargs: Mapping[str, Json] = field(default_factory=dict)
    """Arguments handed to the chat template, for example ``{"enable_thinking": false}``."""


@dataclass(frozen=True, slots=True)
class EvalConfig:
    """The settings of one run."""

    model: str
    """As the user named it."""
    samples: int = 1
    """Completions for each problem."""
    seed: int = 0
    """The run's seed; every completion's own is derived from it."""
    sampling: Sampling = field(default_factory=Sampling)
    prompting: Prompting = field(default_factory=Prompting)
    thinking: str = "auto"
    """How thinking is recognised: ``auto``, ``off``, or an opening and a closing tag."""
    grammar: bool = False
    """Whether completions are held to the form of an answer, in tasks that state its grammar."""
    strategy: Mapping[str, Json] = field(default_factory=lambda: {"name": "single"})
    tasks: tuple[str, ...] = ()
    """The selections of problems as the user gave them."""
    task_files: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of each problem file among them."""
    problem_seed: int = 0
    """Seed of problems that are generated."""
    suite: str | None = None
    limit: int | None = None
    backend: str = "auto"
    """As the user named it."""
    backend_options: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise InputError(f"--samples must be at least 1, not {self.samples}")
        if self.grammar and self.strategy["name"] == "iterate":
            raise InputError("--grammar leaves no room for the rounds of --strategy iterate; leave out one of the two")
        if self.prompting.shots < 0:
            raise InputError(f"--shots must not be negative, but is {self.prompting.shots}")

    def to_json(self) -> dict[str, Json]:
        """Return the configuration as a JSON object."""
        return asdict(self)
