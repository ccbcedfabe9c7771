"""Lists of numbers and of literals as models write them, with remarks between the items."""

import pytest

from logicbench.answers import ReadError, read_index_set, read_literals

NUMBERS = read_index_set(20)
LITERALS = read_literals(("x1", "x2", "x3"), {"dark": False, "lit": True})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 (clause 4), 7 (clause 7)", (4, 7)),
        ("Inspectors 1, 14", (1, 14)),
        ("Inspector 1, Inspector 14", (1, 14)),
        ("guests 2 and 3", (2, 3)),
        ("{}", ()),
    ],
)
def test_numbers(text, found):
    assert NUMBERS(text)[0] == found


def test_a_remark_that_offers_another_number_ends_the_list():
    assert NUMBERS("4 (or 5), 7")[0] == (4,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-1 (the first is dark), 2 (lit), -3 (dark)", (-1, 2, -3)),
        ("x3 true, x1 false", (-1, 3)),
        ("1 dark, 2 lit, 3 dark", (-1, 2, -3)),
        ("x1, not x3", (1, -3)),
        ("1 and 2", (1, 2)),
    ],
)
def test_literals(text, found):
    assert LITERALS(text)[0] == found


def test_a_sign_and_a_value_for_one_literal_are_refused():
    with pytest.raises(ReadError, match="not with both"):
        LITERALS("-1 dark, 2 lit")
