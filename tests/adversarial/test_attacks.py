"""Every attack on every task of every family earns what it should."""

import time

import pytest
from adversarial.attacks import CHECKED, NEVER, duplicated, wrong_answer
from adversarial.oracle import agrees

import logicbench
from logicbench.family import family_names, get_family
from logicbench.generation import Request, run_request
from logicbench.rewards import reward, score

SMALL = {"sat": {"variables": 5}, "coloring": {"vertices": 9, "filter": "none"}}
TASKS = [(family, task) for family in family_names() for task in get_family(family).tasks]
SECONDS = 2.0
"""Far above what one call may take: the machine that runs this may be busy."""


def problems(family, task, count=None):
    labels = max(1, len(get_family(family).tasks[task].labels))
    request = Request(
        family, task, count=count or max(2, labels), seed=11, settings=SMALL.get(family, {}), measure=False
    )
    return list(run_request(request))


def with_wrong_answers(family, task):
    found = problems(family, task)
    others = [other.reference for other in problems(family, task, 8)]
    guesses = [f"{number}" for number in range(1, 9)] + ["none", "1, 2", "-1", "1"]
    for problem in found:
        yield problem, wrong_answer(problem, [*others, *guesses])


def accepted_answer(problem, text):
    return get_family(problem.family).parse(problem, text)


@pytest.mark.parametrize(("family", "task"), TASKS, ids=[f"{family}:{task}" for family, task in TASKS])
def test_what_must_never_be_paid(family, task):
    for problem, wrong in with_wrong_answers(family, task):
        assert score(f"Answer: {problem.reference}", problem).reward == 1.0
        for attack in NEVER:
            for text in attack(problem, wrong):
                assert score(text, problem).reward == 0.0, (attack.__name__, text[:200])


@pytest.mark.parametrize(("family", "task"), TASKS, ids=[f"{family}:{task}" for family, task in TASKS])
def test_what_is_accepted_is_right_and_quickly_judged(family, task):
    for problem, wrong in with_wrong_answers(family, task):
        right = accepted_answer(problem, f"Answer: {problem.reference}").value
        for attack in CHECKED:
            for text in attack(problem, wrong):
                start = time.perf_counter()
                verdict = logicbench.verify(problem, text)
                assert time.perf_counter() - start < SECONDS, (attack.__name__, text[:100])
                if verdict.correct:
                    value = accepted_answer(problem, text).value
                    if task == "translate" and attack is duplicated:
                        continue  # a formula and once more the same is their conjunction, which is equivalent
                    opinion = agrees(problem, value)
                    assert opinion or (opinion is None and value == right), (attack.__name__, text[:200], value)


@pytest.mark.parametrize(
    ("family", "task"), [(f, t) for f, t in TASKS if get_family(f).tasks[t].labels], ids=lambda value: str(value)
)
def test_a_constant_label_earns_its_share_and_no_more(family, task):
    labels = get_family(family).tasks[task].labels
    found = problems(family, task, 6 * len(labels))
    counts = [sum(problem.label == label for problem in found) for label in labels]
    assert set(counts) == {6}
    for constant in {problem.reference for problem in found if len(problem.reference) <= 8}:
        paid = reward([f"Answer: {constant}"] * len(found), found)
        if sum(problem.reference == constant for problem in found) == 6:
            assert sum(paid) == 6, constant


def test_no_label_of_a_thinking_prompt_is_paid_before_thinking_ends():
    problem = problems("sat", "decide")[0]
    assert reward([f"Answer: {problem.reference}"], [problem], thinking_opened=True) == [0.0]
    assert reward([f"hm</think>Answer: {problem.reference}"], [problem], thinking_opened=True) == [1.0]
