from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.evals.statistics import chance_corrected, maj_at_k, pass_all_k, pass_at_k


def cases(most=12):
    return st.integers(1, most).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n), st.integers(1, n)))


@given(cases())
def test_pass_at_k_equals_the_binomials(case):
    n, c, k = case
    assert float(pass_at_k(n, c, k)) == pytest.approx(1 - comb(n - c, k) / comb(n, k))
    assert float(pass_all_k(n, c, k)) == pytest.approx(comb(c, k) / comb(n, k))


def test_pass_at_k_broadcasts_and_is_unbiased():
    rng = np.random.default_rng(0)
    correct = rng.binomial(10, 0.3, size=200_000)
    assert pass_at_k(10, correct, 4).mean() == pytest.approx(1 - 0.7**4, abs=2e-3)
    assert pass_all_k(10, correct, 3).mean() == pytest.approx(0.3**3, abs=1e-3)


def test_pass_at_k_does_not_overflow():
    assert float(pass_at_k(10_000, 1, 5000)) == pytest.approx(0.5)


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (3, 1, 0), (3, 4, 1), (3, -1, 1)])
def test_impossible_draws_are_refused(n, c, k):
    with pytest.raises(ValueError, match=r"k must|correct samples"):
        pass_at_k(n, c, k)


def enumerated(answers, right, k):
    """Expected correctness of the vote over all subsets, ties split evenly."""
    total = 0.0
    for subset in combinations(range(len(answers)), k):
        votes = {}
        for index in subset:
            if answers[index] is not None:
                votes[answers[index]] = votes.get(answers[index], 0) + 1
        if votes:
            top = [answer for answer, count in votes.items() if count == max(votes.values())]
            total += sum(answer in right for answer in top) / len(top)
    return total / comb(len(answers), k)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=1, max_size=10),
    st.sets(st.integers(0, 4), max_size=2),
    st.data(),
)
def test_vote_equals_full_enumeration(answers, right, data):
    k = data.draw(st.integers(1, len(answers)))
    kinds = sorted({answer for answer in answers if answer is not None})
    votes = [(answers.count(kind), kind in right) for kind in kinds]
    assert maj_at_k(votes, k, answers.count(None)) == pytest.approx(enumerated(answers, right, k), abs=1e-12)


def test_vote_of_all_samples_is_the_plurality():
    assert maj_at_k([(5, True), (4, False)], 9) == 1.0
    assert maj_at_k([(4, True), (5, False)], 9) == 0.0
    assert maj_at_k([(4, True), (4, False), (1, False)], 9) == 0.5
    assert maj_at_k([(3, True), (5, False)], 1) == pytest.approx(3 / 8)
    with pytest.raises(ValueError, match="k must be"):
        maj_at_k([(1, True)], 2)


def test_vote_of_many_samples_agrees_with_simulation():
    answers = np.repeat(np.arange(33), [20, 14, 5, *[1] * 25, 0, 0, 0, 0, 0])
    counts = np.bincount(answers, minlength=33)
    exact = maj_at_k([(int(count), kind == 0) for kind, count in enumerate(counts)], 32)
    rng = np.random.default_rng(1)
    wins = 0.0
    for _ in range(4000):
        votes = np.bincount(rng.choice(answers, 32, replace=False), minlength=33)
        top = votes == votes.max()
        wins += top[0] / top.sum()
    assert exact == pytest.approx(wins / 4000, abs=0.025)


def test_chance_correction():
    assert chance_corrected([0.5, 1.0, 0.25], 0.5).tolist() == [0.0, 1.0, -0.5]
    assert np.isnan(chance_corrected(1.0, 1.0))
