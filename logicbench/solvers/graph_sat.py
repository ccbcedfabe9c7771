"""k-colouring as satisfiability: the direct encoding with broken colour symmetry, solved incrementally.

Variable ``(v - 1) * k + c`` says that vertex ``v`` has colour ``c``. A clique gets the first colours, and the vertices
that follow it may only use colours up to their position (colours are named by first appearance), which breaks the k!
symmetries without extra variables (Van Gelder 2008 compares such encodings).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from pysat.solvers import Cadical153, Minisat22

from logicbench.errors import BudgetExceeded, LogicbenchError
from logicbench.logic.graph import Graph, monochromatic_edges
from logicbench.solvers.graph_greedy import Coloring, greedy_clique

MAX_CLAUSES = 3_000_000
"""Graphs whose encoding is larger are not handed to a solver."""

MAX_WORK = 2_000_000_000
"""Bound on clauses times conflicts: larger encodings get fewer conflicts, so that time stays bounded (about 10 s)."""

LARGE = 200
"""From this many vertices on, the solver that is strong on large formulas is used."""


class ColoringSolver:
    """An incremental solver for the k-colourings of one graph; use it as a context manager.

    Args:
        graph: The graph.
        k: Number of colours, at least 1.
        selectable: Whether vertices can be left out: `solve` then takes the vertices that must be coloured.

    Raises:
        BudgetExceeded: If the encoding has more than `MAX_CLAUSES` clauses.
    """

    def __init__(self, graph: Graph, k: int, *, selectable: bool = False) -> None:
        if graph.size * k + graph.order > MAX_CLAUSES:
            raise BudgetExceeded(
                f"{k}-colouring a graph of {graph.order} vertices and {graph.size} edges needs more than "
                f"{MAX_CLAUSES} clauses"
            )
        self.graph, self.k = graph, k
        self._selectable = selectable
        self._next = graph.order * k + 1
        self._selectors = range(0)
        if selectable:
            self._selectors = range(self._next, self._next + graph.order)
            self._next += graph.order
        clauses = self._encode()
        self._clauses = len(clauses)
        self._engine = Cadical153() if graph.order >= LARGE and not selectable else Minisat22()
        self._engine.append_formula(clauses)

    def _encode(self) -> list[list[int]]:
        k, order = self.k, self.graph.order
        clauses = [list(range(v * k + 1, v * k + k + 1)) for v in range(order)]
        if self._selectable:
            for clause, selector in zip(clauses, self._selectors, strict=True):
                clause.append(-selector)
        for u, v in self.graph.edges:
            below_u, below_v = (1 - u) * k, (1 - v) * k
            clauses += [[below_u - c, below_v - c] for c in range(1, k + 1)]
        return clauses + self._broken_symmetry()

    def _broken_symmetry(self) -> list[list[int]]:
        masks = self.graph.masks()
        clique = greedy_clique(masks, self.graph.order, self.k + 1)
        k = self.k
        clauses = [[-((v - 1) * k + c)] for i, v in enumerate(clique[:k], 1) for c in range(1, k + 1) if c != i]
        if self._selectable:
            return clauses  # leaving vertices out would let a later vertex be the first of its colour
        chosen = clique
        taken = sum(1 << v for v in chosen)
        while len(chosen) < min(k - 1, self.graph.order):
            v = max(
                (v for v in range(1, self.graph.order + 1) if not taken >> v & 1),
                key=lambda v: ((masks[v] & taken).bit_count(), masks[v].bit_count(), -v),
            )
            chosen.append(v)
            taken |= 1 << v
            clauses += [[-((v - 1) * k + c)] for c in range(len(chosen) + 1, k + 1)]
        return clauses

    def solve(
        self, *, budget: int | None = None, vertices: Iterable[int] | None = None, assumptions: Sequence[int] = ()
    ) -> bool | None:
        """Decide whether a colouring exists; None means that the conflict budget was used up.

        Args:
            budget: Conflicts after which to give up; at most `MAX_WORK` over the number of clauses.
            vertices: With a selectable solver, the vertices that must be coloured.
            assumptions: Guards returned by `guard_edge` whose edges are to hold.
        """
        assumed = list(assumptions)
        if vertices is not None:
            assumed += [self._selectors[v - 1] for v in vertices]
        bound = MAX_WORK // self._clauses
        bound = bound if budget is None else min(budget, bound)
        if bound <= 0:
            return None
        self._engine.conf_budget(bound)
        outcome: bool | None = self._engine.solve_limited(assumptions=assumed)
        return outcome

    def coloring(self) -> Coloring:
        """Return the colouring found by the last `solve`, checked against the graph.

        Raises:
            LogicbenchError: If it is wrong, which would be a defect of the SAT solver.
        """
        colours = self._colours()
        if 0 in colours or monochromatic_edges(self.graph.edges, colours):
            raise LogicbenchError("the SAT solver returned a wrong colouring; please report this graph")
        return tuple(colours)

    def _colours(self) -> list[int]:
        k = self.k
        colours = [0] * self.graph.order
        for literal in self._engine.get_model():
            if 0 < literal <= self.graph.order * k:
                colours[(literal - 1) // k] = (literal - 1) % k + 1
        return colours

    def core(self) -> list[int]:
        """Return, after a failed `solve` of a selectable solver, vertices that alone cannot be coloured."""
        first = self._selectors.start
        return sorted(literal - first + 1 for literal in self._engine.get_core() or () if literal in self._selectors)

    def guard_edge(self, u: int, v: int) -> int:
        """Return a guard: assuming it makes the two vertices differ."""
        guard, k = self._next, self.k
        self._next += 1
        for c in range(1, k + 1):
            self._engine.add_clause([-guard, -((u - 1) * k + c), -((v - 1) * k + c)])
        return guard

    def prefer(self, literals: Sequence[int]) -> None:
        """Set the phases that the solver tries first."""
        self._engine.set_phases(literals)

    def statistics(self) -> dict[str, int]:
        """Return the counts of conflicts, decisions and propagations so far."""
        stats: dict[str, int] = self._engine.accum_stats()
        return stats

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.delete()
