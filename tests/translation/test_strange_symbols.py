"""Symbols and quantifiers that models write by the dozen: refused or undecided, never a crash."""

from __future__ import annotations

import pytest

from logicbench.errors import BudgetExceeded, InputError
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.solvers.prover.entailment import prove
from logicbench.translation.compare.closeness import closeness
from logicbench.translation.compare.equivalence import compare
from logicbench.translation.compare.sampling import sample_batches
from logicbench.translation.errors import diagnose_text
from logicbench.translation.typed_programs import read_typed_program

NAMES = [f"x{place}" for place in range(45)]
WIDE = parse(f"P({', '.join('abcdefghij')}, {', '.join(NAMES)})").formula
DEEP = parse(" ".join(f"∀{name}" for name in NAMES) + " (" + " ∧ ".join(f"P({name})" for name in NAMES) + ")").formula
BOTH = parse(" ".join(f"∀{name}" for name in NAMES) + f" P({', '.join(NAMES)})").formula
GOLD = parse("∀x (Cat(x) → Lazy(x))").formula


@pytest.mark.parametrize("strange", [WIDE, DEEP, BOTH])
def test_wide_predicates_and_many_variables_are_compared_without_a_crash(strange) -> None:
    assert not compare(GOLD, strange).equivalent
    assert compare(strange, strange).equivalent
    assert 0.0 <= closeness(GOLD, strange)[1].combined < 1.0
    assert diagnose_text(GOLD, render(strange)).kinds
    assert prove([GOLD], strange).verdict in ("Uncertain", "Undecided")
    assert prove([strange], strange).verdict in ("True", "Undecided")


def test_without_structures_errors_are_explained_by_normal_forms() -> None:
    assert diagnose_text(WIDE, f"¬{render(WIDE)}").kinds == ("negation_added",)
    sums = parse("∀x (Cat(x) ∧ x + 1 > y)").formula
    assert diagnose_text(sums, "∀x (Cat(x) ∨ x + 1 > y)").kinds == ("and_or",)


def test_structures_have_no_room_for_wide_predicates() -> None:
    with pytest.raises(BudgetExceeded, match="55 arguments"):
        sample_batches([WIDE])
    with pytest.raises(BudgetExceeded):
        sample_batches([parse("∃x P(" + ", ".join(["x"] * 20) + ")").formula])
    assert sample_batches([parse("∃x P(x, x, x, x)").formula])


PROGRAM = """# Declarations
people = EnumSort([Ann, Bea])
nobody = EnumSort([])
days = EnumSort([1, 2])
day = Function([people] -> [days])

# Constraints
{}

# Options
is_sat(day(Ann) == 1) ::: A)
"""


@pytest.mark.parametrize("line", ["day(day) == 1", "day == 1", "day(Ann) == day"])
def test_a_function_without_its_arguments_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="'day' takes 1 arguments, not 0"):
        read_typed_program(PROGRAM.format(line)).run()


def test_counting_over_an_empty_sort_is_zero() -> None:
    assert read_typed_program(PROGRAM.format("Count([n:nobody], day(Ann) == 2) == 0")).answer() == "A"
    assert read_typed_program(PROGRAM.format("Count([n:nobody], day(Ann) == 2) == 1")).run() == ()
