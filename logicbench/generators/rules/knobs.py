"""Settings of rule theories."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from logicbench.family import Knobs

WorldName = Literal["open", "closed"]
MAX_DEPTH = 16


class RulesKnobs(Knobs):
    """Settings of rule theories."""

    world: WorldName = Field("open", description="open: what does not follow is unknown; closed: it is false")
    depth: int = Field(3, ge=0, le=MAX_DEPTH, description="rules that are applied one after the other")
    people: int = Field(3, ge=2, le=8, description="number of people")
    distractors: int = Field(6, ge=0, le=60, description="rules that never apply although they look as if they might")
    conditions: int = Field(2, ge=1, le=4, description="most conditions of a rule")
    general: float = Field(0.4, ge=0, le=1, description="share of rules about everybody")
    negation: float = Field(0.2, ge=0, le=0.8, description="share of conditions that are denials")
    source: Literal["chains", "hard"] = Field(
        "chains", description="chains of rules, or (task answer, open world) hard random satisfiability problems"
    )
    variables: int = Field(10, ge=5, le=40, description="source hard: number of facts that are true or false")

    @model_validator(mode="after")
    def _fits(self) -> RulesKnobs:
        if self.source == "hard" and self.world == "closed":
            raise ValueError("source 'hard' needs world 'open'")
        return self
