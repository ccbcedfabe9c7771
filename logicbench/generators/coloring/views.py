"""The surfaces of a graph: DIMACS text, adjacency lists, English edges and four stories.

A view shows a graph and supplies the words with which `logicbench.generators.coloring.questions` asks about it.
Templates and names are seeded; isolated vertices are visible on every surface.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from logicbench.generators.coloring.instance import Instance
from logicbench.generators.coloring.lexicon import Lexicon
from logicbench.generators.coloring.worlds import WORLDS
from logicbench.seeding import Stream


@dataclass(frozen=True, slots=True)
class View:
    """A graph shown in one surface, and the words of that surface."""

    statement: str
    lexicon: Lexicon
    template: str


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def view(surface: str, instance: Instance, stream: Stream) -> View:
    """Show a graph in a surface."""
    world = WORLDS[surface]
    names = world.names(instance.order, stream.child("names")) if world.stems else None
    colours = world.colours(instance.k, stream.child("colours")) if world.palette else None
    lexicon = Lexicon(instance.order, instance.k, surface, names, colours or None)
    statement, template = _SHOWN.get(surface, _tell)(instance, lexicon, stream)
    return View(statement, lexicon, template)


_DIMACS = {
    "plain": (
        "Here is an undirected graph in DIMACS format. After the header, each line 'e u v' is an edge between the "
        "vertices u and v."
    ),
    "explained": (
        "The following text describes an undirected graph in DIMACS format: the header gives the numbers of vertices "
        "and of edges, and each line after it, 'e' and two vertices, is an edge between them."
    ),
    "file": (
        "A program reads the following undirected graph from a DIMACS file. The first line is a header, and each other "
        "line 'e u v' is an edge between the vertices u and v."
    ),
}


def _dimacs(instance: Instance, lexicon: Lexicon, stream: Stream) -> tuple[str, str]:
    style = stream.choice(tuple(_DIMACS))
    lines = [f"p edge {instance.order} {len(instance.edges)}", *(f"e {u} {v}" for u, v in instance.edges)]
    note = f"{_DIMACS[style]} Its vertices are the numbers from 1 to {instance.order}."
    return f"{note}\n\n" + "\n".join(lines), style


_ADJACENCY = {
    "lines": ("Each line gives a vertex and the vertices that it has an edge to.", "{v}: {near}", ", "),
    "arrows": ("Each vertex is followed by an arrow and the vertices that it has an edge to.", "{v} -> {near}", " "),
    "sentences": ("For every vertex, its neighbours are listed.", "Vertex {v} has {edges} to {near}.", ", "),
    "dictionary": ("A dictionary gives the list of neighbours of each vertex.", "    {v}: [{near}],", ", "),
}  # fmt: skip


def _adjacency(instance: Instance, lexicon: Lexicon, stream: Stream) -> tuple[str, str]:
    style = stream.choice(tuple(_ADJACENCY))
    note, line, comma = _ADJACENCY[style]
    near: list[list[str]] = [[] for _ in range(instance.order + 1)]
    for u, v in instance.edges:
        near[u].append(str(v))
        near[v].append(str(u))
    rows = []
    for v in range(1, instance.order + 1):
        if near[v] or style == "dictionary":
            shown = listed(near[v]) if style == "sentences" else comma.join(near[v])
            rows.append(line.format(v=v, near=shown, edges="an edge" if len(near[v]) == 1 else "edges"))
        elif style == "sentences":
            rows.append(f"Vertex {v} has no edges.")
        else:
            rows.append(line.format(v=v, near="none"))
    body = "\n".join(["{", *rows, "}"] if style == "dictionary" else rows)
    statement = f"An undirected graph has the vertices 1 to {instance.order}. {note}\n\n{body}"
    return statement, style


_ENGLISH = {
    "vertex": (
        "These pairs of vertices are directly connected, and no others are:",
        "Vertex {u} is connected to vertex {v}.",
    ),
    "there": (
        "Two vertices are directly connected if there is an edge between them. These are all the edges:",
        "There is an edge between {u} and {v}.",
    ),
    "between": (
        "These are all the pairs of vertices that are directly connected:",
        "Vertices {u} and {v} are connected.",
    ),
}


def _english(instance: Instance, lexicon: Lexicon, stream: Stream) -> tuple[str, str]:
    style = stream.choice(tuple(_ENGLISH))
    heading, line = _ENGLISH[style]
    parts = [
        f"A graph has {instance.order} vertices, numbered from 1 to {instance.order}. {heading}",
        "\n".join(line.format(u=u, v=v) for u, v in instance.edges),
    ]
    lonely = instance.isolated()
    if lonely:
        parts.append(f"Vertices that are directly connected to no other vertex: {', '.join(map(str, lonely))}.")
    return "\n\n".join(parts), style


def _tell(instance: Instance, lexicon: Lexicon, stream: Stream) -> tuple[str, str]:
    world, names = lexicon.world, lexicon.labels()
    opening, wording = stream.below(len(world.openings)), stream.below(len(world.pairs))
    pairs = (world.pairs[wording].format(u=names[u - 1], v=names[v - 1]) for u, v in instance.edges)
    parts = [
        world.openings[opening].format(n=instance.order),
        world.listing.format(names=listed(names)),
        f"{world.headings[stream.below(len(world.headings))]}\n" + "\n".join(pairs),
    ]
    lonely = instance.isolated()
    if lonely:
        parts.append(world.isolated.format(names=listed([names[v - 1] for v in lonely])))
    return "\n\n".join(parts), f"{opening}-{wording}"


_SHOWN: dict[str, Callable[[Instance, Lexicon, Stream], tuple[str, str]]] = {
    "dimacs": _dimacs,
    "adjacency": _adjacency,
    "english": _english,
}
SURFACES = tuple(WORLDS)
