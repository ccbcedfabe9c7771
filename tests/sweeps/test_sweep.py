import csv
import itertools
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logicbench.compression.runtimes import EFFECTS
from logicbench.compression.sidecar import Sidecar
from logicbench.errors import InputError, LogicbenchError
from logicbench.evals.config import EvalConfig
from logicbench.evals.runner import evaluate
from logicbench.generation import generate
from logicbench.models import make_backend
from logicbench.sweeps.charts import scale
from logicbench.sweeps.files import write_outcome
from logicbench.sweeps.outcome import Row, gather, summarise
from logicbench.sweeps.spec import compress_arguments, eval_arguments, make_sweep, read_sweep
from logicbench.sweeps.steps import Layout, Progress, carry_out
from logicbench.sweeps.words import print_outcome


def record(**changes):
    return {
        "model": ".",
        "eval": {"tasks": ["sat:decide"], "backend": "noisy-oracle:0.9"},
        "calibration": {"calibration": "family:sat", "calibration_samples": 4},
        "control": [{"backend": "constant"}],
        "compress": [
            {"method": ["magnitude", "wanda"], "sparsity": [0.2, 0.5]},
            {"method": "rtn", "scheme": ["W8A8", "FP8"], "eval": {"dtype": "float16"}},
        ],
        **changes,
    }


def test_lists_are_axes_of_a_grid():
    sweep = make_sweep(record(), "x.toml")
    assert [arm.name for arm in sweep.arms] == [
        "dense", "constant", "magnitude-20", "magnitude-50", "wanda-20", "wanda-50", "rtn-W8A8", "rtn-FP8"
    ]  # fmt: skip
    by_name = {arm.name: arm for arm in sweep.arms}
    assert by_name["magnitude-20"].curve == by_name["magnitude-50"].curve == "magnitude"
    assert by_name["wanda-20"].curve == "wanda calibration=family:sat"
    assert by_name["rtn-FP8"].sparsity is None
    assert by_name["rtn-FP8"].evaluation == {"dtype": "float16"}


def test_arms_that_differ_only_in_what_is_not_in_the_name_are_kept_apart():
    entry = {"method": "wanda", "sparsity": 0.5, "calibration": ["family:sat", "random"], "seed": [0, 1]}
    sweep = make_sweep(record(compress=[entry]), "x.toml")
    names = [arm.name for arm in sweep.arms[2:]]
    assert len(set(names)) == len(names) == 4
    assert len({arm.curve for arm in sweep.arms[2:]}) == 4


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"modle": "x"}, "unknown key of x.toml 'modle'"),
        ({"model": 3}, "give the dense model"),
        ({"eval": {}}, "must say what to evaluate"),
        ({"compress": [], "control": []}, "nothing to compare"),
        ({"compress": [{"sparsity": 0.5}]}, "name the method"),
        ({"compress": [{"method": "wandda"}]}, "Did you mean 'wanda'"),
        ({"compress": [{"method": "magnitude", "sparsity": [0.5, 1.5]}]}, r"\[\[compress\]\] 1: the sparsity must be"),
        ({"compress": [{"method": "rtn", "scheme": "W3"}]}, "scheme must be one of"),
        ({"compress": [{"method": "rtn", "scheme": []}]}, "empty list"),
        ({"calibration": {"calibration": "own"}}, r"needs an \[own\] table"),
        ({"control": [{"name": "x"}]}, "either a model, or a backend"),
        ({"jobs": "many"}, "jobs must be of type int"),
    ],
)
def test_mistakes_are_named(changes, message):
    with pytest.raises(InputError, match=message):
        make_sweep(record(**changes), "x.toml")


def test_arguments_of_the_steps(tmp_path):
    entry = {"method": "wanda", "sparsity": 0.5, "refine": True, "allocation": "owl", "calibration": "own"}
    sweep = make_sweep(record(compress=[entry], own={"tasks": ["sat:decide"], "limit": 5}), "x.toml")
    arguments = compress_arguments(sweep.arms[2], "M", tmp_path / "out", tmp_path / "dense", tmp_path / "own")
    text = " ".join(arguments)
    assert f"--calibration run:{tmp_path / 'own'} --evaluated run:{tmp_path / 'dense'}" in text
    assert "--refine" in text and "--allocate owl" in text and "--calibration-samples 4" in text
    options = {"suite": "core-mini", "logprobs": False, "backend_options": {"engine": {"a": 1}}, "tasks": ["a", "b"]}
    text = " ".join(eval_arguments(options, "M", tmp_path))
    assert "--suite core-mini --no-logprobs" in text
    assert '--backend-option engine={"a":1}' in text and "--tasks a --tasks b" in text


class Stage:
    """Plays the two commands: models are empty files, and how well they do falls with the sparsity."""

    def __init__(self, failing=()):
        self.calls, self.failing = [], set(failing)

    def __call__(self, arguments, log):
        log.parent.mkdir(parents=True, exist_ok=True)
        values = dict(itertools.pairwise(arguments))
        folder = values["--output"]
        name = folder.rpartition("/")[2]
        self.calls.append((arguments[0], name))
        if name in self.failing:
            log.write_text("logicbench: it broke\n")
            return 1
        if arguments[0] == "compress":
            self._compress(values, folder)
        else:
            self._evaluate(values, folder, name)
        return 0

    def _compress(self, values, folder):
        from pathlib import Path

        path = Path(folder)
        path.mkdir(parents=True)
        (path / "model.safetensors").write_bytes(b"x")
        share = float(values.get("--sparsity", 0.5))
        cost = {"seconds": 1.0, "calibration_tokens": 10}
        kind = "quantized" if values["--method"] == "rtn" else "masked"
        details = {"bits_per_weight": 8.0} if kind == "quantized" else {}
        Sidecar(
            values["--method"], {}, ".", EFFECTS[kind], share, share, share, 10, 10, cost=cost, details=details
        ).write(path)

    def _evaluate(self, values, folder, name):
        share = 0.1 if name in ("magnitude-50", "constant") else 0.9
        backend = f"noisy-oracle:{share}"
        config = EvalConfig(model=backend, backend="noisy-oracle", tasks=("sat:decide",))
        problems = list(generate("sat", "decide", count=20, split="eval", measure=False))
        evaluate(iter(problems), lambda asked: make_backend("noisy-oracle", backend, asked, {}), folder, config)


def test_a_sweep_from_file_to_report(tmp_path, capsys):
    sweep = make_sweep(record(draws=200, jobs=2, title="A <sweep>"), "x.toml")
    layout = Layout(tmp_path / "out")
    stage = Stage(failing={"wanda-50"})
    progress = carry_out(sweep, layout, lambda line: None, stage)
    assert list(progress.failed) == ["wanda-50"]
    assert "it broke" in progress.failed["wanda-50"]
    assert stage.calls.count(("compress", "wanda-50")) == 2
    assert not (layout.model("magnitude-20") / "model.safetensors").exists()
    outcome = gather(sweep, layout, progress)
    assert [row.arm for row in outcome.rows][:3] == ["dense", "constant", "magnitude-20"]
    magnitude = next(each for each in outcome.curves if each.curve == "magnitude")
    assert magnitude.fails == 0.5
    files = write_outcome(outcome, layout.root)
    page = files[2].read_text()
    assert "A &lt;sweep&gt;" in page and "<script" not in page and "http" not in page.replace("http-equiv", "")
    lines = list(csv.DictReader(files[1].read_text().splitlines()))
    assert [line["arm"] for line in lines] == [*(row.arm for row in outcome.rows), "wanda-50"]
    assert "it broke" in lines[-1]["failed"] and not any(line["failed"] for line in lines[:-1])
    assert "<td>wanda-50</td>" in page and "<td>no result</td>" in page
    assert json.loads(files[0].read_text())["failed"] == {"wanda-50": progress.failed["wanda-50"]}
    print_outcome(outcome, sys.stdout)
    shown = capsys.readouterr().out
    assert "magnitude: " in shown and "Without a result: wanda-50" in shown
    assert [line.split()[2:4] for line in shown.splitlines() if line.startswith("wanda-50 ")] == [["no", "result"]]
    # A report of what is there names what is not, with what its log says.
    assert gather(sweep, layout, Progress()).failed == {"wanda-50": "not done yet; it broke"}
    # The same command again does nothing but what failed.
    again = Stage()
    progress = carry_out(sweep, layout, lambda line: None, again)
    assert again.calls == [("compress", "wanda-50"), ("eval", "wanda-50")]
    assert not progress.failed


def test_trouble_of_one_arm_leaves_the_others_running(tmp_path):
    class Full(Stage):
        def __call__(self, arguments, log):
            if "magnitude-20" in str(log):
                raise OSError(28, "No space left on device")
            return super().__call__(arguments, log)

    sweep = make_sweep(record(jobs=3, draws=200), "x.toml")
    progress = carry_out(sweep, Layout(tmp_path), lambda line: None, Full())
    assert set(progress.failed) == {"magnitude-20"}
    assert "No space left" in progress.failed["magnitude-20"]
    assert len(progress.done) == len(sweep.arms) - 1


def test_rows_of_one_curve_are_together_whatever_the_order_of_the_work(tmp_path):
    grid = [{"sparsity": [0.5, 0.2], "method": ["magnitude", "random"]}]
    sweep = make_sweep(record(compress=grid, draws=200), "x.toml")
    assert [arm.name for arm in sweep.arms[2:]] == ["magnitude-50", "random-50", "magnitude-20", "random-20"]
    layout = Layout(tmp_path)
    outcome = gather(sweep, layout, carry_out(sweep, layout, lambda line: None, Stage()))
    assert [row.arm for row in outcome.rows[2:]] == ["magnitude-20", "magnitude-50", "random-20", "random-50"]


def test_the_dense_model_as_a_control_follows_the_command_line(tmp_path):
    class Models(Stage):
        def _evaluate(self, values, folder, name):
            models[name] = values.get("--model")
            super()._evaluate(values, folder, name)

    models = {}
    control = [{"name": "again", "model": "."}, {"model": str(tmp_path)}]
    sweep = replace(make_sweep(record(control=control, compress=[], draws=200), "x.toml"), model=str(tmp_path / ".."))
    carry_out(sweep, Layout(tmp_path / "out"), lambda line: None, Models())
    assert models["again"] == models["dense"] == str(tmp_path / "..")
    assert models[tmp_path.name] == str(tmp_path)


@pytest.mark.parametrize("name", ["smollm2", "qwen2.5-coder-1.5b"])
def test_the_examples_sweep_the_same_arms(name):
    sweep = read_sweep(Path(__file__).parents[2] / "examples" / f"sweep-{name}.toml")
    names = [arm.name for arm in sweep.arms if arm.kind == "compressed"]
    assert names[:7] == [
        "gptq-W4A16", "rtn-W4A16", "rtn-W8A8", "rtn-FP8", "random-50", "random-70", "random-95"
    ]  # fmt: skip
    methods = ("magnitude", "wanda", "sparsegpt", "ria", "flap")
    assert set(names[7:]) == {f"{method}-{share}" for method in methods for share in range(20, 80, 10)}
    assert len(names) == 7 + 5 * 6
    assert {arm.name for arm in sweep.arms} >= {"dense", "constant", "dense-again"}


@settings(max_examples=200, deadline=None)
@given(
    values=st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=6),
    stretch=st.sampled_from([1.0, 0.01, 40.0]), shares=st.booleans(),
)  # fmt: skip
def test_axes_hold_all_values_between_round_ticks(values, stretch, shares):
    drawn = values if shares else [stretch * value for value in values]
    (low, high), ticks = scale(drawn, (0.0, 1.0 if shares else None), shares)
    assert low == 0.0 and high >= max(drawn) - 1e-9 and (not shares or high <= 1.0 + 1e-9)
    assert 2 <= len(ticks) <= 7
    assert all(low - 1e-9 <= at <= high + 1e-9 for at, _ in ticks)
    assert all(len(words.removesuffix(" %")) <= 9 for _, words in ticks)


def test_a_calibration_that_all_curves_share_is_not_in_their_names(tmp_path):
    for number, calibration in enumerate(("family:sat", ["family:sat", "random"])):
        grid = [{"method": ["wanda", "ria"], "sparsity": 0.2, "calibration": calibration}]
        sweep, layout = make_sweep(record(compress=grid, draws=200), "x.toml"), Layout(tmp_path / str(number))
        outcome = gather(sweep, layout, carry_out(sweep, layout, lambda line: None, Stage()))
        curves = {summary.curve for summary in outcome.curves}
        if isinstance(calibration, str):
            assert curves == {"wanda", "ria"}
        else:
            assert curves == {f"{method} calibration={name}" for method in ("wanda", "ria") for name in calibration}


def test_without_the_dense_run_there_is_no_sweep(tmp_path):
    with pytest.raises(LogicbenchError, match="the dense run of the sweep failed"):
        carry_out(make_sweep(record(), "x"), Layout(tmp_path), lambda line: None, Stage(failing={"dense"}))


def row(arm, curve, sparsity, corrected, ratio=1.0, flags=()):
    values = dict.fromkeys(Row.__dataclass_fields__)
    return Row(
        **{**values, "arm": arm, "curve": curve, "sparsity": sparsity, "accuracy": corrected, "corrected": corrected,
           "token_ratio": ratio, "flags": flags, "kind": "compressed", "effect": ""}
    )  # fmt: skip


def test_a_curve_holds_up_to_the_first_arm_that_fails():
    dense = row("dense", "dense", None, 0.8)
    rows = [dense, row("a", "a", 0.4, 0.5), row("b", "a", 0.2, 0.78), row("c", "a", 0.6, 0.79)]
    (found,) = summarise(rows)
    assert (found.holds, found.fails) == (0.2, 0.4)
    assert found.why == "accuracy above chance 0.500, dense 0.800"
    bare = [replace(each, corrected=None) for each in rows]
    assert summarise(bare)[0].why == "accuracy 0.500, dense 0.800"
    (found,) = summarise([dense, row("a", "a", 0.2, 0.8, ratio=2.0)])
    assert (found.holds, found.fails, found.why) == (None, 0.2, "2.00 times the tokens")
    (found,) = summarise([dense, row("a", "a", 0.2, 0.8, flags=("loops",))])
    assert found.why == "loops"
    weak = row("dense", "dense", None, -0.1)
    (found,) = summarise([weak, row("a", "a", 0.2, -0.3)])
    assert (found.holds, found.fails) == (0.2, None)
    (found,) = summarise([dense, row("a", "a", 0.2, 0.8), row("b", "a", 0.5, 0.77)])
    assert (found.holds, found.fails) == (0.5, None)
