"""Drawing formulas: uniform random k-SAT by rejection, quiet planting, mixed clause lengths, one-literal twins."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from logicbench.errors import GenerationError
from logicbench.generators.sat.knobs import STRUCTURED, SatKnobs, threshold_clauses
from logicbench.logic.cnf import CNF, Clause
from logicbench.seeding import Stream
from logicbench.solvers.oracle import Oracle, guarded
from logicbench.solvers.sat import solve

MAX_DRAWS = 2000
"""Formulas drawn for one instance before its knobs are called impossible."""


def uniform_clauses(variables: int, count: int, length: int, stream: Stream, distinct: bool = True) -> list[Clause]:
    """Draw clauses of distinct variables and fair signs, uniformly, in random order; no clause twice if `distinct`.

    Raises:
        GenerationError: If there are not that many distinct clauses.
    """
    if distinct and count > most_clauses(variables, length):
        raise GenerationError(
            f"{count} distinct clauses of length {length} over {variables} variables cannot be drawn; lower the ratio"
        )
    literals = [sign * variable for variable in range(1, variables + 1) for sign in (-1, 1)]
    seen: set[Clause] = set()
    clauses: list[Clause] = []
    while len(clauses) < count:
        missing = count - len(clauses)
        drawn = [literals[index] for index in stream.integers(len(literals), length * (missing + missing // 4 + 1))]
        for clause in zip(*[iter(drawn)] * length, strict=True):
            if len(set(map(abs, clause))) < length:
                continue
            if distinct:
                key = tuple(sorted(clause))
                if key in seen:
                    continue
                seen.add(key)
            clauses.append(clause)
            if len(clauses) == count:
                break
    return clauses


def most_clauses(variables: int, length: int) -> int:
    """Return how many distinct clauses may be asked for: nearly all that there are."""
    total = 1
    for factor in range(length):
        total = total * (variables - factor) // (factor + 1)
    return (total << length) * 15 // 16


def mixed_clauses(variables: int, count: int, stream: Stream) -> list[Clause]:
    """Draw distinct clauses of mixed lengths: 1 + G with probability 0.3, else 2 + G, where G is geometric(0.7)."""
    seen: set[Clause] = set()
    clauses: list[Clause] = []
    for _ in range(50 * count):
        if len(clauses) == count:
            break
        length = min(variables, (1 if stream.chance(0.3) else 2) + stream.geometric(0.7))
        clause = tuple([v if stream.bit() else -v for v in stream.sample(range(1, variables + 1), length)])
        key = tuple(sorted(clause))
        if key not in seen:
            seen.add(key)
            clauses.append(clause)
    if len(clauses) < count:
        raise GenerationError(f"{count} distinct clauses over {variables} variables cannot be drawn; lower the ratio")
    return clauses


def quiet_clauses(variables: int, count: int, length: int, stream: Stream) -> tuple[list[Clause], tuple[bool, ...]]:
    """Draw clauses around a hidden model so that literal counts do not point at it.

    A clause with j literals true in the hidden model has weight q**j, with q chosen so that literals agree with the
    model half of the time (Jia, Moore and Strain 2007, "Generating hard satisfiable formulas by hiding solutions
    deceptively").

    Returns:
        The clauses, and the hidden model.
    """
    model = tuple(stream.bit() for _ in range(variables))
    weight = _quiet_weight(length)
    seen: set[Clause] = set()
    clauses: list[Clause] = []
    while len(clauses) < count:
        [clause] = uniform_clauses(variables, 1, length, stream)
        agreeing = sum(model[abs(literal) - 1] == (literal > 0) for literal in clause)
        key = tuple(sorted(clause))
        if agreeing == 0 or key in seen or not stream.chance(weight**agreeing):
            continue
        seen.add(key)
        clauses.append(clause)
    return clauses, model


@cache
def _quiet_weight(length: int) -> float:
    """Return q with sum over j >= 1 of C(k, j) q**j (2j - k) = 0, by bisection."""

    def imbalance(weight: float) -> float:
        total, binomial = 0.0, 1
        for agreeing in range(1, length + 1):
            binomial = binomial * (length - agreeing + 1) // agreeing
            total += binomial * weight**agreeing * (2 * agreeing - length)
        return total

    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if imbalance(middle) < 0 else (low, middle)
    return low


def draw(knobs: SatKnobs, stream: Stream, factor: float = 1.0) -> CNF:
    """Draw one formula of the knobs' source, satisfiable or not.

    Args:
        knobs: The settings.
        stream: Randomness.
        factor: Multiplies the default number of clauses (not one that the knobs give).
    """
    if knobs.source in STRUCTURED:
        from logicbench.generators.sat.structured import structured

        return structured(knobs.source, knobs.variables, stream)
    variables = knobs.variables
    if knobs.clauses is not None:
        count = knobs.clauses
    elif knobs.ratio is not None:
        count = max(1, round(knobs.ratio * variables))
    elif knobs.source == "mixed":
        count = max(1, round(4 * factor * variables))
    else:
        count = round(factor * threshold_clauses(variables, knobs.clause_length))
        count = max(1, min(count, most_clauses(variables, knobs.clause_length)))
    if knobs.source == "mixed":
        return CNF(variables, tuple(mixed_clauses(variables, count, stream)))
    if knobs.source == "quiet":
        return CNF(variables, tuple(quiet_clauses(variables, count, knobs.clause_length, stream)[0]))
    return CNF(variables, tuple(uniform_clauses(variables, count, knobs.clause_length, stream)))


def draw_where(knobs: SatKnobs, stream: Stream, wanted: Callable[[CNF], bool], what: str, factor: float = 1.0) -> CNF:
    """Draw formulas until one is as wanted.

    Raises:
        GenerationError: If none of `MAX_DRAWS` is; `what` names the wish.
    """
    for attempt in range(MAX_DRAWS):
        formula = draw(knobs, stream.child(attempt), factor)
        if wanted(formula):
            return formula
    raise GenerationError(
        f"{MAX_DRAWS} formulas with variables={knobs.variables}, ratio={knobs.ratio}, source={knobs.source} held none "
        f"that is {what}; change the ratio"
    )


def satisfiable(formula: CNF) -> bool:
    """Return whether the formula has a model."""
    return solve(formula).status == "sat"


def twins(knobs: SatKnobs, stream: Stream) -> tuple[CNF, CNF]:
    """Draw a satisfiable and an unsatisfiable formula that differ in the sign of one literal.

    An unsatisfiable formula is drawn that has a transition clause: one without which the rest is satisfiable. Every
    model of the rest falsifies all of that clause's literals, so complementing any one of them makes the whole
    satisfiable. Length, variables and clause counts agree exactly and literal counts up to one, so they cannot tell
    the label.

    Returns:
        (satisfiable, unsatisfiable).

    Raises:
        GenerationError: If no such pair is found.
    """
    for attempt in range(MAX_DRAWS):
        source = stream.child(attempt)
        formula = draw(knobs, source)
        if knobs.source == "quiet":
            raise GenerationError("source=quiet makes satisfiable formulas only; use it with task assign")
        clause = transition_clause(formula, source)
        if clause is None:
            continue
        old = formula.clauses[clause]
        others = {tuple(sorted(other)) for other in formula.clauses}
        for position in source.permutation(len(old)):
            new = (*old[:position], -old[position], *old[position + 1 :])
            if tuple(sorted(new)) not in others:
                pair = CNF(formula.num_vars, (*formula.clauses[:clause], new, *formula.clauses[clause + 1 :])), formula
                return _padded(*pair, source.child("padding")) if knobs.source in STRUCTURED else pair
    raise GenerationError(
        f"{MAX_DRAWS} formulas with variables={knobs.variables}, ratio={knobs.ratio}, source={knobs.source} held no "
        "unsatisfiable one with a satisfiable twin; change the ratio"
    )


def _padded(satisfiable: CNF, unsatisfiable: CNF, stream: Stream) -> tuple[CNF, CNF]:
    """Add the same clauses to both twins, so that a minimally unsatisfiable formula is not its own explanation."""
    model = solve(satisfiable).model
    length = min(3, satisfiable.num_vars)
    weight = _quiet_weight(length)
    seen = {tuple(sorted(clause)) for clause in (*satisfiable.clauses, *unsatisfiable.clauses)}
    extra: list[Clause] = []
    wanted = max(2, unsatisfiable.num_clauses // 5)
    for _ in range(100 * wanted):
        if len(extra) == wanted:
            break
        [clause] = uniform_clauses(satisfiable.num_vars, 1, length, stream)
        agreeing = sum((model or ())[abs(literal) - 1] == (literal > 0) for literal in clause)
        if agreeing and tuple(sorted(clause)) not in seen and stream.chance(weight**agreeing):
            seen.add(tuple(sorted(clause)))
            extra.append(clause)
    order = stream.permutation(unsatisfiable.num_clauses + len(extra))

    def mixed(formula: CNF) -> CNF:
        clauses = (*formula.clauses, *extra)
        return CNF(formula.num_vars, tuple(clauses[index] for index in order))

    return mixed(satisfiable), mixed(unsatisfiable)


def transition_clause(formula: CNF, stream: Stream) -> int | None:
    """Return a random clause whose removal makes the formula satisfiable; None if satisfiable or if there is none."""
    first = formula.num_vars + 1
    selectors = range(first, first + formula.num_clauses)
    with Oracle(guarded(formula.clauses, first)) as oracle:
        if oracle.solve(selectors):
            return None
        suspects = sorted(oracle.core())
        while suspects:
            suspect = suspects[stream.below(len(suspects))]
            if oracle.solve([selector for selector in selectors if selector != suspect]):
                return suspect - first
            # The new core holds every transition clause too, so the suspects shrink to the common part.
            core = oracle.core()
            suspects = [selector for selector in suspects if selector in core]
    return None
