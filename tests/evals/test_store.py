import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.errors import InputError, LogicbenchError
from logicbench.evals import store
from logicbench.evals.journal import Journal, read_journal, write_atomically
from logicbench.evals.record import MAX_VIOLATIONS, Sample, SampleVerdict, TokenCounts, problem_fields
from logicbench.evals.store import ProblemFile, create_run, open_run
from logicbench.evals.tokens import TokenReader, TokenWriter
from logicbench.problem import Verdict, Violation

PLUGINS = Path(__file__).parent / "plugins"


def problems(count=4):
    import toy_runs

    return toy_runs.toy_problems(count, surface="plain")


def info(**changes):
    import toy_runs

    return {"argv": ["toy"], "config": toy_runs.toy_config(**changes).to_json()}


def sample(problem, index=0, text="yes", **changes):
    fields = {
        **problem_fields(problem),
        "sample": index,
        "seed": 1,
        "text": text,
        "finish": "stop",
        "tokens": TokenCounts(5, 0, 3),
        "verdict": SampleVerdict("correct", 1.0, "yes"),
        **changes,
    }
    return Sample(**fields)


# The journal


@given(st.lists(st.text()), st.integers(min_value=0), st.text())
@settings(max_examples=60, deadline=None)
def test_a_journal_cut_at_any_byte_keeps_every_whole_line(tmp_path_factory, texts, cut, later):
    path = tmp_path_factory.mktemp("journal") / "log.jsonl"
    journal = Journal(path)
    ends = [0]
    for text in texts:
        journal.append({"text": text})
        ends.append(path.stat().st_size)
    journal.close()
    cut %= ends[-1] + 1
    os.truncate(path, cut)
    kept = max(number for number, end in enumerate(ends) if end <= cut)
    assert [record["text"] for _, _, record in read_journal(path)] == texts[:kept]
    again = Journal(path)
    again.append({"text": later})
    again.close()
    assert [record["text"] for _, _, record in read_journal(path)] == [*texts[:kept], later]


def test_a_torn_line_longer_than_a_block_is_cut_too(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":"' + b"x" * 300_000)
    Journal(path).close()
    assert path.read_bytes() == b'{"a":1}\n'


def test_a_damaged_line_in_the_middle_is_named(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":\n{"c":1}\n')
    with pytest.raises(InputError, match=r"log.jsonl:2: not JSON .* damaged"):
        list(read_journal(path))


def test_a_full_disk_is_told_and_loses_nothing(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    journal = Journal(tmp_path / "log.jsonl")
    journal.append({"a": 1})
    with open("/dev/full", "ab", buffering=0) as full:
        journal._file = full
        with pytest.raises(LogicbenchError, match=r"No space left on device; what was written before is safe"):
            journal.append({"b": 2})
    assert (tmp_path / "log.jsonl").read_bytes() == b'{"a":1}\n'


def test_an_atomic_write_leaves_the_old_content_if_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "results.json"
    write_atomically(path, b"old")

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(LogicbenchError, match="No space left"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["results.json"]


# Tokens


@given(
    st.lists(st.lists(st.integers(0, 2**31 - 1), max_size=30), max_size=20),
    st.integers(1, 64),
    st.integers(0, 20),
)
@settings(max_examples=60, deadline=None)
def test_tokens_come_back_by_place_whatever_the_chunks(tmp_path_factory, rows, chunk, reopen):
    folder = tmp_path_factory.mktemp("run") / "tokens"
    writer = TokenWriter(folder, chunk)
    places = []
    for number, ids in enumerate(rows):
        if number == reopen:
            writer.close()
            writer = TokenWriter(folder, chunk)
        places.append(writer.append(ids, [-float(i % 7) for i in ids] if number % 2 else None))
    writer.close()
    reader = TokenReader(folder)
    for number, (ids, place) in enumerate(zip(rows, places, strict=True)):
        found, logprobs = reader.read(place)
        assert found.tolist() == ids
        if number % 2:
            assert logprobs.tolist() == [-float(i % 7) for i in ids]
        else:
            assert np.isnan(logprobs).all()


def test_any_program_can_load_a_chunk_while_it_is_written(tmp_path):
    writer = TokenWriter(tmp_path / "tokens")
    for size in (3, 1000, 5):
        writer.append(range(size), [-1.5] * size)
    ids = np.load(tmp_path / "tokens/00000.ids.npy", mmap_mode="r")
    logprobs = np.load(tmp_path / "tokens/00000.logprobs.npy")
    assert ids.dtype == np.int32
    assert logprobs.dtype == np.float32
    assert len(ids) == len(logprobs) == 1008
    assert ids[3:1003].tolist() == list(range(1000))


def test_columns_torn_apart_are_cut_to_equal_length(tmp_path):
    writer = TokenWriter(tmp_path / "tokens")
    place = writer.append([1, 2, 3], None)
    writer.append([4, 5], None)
    writer.close()
    os.truncate(tmp_path / "tokens/00000.logprobs.npy", 128 + 4 * 4 + 2)
    again = TokenWriter(tmp_path / "tokens")
    assert again.append([9], None) == (0, 4, 1)
    again.close()
    reader = TokenReader(tmp_path / "tokens")
    assert reader.read(place)[0].tolist() == [1, 2, 3]
    assert reader.read((0, 4, 1))[0].tolist() == [9]
    assert not reader.has((0, 4, 2))
    with pytest.raises(InputError, match=r"tokens 4\.\.6 are missing"):
        reader.read((0, 4, 2))


# The folder


def test_a_sample_survives_the_folder(tmp_path):
    asked = problems()
    violations = tuple(Violation("edge", f"Edge {n} is broken.", {"edge": [n, n + 1]}) for n in range(30))
    verdict = SampleVerdict.of(Verdict("wrong", 0.25, None, violations, 0.5, ("bold",), "tag"))
    assert (len(verdict.violations), verdict.violations_total) == (MAX_VIOLATIONS, 30)
    wanted = sample(asked[2], 1, "a\u2028b\n\x00é", verdict=verdict, thinking=(0, 2), logprob_sum=-1.25, latency_s=0.5)
    run = create_run(tmp_path / "run", info(), asked)
    run.append(wanted, [7, 8], [-1.0, -0.25])
    run.close()
    (found,) = open_run(tmp_path / "run").samples()
    ids, logprobs = open_run(tmp_path / "run").tokens(found)
    assert (ids.tolist(), logprobs.tolist()) == ([7, 8], [-1.0, -0.25])
    assert found.tokens_at == (0, 0, 2)
    assert Sample.from_json({**found.to_json(), "tokens_at": None}) == wanted


def test_samples_come_in_plan_order_and_the_last_line_counts(tmp_path):
    asked = problems()
    run = create_run(tmp_path / "run", info(), asked)
    for index, rank in ((1, 3), (0, 3), (0, 0)):
        run.append(sample(asked[rank], index))
    run.append(sample(asked[1], 0, "", verdict=None, finish="error", error="lost"))
    assert (asked[1].id, 0) not in run.done
    run.append(sample(asked[1], 0, "again", attempt=2))
    run.close()
    found = [(s.problem, s.sample, s.text, s.attempt) for s in open_run(tmp_path / "run").samples()]
    assert found == [
        (asked[0].id, 0, "yes", 1),
        (asked[1].id, 0, "again", 2),
        (asked[3].id, 0, "yes", 1),
        (asked[3].id, 1, "yes", 1),
    ]


def test_a_failed_request_is_owed_again_with_its_tries(tmp_path):
    asked = problems()
    run = create_run(tmp_path / "run", info(), asked)
    run.append(sample(asked[0], 0))
    run.append(sample(asked[1], 0, "", verdict=None, finish="error", error="lost", attempt=3))
    run.close()
    again = create_run(tmp_path / "run", info(), asked)
    assert again.done == {(asked[0].id, 0)}
    assert again.attempts == {(asked[1].id, 0): 3}
    again.close()


def test_a_sample_whose_tokens_were_lost_is_owed_again(tmp_path):
    asked = problems()
    run = create_run(tmp_path / "run", info(), asked)
    run.append(sample(asked[0], 0), [1, 2], None)
    run.append(sample(asked[1], 0), [3, 4, 5], None)
    run.close()
    os.truncate(tmp_path / "run/tokens/00000.ids.npy", 128 + 3 * 4)
    again = create_run(tmp_path / "run", info(), asked)
    assert again.done == {(asked[0].id, 0)}
    again.close()


def test_unknown_fields_are_kept(tmp_path):
    record = {**sample(problems()[0]).to_json(), "mood": "good"}
    assert Sample.from_json(record).to_json() == record


@pytest.mark.parametrize("broken", ["sample", "verdict", "tokens"])
def test_a_line_that_is_no_sample_is_named(tmp_path, broken):
    asked = problems()
    create_run(tmp_path / "run", info(), asked).close()
    record = sample(asked[0]).to_json()
    del record[broken]
    (tmp_path / "run/samples.jsonl").write_text(json.dumps(record) + "\n")
    with pytest.raises(InputError, match=r"samples\.jsonl|missing field"):
        list(open_run(tmp_path / "run").samples())


def test_the_problem_file_is_a_sequence(tmp_path):
    asked = problems(6)
    create_run(tmp_path / "run", info(), [*asked, asked[0]]).close()
    found = ProblemFile(tmp_path / "run/problems.jsonl")
    assert list(found) == asked
    assert found[-1] == asked[-1]
    assert found[1:3] == asked[1:3]
    with pytest.raises(IndexError):
        found[6]


# Settings, schema and foreign folders


def test_other_settings_are_refused_by_name(tmp_path):
    asked = problems()
    run = create_run(tmp_path / "run", info(), asked)
    run.append(sample(asked[0]))
    run.close()
    with pytest.raises(InputError, match=r"other settings: seed was 9, is 10; .* --fresh"):
        create_run(tmp_path / "run", info(seed=10), asked)
    from logicbench.models.protocol import Sampling

    with pytest.raises(InputError, match=r"sampling\.temperature was 1\.0, is 0\.5"):
        create_run(tmp_path / "run", info(sampling=Sampling(temperature=0.5)), asked)
    with pytest.raises(InputError, match="can grow but not shrink to 2"):
        create_run(tmp_path / "run", info(samples=2), asked)
    create_run(tmp_path / "run", info(samples=5), asked).close()
    fresh = create_run(tmp_path / "run", info(seed=10), asked, fresh=True)
    assert fresh.done == set()
    fresh.close()


def test_a_run_in_which_nothing_was_done_takes_any_settings(tmp_path):
    create_run(tmp_path / "run", info(), problems()).close()
    run = create_run(tmp_path / "run", info(seed=10), problems(6))
    assert run.info["config"]["seed"] == 10
    assert len(run.problems()) == 6
    run.close()


def test_changed_problems_are_refused(tmp_path):
    asked = problems()
    run = create_run(tmp_path / "run", info(), asked)
    run.append(sample(asked[0]))
    run.close()
    with open(tmp_path / "run/problems.jsonl", "ab") as file:
        file.write(b"{}\n")
    with pytest.raises(InputError, match=r"problems\.jsonl was changed since the run began"):
        create_run(tmp_path / "run", info(), asked)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("dear reader")
    for fresh in (False, True):
        with pytest.raises(InputError, match="is not empty and holds no run"):
            create_run(tmp_path, info(), problems(), fresh=fresh)
    assert os.listdir(tmp_path) == ["thesis.tex"]


def test_fresh_deletes_the_run_and_nothing_else(tmp_path):
    run = create_run(tmp_path / "run", info(), problems())
    run.append(sample(problems()[0]), [1], None)
    run.close()
    (tmp_path / "run/notes.txt").write_text("mine")
    create_run(tmp_path / "run", info(), problems(), fresh=True).close()
    assert (tmp_path / "run/notes.txt").read_text() == "mine"
    assert not list(open_run(tmp_path / "run").samples())


def test_a_kill_while_the_folder_is_set_up_leaves_nothing_half(tmp_path):
    def dying():
        yield problems()[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        create_run(tmp_path / "run", info(), dying())
    run = create_run(tmp_path / "run", info(), problems())
    assert len(run.problems()) == 4
    run.close()


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (99, r"run format 99, written by logicbench 0\.1\.0; .* reads up to format 1; install that version"),
        (0, r"run format 0, .* reads the formats 1; evaluate anew with --fresh"),
        (None, r"field 'schema' is missing"),
    ],
)
def test_other_schema_versions_say_exactly_why_not(tmp_path, schema, message):
    create_run(tmp_path / "run", info(), problems()).close()
    document = json.loads((tmp_path / "run/run.json").read_text())
    (tmp_path / "run/run.json").write_text(json.dumps({**document, "schema": schema}))
    with pytest.raises(InputError, match=message):
        open_run(tmp_path / "run")


def test_an_older_schema_is_upgraded_where_the_way_is_known(tmp_path, monkeypatch):
    create_run(tmp_path / "run", info(), problems()).close()
    document = json.loads((tmp_path / "run/run.json").read_text())
    old = {**document, "schema": 0, "settings": document["config"]}
    del old["config"]
    (tmp_path / "run/run.json").write_text(json.dumps(old))

    def upgrade(found):
        return {**{k: v for k, v in found.items() if k != "settings"}, "config": found["settings"], "schema": 1}

    monkeypatch.setattr(store, "UPGRADES", {0: upgrade})
    assert open_run(tmp_path / "run").info == document


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"schema": 1', b"\xff"])
def test_a_damaged_run_json_is_named(tmp_path, content):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(InputError, match=r"run\.json"):
        open_run(tmp_path)


def test_what_is_no_run_is_said(tmp_path):
    with pytest.raises(InputError, match=r"holds no run\.json"):
        open_run(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        open_run(tmp_path / "nowhere")


# The lock

HOLDER = """
import sys, time
from toy_runs import toy_config, toy_problems
from logicbench.evals.store import create_run
run = create_run(sys.argv[1], {"argv": [], "config": toy_config().to_json()}, toy_problems(4, surface="plain"))
if sys.argv[2] == "fork":
    import os
    if os.fork() == 0:
        os.close(1)
        time.sleep(20)
        os._exit(0)
print("held", flush=True)
time.sleep(20)
"""


def hold(folder, mode="hold"):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), mode],
        env={**os.environ, "PYTHONPATH": str(PLUGINS)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_and_told_by_whom(tmp_path):
    process = hold(tmp_path / "run")
    try:
        with pytest.raises(InputError, match=f"in use by process {process.pid} on .*; wait for it, stop it, or choose"):
            create_run(tmp_path / "run", info(), problems())
        open_run(tmp_path / "run")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    create_run(tmp_path / "run", info(), problems()).close()


def test_the_lock_of_a_dead_process_is_free_even_if_its_child_lives(tmp_path):
    process = hold(tmp_path / "run", "fork")
    try:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        create_run(tmp_path / "run", info(), problems()).close()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()


def test_one_process_cannot_open_a_run_twice(tmp_path):
    run = create_run(tmp_path / "run", info(), problems())
    with pytest.raises(InputError, match="in use by this process already"):
        create_run(tmp_path / "run", info(), problems())
    run.close()
    create_run(tmp_path / "run", info(), problems()).close()


# Scale


def test_a_run_does_not_hold_itself_in_memory(tmp_path):
    """What stays in memory for a completion is its key."""
    import tracemalloc

    asked = problems(2)
    run = create_run(tmp_path / "run", info(samples=4000), asked)
    text, ids, logprobs = "word " * 400, list(range(500)), [-0.5] * 500

    def held(first, count):
        before = tracemalloc.get_traced_memory()[0]
        for index in range(first, first + count):
            run.append(sample(asked[0], index, text), ids, logprobs)
        return tracemalloc.get_traced_memory()[0] - before

    tracemalloc.start()
    held(0, 100)
    grown = [held(100 + 500 * step, 500) for step in range(4)]
    tracemalloc.stop()
    run.close()
    # Only keys may stay: well under 1 kB each, against 6 kB of text and tokens.
    assert max(grown) < 500 * 1024
    assert len(open_run(tmp_path / "run").last_lines()) == 2100
