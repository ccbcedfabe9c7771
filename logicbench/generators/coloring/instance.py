"""An instance of the colouring family, prepared for asking and checking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from logicbench.errors import InputError
from logicbench.generators.cache import InstanceCache
from logicbench.logic.graph import Graph
from logicbench.seeding import Stream


@dataclass(frozen=True)
class Instance:
    """A graph with what its task adds to it.

    The JSON instance is ``{"order": n, "edges": [[u, v], ...]}``, the edges in the order of the prompt, and as the task
    needs them ``colors`` (the number allowed), ``colorable`` and ``chromatic`` (facts that follow from the graph) and
    ``proposal`` (a colour in ``1..colors`` for each vertex).
    """

    data: Mapping[str, Any] = field(repr=False)

    @property
    def order(self) -> int:
        """Number of vertices."""
        return self.data["order"]  # type: ignore[no-any-return]

    @property
    def edges(self) -> Sequence[Sequence[int]]:
        """The edges as the prompt shows them."""
        return self.data["edges"]  # type: ignore[no-any-return]

    @property
    def k(self) -> int:
        """Number of colours allowed; 0 where the question is how many are needed."""
        return self.data.get("colors", 0)  # type: ignore[no-any-return]

    @cached_property
    def graph(self) -> Graph:
        """The graph."""
        return Graph.from_json(self.data)

    @cached_property
    def ends(self) -> tuple[tuple[int, int], ...]:
        """The edges, checked, counted from 0: for looking up colours fast."""
        return tuple((u - 1, v - 1) for u, v in self.graph.edges)

    def isolated(self) -> list[int]:
        """Return the vertices without edges."""
        met = {v for edge in self.edges for v in edge}
        return [v for v in range(1, self.order + 1) if v not in met]


def prepare(data: Mapping[str, Any]) -> Instance:
    """Return the prepared form of a JSON instance.

    Raises:
        InputError: If it is malformed.
    """
    instance = Instance(data)
    order = instance.graph.order
    k = data.get("colors", 0)
    if type(k) is not int or k < 0:
        raise InputError(f"the field colors of a colouring instance must be a positive integer, not {k!r}")
    proposal = data.get("proposal", [1] * order)
    if not isinstance(proposal, list | tuple) or len(proposal) != order:
        raise InputError("the field proposal of a colouring instance must have a colour for each vertex")
    return instance


instance_of: InstanceCache[Instance] = InstanceCache(prepare)
"""Returns the prepared form of an instance."""


def vary(data: Mapping[str, Any], variant: str, stream: Stream) -> Mapping[str, Any]:
    """Return an equivalent instance.

    ``rename`` permutes vertices and, in a proposal, colours; ``permute`` the order and direction of edges;
    ``paraphrase`` changes nothing here, since the wording is drawn anew.
    """
    changed = dict(data)
    order = data["order"]
    if variant == "rename":
        images = [image + 1 for image in stream.permutation(order)]
        changed["edges"] = [[images[u - 1], images[v - 1]] for u, v in data["edges"]]
        if "proposal" in data:
            colours = [image + 1 for image in stream.permutation(data["colors"])]
            proposal = [0] * order
            for v, colour in enumerate(data["proposal"]):
                proposal[images[v] - 1] = colours[colour - 1]
            changed["proposal"] = proposal
    elif variant == "permute":
        changed["edges"] = [[u, v] if stream.bit() else [v, u] for u, v in stream.shuffled(data["edges"])]
    return changed
