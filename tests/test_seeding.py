import hashlib
import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from logicbench.seeding import Place, Stream, permuted

KNOWN = [107, 916, 253, 344, 944, 711]
KNOWN_PERMUTATION = [2, 0, 5, 1, 3, 4]

LABELS = st.lists(st.integers(-5, 5) | st.text(max_size=4), max_size=4)


def test_the_words_are_those_of_the_documented_construction():
    state = hashlib.sha256()
    for kind, data in ((b"s", b"sat"), (b"i", b"7")):
        state.update(kind + len(data).to_bytes(8, "little") + data)
    block = hashlib.shake_256(state.digest() + (0).to_bytes(8, "little")).digest(8 * 256)
    expected = [int.from_bytes(block[8 * i : 8 * i + 8], "little") for i in reversed(range(256))]
    stream = Stream("sat", 7)
    assert [stream.word() for _ in range(256)] == expected


def test_known_answers_hold_on_every_machine_and_version():
    stream = Stream("known", 1, "answer")
    assert [stream.below(1000) for _ in range(6)] == KNOWN
    assert stream.child("a").permutation(6) == KNOWN_PERMUTATION


@given(LABELS, LABELS)
def test_other_labels_give_another_stream(left, right):
    same = [(type(x), x) for x in left] == [(type(x), x) for x in right]
    assert (Stream(*left).word() == Stream(*right).word()) == same


def test_a_child_does_not_depend_on_what_was_drawn():
    stream = Stream("parent")
    before = stream.child("x").word()
    stream.word()
    assert stream.child("x").word() == before


def test_adjacent_seeds_share_nothing():
    words = {Stream("sat", seed).word() for seed in range(2000)}
    assert len(words) == 2000
    first = [Stream("sat", seed).below(2) for seed in range(4000)]
    agree = sum(a == b for a, b in itertools.pairwise(first))
    assert abs(agree - 2000) < 5 * (4000 * 0.25) ** 0.5


@pytest.mark.parametrize("bound", [2, 3, 7, 100])
def test_below_is_uniform(bound):
    stream = Stream("uniform", bound)
    counts = Counter(stream.below(bound) for _ in range(20_000))
    assert set(counts) == set(range(bound))
    assert chisquare(list(counts.values())).pvalue > 1e-4


@given(st.integers(1, 2**64), st.integers(0, 50))
def test_below_stays_below(bound, seed):
    assert 0 <= Stream(seed).below(bound) < bound


@given(st.lists(st.integers(), max_size=30), st.integers(0, 50))
def test_shuffling_loses_nothing(items, seed):
    assert Counter(Stream(seed).shuffled(items)) == Counter(items)
    count = len(items) // 2
    assert not Counter(Stream(seed).sample(items, count)) - Counter(items)


@pytest.mark.parametrize("bound", [0, -1, 2**64 + 1])
def test_a_bound_out_of_range_is_refused(bound):
    with pytest.raises(ValueError, match="bound must be"):
        Stream().below(bound)


@given(st.integers(1, 400), st.binary(max_size=32))
def test_a_permutation_by_index_is_one(size, key):
    assert sorted(permuted(key, size, index) for index in range(size)) == list(range(size))


def test_a_permutation_by_index_mixes_and_depends_on_its_key():
    size = 10_000
    places = [permuted(b"one", size, index) for index in range(size)]
    assert sum(abs(a - b) for a, b in itertools.pairwise(places)) / size == pytest.approx(size / 3, rel=0.05)
    assert sum(permuted(b"two", size, index) == places[index] for index in range(size)) < 10
    with pytest.raises(ValueError, match="range"):
        permuted(b"one", size, size)


@given(st.integers(10, 3000), st.integers(1, 10), st.text(max_size=3))
def test_places_of_a_data_set_are_allotted_different_numbers(size, each, purpose):
    shares = size // each
    taken = [number for place in range(shares) for number in Place(b"set", place).allot(purpose, size, each)]
    assert len(set(taken)) == len(taken) == shares * each and all(0 <= number < size for number in taken)
    assert list(Place(b"set", shares).allot(purpose, size, each)) == taken[:each]


def test_children_inherit_the_place_and_draw_as_without_one():
    place = Place(b"set", 3)
    stream = Stream("a", place=place)
    assert stream.place == stream.child("b").child(1).place == place
    assert Stream("a").place is None
    assert stream.child("b").word() == Stream("a").child("b").word()
