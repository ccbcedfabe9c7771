import dataclasses
import json

import pytest
from model_helpers import requests_for

from logicbench.errors import InputError
from logicbench.family import verify
from logicbench.generation import generate
from logicbench.models.protocol import Message, RepetitionStop, Request, Sampling
from logicbench.models.reference import constant, noisy_oracle, oracle, random_guesser, scripted
from logicbench.problem import Problem

SAMPLING = Sampling()


def verdicts(backend, problems, samples=1, seed=0):
    by_id = {problem.id: problem for problem in problems}
    requests = requests_for(problems, samples, seed)
    said = {completion.key: completion for completion in backend.complete(requests, SAMPLING)}
    return [verify(by_id[request.problem_id], said[request.key].text) for request in requests]


def test_oracle_is_always_right(problems):
    assert all(verdict.correct for verdict in verdicts(oracle(problems), problems))


@pytest.mark.parametrize("accuracy", [0.0, 0.3, 1.0])
def test_noisy_oracle_has_the_accuracy_asked_for(problems, accuracy):
    outcomes = verdicts(noisy_oracle(problems, accuracy), problems, samples=300)
    share = sum(verdict.correct for verdict in outcomes) / len(outcomes)
    assert share == pytest.approx(accuracy, abs=0.045)
    assert all(verdict.status != "unparsable" for verdict in outcomes)


def test_noisy_oracle_draws_anew_for_each_seed_and_repeats_for_the_same(problems):
    backend = noisy_oracle(problems, 0.5)
    first, again = verdicts(backend, problems, 20), verdicts(backend, problems, 20)
    assert first == again
    assert first != verdicts(backend, problems, 20, seed=1)


def test_random_is_uniform(problems):
    outcomes = verdicts(random_guesser(problems), problems, samples=300)
    assert sum(verdict.correct for verdict in outcomes) / len(outcomes) == pytest.approx(0.5, abs=0.045)


def test_constant_says_the_majority_label(problems):
    texts = {done.text for done in constant(problems).complete(requests_for(problems), SAMPLING)}
    assert texts == {"Answer: even"}


def test_constant_breaks_ties_by_order_of_text(problems):
    texts = {done.text for done in constant(problems[:2]).complete(requests_for(problems[:2]), SAMPLING)}
    assert texts == {"Answer: even"}


def test_constant_does_not_say_what_solves_one_problem_alone():
    alone = list(generate("sat", "assign", count=4, seed=3, knobs={"variables": 8}, measure=False))
    assert len({problem.reference for problem in alone}) == 4
    said = {done.text for done in constant(alone).complete(requests_for(alone), SAMPLING)}
    assert said == {"unknown"}
    twice = [*alone, dataclasses.replace(alone[1], id="again")]
    said = {done.text for done in constant(twice).complete(requests_for(twice), SAMPLING)}
    assert said == {alone[1].reference}


def test_constant_text(problems):
    texts = {done.text for done in constant(problems, "no idea").complete(requests_for(problems), SAMPLING)}
    assert texts == {"no idea"}


def test_scripted_replays_each_sample(problems, tmp_path):
    path = tmp_path / "script.jsonl"
    first, second, third = problems[:3]
    lines = [
        {"id": first.id, "completion": "always"},
        {"id": second.id, "completion": ["zero", "one"]},
        {"id": third.id, "completion": "a"},
        {"id": third.id, "completion": "b"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    done = list(scripted(problems, path).complete(requests_for(problems[:3], 2), SAMPLING))
    assert [completion.text for completion in done] == ["always", "always", "zero", "one", "a", "b"]


def test_scripted_reports_what_the_script_lacks(problems, tmp_path):
    path = tmp_path / "script.jsonl"
    path.write_text(json.dumps({"id": problems[0].id, "completion": ["one", "two"]}))
    done = list(scripted(problems, path).complete(requests_for(problems[:2], 3), SAMPLING))
    assert [completion.finish_reason for completion in done] == ["stop", "stop", "error", "error", "error", "error"]
    assert str(path) in done[2].error


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": 3, "completion": ""}', "'id'"),
        ("[]", "'id'"),
        ('{"id": "a"}', "'completion'"),
        ('{"id": "a", "completion": [1]}', "'completion'"),
        ("{", "not JSON"),
    ],
)
def test_scripted_names_file_and_line_of_a_bad_line(problems, tmp_path, line, reason):
    path = tmp_path / "script.jsonl"
    path.write_text('{"id": "x", "completion": "fine"}\n' + line)
    with pytest.raises(InputError, match=reason) as caught:
        scripted(problems, path)
    assert f"{path}:2" in str(caught.value)


def test_scripted_refuses_an_empty_script(problems, tmp_path):
    path = tmp_path / "script.jsonl"
    path.write_text("")
    with pytest.raises(InputError, match="no completions"):
        scripted(problems, path)


def test_a_problem_without_reference_is_an_error_of_that_request_only(toy):
    bare = Problem("toy", "parity", "plain", "1", "?", {"number": 2})
    (done,) = oracle([bare]).complete(requests_for([bare]), SAMPLING)
    assert done.finish_reason == "error"
    assert bare.id in done.error


def test_an_unknown_problem_is_an_error_of_that_request_only(problems):
    request = Request("k", (Message("user", "?"),), 0, "nowhere")
    (done,) = oracle(problems).complete([request], SAMPLING)
    assert done.finish_reason == "error"
    assert "nowhere" in done.error


def test_accuracy_outside_the_unit_interval_is_refused(problems):
    with pytest.raises(InputError, match="accuracy"):
        noisy_oracle(problems, 1.5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": -1.0}, "temperature"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.5}, "top_p"),
        ({"min_p": 2.0}, "min_p"),
        ({"top_k": -1}, "top_k"),
        ({"repetition_penalty": 0.0}, "repetition_penalty"),
        ({"stop": ("",)}, "stop"),
        ({"thinking_budget": 5}, "thinking budget"),
        ({"repetition": RepetitionStop()}, "repetition"),
    ],
)
def test_a_setting_that_cannot_be_honoured_is_refused(problems, change, reason):
    with pytest.raises(InputError, match=reason):
        list(oracle(problems).complete(requests_for(problems), Sampling(**change)))


def test_equal_keys_and_empty_messages_are_refused(problems):
    request = requests_for(problems)[0]
    with pytest.raises(InputError, match="key"):
        list(oracle(problems).complete([request, request], SAMPLING))
    with pytest.raises(InputError, match="no messages"):
        list(oracle(problems).complete([Request("k", (), 0)], SAMPLING))


@pytest.mark.parametrize("pattern", [{"min_pattern": 0}, {"min_pattern": 3, "max_pattern": 2}, {"min_count": 1}])
def test_senseless_repetition_limits_are_refused(pattern):
    with pytest.raises(InputError):
        RepetitionStop(**pattern)
