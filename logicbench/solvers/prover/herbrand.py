"""Refutation by ground instances (Herbrand's theorem), which decides formulas without proper functions.

The matrices of a Skolem form are instantiated with all terms of a finite set, and a SAT solver looks for a model of the
instances. If there is none, the instances in its core are a proof. If the set holds every term there is, as when no
function symbol occurs, a model of the instances is a model of the formulas. Equality is handled by the axioms of
equivalence and congruence for the terms and atoms that occur (Ackermann 1954).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, TypeAlias

import numpy as np

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.structures import Structure
from logicbench.logic.fol.syntax import (
    And,
    Arithmetic,
    Comparison,
    Constant,
    Equal,
    Function,
    Iff,
    Implies,
    Not,
    Numeral,
    Or,
    Predicate,
    Term,
    Truth,
    Variable,
    Xor,
    fold,
    walk,
)
from logicbench.solvers.prover.circuit import Circuit, Literals, spread
from logicbench.solvers.prover.skolem import SKOLEM, Matrix
from logicbench.solvers.prover.theory import number, numeral

Key: TypeAlias = tuple[Any, ...]
TermId: TypeAlias = int
_MATRIX_CELLS = 30_000
_SHRINK = 60


@dataclass(frozen=True, slots=True)
class Instance:
    """One ground instance in a refutation.

    Attributes:
        formula: Place of the formula it is an instance of; negative for the background, ``-1`` its first axiom.
        matrix: Place of the matrix in the Skolem form of that formula.
        terms: The ground terms put for the matrix's variables.
    """

    formula: int
    matrix: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Grounded:
    """What the SAT solver made of the instances.

    Attributes:
        status: ``unsat`` is always a proof; ``sat`` speaks of the instances only, unless there is a ``structure``.
        instances: For ``unsat``, instances that contradict each other.
        structure: For ``sat``, a model, if the instances were all there are.
    """

    status: Literal["sat", "unsat", "unknown"]
    instances: tuple[Instance, ...] = ()
    structure: Structure | None = None


class Herbrand:
    """Instances of the matrices of several formulas over one growing set of terms.

    Args:
        formulas: The matrices of each formula.
        background: The matrices of each axiom that holds beside them.
        equality: Whether equality occurs.
        clause_limit: Clauses after which grounding raises `BudgetExceeded`.
    """

    def __init__(
        self,
        formulas: Sequence[tuple[Matrix, ...]],
        background: Sequence[tuple[Matrix, ...]],
        equality: bool,
        clause_limit: int,
    ) -> None:
        self._matrices = [(place, matrices) for place, matrices in enumerate(formulas)]
        self._matrices += [(-1 - place, matrices) for place, matrices in enumerate(background)]
        self._equality = equality
        self._limit = clause_limit
        self._terms: list[tuple[Key, tuple[TermId, ...]]] = []
        self._ids: dict[tuple[Key, tuple[TermId, ...]], TermId] = {}
        self._proper_functions = False
        for _, matrices in self._matrices:
            for matrix in matrices:
                bound = set(matrix.variables)
                for node in walk(matrix.formula):
                    if isinstance(node, Constant | Numeral) or (isinstance(node, Variable) and node not in bound):
                        self._term(leaf_key(node), ())
                    self._proper_functions |= isinstance(node, Function)
        if not self._terms:
            self._term(("constant", f"{SKOLEM}0"), ())
        self._universe = list(range(len(self._terms)))
        self._circuit = Circuit(clause_limit)
        self._atoms: dict[tuple[Key, tuple[TermId, ...]], int] = {}
        self._origins: dict[int, dict[int, tuple[int, tuple[TermId, ...]]]] = {}
        self.complete = False
        self.rounds = 0
        self.ground()

    def grow(self) -> bool:
        """Instantiate with the terms that the last instances mention too; False if that brings nothing new.

        If it takes too many clauses, the instances are left as they were, with the same answer.
        """
        if len(self._terms) == len(self._universe):
            return False
        before = self._universe, self._circuit, self._atoms, self._origins, self.complete
        self._universe = list(range(len(self._terms)))
        try:
            self.ground()
        except BudgetExceeded:
            self._universe, self._circuit, self._atoms, self._origins, self.complete = before
            return False
        self.rounds += 1
        return True

    def ground(self) -> None:
        """Build the clauses of all instances over the present set of terms.

        Raises:
            BudgetExceeded: There are too many.
        """
        self._circuit = Circuit(self._limit)
        self._atoms, self._origins = {}, {}
        truncated = False
        for place, matrices in self._matrices:
            origins = self._origins.setdefault(place, {})
            for index, matrix in enumerate(matrices):
                truncated |= self._instantiate(index, matrix, origins)
        if self._equality:
            self._congruence()
        self.complete = not truncated and not self._proper_functions

    def _instantiate(self, index: int, matrix: Matrix, origins: dict[int, tuple[int, tuple[TermId, ...]]]) -> bool:
        """Ground one matrix, note which literal is which instance, and say whether terms were left out."""
        count = len(self._universe)
        names = tuple(variable.name for variable in matrix.variables)
        while count > 1 and count ** len(names) > _MATRIX_CELLS:
            count -= 1
        universe = np.array(self._universe[:count], dtype=np.int64)
        own, table = fold(matrix.formula, lambda node, below: self._table(node, below, names, universe))
        roots = table.transpose([own.index(name) for name in names])
        for cell, literal in zip(np.ndindex(roots.shape), roots.ravel().tolist(), strict=True):
            origins.setdefault(literal, (index, tuple(self._universe[place] for place in cell)))
        return count < len(self._universe)

    def _table(self, node: Any, below: list[Any], names: tuple[str, ...], universe: Literals) -> Any:
        if isinstance(node, Variable) and node.name in names:
            return (node.name,), universe
        if isinstance(node, Variable | Constant | Numeral):
            return (), np.array(self._term(leaf_key(node), ()), dtype=np.int64)
        if isinstance(node, Truth):
            return (), np.array(1 if node.value else -1, dtype=np.int64)
        if isinstance(node, Not):
            return below[0][0], -below[0][1]
        axes, views = spread(below)
        if isinstance(node, Function):
            key: Key = ("function", node.name, len(views))
            return axes, self._cells(views, lambda row: self._term(key, row))
        if isinstance(node, Predicate):
            key = ("predicate", node.name, len(views))
            return axes, self._cells(views, lambda row: self._atom(key, row))
        if isinstance(node, Equal):
            return axes, self._cells(views, lambda row: self._equal(row[0], row[1]))
        if isinstance(node, Comparison):
            return axes, self._cells(views, lambda row: self._compare(node.operator, row[0], row[1]))
        if isinstance(node, Arithmetic):
            raise BudgetExceeded("arithmetic terms cannot be grounded")
        if isinstance(node, And | Or):
            return axes, self._circuit.every(views) if isinstance(node, And) else self._circuit.some(views)
        if isinstance(node, Implies):
            return axes, self._circuit.some([-views[0], views[1]])
        same = self._circuit.same(views[0], views[1])
        return axes, same if isinstance(node, Iff) else -same if isinstance(node, Xor) else same

    def _cells(self, views: list[Literals], make: Any) -> Literals:
        if not views:
            return np.array(make(()), dtype=np.int64)
        shape = views[0].shape
        self._circuit.charge(views[0].size)
        rows = zip(*(view.ravel().tolist() for view in views), strict=True)
        return np.fromiter(map(make, rows), dtype=np.int64, count=views[0].size).reshape(shape)

    def _term(self, key: Key, arguments: tuple[TermId, ...]) -> TermId:
        entry = (key, arguments)
        known = self._ids.get(entry)
        if known is None:
            known = self._ids[entry] = len(self._terms)
            self._terms.append(entry)
        return known

    def _atom(self, key: Key, arguments: tuple[TermId, ...]) -> int:
        entry = (key, arguments)
        known = self._atoms.get(entry)
        if known is None:
            known = self._atoms[entry] = self._circuit.variable()
        return known

    def _equal(self, left: TermId, right: TermId) -> int:
        if left == right:
            return 1
        return self._atom(("=",), (min(left, right), max(left, right)))

    def _compare(self, operator: str, left: TermId, right: TermId) -> int:
        if operator in (">", "<="):
            left, right = right, left
        less = self._atom(("predicate", "<", 2), (left, right))
        return -less if operator in ("<=", ">=") else less

    def _congruence(self) -> None:
        if not any(key == ("=",) for key, _ in self._atoms):
            return
        clauses, terms = self._circuit.clauses, range(len(self._terms))
        self._circuit.charge(len(terms) ** 3 // 2)
        for a, b, c in combinations(terms, 3):
            ab, bc, ac = self._equal(a, b), self._equal(b, c), self._equal(a, c)
            clauses += [[-ab, -bc, ac], [-ab, -ac, bc], [-ac, -bc, ab]]
        groups: dict[Key, list[tuple[tuple[TermId, ...], int]]] = {}
        for (key, row), variable in self._atoms.items():
            if key != ("=",) and row:
                groups.setdefault(key, []).append((row, variable))
        for rows in groups.values():
            self._circuit.charge(len(rows) ** 2)
            for (left, p), (right, q) in combinations(rows, 2):
                apart = self._apart(left, right)
                clauses += [[*apart, -p, q], [*apart, p, -q]]
        applications: dict[Key, list[TermId]] = {}
        for place, (key, row) in enumerate(self._terms):
            if row:
                applications.setdefault(key, []).append(place)
        for places in applications.values():
            self._circuit.charge(len(places) ** 2)
            for s, t in combinations(places, 2):
                clauses.append([*self._apart(self._terms[s][1], self._terms[t][1]), self._equal(s, t)])

    def _apart(self, left: tuple[TermId, ...], right: tuple[TermId, ...]) -> list[int]:
        return [-self._equal(a, b) for a, b in zip(left, right, strict=True) if a != b]

    def decide(self, chosen: Iterable[int], conflict_budget: int) -> Grounded:
        """Whether the instances of the chosen formulas, with the background, contradict each other."""
        from pysat.solvers import Minisat22

        origins: dict[int, tuple[int, int, tuple[TermId, ...]]] = {}
        for place in [*chosen, *(place for place, _ in self._matrices if place < 0)]:
            for literal, (index, terms) in self._origins[place].items():
                origins.setdefault(literal, (place, index, terms))
        with Minisat22(bootstrap_with=self._circuit.clauses) as engine:
            engine.conf_budget(conflict_budget)
            outcome = engine.solve_limited(assumptions=list(origins))
            if outcome:
                structure = self._structure(engine.get_model()) if self.complete else None
                return Grounded("sat", structure=structure)
            if outcome is None:
                return Grounded("unknown")
            core = self._shrink(engine, list(engine.get_core() or ()), conflict_budget)
        found = [(*origins[literal][:2], origins[literal][2]) for literal in core]
        instances = [Instance(place, index, tuple(map(self._tree, terms))) for place, index, terms in found]
        return Grounded("unsat", tuple(sorted(instances, key=lambda one: (one.formula, one.matrix, repr(one.terms)))))

    @staticmethod
    def _shrink(engine: Any, core: list[int], conflict_budget: int) -> list[int]:
        """Make a core smaller: solve it again, then leave literals out one by one if it is short."""
        engine.conf_budget(conflict_budget)
        if engine.solve_limited(assumptions=core) is False:
            core = list(engine.get_core() or ())
        if len(core) > _SHRINK:
            return core
        for literal in list(core):
            if literal not in core:
                continue
            engine.conf_budget(conflict_budget)
            rest = [other for other in core if other != literal]
            if engine.solve_limited(assumptions=rest) is False:
                kept = set(engine.get_core() or ())
                core = [other for other in rest if other in kept]
        return core

    def _tree(self, term: TermId) -> Term:
        trees: dict[TermId, Term] = {}
        todo = [term]
        while todo:
            key, arguments = self._terms[todo[-1]]
            waiting = [one for one in arguments if one not in trees]
            if waiting:
                todo.extend(waiting)
            elif arguments:
                trees[todo.pop()] = Function(key[1], tuple(trees[one] for one in arguments))
            elif key[0] == "number":
                trees[todo.pop()] = numeral(key[1])
            else:
                trees[todo.pop()] = Constant(key[1]) if key[0] == "constant" else Variable(key[1])
        return trees[term]

    def _structure(self, model: list[int]) -> Structure:
        """Read a model off; terms made equal become one individual."""
        true = {variable for variable in model if variable > 0}
        parent = list(range(len(self._terms)))
        for (key, row), variable in self._atoms.items():
            if key == ("=",) and variable in true:
                low, high = sorted((_root(parent, row[0]), _root(parent, row[1])))
                parent[high] = low
        places = {root: place for place, root in enumerate(dict.fromkeys(_root(parent, t) for t in self._universe))}
        individual = [places[_root(parent, term)] for term in self._universe]
        predicates: dict[tuple[str, int], set[tuple[int, ...]]] = {}
        for (key, row), variable in self._atoms.items():
            if key != ("=",):
                rows = predicates.setdefault((key[1], key[2]), set())
                if variable in true:
                    rows.add(tuple(individual[term] for term in row))
        named = {self._terms[term][0]: individual[term] for term in self._universe}
        return assemble(len(places), named, predicates, {})


def leaf_key(node: Any) -> Key:
    """What names an individual: ``("constant", name)``, ``("number", value)`` or ``("free", variable)``."""
    value = number(node)
    if value is not None:
        return "number", value
    return ("constant" if isinstance(node, Constant) else "free"), node.name


def assemble(
    size: int,
    named: dict[Key, int],
    predicates: dict[tuple[str, int], set[tuple[int, ...]]],
    functions: dict[tuple[str, int], dict[tuple[int, ...], int]],
) -> Structure:
    """A structure from what the engines found; Skolem symbols are left out."""
    constants = {key[1]: place for key, place in named.items() if key[0] == "constant"}
    numerals = {}
    for key, place in named.items():
        if key[0] == "number":
            node = numeral(key[1])
            if isinstance(node, Numeral):
                numerals[node.text] = place
            else:
                constants[node.name] = place
    return Structure(
        size,
        {name: place for name, place in constants.items() if not name.startswith(SKOLEM)},
        {symbol: frozenset(rows) for symbol, rows in predicates.items()},
        functions,
        numerals,
        {key[1]: place for key, place in named.items() if key[0] == "free"},
    )


def _root(parent: list[int], item: int) -> int:
    while parent[item] != item:
        item = parent[item]
    return item
