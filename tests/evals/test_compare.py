"""Comparisons of runs: what is paired, what is dropped, and whether the figures are those of other programs."""

import csv
import io
import json
import os
import pty

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from logicbench.errors import InputError
from logicbench.evals.columns import read_columns, read_items
from logicbench.evals.compare import compare
from logicbench.evals.compare_files import to_csv, to_latex, write_comparison
from logicbench.evals.compare_words import print_comparison
from logicbench.evals.record import Sample, SampleVerdict, TokenCounts, problem_fields
from logicbench.evals.store import create_run, open_run
from logicbench.evals.texts import ends_in_loop
from logicbench.models.protocol import Sampling
from logicbench.seeding import Stream


def make_run(folder, problems, says, samples=1, model="toy", **changes):
    """A run in which `says(problem, index)` gives (status, answer, tokens), or None for a request that failed."""
    import toy_runs

    config = toy_runs.toy_config(samples=samples, model=model, **changes).to_json()
    run = create_run(folder, {"argv": [], "config": config, "backend": {"name": "toy", "describe": {}}}, problems)
    for problem in problems:
        for index in range(samples):
            said = says(problem, index)
            status, answer, tokens = said or (None, "", 0)
            key = answer if status in ("correct", "wrong") else None
            verdict = None if status is None else SampleVerdict(status, float(status == "correct"), key)
            run.append(
                Sample(
                    **problem_fields(problem),
                    sample=index,
                    seed=0,
                    text=answer,
                    finish="error" if said is None else "stop",
                    tokens=TokenCounts(10, 0, tokens),
                    verdict=verdict,
                )
            )
    run.update(status="complete")
    run.close()
    return folder


@pytest.fixture(scope="module")
def problems():
    import toy_runs

    return toy_runs.toy_problems(120, "even", "plain")


def right(problem, share, salt):
    """A verdict that is right with the given chance, fixed by problem and salt."""
    good = Stream("compare-test", salt, problem.id).chance(share)
    answer = problem.label if good else {"yes": "no", "no": "yes"}[problem.label]
    return ("correct" if good else "wrong", answer, 20)


def test_the_figures_agree_with_other_programs(tmp_path, problems):
    make_run(tmp_path / "a", problems, lambda p, i: right(p, 0.8, "a"))
    make_run(tmp_path / "b", problems, lambda p, i: (*right(p, 0.6, "b")[:2], 30))
    found = compare([tmp_path / "a", tmp_path / "b"], draws=500)
    overall = found.contrasts[0].overall
    a = np.array([right(p, 0.8, "a")[0] == "correct" for p in problems])
    b = np.array([right(p, 0.6, "b")[0] == "correct" for p in problems])
    lost, gained = int((a & ~b).sum()), int((b & ~a).sum())
    assert overall.test.mcnemar == pytest.approx(mcnemar([[0, lost], [gained, 0]], exact=True).pvalue)
    assert (overall.flips.lost, overall.flips.gained) == pytest.approx((lost / 120, gained / 120))
    assert overall.accuracy.difference.estimate == pytest.approx(b.mean() - a.mean())
    assert overall.accuracy_baseline.estimate == pytest.approx(a.mean())
    assert overall.corrected_run == pytest.approx(2 * b.mean() - 1)
    assert overall.figures["tokens"].ratio.estimate == pytest.approx(1.5)
    assert overall.token_ratio.low == overall.token_ratio.high == pytest.approx(1.5)
    assert overall.tokens_per_correct.run == pytest.approx(30 / b.mean())
    # Twins share a group: the permutation is over sums of two.
    groups = np.array([p.group_id for p in problems])
    sums = np.array([(b[groups == g].astype(int) - a[groups == g]).sum() for g in dict.fromkeys(groups)])
    reference = stats.permutation_test(
        (sums, np.zeros_like(sums)), lambda x, y: (x - y).mean(), permutation_type="samples", n_resamples=20_000,
        random_state=0,
    )  # fmt: skip
    assert overall.test.p_value == pytest.approx(reference.pvalue, abs=0.01)
    assert found.clusters == 60
    flips = overall.flips
    assert flips.lost + flips.gained + flips.both_right + flips.both_wrong == pytest.approx(1)
    assert sum(sum(row.values()) for row in flips.transitions.values()) == pytest.approx(1)
    assert overall.figures["accuracy"].bootstrap.low < overall.accuracy.difference.estimate
    assert overall.detectable == pytest.approx(0.2, abs=0.1)


def test_a_run_against_its_copy_is_equivalent_only_with_enough_problems(tmp_path, problems):
    import toy_runs

    many = toy_runs.toy_problems(400, "even", "plain")
    for name, some in (("few", problems[:20]), ("many", many)):
        for copy in ("a", "b"):
            make_run(tmp_path / name / copy, some, lambda p, i: right(p, 0.7, "x"))
        overall = compare([tmp_path / name / "a", tmp_path / name / "b"], margin=0.02, draws=300).contrasts[0].overall
        assert overall.equivalence.outcome == ("equivalent" if name == "many" else "not shown equivalent")
        assert overall.flips.total == 0
        assert overall.accuracy.difference.low < 0 < overall.accuracy.difference.high
        assert 0 < overall.detectable < 1


def test_what_is_left_out_is_said(tmp_path, problems):
    make_run(tmp_path / "a", problems[:100], lambda p, i: right(p, 0.7, "a"))
    missing = {problems[5].id, problems[6].id}
    make_run(tmp_path / "b", problems[10:], lambda p, i: right(p, 0.7, "b"))
    make_run(tmp_path / "c", problems[:100], lambda p, i: None if p.id in missing else right(p, 0.7, "c"))
    found = compare([tmp_path / "a", tmp_path / "b", tmp_path / "c"], draws=300)
    assert found.items == 90
    said = {(each.run, each.reason): each.count for each in found.dropped}
    assert said == {("b", "not among its problems"): 10, ("b", "not among the problems of a"): 20}
    alone = compare([tmp_path / "a", tmp_path / "c"], draws=300)
    assert {(each.run, each.reason): each.count for each in alone.dropped} == {("c", "a request failed"): 2}
    make_run(tmp_path / "d", problems[100:], lambda p, i: right(p, 0.7, "d"))
    with pytest.raises(InputError, match="no problem was completed in all"):
        compare([tmp_path / "a", tmp_path / "d"])


def test_runs_that_were_asked_differently_are_refused(tmp_path, problems):
    make_run(tmp_path / "a", problems, lambda p, i: right(p, 0.7, "a"))
    make_run(tmp_path / "b", problems, lambda p, i: right(p, 0.7, "b"), sampling=Sampling(temperature=0.5))
    with pytest.raises(InputError, match=r"sampling\.temperature 1\.0 against 0\.5.*--allow-differences"):
        compare([tmp_path / "a", tmp_path / "b"])
    found = compare([tmp_path / "a", tmp_path / "b"], allow_differences=True, draws=300)
    assert found.differences == {"b": ("sampling.temperature 1.0 against 0.5",)}
    with pytest.raises(InputError, match="given twice"):
        compare([tmp_path / "a", tmp_path / "a"])
    with pytest.raises(InputError, match="at least two"):
        compare([tmp_path / "a"])
    with pytest.raises(InputError, match="margin"):
        compare([tmp_path / "a", tmp_path / "b"], margin=3)


def test_the_noise_floor_of_samples_explains_the_flips_of_a_seed(tmp_path):
    import toy_runs

    many = toy_runs.toy_problems(300, "even", "plain")

    def says(salt, change=0.0):
        def one(problem, index):
            ability = Stream("ability", problem.id).random()
            good = Stream("noise", salt, problem.id, index).random() < ability * (1 - change)
            return ("correct" if good else "wrong", "yes", 10)

        return one

    make_run(tmp_path / "a", many, says("a"), samples=4)
    make_run(tmp_path / "b", many, says("b"), samples=4)
    make_run(tmp_path / "c", many, says("c", change=0.6), samples=4)
    found = compare([tmp_path / "a", tmp_path / "b", tmp_path / "c"], draws=500)
    same, changed = (contrast.overall for contrast in found.contrasts)
    # E[2 p (1 - p)] = 1/3 for uniform abilities.
    assert same.flips.floor == pytest.approx(1 / 3, abs=0.03)
    assert same.flips.excess.low < 0 < same.flips.excess.high
    assert changed.flips.excess.low > 0
    # The excess estimates the mean squared change of a problem's own success probability: E[(0.6 p)^2] = 0.12.
    assert changed.flips.excess.estimate == pytest.approx(0.12, abs=0.03)
    assert found.noise.source == "samples"
    assert changed.equivalence.outcome == "worse"
    by_runs = compare([tmp_path / "a", tmp_path / "c"], noise=(tmp_path / "a", tmp_path / "b"), draws=300)
    assert by_runs.noise.source == "runs"
    assert by_runs.contrasts[0].overall.flips.floor == pytest.approx(1 / 3, abs=0.03)


def test_noise_needs_two_runs_of_one_model(tmp_path, problems):
    for name, model in (("a", "one"), ("b", "one"), ("c", "two")):
        make_run(tmp_path / name, problems, lambda p, i, name=name: right(p, 0.7, name), model=model)
    with pytest.raises(InputError, match="different models"):
        compare([tmp_path / "a", tmp_path / "c"], noise=(tmp_path / "a", tmp_path / "c"))
    found = compare([tmp_path / "a", tmp_path / "c"], noise=(tmp_path / "a", tmp_path / "b"), draws=300)
    assert found.noise.runs == ("a", "b")
    silent = compare([tmp_path / "a", tmp_path / "c"], draws=300)
    assert silent.noise is None and any("--noise" in note for note in silent.notes)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("constant-answer", lambda p: ("correct" if p.label == "yes" else "wrong", "yes", 5)),
        ("label-entropy", lambda p: ("correct" if p.label == "yes" else "wrong", "yes", 5)),
        ("repetition", lambda p: ("unparsable", "and so on, " * 60, 300)),
        ("format-loss", lambda p: ("unparsable", f"perhaps {p.id}", 5)),
        ("empty", lambda p: ("unparsable", "", 0)),
    ],
)
def test_collapse_is_flagged(tmp_path, problems, kind, says):
    make_run(tmp_path / "a", problems, lambda p, i: right(p, 0.7, "a"))
    make_run(tmp_path / "b", problems, lambda p, i: says(p))
    make_run(tmp_path / "c", problems, lambda p, i: right(p, 0.5, "c"))
    broken, worse = compare([tmp_path / "a", tmp_path / "b", tmp_path / "c"], draws=300).contrasts
    assert kind in {flag.kind for flag in broken.flags}
    assert worse.flags == ()


def test_holm_is_over_runs_and_slices(tmp_path, problems):
    for name, share in (("a", 0.8), ("b", 0.7), ("c", 0.6)):
        make_run(tmp_path / name, problems, lambda p, i, name=name, share=share: right(p, share, name))
    found = compare([tmp_path / name for name in "abc"], draws=300)
    raw = [contrast.overall.test.p_value for contrast in found.contrasts]
    assert [contrast.overall.test.p_holm for contrast in found.contrasts] == pytest.approx(
        [min(1, 2 * raw[0]) if raw[0] <= raw[1] else max(raw[0], 2 * raw[1]),
         min(1, 2 * raw[1]) if raw[1] <= raw[0] else max(raw[1], 2 * raw[0])]
    )  # fmt: skip
    bands = [part for contrast in found.contrasts for part in contrast.of("band")]
    assert all(part.test.p_holm >= part.test.p_value for part in bands)
    assert {part.dimension for part in found.contrasts[0].slices} == {"overall", "family", "task", "surface", "band"}


def test_files_hold_the_same_figures(tmp_path, problems):
    make_run(tmp_path / "a_b%", problems, lambda p, i: right(p, 0.7, "a"))
    make_run(tmp_path / "b", problems, lambda p, i: right(p, 0.5, "b"))
    found = compare([tmp_path / "b", tmp_path / "a_b%"], draws=300)
    files = write_comparison(found, tmp_path / "out")
    document = json.loads(files[0].read_bytes())
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    difference = document["contrasts"][0]["slices"][0]["figures"]["accuracy"]["difference"]
    assert float(rows[0]["accuracy_difference"]) == pytest.approx(difference["estimate"])
    assert len(rows) == len(document["contrasts"][0]["slices"])
    assert document["baseline"] == "b" and document["schema"] == 1
    assert r"a\_b\%" in to_latex(found)
    assert files[2].read_text().count(r"\\") == 3
    again = compare([tmp_path / "b", tmp_path / "a_b%"], draws=300)
    assert again.to_json() == found.to_json()


def test_the_terminal_table_is_plain_in_a_pipe_and_styled_on_a_terminal(tmp_path, problems):
    make_run(tmp_path / "a", problems, lambda p, i: right(p, 0.9, "a"))
    make_run(tmp_path / "b", problems, lambda p, i: right(p, 0.4, "b"))
    found = compare([tmp_path / "a", tmp_path / "b"], draws=300)
    out = io.StringIO()
    print_comparison(found, out)
    text = out.getvalue()
    words = " ".join(text.split())
    assert "\x1b" not in text
    assert all(each in words for each in ("worse", "McNemar", "noise floor not measured", "four times out of five"))
    assert max(map(len, text.splitlines())) <= 120
    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        print_comparison(found, terminal)
        terminal.flush()
        styled = os.read(master, 65536).decode()
    os.close(master)
    assert "\x1b[" in styled and "worse" in styled


@pytest.mark.slow
def test_the_bootstrap_of_the_token_ratio_covers_within_a_point_and_a_half(problems):
    """The interval that is printed for tokens, on runs with a known ratio, in clusters."""
    from logicbench.evals.compare_slice import _GEOMETRIC, Settings, _bootstrap

    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(60), 2)
    hits, rounds = 0, 2000
    for seed in range(rounds):
        base = rng.lognormal(4, 0.6, 120)
        ratio = np.exp(rng.normal(0.2, 0.3, 60)[groups] + rng.normal(0, 0.2, 120))
        zeros = {name: np.zeros(120) for name in ("unparsable", "cut_off", "undecided", "thinking_tokens")}
        a = {"accuracy": np.ones(120), "tokens": base, **zeros}
        b = {"accuracy": np.ones(120), "tokens": base * ratio, **zeros}
        found = _bootstrap(a, b, groups, None, Settings(draws=400, seed=seed))[_GEOMETRIC]
        hits += found.low <= 0.2 <= found.high
    assert hits / rounds == pytest.approx(0.95, abs=0.015)


def test_columns_are_those_of_the_log(tmp_path, problems):
    make_run(tmp_path / "a", problems[:8], lambda p, i: right(p, 0.5, i), samples=3)
    run = open_run(tmp_path / "a")
    items = read_items(run)
    columns = read_columns(run, items.ids.tolist()[::-1])
    assert columns.outcome.shape == (8, 3)
    for row, problem in enumerate(problems[:8][::-1]):
        assert columns.correct[row].tolist() == [right(problem, 0.5, i)[0] == "correct" for i in range(3)]
    assert items.chance.tolist() == [0.5] * 8
    assert (columns.key[columns.correct] != 0).all()


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("again and " * 40, True),
        ("The answer is 4. " + "Wait. " * 60, True),
        ("a" * 200, True),
        ("again and " * 40 + "then it ends with something else altogether", False),
        (", ".join(f"x{n} = {n % 2}" for n in range(100)), False),
        ("short short short", False),
        ("", False),
    ],
)
def test_loops_are_told_from_long_answers(text, loop):
    assert ends_in_loop(text) is loop


@pytest.mark.slow
def test_flips_beyond_the_floor_cover_within_a_point_and_a_half():
    """With several samples they estimate the mean squared change of an item's own success probability."""
    from logicbench.evals.compare_slice import _EXCESS, Settings, _bootstrap

    rng = np.random.default_rng(5)
    groups, samples, hits = np.repeat(np.arange(100), 2), 4, 0
    for seed in range(2000):
        ability = rng.beta(2, 2, 200)
        rights = [rng.binomial(samples, share) for share in (ability, 0.7 * ability)]
        floor = sum(2 * c * (samples - c) / (samples * (samples - 1)) for c in rights) / 2
        zeros = {name: np.zeros(200) for name in ("unparsable", "cut_off", "undecided", "thinking_tokens")}
        a, b = ({"accuracy": c / samples, "tokens": np.ones(200), **zeros} for c in rights)
        found = _bootstrap(a, b, groups, floor, Settings(draws=400, seed=seed))[_EXCESS]
        # E[(0.3 p)^2] under Beta(2, 2).
        hits += found.low <= 0.09 * 0.3 <= found.high
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)
