"""The same request gives the same bytes, everywhere; what comes out is balanced, distinct and checkable alone."""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import orjson
import pytest

import logicbench
from logicbench.errors import GenerationError, UnknownNameError
from logicbench.family import get_family
from logicbench.problem import Problem, content_id, dump_line

SMALL = {"sat": {"variables": 6}, "nlsat": {"variables": 5}, "coloring": {"vertices": 16}}
SCRIPT = """
import sys, logicbench
from logicbench.problem import dump_line
for problem in logicbench.generate(sys.argv[1], sys.argv[2], count=6, seed=5, surface="all"):
    sys.stdout.buffer.write(dump_line(problem.to_json()))
"""
ROOT = Path(__file__).parent.parent
TASKS = [(family, task) for family in SMALL for task in get_family(family).tasks]


def lines(family, task, **request):
    return [dump_line(problem.to_json()) for problem in logicbench.generate(family, task, seed=5, **request)]


@pytest.mark.parametrize("family", SMALL)
def test_workers_do_not_change_a_byte(family):
    request = {"count": 40, "surface": "all", "knobs": SMALL[family]}
    assert lines(family, None, **request) == lines(family, None, workers=2, **request)


@pytest.mark.parametrize("family", SMALL)
@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_another_process_with_another_hash_seed_gives_the_same_bytes(family, hash_seed):
    task = next(iter(get_family(family).tasks))
    made = subprocess.run(
        [sys.executable, "-c", SCRIPT, family, task],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        check=True,
    )
    assert made.stdout.splitlines(keepends=True) == lines(family, task, count=6, surface="all")


@pytest.mark.slow
def test_python_3_12_gives_the_same_bytes(tmp_path):
    python = shutil.which("python3.12")
    if python is None or subprocess.run([python, "--version"], capture_output=True).returncode:
        pytest.skip("there is no Python 3.12")
    subprocess.run([python, "-m", "venv", tmp_path / "v"], check=True)
    install = [tmp_path / "v/bin/pip", "install", "-q", "-c", ROOT / "constraints.txt", str(ROOT)]
    subprocess.run(install, check=True, capture_output=True)
    for family in SMALL:
        task = next(iter(get_family(family).tasks))
        made = subprocess.run(
            [tmp_path / "v/bin/python", "-c", SCRIPT, family, task], capture_output=True, check=True, cwd=tmp_path
        )
        assert made.stdout.splitlines(keepends=True) == lines(family, task, count=6, surface="all")


@pytest.mark.parametrize(("family", "task"), TASKS)
def test_labels_are_balanced_and_instances_distinct(family, task):
    labels = get_family(family).tasks[task].labels
    count = 4 * max(1, len(labels))
    problems = list(logicbench.generate(family, task, count=count, knobs=SMALL[family], measure=False))
    if labels:
        assert Counter(problem.label for problem in problems) == dict.fromkeys(labels, 4)
    assert len({problem.instance_id for problem in problems}) == count
    assert len({problem.id for problem in problems}) == count


@pytest.mark.parametrize(("family", "task"), TASKS)
def test_a_row_can_be_checked_from_itself_alone(family, task):
    for line in lines(family, task, count=3, knobs=SMALL[family], surface="all"):
        problem = Problem.from_json(orjson.loads(line))
        assert dump_line(problem.to_json()) == line
        assert logicbench.verify(problem, f"I think so.\nAnswer: {problem.reference}").correct


def test_other_seeds_and_splits_share_no_instance():
    ids = [
        {p.instance_id for p in logicbench.generate("sat", "assign", count=30, seed=seed, split=split, measure=False)}
        for seed, split in ((0, "train"), (1, "train"), (0, "test"))
    ]
    assert not ids[0] & ids[1] and not ids[0] & ids[2]


def test_a_longer_request_begins_with_the_shorter_one():
    assert lines("sat", "assign", count=20)[:7] == lines("sat", "assign", count=7)


def test_a_band_is_filled_or_refused_with_the_scores_that_are_reached():
    problems = list(logicbench.generate("sat", "decide", count=10, hardness=(0.2, 0.4), knobs={"variables": 10}))
    assert len(problems) == 10 and all(0.2 <= problem.hardness["score"] <= 0.4 for problem in problems)
    with pytest.raises(GenerationError, match=r"0\.\d"):
        list(logicbench.generate("sat", "decide", count=2, hardness=(0.95, 1), knobs={"variables": 4}))


@pytest.mark.parametrize("family", SMALL)
def test_variants_share_the_instance_and_keep_the_label(family):
    made = get_family(family)
    problems = list(logicbench.generate(family, count=6, knobs=SMALL[family], variants=made.variants))
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        groups.setdefault(problem.instance_id, []).append(problem)
    for group in groups.values():
        assert {problem.variant for problem in group} == {"base", *made.variants}
        assert len({problem.label for problem in group}) == 1
        assert all(logicbench.verify(problem, f"Answer: {problem.reference}").correct for problem in group)


def test_ids_are_the_hash_of_content():
    assert content_id("a", 1) == content_id("a", 1) != content_id("a", 2)
    problem, other = logicbench.generate("sat", "assign", count=2)
    assert problem.id != other.id


@pytest.mark.parametrize(
    ("arguments", "near"),
    [(("satt",), "sat"), (("sat", "asign"), "assign")],
)
def test_an_unknown_name_names_the_near_one(arguments, near):
    with pytest.raises(UnknownNameError, match=f"Did you mean '{near}'"):
        list(logicbench.generate(*arguments))


@pytest.mark.parametrize(("knob", "kept"), [("filter", "none"), ("colors", None)])
def test_the_word_none_is_what_the_knob_takes(knob, kept):
    knobs = {"vertices": 8, "filter": "none", knob: "none"}
    (problem,) = logicbench.generate("coloring", "color", count=1, knobs=knobs, measure=False)
    assert problem.knobs[knob] == kept
