"""Settings of first-order arguments."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from logicbench.family import Knobs
from logicbench.logic.english.lexicon import Words


class FolKnobs(Knobs):
    """Settings of first-order arguments."""

    depth: int = Field(
        2, ge=1, le=6, description="steps from a given fact to the conclusion; each takes 1 to 3 premises"
    )
    quantifiers: int = Field(2, ge=1, le=2, description="most quantifiers nested in each other")
    functions: bool = Field(False, description="whether steps may lead over a function (the mentor of x)")
    equality: bool = Field(False, description="whether steps may lead over equality (x is the same person as Ben)")
    sorts: bool = Field(
        False, description="whether there are places and things beside people, each with predicates of their own"
    )
    distractors: int = Field(4, ge=0, le=20, description="premises that no step needs")
    people: int = Field(3, ge=2, le=5, description="names in use")
    words: Words = Field(
        "english",
        description="words other than names: english: real words; invented: made-up ones, none of which is used twice "
        "in a data set",
    )
    fragment: Literal["relative", "transitive"] = Field(
        "transitive", description="translate and verbalize: the fragment of English that the sentence is from"
    )

    @model_validator(mode="after")
    def _fit(self) -> FolKnobs:
        if self.sorts and (self.quantifiers < 2 or self.functions or self.equality or self.words != "english"):
            raise ValueError("sorts go with quantifiers=2, words=english, and neither functions nor equality")
        return self

    @model_serializer(mode="wrap")
    def _without_default(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave `sorts` out where it is off, so that problems are written as they were before there were sorts."""
        found: dict[str, Any] = dump(self)
        return found if self.sorts else {name: value for name, value in found.items() if name != "sorts"}
