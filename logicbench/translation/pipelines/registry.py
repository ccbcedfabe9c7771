"""The pipelines by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from logicbench.errors import InputError, UnknownNameError
from logicbench.translation.items import Item, Kind
from logicbench.translation.pipelines.clover import clover
from logicbench.translation.pipelines.direct import direct
from logicbench.translation.pipelines.incremental import incremental
from logicbench.translation.pipelines.linc import linc
from logicbench.translation.pipelines.logic_lm import logic_lm
from logicbench.translation.pipelines.protocol import Dialogue, Settings, Translation
from logicbench.translation.pipelines.semantic_majority import semantic_majority


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A way to translate.

    Attributes:
        name: Its name.
        run: Starts the dialogue about one item.
        kinds: The kinds of items that it takes.
        temperature: Where none is asked for.
    """

    name: str
    run: Callable[[Item, Settings], Dialogue[Translation]]
    kinds: tuple[Kind, ...] = ("fol", "rules")
    temperature: float = 0.0

    def check(self, item: Item) -> None:
        """Refuse an item of a kind that the pipeline does not take.

        Raises:
            InputError: With the item's name.
        """
        if item.kind not in self.kinds:
            raise InputError(
                f"item {item.name}: the pipeline {self.name} translates premises and a conclusion; "
                "for a choice among options use --pipeline logic-lm"
            )


PIPELINES: Mapping[str, Pipeline] = {
    each.name: each
    for each in (
        Pipeline("direct", direct),
        Pipeline("logic-lm", logic_lm, ("fol", "rules", "typed")),
        Pipeline("linc", linc, temperature=0.8),
        Pipeline("clover", clover),
        Pipeline("semantic-majority", semantic_majority, temperature=0.8),
        Pipeline("incremental", incremental),
    )
}


def get_pipeline(name: str) -> Pipeline:
    """Return the pipeline of that name.

    Raises:
        UnknownNameError: There is none.
    """
    if name not in PIPELINES:
        raise UnknownNameError("pipeline", name, PIPELINES)
    return PIPELINES[name]
