"""Fixtures of the compression tests."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from random_models import make_calibration, make_model, make_tokenizer  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def llama():
    return make_model()


@pytest.fixture
def calibration():
    return make_calibration()


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A tiny Llama in bfloat16 with a tokenizer, saved."""
    path = tmp_path_factory.mktemp("model") / "tiny"
    make_model(max_position_embeddings=2048).to(torch.bfloat16).save_pretrained(path)
    make_tokenizer().save_pretrained(path)
    return path
