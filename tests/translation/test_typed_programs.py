"""Programs over finite sorts: read, never run, and decided as brute force does."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.translation.items import Item
from logicbench.translation.pipelines.logic_lm import execute
from logicbench.translation.pipelines.protocol import Settings
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
    expected = tuple(all(world["a"] == value for world in worlds) for value in (1, 2, 3)) if worlds else ()
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


def test_contradictory_constraints_make_no_option_right():
    text = LSAT.replace("meets(Cid) == Tuesday", "meets(Cid) == Tuesday\nmeets(Cid) == Monday")
    assert read_typed_program(text).run() == () and read_typed_program(text).answer() is None
    found = execute(Item("one", ("x",), "", "A", "typed", tuple("ABCDE")), text, Settings())
    assert found.executed and (found.verdict, found.prediction) == ("Inconsistent", None)


def test_a_program_without_options_is_refused():
    with pytest.raises(InputError, match="options"):
        read_typed_program("# Declarations\na = EnumSort([b])")


SIGNS = {"==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}
SIDES = {
    "Count([p:people], red(p))": lambda red, blue: sum(red),
    "Count([p:people], And(red(p), blue(p)))": lambda red, blue: sum(a and b for a, b in zip(red, blue, strict=True)),
    "2 - Count([p:people], blue(p))": lambda red, blue: 2 - sum(blue),
    "Count([p:people], red(p)) + Count([p:people], blue(p))": lambda red, blue: sum(red) + sum(blue),
    "2": lambda red, blue: 2,
}  # fmt: skip
WORLDS = list(itertools.product(itertools.product((False, True), repeat=2), repeat=2))
COLOURS = """Declarations
people = EnumSort([Ann, Bob])
red = Function([people] -> [bool])
blue = Function([people] -> [bool])
Constraints
"""


def asked(head, constraint, worlds):
    """Whether each world, given as facts, is allowed by a constraint; the facts are all worlds there are."""
    options = "\n".join(f"is_sat(And({', '.join(facts)}))" for facts in worlds)
    return read_typed_program(f"{head}{constraint}\nOptions\n{options}").run() or (False,) * len(worlds)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize(("left", "right"), list(itertools.combinations(SIDES, 2)))
def test_counts_compared_with_counts_agree_with_brute_force(left, sign, right):
    facts = [
        [f"{colour}({name}) == {value}" for colour, row in (("red", red), ("blue", blue))
         for name, value in zip(("Ann", "Bob"), row, strict=True)]
        for red, blue in WORLDS
    ]  # fmt: skip
    expected = tuple(SIGNS[sign](SIDES[left](*world), SIDES[right](*world)) for world in WORLDS)
    assert asked(COLOURS, f"{left} {sign} {right}", facts) == expected


ROOMS = """Declarations
rooms = EnumSort([north, south])
times = EnumSort([one, two, three])
used = Function([rooms, times] -> [bool])
Constraints
"""


@pytest.mark.parametrize(
    "comparison", ["== 0", "== 1", "== 3", "!= 2", "<= 2", ">= 4", "> 5", "< 1", ">= 0", "< 0", "== 7"]
)
def test_counts_over_several_variables_count_tuples(comparison):
    sign, number = comparison.split()
    worlds = list(itertools.product((False, True), repeat=6))
    places = list(itertools.product(("north", "south"), ("one", "two", "three")))
    facts = [
        [f"used({room}, {hour}) == {value}" for (room, hour), value in zip(places, world, strict=True)]
        for world in worlds
    ]
    expected = tuple(SIGNS[sign](sum(world), int(number)) for world in worlds)
    assert asked(ROOMS, f"Count([r:rooms, t:times], used(r, t)) {comparison}", facts) == expected


@pytest.mark.parametrize(
    ("constraint", "values", "expected"),
    [
        ("Distinct([p:people], room(p))", (0, 1, 2), True),
        ("Distinct([p:people], room(p))", (0, 1, 0), False),
        ("Distinct([room(Ann), room(Bob)])", (0, 1, 0), True),
        ("Distinct([room(Ann), room(Bob)])", (0, 0, 1), False),
        ("Distinct([p:people], room(p) == a)", (0, 1, 2), False),
        ("Distinct([p:people], room(p) + 1)", (2, 1, 0), True),
        ("Count([p:people], room(p) == a) == room(Ann)", (1, 0, 2), True),
        ("Count([p:people], room(p) == a) == room(Ann)", (0, 0, 2), False),
    ],
)
def test_distinct_lists_and_comprehensions(constraint, values, expected):
    facts = ", ".join(
        f"room({name}) == {'abc'[value]}" for name, value in zip(("Ann", "Bob", "Cid"), values, strict=True)
    )
    text = (
        "Declarations\npeople = EnumSort([Ann, Bob, Cid])\nrooms = EnumSort([a, b, c])\n"
        f"room = Function([people] -> [rooms])\nConstraints\n{constraint}\nOptions\nis_sat(And({facts}))"
    )
    assert any(read_typed_program(text).run()) == expected


def test_too_many_counts_end_in_an_error():
    text = LSAT.replace(
        "Count([d:days], busy(Ann, d)) == 2", " + ".join(["Count([d:days], busy(Ann, d))"] * 40) + " == 2"
    )
    with pytest.raises(InputError):
        read_typed_program(text).run()
