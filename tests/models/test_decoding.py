import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from logicbench.models.decoding import filter_logits, find_stop, invert, is_stuck, penalise, pick  # noqa: E402
from logicbench.models.protocol import RepetitionStop, Sampling  # noqa: E402

ROWS = st.lists(st.lists(st.floats(-20, 20, width=32), min_size=5, max_size=5), min_size=1, max_size=4)


def grid(count):
    return [(index + 0.5) / count for index in range(count)]


@given(st.lists(st.floats(-6, 6, width=32), min_size=2, max_size=12))
@settings(max_examples=50, deadline=None)
def test_inversion_gives_every_token_its_probability(logits):
    count = 2000
    rows = torch.tensor([logits] * count)
    found = torch.bincount(invert(rows, grid(count)), minlength=len(logits)) / count
    assert torch.allclose(found, rows[0].softmax(-1), atol=1.5 / count)


def test_inversion_never_picks_an_excluded_token():
    logits = torch.tensor([[0.0, -torch.inf, 1.0, -torch.inf]] * 4)
    assert set(invert(logits, [0.0, 0.3, 0.999, 1 - 2**-53]).tolist()) <= {0, 2}
    assert invert(logits, [0.0, 0.0, 0.0, 1 - 2**-53])[3] == 2


@given(ROWS, st.floats(0.05, 0.99), st.integers(0, 6), st.floats(0, 0.9))
@settings(max_examples=200, deadline=None)
def test_filters_agree_with_the_librarys(rows, top_p, top_k, min_p):
    from transformers import MinPLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    logits = torch.tensor(rows)
    # Equal values may be kept or dropped together: only distinct ones have one right answer.
    logits += torch.arange(5) * 1e-3
    expected = logits.clone()
    if min_p > 0:
        expected = MinPLogitsWarper(min_p)(None, expected)
    if top_k > 0:
        expected = TopKLogitsWarper(top_k)(None, expected)
    expected = TopPLogitsWarper(top_p)(None, expected)
    ours = filter_logits(logits, Sampling(temperature=1.0, top_p=top_p, top_k=top_k, min_p=min_p))
    margin = (expected.softmax(-1).sort(-1).values.cumsum(-1) - (1 - top_p)).abs().min()
    if margin > 1e-5:
        assert torch.equal(ours.isfinite(), expected.isfinite())
    assert ours.isfinite().any(-1).all()


def test_greedy_and_forced_tokens_carry_raw_logprobs():
    logits = torch.tensor([[1.0, 2.0, 0.0], [3.0, 0.0, 1.0]])
    ids, logprobs = pick(logits, Sampling(), [0.0, 0.0], forced=[2, -1])
    assert ids == [2, 0]
    expected = logits.log_softmax(-1)
    assert logprobs == pytest.approx([expected[0, 2].item(), expected[1, 0].item()])


def test_penalty_touches_seen_tokens_only():
    logits = torch.tensor([[2.0, -2.0, 3.0]])
    seen = torch.tensor([[True, True, False]])
    assert penalise(logits, seen, 2.0).tolist() == [[1.0, -4.0, 3.0]]


@given(st.lists(st.integers(0, 2), max_size=40), st.integers(1, 4), st.integers(0, 4), st.integers(2, 5))
def test_stuck_against_the_definition(ids, low, extra, count):
    limit = RepetitionStop(low, low + extra, count)
    expected = any(
        len(ids) >= size * count and ids[-size:] * count == ids[len(ids) - size * count :]
        for size in range(low, low + extra + 1)
    )
    assert is_stuck(ids, limit) == expected


def test_the_first_of_several_stops_counts():
    assert find_stop("abcabc", ("c", "b")) == 1
    assert find_stop("abcabc", ("x",)) == -1
    assert find_stop("abc", ()) == -1
