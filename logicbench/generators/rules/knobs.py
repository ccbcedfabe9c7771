"""Settings of rule theories."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from logicbench.family import Knobs
from logicbench.logic.english.lexicon import Words

WorldName = Literal["open", "closed"]
Source = Literal["chains", "hard-sat"]
MAX_DEPTH = 16


class RulesKnobs(Knobs):
    """Settings of rule theories."""

    world: WorldName = Field("open", description="open: what does not follow is unknown; closed: it is false")
    source: Source = Field(
        "chains",
        description="chains: parallel chains of rules; hard-sat: hard random satisfiability problems written as facts "
        "and rules (task answer, open world)",
    )
    depth: int = Field(3, ge=0, le=MAX_DEPTH, description="chains: rules applied one after the other")
    people: int = Field(3, ge=2, le=8, description="chains: number of people")
    distractors: int = Field(
        10, ge=0, le=80, description="chains: further rules, most of which look as if they led to the statement"
    )
    conditions: int = Field(2, ge=1, le=4, description="chains: most conditions of a rule")
    general: float = Field(0.4, ge=0, le=1, description="chains: share of rules about everybody")
    negation: float = Field(0.2, ge=0, le=0.8, description="chains: share of conditions that are denials")
    relations: float = Field(0.2, ge=0, le=1, description="chains: share of predicates that relate two people")
    words: Words = Field(
        "english",
        description="words other than names: english: real words; invented: made-up ones, none of which is used twice "
        "in a data set",
    )
    variables: int = Field(10, ge=5, le=40, description="hard-sat: number of statements that are true or false")
    min_conflicts: int = Field(
        0, ge=0, le=10_000, description="hard-sat: conflicts that the theory must take a reference solver"
    )

    @model_validator(mode="after")
    def _fits(self) -> RulesKnobs:
        if self.source == "hard-sat" and self.world == "closed":
            raise ValueError("source 'hard-sat' needs world 'open'")
        return self
