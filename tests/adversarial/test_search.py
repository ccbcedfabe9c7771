"""A short, seeded run of the search; the script runs it for as long as one likes."""

import random

import pytest
from adversarial.search import all_tasks, search


@pytest.mark.parametrize(("family", "task"), all_tasks(), ids=[f"{family}:{task}" for family, task in all_tasks()])
def test_the_search_finds_nothing_that_is_paid_and_not_right(family, task):
    ((_, tried, _, findings),) = search(random.Random(5), 150, [(family, task)])
    assert tried == 300
    assert not findings, [(found.why, found.text) for found in findings[:3]]
