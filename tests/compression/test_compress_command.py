import json

import pytest
from typer.testing import CliRunner

torch = pytest.importorskip("torch")

from logicbench.cli.compress import app  # noqa: E402
from logicbench.compression.loading import load_tokenizer  # noqa: E402
from logicbench.compression.methods import METHODS  # noqa: E402
from logicbench.compression.sidecar import read  # noqa: E402
from logicbench.compression.sources import CalibrationSource, evaluated_instances, run_documents  # noqa: E402
from logicbench.errors import InputError  # noqa: E402


@pytest.fixture(scope="module")
def dense_run(tmp_path_factory):
    """An evaluation by the oracle, which answers everything right."""
    from logicbench.evals.config import EvalConfig, Prompting
    from logicbench.evals.runner import evaluate
    from logicbench.generation import generate
    from logicbench.models import make_backend

    path = tmp_path_factory.mktemp("runs") / "oracle"
    config = EvalConfig(model="oracle", backend="oracle", prompting=Prompting(system="Think."))
    problems = generate("sat", count=12, split="eval", measure=False)
    evaluate(problems, lambda asked: make_backend("oracle", "oracle", asked, {}), path, config)
    return path


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)


def test_a_whole_command_from_a_run_to_a_record(model_folder, dense_run, tmp_path):
    output = tmp_path / "pruned"
    arguments = ["--calibration-samples", 4, "--sequence-length", 64, "--calibration", f"run:{dense_run}"]
    done = invoke("--model", model_folder, "--method", "wanda", "--pattern", "2:4", *arguments, "--output", output)
    assert done.exit_code == 0
    assert "removed 50.00%" in done.stdout
    assert "256 calibration tokens" in done.stdout
    assert "no runtime here stores or runs it any faster" in done.stdout
    assert "its logits are identical" in done.stdout
    record = read(output)
    assert record["calibration"]["domain"]["source"] == f"run:{dense_run}"
    known = evaluated_instances([f"run:{dense_run}"])
    assert set(record["calibration"]["domain"]["instances"]) <= known
    assert record["settings"]["sequence_length"] == 64


def test_json_output_is_the_record(model_folder, tmp_path):
    output = tmp_path / "pruned"
    done = invoke(
        "--model", model_folder, "--method", "magnitude", "--sparsity", 0.3, "--json", "--quiet", "-o", output
    )
    assert json.loads(done.stdout) == read(output)


def test_calibration_on_what_is_evaluated_is_refused(model_folder, dense_run, tmp_path):
    arguments = ["--model", model_folder, "--calibration", f"run:{dense_run}", "--evaluated", f"run:{dense_run}"]
    with pytest.raises(InputError, match="are also evaluated"):
        invoke(*arguments, "--sequence-length", 64, "--output", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_run_documents_hold_the_conversation(dense_run):
    documents, options = run_documents(dense_run)
    assert len(documents) == 12
    assert [role for role, _ in documents[0].messages] == ["system", "user"]
    assert all(document.instance_id for document in documents)
    assert options == {}


@pytest.mark.parametrize("name", ["family:sat", "random", "TEXT"])
def test_other_sources(name, model_folder, tmp_path):
    if name == "TEXT":
        path = tmp_path / "corpus.txt"
        path.write_text("some plain text " * 50, encoding="utf-8")
        name = str(path)
    source = CalibrationSource(name, samples=3, length=32, seed=1)
    data = source.load(load_tokenizer(model_folder), 96)
    assert data.tokens == 96
    assert source.load(load_tokenizer(model_folder), 96).sha256 == data.sha256


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--method", "wandda"], "Did you mean 'wanda'"),
        (["--method", "wanda"], "needs --calibration"),
        (["--method", "magnitude", "--sparsity", "1.5"], "below 1"),
        (["--method", "magnitude", "--pattern", "4:2"], "pattern must be"),
        (["--method", "magnitude", "--scope", "world"], "--scope must be one of"),
        (["--method", "magnitude", "--set", "x"], "expected NAME=VALUE"),
        (["--method", "wanda", "--calibration", "nowhere.jsonl"], "no such file"),
        (["--method", "wanda", "--calibration", "random", "--sequence-length", "4096"], "more than the model's 2048"),
        (["--method", "gaprune", "--calibration", "random"], "--general-calibration"),
        (["--method", "magnitude", "--device", "cuda"], "no CUDA device"),
    ],
)
def test_errors_are_one_sentence_and_leave_nothing(arguments, message, model_folder, tmp_path):
    if "cuda" in arguments and torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    output = tmp_path / "out"
    with pytest.raises(InputError, match=message) as caught:
        invoke("--model", model_folder, "--output", output, *arguments)
    assert "\n" not in str(caught.value)
    assert not output.exists()


def test_the_list_of_methods_needs_no_model():
    done = invoke("--methods")
    assert all(name in done.stdout for name in METHODS)
