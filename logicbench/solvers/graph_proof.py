"""Short proofs that a graph is not k-colourable, out of forced equalities and differences of colours.

A step is a disjunction of statements "u and v have the same colour" and "u and v have different colours". It follows
if its negation leads at once to a contradiction: vertices of equal colour count as one vertex, vertices of different
colours as adjacent; an earlier step all of whose statements but one are false makes the last one hold; and the
contradiction is a vertex adjacent to itself or k + 1 pairwise adjacent vertices. A proof ends with the empty step.

This is reverse unit propagation (Goldberg and Novikov 2003) over equalities in place of colours. Every uncolourable
graph has such a proof, the leaves of a tree of Zykov (1949), which branches on equal or different until k + 1 vertices
are pairwise adjacent. A check makes no inference of its own, so an uncolourable graph without a clique of k + 1
vertices has no proof of one step: what leads to the contradiction must be written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from logicbench.errors import BudgetExceeded
from logicbench.logic.graph import Graph
from logicbench.solvers.graph_clique import cliques_of_size
from logicbench.solvers.graph_greedy import bits

Statement = tuple[int, int, bool]
"""``(u, v, same)``: whether the two different vertices have the same colour."""

Step = tuple[Statement, ...]
"""A disjunction; the empty step is the contradiction."""

DEFAULT_BUDGET = 1_000_000
"""Units of work before a check is given up; a unit is a vertex or statement looked at, about a microsecond."""


@dataclass(frozen=True, slots=True)
class ProofResult:
    """Whether a proof holds.

    Attributes:
        valid: Whether every step follows and the last one is the contradiction.
        failed: Index of the first step that does not follow; the number of steps if the contradiction is missing.
    """

    valid: bool
    failed: int | None = None


class _Contradiction(Exception):
    """Two adjacent vertices are one, or k + 1 are pairwise adjacent."""


@dataclass(slots=True)
class _Work:
    left: int

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise BudgetExceeded("the budget for checking a colouring proof was used up")


@dataclass(slots=True)
class _Quotient:
    """A graph whose vertices are merged and joined as statements are asserted.

    Only representatives (`parent` of themselves) have neighbours in `masks` and occur in them.
    """

    masks: list[int]
    parent: list[int]
    members: list[int]
    work: _Work

    @classmethod
    def of(cls, graph: Graph, budget: int) -> _Quotient:
        vertices = range(graph.order + 1)
        return cls(graph.masks(), list(vertices), [1 << v for v in vertices], _Work(budget))

    def copy(self) -> _Quotient:
        return _Quotient(self.masks.copy(), self.parent.copy(), self.members.copy(), self.work)

    def state(self, statement: Statement) -> bool | None:
        """Return whether a statement is known to hold, known to fail, or neither."""
        u, v = self.parent[statement[0]], self.parent[statement[1]]
        if u == v:
            return statement[2]
        return not statement[2] if self.masks[u] >> v & 1 else None

    def put(self, statement: Statement) -> None:
        """Assert a statement."""
        u, v, same = self.parent[statement[0]], self.parent[statement[1]], statement[2]
        if same:
            if u != v:
                self._merge(u, v)
        elif u == v:
            raise _Contradiction
        else:
            self.masks[u] |= 1 << v
            self.masks[v] |= 1 << u

    def _merge(self, u: int, v: int) -> None:
        if self.masks[u] >> v & 1:
            raise _Contradiction
        for w in bits(self.members[v]):
            self.parent[w] = u
        self.members[u] |= self.members[v]
        for w in bits(self.masks[v]):
            self.masks[w] = self.masks[w] & ~(1 << v) | 1 << u
        self.masks[u] |= self.masks[v]
        self.masks[v] = 0

    def apply(self, steps: Sequence[Step]) -> None:
        """Assert what earlier steps leave no choice about, to the end."""
        changed = True
        while changed:
            changed = False
            for step in steps:
                self.work.spend(1 + len(step))
                last = self._only_open(step)
                if last is not None:
                    self.put(last)
                    changed = True

    def _only_open(self, step: Step) -> Statement | None:
        found: Statement | None = None
        for statement in step:
            state = self.state(statement)
            if state or (state is None and found is not None):
                return None
            if state is None:
                found = statement
        if found is None:
            raise _Contradiction
        return found

    def refuse_clique(self, size: int) -> None:
        """Raise a contradiction if there are so many pairwise adjacent vertices."""
        masks = self.masks
        stack = [(size, sum(1 << v for v, mask in enumerate(masks) if mask.bit_count() >= size - 1))]
        while stack:
            missing, candidates = stack.pop()
            if missing == 0:
                raise _Contradiction
            while candidates.bit_count() >= missing:
                self.work.spend(1)
                low = candidates & -candidates
                candidates ^= low
                stack.append((missing - 1, candidates & masks[low.bit_length() - 1]))


def check_proof(graph: Graph, k: int, steps: Sequence[Step], *, budget: int = DEFAULT_BUDGET) -> ProofResult:
    """Check a proof that the graph is not k-colourable.

    Args:
        graph: The graph.
        k: Number of colours, at least 1.
        steps: The steps; the last one, and no other, is the empty step.
        budget: Units of work before giving up.

    Raises:
        BudgetExceeded: If the budget is used up.
    """
    known = _Quotient.of(graph, budget)
    clauses: list[Step] = []
    for index, step in enumerate(steps):
        if not _follows(known, clauses, step, k):
            return ProofResult(False, index)
        if not step:
            last = index == len(steps) - 1
            return ProofResult(last, None if last else index + 1)
        try:
            if len(step) == 1:
                known.put(step[0])
            else:
                clauses.append(step)
        except _Contradiction:
            continue  # every later step follows then, the empty one included, and by the same test
    return ProofResult(False, len(steps))


def _follows(known: _Quotient, clauses: Sequence[Step], step: Step, k: int) -> bool:
    trial = known.copy()
    try:
        for u, v, same in step:
            trial.put((u, v, not same))
        trial.apply(clauses)
        trial.refuse_clique(k + 1)
    except _Contradiction:
        return True
    return False


def prove_uncolorable(graph: Graph, k: int, *, budget: int = 10 * DEFAULT_BUDGET) -> tuple[Step, ...] | None:
    """Return a proof that the graph is not k-colourable, or None if it is.

    Searches a Zykov tree depth first. Where two vertices are both adjacent to k - 1 pairwise adjacent vertices, they
    are equal; each such equality and each refuted branch becomes a step. Meant for small graphs.

    Raises:
        BudgetExceeded: If the budget of units of work is used up.
    """
    steps: list[Step] = []
    root = _Quotient.of(graph, budget)
    path: list[Statement] = []
    while True:
        trial = root.copy()
        given = tuple((u, v, not same) for u, v, same in path)
        try:
            for statement in path:
                trial.put(statement)
            _close(trial, steps, given, k)
        except _Contradiction:
            steps.append(given)
            if not path:
                return _trimmed(graph, k, tuple(steps))
            path.pop()
            continue
        pair = _branch(trial)
        if pair is None:
            return None
        path.append((*pair, True))


def _close(state: _Quotient, steps: list[Step], given: Step, k: int) -> None:
    """Merge what must be equal, noting each merger as a step, until nothing changes or a contradiction is met."""
    while True:
        state.apply(steps)
        state.refuse_clique(k + 1)
        pair = _forced_equal(state, k)
        if pair is None:
            return
        steps.append((*given, (*pair, True)))
        state.put((*pair, True))


def _forced_equal(state: _Quotient, k: int) -> tuple[int, int] | None:
    alive = sum(1 << v for v, mask in enumerate(state.masks) if mask)
    found = cliques_of_size(state.masks, k - 1, alive)
    state.work.spend(len(found))
    for _, common in found:
        if common.bit_count() > 1:
            first, second = bits(common)[:2]
            return first, second
    return None


def _branch(state: _Quotient) -> tuple[int, int] | None:
    """Return two vertices that may be equal or different, with most common neighbours; None if all is decided."""
    alive = [v for v, parent in enumerate(state.parent) if v and parent == v]
    best: tuple[int, int, int] | None = None
    for i, u in enumerate(alive):
        for v in alive[i + 1 :]:
            if not state.masks[u] >> v & 1:
                common = (state.masks[u] & state.masks[v]).bit_count()
                if best is None or common > best[0]:
                    best = (common, u, v)
    return None if best is None else (best[1], best[2])


def _trimmed(graph: Graph, k: int, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Leave out steps, last first, without which the proof still holds."""
    for index in range(len(steps) - 2, -1, -1):
        shorter = steps[:index] + steps[index + 1 :]
        try:
            if check_proof(graph, k, shorter).valid:
                steps = shorter
        except BudgetExceeded:
            break
    return steps
