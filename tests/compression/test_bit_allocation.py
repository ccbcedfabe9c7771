import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.compression.quantization.bit_allocation import allocate_bits
from logicbench.errors import InputError

CHOICES = (1, 2, 3)


def cost(bits, frequency, gate, errors):
    return sum(f * g**1.5 * e[b] ** 2 for b, f, g, e in zip(bits, frequency, gate, errors, strict=True))


@settings(max_examples=40, deadline=None)
@given(data=st.data(), count=st.integers(2, 5), mean=st.sampled_from([1.0, 1.4, 2.0, 2.5, 3.0]))
def test_against_all_allocations(data, count, mean):
    share = st.floats(0.05, 1.0)
    frequency, gate = (data.draw(st.lists(share, min_size=count, max_size=count)) for _ in range(2))
    errors = []
    for _ in range(count):
        drops = data.draw(st.lists(share, min_size=3, max_size=3))
        errors.append({1: sum(drops), 2: sum(drops[:2]), 3: drops[0]})
    found = allocate_bits(frequency, gate, errors, mean)
    allowed = [bits for bits in itertools.product(CHOICES, repeat=count) if sum(bits) <= mean * count + 1e-9]
    both = [bits for bits in allowed if 3 in bits and 2 in bits]
    best = min(both or allowed, key=lambda bits: cost(bits, frequency, gate, errors))
    assert tuple(found) in (both or allowed)
    assert cost(found, frequency, gate, errors) == pytest.approx(cost(best, frequency, gate, errors), rel=1e-5)


def test_a_budget_below_the_fewest_bits_is_refused():
    with pytest.raises(InputError, match="fewer than the least choice"):
        allocate_bits([1.0], [1.0], [{2: 0.1, 3: 0.0}], 1.5)
