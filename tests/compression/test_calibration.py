import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from logicbench.compression.calibration import Calibration, encode, from_documents, pack, random_tokens  # noqa: E402
from logicbench.compression.documents import (  # noqa: E402
    Document,
    from_texts,
    read_jsonl,
    require_disjoint,
)
from logicbench.compression.sidecar import calibrated_instances  # noqa: E402
from logicbench.errors import InputError  # noqa: E402


class LetterTokenizer:
    eos_token_id = 0

    def encode(self, text, add_special_tokens=True):
        return [1] * add_special_tokens + [ord(letter) for letter in text]

    def apply_chat_template(self, conversation, *, add_generation_prompt, tokenize):
        assert add_generation_prompt
        assert not tokenize
        return "".join(f"<{turn['role']}>{turn['content']}" for turn in conversation) + "<assistant>"


@given(st.lists(st.lists(st.integers(2, 50), max_size=20), max_size=10), st.integers(2, 9), st.integers(1, 5))
def test_windows_are_the_stream_cut_evenly(documents, length, limit):
    stream = [token for document in documents for token in document]
    if len(stream) < 2:
        with pytest.raises(InputError, match="fewer than two tokens"):
            pack(documents, length, limit)
        return
    windows = pack(documents, length, limit)
    joined = torch.cat(windows).tolist()
    assert joined == stream[: len(joined)]
    if len(stream) >= length:
        assert all(len(window) == length for window in windows)
        assert len(windows) == min(limit, len(stream) // length)
    else:
        assert len(windows) == 1


def test_a_conversation_ends_as_the_model_would_have_written_it():
    tokenizer = LetterTokenizer()
    document = Document("yes", (("user", "q"),))
    assert encode(document, tokenizer) == [*map(ord, "<user>q<assistant>yes"), 0]
    assert encode(Document("ab"), tokenizer) == [1, ord("a"), ord("b"), 0]


def test_the_hash_names_the_tokens_and_nothing_else():
    windows = (torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6]))
    assert Calibration(windows, "a").sha256 == Calibration(windows, "b", seed=3).sha256
    assert Calibration(windows[::-1], "a").sha256 != Calibration(windows, "a").sha256
    assert Calibration((torch.tensor([1, 2, 3, 4, 5, 6]),), "a").sha256 != Calibration(windows, "a").sha256


def test_batches_hold_windows_of_one_length_in_order():
    windows = tuple(torch.arange(size) for size in (4, 4, 4, 3, 4))
    shapes = [tuple(batch.shape) for batch in Calibration(windows, "a").batches(2)]
    assert shapes == [(2, 4), (1, 4), (1, 3), (1, 4)]


def test_documents_are_drawn_by_seed():
    documents = from_texts([f"document number {n}" for n in range(40)])
    make = lambda seed: from_documents(documents, LetterTokenizer(), samples=3, length=16, source="t", seed=seed)  # noqa: E731
    assert make(1).sha256 == make(1).sha256 != make(2).sha256
    assert make(1).tokens == 48
    with pytest.raises(InputError, match="holds no calibration document"):
        from_documents([], LetterTokenizer(), samples=3, length=16, source="nothing")


def test_random_tokens_stay_in_the_vocabulary():
    data = random_tokens(7, samples=3, length=50, seed=1)
    assert data.tokens == 150
    assert set(torch.cat(data.windows).tolist()) == set(range(7))


def test_jsonl_forms(tmp_path):
    path = tmp_path / "data.jsonl"
    lines = [
        "plain",
        {"text": "also plain"},
        {"prompt": "q", "completion": "a", "instance_id": "i1"},
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
        {"messages": [{"role": "user", "content": "q"}], "text": "a"},
    ]
    path.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    chat = Document("a", (("user", "q"),))
    assert read_jsonl(path) == [
        Document("plain"),
        Document("also plain"),
        Document("a", (("user", "q"),), "i1"),
        chat,
        chat,
    ]


@pytest.mark.parametrize(
    "line",
    ["{", "7", "{}", '{"text": 3}', '{"messages": []}', '{"messages": [{"role": "user", "content": "q"}]}', '""'],
)
def test_bad_lines_are_named(tmp_path, line):
    path = tmp_path / "data.jsonl"
    path.write_text('"fine"\n' + line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"data\.jsonl:2: "):
        read_jsonl(path)


def test_overlap_with_the_evaluation_is_refused():
    require_disjoint(["a", "b"], ["c"])
    with pytest.raises(InputError, match="1 calibration problems are also evaluated"):
        require_disjoint(["a", "b"], ["b", "c"])
    first = {"calibration": {"domain": {"instances": ["x"]}}, "parent": None}
    assert calibrated_instances({"calibration": {"domain": {"instances": ["y"]}}, "parent": first}) == {"x", "y"}
