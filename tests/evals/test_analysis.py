"""Analyses of a stored run against brute force, hand-made logs and models with a known way to fail."""

import io
import json
import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from logicbench.errors import InputError
from logicbench.evals.analysis.analyze import analyze
from logicbench.evals.analysis.costs import prices
from logicbench.evals.analysis.curves import curves, sizes
from logicbench.evals.analysis.iteration import iteration, null_by_problem
from logicbench.evals.analysis.replay import right_within, spread
from logicbench.evals.analysis.traces import convergence, overthinking, read_trace, reflection, thought_ends
from logicbench.evals.analysis.voting import (
    best_of_k,
    high_component,
    perplexity_consistency,
    self_consistency,
    survivors,
    weighted_vote,
)
from logicbench.evals.analysis.words import print_analysis
from logicbench.evals.columns import read_columns, read_items
from logicbench.evals.iterate import IterateOptions
from logicbench.evals.iterate_results import null_success
from logicbench.evals.record import Sample, SampleVerdict, TokenCounts, problem_fields
from logicbench.evals.runner import evaluate
from logicbench.evals.statistics import pass_at_k
from logicbench.evals.store import create_run, open_run
from logicbench.models.protocol import Sampling
from logicbench.models.reference import noisy_oracle
from logicbench.seeding import Stream

# Voting


def ballots(draw_keys):
    keys = np.array([draw_keys])
    right = (keys == 1) & (keys != 0)
    return keys, right


def plain_vote(keys, right, weights):
    """The chance that a weighted plurality is right, and its share, in the plainest way."""
    totals = {}
    for key, weight in zip(keys, weights, strict=True):
        if key and weight:
            totals[key] = totals.get(key, 0.0) + weight
    if not totals:
        return 0.0, 0.0
    best = max(totals.values())
    winners = [key for key, total in totals.items() if total >= best * (1 - 1e-12)]
    return sum(any(r for k, r in zip(keys, right, strict=True) if k == key) for key in winners) / len(
        winners
    ), best / sum(totals.values())


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.25, 0.5, 1.0])), min_size=1, max_size=12))
def test_weighted_votes_are_those_counted_by_hand(cast):
    keys, right = ballots([key for key, _ in cast])
    weights = [weight for _, weight in cast]
    found = weighted_vote(keys, right, np.array([weights]))
    chance, share = plain_vote(keys[0].tolist(), right[0].tolist(), weights)
    assert found.correct[0] == pytest.approx(chance)
    assert found.confidence[0] == pytest.approx(share)


def test_a_rare_probable_answer_wins_by_perplexity_and_not_by_count():
    keys = np.array([[1, 2, 2, 2, 0]])
    logprobs = np.log([[0.9, 0.25, 0.2, 0.2, 0.9]])
    texts = np.arange(5)[None, :]
    right = keys == 1
    assert self_consistency(keys, right, np.ones_like(right)).correct[0] == 0
    found = perplexity_consistency(keys, right, logprobs, texts)
    assert found.correct[0] == 1
    assert found.confidence[0] == pytest.approx(0.9 / (0.9 + 0.65))


def test_equal_completions_count_once():
    keys = np.array([[1, 2, 2, 2]])
    logprobs = np.log([[0.5, 0.4, 0.4, 0.4]])
    right = keys == 1
    same = perplexity_consistency(keys, right, logprobs, np.array([[1, 2, 2, 2]]))
    assert same.correct[0] == 1 and same.confidence[0] == pytest.approx(0.5 / 0.9)
    assert perplexity_consistency(keys, right, logprobs, np.array([[1, 2, 3, 4]])).correct[0] == 0


def test_nothing_is_chosen_among_nothing():
    keys = np.zeros((2, 3), dtype=np.int64)
    found = self_consistency(keys, keys == 1, np.ones((2, 3), dtype=bool))
    assert found.correct.tolist() == [0, 0] and found.confidence.tolist() == [0, 0]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=7).flatmap(
        lambda cast: st.tuples(st.just(cast), st.integers(1, len(cast)))
    )
)
def test_best_of_k_equals_all_subsets(case):
    cast, k = case
    total = 0.0
    subsets = list(combinations(cast, k))
    for subset in subsets:
        best = max(score for score, _ in subset)
        winners = [right for score, right in subset if score == best]
        total += sum(winners) / len(winners)
    scores = np.array([[float(score) for score, _ in cast]])
    right = np.array([[right for _, right in cast]])
    # With ties among the drawn, the exact formula shares places over all equals, which is the same on average.
    assert best_of_k(right, scores, k)[0] == pytest.approx(total / len(subsets))


def test_the_mixture_finds_its_components():
    rng = np.random.default_rng(3)
    high = rng.random((40, 400)) < 0.5
    chances = np.where(high, 0.9 * rng.weibull(20, high.shape), 0.5 * rng.weibull(10, high.shape))
    found = high_component(np.log(chances)) > 0.5
    assert (found == high).mean() > 0.97
    # As likely as the true parameters say, or more: the fit is at a maximum.
    keep, fitted = survivors(np.log(chances))
    assert fitted.all()
    assert (keep[high]).mean() > 0.97 and (keep[~high]).mean() < 0.05


def test_the_mixture_agrees_with_direct_maximisation():
    from scipy import optimize, special

    rng = np.random.default_rng(8)
    x = np.concatenate([0.85 * rng.weibull(15, 60), 0.55 * rng.weibull(9, 40)])

    def loss(values):
        share = 0.2 + 0.6 * special.expit(values[0])
        shapes, scales = np.exp(values[1:3]), np.exp(values[3:5])
        densities = [stats.weibull_min.pdf(x, shape, scale=scale) for shape, scale in zip(shapes, scales, strict=True)]
        return -np.log((1 - share) * densities[0] + share * densities[1]).sum()

    best = optimize.minimize(loss, [0.0, math.log(8), math.log(12), math.log(0.5), math.log(0.8)], method="Nelder-Mead",
                             options={"maxiter": 20_000, "maxfev": 20_000})  # fmt: skip
    share, shapes, scales = 0.2 + 0.6 * special.expit(best.x[0]), np.exp(best.x[1:3]), np.exp(best.x[3:5])
    high = share * stats.weibull_min.pdf(x, shapes[1], scale=scales[1])
    low = (1 - share) * stats.weibull_min.pdf(x, shapes[0], scale=scales[0])
    assert high_component(np.log(x)[None, :])[0] == pytest.approx(high / (high + low), abs=0.03)


@pytest.mark.parametrize(
    "chances", [[0.9] * 16, [0.9, 0.2, 0.3], [0.9] * 15 + [1e-6], [1e-300, 1e-200] * 8, [float("nan")] * 16]
)
def test_degenerate_probabilities_keep_the_vote_alive(chances):
    logs = np.log(np.array([chances]))
    keep, _ = survivors(logs)
    assert (keep.sum() > 0) == (not np.isnan(logs).all())
    assert np.isfinite(keep.astype(float)).all()


def test_a_problem_with_few_samples_is_not_pruned():
    keep, fitted = survivors(np.log([[0.9, 0.1, 0.2, 0.3, 0.9, 0.9, 0.9]]))
    assert keep.all() and not fitted.any()


# Curves of a run


def make_run(folder, problems, says, samples=4, **changes):
    """A run in which `says(problem, index)` gives (text, right, key, tokens, log-probability a token)."""
    import toy_runs

    config = toy_runs.toy_config(samples=samples, **changes).to_json()
    describe = {"model": {"parameters": 1000, "nonzero_share": 0.5}}
    run = create_run(folder, {"argv": [], "config": config, "backend": {"name": "toy", "describe": describe}}, problems)
    for problem in problems:
        for index in range(samples):
            text, right, key, tokens, logprob = says(problem, index)
            status = "correct" if right else "wrong" if key else "unparsable"
            place = text.find("</think>") + 8 if "</think>" in text else 0
            run.append(
                Sample(
                    **problem_fields(problem),
                    sample=index,
                    seed=0,
                    text=text,
                    finish="stop",
                    tokens=TokenCounts(10, tokens // 2 if place else 0, tokens - tokens // 2 if place else tokens),
                    verdict=SampleVerdict(status, float(right), key),
                    thinking=(0, place) if place else None,
                    answer_start=place,
                    logprob_sum=None if logprob is None else logprob * tokens,
                )
            )
    run.close()
    return open_run(folder)


@pytest.fixture(scope="module")
def problems():
    import toy_runs

    return toy_runs.toy_problems(40, "even", "plain")


def noisy(problem, index, logprob=True):
    stream = Stream("analysis", problem.id, index)
    right = stream.chance(0.6)
    key = problem.label if right else {"yes": "no", "no": "yes"}[problem.label]
    mean = -0.1 - stream.random() * (0.1 if right else 0.5) if logprob else None
    return f"So {index}. {key}", right, key, 10 + stream.below(10) + 10 * (not right), mean


def test_curves_are_those_of_all_subsets(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, noisy, samples=5)
    items = read_items(run)
    columns = read_columns(run, items.ids.tolist())
    found = {curve.name: curve for curve in curves(items, columns, voting=True)}
    assert sizes(5) == (1, 2, 4, 5) == found["maj@k"].k
    right = columns.correct
    for place, k in enumerate(sizes(5)):
        drawn = [right[:, list(some)] for some in combinations(range(5), k)]
        assert found["pass@k"].values[place].estimate == pytest.approx(np.mean([d.any(axis=1) for d in drawn]))
        assert found["pass^k"].values[place].estimate == pytest.approx(np.mean([d.all(axis=1) for d in drawn]))
        # Two labels: a plurality is a majority, and half is a tie.
        shares = [d.mean(axis=1) for d in drawn]
        majority = [np.where(s > 0.5, 1.0, np.where(s == 0.5, 0.5, 0.0)) for s in shares]
        assert found["maj@k"].values[place].estimate == pytest.approx(np.mean(majority))
        if k == 1:
            assert found["rpc"].values[0].estimate == pytest.approx(np.mean(right))
    # Right completions are the more probable here, so probability helps.
    assert found["most probable of k"].values[-1].estimate > found["maj@k"].values[-1].estimate
    assert "nothing was pruned" in found["rpc"].note
    assert found["maj@k"].calibration.items == len(problems)


def test_an_analysis_holds_together(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, noisy, samples=8)
    found = analyze(run)
    assert found.samples == 8 and found.problems == len(problems)
    assert json.loads(json.dumps(found.to_json()))["voting"][0]["name"] == "pass@k"
    assert found.lengths.wrong_to_right.low > 1
    assert found.lengths.shortest.estimate > found.lengths.single.estimate > found.lengths.longest.estimate
    assert [each.estimate for each in found.lengths.by_rank] == sorted(
        (each.estimate for each in found.lengths.by_rank), reverse=True
    )
    assert np.mean([each.estimate for each in found.lengths.by_rank]) == pytest.approx(found.lengths.single.estimate)
    assert found.redundancy.same_text == 0
    assert 0.5 < found.redundancy.same_answer < 1
    assert found.sample_calibration.auroc > 0.6
    out = io.StringIO()
    print_analysis(found, out)
    assert all(each in out.getvalue() for each in ("rpc", "pass@k (bound)", "maj@k", "front"))
    assert "nan" not in out.getvalue()
    assert analyze(run).to_json() == found.to_json()


def test_a_run_without_probabilities_or_with_single_samples_is_analysed(tmp_path, problems):
    single = make_run(tmp_path / "one", problems, lambda p, i: noisy(p, i, logprob=False), samples=1)
    found = analyze(single)
    assert found.lengths is None and found.redundancy is None and found.sample_calibration is None
    out = io.StringIO()
    print_analysis(found, out)
    assert "Samples" not in out.getvalue().split("limit")[0]
    with pytest.raises(InputError, match="--samples-from"):
        analyze(single, samples_from=tmp_path / "one")
    empty = make_run(tmp_path / "empty", [], noisy)
    with pytest.raises(InputError, match="no completion"):
        analyze(empty)


def test_the_front_holds_what_nothing_cheaper_matches(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, noisy, samples=4)
    items = read_items(run)
    columns = read_columns(run, items.ids.tolist())
    rows = prices(
        columns, curves(items, columns, voting=True), [], 100, {"model": {"parameters": 1000, "nonzero_share": 0.5}}
    )
    generated = columns.tokens.mean()
    single = next(row for row in rows if row.k == 1)
    assert single.flops == pytest.approx(2 * 1000 * (10 + generated))
    assert single.flops_ideal == pytest.approx(single.flops / 2)
    assert single.tokens_per_correct == pytest.approx(generated / columns.correct.mean())
    for row in rows:
        better = [
            each for each in rows
            if not each.oracle and each.tokens <= row.tokens and each.accuracy.estimate >= row.accuracy.estimate
            and (each.tokens, each.accuracy.estimate) != (row.tokens, row.accuracy.estimate)
        ]  # fmt: skip
        if row.pareto:
            assert not better and not row.oracle
    assert any(row.pareto for row in rows) and any(row.oracle for row in rows)


# Traces


def trace_of(problem, text, right):
    place = text.find("</think>") + 8 if "</think>" in text else 0
    sample = Sample(
        **problem_fields(problem), sample=0, seed=0, text=text, finish="stop", tokens=TokenCounts(1, 80, 20),
        verdict=SampleVerdict("correct" if right else "wrong", float(right), text[place:]),
        thinking=(0, place) if place else None, answer_start=place,
    )  # fmt: skip
    return read_trace(problem, sample)


def test_overthinking_and_convergence_of_a_hand_made_trace(problems):
    problem = next(each for each in problems if each.label == "yes")
    thoughts = ["<think>Perhaps no", "Wait, yes", "Check: yes", "Alternatively yes", "I was wrong, no", "Hmm"]
    text = "\n\n".join(thoughts) + "</think>yes"
    trace = trace_of(problem, text, True)
    assert [thought.key for thought in trace.stated] == ["no", "yes", "yes", "yes", "no"]
    assert trace.thoughts == 6 and trace.tokens == 80
    start = text.index("Wait, yes") + len("Wait, yes") + 2
    found = overthinking([trace])
    assert found.ratio.estimate == pytest.approx(1 - start / trace.characters)
    assert found.rescued.estimate == 1
    stop = text.index("Alternatively yes") + len("Alternatively yes") + 2
    replay = convergence([trace])
    assert replay.converged == 1 and replay.accuracy_cut.estimate == 1
    assert replay.saved_tokens == pytest.approx(1 - stop / trace.characters)
    turns = reflection([trace])
    assert turns.productive == 0.5 and turns.destructive == 0.5
    assert turns.per_thousand_words["correct"] > 0 and turns.per_thousand_words["conclude"] == 0


def test_converging_on_a_wrong_answer_is_regretted(problems):
    problem = next(each for each in problems if each.label == "no")
    text = "<think>A yes\n\nB yes\n\nC yes\n\nD no</think>no"
    replay = convergence([trace_of(problem, text, True)])
    assert (replay.accuracy.estimate, replay.accuracy_cut.estimate, replay.regret) == (1, 0, 1)
    lost = trace_of(problem, "<think>A no\n\nB yes</think>yes", False)
    assert overthinking([lost]).abandoned.estimate == 1


def test_a_trace_without_blank_lines_is_cut_at_line_ends():
    assert thought_ends("one\ntwo\nthree") == [4, 8, 13]
    assert thought_ends("one\ntwo\n\nthree") == [9, 14]
    assert thought_ends("") == []


# Token limits


def test_smaller_limits_are_replayed(problems):
    problem = next(each for each in problems if each.label == "yes")
    text = "<think>" + "x" * 193 + "</think>" + "yes" + " " * 89 + "and so: yes"
    sample = Sample(
        **problem_fields(problem), sample=0, seed=0, text=text, finish="stop", tokens=TokenCounts(1, 200, 100),
        verdict=SampleVerdict("correct", 1.0, "yes"), thinking=(0, 208), answer_start=208,
    )  # fmt: skip
    assert right_within(problem, sample, 300)
    assert right_within(problem, sample, 1000)
    assert right_within(problem, sample, 250)
    assert not right_within(problem, sample, 100)
    assert list(spread(10, 3)) == [0, 3, 6] and list(spread(2, 5)) == [0, 1]


def test_the_full_limit_gives_the_stored_verdicts(tmp_path, problems):
    run = make_run(tmp_path / "run", problems, noisy, samples=2, sampling=Sampling(temperature=1.0, max_tokens=32))
    budgets = analyze(run).budgets
    assert budgets[-1].max_tokens == 32 and budgets[-1].flips == 0
    assert budgets[-1].accuracy.estimate == analyze(run).tasks[0].accuracy.estimate
    assert budgets[0].accuracy.estimate == 0 and budgets[0].mean_tokens == 2


# Iteration


def iterate(folder, problems, accuracy, samples=1, rounds=3, verifier="sound"):
    import toy_runs

    strategy = IterateOptions(rounds, verifier, "first").to_json()
    config = toy_runs.toy_config(samples=samples, strategy=strategy, sampling=Sampling(temperature=1.0, logprobs=False))
    evaluate(problems, lambda asked: noisy_oracle(asked, accuracy), folder, config)
    return open_run(folder)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 6), st.integers(0, 6))
def test_the_null_of_a_perfect_verifier_is_pass_at_k(accepts_right, accepts_wrong, rounds, right):
    samples, hits = np.array([6]), np.array([right])
    perfect = null_by_problem(samples, hits, 1.0, 0.0, rounds)
    assert perfect[0] == pytest.approx(pass_at_k(samples, hits, rounds)[0])
    blind = null_by_problem(samples, hits, accepts_right, accepts_right, rounds)
    assert blind[0] == pytest.approx(right / 6)
    assert -1e-12 <= null_by_problem(samples, hits, accepts_right, accepts_wrong, rounds)[0] <= 1 + 1e-12


@pytest.mark.parametrize(("accepts_right", "accepts_wrong"), [(0.9, 0.1), (0.5, 0.8), (1.0, 0.0)])
def test_the_null_is_without_bias_and_that_of_the_closed_form(accepts_right, accepts_wrong):
    samples, rounds = 5, 4
    for share in (0.1, 0.4, 0.8):
        right = np.arange(samples + 1)
        chances = stats.binom.pmf(right, samples, share)
        found = null_by_problem(np.full(samples + 1, samples), right, accepts_right, accepts_wrong, rounds)
        assert chances @ found == pytest.approx(null_success(share, accepts_right, accepts_wrong, rounds)[-1])


def test_a_model_that_ignores_feedback_gains_nothing(tmp_path):
    import toy_runs

    problems = toy_runs.toy_problems(150, "split", "plain")
    run = iterate(tmp_path / "loop", problems, 0.3, samples=3)
    found = iteration(run)
    assert found.chains == 450
    last = found.rounds[-1]
    assert last.gain.low < 0 < last.gain.high
    assert last.success.low < last.null_equal < last.success.high
    assert last.null_equal == pytest.approx(1 - 0.7**3, abs=0.05)
    assert last.null == pytest.approx(last.passed.estimate)
    single = toy_runs.toy_config(samples=6, seed=4, sampling=Sampling(temperature=1.0, logprobs=False))
    evaluate(problems, lambda asked: noisy_oracle(asked, 0.3), tmp_path / "single", single)
    few = iterate(tmp_path / "few", problems, 0.3)
    assert iteration(few).rounds[-1].passed is None
    beside = analyze(few, samples_from=tmp_path / "single").iteration
    assert beside.rounds[-1].gain.low < 0 < beside.rounds[-1].gain.high
    assert beside.samples == 6 and beside.samples_from == "single"
    out = io.StringIO()
    print_analysis(analyze(few), out)
    assert "--samples-from" in out.getvalue()
    with pytest.raises(InputError, match="iterates itself"):
        iteration(few, run)
