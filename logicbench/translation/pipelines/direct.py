"""Direct translation: one question with examples, one formula for every numbered sentence."""

from __future__ import annotations

from logicbench.translation.items import Item
from logicbench.translation.pipelines.protocol import Ask, Dialogue, Settings, Translation, decide, render
from logicbench.translation.pipelines.replies import numbered


def direct(item: Item, settings: Settings) -> Dialogue[Translation]:
    """Ask once for all formulas."""
    (text,) = yield [Ask(render("direct", item=item))]
    return decide(item, numbered(text, len(item.sentences)), settings)
