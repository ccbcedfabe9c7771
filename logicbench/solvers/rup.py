"""Checking refutations by reverse unit propagation, without any SAT solver.

A RUP proof (Goldberg and Novikov 2003) is a list of clauses that ends in the empty clause. Each must follow from the
formula and the clauses before it by unit propagation alone: with all its literals made false, propagation finds a
conflict. Clauses are never deleted, and each is implied by the formula, so a valid proof shows unsatisfiability.

Propagation is bit-parallel over clauses. Each literal has a big-integer bit set of the clauses that hold it. How many
literals of each clause are false is counted in bit slices: slice ``k`` holds bit ``k`` of all counters, and adding one
to the counters of a literal's clauses is one ripple of carries over the few slices. Counters start at ``2**K - length``,
so a clause with one literal left shows all ones, and one that runs out of literals overflows. Assigning a literal thus
costs a few big-integer operations however often it occurs, and undoing is free, because integers are immutable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from logicbench.errors import BudgetExceeded
from logicbench.logic.cnf import CNF

DEFAULT_PROPAGATIONS = 5_000_000
"""Default bound on assigned literals: seconds of work."""

_TABLE_BITS = 1 << 31


@dataclass(frozen=True, slots=True)
class RupResult:
    """The outcome of checking a RUP proof.

    Attributes:
        status: ``"valid"``, ``"invalid"``, or ``"undecided"`` when the propagation budget was used up.
        first_bad_line: For ``"invalid"``, the number (from 1) of the line at fault; None if a line is missing or there
            are too many.
        reason: For a status other than ``"valid"``, one sentence saying why.
        accepted: Number of leading lines that were checked and follow from what was before them.
        propagations: Literals assigned by the checker.
    """

    status: Literal["valid", "invalid", "undecided"]
    first_bad_line: int | None
    reason: str | None
    accepted: int
    propagations: int

    @property
    def ok(self) -> bool:
        """Whether the proof is valid."""
        return self.status == "valid"


def check_rup(
    cnf: CNF,
    lemmas: Sequence[Sequence[int]],
    *,
    max_lines: int | None = None,
    max_literals: int | None = None,
    propagation_budget: int = DEFAULT_PROPAGATIONS,
) -> RupResult:
    """Check that the lemmas are a RUP refutation of the formula.

    Lines after the first empty clause are not looked at. The checker is total: nothing that is a sequence of sequences
    makes it raise.

    Args:
        cnf: The formula.
        lemmas: The lines of the proof, each a clause over the formula's variables.
        max_lines: Most lines to take; None for no bound.
        max_literals: Most literals to take over all lines; None for no bound.
        propagation_budget: Most literals that the checker may assign.
    """
    excess = _excess(lemmas, max_lines, max_literals)
    if excess is not None:
        return RupResult("invalid", None, excess, 0, 0)
    for number, lemma in enumerate(lemmas, 1):
        for lit in lemma:
            if type(lit) is not int or not 0 < abs(lit) <= cnf.num_vars:
                reason = f"{str(lit)[:20]!r} is not a literal of the formula's {cnf.num_vars} variables"
                return RupResult("invalid", number, reason, 0, 0)
    accepted = 0
    try:
        base = ClauseBase(cnf, max(map(len, lemmas), default=0), len(lemmas), propagation_budget)
        for accepted, lemma in enumerate(lemmas):
            if base.refute(lemma) is None:
                reason = "unit propagation finds no conflict, so the clause does not follow in one step"
                return RupResult("invalid", accepted + 1, reason, accepted, base.propagations)
            if not lemma:
                return RupResult("valid", None, None, accepted + 1, base.propagations)
            base.add(lemma)
    except BudgetExceeded as error:
        return RupResult("undecided", None, str(error), accepted, propagation_budget)
    return RupResult("invalid", None, "the proof does not reach the empty clause", len(lemmas), base.propagations)


def _excess(lemmas: Sequence[Sequence[int]], max_lines: int | None, max_literals: int | None) -> str | None:
    if max_lines is not None and len(lemmas) > max_lines:
        return f"the proof has {len(lemmas)} lines, but at most {max_lines} are taken"
    total = sum(map(len, lemmas))
    if max_literals is not None and total > max_literals:
        return f"the proof has {total} literals, but at most {max_literals} are taken"
    return None


@dataclass(frozen=True, slots=True)
class Conflict:
    """How unit propagation ended in a conflict.

    Attributes:
        literals: Code set of the literals that are all false: those of a clause, or one assumed literal.
        clause: Index of that clause, or None if an assumed literal was false already.
        trail: The assigned literals as (code, index of the clause that forced it, or -1 if assumed), in order.
    """

    literals: int
    clause: int | None
    trail: list[tuple[int, int]]


class ClauseBase:
    """A growing set of clauses with bit-parallel unit propagation.

    Literals are coded as ``2 * v`` and ``2 * v + 1`` for ``v`` and ``-v``. The indices of the formula's clauses come
    first, those of added clauses follow.

    Args:
        cnf: The formula.
        longest: Length of the longest clause to be added.
        room: Number of clauses to be added, to bound memory.
        propagation_budget: Most literals to assign.

    Raises:
        BudgetExceeded: If the tables would take more than half a gibibyte, or the propagation budget is used up.
    """

    __slots__ = (
        "_budget",
        "_columns",
        "_false",
        "_open",
        "_root_conflict",
        "_slices",
        "_trail",
        "masks",
        "propagations",
    )

    def __init__(self, cnf: CNF, longest: int, room: int, propagation_budget: int = DEFAULT_PROPAGATIONS) -> None:
        if 2 * cnf.num_vars * (cnf.num_clauses + room + 512) > _TABLE_BITS:
            raise BudgetExceeded("the formula is too large for the proof checker")
        self.masks = [_mask(clause) for clause in cnf.clauses]
        self.propagations = 0
        self._budget = propagation_budget
        width = max(longest, max((mask.bit_count() for mask in self.masks), default=0)).bit_length()
        self._columns = _columns(cnf)
        self._false = 0
        self._open = (1 << len(self.masks)) - 1
        self._slices = _initial_counters(self.masks, width)
        self._trail: list[tuple[int, int]] = []
        self._root_conflict = next((Conflict(0, i, []) for i, mask in enumerate(self.masks) if not mask), None)
        self._settle()

    def refute(self, clause: Sequence[int]) -> Conflict | None:
        """Return the conflict that follows by unit propagation when the clause is false, or None if none follows.

        Raises:
            BudgetExceeded: If the propagation budget is used up.
        """
        if self._root_conflict is not None:
            return self._root_conflict
        return self._propagate([_code(-lit) for lit in reversed(clause)], list(self._trail))[0]

    def add(self, clause: Sequence[int]) -> None:
        """Add a clause, and assign what follows from all clauses by unit propagation.

        Raises:
            BudgetExceeded: If the propagation budget is used up.
        """
        index, mask = len(self.masks), _mask(clause)
        self.masks.append(mask)
        if self._root_conflict is not None:
            return
        if not mask:
            self._root_conflict = Conflict(0, index, list(self._trail))
            return
        bit = 1 << index
        for lit in set(clause):
            self._columns[_code(lit)] |= bit
        if not any(self._false >> (_code(lit) ^ 1) & 1 for lit in clause):
            self._open |= bit
        counter = (1 << len(self._slices)) - mask.bit_count() + (mask & self._false).bit_count()
        if counter >> len(self._slices):
            self._root_conflict = Conflict(mask, index, list(self._trail))
            return
        for k in range(len(self._slices)):
            if counter >> k & 1:
                self._slices[k] |= bit
        self._settle()

    def _settle(self) -> None:
        if self._root_conflict is None:
            conflict, self._open, self._false, self._slices = self._propagate([], self._trail)
            self._root_conflict = conflict

    def _propagate(
        self, assumed: list[int], trail: list[tuple[int, int]]
    ) -> tuple[Conflict | None, int, int, list[int]]:
        """Assign the assumed codes, last first, and all that follows; return the conflict and the state reached."""
        columns, masks = self._columns, self.masks
        unsatisfied, false, slices = self._open, self._false, self._slices.copy()
        conflict = None
        start = len(trail)
        while True:
            if assumed:
                code, reason = assumed.pop(), -1
                if false >> code & 1:
                    conflict = Conflict(1 << code, None, trail)
                    break
                if false >> (code ^ 1) & 1:
                    continue
            else:
                units = unsatisfied
                for counters in slices:
                    units &= counters
                if not units:
                    break
                reason = (units & -units).bit_length() - 1
                code = (masks[reason] & ~false).bit_length() - 1
            trail.append((code, reason))
            unsatisfied &= ~columns[code]
            false |= 1 << (code ^ 1)
            carry = columns[code ^ 1]
            for k, counters in enumerate(slices):
                slices[k] = counters ^ carry
                carry &= counters
            if carry:
                index = (carry & -carry).bit_length() - 1
                conflict = Conflict(masks[index], index, trail)
                break
        self.propagations += len(trail) - start
        if self.propagations > self._budget:
            raise BudgetExceeded(f"the proof checker used up its budget of {self._budget} propagations")
        return conflict, unsatisfied, false, slices


def _code(lit: int) -> int:
    return 2 * lit if lit > 0 else 1 - 2 * lit


def literal(code: int) -> int:
    """Return the DIMACS literal with this code."""
    return -(code >> 1) if code & 1 else code >> 1


def _mask(clause: Sequence[int]) -> int:
    mask = 0
    for lit in clause:
        mask |= 1 << (2 * lit if lit > 0 else 1 - 2 * lit)
    return mask


def _columns(cnf: CNF) -> list[int]:
    """Return the bit set of the clauses that hold each literal, by code."""
    width = (cnf.num_clauses + 7) // 8
    rows = [bytearray(width) for _ in range(2 * cnf.num_vars + 2)]
    for index, clause in enumerate(cnf.clauses):
        byte, bit = index >> 3, 1 << (index & 7)
        for lit in clause:
            rows[2 * lit if lit > 0 else 1 - 2 * lit][byte] |= bit
    return [int.from_bytes(row, "little") for row in rows]


def _initial_counters(masks: list[int], width: int) -> list[int]:
    slices = []
    for k in range(width):
        bits = bytearray((len(masks) + 7) // 8)
        for index, mask in enumerate(masks):
            if ((1 << width) - mask.bit_count()) >> k & 1:
                bits[index >> 3] |= 1 << (index & 7)
        slices.append(int.from_bytes(bits, "little"))
    return slices
