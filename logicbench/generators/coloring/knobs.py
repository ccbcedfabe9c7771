"""Settings of the colouring family."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from logicbench.family import Knobs

Model = Literal["gnm", "gnp", "planted", "flat", "regular", "planar", "small-world", "geometric", "file"]
Filter = Literal["none", "dsatur", "greedy"]


class ColoringKnobs(Knobs):
    """Settings of the colouring family."""

    model: Model = Field("gnm", description="where graphs come from")
    vertices: int = Field(20, ge=4, le=5000, description="number of vertices (files: of the part that is taken)")
    colors: int | None = Field(3, ge=2, le=60, description="number of colours; none: the exact chromatic number")
    degree: float | None = Field(
        None, gt=0, le=500, description="average degree; default: the 50% point of the model, or all edges of a file"
    )
    p: float | None = Field(None, gt=0, le=1, description="gnp: probability of an edge; overrides degree")
    rewiring: float = Field(0.3, ge=0, le=1, description="small-world: share of the edges that are rewired")
    filter: Filter = Field(
        "greedy",
        description=(
            "dsatur: DSATUR must fail on colourable graphs; greedy: first-fit and largest-first too, and uncolourable "
            "twins hold no clique or odd wheel that refutes them"
        ),
    )
    file: str | None = Field(None, description="file: path of a DIMACS graph (.col, also compressed)")

    @model_validator(mode="after")
    def _fits(self) -> ColoringKnobs:
        if (self.model == "file") != (self.file is not None):
            raise ValueError("model 'file' and a path in 'file' go together")
        if self.p is not None and self.model != "gnp":
            raise ValueError("p belongs to model 'gnp'; use degree with the others")
        if self.degree is not None and self.degree > self.vertices - 1 and self.model != "file":
            raise ValueError(f"degree must be at most vertices - 1, which is {self.vertices - 1}")
        if self.model == "regular" and self.degree is not None:
            if self.degree != int(self.degree):
                raise ValueError("degree must be a whole number for model 'regular'")
            if self.degree * self.vertices % 2:
                raise ValueError("vertices times degree must be even for model 'regular'")
        if self.model == "planar" and self.degree is not None and self.degree > 6 - 12 / self.vertices:
            raise ValueError(f"planar graphs with {self.vertices} vertices have a degree below 6 - 12/vertices")
        if self.colors is None and self.model in ("planted", "flat"):
            raise ValueError(f"model {self.model!r} hides a colouring, so it needs a number of colors")
        return self
