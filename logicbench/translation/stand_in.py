"""Items as problems, for the backends that answer from problems: they look up nothing but the id."""

from __future__ import annotations

from logicbench.problem import Problem
from logicbench.translation.items import Item


def stand_in(item: Item) -> Problem:
    """A problem with the item's name as its id, so that a script names its texts by it."""
    return Problem("translation", item.kind, "text", "1", "\n".join(item.sentences), {}, label=item.label, id=item.name)
