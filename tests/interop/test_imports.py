import json

import pytest
from typer.testing import CliRunner

from logicbench.cli.main import app
from logicbench.errors import InputError
from logicbench.family import get_family, verify
from logicbench.interop.imports.deduction import deduction_program
from logicbench.interop.imports.folio import read_folio
from logicbench.interop.imports.options import read_ar_lsat, read_logical_deduction
from logicbench.interop.imports.prontoqa import read_prontoqa
from logicbench.interop.imports.proofwriter import read_proofwriter
from logicbench.interop.imports.question import check_label, to_problem
from logicbench.interop.imports.rule_english import read_rule
from logicbench.logic.fol.parse import parse
from logicbench.logic.fol.printing import render
from logicbench.logic.fol.transform import canonical
from logicbench.problem import Problem, load
from logicbench.seeding import Stream

STORY = {
    "story_id": 7,
    "example_id": 70,
    "premises": "All cats are lazy.\nTom is a cat.",
    "premises-FOL": "∀x (Cat(x) → Lazy(x))\nCat(tom)",
    "conclusion": "Tom is lazy.",
    "conclusion-FOL": "Lazy(tom)",
    "label": "True",
}
META = {
    "id": "RelNeg-OWA-D2-1",
    "theory": "The cat chases the dog. If something chases the dog then it is not kind.",
    "triples": {"triple1": {"text": "...", "representation": '("cat" "chases" "dog" "+")'}},
    "rules": {
        "rule1": {
            "text": "...",
            "representation": '((("something" "chases" "dog" "+")) -> ("something" "is" "kind" "-"))',
        }
    },
    "questions": {
        "Q1": {"question": "The cat is kind.", "answer": False, "QDep": 1, "representation": '("cat" "is" "kind" "+")'},
        "Q2": {
            "question": "The dog is kind.", "answer": "Unknown", "QDep": 0, "representation": '("dog" "is" "kind" "+")'
        },
        "Q3": {
            "question": "The cat is not kind.", "answer": "Unknown", "representation": '("cat" "is" "kind" "-")'
        },
    },
}  # fmt: skip
BIRDS = (
    "The following paragraphs each describe a set of three objects arranged in a fixed order.\n\n"
    "On a branch, there are three birds: a blue jay, a quail, and a falcon. The falcon is to the right of the blue "
    "jay. The quail is the leftmost."
)


@pytest.fixture
def written(tmp_path):
    def write(document, lines=False):
        path = tmp_path / "file.json"
        path.write_text("\n".join(map(json.dumps, document)) if lines else json.dumps(document, indent=1))
        return path

    return write


def test_folio_labels_are_checked_by_proof(written):
    wrong = {**STORY, "example_id": 71, "label": "False"}
    open_ = {**STORY, "example_id": 72, "conclusion-FOL": "Lazy(ann)"}
    clash = {**STORY, "example_id": 73, "premises-FOL": "Cat(tom)\n¬Cat(tom)"}
    unread = {**STORY, "example_id": 74, "premises-FOL": "Cat(tom)\n→ → ("}
    questions = list(read_folio(written([STORY, wrong, open_, clash, unread], lines=True)))
    checks = [check_label(question) for question in questions]
    assert [check.status for check in checks] == [
        "confirmed", "refuted", "not entailed", "inconsistent", "not checked"
    ]  # fmt: skip
    assert checks[1].certificate["refutation"]["premises"] == [0, 1] and "premises 1, 2" in checks[1].reason
    assert checks[2].certificate["holds"] and checks[2].certificate["fails"]
    assert "premise 2" in checks[4].reason
    problems = [to_problem(question, place)[0] for place, question in enumerate(questions)]
    assert len({problem.group_id for problem in problems}) == 1 and len({problem.id for problem in problems}) == 5
    assert problems[1].knobs["check"] == "refuted" and problems[1].instance["check"]["certificate"]
    assert verify(problems[1], "Answer: False").correct, "graded by the published label"


def test_proofwriter_meta_ruletaker_and_rows(written):
    questions = list(read_proofwriter(written(META)))
    assert [(one.name, one.answer, one.depth) for one in questions] == [
        ("RelNeg-OWA-D2-1_Q1", "False", 1), ("RelNeg-OWA-D2-1_Q2", "Uncertain", 0),
        ("RelNeg-OWA-D2-1_Q3", "Uncertain", None),
    ]  # fmt: skip
    assert render(questions[0].program.premises[1]) == "∀x (chases(x, dog) → ¬kind(x))"
    assert [check_label(one).status for one in questions] == ["confirmed", "confirmed", "refuted"]
    closed = list(
        read_proofwriter(written({**META, "id": "RelNeg-CWA-D2-1", "questions": {"Q1": META["questions"]["Q1"]}}))
    )
    assert (
        closed[0].closed and closed[0].answers == ("True", "False") and check_label(closed[0]).status == "not checked"
    )
    taken = {
        "id": "AttNoneg-D3-319",
        "context": "Anne is quiet.",
        "questions": [{"id": "AttNoneg-D3-319-1", "text": "Anne is quiet.", "label": True, "meta": {"QDep": "3"}}],
    }
    (question,) = read_proofwriter(written([taken], lines=True))
    assert (question.answer, question.depth, question.dataset) == ("True", 3, "ruletaker")
    row = {
        "id": "r", "context": "Anne is quiet.", "answer": "C", "options": ["A) True", "B) False", "C) Unknown"],
        "question": "Based on the above information, is the following statement true, false, or unknown? Bob is big.",
    }  # fmt: skip
    (question,) = read_proofwriter(written([row]))
    assert (question.answer, question.question) == ("Uncertain", "Bob is big.")
    assert check_label(question).status == "confirmed"
    contraposed = {**row, "context": "All big people are quiet. Bob is not quiet."}
    (question,) = read_proofwriter(written([contraposed]))
    check = check_label(question)
    assert (check.status, check.verdict) == ("refuted", "False") and "premises 1, 2" in check.reason


@pytest.mark.parametrize(
    ("sentence", "formula"),
    [
        ("Anne is not big.", "¬big(anne)"),
        ("The eagle does not chase the cow.", "¬chase(eagle, cow)"),
        ("If someone is big and not kind then they like Anne.", "∀x (big(x) ∧ ¬kind(x) → like(x, anne))"),
        ("Red, cold things are not round.", "∀x (red(x) ∧ cold(x) → ¬round(x))"),
        ("All quiet people are rough.", "∀x (quiet(x) → rough(x))"),
        ("All quiet people sing songs.", None),
        ("Anne is big, or so they say.", None),
        ("If Anne is big.", None),
        ("If the cow eats the dog and it sees Bob then the dog is red.", None),
    ],
)
def test_the_english_of_rules(sentence, formula):
    found = read_rule(sentence)
    if formula is None:
        assert found is None
    else:
        assert canonical(found) == canonical(parse(formula).formula)


def test_prontoqa_is_read_and_every_label_derived(written):
    text = "Every wumpus is not a tumpus. Wumpuses are red. Each red thing is kind. Max is a wumpus."
    example = {"question": text, "query": "True or false: Max is not red.", "answer": "False", "chain_of_thought": []}
    (question,) = read_prontoqa(written({"example1": {"in_context_example0": example, "test_example": example}}))
    assert (question.name, question.question, question.answer) == ("example1", "Max is not red.", "False")
    assert check_label(question).status == "not checked" and "red thing" in question.program
    example["question"] = text.replace("Each red thing is kind. ", "")
    (question,) = read_prontoqa(written({"example1": {"test_example": example}}))
    assert check_label(question).status == "confirmed"
    example["query"] = "True or false: Max is a tumpus."
    (question,) = read_prontoqa(written({"example1": {"test_example": example}}))
    assert check_label(question).status == "confirmed"


def test_logical_deduction_in_its_three_layouts(written):
    options = [
        "The blue jay is the second from the left.",
        "The falcon is the leftmost.",
        "The quail is the rightmost.",
    ]
    big_bench = {"examples": [{"input": BIRDS, "target_scores": dict(zip(options, (1, 0, 0), strict=True))}]}
    lettered = "\n".join(f"({letter}) {option}" for letter, option in zip("ABC", options, strict=True))
    hard = {"examples": [{"input": f"{BIRDS}\nOptions:\n{lettered}", "target": "(A)"}]}
    row = {"id": "x", "context": BIRDS, "question": "Which of the following is true?", "answer": "A",
           "options": [f"{letter}) {option}" for letter, option in zip("ABC", options, strict=True)]}  # fmt: skip
    for document in (big_bench, hard, [row]):
        (question,) = read_logical_deduction(written(document))
        assert question.answer == "A" and question.options == tuple(options) and question.context == BIRDS
        assert check_label(question).status == "confirmed"
    (question,) = read_logical_deduction(written([{**row, "answer": "B"}]))
    check = check_label(question)
    assert check.status == "refuted" and check.verdict == "A" and check.certificate == {"options": [True, False, False]}
    assert "The owl flew." in str(deduction_program(BIRDS + " The owl flew.", options))


def test_the_same_places_are_found_by_trying_all_orders():
    from itertools import permutations

    things = ["ana", "eve", "mel", "joe", "ada"]
    said = "Ana finished above Eve. Mel finished second-to-last. Joe finished below Eve. Ada finished last."
    options = [f"{thing.title()} finished {place}." for thing in things for place in ("first", "second", "third")]
    program = deduction_program(f"There were five golfers: Ana, Eve, Mel, Joe, and Ada. {said}", options)
    orders = [
        order
        for order in permutations(things)
        if order.index("ana") < order.index("eve") < order.index("joe") and order[3] == "mel" and order[4] == "ada"
    ]
    places = {"first": 0, "second": 1, "third": 2}
    expected = tuple(
        all(order.index(option.split()[0].lower()) == places[option.split()[-1][:-1]] for order in orders)
        for option in options
    )
    assert program.run() == expected and any(expected)


def test_ar_lsat_passages_and_programs(written):
    passage = {"id": "199106_2-G_1", "passage": "Ann and Bea sit on chairs 1 and 2.", "questions": [
        {"id": "199106_2-G_1_1", "question": "Which one could be true?", "options": ["Ann sits.", "Bea flies."],
         "answer": "B"}]}  # fmt: skip
    (question,) = read_ar_lsat(written([passage]))
    assert (question.name, question.story, question.answers) == ("199106_2-G_1_1", "199106_2-G_1", ("A", "B"))
    assert check_label(question).status == "not checked"
    program = (
        "# Declarations\npeople = EnumSort([Ann, Bea])\nchairs = EnumSort([1, 2])\n"
        "seat = Function([people] -> [chairs])\n"
        "# Constraints\nseat(Ann) != seat(Bea)\nseat(Ann) == 1\n"
        "# Options\nis_valid(seat(Bea) == 1)\nis_valid(seat(Bea) == 2)"
    )
    row = {"id": "x", "context": "...", "question": "?", "options": ["one", "two"], "answer": "B", "program": program}
    (question,) = read_ar_lsat(written([row]))
    assert check_label(question).status == "confirmed"
    (question,) = read_ar_lsat(written([{**row, "program": "import os"}]))
    assert check_label(question).status == "not checked"


@pytest.mark.parametrize(
    ("reader", "document", "message"),
    [
        (read_folio, [{"premises": 3}], "premises"),
        (read_folio, [{**STORY, "label": "Maybe"}], "label"),
        (read_folio, ["x"], "object"),
        (read_proofwriter, [{"theory": "x"}], "questions"),
        (read_proofwriter, [{**META, "questions": {"Q1": {"question": "x", "answer": []}}}], "answer"),
        (
            read_prontoqa,
            {"example1": {"test_example": {"question": "a", "query": "b", "answer": "C"}}},
            "True or False",
        ),
        (read_ar_lsat, [{"passage": "x", "questions": [{"question": "y", "options": [], "answer": "A"}]}], "options"),
        (read_ar_lsat, [{"context": "x", "question": "y", "options": ["a", "b"], "answer": "F"}], "answer"),
        (read_logical_deduction, {"examples": [{"input": "x", "target_scores": {"a": 1, "b": 1}}]}, "answer"),
        (read_logical_deduction, {"examples": [{"input": "x"}]}, "options"),
    ],
)
def test_bad_files_are_named_with_the_place(reader, document, message, written):
    with pytest.raises(InputError, match=message) as error:
        list(reader(written(document)))
    assert "file.json" in str(error.value)


def test_answers_are_read_as_models_write_them(written):
    problem, _ = to_problem(next(read_folio(written([STORY], lines=True))), 0)
    for text, status in [
        ("Answer: True", "correct"), ("**Answer:** true.", "correct"), ("So it is\nAnswer: Unknown", "wrong"),
        ("Answer: True or False", "unparsable"), ("I do not know", "unparsable"), ("\\boxed{True}", "correct"),
    ]:  # fmt: skip
        assert verify(problem, text).status == status, text
    options = {
        "id": "x",
        "context": BIRDS,
        "question": "Which?",
        "options": ["A) The quail is the leftmost.", "B) No."],
    }
    problem, _ = to_problem(next(read_logical_deduction(written([{**options, "answer": "A"}]))), 0)
    assert problem.task == "choice" and problem.label == "A"
    for text, status in [
        ("Answer: A", "correct"), ("Answer: (A)", "correct"),
        ("The answer is A) The quail is the leftmost.", "correct"),
        ("Answer: option b", "wrong"), ("Answer: C", "unparsable"), ("Answer: A\nAnswer: B", "unparsable"),
    ]:  # fmt: skip
        assert verify(problem, text).status == status, text
    family = get_family("imported")
    guesses = {family.guess(problem, Stream("g", str(place))) for place in range(20)}
    assert guesses == {"Answer: A", "Answer: B"} and family.chance(problem) == 0.5


def test_import_and_eval_from_the_command_line(written, tmp_path):
    path = written([STORY, {**STORY, "example_id": 71, "label": "False"}], lines=True)
    problems = tmp_path / "problems.jsonl"
    found = CliRunner().invoke(app, ["import", "folio", str(path), "--output", str(problems)])
    assert found.exit_code == 0 and "1 refuted" in found.stderr and "published False" in found.stderr
    assert [problem.label for problem in load(problems)] == ["True", "False"]
    assert all(Problem.from_json(problem.to_json()) == problem for problem in load(problems))
    found = CliRunner().invoke(
        app, ["import", "folio", str(path), "--output", str(problems), "--drop-refuted", "--json"]
    )
    assert json.loads(found.stderr) == {"questions": 2, "written": 1, "checks": {"confirmed": 1, "refuted": 1}}
    arguments = ["eval", "--backend", "oracle", "--tasks", str(problems), "--output", str(tmp_path / "run"), "--json"]
    found = CliRunner().invoke(app, [*arguments, "--quiet"])
    assert found.exit_code == 0 and json.loads(found.stdout)["status"] == "complete"
