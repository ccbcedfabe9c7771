"""Certificates that no assignment of a MaxSAT problem costs less than a bound.

A certificate is a list of cores: sets of clauses that are unsatisfiable together, each with a RUP proof. Every
assignment falsifies a clause of each core, so the clauses it falsifies meet all the cores, and cost at least as much as
the cheapest set that does. This is sound for all weights. Conversely the optimum always has such a certificate: the
cheapest set that meets *all* minimal unsatisfiable subsets costs exactly the optimum (the duality of cores and
correction sets; Reiter 1987), and the search adds cores only until those found suffice, as in MaxHS (Davies and Bacchus
2011).

The checker uses no SAT solver: the cores are checked by unit propagation, and the bound by branching over which clause
of a core is met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.cnf import CNF, Clause
from logicbench.solvers.drup import refute
from logicbench.solvers.maxsat import check_weights
from logicbench.solvers.mus import mus
from logicbench.solvers.rup import check_rup

DEFAULT_NODES = 200_000
"""Default bound on branching nodes of one search for a cheap hitting set."""


@dataclass(frozen=True, slots=True)
class Core:
    """Clauses that are unsatisfiable together.

    Attributes:
        clauses: Their indices, ascending.
        proof: A RUP refutation of them.
    """

    clauses: tuple[int, ...]
    proof: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class LowerBound:
    """A certificate that every assignment falsifies clauses of weight at least `bound`."""

    bound: int
    cores: tuple[Core, ...]

    def to_json(self) -> dict[str, Any]:
        """Return ``{"bound": b, "cores": [{"clauses": [...], "proof": [[...], ...]}, ...]}``."""
        cores = [{"clauses": list(core.clauses), "proof": [list(line) for line in core.proof]} for core in self.cores]
        return {"bound": self.bound, "cores": cores}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LowerBound:
        """Return the certificate that `to_json` wrote.

        Raises:
            InputError: If the fields are missing or malformed.
        """
        try:
            cores = tuple(
                Core(tuple(core["clauses"]), tuple(tuple(line) for line in core["proof"])) for core in data["cores"]
            )
            if type(data["bound"]) is int:
                return cls(data["bound"], cores)
            raise InputError(f"the field bound of a lower bound must be an integer, not {data['bound']!r}")
        except (KeyError, TypeError, AttributeError):
            raise InputError("a lower bound in JSON has the fields bound and cores; see LowerBound.to_json") from None


@dataclass(frozen=True, slots=True)
class LowerBoundCheck:
    """Whether a certificate holds, and one sentence saying why if not."""

    ok: bool
    reason: str | None


def lower_bound(
    cnf: CNF,
    bound: int,
    weights: Sequence[int] | None = None,
    *,
    max_cores: int = 500,
    node_budget: int = DEFAULT_NODES,
    conflict_budget: int | None = None,
) -> LowerBound:
    """Return a certificate that no assignment costs less than the bound.

    Args:
        cnf: The formula.
        bound: The bound, for example the optimum that `logicbench.solvers.maxsat.maxsat` found.
        weights: A positive weight for each clause; None for weight 1.
        max_cores: Most cores to collect.
        node_budget: Branching nodes for each search for a cheap hitting set.
        conflict_budget: Conflicts for each core; None for no bound.

    Raises:
        InputError: If the weights do not fit, or the bound is not a lower bound.
        BudgetExceeded: If a budget is used up; highly overconstrained formulas may need very many cores.
    """
    check_weights(cnf, weights)
    cost = list(weights or [1] * cnf.num_clauses)
    cores: list[tuple[int, ...]] = []
    chosen: list[int] | None = []
    while bound > 0 and (chosen := cheap_hitting_set(cores, cost, bound, node_budget=node_budget)) is not None:
        avoided = set(chosen)
        fresh = False
        while len(cores) < max_cores:
            left = [index for index in range(cnf.num_clauses) if index not in avoided]
            found = mus(cnf.subset(left), conflict_budget=conflict_budget)
            if found is None:
                break
            cores.append(tuple(left[index] for index in found))
            avoided.update(cores[-1])
            fresh = True
        if not fresh and len(cores) >= max_cores:
            raise BudgetExceeded(f"more than {max_cores} cores are needed to certify the lower bound {bound}")
        if not fresh:
            raise InputError(
                f"{bound} is not a lower bound: the formula without clauses {sorted(chosen)} is satisfiable"
            )
    return LowerBound(bound, tuple(_proved(cnf, core, conflict_budget) for core in cores))


def check_lower_bound(
    cnf: CNF,
    certificate: LowerBound,
    weights: Sequence[int] | None = None,
    *,
    node_budget: int = DEFAULT_NODES,
) -> LowerBoundCheck:
    """Check a certificate without any SAT solver.

    Raises:
        InputError: If the weights do not fit the formula.
        BudgetExceeded: If the node budget is used up.
    """
    check_weights(cnf, weights)
    for number, core in enumerate(certificate.cores):
        if not all(type(index) is int and 0 <= index < cnf.num_clauses for index in core.clauses):
            return LowerBoundCheck(False, f"core {number} names a clause that the formula does not have")
        result = check_rup(cnf.subset(core.clauses), core.proof)
        if not result.ok:
            return LowerBoundCheck(False, f"the proof of core {number} fails: {result.reason}")
    cost = list(weights or [1] * cnf.num_clauses)
    cores = [core.clauses for core in certificate.cores]
    cheaper = cheap_hitting_set(cores, cost, certificate.bound, node_budget=node_budget)
    if cheaper is not None:
        return LowerBoundCheck(False, f"the clauses {sorted(cheaper)} meet all the cores and cost less than the bound")
    return LowerBoundCheck(True, None)


def cheap_hitting_set(
    sets: Sequence[Sequence[int]], weights: Sequence[int], below: int, *, node_budget: int = DEFAULT_NODES
) -> list[int] | None:
    """Return elements that meet every set at a total weight less than `below`, or None if there are none.

    Branch and bound: some element of each set must be chosen, so the search branches over the elements of the unmet set
    with the fewest left, without those that were refused before; disjoint unmet sets bound what is still to pay.

    Args:
        sets: The sets, as element indices.
        weights: The weight of each element.
        below: The weight to stay under.
        node_budget: Most nodes of the search tree.

    Raises:
        BudgetExceeded: If the node budget is used up.
    """
    masks = [sum(1 << element for element in set(members)) for members in sets]
    if not all(masks):
        return None
    stack: list[tuple[list[int], list[int], int]] = [(masks, [], 0)]
    nodes = 0
    while stack:
        unmet, chosen, cost = stack.pop()
        nodes += 1
        if nodes > node_budget:
            raise BudgetExceeded(f"the search for a hitting set used up its budget of {node_budget} nodes")
        if cost + _disjoint_bound(unmet, weights) >= below:
            continue
        if not unmet:
            return chosen
        branches = []
        pivot = min(unmet, key=int.bit_count)
        allowed = -1
        for element in sorted(_elements(pivot), key=lambda element: (_rarity(unmet, element), element)):
            left = [mask & allowed for mask in unmet if not mask >> element & 1]
            if all(left):
                branches.append((left, [*chosen, element], cost + weights[element]))
            allowed &= ~(1 << element)
        stack.extend(reversed(branches))
    return None


def _rarity(masks: list[int], element: int) -> int:
    return -sum(mask >> element & 1 for mask in masks)


def _disjoint_bound(masks: list[int], weights: Sequence[int]) -> int:
    """Return the weight that pairwise disjoint sets among these, picked greedily, cost at least."""
    bound = taken = 0
    for mask in sorted(masks, key=int.bit_count):
        if not mask & taken:
            taken |= mask
            bound += min(weights[element] for element in _elements(mask))
    return bound


def _elements(mask: int) -> list[int]:
    elements = []
    while mask:
        low = mask & -mask
        elements.append(low.bit_length() - 1)
        mask ^= low
    return elements


def _proved(cnf: CNF, core: tuple[int, ...], conflict_budget: int | None) -> Core:
    refutation = refute(cnf.subset(core), conflict_budget=conflict_budget)
    if refutation is None:
        raise AssertionError("a core was found satisfiable")
    return Core(tuple(core[index] for index in refutation.core), refutation.lemmas)
