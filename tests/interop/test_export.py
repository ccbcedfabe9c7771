"""Exports: nothing lost in Parquet, folders that `datasets` loads, and scores from the exported row alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import logicbench
from logicbench.errors import InputError, UnknownNameError
from logicbench.family import family_names, get_family
from logicbench.interop.export import FORMATS, Export, export
from logicbench.interop.tables import from_row, read_parquet, read_problems, to_row, write_parquet
from logicbench.problem import Problem, dump_line
from logicbench.rewards.trl import TrlReward
from logicbench.rewards.verl import compute_score


@pytest.fixture(scope="module")
def problems():
    found = []
    for split in ("train", "dev", "core-v1-test"):
        for task in ("assign", "decide"):
            found += logicbench.generate("sat", task, count=3, split=split, knobs={"variables": 5})
    return [*found, *logicbench.generate("coloring", "color", count=2, measure=False)]


@pytest.fixture(scope="module")
def source(problems, tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "problems.jsonl"
    path.write_bytes(b"".join(dump_line(problem.to_json()) for problem in problems))
    return path


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "logicbench", "export", *map(str, arguments)], capture_output=True, text=True
    )


def dataset(path, *arguments, **options):
    import datasets

    datasets.disable_progress_bars()
    return datasets.load_dataset(str(path), *arguments, **options)


def test_jsonl_to_parquet_and_back_is_the_same_bytes_on_the_command_line(source, tmp_path):
    assert run(source, "--to", "parquet", "-o", tmp_path / "a.parquet").returncode == 0
    assert run(tmp_path / "a.parquet", "--to", "jsonl", "-o", tmp_path / "b.jsonl").returncode == 0
    assert (tmp_path / "b.jsonl").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("family", family_names())
def test_every_family_survives_parquet(family, tmp_path):
    for task in get_family(family).tasks:
        before = list(logicbench.generate(family, task, count=2, measure=False))
        write_parquet(before, tmp_path / f"{task}.parquet")
        assert list(map(Problem.to_json, read_parquet(tmp_path / f"{task}.parquet"))) == list(
            map(Problem.to_json, before)
        )


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(texts, json_values, max_size=3), texts, st.integers(-(2**63), 2**63 - 1))
def test_any_content_survives_parquet(tmp_path_factory, instance, prompt, seed):
    problem = Problem("sat", "assign", "math", "1", prompt, instance, seed=seed, hardness=instance)
    line = dump_line(problem.to_json())
    path = tmp_path_factory.getbasetemp() / "any.parquet"
    write_parquet([problem], path)
    assert [dump_line(back.to_json()) for back in read_parquet(path)] == [line]


def test_datasets_loads_the_folder_with_its_splits_and_configurations(problems, tmp_path):
    export(Export(problems, "small-set"), "hf", tmp_path / "set")
    everything = dataset(tmp_path / "set", cache_dir=tmp_path / "cache")
    assert set(everything) == {"train", "validation", "test"}
    back = [from_row(row) for split in everything.values() for row in split]
    assert sorted(dump_line(p.to_json()) for p in back) == sorted(dump_line(p.to_json()) for p in problems)
    one = dataset(tmp_path / "set", "sat-assign", split="test", cache_dir=tmp_path / "cache")
    assert {(row["family"], row["task"], row["split"]) for row in one} == {("sat", "assign", "core-v1-test")}


def test_the_card_says_what_is_in_the_folder(problems, tmp_path):
    export(Export(problems, "small-set"), "hf", tmp_path / "set")
    _, header, body = (tmp_path / "set" / "README.md").read_text().split("---\n", 2)
    card = yaml.safe_load(header)
    assert {config["config_name"] for config in card["configs"]} == {
        "default",
        "sat-assign",
        "sat-decide",
        "coloring-color",
    }
    for config in card["configs"]:
        for entry in config["data_files"]:
            assert list((tmp_path / "set").glob(entry["path"])), entry
    assert f"{len(problems)} problems" in body


def test_trl_rows_score_their_own_reference(problems, tmp_path):
    export(Export(problems, system="Be brief."), "trl", tmp_path / "trl")
    data = dataset(tmp_path / "trl", split="train", cache_dir=tmp_path / "cache")
    right = [f"Answer: {json.loads(line)['reference']}" for line in data["problem"]]
    assert TrlReward()(completions=right, problem=data["problem"]) == [1.0] * len(data)
    assert TrlReward()(completions=["?"] * len(data), problem=data["problem"]) == [0.0] * len(data)
    assert [message["role"] for message in data[0]["prompt"]] == ["system", "user"]


def test_verl_rows_follow_its_schema_and_score_their_own_reference(problems, tmp_path):
    export(Export(problems), "verl", tmp_path / "verl")
    data = dataset(tmp_path / "verl", split="test", cache_dir=tmp_path / "cache")
    assert set(data.column_names) == {"data_source", "prompt", "ability", "reward_model", "extra_info"}
    for row in data:
        truth = row["reward_model"]["ground_truth"]
        assert row["prompt"][0]["content"] == json.loads(truth)["prompt"]
        solution = f"Answer: {json.loads(truth)['reference']}"
        # The very call of verl's reward managers.
        judged = compute_score(
            data_source=row["data_source"], solution_str=solution, ground_truth=truth, extra_info=row["extra_info"]
        )
        assert judged["score"] == judged["acc"] == 1.0


@pytest.mark.parametrize("to", FORMATS)
def test_every_form_is_written_and_says_what_comes_next(to, source, tmp_path):
    done = run(source, "--to", to, "--output", tmp_path / "out", "--name", "small")
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[1].startswith("Next: ")
    assert (tmp_path / "out").is_dir() == FORMATS[to].folder
    assert not [path for path in tmp_path.iterdir() if path.name != "out"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--to", "csv"], "unknown export format"),
        (["--to", "lm-eval", "--name", "a/b"], "name 'a/b'"),
        (["--to", "jsonl", "-o", "."], "is a folder"),
        (["--to", "hf", "-o", "/proc/none/x"], "cannot write"),
    ],
)
def test_bad_requests_end_in_one_sentence(options, word, source, tmp_path):
    done = run(source, *(["-o", tmp_path / "out"] if "-o" not in options else []), *options)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert word in done.stderr and not any(tmp_path.iterdir())


def test_what_is_no_problem_file_is_refused(source, problems, tmp_path):
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing")
    (tmp_path / "empty").mkdir()
    for name, word in (("bad.parquet", "cannot read"), ("empty", "no .jsonl"), ("none.jsonl", "cannot read")):
        with pytest.raises(InputError, match=word):
            list(read_problems([str(tmp_path / name)]))
    with pytest.raises(InputError, match="given twice"):
        export(Export([*problems, problems[0]]), "jsonl", tmp_path / "x.jsonl")
    with pytest.raises(InputError, match="no problems"):
        export(Export([]), "jsonl", tmp_path / "x.jsonl")
    with pytest.raises(InputError, match="JSON text"):
        from_row({**to_row(problems[0]), "instance": "{"})
    with pytest.raises(UnknownNameError):
        export(Export(problems), "tsv", tmp_path / "x")
    with pytest.raises(InputError, match="does not fit"):
        write_parquet([Problem("sat", "assign", "math", "1", "", {}, seed=2**63)], tmp_path / "x.parquet")


def test_a_folder_with_something_in_it_is_left_alone(problems, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="already holds"):
        export(Export(problems), "hf", tmp_path / "full")
    assert [path.name for path in Path(tmp_path / "full").iterdir()] == ["mine.txt"]
