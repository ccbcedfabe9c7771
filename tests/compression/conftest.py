"""Fixtures of the compression tests."""

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from random_models import VOCABULARY, make_calibration, make_model  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def llama():
    return make_model()


@pytest.fixture
def calibration():
    return make_calibration()


def make_tokenizer():
    """A word-level tokenizer of the printable characters, with a chat template."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = {chr(code): number for number, code in enumerate(range(33, 33 + VOCABULARY - 2))}
    words.update({"<eos>": VOCABULARY - 2, "<unk>": VOCABULARY - 1})
    core = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<eos>", unk_token="<unk>")
    tokenizer.chat_template = (
        "{% for message in messages %}{{ message.role[0] }}>{{ message.content }}{% endfor %}"
        "{% if add_generation_prompt %}a>{% endif %}"
    )
    return tokenizer


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """A tiny Llama in bfloat16 with a tokenizer, saved."""
    path = tmp_path_factory.mktemp("model") / "tiny"
    make_model(max_position_embeddings=2048).to(torch.bfloat16).save_pretrained(path)
    make_tokenizer().save_pretrained(path)
    return path
