"""The curriculum: deterministic, resumable to the byte, and steered by success."""

import json

import pytest

from logicbench.errors import InputError, UnknownNameError
from logicbench.problem import dump_line
from logicbench.rewards.curriculum import Curriculum, Track, torch_dataset
from logicbench.rewards.trl import TrlReward
from logicbench.seeding import Stream

TRACKS = ["sat:assign@math variables=3,4,5,6", "sat:decide variables=4..8 ratio=4"]


def lines(stream, count):
    return [dump_line(next(stream).to_json()) for _ in range(count)]


def train(curriculum, skill, steps):
    """Play a policy that solves a problem of a track with a probability that falls with its level."""
    coins = Stream("coins", 5)
    for _ in range(steps):
        problem = next(curriculum)
        level = int(problem.split.split("/")[3])
        curriculum.report(problem, float(coins.chance(skill(level))))


def test_a_track_is_read_from_text():
    track = Track.parse("sat:assign@math,dimacs variables=3..5 ratio=4")
    assert track == Track(
        "sat", "assign", tuple({"ratio": "4", "variables": str(v)} for v in (3, 4, 5)), ("math", "dimacs")
    )
    bands = Track.parse("sat hardness=0..0.2,0.2..0.4 variables=10")
    assert [level["hardness"] for level in bands.levels] == ["0..0.2", "0.2..0.4"] and bands.task is None


@pytest.mark.parametrize("text", ["sat", "sat variables=3", "sat variables=3,4 ratio=2,3", "sat variables", "sat a="])
def test_a_track_without_one_ladder_is_refused(text):
    with pytest.raises(InputError):
        Track.parse(text)


def test_settings_are_checked_before_anything_is_made():
    with pytest.raises(UnknownNameError, match="variables"):
        Curriculum(["sat variable=3,4"])
    with pytest.raises(InputError, match="variables"):
        Curriculum(["sat variables=3,9999"])
    with pytest.raises(InputError):
        Curriculum([])
    with pytest.raises(InputError):
        Curriculum(TRACKS, target=(0.7, 0.3))


def test_the_same_seed_and_reports_give_the_same_problems_with_any_number_of_workers():
    one = Curriculum(TRACKS, seed=3, patience=4)
    with Curriculum(TRACKS, seed=3, patience=4, workers=2) as two:
        for _ in range(40):
            a, b = next(one), next(two)
            assert a == b
            one.report(a, 1.0)
            two.report(b, 1.0)
        assert one.state_dict() == two.state_dict()
    assert lines(Curriculum(TRACKS, seed=4), 20) != lines(Curriculum(TRACKS, seed=3), 20)


def test_ranks_and_levels_share_no_problem():
    streams = [Curriculum(TRACKS, seed=0, rank=rank) for rank in range(3)]
    found = [next(stream).instance_id for stream in streams for _ in range(60)]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("stop", [1, 2, 7, 31])
def test_a_restored_stream_goes_on_as_the_saved_one(stop):
    saved = Curriculum(TRACKS, seed=9, patience=3)
    for number in range(stop):
        saved.report(next(saved), float(number % 3 > 0))
    state = json.loads(json.dumps(saved.state_dict()))
    restored = Curriculum(TRACKS, seed=9, patience=3)
    restored.load_state_dict(state)
    for _ in range(20):
        a, b = next(saved), next(restored)
        assert a == b
        saved.report(a, 1.0)
        restored.report(b, 1.0)


def test_a_state_of_something_else_is_refused():
    state = Curriculum(TRACKS, seed=9).state_dict()
    for other in (Curriculum(TRACKS, seed=8), Curriculum(TRACKS[:1], seed=9), Curriculum(TRACKS, seed=9, rank=1)):
        with pytest.raises(InputError):
            other.load_state_dict(state)
    with pytest.raises(InputError, match="version"):
        Curriculum(TRACKS, seed=9).load_state_dict({**state, "version": 0})


def test_levels_settle_where_success_is_in_the_band():
    curriculum = Curriculum(["sat:assign variables=3,4,5,6"], patience=32)
    train(curriculum, lambda level: (1.0, 0.9, 0.5, 0.05)[level], 1200)
    assert curriculum.levels == [2]
    train(curriculum, lambda level: (0.5, 0.1, 0.0, 0.0)[level], 1200)
    assert curriculum.levels == [0]
    train(curriculum, lambda level: 1.0, 1200)
    assert curriculum.levels == [3]


def test_easier_levels_are_reviewed_and_only_the_present_one_counts():
    curriculum = Curriculum(["sat:assign variables=3,4,5,6"], patience=10, review=0.3)
    train(curriculum, lambda level: 1.0, 400)
    dealt = [int(next(curriculum).split.split("/")[3]) for _ in range(200)]
    assert 100 < dealt.count(3) < 180 and {0, 1, 2} < set(dealt)
    before = curriculum.state_dict()["tracks"]
    easy = next(problem for problem in curriculum if problem.split.endswith("/0"))
    curriculum.report(easy, 0.0)
    assert curriculum.state_dict()["tracks"][0]["trials"] == before[0]["trials"]


def test_foreign_problems_are_ignored():
    import logicbench

    curriculum = Curriculum(TRACKS)
    [problem] = logicbench.generate("sat", "assign", count=1, measure=False)
    curriculum.report(problem, 1.0)
    assert curriculum.levels == [0, 0] and curriculum.state_dict()["tracks"][0]["trials"] == 0


def test_the_reward_of_trl_reports_to_it_and_logs_both():
    curriculum = Curriculum(TRACKS, patience=8)
    reward = TrlReward("format", curriculum=curriculum)
    logged = {}
    for _ in range(8):
        problems = [next(curriculum) for _ in range(8)]
        texts = [[{"role": "assistant", "content": f"Answer: {problem.reference}"}] for problem in problems]
        rows = [dump_line(problem.to_json()).decode() for problem in problems]
        assert reward(completions=texts, problem=rows, prompts=[], log_metric=logged.__setitem__) == [1.0] * 8
    assert curriculum.levels[0] > 0 and logged["logicbench/correct"] == 1.0
    assert logged["logicbench/sat:assign/level"] == curriculum.levels[0]
    assert reward(completions=["x"], problem=[None]) == [None] == reward(completions=["x"])
    assert reward.__name__ == "logicbench_format"


def test_a_torch_data_set_of_it_saves_its_state_and_refuses_foreign_workers():
    data = pytest.importorskip("torch.utils.data")
    curriculum = Curriculum(TRACKS, seed=2)
    dataset = torch_dataset(curriculum, lambda problem: problem.id)
    loader = data.DataLoader(dataset, batch_size=4)
    batches = [batch for batch, _ in zip(loader, range(3), strict=False)]
    expected = [next(stream).id for stream in [Curriculum(TRACKS, seed=2)] for _ in range(12)]
    assert [each for batch in batches for each in batch] == expected
    other = torch_dataset(Curriculum(TRACKS, seed=2))
    other.load_state_dict(dataset.state_dict())
    assert next(iter(other)) == next(curriculum)
    with pytest.raises(InputError, match="num_workers"):
        next(iter(data.DataLoader(dataset, num_workers=1)))
