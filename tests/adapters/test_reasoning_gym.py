"""logicbench as a data set of reasoning-gym's own factory."""

import json

import pytest

from logicbench.errors import UnknownNameError
from logicbench.family import built_in_families, get_family

reasoning_gym = pytest.importorskip(
    "reasoning_gym", reason="reasoning_gym is not installed; pip install logicbench[bench]"
)
from logicbench.rewards.reasoning_gym_dataset import NAME, register  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def registered():
    register()
    register()


@pytest.mark.parametrize("family", built_in_families())
def test_every_family_scores_its_own_reference(family):
    for task in get_family(family).tasks:
        dataset = reasoning_gym.create_dataset(NAME, family=family, task=task, seed=3, size=4)
        assert len(dataset) == len(list(dataset)) == 4
        for entry in dataset:
            assert dataset.score_answer(f"Answer: {entry['answer']}", entry) == 1.0
            assert dataset.score_answer("", entry) == dataset.score_answer(None, entry) == 0.0


def test_entries_depend_on_seed_and_index_alone_and_seeds_share_nothing():
    def entries(seed):
        dataset = reasoning_gym.create_dataset(NAME, family="sat", task="assign", seed=seed, size=30)
        return [dataset[i] for i in (*range(29, -1, -1),)][::-1]

    assert entries(5) == entries(5)
    texts = [{entry["question"] for entry in entries(seed)} for seed in (5, 6)]
    assert not texts[0] & texts[1] and len(texts[0]) == 30


def test_scoring_works_from_the_entry_alone_as_its_score_server_does():
    entry = json.loads(
        json.dumps(reasoning_gym.create_dataset(NAME, family="coloring", task="color", seed=1, size=2)[1])
    )
    score = reasoning_gym.get_score_answer_fn(NAME)
    assert score(f"<answer>{entry['answer']}</answer>", entry) == 1.0
    assert score("1" * 5000, entry) == 0.0


def test_it_can_be_part_of_a_composite():
    from reasoning_gym.composite import DatasetSpec

    specs = [
        DatasetSpec(name=NAME, weight=1, config={"family": "sat", "task": "decide"}),
        DatasetSpec(name="leg_counting", weight=1, config={}),
    ]
    composite = reasoning_gym.create_dataset("composite", datasets=specs, size=8, seed=0)
    ours = [entry for entry in composite if entry["metadata"]["source_dataset"] == NAME]
    assert ours and all(composite.score_answer(f"Answer: {entry['answer']}", entry) == 1.0 for entry in ours)


@pytest.mark.parametrize(
    "setting", [{"family": "chess"}, {"task": "chess"}, {"surface": "chess"}, {"knobs": {"chess": 1}}]
)
def test_unknown_names_are_refused(setting):
    with pytest.raises(UnknownNameError):
        reasoning_gym.create_dataset(NAME, **{"family": "sat", **setting})
    with pytest.raises(IndexError):
        reasoning_gym.create_dataset(NAME, size=2)[2]
