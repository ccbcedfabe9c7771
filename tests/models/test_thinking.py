import pytest
from hypothesis import given
from hypothesis import strategies as st

from logicbench.errors import InputError
from logicbench.models.thinking import (
    KNOWN,
    Tags,
    count_tokens,
    has_special_marks,
    open_pair,
    pair_of,
    parse_tags,
    split,
)


def parts(text, **options):
    found = split(text, **options)
    thinking = text[found.start : found.end]
    return text[: found.start], thinking, text[found.answer_start :], found.closed


def test_no_thinking():
    found = split("Answer: 5")
    assert (found.span, found.answer_start, found.closed) == (None, 0, True)


@pytest.mark.parametrize("tags", KNOWN, ids=lambda tags: tags.opening)
def test_every_known_pair(tags):
    text = f"{tags.opening}\nhm\n{tags.closing}\n\nAnswer: 5"
    assert parts(text) == ("", f"{tags.opening}\nhm\n{tags.closing}", "\n\nAnswer: 5", True)


@pytest.mark.parametrize("tags", KNOWN, ids=lambda tags: tags.opening)
def test_every_known_pair_opened_in_the_prompt(tags):
    text = f"hm\n{tags.closing}Answer: 5"
    expected = ("", f"hm\n{tags.closing}", "Answer: 5", True)
    assert parts(text, opened=True) == expected
    assert parts(text) == expected


@pytest.mark.parametrize("tags", KNOWN, ids=lambda tags: tags.opening)
def test_every_known_pair_unfinished(tags):
    text = f"{tags.opening} is it 4? Answer: 4"
    assert parts(text) == ("", text, "", False)


def test_unfinished_in_a_block_that_the_prompt_opened():
    assert parts("the answer is 4", opened=True) == ("", "the answer is 4", "", False)


def test_empty_text():
    assert parts("") == ("", "", "", True)
    assert parts("", opened=True) == ("", "", "", False)


def test_text_before_thinking_is_neither_thinking_nor_answer():
    assert parts("Sure. <think>x</think>5") == ("Sure. ", "<think>x</think>", "5", True)


def test_several_blocks_are_one_span_and_the_answer_follows_the_last():
    assert parts("<think>a</think>b<think>c</think>d") == ("", "<think>a</think>b<think>c</think>", "d", True)


def test_nested_blocks():
    assert parts("<think>a<think>b</think>c</think>d")[2:] == ("d", True)


def test_a_block_reopened_and_not_closed_is_unfinished():
    assert parts("<think>a</think>b<think>c")[2:] == ("", False)


def test_a_foreign_tag_inside_thinking_does_not_end_it():
    assert parts("<think>write <reasoning>r</reasoning> next</think>5")[2:] == ("5", True)


def test_channels():
    text = (
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary<|message|>plan<|end|>"
        "<|start|>assistant<|channel|>final<|message|>Answer: 5"
    )
    assert parts(text)[2:] == ("Answer: 5", True)
    assert parts("<|channel|>final<|message|>Answer: 5")[2:] == ("Answer: 5", True)


def test_recognition_can_be_off_or_of_the_users_own_tags():
    text = "<think>a</think>b"
    assert parts(text, tags=()) == ("", "", text, True)
    assert parts("<<a>>b", tags=parse_tags("<< >>")) == ("", "<<a>>", "b", True)
    assert parse_tags("auto") == KNOWN
    assert parse_tags("off") == ()
    for wrong in ("on", "a b c", "x x", ""):
        with pytest.raises(InputError):
            parse_tags(wrong)


MARKS = [mark for tags in KNOWN for mark in (tags.opening, tags.closing)]


@given(st.lists(st.one_of(st.sampled_from(MARKS), st.text(max_size=5)), max_size=12).map("".join), st.booleans())
def test_total_and_consistent(text, opened):
    found = split(text, opened=opened)
    assert 0 <= found.start <= found.end <= len(text)
    assert found.answer_start in (found.end, 0)
    if not found.closed:
        assert found.answer_start == found.end == len(text)
    if found.closed and found.span:
        assert any(text[: found.end].endswith(tags.closing) for tags in KNOWN)
    if opened:
        assert found.start == 0


@given(st.text(alphabet="ab <>", max_size=30), st.text(alphabet="cd <>", max_size=30))
def test_the_answer_is_what_was_written_after_the_block(thinking, answer):
    assert parts(f"<think>{thinking}</think>{answer}") == ("", f"<think>{thinking}</think>", answer, True)


def test_a_megabyte_of_tags_is_split_at_once():
    text = "<think>" * 150_000
    assert split(text).closed is False


def test_prompts_that_open_a_block():
    assert open_pair("<|im_start|>assistant\n<think>\n") == Tags("<think>", "</think>")
    assert open_pair("<|im_start|>assistant\n") is None
    assert open_pair("<think>\n\n</think>\n\n") is None


def test_marks_in_a_vocabulary():
    assert pair_of(["<think>", "</think>", "<s>"]) == Tags("<think>", "</think>")
    assert pair_of(["<think>"]) is None
    assert has_special_marks(["<s>", "<|channel|>"])
    assert has_special_marks(["[THINK]"])
    assert not has_special_marks(["<s>", "<|im_end|>", ""])


@given(st.lists(st.text(min_size=0, max_size=4), max_size=20), st.integers(0, 100))
def test_count_tokens_against_a_linear_scan(tokens, start):
    text = "".join(tokens)
    start = min(start, len(text))
    expected = next(n for n in range(len(tokens) + 1) if len("".join(tokens[:n])) >= start)
    assert count_tokens(range(len(tokens)), start, lambda ids: "".join(tokens[i] for i in ids)) == expected
