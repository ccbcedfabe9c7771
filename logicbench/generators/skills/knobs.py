"""Settings of skills."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from logicbench.errors import UnknownNameError
from logicbench.family import Knobs
from logicbench.generators.skills.rules import Rule, rules
from logicbench.logic.english.lexicon import Words


class SkillsKnobs(Knobs):
    """Settings of skills."""

    rule: str = Field("any", description="any, or the id or the name of one rule, such as universal-modus-tollens-1")
    kind: Literal["any", "inference", "equivalence", "fallacy"] = Field("any", description="which rules are drawn")
    level: Literal["any", "propositional", "predicate"] = Field("any", description="which rules are drawn")
    length: int = Field(1, ge=1, le=6, description="rules applied one after the other")
    distractors: int = Field(1, ge=0, le=4, description="premises of which the argument has no need")
    words: Words = Field(
        "english",
        description="words other than names: english: real words; invented: made-up ones, none of which is used twice "
        "in a data set",
    )

    @field_validator("rule")
    @classmethod
    def _known(cls, value: str) -> str:
        names = {rule.name for rule in rules().values()}
        if value != "any" and value not in rules() and value not in names:
            raise ValueError(str(UnknownNameError("rule", value, rules())).partition(" Known:")[0])
        return value

    def pool(self) -> list[Rule]:
        """Return the rules to draw from."""
        return [
            rule
            for rule in rules().values()
            if self.rule in ("any", rule.id, rule.name)
            and self.kind in ("any", rule.kind)
            and self.level in ("any", rule.level)
        ]
