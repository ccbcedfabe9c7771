"""logicbench as a data set of reasoning-gym's own factory, and reasoning-gym's entries as problems of ours."""

import json
import random
from collections import Counter
from itertools import product

import pytest

from logicbench.errors import InputError, UnknownNameError
from logicbench.family import built_in_families, get_family, verify
from logicbench.interop.imports.reasoning_gym import read_reasoning_gym
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.structures import Structure, evaluate

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


# --- its records as problems of ours ----------------------------------------------------------------------------------


def imported(tmp_path, name, **settings):
    dataset = reasoning_gym.create_dataset(name, **settings)
    path = tmp_path / f"{name}.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in dataset))
    return dataset, list(read_reasoning_gym(path))


def test_colourings_are_judged_alike(tmp_path):
    settings = {"min_num_vertices": 6, "max_num_vertices": 12, "edge_probability": 0.3}
    dataset, found = imported(tmp_path, "graph_color", seed=3, size=40, **settings)
    rng = random.Random(1)
    seen = set()
    for entry, one in zip(dataset, found, strict=True):
        assert one.check.status == "confirmed"
        right = entry["metadata"]["possible_answer"]
        for _ in range(10):
            changed = {vertex: rng.randint(1, 3) if rng.random() < 0.2 else color for vertex, color in right.items()}
            theirs = dataset.score_answer(json.dumps(changed), entry) == 1.0
            ours = verify(one.problem, "Answer:\n" + "\n".join(f"{v + 1}: {c}" for v, c in changed.items())).correct
            assert ours == theirs
            seen.add(ours)
    assert seen == {True, False}


def test_roles_are_judged_alike_but_for_partial_credit(tmp_path):
    dataset, found = imported(tmp_path, "knights_knaves", seed=3, size=30, n_people=4)
    for entry, one in zip(dataset, found, strict=True):
        assert one.check.status == "confirmed" and one.problem.task == "roles"
        names, terms = entry["metadata"]["names"], entry["metadata"]["knight_knave_terms"]
        for roles in product((True, False), repeat=4):
            said = [f"{n} is {terms['a_knight' if r else 'a_knave']}" for n, r in zip(names, roles, strict=True)]
            answer = ", ".join(said)
            theirs = dataset.score_answer(answer, entry) == 1.0
            assert verify(one.problem, f"Answer: {answer}").correct == theirs
        wrong = answer.replace(" is ", " is not ", 1)
        assert not verify(one.problem, f"Answer: {wrong}").correct or dataset.score_answer(wrong, entry) < 1


def test_syllogisms_differ_only_where_its_rules_are_not_those_of_logic(tmp_path):
    _, found = imported(tmp_path, "syllogism", seed=3, size=400)
    reasons = Counter()
    for one in found:
        published = one.answer == "Yes"
        classical, existential = followed(one.problem.instance, False), followed(one.problem.instance, True)
        assert (one.problem.label == "valid") == classical
        assert (one.check.status == "confirmed") == (published == classical)
        if published != classical:
            # It says Yes with existential import, or where a rule of distribution is missing; never No by mistake.
            assert published
            reasons["existential import" if existential else "not valid"] += 1
    assert set(reasons) == {"existential import", "not valid"} and reasons.total() < 200


def followed(instance, existential):
    """Whether an argument of three kinds is valid, by all ways in which its eight kinds of individuals may exist."""
    kinds = sorted(instance["words"])
    sentences = [parse(text).formula for text in (*instance["premises"], instance["conclusion"])]
    cells = list(product((False, True), repeat=3))
    for there in product((False, True), repeat=8):
        people = [cell for cell, exists in zip(cells, there, strict=True) if exists]
        if not people or (existential and not all(any(cell[place] for cell in people) for place in range(3))):
            continue
        tables = {(kind, 1): frozenset((i,) for i, c in enumerate(people) if c[k]) for k, kind in enumerate(kinds)}
        values = [evaluate(formula, Structure(len(people), {}, tables, {})) for formula in sentences]
        if all(values[:-1]) and not values[-1]:
            return False
    return True


@pytest.mark.parametrize("name", ["propositional_logic", "zebra_puzzles", "leg_counting"])
def test_records_that_cannot_be_verified_are_refused_with_the_reason(tmp_path, name):
    with pytest.raises(InputError, match=f"jsonl:1: reasoning-gym's '{name}' cannot be imported: "):
        imported(tmp_path, name, seed=1, size=1)
