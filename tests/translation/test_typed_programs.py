"""Programs over finite sorts: read, never run, and decided as brute force does."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.translation.typed_programs import read_typed_program

LSAT = """# Declarations
people = EnumSort([Ann, Bob, Cid])
days = EnumSort([Monday, Tuesday, Wednesday])
meets = Function([people] -> [days])
busy = Function([people, days] -> [bool])

# Constraints
ForAll([p1:people, p2:people], Implies(p1 != p2, meets(p1) != meets(p2))) ::: one a day
meets(Ann) < meets(Bob) ::: Ann before Bob
meets(Cid) == Tuesday
Count([d:days], busy(Ann, d)) == 2

# Options
Question ::: Which one must be true?
is_valid(meets(Ann) == Tuesday) ::: (A)
is_valid(meets(Bob) == Wednesday) ::: (B)
is_sat(busy(Ann, Monday)) ::: (C)
is_unsat(meets(Bob) == Monday) ::: (D)
is_exception(is_sat(meets(Bob) == Monday)) ::: (E)
"""

DEDUCTION = """Domain:
1: leftmost
3: rightmost
Variables:
red [IN] [1, 2, 3]
blue [IN] [1, 2, 3]
green [IN] [1, 2, 3]
Constraints:
red > blue ::: x
green == red + 1
AllDifferentConstraint([red, blue, green])
Query:
A) red == 1 ::: x
B) blue == 1
C) green == 1
"""


def test_an_lsat_program_is_answered():
    program = read_typed_program(LSAT)
    assert program.run() == (False, True, True, True, True)
    assert program.answer() == "B"


def test_a_deduction_program_is_answered():
    program = read_typed_program(DEDUCTION)
    assert program.run() == (False, True, False) and program.answer() == "B"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["<", ">", "==", "!="]), st.sampled_from("abc"),
                          st.integers(-1, 1)), max_size=4))  # fmt: skip
def test_deduction_agrees_with_brute_force(constraints):
    lines = [f"{left} {sign} {right} + {shift}" for left, sign, right, shift in constraints if shift >= 0]
    lines += [f"{left} {sign} {right} - 1" for left, sign, right, shift in constraints if shift < 0]
    variables = "\n".join(f"{name} [IN] [1, 2, 3]" for name in "abc")
    options = "\n".join(f"{letter}) a == {value}" for letter, value in zip("ABC", (1, 2, 3), strict=True))
    text = f"Variables:\n{variables}\nConstraints:\n" + "\n".join(lines) + f"\nQuery:\n{options}"
    checks = {"<": int.__lt__, ">": int.__gt__, "==": int.__eq__, "!=": int.__ne__}
    worlds = [
        world
        for values in itertools.product((1, 2, 3), repeat=3)
        for world in [dict(zip("abc", values, strict=True))]
        if all(checks[sign](world[left], world[right] + shift) for left, sign, right, shift in constraints)
    ]
    expected = tuple(all(world["a"] == value for world in worlds) for value in (1, 2, 3))
    assert read_typed_program(text).run() == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("meets(Cid)", "meets(Zoe)", "'Zoe' is not declared"),
        ("meets(Cid)", "meets(Cid, Ann)", "takes 1 arguments"),
        ("meets(Cid)", "visits(Cid)", "not declared"),
        ("[d:days]", "[d:weeks]", "'weeks' is not declared"),
        ("busy(Ann, Monday)", "Ann", "where a formula is needed"),
        ("people = EnumSort([Ann, Bob, Cid])", "import os", "no declaration|expected"),
    ],
)
def test_what_makes_no_sense_is_refused(old, new, message):
    with pytest.raises(InputError, match=message):
        read_typed_program(LSAT.replace(old, new)).run()


def test_too_many_quantifiers_end_in_an_error():
    many = ", ".join(f"p{k}:people" for k in range(14))
    with pytest.raises(InputError, match="too many"):
        read_typed_program(LSAT.replace("[p1:people, p2:people]", f"[{many}]")).run()


def test_a_program_without_options_is_refused():
    with pytest.raises(InputError, match="options"):
        read_typed_program("# Declarations\na = EnumSort([b])")
