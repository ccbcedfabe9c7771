"""Answers to the sat family: dressed references are accepted, broken ones rejected, and nothing raises."""

import itertools
import time

import pytest
from support.mutations import dressed, giants, hostile

from logicbench.family import get_family, verify
from logicbench.generation import generate
from logicbench.problem import Answer, Unparsable

SAT = get_family("sat")
CASES = [(task, {}) for task in SAT.tasks] + [("certify", {"refutation": "core"}), ("certify", {"refutation": "rup"})]
MULTILINE = {"rup"}


def problems(task, knobs, count=2, **options):
    options = {"surface": "all", "measure": False, "knobs": {"variables": 6, **knobs}, **options}
    return list(generate("sat", task, count=count, **options))


@pytest.mark.parametrize(("task", "knobs"), CASES, ids=str)
def test_every_dress_of_a_reference_is_accepted(task, knobs):
    multiline = knobs.get("refutation") in MULTILINE
    for problem in problems(task, knobs):
        texts = list(dressed(problem.reference, multiline))
        assert multiline or len(texts) >= 1000
        for text in texts:
            verdict = verify(problem, text)
            assert verdict.correct, (problem.prompt, problem.reference, text, verdict)


@pytest.mark.parametrize("task", ["assign", "maxsat"])
def test_forms_of_an_assignment(task):
    for problem in problems(task, {}):
        bits = problem.reference
        names = problem.rendering.get("names") or [f"x{v}" for v in range(1, len(bits) + 1)]
        true, false = {v: k for k, v in problem.rendering.get("values", {}).items()}.get(True, "true"), None
        false = {v: k for k, v in problem.rendering.get("values", {}).items()}.get(False, "false")
        words = [true if bit == "1" else false for bit in bits]
        forms = [
            " ".join(bits), ", ".join(bits), f"[{', '.join(bits)}]", "(" + ",".join(bits) + ")", f'"{bits}"',
            " ".join(str(v if bit == "1" else -v) for v, bit in enumerate(bits, 1)) + " 0",
            ", ".join(f"{name} = {word}" for name, word in zip(names, words, strict=True)),
            "\n".join(f"{name}: {word}" for name, word in zip(names, words, strict=True)),
            "\n".join(f"- {name}: {word}" for name, word in zip(names, words, strict=True)),
            "{" + ", ".join(f'"{name}": {bit}' for name, bit in zip(names, bits, strict=True)) + "}",
            " and ".join(f"{name} is {word}" for name, word in zip(reversed(names), reversed(words), strict=True)),
            ", ".join("True" if bit == "1" else "False" for bit in bits),
            "".join("T" if bit == "1" else "F" for bit in bits),
        ]  # fmt: skip
        for form in forms:
            assert verify(problem, f"Answer: {form}").correct, (problem.surface, form)


@pytest.mark.parametrize(("task", "knobs"), CASES, ids=str)
def test_hedges_earn_nothing(task, knobs):
    for problem in problems(task, knobs, count=4):
        right = problem.reference
        others = {SAT.guess(problem, _stream(i)) for i in range(12)} - {right}
        for other in others:
            if verify(problem, f"Answer: {other}").correct:
                continue
            for text in (
                f"Answer: {right}\nAnswer: {other}",
                f"Answer: {other}\nAnswer: {right}",
                f"<answer>{right}</answer>\n<answer>{other}</answer>",
                f"<answer>{other}</answer> or \\boxed{{{right}}}",
            ):
                verdict = verify(problem, text)
                assert verdict.score == 0 and not verdict.correct, (text, verdict)
            if "\n" not in right and "\n" not in other:
                assert verify(problem, f"Answer: {right} or {other}").score == 0
                assert verify(problem, f"Answer: {other} or {right}").score == 0


def _stream(index):
    from logicbench.seeding import Stream

    return Stream("test", index)


def test_one_wrong_digit_is_wrong_exactly_when_the_formula_says_so():
    for problem in problems("assign", {}, count=20, surface="math"):
        bits = problem.reference
        clauses = problem.instance["clauses"]
        for position in range(len(bits)):
            flipped = bits[:position] + "10"[int(bits[position])] + bits[position + 1 :]
            holds = all(any((flipped[abs(x) - 1] == "1") == (x > 0) for x in clause) for clause in clauses)
            assert verify(problem, f"Answer: {flipped}").correct == holds
        for wrong in (bits + "0", bits[:-1], bits + bits, "1" + bits, bits[:-1] + "2"):
            assert verify(problem, f"Answer: {wrong}").status == "unparsable"


def test_label_alone_is_no_certificate():
    for problem in problems("certify", {}, count=4):
        for text in ("Answer: SAT", "Answer: UNSAT", "Answer: YES", "Answer: NO", "Answer: UNSAT none"):
            assert not verify(problem, text).correct


@pytest.mark.parametrize("refutation", ["core", "mus"])
def test_all_clauses_or_none_are_no_refutation(refutation):
    for problem in problems("certify", {"refutation": refutation}, count=6, surface="math"):
        everything = ", ".join(str(n) for n in range(1, len(problem.instance["clauses"]) + 1))
        assert not verify(problem, f"Answer: UNSAT {everything}").correct
        assert not verify(problem, "Answer: UNSAT {}").correct


def test_proofs_must_be_proofs():
    for problem in problems("certify", {"refutation": "rup"}, count=6, surface="dimacs"):
        assert not verify(problem, "Answer: UNSAT\n0").correct or problem.label == "unsat"
        if problem.label == "unsat":
            lines = problem.reference.split("\n")
            assert verify(problem, "Answer: " + problem.reference).correct
            assert not verify(problem, "Answer: " + "\n".join(lines[:-1])).correct
            assert not verify(problem, "Answer: UNSAT\n99 0\n0").correct
        else:
            assert not verify(problem, "Answer: UNSAT\n1 0\n-1 0\n0").correct


def test_repeated_and_foreign_numbers_are_refused():
    for problem in problems("mus", {}, count=2, surface="math"):
        first = problem.reference.split(", ")[0]
        beyond = len(problem.instance["clauses"]) + 1
        assert verify(problem, f"Answer: {problem.reference}, {first}").status == "unparsable"
        assert verify(problem, f"Answer: {problem.reference}, {beyond}").status == "unparsable"
        assert verify(problem, "Answer: 1-5").status == "unparsable"


def test_answers_inside_thinking_do_not_count():
    for task, knobs in CASES:
        for problem in problems(task, knobs, surface="math"):
            reference = f"Answer: {problem.reference}"
            assert verify(problem, f"<think>{reference}</think>").score == 0
            assert verify(problem, f"<think>{reference}").score == 0
            assert verify(problem, f"<think>Answer: nonsense</think>\n{reference}").correct


def test_repeating_the_prompt_is_no_answer():
    for task, knobs in CASES:
        for problem in problems(task, knobs):
            assert verify(problem, problem.prompt).status == "unparsable", problem.prompt
            assert verify(problem, f"{problem.prompt}\n\nAnswer: {problem.reference}").correct


@pytest.mark.parametrize(("task", "knobs"), CASES, ids=str)
def test_hostile_text_neither_raises_nor_scores(task, knobs):
    [problem, *_] = problems(task, knobs, surface="story")
    for text in hostile(4500, seed=len(task)):
        answer = SAT.parse(problem, text)
        assert isinstance(answer, Answer | Unparsable)
        if isinstance(answer, Answer):
            assert verify(problem, text).status in ("correct", "wrong")


@pytest.mark.parametrize(("task", "knobs"), CASES, ids=str)
def test_giant_text_is_read_in_linear_time(task, knobs):
    [problem, *_] = problems(task, knobs, surface="math")
    for text in giants():
        started = time.process_time()
        verify(problem, text)
        # Quadratic scanning of a megabyte takes minutes, so the bound need not be tight.
        assert time.process_time() - started < 2, text[:40]


def test_violations_name_what_is_broken():
    [problem] = problems("assign", {}, count=1, surface="math")
    wrong = next(
        "".join(bits)
        for bits in itertools.product("01", repeat=6)
        if not verify(problem, "Answer: " + "".join(bits)).correct
    )
    verdict = verify(problem, f"Answer: {wrong}")
    assert verdict.status == "wrong"
    assert all(v.kind == "falsified-clause" for v in verdict.violations)
    for violation in verdict.violations:
        clause = problem.instance["clauses"][violation.data["clause"] - 1]
        assert not any((wrong[abs(x) - 1] == "1") == (x > 0) for x in clause)
