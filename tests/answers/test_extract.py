import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mutations import dressed, giants, hostile

from logicbench.answers import answer_part, extract, read_answer, read_integer, read_label, unwrap
from logicbench.problem import Answer, Unparsable

WORDS = {"sat": "sat", "unsat": "unsat", "satisfiable": "sat", "not satisfiable": "unsat", "yes": "sat", "no": "unsat"}
LABEL = read_label(WORDS)


def value(text, reader=LABEL):
    found = read_answer(text, reader)
    return found.value if isinstance(found, Answer) else found.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Answer: SAT", "sat"),
        ("Answer: not satisfiable.", "unsat"),
        ("Answer: yes, no", "conflict"),
        ("Answer: SAT or UNSAT", "conflict"),
        ("Answer: SAT/UNSAT", "conflict"),
        ("Answer: SAT, no, UNSAT", "conflict"),
        ("Answer: SAT. No, wait, actually UNSAT.", "conflict"),
        ("Answer: SAT, no UNSAT core exists", "sat"),
        ("Answer: SAT, no wait is needed", "sat"),
        ("Answer: SAT\nAnswer: UNSAT", "conflict"),
        ("Answer: SAT. No wait.\nAnswer: UNSAT", "conflict"),
        ("<answer>SAT</answer> and \\boxed{UNSAT}", "conflict"),
        ("Answer: SAT\nUNSAT", "conflict"),
        ("Answer: SAT\nor maybe UNSAT", "conflict"),
        ("Answer: SAT\nAnswer: SAT", "sat"),
        ("Answer: yes, no contradiction arises", "sat"),
        ("<answer>SAT</answer> Answer: I do not know", "malformed"),
        ("Answer: SAT. I hope this answer is useful", "sat"),
        ("<think>Answer: SAT</think>", "empty"),
        ("<think>Answer: SAT", "no-answer"),
        ("<think>a</think> Answer: SAT <think> more", "no-answer"),
        ("<THINK>Answer: UNSAT</THINK>Answer: SAT", "sat"),
        ("", "empty"),
        ("  \n", "empty"),
        ("I do not know", "no-answer"),
        ("SAT", "sat"),
        ("Some text.\n\nUNSAT", "unsat"),
        ("SAT\nUNSAT", "conflict"),
        ("Finish with one line that starts with \"Answer:\" and then gives SAT or UNSAT.\n\nAnswer: SAT", "sat"),
        ("Answer: SAT" + "\nAnswer: SAT" * 100, "conflict"),
        ("```\nSAT\n```", "sat"),
        ("Answer: \\text{SAT}", "sat"),
        ("Answer: \\mathrm{\\mathbf{SAT}}.", "sat"),
        ("Answer: \\text{SAT} or \\text{UNSAT}", "conflict"),
        ("Answer: \\text{SAT}\\text{UNSAT}", "conflict"),
        ("Answer: \\text{not} \\text{satisfiable}", "unsat"),
        ("Answer: \\text{SAT", "sat"),
        ("Answer: “SAT”", "sat"),
        ("Answer: ＳＡＴ", "sat"),
        ("Answer: Saturday", "malformed"),
        ("Answer: unsaturated", "malformed"),
    ],
)  # fmt: skip
def test_one_final_answer_or_none(text, expected):
    assert value(text) == expected


def test_every_dress_of_an_answer_is_read():
    for text in dressed("UNSAT"):
        assert value(text) == "unsat", text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Answer: 12", 12), ("Answer: -3", -3), ("Answer: 1,000", 1000), ("Answer: 12.", 12), ("Answer: **12**", 12),
        ("Answer: 12.5", "malformed"), ("Answer: 2^3", "malformed"), ("Answer: 3*4", "malformed"),
        ("Answer: ١٢", "malformed"), ("Answer: １２", 12), ("Answer: " + "9" * 5000, "range"),
        ("Answer: twelve", "malformed"),
        ("Answer: 12 or 13", "conflict"), ("Answer: 12, 13", "conflict"), ("Answer: 12 models", 12),
    ],
)  # fmt: skip
def test_integers(text, expected):
    assert value(text, read_integer) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\mathrm{P}(\mathrm{a})", "P(a)"),
        (r"\mathrm{ice\_cream}(x)", "ice_cream(x)"),
        (r"\text{a}\text{b}", "a b"),
        (r"\mathbf{\mathrm{x}}_1", "x_1"),
        (r"\mathrm{\{1, 2\}}", r"\{1, 2\}"),
        (r"\boxed{{1}, {2}}", "{1}, {2}"),
        (r"\left\{ 1 \right\}", r"\{ 1  \}"),
        (r"{\text{x}}", "{x}"),
        (r"}\text{x}{", "}x{"),
        (r"\text{x", " {x".strip()),
        ("n__usha", "n__usha"),
        ("__x__ and _y_", "x  and  y "),
        ("***x_1***", "x_1"),
    ],
)
def test_dress_is_taken_off_and_nothing_else(text, expected):
    assert unwrap(text).strip() == expected.strip()


@given(st.text(alphabet="\\{}_ab1 ", max_size=60))
def test_undressing_keeps_letters_and_digits_in_order(text):
    assert [char for char in unwrap(text) if char in "ab1"] == [char for char in text if char in "ab1"]


def test_undressing_is_linear():
    for text in (
        "\\text{" * 20_000,
        "\\text{a}" * 20_000,
        "{" * 50_000 + "}" * 50_000,
        "_" * 100_000,
        "\\text{}" * 20_000,
    ):
        start = time.process_time()
        unwrap(text)
        assert time.process_time() - start < 2


def test_the_extractor_is_named():
    assert read_answer("<answer>SAT</answer>", LABEL).extractor == "tag"
    assert read_answer("\\boxed{SAT}", LABEL).extractor == "boxed"
    assert read_answer("Answer: SAT", LABEL).extractor == "marker"
    assert read_answer("```\nSAT\n```", LABEL).extractor == "fence"
    assert read_answer("SAT", LABEL).extractor == "whole"
    assert read_answer("Answer: perhaps", LABEL).extractor == "marker"


def test_capitals_that_grow_do_not_shift_the_thinking_block():
    text = "İ" * 50 + "<think>Answer: UNSAT</think>Answer: SAT"
    assert value(text) == "sat"
    assert answer_part("no thinking here") == "no thinking here"


@given(st.text(max_size=300))
def test_total_on_any_text(text):
    assert isinstance(read_answer(text, LABEL), Answer | Unparsable)


def test_total_on_hostile_text():
    for text in hostile(4000, seed=1):
        assert isinstance(read_answer(text, LABEL), Answer | Unparsable)
    for text in giants():
        assert isinstance(read_answer(text, LABEL), Answer | Unparsable)


@given(
    st.lists(st.sampled_from(["answer", "Answers", "ANSWER", "xanswer", "İ", ":", " is ", "**", " ", "=", "s", "_"]))
)
def test_the_quick_search_for_markers_finds_what_the_expression_finds(pieces):
    text = "".join(pieces)
    assert [m.span() for m in extract._markers(text)] == [m.span() for m in extract._MARKER.finditer(text)]


def test_evidence_behind_a_label_may_be_longer_than_a_label():
    evidence = " ".join(map(str, range(1, 4000)))
    label, rest = read_label({"no": "no"})(f"**NO** {evidence}")
    assert label == "no" and rest.split() == evidence.split()
