"""Formulas of proof complexity: unsatisfiable for a reason that resolution finds hard, or easy, to see.

All are minimally unsatisfiable or contain few redundant clauses, so each has a satisfiable twin one literal away.
Names of variables are shuffled and polarities flipped, so that the text does not give the family away.

Sources: Haken 1985 (pigeonhole), Urquhart 1987 (Tseitin), Chew and Heule 2020 (parity), Stålmarck 1996
(ordering), Ben-Sasson and Wigderson 2001 (pebbling).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from logicbench.logic.cnf import CNF, Clause
from logicbench.seeding import Stream


def structured(kind: str, size: int, stream: Stream) -> CNF:
    """Return an unsatisfiable formula of the kind, with about `size` variables, shuffled."""
    clauses = _MAKERS[kind](size, stream)
    variables = max(abs(literal) for clause in clauses for literal in clause)
    images = stream.permutation(variables)
    signs = [1 if stream.bit() else -1 for _ in range(variables)]
    renamed = [
        tuple(
            stream.shuffled(
                [(1 if lit > 0 else -1) * signs[abs(lit) - 1] * (images[abs(lit) - 1] + 1) for lit in clause]
            )
        )
        for clause in clauses
    ]
    return CNF(variables, tuple(stream.shuffled(renamed)))


def pigeonhole(size: int, stream: Stream) -> list[Clause]:
    """PHP: h + 1 pigeons into h holes, h (h + 1) variables; resolution proofs are exponential in h."""
    holes = max(1, int(((1 + 4 * size) ** 0.5 - 1) / 2))

    def at(pigeon: int, hole: int) -> int:
        return pigeon * holes + hole + 1

    clauses: list[Clause] = [tuple(at(pigeon, hole) for hole in range(holes)) for pigeon in range(holes + 1)]
    for hole in range(holes):
        clauses += [(-at(a, hole), -at(b, hole)) for a, b in itertools.combinations(range(holes + 1), 2)]
    return clauses


def tseitin(size: int, stream: Stream) -> list[Clause]:
    """Tseitin: edges of a random connected 3-regular graph as variables, parities at vertices, odd in total."""
    vertices = max(4, 2 * round(size / 3))
    edges: list[tuple[int, int]] = []
    while not edges:
        edges = _cubic_graph(vertices, stream)
    charges = [stream.bit() for _ in range(vertices)]
    if sum(charges) % 2 == 0:
        charges[0] = not charges[0]
    clauses: list[Clause] = []
    for vertex in range(vertices):
        incident = [index for index, edge in enumerate(edges, 1) if vertex in edge]
        clauses += _parity(incident, charges[vertex])
    return clauses


def _cubic_graph(vertices: int, stream: Stream) -> list[tuple[int, int]]:
    """Return the edges of a connected simple 3-regular graph by the pairing model, or none if this pairing fails."""
    stubs = stream.shuffled([vertex for vertex in range(vertices) for _ in range(3)])
    edges = {(min(a, b), max(a, b)) for a, b in zip(stubs[::2], stubs[1::2], strict=True) if a != b}
    if len(edges) < len(stubs) // 2:
        return []
    reached, frontier = {0}, [0]
    while frontier:
        vertex = frontier.pop()
        for edge in edges:
            if vertex in edge:
                other = edge[0] + edge[1] - vertex
                if other not in reached:
                    reached.add(other)
                    frontier.append(other)
    return sorted(edges) if len(reached) == vertices else []


def parity(size: int, stream: Stream) -> list[Clause]:
    """Two chains of XORs over the same inputs in different orders that demand different parities."""
    inputs = max(3, (size + 4) // 3)
    clauses: list[Clause] = []
    following = itertools.count(inputs + 1)
    for odd in (True, False):
        running, *rest = stream.permutation(inputs)
        accumulated = running + 1
        for variable in rest[:-1]:
            fresh = next(following)
            clauses += _parity([accumulated, variable + 1, fresh], False)
            accumulated = fresh
        clauses += _parity([accumulated, rest[-1] + 1], odd)
    return clauses


def _parity(variables: Sequence[int], odd: bool) -> list[Clause]:
    """Clauses that make the number of true variables odd or even."""
    clauses = []
    for signs in itertools.product((1, -1), repeat=len(variables)):
        negative = sum(sign < 0 for sign in signs)
        if (negative % 2 == 0) == odd:
            clauses.append(tuple(sign * variable for sign, variable in zip(signs, variables, strict=True)))
    return clauses


def ordering(size: int, stream: Stream) -> list[Clause]:
    """GT(n): a total order of n elements in which every element has a smaller one; n (n - 1) / 2 variables."""
    elements = max(3, round((1 + (1 + 8 * size) ** 0.5) / 2))
    number = {pair: index + 1 for index, pair in enumerate(itertools.combinations(range(elements), 2))}

    def less(a: int, b: int) -> int:
        return number[a, b] if a < b else -number[b, a]

    clauses: list[Clause] = [tuple(less(b, a) for b in range(elements) if b != a) for a in range(elements)]
    for a, b, c in itertools.permutations(range(elements), 3):
        if a < b and a < c:  # each directed triangle once
            clauses.append((-less(a, b), -less(b, c), -less(c, a)))
    return clauses


def pebbling(size: int, stream: Stream) -> list[Clause]:
    """Pebbling of a pyramid, each pebble an OR of two variables: easy in length, but not by unit propagation."""
    height = max(1, round((-3 + (1 + 4 * size) ** 0.5) / 2))
    number = itertools.count(1)
    rows = [[(next(number), next(number)) for _ in range(height + 1 - row)] for row in range(height + 1)]
    clauses: list[Clause] = list(rows[0])
    for below, above in itertools.pairwise(rows):
        for position, pebble in enumerate(above):
            clauses += [(-a, -b, *pebble) for a in below[position] for b in below[position + 1]]
    return [*clauses, *((-variable,) for variable in rows[-1][0])]


_MAKERS: dict[str, Callable[[int, Stream], list[Clause]]] = {
    "pigeonhole": pigeonhole,
    "tseitin": tseitin,
    "parity": parity,
    "ordering": ordering,
    "pebbling": pebbling,
}
