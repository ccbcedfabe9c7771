from dataclasses import replace

import pytest

from logicbench.errors import InputError
from logicbench.evals.feedback import judge_messages, read_judgement, render_critique, render_feedback
from logicbench.evals.iterate import IterateOptions
from logicbench.evals.iterate_results import null_success
from logicbench.evals.runner import evaluate
from logicbench.evals.store import open_run
from logicbench.models.protocol import Capabilities, Completion
from logicbench.problem import Violation
from logicbench.seeding import Stream


@pytest.fixture
def toys():
    import toy_runs

    return toy_runs


class Talker:
    """Splits sums: first badly, then as `respond(request, round)` says; judges as `judge(request)` says."""

    name = "talker"
    capabilities = Capabilities()

    def __init__(self, respond, judge=None, stop_after=None, fail=lambda request: False):
        self.respond, self.judge, self.stop_after, self.fail = respond, judge, stop_after, fail
        self.asked = []

    def describe(self):
        return {"model": "talker"}

    def statistics(self):
        return {}

    def complete(self, requests, sampling):
        for request in requests:
            if len(self.asked) == self.stop_after:
                raise KeyboardInterrupt
            self.asked.append(request)
            if self.fail(request):
                yield Completion(request.key, "", "error", error="no more toys")
                continue
            judging = "Proposed answer:" in request.messages[-1].content
            round_number = sum(message.role == "assistant" for message in request.messages)
            text = self.judge(request) if judging else self.respond(request, round_number)
            ids = tuple(range(len(text.split())))
            yield Completion(request.key, text, "stop", 7, ids, tuple(-0.5 for _ in ids))

    def close(self):
        pass


def total(request):
    return int(request.messages[0].content.split("sum is ")[1].split(",")[0])


def mends(request, round_number):
    """Is off by three, and mends one with every feedback."""
    return f"<think>hm</think>{total(request) - 3 + round_number} 0"


def guesses(request, _):
    """Ignores all feedback: right one time in five."""
    return f"{total(request) + Stream('guess', request.seed).below(5)} 0"


def config(toys, samples=2, **options):
    return toys.toy_config(samples=samples, strategy=IterateOptions(**options).to_json())


def go(toys, folder, backend, count=4, **options):
    problems = toys.toy_problems(count, "split", "plain")
    return evaluate(problems, lambda _: backend, folder, config(toys, **options))


@pytest.mark.parametrize(
    ("accepts_right", "accepts_wrong", "expected"),
    [(1, 0, 0.965), (0.9, 0.1, 0.685), (0.8, 0.5, 0.286), (0.6, 0.6, 0.200), (0.5, 0.8, 0.135)],
)
def test_the_null_model_gives_the_known_values(accepts_right, accepts_wrong, expected):
    assert null_success(0.2, accepts_right, accepts_wrong, 15)[-1] == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize("rates", [(1.0, 0.0), (0.0, 1.0), (0.7, 0.4), (0.0, 0.0), (1.0, 1.0)])
@pytest.mark.parametrize("accuracy", [0.0, 0.3, 1.0])
def test_the_null_model_agrees_with_a_walk_through_all_outcomes(accuracy, rates):
    def walk(left):
        if left == 1:
            return accuracy
        right, wrong = accuracy * rates[0], (1 - accuracy) * rates[1]
        return right + (1 - right - wrong) * walk(left - 1)

    assert null_success(accuracy, *rates, 6) == pytest.approx([walk(count) for count in range(1, 7)])


def test_a_model_that_heeds_feedback_gains(toys, tmp_path):
    backend = Talker(mends)
    outcome = go(toys, tmp_path / "run", backend, rounds=6)
    found = outcome.results["iterate"]
    assert found["success_at"] == [0, 0, 0, 1, 1, 1]
    assert found["accepted_at"] == found["ever_correct_at"] == [0, 0, 0, 1, 1, 1]
    assert found["null_success_at"][-1] == 0
    assert found["mean_calls"] == 4
    assert found["verifier"] == {"accepts_right": 1, "accepts_wrong": 0, "right": 8, "wrong": 24}
    assert len(backend.asked) == 8 * 4
    samples = list(open_run(tmp_path / "run").samples())
    assert all(sample.correct and sample.calls == 4 for sample in samples)
    ids, logprobs = open_run(tmp_path / "run").tokens(samples[0])
    assert len(ids) == len(logprobs) == samples[0].tokens.generated
    rounds = list(open_run(tmp_path / "run").rounds())
    assert len(rounds) == 32
    assert [r.extra["round"] for r in rounds if r.key == samples[0].key] == [0, 1, 2, 3]
    assert {r.extra["role"] for r in rounds} == {"answer"}


def test_feedback_is_told_in_the_detail_asked_for_and_thinking_is_not_repeated(toys, tmp_path):
    for detail, expected in (("none", 0), ("first", 1), ("all", 3)):
        backend = Talker(mends)
        go(toys, tmp_path / detail, backend, rounds=2, feedback=detail)
        second = next(request for request in backend.asked if len(request.messages) == 3)
        said, told = second.messages[1].content, second.messages[2].content
        assert said == f"{total(second) - 3} 0"
        assert told.count("The sum is off by -3") == expected
        assert told.startswith("That answer is not correct.")


def test_history_bounds_what_is_shown(toys, tmp_path):
    for history, lengths in ((0, {1}), (1, {1, 3}), (None, {1, 3, 5, 7})):
        backend = Talker(lambda request, _: "0 0")
        go(toys, tmp_path / str(history), backend, rounds=4, history=history)
        assert {len(request.messages) for request in backend.asked} == lengths
        assert len({request.seed for request in backend.asked}) == len(backend.asked) == 32


def test_the_first_round_is_the_run_without_a_strategy(toys, tmp_path):
    problems = toys.toy_problems(4, "split", "plain")
    evaluate(problems, lambda _: Talker(guesses), tmp_path / "single", toys.toy_config(samples=2))
    go(toys, tmp_path / "iterate", Talker(guesses), rounds=3)
    first = [(r.key, r.seed, r.text) for r in open_run(tmp_path / "iterate").rounds() if r.extra["round"] == 0]
    assert first == [(s.key, s.seed, s.text) for s in open_run(tmp_path / "single").samples()]


def test_a_model_that_ignores_feedback_gains_nothing_beyond_retries(toys, tmp_path):
    outcome = go(toys, tmp_path / "run", Talker(guesses), count=100, samples=4, rounds=5)
    found = outcome.results["iterate"]
    # 400 chains: the standard error is below 0.025.
    assert found["success_at"] == pytest.approx([1 - 0.8**t for t in range(1, 6)], abs=0.08)
    assert found["success_at"] == pytest.approx(found["null_success_at"], abs=0.08)
    # pass@4 is a mean over 100 problems: a standard error of 0.05.
    assert found["pass_at"] == pytest.approx([1 - 0.8**t for t in range(1, 5)], abs=0.15)


def test_a_model_judges_itself_by_its_own_words(toys, tmp_path):
    def judge(request):
        asked = request.messages[-1].content
        proposed = int(asked.split("Proposed answer:\n")[1].split()[0])
        wanted = int(asked.split("sum is ")[1].split(",")[0])
        return "Fine.\nJudgement: correct" if proposed >= wanted - 1 else "Too small.\n**Judgement:** incorrect"

    backend = Talker(mends, judge)
    outcome = go(toys, tmp_path / "run", backend, rounds=5, verifier="self")
    found = outcome.results["iterate"]
    # It accepts in its third round, when it is off by one: never right, always content.
    assert found["accepted_at"] == [0, 0, 1, 1, 1]
    assert found["success_at"] == [0] * 5
    assert found["verifier"] == {"accepts_right": None, "accepts_wrong": pytest.approx(1 / 3), "right": 0, "wrong": 24}
    assert found["mean_calls"] == 6
    critic = next(request for request in backend.asked if len(request.messages) == 3)
    assert "A review of that answer says:\nToo small.\n" in critic.messages[2].content


def test_an_adversary_accepts_what_is_wrong_and_refuses_what_is_right(toys, tmp_path):
    go(toys, tmp_path / "wrong", Talker(lambda request, _: "0 0"), rounds=3, verifier="adversarial")
    assert {(s.calls, s.correct) for s in open_run(tmp_path / "wrong").samples()} == {(1, False)}
    backend = Talker(lambda request, _: f"{total(request)} 0")
    go(toys, tmp_path / "right", backend, rounds=3, verifier="adversarial")
    assert {(s.calls, s.correct) for s in open_run(tmp_path / "right").samples()} == {(3, True)}
    assert "The sum is off by" in backend.asked[-1].messages[-1].content


@pytest.mark.parametrize("verifier", ["sound", "self"])
def test_a_stopped_iteration_resumes_to_the_same(toys, tmp_path, verifier):
    def judge(request):
        return f"Judgement: {'correct' if Stream('judge', request.seed).chance(0.3) else 'incorrect'}"

    whole = go(toys, tmp_path / "whole", Talker(guesses, judge), rounds=5, verifier=verifier)
    for stop in (1, 9, 20, 31):
        folder = tmp_path / f"stopped{stop}"
        first = Talker(guesses, judge, stop_after=stop)
        assert go(toys, folder, first, rounds=5, verifier=verifier).status == "stopped"
        second = Talker(guesses, judge)
        resumed = go(toys, folder, second, rounds=5, verifier=verifier)
        assert resumed.results == whole.results
        calls = [(request.seed, request.messages) for request in (*first.asked, *second.asked)]
        assert len({seed for seed, _ in calls}) == len(calls) == len(list(open_run(folder).rounds()))


def test_a_chain_that_ended_without_its_line_is_stored_on_resume(toys, tmp_path):
    whole = go(toys, tmp_path / "run", Talker(mends), rounds=6)
    (tmp_path / "run/samples.jsonl").write_bytes(b"")
    again = go(toys, tmp_path / "run", Talker(mends, stop_after=0), rounds=6)
    assert again.status == "complete"
    assert again.results == whole.results


def test_a_failed_call_is_retried_on_resume_from_its_round(toys, tmp_path):
    whole = go(toys, tmp_path / "whole", Talker(mends), rounds=6)
    broken = Talker(mends, fail=lambda request: len(request.messages) == 5)
    first = go(toys, tmp_path / "run", broken, rounds=6)
    assert (first.status, first.failed) == ("incomplete", 8)
    backend = Talker(mends)
    second = go(toys, tmp_path / "run", backend, rounds=6)
    assert second.status == "complete"
    assert {len(request.messages) for request in backend.asked} == {5, 7}
    assert second.results == whole.results
    assert {s.attempt for s in open_run(tmp_path / "run").samples()} == {2}


@pytest.mark.parametrize(
    ("text", "accepted", "critique"),
    [
        ("All is well.\nJudgement: correct", True, "All is well."),
        ("**Judgement:** **Incorrect**", False, ""),
        ("Judgement: correct? No: x is wrong.\nJudgment: incorrect.", False, "Judgement: correct? No: x is wrong."),
        ("I cannot say.", False, "I cannot say."),
        ("verdict: CORRECT", True, ""),
        ("", False, ""),
    ],
)
def test_a_judgement_is_read_from_its_last_line(text, accepted, critique):
    assert read_judgement(text) == (accepted, critique)


def test_a_judge_sees_the_question_and_the_answer(toys):
    problem = toys.toy_problems(2)[0]
    (message,) = judge_messages(problem, "yes", "all")
    assert problem.prompt in message.content
    assert "Proposed answer:\nyes\n" in message.content
    assert "name every error" in message.content


def test_long_feedback_is_bounded():
    many = tuple(Violation("edge", f"Edge {number} is broken.") for number in range(64))
    told = render_feedback(many, 100, "all")
    assert told.count("is broken") == 64
    assert "and 36 more errors" in told
    assert len(render_critique("x" * 100_000, "all")) < 5000


@pytest.mark.parametrize(
    "changes", [{"rounds": 0}, {"verifier": "oracle"}, {"feedback": "some"}, {"history": -1}], ids=str
)
def test_bad_options_are_refused(changes):
    with pytest.raises(InputError, match=f"--{next(iter(changes))}"):
        replace(IterateOptions(), **changes)
