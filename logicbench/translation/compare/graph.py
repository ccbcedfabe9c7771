"""Overlap of formulas as graphs, in the manner of Smatch (Cai and Knight 2013) and Smatch++ (Opitz 2023).

A formula becomes a rooted graph: a node for each operator, atom, variable and individual, with edges labelled by the
role of the child. Variables and individuals are one node however often they occur, so that co-reference is compared
too. The score is the F1 of the triples under the best one-to-one mapping of nodes that a hill climb finds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from logicbench.logic.fol.syntax import (
    And,
    Constant,
    Count,
    Equal,
    Exists,
    Forall,
    Formula,
    Iff,
    Numeral,
    Or,
    Variable,
    Xor,
)
from logicbench.logic.fol.transform import rename_apart

_UNORDERED = (And, Or, Xor, Iff, Equal)
_NODE_LIMIT = 400


@dataclass(frozen=True, slots=True)
class Graph:
    """Node labels, and edges ``(parent, role, child)``; node 0 is the root."""

    labels: tuple[str, ...]
    edges: tuple[tuple[int, str, int], ...]


def formula_graph(formula: Formula) -> Graph:
    """The graph of a formula; variables are labelled alike, individuals by their names."""
    labels: list[str] = []
    edges: list[tuple[int, str, int]] = []
    shared: dict[Any, int] = {}
    todo: list[tuple[Any, int, str]] = [(rename_apart(formula), -1, "")]
    while todo:
        node, parent, role = todo.pop()
        place = shared.get(node) if isinstance(node, Variable | Constant | Numeral) else None
        if place is None:
            place = len(labels)
            labels.append("variable" if isinstance(node, Variable) else _label(node))
            if isinstance(node, Variable | Constant | Numeral):
                shared[node] = place
        if parent >= 0:
            edges.append((parent, role, place))
        if isinstance(node, Forall | Exists | Count):
            todo.append((node.variable, place, "binds"))
        for number, child in enumerate(node.children):
            todo.append((child, place, "operand" if isinstance(node, _UNORDERED) else f"arg{number}"))
    return Graph(tuple(labels), tuple(dict.fromkeys(edges)))


def _label(node: Any) -> str:
    if isinstance(node, Forall | Exists):
        return f"{type(node).__name__} {node.sort or ''}"
    return " ".join((type(node).__name__, *map(str, node.label)))


def graph_f1(left: Formula, right: Formula) -> float | None:
    """F1 of the triples of two formulas' graphs; None beyond 400 nodes."""
    a, b = formula_graph(left), formula_graph(right)
    if max(len(a.labels), len(b.labels)) > _NODE_LIMIT:
        return None
    total = len(a.labels) + len(a.edges) + len(b.labels) + len(b.edges) + 2
    return 2 * _best_match(a, b) / total


def _best_match(a: Graph, b: Graph) -> int:
    """The most triples (labels, edges, roots) that a mapping of nodes is found to share."""
    from scipy.optimize import linear_sum_assignment

    alike = np.array([[one == other for other in b.labels] for one in a.labels], dtype=float)
    roles = {role: place for place, role in enumerate(dict.fromkeys(role for _, role, _ in (*a.edges, *b.edges)))}
    ours, theirs = _adjacency(a, roles), _adjacency(b, roles)
    here, there = ours.sum(axis=2), theirs.sum(axis=2)
    shape = np.minimum(here[:, :, None], there[:, None, :]).sum(axis=0)
    starts = [_from_roots(a, b)]
    for weight in (0.25, 1.0):
        rows, columns = linear_sum_assignment(-(alike + weight * shape))
        mapping = np.full(len(a.labels), -1)
        mapping[rows] = columns
        starts.append(mapping)
    best = 0
    for mapping in starts:
        # Each round is the best reply to where the neighbours went; it stops when that brings no more.
        score = _score(mapping, alike, a, b)
        while True:
            rows, columns = linear_sum_assignment(-_reply(mapping, alike, ours, theirs))
            reply = np.full(len(a.labels), -1)
            reply[rows] = columns
            found = _score(reply, alike, a, b)
            if found <= score:
                break
            mapping, score = reply, found
        best = max(best, score)
    return best


def _from_roots(a: Graph, b: Graph) -> Any:
    """The mapping that follows equal roles down from the roots, children in their order."""
    below: list[dict[int, list[tuple[str, int]]]] = [{}, {}]
    for graph, children in zip((a, b), below, strict=True):
        for parent, role, child in graph.edges:
            children.setdefault(parent, []).append((role, child))
    mapping = np.full(len(a.labels), -1)
    taken: set[int] = set()
    todo = [(0, 0)]
    while todo:
        here, there = todo.pop()
        if mapping[here] >= 0 or there in taken:
            continue
        mapping[here] = there
        taken.add(there)
        ours, theirs = list(below[0].get(here, ())), list(below[1].get(there, ()))
        for role, child in ours:
            target = next((place for place, (other, _) in enumerate(theirs) if other == role), None)
            if target is not None:
                todo.append((child, theirs.pop(target)[1]))
    return mapping


def _adjacency(graph: Graph, roles: dict[str, int]) -> Any:
    """Booleans ``(2 · roles, nodes, nodes)``: edges out, then edges in."""
    count = len(graph.labels)
    table = np.zeros((2 * len(roles), count, count))
    for parent, role, child in graph.edges:
        table[roles[role], parent, child] = 1
        table[len(roles) + roles[role], child, parent] = 1
    return table


def _reply(mapping: Any, alike: Any, ours: Any, theirs: Any) -> Any:
    """Gain of sending each node to each other while its neighbours stay where they are."""
    mapped = np.flatnonzero(mapping >= 0)
    gain = np.einsum("rim,rjm->ij", ours[:, :, mapped], theirs[:, :, mapping[mapped]]) if mapped.size else 0.0
    gain = alike + gain
    gain[0, 0] += 1
    return gain


def _score(mapping: Any, alike: Any, a: Graph, b: Graph) -> int:
    edges = set(b.edges)
    labels = sum(int(alike[place, target]) for place, target in enumerate(mapping) if target >= 0)
    shared = {(int(mapping[parent]), role, int(mapping[child])) for parent, role, child in a.edges}
    return labels + len(shared & edges) + int(mapping[0] == 0)
