"""Settings of natural-language satisfiability, and the transition points of its fragments."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from logicbench.family import Knobs
from logicbench.logic.english.lexicon import Words

FragmentName = Literal["grounded", "syllogistic", "relative", "transitive"]
Source = Literal["random", "pigeonhole", "tseitin", "parity", "ordering", "pebbling"]
Filter = Literal["none", "vote"]
World = Literal["people", "things", "mixed"]


SYLLOGISTIC_ROLES = 8
"""Default number of roles of syllogisms."""


class NlsatKnobs(Knobs):
    """Settings of natural-language satisfiability."""

    fragment: FragmentName = Field("grounded", description="language of the statements")
    variables: int = Field(10, ge=3, le=60, description="grounded: number of facts that are true or false")
    clause_length: int = Field(3, ge=2, le=5, description="grounded: facts in each statement of random theories")
    world: World = Field("people", description="grounded: what the facts are about")
    source: Source = Field("random", description="grounded: where theories come from")
    people: int = Field(3, ge=2, le=8, description="relative, transitive: number of people")
    predicates: int = Field(
        5, ge=3, le=12, description="all but grounded: number of roles and qualities; syllogistic: 8 by default"
    )
    verbs: int = Field(1, ge=0, le=3, description="relative, transitive: number of verbs")
    words: Words = Field(
        "english",
        description="words other than names: english: real words; invented: made-up ones, none of which is used twice "
        "in a data set",
    )
    ratio: float | None = Field(
        None, gt=0, le=60, description="statements per fact (grounded) or per role and quality; default: the 50% point"
    )
    refutation: Literal["minimal", "core"] = Field(
        "minimal", description="certify: contradictory statements must be a minimal set, or just not many"
    )
    min_support: int = Field(
        3, ge=1, le=12, description="statements that a contradiction, or a decided query, needs at least"
    )
    filter: Filter = Field(
        "vote",
        description="decide, certify: vote: voting and a little local search must not find a world for consistent ones",
    )
    min_conflicts: int = Field(0, ge=0, le=10_000, description="conflicts that deciding must take a reference solver")

    @property
    def shallow_steps(self) -> int | None:
        """How many steps of unit propagation may not settle a question; None for any number.

        Any number settles syllogisms, so there it is one, and none with fewer than `SYLLOGISTIC_ROLES`, where hardly
        a contradiction is further away.
        """
        if self.fragment != "syllogistic":
            return None
        return 1 if self.predicates >= SYLLOGISTIC_ROLES else 0

    @model_validator(mode="before")
    @classmethod
    def _syllogistic_size(cls, given: Any) -> Any:
        """Give syllogisms more roles."""
        if isinstance(given, dict) and given.get("fragment") == "syllogistic" and "predicates" not in given:
            return {**given, "predicates": SYLLOGISTIC_ROLES}
        return given

    @model_validator(mode="after")
    def _fits(self) -> NlsatKnobs:
        if self.fragment == "grounded" and self.variables < self.clause_length:
            raise ValueError(f"variables must be at least clause_length, which is {self.clause_length}")
        if self.fragment == "transitive" and self.verbs == 0:
            raise ValueError("the transitive fragment needs verbs")
        if self.source != "random" and self.fragment != "grounded":
            raise ValueError(f"source {self.source!r} needs fragment 'grounded'")
        return self
