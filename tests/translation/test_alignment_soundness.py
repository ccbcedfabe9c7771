"""Names that are called alike surely name the same: no opposites, no different constants, no lost sign or negation."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from logicbench.logic.fol.opposites import opposite
from logicbench.logic.fol.words import folded, singular, words
from logicbench.translation.compare.alignment import alike

KINDS = ("predicate", "function", "sort", "constant")


def pairs(text: str) -> list[tuple[str, str]]:
    return [(left, right) for left, right in (pair.strip().split() for pair in text.replace("\n", "").split("|"))]


@pytest.mark.parametrize(
    ("left", "right"),
    pairs("""
    Cats Cat|ResidentOf Residentof|IsHappy Happy|united_states UnitedStates|TheMoon moon|LivesIn LiveIn|LivesIn Lives|
    LiveIn Lives|café cafe|IsAStudent student|o'brien obrien|o’brien o'brien|HasACar HasCar|LocatedOn Located|
    CapitalOf Capital|room_1 room1|is_R R|NonProfit Nonprofit|ChildrenOf ChildOf|Isn'tRed IsntRed|
    WorksAt Work|BasedOn Based|Topics Topic|Świątek swiatek
    """),
)
def test_spellings_of_one_name_are_alike(left: str, right: str) -> None:
    assert alike(left, right, "predicate") and alike(right, left, "predicate")


@pytest.mark.parametrize(
    ("left", "right"), pairs("united_states UnitedStates|TheMoon moon|newYork newyork|café Cafe|o'brien OBrien|r_2 R2")
)
def test_spellings_of_one_constant_are_alike(left: str, right: str) -> None:
    assert alike(left, right, "constant") and alike(right, left, "constant")


@pytest.mark.parametrize(
    ("left", "right"),
    pairs("""
    1.5 15|-5 5|c++ c|c# c|c++ c#|a+ a|a+ a-|10% 10|3:15 315|1,5 15|room1_2 room12|v1.2 v12|1_2 12|x' x|x-1 x1|x² x2|
    10² 102|½ 12|a≠b a=b|か が|की का|й и|a1 1|the1 1|plan_a plan|plan_a a_plan|vitaminA vitamin|a_b b|
    theRapist therapist|isLand island|notAble notable|expertsExchange expertSexchange|
    ann anns|catsCats cats|a a1|aTeam team|room1_st room1
    """),
)
@pytest.mark.parametrize("kind", ["constant", "predicate"])
def test_other_signs_digits_and_gaps_are_other_names(left: str, right: str, kind: str) -> None:
    worded = kind == "predicate" and (left, right) in (("ann", "anns"), ("aTeam", "team"))  # a plural, an article
    assert alike(left, right, kind) is alike(right, left, kind) is worded


@pytest.mark.parametrize(
    ("left", "right"),
    pairs("""
    LocatedIn LocatedOn|PutIn PutOn|TurnOn TurnIn|TurnOn Turn|GiveIn Give|HoldOn Hold|PassOn Pass|LivesOn Lives|
    BelievesIn Believes|MadeOf Made|FreeOf Free|InUse OutUse|WasAlive Alive|WasPresident IsPresident|WasHappy Happy|
    HasBeenPresident HasPresident|HadCar HasCar|IsHurt Hurt|CanBeRead CanRead|HumanBeing Human|IsA A|MayBe May|
    News New|Goods Good|Arms Arm|Glasses Glass|Customs Custom|Means Mean|Lens Len|Mars Mar|Physics Physic|Morals Moral|
    Therapist TheRapist|NotAble Notable|Nowhere NowHere|NoWhere NowHere|IsLand Island|UnIonised Unionised|UnHappy Happy|
    InActiveService InactiveService|ATypical typical|a-moral moral|IsAMoral IsMoral|non-profit profit|Un-happy Happy|
    ReSign Resign|BeLow Below|InForm Inform|GradeAStudent GradeStudent|is_not_x is_x|cannot_swim can_swim|
    Isn'tRed IsRed|IsntRed Red|isn't_red is_red|DoesntLike DoesLike|CantSwim CanSwim|NoOne One|NobodyCame Came
    """),
)
@pytest.mark.parametrize("kind", KINDS)
def test_other_meanings_are_other_names(left: str, right: str, kind: str) -> None:
    assert not alike(left, right, kind) and not alike(right, left, kind)


OPPOSITES = pairs("""
    happy unhappy|legal illegal|moral amoral|careful careless|guilty guiltless|quickly slowly|happiness sadness|
    enter exit|ascend descend|accelerate decelerate|maximize minimize|explicit implicit|optimist pessimist|
    northern southern|indoor outdoor|overestimate underestimate|friendly hostile|
    beautiful ugly|brave cowardly|smoker non-smoker|typical atypical|ionised unionised|
    strength weakness|safety danger|tight loose|healthy sick|presence absence|alive dead|cyclic acyclic
    """)


@pytest.mark.parametrize(
    ("left", "right"), [*OPPOSITES, *pairs("typical a-typical|ionised un-ionised|smoker non_smoker")]
)
def test_opposites_are_known(left: str, right: str) -> None:
    assert opposite(left, right) and opposite(right, left)
    assert opposite(f"Is{left.title()}", f"Is{right.title()}")


FORMS = ("{}", "Is{}", "Are{}", "IsA{}", "Has{}", "{}s", "The{}", "{}Of", "{}In", "A{}")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("left", "right"), OPPOSITES)
def test_no_form_of_a_name_is_like_a_form_of_its_opposite(left: str, right: str, kind: str) -> None:
    for one in FORMS:
        for other in FORMS:
            assert not alike(one.format(left.title()), other.format(right.title()), kind)
            assert not alike(one.format(left.title()), f"is_{right}", kind)


name_words = st.lists(
    st.sampled_from("cat dog river is the a an of in on at no not red has was un able land here now news x b".split()),
    min_size=1, max_size=4,
)  # fmt: skip
joins = st.sampled_from(["", "_", " ", "-", "camel"])
noise = st.text(alphabet="abnostABNT_-'. +#%:,123é", min_size=1, max_size=8)


@st.composite
def spelled(draw: st.DrawFn) -> str:
    every, join = draw(name_words), draw(joins)
    return "".join(map(str.title, every)) if join == "camel" else join.join(every)


names = spelled() | noise
kinds = st.sampled_from(KINDS)


@settings(max_examples=300, deadline=None)
@given(names, names, kinds)
def test_alike_is_symmetric_reflexive_and_never_of_opposites(left: str, right: str, kind: str) -> None:
    assert alike(left, left, kind)
    assert alike(left, right, kind) is alike(right, left, kind)
    assert left == right or not (alike(left, right, kind) and opposite(left, right))


@settings(max_examples=300, deadline=None)
@given(names, st.sampled_from("0123456789+#%.:,*/≠²"), st.integers(0, 12), kinds)
def test_a_digit_or_a_sign_more_is_another_name(name: str, sign: str, place: int, kind: str) -> None:
    other = name[:place] + sign + name[place:]
    assert not alike(name, other, kind) and not alike(other, name, kind)


@settings(max_examples=300, deadline=None)
@given(noise, noise, kinds)
def test_alike_names_have_the_same_digits_and_signs(left: str, right: str, kind: str) -> None:
    kept = [[char for char in name if not (char.isalpha() or char in "_-' ")] for name in (left, right)]
    assume(kept[0] != kept[1])
    assert not alike(left, right, kind)


letters = st.text(alphabet="bcdnrstuw", min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(letters, letters)
def test_constants_of_other_letters_are_other_constants(left: str, right: str) -> None:
    assert alike(left, right, "constant") is (left == right)


@settings(max_examples=200, deadline=None)
@given(st.lists(letters, min_size=1, max_size=3), st.integers(0, 3), st.sampled_from(["not", "no", "never"]), kinds)
def test_a_negation_more_is_another_name(every: list[str], place: int, negation: str, kind: str) -> None:
    negated = [*every[:place], negation, *every[place:]]
    for join in ("_".join, " ".join, lambda parts: "".join(map(str.title, parts))):
        for start in ("", "is_"):
            assert not alike(start + join(every), join(negated), kind)
            assert not alike(join(every), start + join(negated), kind)


def test_signs_are_words_and_are_not_folded_away() -> None:
    assert words("c++") == ["c", "+", "+"] and words("o'brien-smith") == ["o", "brien", "smith"]
    assert folded("New-York") == folded("new york") == "newyork" and folded("1_2") == folded("1 2") == "1_2"
    assert [singular(word) for word in ("news", "physics", "topics", "goods")] == ["news", "physics", "topic", "goods"]
