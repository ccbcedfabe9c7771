"""The frozen release: whole, balanced, spread, true to its checksums, and rebuilt byte for byte."""

import hashlib
import sys
from collections import Counter
from pathlib import Path

import pytest

import logicbench
from logicbench.errors import UnknownNameError
from logicbench.evals.selection import file_digests, load_suite, select, suite_names
from logicbench.family import get_family
from logicbench.problem import load

ROOT = Path(__file__).parent.parent
RELEASE = Path(logicbench.__file__).parent / "data" / "core-v1"
NAMES = sorted(path.name for path in (RELEASE / "test").glob("*.jsonl"))
SPLITS = ("train", "dev", "test")

sys.path.insert(0, str(ROOT / "tools"))


@pytest.fixture(scope="module")
def data():
    return {(split, name): load(RELEASE / split / name) for split in (*SPLITS, "mini") for name in NAMES}


def test_every_family_and_task_is_there():
    from build_core import TASKS

    assert sorted(f"{name}-{task}.jsonl" for name, tasks in TASKS.items() for task in tasks) == NAMES
    for split in (*SPLITS, "mini"):
        assert sorted(path.name for path in (RELEASE / split).iterdir()) == NAMES


def test_the_checksums_are_those_of_the_files():
    listed = dict(reversed(line.split("  ")) for line in (RELEASE / "SHA256SUMS").read_text().splitlines())
    there = {path.relative_to(RELEASE).as_posix(): path for path in RELEASE.rglob("*") if path.is_file()}
    assert listed == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items() if name != "SHA256SUMS"
    }


def test_problems_are_of_the_installed_version_and_their_references_are_right(data):
    for (_, name), problems in data.items():
        family, _, task = name.removesuffix(".jsonl").partition("-")
        for problem in problems[:6]:
            assert (problem.family, problem.task) == (family, task)
            if problem.reference is not None:
                assert logicbench.verify(problem, f"Answer: {problem.reference}").correct, problem.id


def test_labels_are_balanced(data):
    for (_, name), problems in data.items():
        labels = Counter(problem.label for problem in problems)
        family, _, task = name.removesuffix(".jsonl").partition("-")
        assert set(labels) == (set(get_family(family).tasks[task].labels) or {None}), name
        assert len(set(labels.values())) == 1, (name, labels)


def test_splits_share_no_instance_and_files_repeat_none(data):
    where: dict[str, tuple[str, str]] = {}
    for split in SPLITS:
        for name in NAMES:
            ids = [problem.instance_id for problem in data[split, name]]
            assert len(set(ids)) == len(ids)
            for each in ids:
                assert where.setdefault(each, (split, name))[0] == split


def test_mini_is_a_part_of_test(data):
    for name in NAMES:
        everything = {problem.id for problem in data["test", name]}
        assert len(data["mini", name]) == 6 and {problem.id for problem in data["mini", name]} <= everything


def test_hardness_is_spread_and_so_is_every_beginning(data):
    for name in NAMES:
        scores = [problem.hardness["score"] for problem in data["test", name]]
        assert min(scores) < 0.3 and max(scores) > 0.5, name
        start = scores[:18]
        assert max(start) - min(start) > 0.3, name


def test_the_card_lists_every_file():
    card = (RELEASE / "README.md").read_text()
    front = card.split("---")[1]
    for name in NAMES:
        for folder in SPLITS:
            assert f"path: {folder}/{name}" in front


@pytest.mark.parametrize(("name", "folder"), [("core", "test"), ("core-mini", "mini")])
def test_suites_are_the_files(name, folder, data):
    suite = load_suite(name)
    found = list(select(suite.selections, None, 0))
    assert [problem.id for problem in found] == [problem.id for each in NAMES for problem in data[folder, each]]
    assert list(file_digests(suite.selections)) == [f"core-v1/{folder}/{each}" for each in NAMES]
    assert name in suite_names()


def test_an_unknown_suite_names_the_near_one():
    with pytest.raises(UnknownNameError, match="core-mini"):
        load_suite("core-mimi")


@pytest.mark.parametrize("task", ["sat:mus", "nlsat:decide", "coloring:verify", "rules:answer", "skills:judge"])
def test_a_sample_is_rebuilt_byte_for_byte(task):
    from build_core import build

    built = build(*task.split(":"), "dev")
    for name, content in built.files.items():
        assert (RELEASE / name).read_bytes() == content, name


@pytest.mark.slow
def test_everything_is_rebuilt_byte_for_byte(tmp_path):
    from build_core import BANDS, build_all
    from core_card import card

    for built in build_all([], workers=2):
        for name, content in built.files.items():
            assert (RELEASE / name).read_bytes() == content, name
    assert (RELEASE / "README.md").read_text() == card(RELEASE, BANDS)
