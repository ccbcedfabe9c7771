"""Answers to the rules family: dressed references are accepted, broken ones rejected, and nothing raises."""

import re
import time

import pytest
from support.rules_oracle import Text
from rules_problems import problems
from support.mutations import dressed, giants, hostile

from logicbench.family import get_family, verify
from logicbench.problem import Answer, Problem, Unparsable
from logicbench.seeding import Stream

RULES = get_family("rules")
CASES = [(task, name) for task in RULES.tasks for name in ("open", "closed")]


@pytest.mark.parametrize(("task", "name"), CASES)
def test_every_dress_of_a_reference_is_accepted(task, name):
    for problem in problems(task, name, 2, "all"):
        for text in list(dressed(problem.reference, multiline=task == "proof"))[:: 5 if task == "proof" else 2]:
            verdict = verify(problem, text)
            assert verdict.correct, (problem.prompt, problem.reference, text, verdict)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_guesses_and_baselines_are_read(task, name):
    for problem in problems(task, name, 3):
        texts = [RULES.guess(problem, Stream("guess", number)) for number in range(6)]
        texts += [solver(problem) for solver in RULES.baselines(task).values()]
        for text in texts:
            assert verify(problem, f"Answer: {text}").status in ("correct", "wrong"), text


@pytest.mark.parametrize("task", ["answer", "missing-fact"])
@pytest.mark.parametrize("name", ["open", "closed"])
def test_chance_is_what_guessing_reaches(task, name):
    expected = right = 0.0
    for problem in problems(task, name, 12):
        expected += 40 * RULES.chance(problem)
        right += sum(verify(problem, RULES.guess(problem, Stream("g", n))).correct for n in range(40))
    assert abs(right - expected) < 4 * (expected**0.5)


@pytest.mark.parametrize(("task", "name"), CASES)
def test_hedges_earn_nothing(task, name):
    for problem in problems(task, name, 3):
        right = problem.reference
        others = {RULES.guess(problem, Stream("hedge", number)) for number in range(8)} - {right}
        for other in others:
            if verify(problem, f"Answer: {other}").correct:
                continue
            for text in (
                f"Answer: {right}\nAnswer: {other}",
                f"Answer: {other}\nAnswer: {right}",
                f"<answer>{other}</answer> or \\boxed{{{right}}}",
            ):
                assert verify(problem, text).score == 0, text
            if task != "proof":
                assert verify(problem, f"Answer: {right} or {other}").score == 0
                assert verify(problem, f"Answer: {right}, {other}").score == 0


# --- derivations ----------------------------------------------------------------------------------------------------


def changed_derivations(reference, statements, stream):
    """Yield derivations that differ from a right one in one place."""
    lines = [list(re.fullmatch(r"S\d+: (\d+) from (.*?): (.*)", line).groups()) for line in reference.splitlines()]

    def write(parts):
        return "\n".join(f"S{number}: {rule} from {used}: {end}" for number, (rule, used, end) in enumerate(parts, 1))

    for place in range(len(lines)):
        yield write(lines[:place] + lines[place + 1 :]) if len(lines) > 1 else "S1: 1 from nothing: " + lines[0][2]
        for column in range(3):
            copy = [list(line) for line in lines]
            if column == 0:
                copy[place][0] = str(stream.between(1, statements))
            elif column == 1:
                used = copy[place][1].split(", ")
                used[stream.below(len(used))] = str(stream.between(1, statements))
                copy[place][1] = ", ".join(used)
            else:
                copy[place][2] = lines[stream.below(len(lines))][2]
            yield write(copy)
        extra = [list(line) for line in lines]
        extra[place][1] += f", {stream.between(1, statements)}"
        yield write(extra)
        shorter = [list(line) for line in lines]
        shorter[place][1] = ", ".join(shorter[place][1].split(", ")[1:]) or "nothing"
        yield write(shorter)
    for place in range(len(lines) - 1):
        swapped = [list(line) for line in lines]
        swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
        yield write(swapped)
    yield write(lines[:-1]) if len(lines) > 1 else "S1: 1 from nothing: " + lines[0][2]


@pytest.mark.parametrize("name", ["open", "closed", "deep", "deep closed", "crowd"])
def test_changed_derivations_are_right_only_if_they_are_derivations(name):
    wrong = 0
    for problem in problems("proof", name, 6):
        text = Text(problem.prompt)
        stream = Stream("changes", problem.id)
        for changed in changed_derivations(problem.reference, len(text.statements), stream):
            expected = text.is_proof(changed)
            verdict = verify(problem, f"Answer:\n{changed}")
            assert verdict.correct == expected, (problem.prompt, changed, verdict)
            wrong += not expected
    assert wrong > 50


def by_hand(task, world, sentences, query):
    instance = {
        "fragment": "grounded", "people": ["Agnes", "Hubert"], "sentences": sentences, "query": query,
        "world": world, "source": "chains",
    }  # fmt: skip
    return Problem("rules", task, "english", RULES.version, "", instance)


SENTENCES = [
    "Agnes is kind.",
    "Hubert is a baker.",
    "If someone is kind, then they are brave.",
    "If Agnes is brave and Hubert is a baker, then Hubert admires Agnes.",
    "If Hubert is tall, then Hubert admires Agnes.",
    "If Agnes is kind and Hubert is not tall, then Agnes is a pilot.",
]


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        (["3 from 1: Agnes is brave.", "4 from S1, 2: Hubert admires Agnes."], None),
        (["3 from 1: Agnes is brave.", "4 from 2, S1: Hubert admires Agnes"], None),
        (["3 from 1: Hubert is brave.", "4 from 2, S1: Hubert admires Agnes."], "unmet-condition"),
        (["4 from 2: Hubert admires Agnes."], "unmet-condition"),
        (["3 from 1, 2: Agnes is brave.", "4 from S1, 2: Hubert admires Agnes."], "unused-premise"),
        (["4 from S2, 2: Hubert admires Agnes.", "3 from 1: Agnes is brave."], "no-step"),
        (["4 from S1, 2: Hubert admires Agnes."], "no-step"),
        (["3 from 1: Agnes is brave."], "missing-goal"),
        (["3 from 1: Agnes is brave.", "1 from S1: Hubert admires Agnes."], "no-rule"),
        (["3 from 4: Agnes is brave.", "4 from S1, 2: Hubert admires Agnes."], "no-fact"),
        (["3 from 1: Agnes is kind.", "4 from S1, 2: Hubert admires Agnes."], "wrong-conclusion"),
        (["3 from 2: Agnes is brave.", "4 from S1, 2: Hubert admires Agnes."], "unmet-condition"),
        (["5 from nothing: Hubert admires Agnes."], "unmet-condition"),
    ],
)
def test_what_is_wrong_with_a_derivation_is_said(steps, kind):
    problem = by_hand("proof", "open", SENTENCES[:5], "Hubert admires Agnes.")
    verdict = verify(problem, "Answer:\n" + "\n".join(f"S{number}: {step}" for number, step in enumerate(steps, 1)))
    assert [violation.kind for violation in verdict.violations][:1] == ([kind] if kind else [])
    assert verdict.correct == (kind is None)


def test_a_step_that_rests_on_a_wrong_one_is_wrong():
    problem = by_hand("proof", "open", SENTENCES[:5], "Hubert admires Agnes.")
    verdict = verify(problem, "Answer:\nS1: 3 from 2: Agnes is brave.\nS2: 4 from S1, 2: Hubert admires Agnes.")
    assert [violation.data["step"] for violation in verdict.violations] == [1, 2]
    assert verdict.violations[1].kind == "unestablished-premise"
    assert verdict.progress == 0


def test_progress_counts_what_is_needed():
    problem = by_hand("proof", "open", SENTENCES[:5], "Hubert admires Agnes.")
    assert verify(problem, "Answer: S1: 3 from 1: Agnes is brave.").progress == 0.5


def test_a_condition_with_a_negation_needs_no_number_but_must_hold():
    problem = by_hand("proof", "closed", SENTENCES, "Agnes is a pilot.")
    assert verify(problem, "Answer: S1: 6 from 1: Agnes is a pilot.").correct
    refuted = by_hand("proof", "closed", [*SENTENCES, "Hubert is tall."], "Agnes is a pilot.")
    assert verify(refuted, "Answer: S1: 6 from 1: Agnes is a pilot.").violations[0].kind == "denied-condition"
    opened = by_hand("proof", "open", SENTENCES, "Agnes is a pilot.")
    assert verify(opened, "Answer: S1: 6 from 1: Agnes is a pilot.").violations[0].kind == "unmet-condition"


@pytest.mark.parametrize(
    "text",
    [
        "Answer:\nS1: 3 from 1: Agnes is brave.\nS2: 4 from S1, 2: Hubert admires Agnes.",
        "Answer:\n\nS1: 3 from 1: Agnes is brave\n\nS2: 4 from S1 and 2: Hubert admires Agnes\n\nThat is all.",
        "**Answer:**\n- S1: rule 3 from 1: Agnes is brave.\n- S2: rule 4 from S1, 2: Hubert admires Agnes.",
        "Answer:\n```\nS1: 3 from 1: brave(Agnes)\nS2: 4 from S1, 2: admires(Hubert, Agnes)\n```",
        "Answer:\nStep 1: Rule 3 with fact 1 -> agnes is brave.\nStep 2: Rule 4 with step 1, 2 → hubert admires agnes",
        "Answer:\nS1. Apply rule 3 to 1 => Agnes is brave.\nS2. Apply rule 4 to S1, 2 => Hubert admires Agnes.",
        "Answer:\n(S1): 3 from (1): Agnes is brave.\n(S2): 4 from (S1, 2): Hubert admires Agnes.",
    ],
)
def test_derivations_are_read_in_many_forms(text):
    problem = by_hand("proof", "open", SENTENCES[:5], "Hubert admires Agnes.")
    verdict = verify(problem, text)
    assert verdict.correct, verdict


@pytest.mark.parametrize(
    "text",
    [
        "Answer: Hubert admires Agnes.",
        "Answer: S2: 3 from 1: Agnes is brave.",
        "Answer: S1: 3 from 1: Agnes is brave or Agnes is tall.",
        "Answer: S1: 3 from 1, because: Agnes is brave.",
        "Answer: S1: 3 from 1: Somebody is brave.",
        "Answer: S1: 3 from 1: Agnes is brave. S2: 4 from S1, 2: Hubert admires Agnes.",
        "Answer: S1: 3 from 1",
        "Answer: S1:",
        "",
    ],
)
def test_what_is_no_derivation_is_refused(text):
    problem = by_hand("proof", "open", SENTENCES[:5], "Hubert admires Agnes.")
    assert isinstance(RULES.parse(problem, text), Unparsable)


# --- missing facts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hubert is tall.", None),
        ("tall(Hubert)", None),
        ("hubert is tall", None),
        ("The missing fact is that Hubert is tall, because then rule 5 applies.", None),
        ("**Hubert is tall.**", None),
        ("not not tall(hubert)", None),
        ("Hubert is not tall.", "not-enough"),
        ("Agnes is tall.", "not-enough"),
        ("Hubert admires Agnes.", "concluded"),
        ("Agnes is brave.", "concluded"),
        ("Agnes is kind.", "not-enough"),
        ("Hubert is a baker.", "given"),
    ],
)
def test_missing_facts(text, kind):
    problem = by_hand("missing-fact", "open", SENTENCES[1:5], "Hubert admires Agnes.")
    if text == "Agnes is kind.":
        problem = by_hand("missing-fact", "open", SENTENCES[2:5], "Hubert admires Agnes.")
    verdict = verify(problem, f"Answer: {text}")
    assert [violation.kind for violation in verdict.violations] == ([kind] if kind else [])
    assert verdict.correct == (kind is None)


def test_a_missing_fact_must_not_contradict():
    sentences = ["If Hubert is tall, then Hubert admires Agnes.", "If Hubert is tall, then Hubert is a pilot."]
    problem = by_hand("missing-fact", "open", [*sentences, "Hubert is not a pilot."], "Hubert admires Agnes.")
    assert verify(problem, "Answer: Hubert is tall.").violations[0].kind == "contradiction"


@pytest.mark.parametrize(
    "text",
    [
        "Answer: Hubert is tall or kind.",
        "Answer: Hubert is tall and Agnes is kind.",
        "Answer: Hubert is tall; Agnes is tall.",
        "Answer: tall(Hubert), tall(Agnes)",
        "Answer: If Hubert is kind, then Hubert is tall.",
        "Answer: someone is tall",
        "Answer: tall(X)",
        "Answer: Gandalf is tall.",
        "Answer: tall",
        "Answer: yes",
    ],
)
def test_what_is_no_single_fact_is_refused(text):
    problem = by_hand("missing-fact", "open", SENTENCES[1:5], "Hubert admires Agnes.")
    assert isinstance(RULES.parse(problem, text), Unparsable)


# --- labels ---------------------------------------------------------------------------------------------------------


def test_labels_in_other_words():
    for problem in problems("answer", "open", 6):
        words = {
            "true": ["yes", "True.", "It is true"],
            "false": ["no", "refuted"],
            "unknown": ["uncertain", "Unknown"],
        }
        for label, forms in words.items():
            for form in forms:
                verdict = verify(problem, f"Answer: {form}")
                assert verdict.correct == (label == problem.label) and verdict.status != "unparsable"
        assert verify(problem, "Answer: not false").status == "wrong"


def test_unknown_is_never_right_in_a_closed_world():
    for problem in problems("answer", "closed", 4):
        assert verify(problem, "Answer: UNKNOWN").status == "wrong"


# --- anything -------------------------------------------------------------------------------------------------------

PIECES = (
    "S1:", "S2:", "Step 1.", "3", "from", "nothing", "S1", ",", ":", "->", "is", "not", "kind", "Agnes", "Hubert",
    "admires(", "Agnes, Hubert)", "¬", "9" * 300, "(", ")", "\n", ".", "|", "TRUE", "FALSE", "Answer:", "rule", "and",
)  # fmt: skip


@pytest.mark.parametrize("task", RULES.tasks)
def test_no_text_raises(task):
    for problem in problems(task, "open", 1) + problems(task, "closed", 1):
        texts = list(hostile(400, 3))
        for number in range(400):
            stream = Stream("soup", number)
            texts.append("Answer: " + " ".join(stream.choice(PIECES) for _ in range(stream.below(30))))
        for text in texts:
            read = RULES.parse(problem, text)
            assert isinstance(read, Answer | Unparsable)
            assert verify(problem, text).score == verify(problem, text).correct


@pytest.mark.parametrize("task", RULES.tasks)
def test_giants_take_no_time(task):
    [problem, *_] = problems(task, "open", 1)
    size = 1 << 16
    extra = [
        "Answer:\n" + "S1: 3 from 1: Agnes is brave.\n" * 2000,
        "Answer: S1: 3 from " + "1" * size,
        "Answer: S1: 3 from " + "1, " * (size // 3) + ": x",
        "Answer: S1: 3 from " + "S1 " * (size // 3),
        "Answer: " + "not " * (size // 4) + "kind(Agnes)",
        "Answer: " + "Agnes is kind and " * (size // 20),
        "Answer: kind(" + " " * size,
        "Answer: Agnes is " + " " * size + "kind",
    ]
    for text in giants() + extra:
        start = time.perf_counter()
        verify(problem, text)
        assert time.perf_counter() - start < 2.0, text[:60]
