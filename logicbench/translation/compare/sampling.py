"""Random finite structures, and how often two formulas agree in them.

Every symbol's tables come from a hash of the seed, the symbol and the size, so the score does not depend on what else
is compared, on the process or on the machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from logicbench.errors import BudgetExceeded
from logicbench.logic.fol.structures import LESS, MOST_AXES, Batch, Structure, evaluate_batch
from logicbench.logic.fol.syntax import Comparison, Formula, Numeral, walk
from logicbench.logic.fol.transform import signature
from logicbench.seeding import digest
from logicbench.solvers.prover.finite import leaves
from logicbench.solvers.prover.theory import compute_numbers, numeral

_DENSITIES = np.array([128, 64, 192, 128, 32, 224], dtype=np.uint8)
"""Share of tuples that hold, in 256ths, for one structure after another."""


_MOST_CELLS = 5_000_000
"""Entries of one symbol's tables in all structures of a size."""


def sample_batches(formulas: Sequence[Formula], count: int = 200, seed: int = 0) -> list[Batch]:
    """Random structures for the symbols of some formulas: a third each of three domain sizes, 1 to 3 if it can be.

    Numerals need as many individuals as there are, and stand in their order.

    Args:
        formulas: The formulas, arithmetic computed.
        count: Number of structures in all.
        seed: Seed.

    Raises:
        BudgetExceeded: A symbol has so many arguments that its tables are too large.
    """
    numbers = sorted({key[1] for key in leaves(formulas) if key[0] == "number"})
    first = max(1, len(numbers))
    shares = [count - 2 * (count // 3), count // 3, count // 3]
    return [
        _batch(formulas, numbers, size, share, seed)
        for size, share in zip((first + 2, first + 1, first), shares, strict=True)
        if share
    ]


def _bytes(count: int, *labels: str | int) -> npt.NDArray[np.uint8]:
    return np.frombuffer(hashlib.shake_256(digest("fol-structures", *labels)).digest(count), dtype=np.uint8)


def _batch(formulas: Sequence[Formula], numbers: list[Fraction], size: int, count: int, seed: int) -> Batch:
    symbols = signature(formulas)
    most = max((arity for _, arity in (*symbols.predicates, *symbols.functions)), default=0)
    if most > MOST_AXES or count * size**most > _MOST_CELLS:
        raise BudgetExceeded(f"structures have no room for a symbol of {most} arguments")
    density = np.resize(_DENSITIES, count)
    predicates = {}
    for name, arity in dict.fromkeys((*symbols.predicates, *((sort, 1) for sort in symbols.sorts))):
        cells = _bytes(count * size**arity, seed, "predicate", name, arity, size).reshape(count, *(size,) * arity)
        table = cells < density.reshape(count, *(1,) * arity)
        if name in symbols.sorts and arity == 1:
            table[~table.any(axis=1), 0] = True
        predicates[name, arity] = table
    if any(isinstance(node, Comparison) for formula in formulas for node in walk(formula)):
        predicates[LESS] = np.broadcast_to(np.arange(size)[:, None] < np.arange(size), (count, size, size))
    functions = {
        (name, arity): _bytes(count * size**arity, seed, "function", name, arity, size)
        .reshape(count, *(size,) * arity)
        .astype(np.int64)
        % size
        for name, arity in symbols.functions
    }
    points = {
        kind: {name: _bytes(count, seed, kind, name, size).astype(np.int64) % size for name in names}
        for kind, names in (("constant", symbols.constants), ("free", symbols.free_variables))
    }
    constants, numerals = points["constant"], {}
    order = np.argsort(_bytes(count * size, seed, "numbers", size).reshape(count, size), axis=1, kind="stable")
    places = np.sort(order[:, : len(numbers)], axis=1)
    for column, value in enumerate(numbers):
        node = numeral(value)
        if isinstance(node, Numeral):
            numerals[node.text] = places[:, column]
        else:
            constants[node.name] = places[:, column]
    return Batch(size, count, constants, predicates, functions, numerals, points["free"])


def truths(formulas: Sequence[Formula], batches: Sequence[Batch]) -> list[npt.NDArray[np.bool_]]:
    """The truth values of each formula in all structures, ``(structures,)`` each."""
    ready = [compute_numbers(formula) for formula in formulas]
    return [np.concatenate([evaluate_batch(formula, batch) for batch in batches]) for formula in ready]


def agreement(left: Formula, right: Formula, count: int = 200, seed: int = 0) -> float:
    """The share of random structures in which two formulas have the same truth value.

    Raises:
        InputError: An arithmetic term with variables or constants occurs.
        BudgetExceeded: A subformula has too many free variables, or a symbol too many arguments.
    """
    ready = [compute_numbers(left), compute_numbers(right)]
    a, b = truths(ready, sample_batches(ready, count, seed))
    return float((a == b).mean())


def structure_at(batches: Sequence[Batch], place: int) -> Structure:
    """One of the structures of some batches, counted through."""
    for batch in batches:
        if place < batch.count:
            break
        place -= batch.count
    return Structure(
        batch.size,
        {name: int(values[place]) for name, values in batch.constants.items()},
        {
            symbol: frozenset(tuple(map(int, row)) for row in np.argwhere(table[place]))
            for symbol, table in batch.predicates.items()
        },
        {
            symbol: {tuple(map(int, row)): int(table[place][row]) for row in np.ndindex(table.shape[1:])}
            for symbol, table in batch.functions.items()
        },
        {text: int(values[place]) for text, values in batch.numerals.items()},
        {name: int(values[place]) for name, values in batch.assignment.items()},
    )
