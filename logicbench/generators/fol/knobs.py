"""Settings of first-order arguments."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

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
    distractors: int = Field(4, ge=0, le=20, description="premises that no step needs")
    people: int = Field(3, ge=2, le=5, description="names in use")
    words: Words = Field(
        "english",
        description="words other than names: english: real words; invented: made-up ones, none of which is used twice "
        "in a data set",
    )
    fragment: Literal["relative", "transitive"] = Field(
        "transitive", description="translate: the fragment of English that the sentence is from"
    )
