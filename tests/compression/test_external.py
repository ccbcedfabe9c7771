import importlib.util
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from logicbench.compression.quantization.external import find_python  # noqa: E402
from logicbench.compression.request import CompressionRequest, run_request  # noqa: E402
from logicbench.errors import BackendError, InputError  # noqa: E402


def test_a_missing_python_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        find_python(str(tmp_path / "python"))
    assert find_python(sys.executable) == Path(sys.executable)


def test_without_llmcompressor_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(sys, "prefix", "/nowhere/venv")
    with pytest.raises(InputError, match="pip install llmcompressor"):
        find_python()


def test_a_failing_job_is_reported_with_its_last_line(model_folder, tmp_path):
    if importlib.util.find_spec("llmcompressor") is not None:
        pytest.skip("this Python has llmcompressor")
    request = CompressionRequest(
        model_folder, tmp_path / "out", "rtn", options={"engine": "llmcompressor", "python": sys.executable}
    )
    with pytest.raises(BackendError, match=r"llmcompressor failed .*No module named"):
        run_request(request)
    assert not (tmp_path / "out" / "compression.json").exists()


def test_awq_is_not_ours(tmp_path):
    with pytest.raises(InputError, match="awq is done by llmcompressor"):
        CompressionRequest(tmp_path, tmp_path, "awq", calibration="random", options={"engine": "native"}).check()


@pytest.mark.slow
@pytest.mark.parametrize("method", ["rtn", "gptq", "awq"])
def test_the_real_llmcompressor(method, model_folder, tmp_path):
    try:
        find_python()
    except InputError:
        pytest.skip("no Python with llmcompressor")
    run_request(CompressionRequest(model_folder, tmp_path / "pruned", "magnitude", 0.5))
    record = run_request(
        CompressionRequest(
            tmp_path / "pruned", tmp_path / "out", method, calibration="family:sat", calibration_samples=4,
            sequence_length=64, options={"engine": "llmcompressor"},
        )
    )  # fmt: skip
    assert record.details["engine"] == "llmcompressor"
    assert record.details["reload_difference"] < 1e-2
    assert 0.5 < record.details["mask_survival"] <= 1.0
