import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from logicbench.compression.masks import fits_pattern, lowest_in_groups, lowest_in_matrix, lowest_in_rows  # noqa: E402
from logicbench.compression.patterns import Pattern  # noqa: E402
from logicbench.compression.threshold import global_masks, kth_smallest  # noqa: E402
from logicbench.errors import InputError  # noqa: E402

# Few distinct values make ties certain.
matrices = st.integers(1, 6).flatmap(
    lambda rows: st.integers(1, 12).flatmap(
        lambda columns: st.lists(
            st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0]), min_size=columns, max_size=columns),
            min_size=rows,
            max_size=rows,
        )
    )
)


def naive_lowest(values, count):
    order = sorted(range(len(values)), key=lambda index: (values[index], index))
    return set(order[:count])


@given(matrices, st.floats(0, 1))
def test_rows_match_a_stable_sort(rows, share):
    scores = torch.tensor(rows)
    count = int(share * scores.shape[1])
    mask = lowest_in_rows(scores, count)
    for row, marks in zip(rows, mask.tolist(), strict=True):
        assert {index for index, mark in enumerate(marks) if mark} == naive_lowest(row, count)


@given(matrices, st.floats(0, 1))
def test_matrix_is_exact_under_ties(rows, share):
    scores = torch.tensor(rows)
    count = int(share * scores.numel())
    mask = lowest_in_matrix(scores, count).flatten().tolist()
    flat = list(itertools.chain(*rows))
    assert {index for index, mark in enumerate(mask) if mark} == naive_lowest(flat, count)


@given(matrices, st.integers(0, 12), st.integers(0, 12))
def test_masks_nest_as_sparsity_grows(rows, one, other):
    scores = torch.tensor(rows)
    low, high = sorted(min(count, scores.shape[1]) for count in (one, other))
    assert not (lowest_in_rows(scores, low) & ~lowest_in_rows(scores, high)).any()


@given(
    st.sampled_from(["1:4", "2:4", "4:8", "1:2", "3:5"]), st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**31)
)
def test_groups_keep_exactly_n_of_m_and_the_highest(pattern_text, rows, groups, seed):
    pattern = Pattern.parse(pattern_text)
    scores = torch.rand(rows, groups * pattern.group, generator=torch.Generator().manual_seed(seed))
    mask = lowest_in_groups(scores, pattern)
    assert fits_pattern(~mask, pattern)
    assert int((~mask).sum()) == rows * groups * pattern.keep
    for row, marks in zip(scores.tolist(), mask.tolist(), strict=True):
        for start in range(0, len(row), pattern.group):
            part = row[start : start + pattern.group]
            pruned = {index for index in range(pattern.group) if marks[start + index]}
            assert pruned == naive_lowest(part, pattern.group - pattern.keep)


def test_a_pattern_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match="2:4 does not fit a matrix with 6 inputs"):
        lowest_in_groups(torch.rand(2, 6), Pattern.parse("2:4"))


@pytest.mark.parametrize("text", ["4:2", "2:2", "0:4", "2:", "half", "2:4:8", "-1:4"])
def test_bad_patterns_are_refused(text):
    with pytest.raises(InputError, match="pattern must be"):
        Pattern.parse(text)


def test_scores_that_are_not_finite_are_refused():
    with pytest.raises(InputError, match="not finite"):
        lowest_in_rows(torch.tensor([[1.0, float("nan")]]), 1)


@settings(max_examples=40)
@given(st.lists(matrices, min_size=1, max_size=4), st.floats(0.001, 1), st.sampled_from(["float32", "bfloat16"]))
def test_the_global_threshold_is_the_kth_smallest(tensors, share, dtype):
    scores = [torch.tensor(rows).to(getattr(torch, dtype)) for rows in tensors]
    flat = np.sort(np.concatenate([tensor.float().numpy().ravel() for tensor in scores]))
    rank = max(1, int(share * len(flat)))
    assert kth_smallest(lambda: scores, rank) == flat[rank - 1]


def test_the_global_threshold_tells_neighbouring_floats_apart():
    base = np.float32(0.1)
    near = [base, np.nextafter(base, np.float32(1)), np.nextafter(base, np.float32(0))]
    assert kth_smallest(lambda: [torch.tensor(near)], 1) == near[2]
    assert kth_smallest(lambda: [torch.tensor(near)], 2) == near[0]


@settings(max_examples=40)
@given(st.lists(matrices, min_size=1, max_size=4), st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.5]))
def test_global_masks_match_brute_force_with_a_minimum_kept(tensors, share, min_keep):
    scores = [torch.tensor(rows) for rows in tensors]
    free = []  # (score, tensor, index) of what may be pruned
    for number, tensor in enumerate(scores):
        flat = tensor.flatten().tolist()
        may = naive_lowest(flat, len(flat) - round(min_keep * len(flat)))
        free += [(flat[index], number, index) for index in may]
    total = sum(tensor.numel() for tensor in scores)
    count = int(share * total)
    if count > len(free):
        with pytest.raises(InputError, match="minimum kept"):
            list(global_masks(lambda: scores, count, min_keep=min_keep))
        return
    expected = {(number, index) for _, number, index in sorted(free)[:count]}
    masks = list(global_masks(lambda: scores, count, min_keep=min_keep))
    found = {(n, i) for n, mask in enumerate(masks) for i in np.flatnonzero(mask.flatten().numpy()).tolist()}
    assert found == expected
