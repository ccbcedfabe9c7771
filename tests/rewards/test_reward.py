"""The reward: what it pays, what it refuses to pay, and that nothing a policy writes can break it."""

import os
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mutations import dressed, giants, hostile

import logicbench
from logicbench.errors import InputError, UnknownNameError
from logicbench.problem import Verdict, dump_line
from logicbench.rewards import SHAPES, RewardPool, Shape, read_row, reward, score
from logicbench.rewards import core as rewards_core
from logicbench.rewards.shapes import MARGIN


@pytest.fixture(scope="module")
def problems():
    found = []
    for task in ("assign", "decide", "certify", "maxsat"):
        found += logicbench.generate("sat", task, count=2, knobs={"variables": 6}, measure=False)
    return found


def answers(problems):
    return [f"So.\n\nAnswer: {problem.reference}" for problem in problems]


def test_a_batch_is_paid_in_order(problems):
    texts = answers(problems)
    texts[1] = "I cannot tell."
    expected = [1.0] * len(problems)
    expected[1] = 0.0
    assert logicbench.reward(texts, problems) == expected


def test_rows_messages_and_lines_are_the_same_problem(problems):
    texts = answers(problems)
    messages = [[{"role": "user", "content": "?"}, {"role": "assistant", "content": text}] for text in texts]
    parts = [[{"role": "assistant", "content": [{"type": "text", "text": text}]}] for text in texts]
    lines = [dump_line(problem.to_json()) for problem in problems]
    rows = [problem.to_json() for problem in problems]
    whole = [1.0] * len(problems)
    assert reward(messages, rows) == reward(texts, lines) == reward(parts, [*map(bytes.decode, lines)]) == whole
    assert reward([None, []], problems[:2]) == [0.0, 0.0]


@pytest.mark.parametrize(
    ("texts", "rows"), [(["a"], []), ("a", [1]), (["a"], {}), (["a"], ["{"]), (["a"], ["[]"]), (["a"], [b'{"id": 1}'])]
)
def test_bad_batches_are_refused(texts, rows):
    with pytest.raises(InputError):
        reward(texts, rows)


def test_lengths_must_be_as_many(problems):
    with pytest.raises(InputError, match="1 lengths"):
        reward(["a", "b"], problems[:2], tokens=[1])
    with pytest.raises(UnknownNameError, match="binary"):
        reward(["a"], problems[:1], shape="binry")


def test_unclosed_thinking_pays_only_if_the_prompt_did_not_open_it(problems):
    problem = problems[0]
    text = f"Answer: {problem.reference}"
    assert score(text, problem).reward == 1.0
    assert score(text, problem, thinking_opened=True).reward == 0.0
    assert score(f"hm </think> {text}", problem, thinking_opened=True).reward == 1.0
    for opened in (True, False):
        giant = ("" if opened else "<think>") + "a" * (1 << 20) + "\n" + text
        assert score(giant, problem, thinking_opened=opened).reward == 0.0
        assert score(giant + "</think>\n" + text, problem, thinking_opened=opened).reward == 1.0


verdicts = st.one_of(
    st.just(Verdict("correct", 1.0)),
    st.builds(
        lambda status, progress: Verdict(status, 0.0, progress=progress),
        st.sampled_from(["wrong", "undecided"]),
        st.one_of(st.none(), st.floats(0, 1)),
    ),
    st.just(Verdict("unparsable", 0.0)),
)


@given(st.sampled_from(sorted(SHAPES)), verdicts, st.floats(0, 1e6), verdicts, st.floats(0, 1e6))
def test_no_incorrect_answer_comes_near_a_correct_one(name, one, length, other, other_length):
    shape = SHAPES[name]
    low, high = shape.range
    value, second = shape.value(one, length), shape.value(other, other_length)
    assert low <= value <= high
    if one.correct and not other.correct:
        assert value >= second + MARGIN - 1e-9


@given(*[st.floats(-1, 1)] * 2, *[st.floats(0, 1)] * 2, st.booleans())
def test_unsafe_shapes_cannot_be_made(unparsable, readable, progress, penalty, penalise_wrong):
    try:
        shape = Shape("mine", unparsable, readable, progress, penalty, penalise_wrong)
    except InputError:
        assert max(unparsable, readable + progress) > 1 - penalty - MARGIN - 1e-9
        return
    best_wrong = max(shape.value(Verdict("wrong", 0.0, progress=1.0), 0), shape.value(Verdict("unparsable", 0.0), 0))
    assert shape.value(Verdict("correct", 1.0), 1e9) >= best_wrong + MARGIN - 1e-9


def test_limits_must_be_in_order():
    with pytest.raises(InputError, match="limit"):
        Shape("mine", soft_limit=10, hard_limit=10)
    with pytest.raises(InputError, match="negative"):
        Shape("mine", progress=-0.1)


def test_length_is_counted_in_tokens_where_given(problems):
    problem = problems[0]
    text = f"Answer: {problem.reference}"
    shape = Shape("short", penalty=0.5, soft_limit=100, hard_limit=200)
    assert reward([text] * 3, [problem] * 3, shape=shape, tokens=[100, 150, 1000]) == [1.0, 0.75, 0.5]
    assert score("a" * 600 + "\n" + text, problem, shape=shape).reward == pytest.approx(0.75, abs=0.05)


def test_partial_credit_is_zero_where_guessing_gets():
    [problem] = logicbench.generate("sat", "assign", count=1, surface="math", measure=False)
    size = problem.instance["num_vars"]
    clauses = problem.instance["clauses"]
    vote = "".join("1" if sum((v in c) - (-v in c) for c in clauses) >= 0 else "0" for v in range(1, size + 1))
    paid = score(f"Answer: {vote}", problem, shape="partial")
    assert paid.reward == 0.0 or paid.verdict.correct
    near = max(
        score(f"Answer: {problem.reference[:i]}{'10'[int(problem.reference[i])]}{problem.reference[i + 1 :]}", problem,
              shape="partial").reward for i in range(size)
    )  # fmt: skip
    assert 0 < near < 1


def test_any_text_gets_a_number(problems):
    for problem in problems[::2]:
        for text in [*hostile(400, seed=3), *giants()[:6]]:
            for name in ("binary", "partial"):
                low, high = SHAPES[name].range
                assert low <= score(text, problem, shape=name).reward <= high


def test_a_checker_that_breaks_down_pays_nothing_and_says_so(problems, monkeypatch, caplog):
    def broken(problem, text):
        raise RecursionError("too deep")

    monkeypatch.setattr(rewards_core, "verify", broken)
    judged = score("Answer: 1", problems[0])
    assert judged.reward == 0.0 and judged.verdict.status == "undecided"
    assert "sat:assign" in caplog.text


def test_a_pool_pays_what_the_function_pays_and_survives_its_workers(problems):
    texts, rows = [], []
    for problem in problems:
        for text in list(dressed(problem.reference, "\n" in problem.reference))[:40] + list(hostile(40, seed=1)):
            texts.append(text)
            rows.append(problem)
    expected = reward(texts, rows, shape="partial")
    with RewardPool(2, shape="partial") as pool:
        assert pool.reward(texts, rows) == expected
        for process in list(pool._pool._processes):
            os.kill(process, signal.SIGKILL)
        assert pool.reward(texts, [dump_line(row.to_json()) for row in rows]) == expected
        with pytest.raises(InputError):
            pool.reward(["a"], [])


def test_rows_are_remembered_by_their_bytes(problems):
    line = dump_line(problems[0].to_json())
    assert read_row(line) is read_row(bytes(line))
