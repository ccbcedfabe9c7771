import io
import json
import math
import os
import pty
from types import SimpleNamespace

import pytest

from logicbench.evals.record import Sample, SampleVerdict, TokenCounts, problem_fields
from logicbench.evals.report.tables import strategies
from logicbench.evals.results import OUTCOMES, band_of, compute_results, outcome
from logicbench.evals.store import create_run
from logicbench.evals.table import COLUMNS, footnotes, plain_lines, print_table, table_rows


def make_run(folder, problems, says, samples=2):
    """A run in which `says(problem, index)` gives (status, finish, tokens)."""
    import toy_runs

    run = create_run(folder, {"argv": [], "config": toy_runs.toy_config(samples=samples).to_json()}, problems)
    for problem in problems:
        for index in range(samples):
            status, finish, tokens = says(problem, index)
            verdict = None if status is None else SampleVerdict(status, float(status == "correct"))
            run.append(
                Sample(
                    **problem_fields(problem),
                    sample=index,
                    seed=0,
                    text="",
                    finish=finish,
                    tokens=TokenCounts(10, tokens // 2, tokens - tokens // 2),
                    verdict=verdict,
                    truncated=finish == "length",
                )
            )
    return run


@pytest.fixture
def problems():
    import toy_runs

    return toy_runs.toy_problems(10, "even") + toy_runs.toy_problems(5, "split", "plain")


def test_the_figures_are_those_counted_by_hand(tmp_path, problems):
    def says(problem, index):
        if problem.task == "split":
            return "unparsable", "length" if index else "stop", 100
        right = problem.label == "yes" and (problem.surface == "plain" or index == 0)
        return "correct" if right else "wrong", "stop", 8

    run = make_run(tmp_path / "run", problems, says)
    results = compute_results(run)
    run.close()
    even, split = results["by_task"]
    # Half the problems say yes: of those, plain ones are right twice and worded ones once.
    assert even["accuracy"] == pytest.approx(0.5 * (1 + 0.5) / 2)
    assert (even["problems"], even["samples"], even["chance"]) == (20, 40, 0.5)
    assert (even["baseline"], even["baseline_name"]) == (0.5, "always-yes")
    assert (even["mean_tokens"], even["mean_thinking_tokens"]) == (8, 4)
    assert split["accuracy"] == 0
    assert (split["unparsable"], split["truncated"], split["chance"], split["baseline"]) == (0.5, 0.5, 0.0, 0.0)
    assert results["overall"]["accuracy"] == pytest.approx((20 * 0.375) / 25)
    assert results["overall"]["chance"] == pytest.approx(20 * 0.5 / 25)
    plain = next(row for row in results["by_surface"] if (row["task"], row["surface"]) == ("even", "plain"))
    assert plain["accuracy"] == 0.5
    assert plain["low"] < 0.5 < plain["high"]
    assert sum(row["problems"] for row in results["by_hardness"]) == 25
    assert [row["band"] for row in results["by_hardness"]] == sorted(row["band"] for row in results["by_hardness"])
    for row in (results["overall"], *results["by_task"], *results["by_surface"], *results["by_hardness"]):
        assert math.fsum(row[name] for name in OUTCOMES) == pytest.approx(1)


def test_samples_of_one_problem_are_one_cluster(tmp_path, problems):
    """Repeating each completion eight times adds no certainty."""
    even = [problem for problem in problems if problem.task == "even" and problem.surface == "plain"]

    def says(problem, index):
        return "correct" if int(problem.id, 16) % 3 else "wrong", "stop", 1

    once = make_run(tmp_path / "a", even, says, 1)
    often = make_run(tmp_path / "b", even, says, 8)
    first, second = compute_results(once)["overall"], compute_results(often)["overall"]
    once.close()
    often.close()
    assert (first["low"], first["high"]) == pytest.approx((second["low"], second["high"]))


def test_nothing_right_still_has_an_interval(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, lambda *_: ("wrong", "stop", 1))
    row = compute_results(run)["overall"]
    run.close()
    assert (row["accuracy"], row["low"]) == (0, 0)
    assert 0.1 < row["high"] < 0.5


def test_failed_requests_are_left_out_of_the_accuracy_and_shown(tmp_path, problems):
    even = [problem for problem in problems if problem.task == "even"]
    run = make_run(tmp_path / "run", even, lambda _, i: (None, "error", 0) if i else ("correct", "stop", 4))
    results = compute_results(run)
    run.close()
    assert results["overall"]["accuracy"] == 1
    assert results["overall"]["errors"] == 0.5
    assert results["overall"]["samples"] == 20
    assert any("50.0% of requests failed" in note for note in footnotes(results))


def test_a_run_without_a_single_answer_can_be_summed_up(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, lambda *_: (None, "error", 0))
    results = compute_results(run)
    run.close()
    assert results["overall"]["accuracy"] is None
    out = io.StringIO()
    print_table(results, "nothing", out)
    assert "toy:even" in out.getvalue()


@pytest.mark.parametrize(
    ("status", "finish", "expected"),
    [
        ("correct", "length", "correct"),
        ("wrong", "length", "truncated"),
        ("unparsable", "repetition", "truncated"),
        ("unparsable", "stop", "unparsable"),
        ("undecided", "stop", "undecided"),
        (None, "error", "errors"),
    ],
)
def test_outcomes_are_disjoint(problems, status, finish, expected):
    verdict = None if status is None else SampleVerdict(status, 0.0)
    cut = finish in ("length", "repetition")
    sample = Sample(
        **problem_fields(problems[0]), sample=0, seed=0, text="", finish=finish, tokens=TokenCounts(), verdict=verdict,
        truncated=cut,
    )  # fmt: skip
    assert outcome(sample) == expected


def test_bands_cover_the_scale():
    assert [band_of(score) for score in (0.0, 0.19999, 0.2, 0.6, 0.99, 1.0)] == [
        "0.0-0.2", "0.0-0.2", "0.2-0.4", "0.6-0.8", "0.8-1.0", "0.8-1.0",
    ]  # fmt: skip


def test_the_plain_table_is_aligned_and_fits_a_terminal(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, lambda p, i: ("correct" if p.label == "yes" else "wrong", "stop", 1234))
    results = compute_results(run)
    run.close()
    lines = plain_lines(table_rows(results))
    assert lines[0].split() == " ".join(COLUMNS).split()
    assert {len(line) for line in lines if line.startswith("-")} == {max(map(len, lines))}
    assert max(map(len, lines)) <= 80
    names = [line.split("  ")[0] for line in lines if not line.startswith(("-", " "))]
    assert names == ["toy:even", "toy:split @plain", *[f"hardness {r['band']}" for r in results["by_hardness"]], "all"]
    assert "1,234" in lines[2]
    out = io.StringIO()
    print_table(results, "A title", out)
    assert out.getvalue().startswith("A title\n\n")
    assert "\x1b" not in out.getvalue()
    assert "Not shown to beat chance and the shallow solvers: toy:even" in " ".join(out.getvalue().split("\n"))


def test_a_terminal_gets_a_table_of_its_own(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, lambda *_: ("correct", "stop", 3))
    results = compute_results(run)
    run.close()
    parent, child = pty.openpty()
    with os.fdopen(child, "w") as terminal:
        print_table(results, "A [title]", terminal)
        terminal.flush()
        shown = os.read(parent, 1 << 16).decode()
    os.close(parent)
    assert "\x1b[1m" in shown
    assert "A [title]" in shown
    assert "toy:even" in shown


def test_results_are_plain_json(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, lambda *_: ("correct", "stop", 3))
    results = compute_results(run)
    run.write_results(results)
    assert run.results() == json.loads(json.dumps(results))
    run.close()


def test_rpc_weighs_votes_by_probability(tmp_path, problems):
    """One right and probable answer against two improbable wrong ones."""
    import toy_runs

    even = [problem for problem in problems if problem.task == "even"]
    other = {"yes": "no", "no": "yes"}
    run = create_run(tmp_path / "run", {"argv": [], "config": toy_runs.toy_config(samples=3).to_json()}, even)
    for problem in even:
        for index in range(3):
            key = problem.label if index == 0 else other[problem.label]
            run.append(
                Sample(
                    **problem_fields(problem),
                    sample=index,
                    seed=0,
                    text=f"{index} {key}",
                    finish="stop",
                    tokens=TokenCounts(10, 0, 10),
                    verdict=SampleVerdict("wrong" if index else "correct", float(not index), key),
                    logprob_sum=-20.0 if index else -1.0,
                )
            )
    results = compute_results(run)
    run.close()
    found = {row["name"]: row["accuracy"] for row in results["strategies"]}
    assert found == {"single": pytest.approx(1 / 3), "vote": 0, "rpc": 1, "best-of-n": 1, "oracle": 1}
    assert results["overall"]["above_chance"] == pytest.approx((1 / 3 - 0.5) / 0.5)
    assert any("by rpc 100.0" in note for note in footnotes(results))
    # The report has words for each of them.
    table = strategies(SimpleNamespace(results=results))
    assert not {row[0] for row in table.rows} & set(found)
    assert any("(rpc)" in row[0] for row in table.rows)
